"""A record's way to DokStamp, without Odoo's part in it. No database."""

from odoo.tests import tagged

from ..dokstamp_api import OutcomeUnknown
from ..models.sync.memory import Memory
from ..models.sync.messages import Push, SeveralMatches
from .test_api_common import SandboxCase

KEYS = {"code": "BOT-1"}


@tagged("post_install", "-at_install")
class TestPush(SandboxCase):
    """Look before creating, and tell what came of it."""

    def setUp(self):
        super().setUp()
        school = self.client.institutions.create({"name": "S", "country": "Portugal"})
        self.body = {"name": "Botany", "institution_uuid": school["uuid"], **KEYS}
        self.sandbox.forget_requests()

    def push(self, **values):
        values = {"payload": self.body, "last_payload": {}, "keys": KEYS, **values}
        message = Push(path=("courses",), filters=("code",), **values)
        return message.send(self.client, Memory())

    def calls(self):
        return [(row["method"], row["path"]) for row in self.sandbox.requests()]

    def test_a_new_record_is_looked_for_and_created(self):
        message = self.push()
        self.assertEqual(self.calls(), [("GET", "/courses"), ("POST", "/courses")])
        self.assertEqual(self.sandbox.row("courses", **KEYS)["uuid"], message.uuid)
        self.assertTrue(message.is_done)

    def test_one_that_is_there_is_adopted_and_not_changed(self):
        known = self.client.courses.create({**self.body, "name": "Flowers"})
        self.sandbox.forget_requests()
        message = self.push()
        self.assertEqual(self.calls(), [("GET", "/courses")])
        self.assertEqual(message.uuid, known["uuid"])
        self.assertEqual(message.sent["name"], "Flowers")
        self.assertFalse(message.is_done)

    def test_only_what_changed_is_sent(self):
        uuid = self.push().uuid
        self.sandbox.forget_requests()
        self.push(
            uuid=uuid, payload={**self.body, "name": "Trees"}, last_payload=self.body
        )
        [row] = self.sandbox.requests()
        self.assertEqual((row["method"], row["body"]), ("PATCH", {"name": "Trees"}))

    def test_several_that_match_are_left_to_a_person(self):
        for _twin in range(2):
            self.client.courses.create(self.body)
        self.assertIsInstance(self.push().error, SeveralMatches)
        self.assertEqual(self.sandbox.count("courses"), 2)

    def test_what_was_created_without_an_answer_is_found_again(self):
        self.sandbox.fault("POST", "/courses", drop="after")
        self.assertIsInstance(self.push().error, OutcomeUnknown)
        self.assertFalse(self.push(tried=[KEYS]).error)
        self.assertEqual(self.sandbox.count("courses"), 1)
