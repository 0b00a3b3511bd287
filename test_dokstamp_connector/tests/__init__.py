from . import test_source_definition
from . import test_source_feed
from . import test_source_guard
from . import test_source_mapping
from . import test_source_references
from . import test_source_sweep
from . import test_source_twins
from . import test_source_volume
