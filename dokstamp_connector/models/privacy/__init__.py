from . import erased_student
from . import found_records
from . import privacy_lookup
