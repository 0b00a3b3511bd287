from . import binding
from . import record_line
from . import audit_log
from . import entity_sync
from . import account_queue
from . import sync_record
from . import flush_sender
from . import flush
