from . import institution_choice
from . import certificate_issue
from . import certificate_revocation
from . import template_choice
