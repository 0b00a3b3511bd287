from . import check
from . import portal
from . import portal_details
