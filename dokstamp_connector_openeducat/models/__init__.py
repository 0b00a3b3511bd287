from . import openeducat_form
from . import op_batch
from . import op_course
from . import op_student
from . import op_student_course
