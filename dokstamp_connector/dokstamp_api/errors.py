"""What can go wrong with a call, named by what to do next.

::

    DokStampError
     ├── RetryLater              nothing happened there: try again, after `delay` if set
     │     └── RateLimited       429
     ├── OutcomeUnknown          it may have happened: look before sending it again
     ├── Rejected                no, and no again until the data or the rights change
     │     ├── NotFound          404: absent, or another tenant's, or no tenant was read
     │     └── NotAllowed        403
     ├── NeedsNewToken           401 in spite of a fresh token: look at the tenant
     ├── OtherTenant             the credentials are another tenant's than was named
     ├── CredentialsRefused      the token endpoint or the login said no
     └── AnswerNotUnderstood     a reading call was answered with something else

`str()` of each is a sentence for logs: method, path and status, no personal data and
no server text. What the server wrote may name a person; it is in `server_message` and
`field_messages`.
"""

REASONS = (
    *("rate_limit", "server", "dns", "refused", "tls", "timeout", "connection"),
    "inside",  # it would have gone into a network of one's own
    "address",  # it would have gone to another one than was checked
)


class DokStampError(Exception):
    """Base of everything that a call raises.

    :param str message: a sentence without personal data
    :param method: HTTP verb, e.g. ``POST``
    :param path: path below the base URL, without its query
    :param status: HTTP status, None when there was no answer
    :param request_id: what the server calls this request, if it says
    :param server_message: the server's own words; may hold personal data
    """

    def __init__(
        self,
        message,
        *,
        method=None,
        path=None,
        status=None,
        request_id=None,
        server_message=None,
    ):
        super().__init__(message)
        self.method = method
        self.path = path
        self.status = status
        self.request_id = request_id
        self.server_message = server_message


class _LaterError(DokStampError):
    def __init__(self, message, *, delay=None, reason="server", **origin):
        super().__init__(message, **origin)
        self.delay = delay
        self.reason = reason


class RetryLater(_LaterError):
    """The call did nothing and is worth repeating.

    429 on any method, 5xx on a reading call, and every failed connection of which no
    byte of the request left (dokstamp-api.md 21.4).

    :param delay: seconds that the server asked for, None when it did not
    :param reason: one of `REASONS`
    """


class RateLimited(RetryLater):
    """429: too many requests; limits are not documented (dokstamp-api.md 6)."""


class OutcomeUnknown(_LaterError):
    """A changing call left and was not answered usefully; it may have been done.

    DokStamp has no idempotency keys (dokstamp-api.md 20), so whoever catches this
    asks DokStamp whether it happened before sending it again.

    :param delay: seconds that the server asked for, None when it did not
    :param reason: one of `REASONS`
    """


class Rejected(DokStampError):
    """Any other 4xx: sending the same again gets the same answer.

    :param field_messages: field name → the server's messages on it
        (dokstamp-api.md 6); empty when the answer names no field
    """

    def __init__(self, message, *, field_messages=None, **origin):
        super().__init__(message, **origin)
        self.field_messages = field_messages or {}


class NotFound(Rejected):
    """404. Also another tenant's record, or a missing tenant (dokstamp-api.md 3)."""


class NotAllowed(Rejected):
    """403: the token is good, its permissions are not enough."""


class NeedsNewToken(DokStampError):
    """401 in spite of a fresh token: perhaps the tenant (dokstamp-api.md 3, 6)."""


class OtherTenant(DokStampError):
    """The credentials are good, and belong to another tenant than was named.

    :param str tenant: theirs, its `domain`
    """

    def __init__(self, message, *, tenant, **origin):
        super().__init__(message, **origin)
        self.tenant = tenant


class CredentialsRefused(DokStampError):
    """The token endpoint or the login said no: 400, 401, 403 or 422."""


class AnswerNotUnderstood(DokStampError):
    """A 2xx (or a redirect) to a reading call that is not what the API documents."""
