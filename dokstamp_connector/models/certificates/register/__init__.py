from . import register_entry
from . import printed_pages
