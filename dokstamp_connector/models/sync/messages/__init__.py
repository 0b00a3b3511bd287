"""What the flush sends: one message per record, run in a worker thread.

Plain Python, no Odoo: a message is given all it needs when it is planned, talks to
DokStamp, and keeps what came back (`uuid`, `audit`, `error`) for the flush to apply.

    record       Push     create or update, searching before creating
                 Find     look whether a record that Odoo keeps no more got there
                 Remove   delete, or archive where a certificate leans on it
    curriculum   Attach   put a module into a course, or change how it stands there
                 Detach   take it out again
    certificate_message
                 Upload   send a document; its file's uuid is kept before all else
                 Issue    make a certificate of it, once
                 Revoke   take a certificate back
                 Refresh  ask what became of one
    message      Probe    ask whether DokStamp works again
"""

from .certificate_message import (
    Certified,
    FileSpent,
    Issue,
    MayNotRevoke,
    PerhapsOurs,
    Refresh,
    Revoke,
    Stopped,
    Upload,
)
from .curriculum import Attach, Detach
from .message import (
    AuditLine,
    Message,
    Probe,
    RefusedAlone,
    SeveralMatches,
    Stranger,
    Undecided,
    is_about_access,
    where,
)
from .record import PLACE, Find, Push, Remove

__all__ = [
    "PLACE",
    "Attach",
    "AuditLine",
    "Certified",
    "Detach",
    "FileSpent",
    "Find",
    "Issue",
    "MayNotRevoke",
    "Message",
    "PerhapsOurs",
    "Probe",
    "Push",
    "Refresh",
    "RefusedAlone",
    "Remove",
    "Revoke",
    "SeveralMatches",
    "Stopped",
    "Stranger",
    "Undecided",
    "Upload",
    "is_about_access",
    "where",
]
