from . import account
from . import access
from . import breaker
from . import res_company
