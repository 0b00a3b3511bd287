from . import source
from . import source_field
from . import source_link
from . import feed
from . import watch
from . import sweep
