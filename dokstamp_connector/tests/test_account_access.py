import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.modules.neutralize import get_neutralization_queries
from odoo.tests import tagged
from odoo.tests.common import _super_send

from .common import CREDENTIALS, DokstampCase
from .test_outage import free_port


class Website(BaseHTTPRequestHandler):
    """Some site that is not DokStamp's API."""

    status = 200

    def _answer(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = b"<html><body>Welcome</body></html>"
        self.send_response(self.status)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PATCH = do_DELETE = _answer

    def log_message(self, *args):
        """Keep the test's log clean."""


class LostSite(Website):
    status = 404


class AccessCase(DokstampCase):
    """What goes wrong with an account, and how to provoke it."""

    @classmethod
    def _request_handler(cls, session, request, /, **kwargs):
        """Let the name that exists nowhere pass the net that Odoo's tests span."""
        if request.url.startswith("https://dokstamp.invalid"):
            return _super_send(session, request, **kwargs)
        return super()._request_handler(session, request, **kwargs)

    def serve(self, handler):
        server = HTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        return f"http://127.0.0.1:{server.server_port}"

    def change(self, **values):
        """Save an access as if nothing had been sent with another one: a secret comes
        with each address, and the tenant may be any.
        """
        if "base_url" in values:
            values = {"client_secret": CREDENTIALS["client_secret"], **values}
        model = self.registry["dokstamp.account"]
        with patch.object(model, "_check_tenant_stays", lambda account, vals: None):
            self.account.write(values)

    def use(self, **values):
        """Change the access as if it had been right when the account was connected."""
        self.change(**values)
        self.account.write(
            {
                "state": "connected",
                "database_uuid": self.account._current_database_uuid(),
            }
        )

    def pressed(self):
        """What the test button says, and the form after it."""
        answer = self.account.with_user(self.manager).action_test_connection()
        self.env.invalidate_all()
        sentence = answer["params"]["message"]
        self.assertEqual(answer["params"]["type"], "danger")
        self.assertEqual(self.account.with_user(self.manager).access_problem, sentence)
        return sentence


@tagged("post_install", "-at_install")
class TestConnectionTest(AccessCase):
    """The test button says in plain words what is wrong."""

    def refused(self, **values):
        self.change(**values)
        sentence = self.pressed()
        self.assertNotEqual(self.account.state, "connected")
        return sentence

    def test_right_access_connects(self):
        self.account.write({"state": "draft"})
        self.account.with_user(self.manager).action_test_connection()
        self.assertEqual(self.account.state, "connected")

    def test_wrong_secret(self):
        self.assertIn("refused the credentials", self.refused(client_secret="wrong"))

    def test_wrong_client(self):
        self.assertIn("refused the credentials", self.refused(client_id="nobody"))

    def test_no_secret_at_all(self):
        self.account.sudo().stored_client_secret = False
        self.account.state = "draft"
        self.assertIn("client secret is missing", self.pressed())

    def test_unknown_tenant_in_either_way_that_dokstamp_may_answer(self):
        for status in (401, 404):
            with self.subTest(status=status):
                self.sandbox.set_options(missing_tenant_status=status)
                sentence = self.refused(tenant=f"nowhere-{status}")
                self.assertIn(f"tenant “nowhere-{status}”", sentence)

    def test_somebody_elses_tenant(self):
        for status in (401, 403, 404):
            with self.subTest(status=status):
                self.sandbox.set_options(foreign_tenant_status=status)
                sentence = self.refused(tenant="other-school")
                self.assertIn("those of the tenant “demo-school”", sentence)
                self.assertIn("not of the tenant “other-school”", sentence)

    def test_somebody_elses_tenant_where_dokstamp_does_not_tell_whose(self):
        self.sandbox.set_options(me_with_service_token="401")
        for status in (401, 403, 404):
            with self.subTest(status=status):
                self.sandbox.set_options(foreign_tenant_status=status)
                sentence = self.refused(tenant="other-school")
                self.assertIn("tenant “other-school”", sentence)
                self.assertIn("another school's", sentence)
                self.assertNotIn("address", sentence)

    def test_tenant_that_is_right_is_not_blamed_for_rights(self):
        self.sandbox.fault("GET", "/institutions", times=9, status=403)
        self.account.state = "draft"
        self.assertIn("not enough rights", self.pressed())

    def test_sign_in_that_is_not_there(self):
        """Nothing is known of credentials that nobody has looked at."""
        for kind, values, path in (
            ("older", {}, "/oauth/token"),
            ("newer", {"auth_method": "password", "login": "a@example.com"}, "/auth/"),
        ):
            with self.subTest(kind):
                self.sandbox.set_options(generation=kind, login_allowed=kind == "older")
                sentence = self.refused(password="demo-password", **values)
                self.assertIn(path, sentence)
                self.assertIn("no sign-in of this kind (404", sentence)
                self.assertIn("“Sign in with”", sentence)
                self.assertNotIn("credentials are right", sentence)
                self.assertNotIn("tenant", sentence)

    def test_sign_in_that_is_refused_in_whatever_way(self):
        for status in (400, 401, 422):
            with self.subTest(status):
                self.sandbox.fault("POST", "/oauth/token", status=status)
                sentence = self.refused(client_secret="demo-secret")
                self.assertIn(f"refused the credentials ({status})", sentence)
        self.sandbox.fault("POST", "/oauth/token", status=403)
        self.assertIn("switched off there", self.refused(client_secret="demo-secret"))

    def test_credentials_that_were_withdrawn_since_the_last_call(self):
        self.course()
        self.flush()
        self.sandbox.fault("POST", "/oauth/token", status=401)
        self.assertIn("refused the credentials", self.pressed())

    def test_sign_in_while_dokstamp_is_out_of_order(self):
        for status in (500, 503):
            with self.subTest(status):
                self.sandbox.fault("POST", "/oauth/token", status=status)
                sentence = self.refused(client_secret="demo-secret")
                self.assertIn(f"problem of its own at the moment ({status})", sentence)

    def test_address_that_sends_on(self):
        for status in (301, 302, 307, 308):
            with self.subTest(status):
                handler = type("Moved", (Website,), {"status": status})
                sentence = self.refused(base_url=self.serve(handler))
                self.assertIn(f"sends calls on to another address ({status})", sentence)

    def test_server_that_hangs_up(self):
        self.sandbox.fault("POST", "/oauth/token", drop="before", times=3)
        sentence = self.refused(client_secret="demo-secret")
        self.assertIn("could not be made, or broke off", sentence)

    def test_sentence_goes_with_the_next_test_that_succeeds(self):
        self.refused(client_secret="wrong")
        self.change(client_secret="demo-secret")
        self.assertFalse(self.account.access_problem)
        self.account.with_user(self.manager).action_test_connection()
        self.assertFalse(self.account.access_problem)
        self.assertTrue(self.account.tested_at)

    def test_address_of_a_website(self):
        sentence = self.refused(base_url=self.serve(Website))
        self.assertIn("not as DokStamp's API does", sentence)

    def test_address_of_a_site_that_knows_no_such_page(self):
        sentence = self.refused(base_url=self.serve(LostSite))
        self.assertIn("no sign-in of this kind (404 to /oauth/token)", sentence)
        self.assertIn("Check the address", sentence)
        self.assertNotIn("credentials are right", sentence)

    def test_unknown_host(self):
        sentence = self.refused(base_url="https://dokstamp.invalid")
        self.assertIn("There is no server named dokstamp.invalid", sentence)

    def test_refused_connection(self):
        sentence = self.refused(base_url=f"http://127.0.0.1:{free_port()}")
        self.assertIn("does not accept connections", sentence)

    def test_server_without_tls(self):
        sentence = self.refused(base_url=self.sandbox.url.replace("http:", "https:"))
        self.assertIn("is not safe", sentence)

    def test_server_error(self):
        self.account.state = "draft"
        self.sandbox.fault("GET", "/institutions", status=500)
        self.assertIn("(500)", self.pressed())

    def test_plain_http_is_refused_but_on_this_machine(self):
        with self.assertRaises(ValidationError):
            self.account.base_url = "http://api.example.com"
        self.account.base_url = "http://localhost:1"

    def test_both_generations_of_the_api_connect_and_send(self):
        self.sandbox.reset(generation="older")
        self.account.write(
            {
                "auth_method": "password",
                "login": "integration@example.com",
                "password": "demo-password",
            }
        )
        self.account.with_user(self.manager).action_test_connection()
        course = self.course()
        self.institution._queue_push()
        self.env["dokstamp.binding"].search([]).unlink()
        self.flush()
        self.assertEqual(course.sync_state, "synced")
        self.assertFalse(self.requests("POST", "/oauth/token"))
        self.assertEqual(len(self.requests("POST", "/auth/login")), 1)

    def test_wrong_password_of_the_older_generation(self):
        self.sandbox.set_options(generation="older")
        sentence = self.refused(
            auth_method="password", login="integration@example.com", password="wrong"
        )
        self.assertIn("refused the credentials", sentence)

    def test_registrar_may_neither_test_nor_pause_nor_resume(self):
        account = self.account.with_user(self.registrar)
        for action in ("action_test_connection", "action_pause"):
            with self.subTest(action=action), self.assertRaises(AccessError):
                getattr(account, action)()
        self.account.action_pause()
        with self.assertRaises(AccessError):
            account.action_resume()


@tagged("post_install", "-at_install")
class TestAccessLostInFlush(AccessCase):
    """An account whose access is lost pauses with the reason; its rows wait and lose
    nothing.
    """

    def check_pause(self, words, **values):
        self.use(**values)
        for number in range(10):
            self.course(name=f"Course {number}", code=f"C{number}")
        self.flush()
        self.assertEqual(self.account.state, "paused")
        self.assertIn(words, self.account.pause_reason)
        rows = self.env["dokstamp.sync.record"].search([("state", "!=", "done")])
        self.assertEqual(len(rows), 10)
        self.assertEqual(set(rows.mapped("state")), {"pending"})
        self.assertEqual(sum(rows.mapped("attempt_count")), 0)
        self.sandbox.forget_requests()
        self.student()
        self.flush()
        self.assertFalse(self.sandbox.requests(), "a paused account sends nothing")

    def check_resume(self, **values):
        self.change(**values)
        self.account.with_user(self.manager).action_resume()
        self.assertEqual(self.account.state, "connected")
        self.make_due()
        self.flush()
        self.assertEqual(self.sandbox.count("courses"), 10)
        self.assertEqual(self.sandbox.count("students"), 1)

    def test_wrong_secret_pauses_and_the_right_one_goes_on(self):
        self.check_pause("refused the credentials", client_secret="wrong")
        self.check_resume(client_secret="demo-secret")

    def test_wrong_secret_is_one_login_not_one_per_row(self):
        self.check_pause("refused the credentials", client_secret="wrong")
        self.sandbox.reset()
        self.use(client_secret="wrong again")
        self.make_due()
        self.flush()
        self.assertLessEqual(len(self.requests("POST", "/oauth/token")), 2)

    def test_wrong_tenant_pauses(self):
        for status in (401, 404):
            with self.subTest(status=status), self.cr.savepoint() as savepoint:
                self.sandbox.set_options(missing_tenant_status=status)
                self.check_pause("tenant “nowhere”", tenant="nowhere")
                self.check_resume(tenant="demo-school")
                savepoint.rollback()
            self.env.invalidate_all()
            for entity in ("courses", "students"):
                for row in self.sandbox.rows(entity):
                    self.sandbox.remove(entity, row["uuid"])

    def test_credentials_that_may_only_read_pause_at_the_first_write(self):
        self.check_pause(
            "not enough rights",
            client_id="readonly-client",
            client_secret="readonly-secret",
        )
        self.check_resume(client_id="demo-client", client_secret="demo-secret")

    def test_address_of_a_lost_site_pauses(self):
        # it has no token endpoint either
        self.check_pause("address", base_url=self.serve(LostSite))
        self.check_resume(base_url=self.sandbox.url)

    def test_address_that_cannot_be_reached_is_left_alone_with_the_sentence(self):
        """It may be a passing fault: the account goes on by itself once it is over."""
        for url, words in (
            ("https://dokstamp.invalid", "There is no server named"),
            (f"http://127.0.0.1:{free_port()}", "does not accept connections"),
            (self.sandbox.url.replace("http:", "https:"), "is not safe"),
            (self.serve(Website), "not as DokStamp's API does"),
        ):
            with self.subTest(url=url), self.cr.savepoint() as savepoint:
                self.use(base_url=url)
                for number in range(10):
                    self.course(name=f"Course {number}", code=f"C{number}")
                self.flush()
                self.assertGreater(self.account.call_again_at, fields.Datetime.now())
                self.assertIn(words, self.account.outage_message)
                rows = self.env["dokstamp.sync.record"].search(
                    [("state", "!=", "done")]
                )
                self.assertEqual(set(rows.mapped("state")), {"pending"})
                if "Website" not in words and "API" not in words:
                    self.assertEqual(sum(rows.mapped("attempt_count")), 0)
                savepoint.rollback()
            self.env.invalidate_all()

    def test_resume_with_the_cause_still_there_stays_paused(self):
        self.check_pause("refused the credentials", client_secret="wrong")
        answer = self.account.with_user(self.manager).action_resume()
        self.assertIn("refused the credentials", answer["params"]["message"])
        self.assertEqual(self.account.state, "paused")

    def test_token_that_ends_mid_flush_is_renewed_once(self):
        self.course(name="First", code="FIRST")
        self.flush()
        self.sandbox.expire_tokens()
        self.sandbox.forget_requests()
        for number in range(12):
            self.course(name=f"Course {number}", code=f"C{number}")
        self.flush()
        self.assertEqual(len(self.requests("POST", "/oauth/token")), 1)
        self.assertEqual(self.sandbox.count("courses"), 13)
        rows = self.env["dokstamp.sync.record"].search([("state", "!=", "done")])
        self.assertFalse(rows)

    def test_pause_by_a_person_stops_the_queue_until_resumed(self):
        self.account.with_user(self.manager).action_pause()
        course = self.course()
        self.flush()
        self.assertFalse(self.sandbox.requests())
        self.assertIn(self.manager.name, self.account.pause_reason)
        self.account.with_user(self.manager).action_resume()
        self.flush()
        self.assertEqual(course.sync_state, "synced")

    def test_other_credentials_must_be_tested_before_they_are_used(self):
        for values in (
            {"client_secret": "another"},
            {"password": "another"},
            {"client_id": "another"},
            {"base_url": "https://another.example.com"},
        ):
            with self.subTest(values=values):
                self.use()
                self.account.with_user(self.manager).write(values)
                self.assertEqual(self.account.state, "draft")

    def test_saving_the_same_access_again_changes_nothing(self):
        self.account.write(
            {"base_url": self.account.base_url, "tenant": "demo-school", "password": ""}
        )
        self.assertEqual(self.account.state, "connected")


@tagged("post_install", "-at_install")
class TestCopiedDatabase(AccessCase):
    """A copy of the database sends nothing."""

    def test_copy_pauses_and_sends_nothing(self):
        self.env["ir.config_parameter"].set_param("database.uuid", "another-database")
        course = self.course()
        self.flush()
        self.assertFalse(self.sandbox.requests())
        self.assertEqual(self.account.state, "paused")
        self.assertIn("copy", self.account.pause_reason)
        self.assertEqual(course.sync_state, "pending")

    def test_copy_goes_on_when_a_person_says_so(self):
        self.test_copy_pauses_and_sends_nothing()
        self.account.with_user(self.manager).action_resume()
        self.flush()
        self.assertEqual(self.sandbox.count("courses"), 1)

    def test_neutralized_copy_has_neither_credentials_nor_address(self):
        self.account.write({"login": "integration@example.com", "password": "secret"})
        self.course()
        self.env.cr.flush()
        for query in get_neutralization_queries(["dokstamp_connector"]):
            self.env.cr.execute(query)
        self.env.invalidate_all()
        account = self.account.sudo()
        self.assertEqual(account.state, "draft")
        self.assertNotIn("127.0.0.1", account.base_url)
        for name in ("stored_client_secret", "stored_password", "client_id", "login"):
            self.assertFalse(account[name], name)
        self.flush()
        self.assertFalse(self.sandbox.requests())
