from . import op_exam
from . import op_marksheet
