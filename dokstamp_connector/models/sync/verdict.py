"""What to do after a failure, decided in one place; no Odoo here.

    status or cause                           row                       account
    429                                       later, no attempt used    waits as long as it is told
    5xx, time-out, reset, unreadable answer   later, attempt used       breaker counts
    401 after a new token, 403, login refused later, no attempt used    pauses
    404 on a whole list                       later, no attempt used    pauses: address or tenant is wrong
    other 4xx                                 failed until it changes   goes on
    several matches, error of our own         failed until it changes   goes on

dokstamp-api.md 6 and 21.4.
"""

from dataclasses import dataclass

from ...dokstamp_api import (
    AnswerNotUnderstood,
    CredentialsRefused,
    NeedsNewToken,
    NotAllowed,
    NotFound,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    RetryLater,
    backoff_seconds,
)
from .certificate_message import FileSpent
from .message import SeveralMatches

MAX_ATTEMPTS = 12  # about two days with the client's backoff
BREAKER_OPENS_AFTER = 5  # failures in a row
RATE_LIMIT_DELAY = 30  # seconds, where DokStamp names none


@dataclass(frozen=True)
class Verdict:
    """:param action: `later`, `fail` or `pause`
    :param failure_type: of `dokstamp.sync.record`
    :param delay: seconds until the next attempt
    :param uses_attempt: whether this counts towards giving up
    :param is_outage: whether the account's breaker counts it
    """

    action: str
    failure_type: str
    delay: float = 0.0
    uses_attempt: bool = False
    is_outage: bool = False


def judge(error, attempt_count):
    """:param Exception error: what a message ended with
    :param int attempt_count: attempts before this one
    """
    if isinstance(error, RateLimited):
        return Verdict("later", "rate_limit", delay=error.delay or RATE_LIMIT_DELAY)
    if isinstance(error, NeedsNewToken | CredentialsRefused | NotAllowed):
        return Verdict("pause", "account")
    if isinstance(error, NotFound) and _is_list(error):
        return Verdict("pause", "account")
    if isinstance(error, Rejected):
        return Verdict("fail", "rejected")
    if isinstance(error, FileSpent):
        return Verdict("fail", "document")
    if isinstance(error, SeveralMatches):
        return Verdict("fail", "ambiguous")
    if isinstance(error, RetryLater | OutcomeUnknown | AnswerNotUnderstood):
        delay = backoff_seconds(attempt_count + 1, getattr(error, "delay", None))
        if attempt_count + 1 >= MAX_ATTEMPTS:
            return Verdict("fail", "gave_up", uses_attempt=True, is_outage=True)
        return Verdict("later", "no_answer", delay, uses_attempt=True, is_outage=True)
    return Verdict("fail", "internal")


def _is_list(error):
    """Whether the call that was not found is one of a whole resource, which exists in every tenant."""
    return error.path is not None and error.path.strip("/").count("/") == 0
