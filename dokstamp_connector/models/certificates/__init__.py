from . import certificate
from . import certified_course

# before document, whose template is a part of what is sent
from . import delivery
from . import refreshing
from . import obstacles
from . import issuing
from . import hold
from . import certified_enrollment
from . import issue_run
from . import preparation
from . import revoking
from . import changed
from . import signatory
from . import document
from . import document_queue
from . import template
from . import archive
from . import register_entry
from . import printed_pages
from . import certified_student
from . import student_view
from . import portfolio
from . import badge
from . import buttons

# last: nothing comes past it
from . import guard
from . import chatter
