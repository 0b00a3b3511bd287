# how each account does, and who is told
from . import health
from . import watched_account
