from . import binding
from . import audit_log
from . import sync_record
from . import row_moves
from . import row_sentences
from . import planning
from . import flush
from . import work
