from . import course
from . import person
from . import membership
from . import file
from . import taught_course
from . import template
from . import topic
