from . import test_one_person
from . import test_openeducat_admission
