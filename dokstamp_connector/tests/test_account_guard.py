import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged

from .common import DokstampCase

STORED = ("stored_client_secret", "stored_password")


class Listener(BaseHTTPRequestHandler):
    """A server of somebody who would like to know the secret."""

    def do_POST(self):
        length = int(self.headers.get("Content-Length") or 0)
        self.server.heard.append(self.rfile.read(length).decode())
        self.send_response(401)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_GET = do_POST

    def log_message(self, *args):
        """Keep the test's log clean."""


class GuardCase(DokstampCase):
    """An account, its manager, and a manager of another company."""

    def begin_with(self, cls):
        super().begin_with(cls)
        cls.managed = self.account.with_user(self.manager)

    def stranger(self):
        company = self.env["res.company"].create({"name": "Other School"})
        return new_test_user(
            self.env,
            login="stranger@example.com",
            groups="dokstamp_connector.group_manager",
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )

    def refusal(self, work, kind=UserError):
        with self.assertRaises(kind) as caught, self.cr.savepoint():
            work()
            self.env.flush_all()
        return str(caught.exception)


@tagged("post_install", "-at_install")
class TestSecretsStay(GuardCase):
    """Secrets go to the server that they were typed for, and to no other."""

    def stored(self):
        return [self.account.sudo()[name] for name in STORED]

    def listen(self):
        server = HTTPServer(("127.0.0.1", 0), Listener)
        server.heard = []
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        return server

    def test_another_server_hears_no_secret(self):
        self.account.write({"password": "demo-password"})
        server = self.listen()
        self.managed.base_url = f"http://127.0.0.1:{server.server_port}"
        for method in ("client_credentials", "password"):
            with self.subTest(method):
                self.managed.auth_method = method
                answer = self.managed.action_test_connection()
                sentence = answer["params"]["message"]
                self.assertIn("missing", sentence)
                self.assertIn("again", sentence)
        self.assertFalse(server.heard)
        self.assertFalse(self.managed.has_client_secret or self.managed.has_password)

    def test_scheme_host_and_port_each_empty_the_secrets(self):
        self.account.write({"base_url": "https://a.example.com"})
        for url in (
            "http://127.0.0.1",
            "https://127.0.0.1",
            "https://b.example.com",
            "https://b.example.com:8443",
        ):
            with self.subTest(url):
                self.managed.write({"client_secret": "x", "password": "y"})
                self.managed.base_url = url
                self.assertEqual(self.stored(), [False, False])

    def test_same_server_keeps_them(self):
        self.account.write(
            {
                "base_url": "https://a.example.com",
                "client_secret": "x",
                "password": "y",
            }
        )
        for url in ("https://a.example.com:443/", "https://A.example.com/v1"):
            with self.subTest(url):
                self.managed.base_url = url
                self.assertEqual(self.stored(), ["x", "y"])

    def test_secret_typed_with_the_address_is_kept_and_only_that_one(self):
        self.account.write({"password": "y"})
        self.managed.write({"base_url": "https://a.example.com", "client_secret": "n"})
        self.assertEqual(self.stored(), ["n", False])

    def test_sources_cannot_find_secrets_out(self):
        sources = self.env["dokstamp.source"].with_user(self.manager)
        models = self.env["ir.model"].sudo()
        values = {"name": "Oracle", "entity": "dokstamp.course"}

        def create(model, domain):
            return sources.create(
                {**values, "model_id": models._get_id(model), "domain": domain}
            )

        for name in STORED:
            domain = f"[('{name}', '=like', 'd%')]"
            self.refusal(
                lambda domain=domain: create("dokstamp.account", domain),
                ValidationError,
            )
        # on a model that everybody reads, directly and on the way
        self.patch(self.env["res.partner"]._fields["ref"], "groups", fields.NO_ACCESS)
        for model, path in (("res.partner", "ref"), ("res.users", "partner_id.ref")):
            source = create(model, "[]")
            for domain in (
                f"[('{path}', '=like', 'd%')]",
                f"['!', ('{path}', '!=', False)]",
            ):
                with self.subTest(domain):
                    self.refusal(
                        lambda source=source, domain=domain: source.write(
                            {"domain": domain}
                        ),
                        AccessError,
                    )
            source.domain = "[('id', '>', 0)]"


