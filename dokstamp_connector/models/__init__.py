from . import write_protection
from . import accounts
from . import registry
from . import sync
from . import runs
from . import sources
from . import certificates
from . import exports
