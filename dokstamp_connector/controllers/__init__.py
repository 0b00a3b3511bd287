from . import check
from . import health
from . import portal
from . import portal_details
from . import portal_share
from . import shared
