"""What to do after a failure, decided in one place; no Odoo here.

    status or cause                          row                     account
    429                                      later, attempt spared   waits as told
    5xx, time-out, reset, unreadable answer  later, attempt used     breaker counts
    no server, no connection, no safe one    later, attempt spared   breaker counts
    401 after a new token, 403, no login     later, attempt spared   pauses
    4xx to a token, 404 on a whole list      later, attempt spared   pauses
    other 4xx                                fails until it changes  goes on
    several matches, somebody else there     fails until it changes  goes on
    document used already                    fails until it changes  goes on
    stopped by what became known since       fails until it changes  goes on
    403 to a revocation alone                fails until it changes  goes on
    the last of many attempts                fails until it changes  breaker counts
    error of our own                         fails until it changes  goes on

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
from .messages import FileSpent, MayNotRevoke, SeveralMatches, Stopped, Stranger

MAX_ATTEMPTS = 12  # about two days with the client's backoff
RATE_LIMIT_DELAY = 30  # seconds, where DokStamp names none
# reasons for which no request can have left
UNREACHED = ("dns", "refused", "tls", "address")


@dataclass(frozen=True)
class Verdict:
    """What becomes of a row, and of its account, after a failure.

    :param action: `later`, `fail` or `pause`
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

    @property
    def stops_account(self):
        """Whether the account's other messages would end the same way."""
        return self.action == "pause" or self.failure_type == "rate_limit"


def judge(error, attempt_count):
    """Decide by the kind of error, never by its text.

    :param Exception error: what a message ended with
    :param int attempt_count: attempts before this one
    :rtype: Verdict
    """
    if isinstance(error, RateLimited):
        return Verdict("later", "rate_limit", delay=error.delay or RATE_LIMIT_DELAY)
    if isinstance(error, NeedsNewToken | CredentialsRefused | NotAllowed):
        return Verdict("pause", "account")
    if isinstance(error, Rejected) and _is_about_access(error):
        return Verdict("pause", "account")
    if isinstance(error, Rejected):
        return Verdict("fail", "rejected")
    if isinstance(error, FileSpent):
        return Verdict("fail", "document")
    if isinstance(error, MayNotRevoke):
        return Verdict("fail", "denied")
    if isinstance(error, Stopped):
        return Verdict("fail", "incomplete")
    if isinstance(error, Stranger):
        return Verdict("fail", "stranger")
    if isinstance(error, SeveralMatches):
        return Verdict("fail", "ambiguous")
    if isinstance(error, RetryLater | OutcomeUnknown | AnswerNotUnderstood):
        return _later(error, attempt_count)
    return Verdict("fail", "internal")


def _later(error, attempt_count):
    uses_attempt = getattr(error, "reason", None) not in UNREACHED
    if uses_attempt and attempt_count + 1 >= MAX_ATTEMPTS:
        return Verdict("fail", "gave_up", uses_attempt=True, is_outage=True)
    delay = backoff_seconds(attempt_count + 1, getattr(error, "delay", None))
    return Verdict("later", "no_answer", delay, uses_attempt, is_outage=True)


def _is_about_access(error):
    """Whether a refusal is the account's matter rather than the record's.

    That is one of a token, and a list that is not found: it exists in every tenant.
    """
    parts = (error.path or "").strip("/").split("/")
    if parts[0] in ("oauth", "auth"):
        return True
    return isinstance(error, NotFound) and len(parts) == 1
