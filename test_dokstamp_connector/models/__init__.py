from . import course
from . import person
from . import membership
from . import file
