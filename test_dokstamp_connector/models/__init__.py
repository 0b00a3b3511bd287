from . import course
from . import person
from . import membership
from . import taught_course
from . import template
