from . import run
from . import run_line
from . import run_steps
