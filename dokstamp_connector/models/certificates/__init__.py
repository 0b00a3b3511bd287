# what is made here, before what inherits it
from . import certificate
from . import hold
from . import issue_run
from . import issue_refusal
from . import register_entry
from . import signatory
from . import archive
from . import portfolio
from . import share
from . import badge
from . import document_choice

# mechanisms of the certificate
from . import changed
from . import issuing
from . import delivery
from . import document
from . import signing
from . import student_view
from . import chatter
from . import reconciled_certificate

# what each model of the layers below gets
from . import certified_entity
from . import certified_account
from . import signing_account
from . import taken_numbers
from . import certified_institution
from . import certified_course
from . import certified_student
from . import certified_enrollment
from . import certified_partner
