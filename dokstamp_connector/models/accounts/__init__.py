from . import account
from . import access
from . import guard
from . import health
from . import overview
from . import registry
