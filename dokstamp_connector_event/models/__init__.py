from . import event_event
from . import event_question
from . import event_registration
from . import event_registration_answer
from . import event_type
