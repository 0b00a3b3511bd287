from . import obstacles
from . import issuing
from . import hold
from . import automatic
from . import issue_run
from . import preparation
