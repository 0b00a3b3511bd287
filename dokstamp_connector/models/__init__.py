from . import registry
from . import sync
from . import sources
from . import account
from . import account_overview
from . import account_registry
from . import res_company
from . import res_partner
