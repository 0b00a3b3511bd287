"""When to try again: the only place that knows the waiting times."""

import math
import random as _random
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime

FIRST_WAIT = 6  # seconds, before jitter: a registrar is waiting for the first retry
GROWTH = 3
LONGEST_WAIT = 6 * 3600  # seconds
LONGEST_RETRY_AFTER = 24 * 3600  # seconds
BREAKER_OPENS_AFTER = 5  # failures in a row: then the server is left alone for a while
RATE_LIMIT_DELAY = 30  # seconds, where a 429 names none
SPREAD = 5  # seconds over which rows with the same Retry-After come back


def backoff_seconds(attempt, retry_after=None, *, random=_random.random):
    """Return how long to wait after a failed attempt.

    Exponential (about 6 s, 18 s, 54 s … 6 h) with a jitter of half to one and a half
    times that, so that rows that failed together do not come back together.

    :param int attempt: attempts made so far, 1 after the first
    :param retry_after: seconds that the server asked for; the result is never below
    :param random: returns a float in [0, 1)
    :return: seconds
    :rtype: float
    """
    # 3 ** 20 is far above the cap; it keeps the power small for a row of many attempts
    step = min(max(attempt, 1), 20) - 1
    middle = min(FIRST_WAIT * GROWTH**step, LONGEST_WAIT / 1.5)
    wait = middle * (0.5 + random())
    if retry_after is None:
        return wait
    return max(wait, retry_after + random() * SPREAD)


def parse_retry_after(value, now):
    """Read a ``Retry-After`` header: seconds or an HTTP date (RFC 9110, 10.2.3).

    :param value: the header's text or None
    :param datetime now: the present, with a time zone
    :return: seconds between 0 and a day, None when there is nothing readable
    """
    seconds = _as_seconds(value)
    if seconds is None:
        seconds = _until_date(value, now)
    if seconds is None:
        return None
    return min(max(seconds, 0.0), float(LONGEST_RETRY_AFTER))


def told_time(value):
    """Read a ``Date`` header: what the server's clock says, None when it is unreadable.

    :rtype: datetime | None
    """
    try:
        date = parsedate_to_datetime(value)
    except (TypeError, ValueError, IndexError, OverflowError, AttributeError):
        return None
    return date if date.tzinfo else date.replace(tzinfo=timezone.utc)


def _as_seconds(value):
    try:
        seconds = float(value)
    except (TypeError, ValueError):
        return None
    return None if math.isnan(seconds) else seconds


def _until_date(value, now):
    date = told_time(value)
    return date and (date - now).total_seconds()


def utc_now():
    """Return the present with its time zone."""
    return datetime.now(timezone.utc)
