from odoo.tests import tagged

from ..dokstamp_api import (
    AnswerNotUnderstood,
    ClientCredentials,
    CredentialsRefused,
    DokStampError,
    NeedsNewToken,
    NotAllowed,
    NotFound,
    OutcomeUnknown,
    PasswordLogin,
    RateLimited,
    Rejected,
    RetryLater,
)
from .test_api_common import SandboxCase

STUDENT = {"name": "Ana", "email": "ana@example.com", "date_of_birth": "2001-02-03"}


@tagged("post_install", "-at_install")
class TestTenant(SandboxCase):
    def test_401_that_is_really_a_missing_tenant_ends_after_one_new_token(self):
        self.sandbox.set_options(missing_tenant_status=401)
        with self.assertRaises(NeedsNewToken):
            self.new_client(tenant="no-such-school").institutions.count()
        tokens = self.sandbox.requests("POST", "/oauth/token")
        self.assertEqual(len(tokens), 2)

    def test_unknown_tenant_may_also_look_like_a_missing_record(self):
        self.sandbox.set_options(missing_tenant_status=404)
        with self.assertRaises(NotFound):
            self.new_client(tenant="no-such-school").institutions.count()

    def test_record_of_another_tenant_is_not_found(self):
        uuid = self.client.students.create(STUDENT)["uuid"]
        auth = ClientCredentials("other-client", "other-secret")
        other = self.new_client(auth, tenant="other-school")
        with self.assertRaises(NotFound):
            other.students.get(uuid)
        with self.assertRaises(NotFound):
            other.students.update(uuid, {"name": "Eve"})

    def test_reading_rights_are_not_writing_rights(self):
        client = self.new_client(
            ClientCredentials("readonly-client", "readonly-secret")
        )
        self.assertEqual(client.students.count(), 0)
        with self.assertRaises(NotAllowed):
            client.students.create(STUDENT)

    def test_wrong_secrets(self):
        for auth in (
            ClientCredentials("demo-client", "wrong"),
            PasswordLogin("integration@example.com", "wrong"),
            PasswordLogin("not an address", "wrong"),
        ):
            with self.assertRaises(CredentialsRefused):
                self.new_client(auth).students.count()


@tagged("post_install", "-at_install")
class TestMisbehaviour(SandboxCase):
    """What the sandbox can do to a call, and what the client makes of it."""

    def fails(self, kind, call, **fault):
        self.sandbox.fault(path="/students.*", **fault)
        with self.assertRaises(DokStampError) as caught:
            call()
        self.assertIs(type(caught.exception), kind)
        return caught.exception

    def create(self):
        return self.client.students.create(STUDENT)

    def read(self):
        return self.client.students.find(email=STUDENT["email"])

    def created(self):
        return len(self.sandbox.rows("students"))

    def test_connection_dropped_before_the_work(self):
        self.fails(OutcomeUnknown, self.create, drop="before")
        self.assertEqual(self.created(), 0)
        self.fails(RetryLater, self.read, drop="before")

    def test_connection_dropped_after_the_work(self):
        self.fails(OutcomeUnknown, self.create, drop="after")
        self.assertEqual(self.created(), 1)
        (row,) = self.read()
        self.assertEqual(row["email"], STUDENT["email"])

    def test_silence_before_and_after_the_work(self):
        self.client = self.new_client(read_timeout=0.5)
        error = self.fails(OutcomeUnknown, self.create, drop="hang", seconds=3)
        self.assertEqual((error.reason, self.created()), ("timeout", 0))
        error = self.fails(OutcomeUnknown, self.create, drop="hang_after", seconds=3)
        self.assertEqual((error.reason, self.created()), ("timeout", 1))

    def test_error_status_although_the_work_was_done(self):
        self.fails(OutcomeUnknown, self.create, after_status=502)
        self.assertEqual(self.created(), 1)

    def test_broken_bodies_of_a_done_create(self):
        self.fails(OutcomeUnknown, self.create, truncate=True)
        (row,) = self.sandbox.rows("students")
        self.sandbox.remove("students", row["uuid"])
        self.fails(OutcomeUnknown, self.create, empty=True)
        self.assertEqual(self.created(), 1)

    def test_page_of_a_proxy_instead_of_a_create(self):
        self.fails(OutcomeUnknown, self.create, html=200)
        self.assertEqual(self.created(), 0)

    def test_broken_bodies_of_a_reading_call(self):
        self.fails(AnswerNotUnderstood, self.read, truncate=True)
        self.fails(AnswerNotUnderstood, self.read, empty=True)
        self.fails(AnswerNotUnderstood, self.read, html=200)
        self.fails(RetryLater, self.read, html=502)

    def test_wrong_content_type_with_good_json(self):
        self.sandbox.fault(path="/students", content_type="text/html")
        self.assertTrue(self.create()["uuid"])

    def test_outage(self):
        for mode, reason in (("refuse_503", "server"), ("drop", "connection")):
            self.client.students.count()
            self.sandbox.outage(mode)
            with self.assertRaises(RetryLater) as caught:
                self.read()
            self.assertEqual(caught.exception.reason, reason)
            with self.assertRaises(OutcomeUnknown):
                self.create()
            self.sandbox.end_outage()
            self.assertEqual(self.created(), 0)

    def test_rate_limit_says_when_to_come_back(self):
        for form in ("seconds", "date"):
            limit = {"per_minute": 1, "retry_after": form, "window_seconds": 30}
            self.client.students.count()
            self.sandbox.set_options(rate_limit=limit)
            with self.assertRaises(RateLimited) as caught:
                for _call in range(3):
                    self.read()
            self.assertTrue(0 < caught.exception.delay <= 61)
            self.sandbox.reset()

    def test_success_present_or_absent(self):
        for present in (False, True):
            self.sandbox.reset(success_true_on_success=present)
            self.assertTrue(self.create()["uuid"])
            self.assertEqual(self.client.students.count(), 1)

    def test_both_generations_of_error_bodies(self):
        for generation in ("newer", "older"):
            self.sandbox.reset(generation=generation, client_credentials_allowed=True)
            with self.assertRaises(Rejected) as caught:
                self.client.students.create({"name": "Ana"})
            self.assertEqual(
                set(caught.exception.field_messages), {"email", "date_of_birth"}
            )

    def test_capped_pages_lose_no_student(self):
        self.sandbox.set_options(per_page_max=3)
        for number in range(8):
            email = f"student{number}@example.com"
            self.client.students.create({**STUDENT, "email": email})
        emails = [row["email"] for row in self.client.students.list(sort="email")]
        self.assertEqual(len(set(emails)), 8)
        self.assertEqual(emails, sorted(emails))
