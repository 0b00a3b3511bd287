from . import op_academic
from . import op_batch
from . import op_course
from . import op_student
from . import op_student_course
from . import op_subject