@tagged("post_install", "-at_install")
class TestAccessThatFits(GuardCase):
    """What cannot be right is refused with a sentence."""

    def test_account_with_records_keeps_its_tenant(self):
        self.course()
        self.flush()
        sentence = self.refusal(lambda: self.managed.write({"tenant": "another"}))
        self.assertIn("2 record(s) to the tenant demo-school", sentence)
        self.managed.write({"tenant": "demo-school"})

    def test_account_with_records_may_move_to_another_address(self):
        self.managed.base_url = "https://api.example.com"
        self.assertEqual(self.account.state, "draft")

    def test_account_without_records_may_take_another_tenant(self):
        account = self.managed.create({"name": "New", "tenant": "first"})
        account.tenant = "second"
        self.assertEqual(account.tenant, "second")

    def test_tenant_is_a_slug(self):
        for tenant in ("My School", "escola-é", "-school", "a/b", "a\nb", "School"):
            with self.subTest(tenant):
                sentence = self.refusal(
                    lambda tenant=tenant: self.managed.create(
                        {"name": "New", "tenant": tenant}
                    ),
                    ValidationError,
                )
                self.assertIn("my-school", sentence)
        for tenant in ("a", "7", "my-school", "my_school.v2"):
            self.managed.create({"name": "New", "tenant": tenant})

    def test_broken_address_is_refused_with_the_sentence(self):
        for url in (
            "https://a.example.com:99999",
            "https://a.example.com:x",
            "https://a.example.com:0",
            "http://[::1",
        ):
            with self.subTest(url):
                sentence = self.refusal(
                    lambda url=url: self.managed.write({"base_url": url}),
                    ValidationError,
                )
                self.assertIn("is not an address of an API", sentence)

    def test_address_that_got_in_otherwise_gives_a_sentence_too(self):
        self.env.cr.execute(
            "UPDATE dokstamp_account SET base_url = 'http://[::1' WHERE id = %s",
            [self.account.id],
        )
        self.env.invalidate_all()
        answer = self.managed.action_test_connection()
        self.assertIn("cannot be right", answer["params"]["message"])

    def test_success_says_that_writing_is_not_tried_yet(self):
        message = self.managed.action_test_connection()["params"]["message"]
        self.assertIn("may read", message)
        self.assertIn("first save", message)

    def test_paused_account_with_other_credentials_is_not_connected(self):
        self.account._pause("DokStamp refused the credentials.")
        self.managed.client_secret = "demo-secret"
        self.assertEqual(self.account.state, "draft")
        self.assertFalse(self.account.pause_reason)

    def test_resume_works_in_the_very_request_that_saves_other_credentials(self):
        self.managed.action_pause()
        self.managed.client_secret = "demo-secret"
        self.managed.action_resume()
        self.assertEqual(self.account.state, "connected")


@tagged("post_install", "-at_install")
class TestCopies(GuardCase):
    """A dump takes the database's uuid along, but neither its name nor its server."""

    def check_paused(self, confirmed_in):
        self.account.database_uuid = confirmed_in
        course = self.course()
        self.flush()
        self.assertFalse(self.sandbox.requests())
        self.assertEqual(self.account.state, "paused")
        self.assertIn("copy", self.account.pause_reason)
        self.assertEqual(course.sync_state, "pending")
        self.managed.action_resume()
        self.flush()
        self.assertEqual(course.sync_state, "synced")

    def test_same_uuid_under_another_name_pauses(self):
        name = self.env.cr.dbname
        confirmed = self.account.database_uuid
        self.assertIn(f"@{name}", confirmed)
        self.check_paused(confirmed.replace(f"@{name}", f"@{name}_live"))

    def test_same_uuid_and_name_on_another_server_pauses(self):
        self.env.cr.execute("SELECT system_identifier FROM pg_control_system()")
        [server] = self.env.cr.fetchone()
        confirmed = self.account.database_uuid
        self.assertTrue(confirmed.endswith(f"@{server}"))
        self.check_paused(confirmed.replace(str(server), str(server + 1)))


@tagged("post_install", "-at_install")
class TestRoles(GuardCase):
    """What managers may not touch."""

    def test_manager_moves_rows_through_the_buttons_alone(self):
        course = self.course()
        self.env.cr.flush()
        row = self.rows_of(course).with_user(self.manager)
        for values in ({"res_id": 1}, {"operation": "remove"}, {"state": "done"}):
            with self.subTest(values):
                self.refusal(lambda values=values: row.write(values), AccessError)
        row.action_cancel()
        self.assertEqual(row.state, "cancelled")
        row.action_retry()
        self.assertEqual(row.state, "pending")

    def test_buttons_refuse_registrars_and_strangers(self):
        course = self.course()
        self.env.cr.flush()
        rows = self.rows_of(course)
        for user in (self.registrar, self.stranger()):
            for action in ("action_cancel", "action_retry"):
                with self.subTest(user=user.login, action=action):
                    self.refusal(getattr(rows.with_user(user), action), AccessError)
        self.assertEqual(rows.state, "pending")

    def test_sources_of_another_company_are_closed_with_all_their_parts(self):
        source = self.env["dokstamp.source"].create(
            {
                "name": "Partners",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "entity": "dokstamp.course",
                "active": True,
                "field_ids": [
                    Command.create(
                        {
                            "field_name": "name",
                            "path": "name",
                            "value_ids": [
                                Command.create({"from_value": "a", "to_value": "b"})
                            ],
                        }
                    )
                ],
            }
        )
        stranger = self.stranger()
        line = source.field_ids
        for record in (source, line, line.value_ids):
            with self.subTest(model=record._name):
                self.assertTrue(record.with_user(self.manager).search([]) & record)
                theirs = record.with_user(stranger)
                self.assertFalse(theirs.search([]) & record)
                self.refusal(theirs.read, AccessError)
                self.refusal(lambda theirs=theirs: theirs.write({}), AccessError)

    def test_a_password_is_there_as_soon_as_it_is_typed(self):
        self.assertFalse(self.account.has_password)
        self.account.write({"login": "somebody@example.com", "password": "secret"})
        self.assertTrue(self.account.has_password)
