from . import remote_choice
from . import institution_choice
from . import template_choice
from . import certificate_issue
from . import certificate_issue_opening
from . import certificate_issue_line
from . import certificate_revocation
from . import register_print
