from . import test_openeducat_grades
