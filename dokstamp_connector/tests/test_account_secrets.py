import json
import logging
from contextlib import suppress

from psycopg2 import Error

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import CREDENTIALS, DokstampCase

SECRET = CREDENTIALS["client_secret"]
PASSWORD = "demo-password"
SECRET_FIELDS = ("client_secret", "password", "stored_client_secret", "stored_password")
STORED = ("stored_client_secret", "stored_password")


@tagged("post_install", "-at_install")
class TestSecrets(DokstampCase):
    """Secrets are write-only: no role gets them back, through no door."""

    def begin_with(self, cls):
        super().begin_with(cls)
        self.account.write({"login": "integration@example.com", "password": PASSWORD})
        cls.administrator = new_test_user(
            self.env,
            login="administrator@example.com",
            groups="base.group_system,dokstamp_connector.group_manager",
        )
        exporters = self.env.ref("base.group_allow_export")
        exporters.user_ids += self.registrar + self.manager + cls.administrator
        self.env.invalidate_all()

    def for_each_role(self):
        for user in (self.registrar, self.manager, self.administrator):
            with self.subTest(user=user.login):
                yield self.account.with_user(user)

    def assert_silent(self, found):
        text = json.dumps(found, default=str)
        self.assertNotIn(SECRET, text)
        self.assertNotIn(PASSWORD, text)

    def test_reading_tells_nothing(self):
        for account in self.for_each_role():
            self.assert_silent(account.read())
            self.assert_silent(account.search_read([("id", "=", account.id)]))
            self.assert_silent(account.read(["client_secret", "password"]))
            self.assert_silent(account.copy_data())
            self.assert_silent(account.default_get(list(account._fields)))
            self.assert_silent(
                account.web_read({"client_secret": {}, "password": {}, "login": {}})
            )
            self.assert_silent(
                account.export_data(["client_secret", "password", "name"])
            )

    def test_stored_fields_do_not_exist_for_anybody(self):
        for account in self.for_each_role():
            self.assertFalse(set(STORED).intersection(account.fields_get()))
            for name in STORED:
                with self.assertRaises(AccessError):
                    account.read([name])
                with self.assertRaises(AccessError):
                    account.web_read({name: {}})
                with self.assertRaises(AccessError):
                    account.export_data([name])
                with self.assertRaises(AccessError):
                    account.mapped(name)

    def test_stored_fields_cannot_be_guessed_by_searching_or_sorting(self):
        for account in self.for_each_role():
            for name in STORED:
                with self.assertRaises(AccessError):
                    account.search([(name, "=like", "d%")])
                with self.assertRaises(AccessError):
                    account.search([], order=name)
                with self.assertRaises(AccessError):
                    account._read_group([], [name], ["__count"])
                with self.assertRaises(AccessError):
                    account.name_search("", [(name, "=like", "d%")])
                with self.assertRaises(AccessError):
                    account.env["dokstamp.course"].search(
                        [(f"account_id.{name}", "=like", "d%")]
                    )
                with self.assertRaises(AccessError):
                    account.search([("name", "=", "x"), (name, "!=", False)])

    def test_secret_fields_cannot_be_searched(self):
        for account in self.for_each_role():
            for name in ("client_secret", "password"):
                with self.assertRaises(ValueError):
                    account.search([(name, "=like", "d%")])

    def test_nobody_can_write_the_stored_fields(self):
        for user in (self.manager, self.administrator):
            for name in STORED:
                with self.assertRaises(AccessError):
                    self.account.with_user(user).write({name: "x"})

    def test_form_that_saves_a_secret_gets_none_back(self):
        account = self.account.with_user(self.manager)
        [answer] = account.web_save(
            {"client_secret": "typed-secret"},
            {"client_secret": {}, "has_client_secret": {}},
        )
        self.assertFalse(answer["client_secret"])
        self.assertTrue(answer["has_client_secret"])
        self.assertEqual(self.account.sudo().stored_client_secret, "typed-secret")
        created = account.create(
            {"name": "New", "tenant": "t", "client_secret": "typed-secret"}
        )
        self.assertFalse(created.client_secret)

    def test_empty_field_of_a_form_keeps_what_is_there(self):
        self.account.with_user(self.manager).write({"client_secret": False})
        self.assertEqual(self.account.sudo().stored_client_secret, SECRET)

    def test_an_import_that_fails_tells_nothing(self):
        accounts = self.env["dokstamp.account"].with_user(self.manager)
        names = ["name", "tenant", "client_secret", "password"]
        for name, value in (
            ("sync_mode", "nonsense"),
            ("company_id", "Nobody Knows"),
            ("max_in_flight", "many"),
            ("max_in_flight", "1000000000000"),
            ("base_url", "http://api.example.com"),
            ("state", "connected"),
        ):
            with self.subTest(name), self.assertLogs("odoo") as logged:
                logging.getLogger("odoo").info("something is logged")
                rows = [["New", "new-school", SECRET, PASSWORD, value]]
                answer = accounts.load([*names, name], rows)
                self.assertFalse(answer["ids"])
                self.assert_silent(answer)
                self.assert_silent(logged.output)

    def test_copied_account_has_no_credentials(self):
        copy = self.account.copy().sudo()
        for name in ("stored_client_secret", "stored_password", "client_id", "login"):
            self.assertFalse(copy[name], name)
        self.assertEqual(copy.state, "draft")

    def test_engine_tables_hold_no_secret(self):
        self.course()
        self.flush()
        for model in ("dokstamp.audit.log", "dokstamp.sync.record", "dokstamp.binding"):
            self.assert_silent(self.env[model].search([]).read())


