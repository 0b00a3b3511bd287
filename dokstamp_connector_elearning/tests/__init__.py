from . import test_attendee_tour
from . import test_completion_days
from . import test_elearning_certificates
from . import test_elearning_feed
from . import test_elearning_forms
from . import test_publication
from . import test_takeover
from . import test_setup_tour
