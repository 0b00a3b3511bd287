from . import certified
from . import portal
from . import portfolio