@tagged("post_install", "-at_install")
class TestLogs(DokstampCase):
    """Logs carry ids, methods, paths and states: no secret and no personal data,
    whatever fails.
    """

    def begin_with(self, cls):
        super().begin_with(cls)
        cls.personal = ["Zenobia", "zenobia@example.com", "1999-12-31", SECRET]

    def people(self):
        student = self.student(
            name="Zenobia Example",
            email="zenobia@example.com",
            date_of_birth="1999-12-31",
        )
        return student, self.enrollment(
            student_id=student.id, course_id=self.course().id
        )

    def check_logs(self, work):
        with self.assertLogs("odoo", logging.INFO) as logged:
            logging.getLogger("odoo").info("something is logged")
            work()
        for line in logged.output:
            for word in self.personal:
                self.assertNotIn(word, line)
        return logged.output

    def test_failures_of_every_kind(self):
        for effect in (
            {"drop": "after"},
            {"status": 500, "json": {"message": "zenobia@example.com"}},
            {"status": 422, "json": {"errors": {"email": ["zenobia@example.com"]}}},
            {"status": 429},
            {"truncate": True},
            {"html": 502},
        ):
            with self.subTest(effect=effect), self.cr.savepoint() as savepoint:
                student, _enrollment = self.people()
                self.sandbox.fault("POST", "/students", **effect)
                self.check_logs(self.flush)
                student.name = "Zenobia Changed"
                self.check_logs(self.flush)
                savepoint.rollback()
            self.env.invalidate_all()
            self.sandbox.clear_faults()
            for entity in ("enrollments", "students", "courses"):
                for row in self.sandbox.rows(entity):
                    self.sandbox.remove(entity, row["uuid"])

    def test_debug_lines_of_the_connector_too(self):
        self.people()
        with self.assertLogs("odoo.addons.dokstamp_connector", logging.DEBUG) as logged:
            self.flush()
        self.assertTrue(any("/students" in line for line in logged.output))
        for word in self.personal:
            self.assertNotIn(word, str(logged.output))

    def test_error_in_a_thread(self):
        self.people()

        def broken(message):
            raise ValueError(str(message.payload))

        self.patch(self.registry["dokstamp.flush"], "_write_audit_lines", broken)
        lines = self.check_logs(self.flush)
        self.assertTrue(any("failed in the connector" in line for line in lines))

    def test_what_the_database_refuses(self):
        """By whatever rule of its own, whoever saves it."""
        student, enrollment = self.people()
        self.flush()
        students = self.env["dokstamp.student"].with_user(self.registrar)
        person = {
            "name": "Zenobia Again",
            "email": "Zenobia@example.com",
            "date_of_birth": "1999-12-31",
        }
        work = (
            lambda: students.create({**person, "email": self.personal[1]}),
            lambda: students.create({**person, "name": False}),
            lambda: student.with_user(self.registrar).write({**person, "name": False}),
            lambda: enrollment.copy(),
            lambda: self.env.cr.execute(
                "UPDATE dokstamp_student SET name = %s, date_of_birth = %s",
                ["Zenobia", "Zenobia"],
            ),
        )
        lines = []
        for number, refused in enumerate(work):
            with self.subTest(number):
                lines += self.check_logs(lambda refused=refused: self.fails(refused))
        self.assertGreaterEqual(str(lines).count("values of dokstamp_"), 3)

    def fails(self, work):
        with suppress(UserError, Error), self.cr.savepoint():
            work()
            self.env.flush_all()
        self.env.invalidate_all()
