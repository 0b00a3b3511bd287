from . import write_protection
from . import registry
from . import sync
from . import sources
from . import accounts
from . import certificates
from . import res_company
from . import res_partner
