"""What to do after a failure, decided in one place; no Odoo here.

    status or cause                          row                     account
    429                                      later, attempt spared   waits as told
    5xx that names a time                    later, attempt used     waits as told, and
                                                                     breaker counts
    5xx, time-out, reset, unreadable answer  later, attempt used     breaker counts
    no server, no connection, no safe one    later, attempt spared   breaker counts
    no login, 4xx to a token                 later, attempt spared   pauses
    401, 403, 404 on a whole list, and       later, attempt spared   pauses
        the same to what every client may
    the same to this record alone            fails until it changes  goes on
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
    RATE_LIMIT_DELAY,
    AnswerNotUnderstood,
    CredentialsRefused,
    OtherTenant,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    RetryLater,
    backoff_seconds,
)
from .messages import (
    FileSpent,
    MayNotRevoke,
    PerhapsOurs,
    RefusedAlone,
    SeveralMatches,
    Stopped,
    Stranger,
    is_about_access,
)

MAX_ATTEMPTS = 12  # about two days with the client's backoff
# reasons for which no request can have left
UNREACHED = ("dns", "refused", "tls", "inside", "address")


@dataclass(frozen=True)
class Verdict:
    """What becomes of a row, and of its account, after a failure.

    :param action: `later`, `fail` or `pause`
    :param failure_type: of `dokstamp.sync.record`
    :param delay: seconds until the next attempt
    :param uses_attempt: whether this counts towards giving up
    :param is_outage: whether the account's breaker counts it
    :param wait: seconds for which DokStamp asks to be left alone altogether
    """

    action: str
    failure_type: str
    delay: float = 0.0
    uses_attempt: bool = False
    is_outage: bool = False
    wait: float = 0.0

    @property
    def stops_account(self):
        """Whether the account's other messages would end the same way."""
        return self.action == "pause" or bool(self.wait)


def judge(error, attempt_count):
    """Decide by the kind of error, never by its text.

    :param Exception error: what a message ended with
    :param int attempt_count: attempts before this one
    :rtype: Verdict
    """
    if isinstance(error, RateLimited):
        wait = error.delay or RATE_LIMIT_DELAY
        return Verdict("later", "rate_limit", delay=wait, wait=wait)
    if isinstance(error, CredentialsRefused | OtherTenant) or _is_of_token(error):
        return Verdict("pause", "account")
    if is_about_access(error):
        return Verdict("pause", "account")
    if isinstance(error, Rejected):
        return Verdict("fail", "rejected")
    if isinstance(error, FileSpent):
        return Verdict("fail", "document")
    if isinstance(error, MayNotRevoke | RefusedAlone):
        return Verdict("fail", "denied")
    if isinstance(error, Stopped):
        return Verdict("fail", "incomplete")
    if isinstance(error, Stranger):
        return Verdict("fail", "stranger")
    if isinstance(error, SeveralMatches | PerhapsOurs):
        return Verdict("fail", "ambiguous")
    if isinstance(error, RetryLater | OutcomeUnknown | AnswerNotUnderstood):
        return _later(error, attempt_count)
    return Verdict("fail", "internal")


def _later(error, attempt_count):
    uses_attempt = getattr(error, "reason", None) not in UNREACHED
    wait = getattr(error, "delay", None) or 0.0
    if uses_attempt and attempt_count + 1 >= MAX_ATTEMPTS:
        return Verdict("fail", "gave_up", uses_attempt=True, is_outage=True, wait=wait)
    delay = backoff_seconds(attempt_count + 1, wait or None)
    return Verdict("later", "no_answer", delay, uses_attempt, is_outage=True, wait=wait)


def _is_of_token(error):
    """Whether a token was refused: no record has part in that."""
    path = (getattr(error, "path", None) or "").strip("/")
    return isinstance(error, Rejected) and path.split("/")[0] in ("oauth", "auth")
