import json
import math
from datetime import date, datetime, timezone

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..dokstamp_api.retry import (
    LONGEST_RETRY_AFTER,
    LONGEST_WAIT,
    backoff_seconds,
    parse_retry_after,
)
from ..models.sync.messages.comparison import (
    comparable,
    differences,
    is_exactly,
    remote_value,
)
from .common_hostile import MOMENTS, few, many
from .test_api_common import ScriptedCase, reply

CHANCES = st.floats(0, 1, exclude_max=True)
ATTEMPTS = st.integers(-3, 10**6)
NOW = datetime(2026, 10, 21, 7, 28, tzinfo=timezone.utc)


@tagged("post_install", "-at_install")
class TestRetryProperties(BaseCase):
    """When it is tried again, whatever the server asks for."""

    @many
    @given(ATTEMPTS, CHANCES)
    def test_each_wait_is_as_long_as_the_one_before_and_none_is_endless(
        self, attempt, chance
    ):
        first, second = (
            backoff_seconds(number, random=lambda: chance)
            for number in (attempt, attempt + 1)
        )
        self.assertTrue(0 < first <= second <= LONGEST_WAIT)

    @many
    @given(ATTEMPTS, CHANCES, st.floats(0, LONGEST_RETRY_AFTER))
    def test_no_wait_is_shorter_than_the_server_asked_for(
        self, attempt, chance, seconds
    ):
        wait = backoff_seconds(attempt, seconds, random=lambda: chance)
        self.assertGreaterEqual(wait, seconds)
        self.assertLessEqual(wait, max(LONGEST_WAIT, seconds + 5))

    @many
    @given(st.one_of(MOMENTS, st.text(), st.none(), st.floats().map(str)))
    def test_what_it_asks_for_is_read_or_is_nothing(self, header):
        seconds = parse_retry_after(header, NOW)
        if seconds is not None:
            self.assertTrue(math.isfinite(seconds))
            self.assertTrue(0 <= seconds <= LONGEST_RETRY_AFTER)

    @few
    @given(st.integers(0, LONGEST_RETRY_AFTER))
    def test_seconds_and_dates_say_the_same(self, seconds):
        moment = datetime.fromtimestamp(NOW.timestamp() + seconds, timezone.utc)
        text = moment.strftime("%a, %d %b %Y %H:%M:%S GMT")
        self.assertEqual(parse_retry_after(str(seconds), NOW), seconds)
        self.assertEqual(parse_retry_after(text, NOW), seconds)


TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=9)
SENT = st.fixed_dictionaries(
    {
        "name": TEXTS.map(str.strip).filter(bool),
        "code": st.none() | TEXTS.map(str.strip).filter(bool),
        "date_of_birth": st.none() | st.dates().map(date.isoformat),
        "completed_at": st.none()
        | st.datetimes(datetime(1900, 1, 1)).map(
            lambda one: one.replace(microsecond=0).isoformat()
        ),
        "grade": st.none() | st.integers(0, 1000).map(lambda n: n / 100),
        "order": st.none() | st.integers(0, 99),
        "is_required": st.booleans(),
        "course_uuid": st.none() | st.uuids().map(str),
    }
)
# what is not documented (dokstamp-api.md 1): how a value comes back
HABITS = st.fixed_dictionaries(
    {
        name: st.booleans()
        for name in ("trims", "links", "decimals", "dates", "fractions", "nulls")
    }
)


def told(sent, habits):
    """A body as DokStamp tells it again."""
    row = {}
    for key, value in sent.items():
        if key.endswith("_uuid") and habits["links"]:
            link = {"uuid": value, "name": "Somewhere"} if value else None
            row[key.removesuffix("_uuid")] = link
            continue
        if key == "date_of_birth" and value and habits["dates"]:
            value = f"{value}T00:00:00.000000Z"
        if key == "completed_at" and value and habits["fractions"]:
            value = f"{value}.000000Z"
        if key == "grade" and value is not None and habits["decimals"]:
            value = f"{value:.2f}"
        if key == "is_required" and not value and habits["nulls"]:
            value = None
        row[key] = value
    return json.loads(json.dumps(row))


brief = settings(few, max_examples=100)


@tagged("post_install", "-at_install")
class TestDifferenceProperties(BaseCase):
    """What was sent is not different, and what is different is sent."""

    def theirs(self, sent, row):
        return {key: remote_value(row, key) for key in sent}

    @brief
    @given(SENT, HABITS)
    def test_what_was_sent_is_no_difference(self, sent, habits):
        row = told(sent, habits)
        self.assertEqual(differences(sent, self.theirs(sent, row), ("code",)), {})

    @brief
    @given(SENT, SENT, HABITS)
    def test_what_is_adopted_says_the_same_after_one_patch(self, sent, held, habits):
        row = told(held, habits)
        adopted = comparable(row, sent)
        patch = {key: sent[key] for key in sent if adopted[key] != sent[key]}
        patched = {**self.theirs(held, row), **patch}
        for key, value in sent.items():
            if value is None:
                self.assertNotIn(key, patch)  # it loses nothing
            else:
                there = patched.get(key)
                self.assertTrue(is_exactly(value, there), (key, value, there))

    @brief
    @given(SENT, SENT, HABITS)
    def test_what_people_see_differs_is_told(self, sent, held, habits):
        row = told(held, habits)
        found = differences(sent, self.theirs(sent, row))
        for key in ("name", "date_of_birth", "grade", "order", "course_uuid"):
            if sent[key] is not None and sent[key] != held[key]:
                self.assertIn(key, found)


@tagged("post_install", "-at_install")
class TestPagingProperties(ScriptedCase):
    """A list that others change while it is read, a row at a time: what was there all
    the time is found.
    """

    def setUp(self):
        super().setUp()
        self.server.script = self.script
        self.rows, self.changes, self.asked = [], {}, 0

    def script(self, request, handler):
        if request.path != "/students":
            reply({"access_token": "t", "expires_in": 43200})(handler)
            return
        self.change(self.changes.get(self.asked))
        self.asked += 1
        number = int(request.query["page"][0])
        size = min(int(request.query["per_page"][0]), self.most)
        rows = self.rows[(number - 1) * size : number * size]
        meta = {"current_page": number, "per_page": size, "total": len(self.rows)}
        content = {"data": [{"uuid": one} for one in rows], "meta": meta}
        reply(content)(handler)

    def change(self, change):
        if not change:
            return
        kind, place = change
        if kind == "insert":
            self.rows.insert(place % (len(self.rows) + 1), f"new-{self.asked}")
        elif self.rows:
            self.stable.discard(self.rows.pop(place % len(self.rows)))

    @few
    @given(
        st.integers(0, 25),
        st.integers(1, 7),
        st.dictionaries(
            st.integers(1, 12),
            st.tuples(st.sampled_from(("insert", "delete")), st.integers(0, 99)),
            max_size=3,
        ),
    )
    def test_nothing_is_lost(self, count, most, changes):
        self.rows = [f"r-{number}" for number in range(count)]
        self.stable, self.most = set(self.rows), most
        self.changes, self.asked = changes, 0
        found = [row["uuid"] for row in self.client.students.every()]
        self.assertEqual(len(found), len(set(found)))
        self.assertLessEqual(self.stable, set(found))
