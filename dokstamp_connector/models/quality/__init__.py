# what is made here, before what inherits it
from . import confirmation
from . import correction
from . import data_decision
from . import data_issue

# what each model of the layers below is looked through for
from . import checked_entity
from . import checked_institution
from . import checked_cohort
from . import checked_student
from . import checked_enrollment
from . import checked_link
from . import checked_account

# the student's own word
from . import student_word
from . import confirming_account
from . import confirmed_certificate
from . import found_words
