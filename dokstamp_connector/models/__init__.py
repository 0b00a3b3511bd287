from . import registry
from . import sync
from . import sources
from . import accounts
from . import certificates
from . import exports
from . import res_company
from . import res_partner
