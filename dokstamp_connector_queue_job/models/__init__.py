from . import dokstamp_account
from . import dokstamp_flush
from . import dokstamp_schedule
from . import queue_job
