from . import dokstamp_certificate
from . import ir_actions_report
