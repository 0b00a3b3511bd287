"""What follows from a failure, and when two values say the same. No database."""

from odoo.tests import BaseCase, tagged

from ..dokstamp_api import (
    AnswerNotUnderstood,
    CredentialsRefused,
    NeedsNewToken,
    NotAllowed,
    NotFound,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    RetryLater,
)
from ..models.sync.messages import (
    FileSpent,
    MayNotRevoke,
    RefusedAlone,
    SeveralMatches,
)
from ..models.sync.messages.comparison import comparable, is_same, matches
from ..models.sync.verdict import MAX_ATTEMPTS, RATE_LIMIT_DELAY, judge


@tagged("post_install", "-at_install")
class TestVerdict(BaseCase):
    """The kind of a failure decides, and the number of attempts before it."""

    def outcome(self, error, attempt_count=0):
        verdict = judge(error, attempt_count)
        return verdict.action, verdict.failure_type

    def test_what_is_wrong_with_the_access_pauses_the_account(self):
        for error in (
            NeedsNewToken("no"),
            CredentialsRefused("no"),
            NotAllowed("no", path="/courses/c1"),
            Rejected("no", path="/oauth/token"),
            NotFound("no", path="/courses"),
        ):
            with self.subTest(error):
                self.assertEqual(self.outcome(error), ("pause", "account"))
                self.assertTrue(judge(error, 0).stops_account)

    def test_what_is_wrong_with_a_record_fails_it_alone(self):
        for error, failure_type in (
            (Rejected("no", path="/courses"), "rejected"),
            (NotFound("no", path="/courses/c1"), "rejected"),
            (SeveralMatches(2), "ambiguous"),
            (FileSpent(), "document"),
            (MayNotRevoke(), "denied"),
            (RefusedAlone(NotAllowed("no", path="/courses/c1")), "denied"),
            (ZeroDivisionError("ours"), "internal"),
        ):
            with self.subTest(error):
                self.assertEqual(self.outcome(error), ("fail", failure_type))
                self.assertFalse(judge(error, 0).stops_account)

    def test_a_rate_limit_spares_the_attempt_and_waits_as_told(self):
        told = judge(RateLimited("slow down", delay=7), MAX_ATTEMPTS)
        self.assertEqual((told.action, told.delay), ("later", 7))
        self.assertFalse(told.uses_attempt)
        self.assertTrue(told.stops_account)
        self.assertEqual(judge(RateLimited("slow"), 0).delay, RATE_LIMIT_DELAY)

    def test_whoever_names_a_time_is_left_alone_altogether(self):
        for error in (
            RetryLater("503", reason="server", delay=7),
            OutcomeUnknown("503", reason="server", delay=7),
            RateLimited("429", delay=7),
        ):
            with self.subTest(error):
                verdict = judge(error, 0)
                self.assertEqual((verdict.action, verdict.wait), ("later", 7))
                self.assertTrue(verdict.stops_account)
        self.assertFalse(judge(RetryLater("503", reason="server"), 0).stops_account)

    def test_silence_uses_an_attempt_until_the_last(self):
        for error in (
            RetryLater("502", reason="server"),
            OutcomeUnknown("no answer", reason="timeout"),
            AnswerNotUnderstood("a page"),
        ):
            with self.subTest(error):
                first = judge(error, 0)
                self.assertEqual(first.action, "later")
                self.assertTrue(first.uses_attempt and first.is_outage)
                last = self.outcome(error, MAX_ATTEMPTS - 1)
                self.assertEqual(last, ("fail", "gave_up"))

    def test_a_server_that_was_not_reached_uses_none(self):
        for reason in ("dns", "refused", "tls"):
            with self.subTest(reason):
                verdict = judge(RetryLater("none", reason=reason), MAX_ATTEMPTS)
                self.assertEqual(verdict.action, "later")
                self.assertFalse(verdict.uses_attempt)


@tagged("post_install", "-at_install")
class TestComparison(BaseCase):
    """DokStamp writes the same in other words."""

    def test_the_same_in_other_words(self):
        for sent, received in (
            ("2026-01-02", "2026-01-02T00:00:00.000000Z"),
            ("bot-1 ", "BOT-1"),
            (7.5, "7.50"),
            (None, None),
        ):
            with self.subTest(sent):
                self.assertTrue(is_same(sent, received))

    def test_something_else(self):
        for sent, received in (
            ("2026-01-02", "2026-01-03T00:00:00.000000Z"),
            (7.5, "good"),
            ("BOT-1", None),
        ):
            with self.subTest(sent):
                self.assertFalse(is_same(sent, received))

    def test_a_link_comes_back_as_an_object(self):
        remote = {"course": {"uuid": "c1", "name": "Botany"}, "group": None}
        self.assertTrue(matches(remote, {"course_uuid": "c1"}))
        self.assertFalse(matches(remote, {"course_uuid": "c2"}))
        self.assertFalse(matches(remote, {"group_uuid": "g1"}))

    def test_what_is_empty_here_is_left_as_it_is_there(self):
        remote = {"name": "botany", "area": "Science"}
        ours = {"name": "Botany", "area": None}
        self.assertEqual(comparable(remote, ours), {"name": "botany", "area": None})
