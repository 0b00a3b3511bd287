from . import check
from . import monitoring
from . import portal
from . import portal_details
from . import portal_share
from . import shared
