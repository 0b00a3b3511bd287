# how each account does, and who is told
from . import health
from . import watched_account

# the overview's cards
from . import dashboard

# the steps of the set-up
from . import setup_company
from . import setup_panel
from . import setup_steps
from . import setup_apps
