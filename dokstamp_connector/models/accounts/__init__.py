from . import account
from . import access
from . import health
from . import overview
from . import registry
