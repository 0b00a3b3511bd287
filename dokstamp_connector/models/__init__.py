from . import write_protection
from . import accounts
from . import registry
from . import sync
from . import sources
from . import certificates
from . import quality
from . import exports
