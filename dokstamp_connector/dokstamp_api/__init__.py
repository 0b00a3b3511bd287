"""A client for DokStamp's API: plain Python on `requests`, knows no Odoo.

::

    resources   the documented calls       pages     lists over all their pages
    client      one request, one answer    auth      tokens of both generations
    answers     answer → row or error      errors    the error tree
    transport   bytes out and in           limits    requests per minute
    connections what left, and time-outs   retry     when to try again
    address     what may be called
"""

from .address import (
    Address,
    AddressRefused,
    hindrance,
    is_path,
    origin_of,
    web_page,
)
from .answers import object_in, objects_in, text_in
from .auth import ClientCredentials, PasswordLogin
from .client import Call, Client
from .errors import (
    AnswerNotUnderstood,
    CredentialsRefused,
    DokStampError,
    NeedsNewToken,
    NotAllowed,
    NotFound,
    OtherTenant,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    RetryLater,
)
from .limits import Hold, RateLimit
from .pages import READINGS, Pages, Progress
from .resources import below
from .retry import BREAKER_OPENS_AFTER, RATE_LIMIT_DELAY, backoff_seconds

__all__ = [
    "BREAKER_OPENS_AFTER",
    "RATE_LIMIT_DELAY",
    "READINGS",
    "Address",
    "AddressRefused",
    "AnswerNotUnderstood",
    "Call",
    "Client",
    "ClientCredentials",
    "CredentialsRefused",
    "DokStampError",
    "Hold",
    "NeedsNewToken",
    "NotAllowed",
    "NotFound",
    "OtherTenant",
    "OutcomeUnknown",
    "Pages",
    "PasswordLogin",
    "Progress",
    "RateLimit",
    "RateLimited",
    "Rejected",
    "RetryLater",
    "backoff_seconds",
    "below",
    "hindrance",
    "is_path",
    "object_in",
    "objects_in",
    "origin_of",
    "text_in",
    "web_page",
]
