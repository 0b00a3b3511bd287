from . import op_admission
