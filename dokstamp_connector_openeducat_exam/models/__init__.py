from . import op_student
from . import op_student_course
