from . import test_event_certificates
from . import test_event_cohorts
from . import test_event_feed
from . import test_written_day
