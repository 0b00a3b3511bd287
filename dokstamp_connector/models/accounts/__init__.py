from . import account
from . import access
from . import breaker
from . import planned_pause
from . import schedule
from . import server_start
from . import ir_cron
from . import res_company
