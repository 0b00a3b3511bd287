from . import test_openeducat_enrollments
from . import test_openeducat_forms
from . import test_openeducat_people
from . import test_openeducat_programme
