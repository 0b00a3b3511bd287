from . import certificate
from . import settings

# before document, whose template is a part of what is sent
from . import sending
from . import refreshing
from . import issuing
from . import revoking
from . import changed
from . import document
from . import register
from . import students
from . import badges
from . import buttons

# last: nothing comes past it
from . import guard
from . import chatter
