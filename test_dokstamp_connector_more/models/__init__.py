from . import taught_course
