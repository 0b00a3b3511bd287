from datetime import datetime, timezone

from odoo.tests import BaseCase, tagged

from ..dokstamp_api import RateLimit, backoff_seconds
from ..dokstamp_api.retry import parse_retry_after

HOUR = 3600
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=timezone.utc)


@tagged("post_install", "-at_install")
class TestBackoff(BaseCase):
    def test_first_retry_comes_within_ten_seconds(self):
        for chance in (0.0, 0.5, 0.999):
            wait = backoff_seconds(1, random=lambda value=chance: value)
            self.assertGreaterEqual(wait, 2)
            self.assertLess(wait, 10)

    def test_waits_grow_to_hours_and_never_beyond_six(self):
        waits = [
            backoff_seconds(attempt, random=lambda: 0.5) for attempt in range(1, 12)
        ]
        self.assertEqual(waits, sorted(waits))
        self.assertGreater(waits[8], HOUR)
        self.assertLessEqual(backoff_seconds(10_000, random=lambda: 0.999), 6 * HOUR)

    def test_rows_that_failed_together_come_back_apart(self):
        self.assertGreater(len({backoff_seconds(12) for _row in range(50)}), 40)

    def test_never_earlier_than_the_server_asked_for(self):
        for _try in range(100):
            self.assertGreaterEqual(backoff_seconds(1, retry_after=120), 120)

    def test_short_retry_after_does_not_shorten_the_backoff(self):
        patient = backoff_seconds(6, retry_after=1, random=lambda: 0.5)
        self.assertEqual(patient, backoff_seconds(6, random=lambda: 0.5))


@tagged("post_install", "-at_install")
class TestRetryAfter(BaseCase):
    def test_seconds(self):
        self.assertEqual(parse_retry_after("120", NOW), 120)

    def test_date(self):
        date = "Sun, 01 Mar 2026 12:02:00 GMT"
        self.assertEqual(parse_retry_after(date, NOW), 120)

    def test_date_that_has_passed_is_no_wait(self):
        self.assertEqual(parse_retry_after("Sun, 01 Mar 2026 11:00:00 GMT", NOW), 0)

    def test_never_more_than_a_day(self):
        for value in ("999999999", "inf", "Sun, 01 Mar 2099 12:00:00 GMT"):
            self.assertEqual(parse_retry_after(value, NOW), 24 * HOUR)

    def test_garbage_is_nothing(self):
        for value in (None, "", "soon", "nan", "32 Foo 2026", "\x00"):
            self.assertIsNone(parse_retry_after(value, NOW))


class _Clock:
    """A clock that only sleeping moves."""

    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now

    def sleep(self, seconds):
        self.now += seconds


@tagged("post_install", "-at_install")
class TestRateLimit(BaseCase):
    def starts(self, per_minute, count, clock=None):
        clock = clock or _Clock()
        limit = RateLimit(per_minute, clock=clock, sleep=clock.sleep)
        starts = []
        for _request in range(count):
            limit.wait()
            starts.append(clock.now)
        return starts

    def test_no_minute_holds_more_than_the_limit(self):
        for per_minute in (1, 2, 10, 60, 300):
            starts = self.starts(per_minute, 3 * per_minute + 10)
            for first in starts:
                held = [start for start in starts if 0 <= start - first < 59.999]
                self.assertLessEqual(len(held), per_minute)

    def test_limit_is_used_up(self):
        starts = self.starts(60, 181)
        self.assertLess(starts[-1] - starts[0], 200)

    def test_few_requests_after_a_quiet_time_go_at_once(self):
        starts = self.starts(60, 6)
        self.assertAlmostEqual(starts[-1], starts[0])

    def test_zero_and_none_are_no_limit(self):
        for per_minute in (0, None):
            starts = self.starts(per_minute, 1000)
            self.assertEqual(starts[0], starts[-1])
