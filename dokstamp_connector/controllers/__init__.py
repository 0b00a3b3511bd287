from . import check
from . import portal
