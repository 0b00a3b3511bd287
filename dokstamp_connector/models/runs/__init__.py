from . import run
from . import run_line
from . import run_steps
from . import compared_entity
from . import picture_list
from . import picture
