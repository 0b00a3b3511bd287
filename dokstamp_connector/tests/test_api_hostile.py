import itertools
import json
import math

from hypothesis import given
from hypothesis import strategies as st

from odoo.tests import tagged

from ..dokstamp_api import DokStampError, PasswordLogin
from ..dokstamp_api.answers import MESSAGE_LIMIT
from .common_hostile import BODIES, HEADERS, STATUSES, UUID, many
from .test_api_common import TOKEN_PATH, ScriptedCase, reply

NAMES = ("institutions", "courses", "certificates", "files")


def calls():
    """Every call that the client can make, as functions of it."""
    for name in NAMES:
        for call in (
            lambda one: list(itertools.islice(one.list(), 500)),
            lambda one: one.every({"email": "ada@example.com"}),
            lambda one: one.find(email="ada@example.com", institution_uuid=UUID),
            lambda one: one.count(),
            lambda one: one.get(UUID),
            lambda one: one.update(UUID, {"name": "Ada"}),
            lambda one: one.delete(UUID),
        ):
            yield lambda client, name=name, call=call: call(getattr(client, name))
    item = {"uuid": UUID}
    yield from (
        lambda client: client.me(),
        lambda client: client.prove_access(),
        lambda client: client.students.create({"name": "Ada"}),
        lambda client: client.courses.attachable_modules(UUID),
        lambda client: client.courses.attach_modules(UUID, [item]),
        lambda client: client.courses.detach_modules(UUID, [UUID]),
        lambda client: client.courses.groups(UUID).create({"name": "Core"}),
        lambda client: client.certificates.revoke(UUID, "Because"),
        lambda client: client.files.upload([("a.pdf", b"%PDF", "application/pdf")]),
        lambda client: client.files.download(UUID),
    )


@tagged("post_install", "-at_install")
class TestHostileAnswers(ScriptedCase):
    """Whatever a server answers, a call returns what can be kept, or fails by a name
    that says what to do next.
    """

    def setUp(self):
        super().setUp()
        self.answer = reply({})
        self.server.script = self.script
        self.calls = list(calls())

    def script(self, request, handler):
        is_token = request.path == TOKEN_PATH and not self.tokens_too
        good = reply({"access_token": "t", "expires_in": 43200})
        (good if is_token else self.answer)(handler)

    def check(self, call, client):
        try:
            result = call(client)
        except DokStampError as error:
            self.check_error(error)
        else:
            self.check_kept(result)

    def check_error(self, error):
        text = str(error)
        self.assertTrue(text)
        for word in ("ada@example.com", "Ada", "script", "demo-secret"):
            self.assertNotIn(word, text)
        self.assertLessEqual(len(error.server_message or ""), MESSAGE_LIMIT)
        delay = getattr(error, "delay", None)
        if delay is not None:
            self.assertTrue(0 <= delay <= 24 * 3600, delay)

    def check_kept(self, result):
        """A database can keep it: as text, as JSON, and in an index."""
        if isinstance(result, bytes):
            return
        text = json.dumps(result, ensure_ascii=False, allow_nan=False)
        self.assertNotIn("\\u0000", text)
        text.encode()
        rows = result if isinstance(result, list) else [result]
        for row in rows:
            if isinstance(row, dict) and row.get("uuid"):
                self.assertLess(len(row["uuid"]), 200)

    @many
    @given(BODIES, STATUSES, HEADERS, st.integers(0, 1000))
    def test_every_call_ends_with_a_result_or_a_named_failure(
        self, body, status, headers, place
    ):
        self.tokens_too = False
        self.answer = reply(status=status, body=body, headers=headers)
        with Closing(self) as client:
            for step in range(0, len(self.calls), 9):  # so that each meets some
                self.check(self.calls[(place + step) % len(self.calls)], client)

    @many
    @given(BODIES, STATUSES, HEADERS)
    def test_signing_in_does_too(self, body, status, headers):
        self.tokens_too = True
        self.answer = reply(status=status, body=body, headers=headers)
        for auth in (None, PasswordLogin("ada@example.com", "demo-secret")):
            with Closing(self, auth) as client:
                self.check(lambda client: client.institutions.count(), client)
                token = client._auth._token
                self.assertTrue(token is None or math.isfinite(token.renew_at))


class Closing:
    """A client for one example."""

    def __init__(self, case, auth=None):
        self.client = case.new_client(auth, read_timeout=2)

    def __enter__(self):
        return self.client

    def __exit__(self, *_exc):
        self.client.close()
