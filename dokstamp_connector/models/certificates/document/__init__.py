from . import signatory
from . import document
from . import document_queue
from . import template
from . import archive
