from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import SQL

from .common_certificates import CertificateCase


@tagged("post_install", "-at_install")
class TestErasure(CertificateCase):
    """Whoever asks to be erased is: here and there; not what certificates say."""

    def begin_with(self, cls):
        super().begin_with(cls)
        cls.bea = self.student(
            name="Bea Bloom",
            email="bea@example.com",
            date_of_birth="2003-03-04",
            gender="woman",
        )
        cls.joined = self.enrollment(
            student_id=cls.bea.id, course_id=self.botany.id, enrolled_at="2026-09-01"
        )
        self.flush()

    def erase(self, student):
        action = student.with_user(self.manager).action_erase()
        wizard = self.env[action["res_model"]].with_user(self.manager)
        wizard = wizard.browse(action["res_id"])
        wizard.confirmed = True
        wizard.action_confirm()
        return wizard

    def texts_of(self, *models):
        """All that the tables hold, as text."""
        self.env.flush_all()
        texts = []
        for model in models:
            rows = self.env.execute_query(
                SQL(
                    "SELECT row_to_json(t)::text FROM %s t",
                    SQL.identifier(self.env[model]._table),
                )
            )
            texts += [text for (text,) in rows]
        return "\n".join(texts)

    def test_nothing_is_left_of_who_has_no_certificate(self):
        places = (self.bea.id, self.joined.id)
        self.erase(self.bea)
        self.flush()
        self.assertFalse((self.bea + self.ada).exists() - self.ada)
        self.assertFalse(self.joined.exists())
        self.assertEqual(
            [method for method, _path in self.requests() if method != "GET"],
            ["DELETE", "DELETE"],
        )
        held = self.texts_of(
            "dokstamp.student",
            "dokstamp.audit.log",
            "dokstamp.sync.record",
            "dokstamp.binding",
            "dokstamp.source.link",
            "dokstamp.erasure",
        )
        for word in ("Bloom", "bea@example.com", "2003-03-04"):
            self.assertNotIn(word, held)
        lines = self.env["dokstamp.audit.log"].search(
            [("res_model", "=", "dokstamp.student"), ("res_id", "=", places[0])]
        )
        self.assertEqual(lines.mapped("event"), ["deleted", "created"])
        self.assertIn("Values emptied", lines[0].changes)
        erasure = self.env["dokstamp.erasure"].search([("res_id", "=", places[0])])
        self.assertEqual(erasure.user_id, self.manager)
        self.assertFalse(erasure.kept)

    def test_a_certificate_keeps_what_it_says_and_nothing_else(self):
        certificate = self.issued()
        self.ada.gender = "woman"
        self.env["dokstamp.portfolio"].create(
            {"student_id": self.ada.id, "slug": "ada", "bio": "Gardener"}
        )
        other = self.enrollment(
            student_id=self.ada.id,
            course_id=self.course(name="Zoology", code="ZOO-1").id,
        )
        self.flush()
        action = self.ada.with_user(self.manager).action_erase()
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        self.assertIn(certificate.number, wizard.staying)
        self.assertIn("Gender", wizard.going)
        self.assertIn("1 enrollment(s) without a certificate", wizard.going)
        self.erase(self.ada)
        self.flush()
        self.assertFalse(other.exists())
        self.assertFalse(self.ada.gender)
        self.assertFalse(self.ada.portfolio_ids)
        self.assertEqual(self.completion.completion_status, "completed")
        self.assertEqual(certificate.state, "issued")
        self.assertEqual(len(self.live()), 1)
        there = self.sandbox.rows("students")
        self.assertIn(self.ada.dokstamp_uuid, [row["uuid"] for row in there])
        self.assertFalse(self.audit_of(self.ada).filtered("new_values"))
        erasure = self.env["dokstamp.erasure"].search(
            [("res_model", "=", "dokstamp.student"), ("res_id", "=", self.ada.id)]
        )
        self.assertIn(certificate.number, erasure.kept)

    def test_only_a_manager_who_has_looked_erases(self):
        with self.assertRaises(AccessError):
            self.bea.with_user(self.registrar).action_erase()
        action = self.bea.with_user(self.manager).action_erase()
        wizard = self.env[action["res_model"]].with_user(self.manager)
        with self.assertRaisesRegex(UserError, "tick"):
            wizard.browse(action["res_id"]).action_confirm()
        self.assertTrue(self.bea.exists())

    def test_a_school_app_does_not_bring_back_who_was_erased(self):
        source = self.contact_source()
        source.trigger = "on_save"
        contact = self.env["res.partner"].create(
            {"name": "Cleo Clover", "email": "cleo@example.com"}
        )
        self.flush()
        cleo = self.env["dokstamp.student"].search([("email", "=", contact.email)])
        self.assertTrue(cleo)
        self.erase(cleo)
        self.flush()
        contact.write({"name": "Cleo Clover-Field"})
        self.flush()
        self.sweep()
        found = self.env["dokstamp.student"].search([("name", "like", "Cleo")])
        self.assertFalse(found)
        link = self.env["dokstamp.source.link"].search(
            [("res_model", "=", "res.partner"), ("res_id", "=", contact.id)]
        )
        self.assertIn("erased", link.error)
        self.assertFalse(link.is_held)
        self.assertFalse(source.error_count)
        self.assertNotIn("Cleo", self.texts_of("dokstamp.source.link"))

        with self.assertRaises(AccessError):
            link.with_user(self.registrar).action_take_again()
        link.with_user(self.manager).action_take_again()
        self.flush()
        found = self.env["dokstamp.student"].search([("name", "like", "Cleo")])
        self.assertEqual(found.name, "Cleo Clover-Field")

    # === ODOO'S PRIVACY LOOKUP === #

    def lookup(self, name, email):
        wizard = self.env["privacy.lookup.wizard"].create(
            {"name": name, "email": email}
        )
        wizard.action_lookup()
        return wizard

    def test_the_privacy_lookup_finds_and_erases_all_that_is_held(self):
        certificate = self.issued()
        self.bea.gender = "lady"
        self.flush()
        wizard = self.lookup("Bea Bloom", "bea@example.com")
        found = set(wizard.line_ids.mapped("res_model"))
        self.assertLessEqual(
            {"dokstamp.student", "dokstamp.enrollment", "dokstamp.audit.log"}, found
        )
        self.assertNotIn(
            certificate.id,
            wizard.line_ids.filtered(
                lambda line: line.res_model == "dokstamp.certificate"
            ).mapped("res_id"),
        )
        wizard.line_ids.action_unlink_all()
        self.flush()
        self.assertFalse(self.bea.exists())
        again = self.lookup("Bea Bloom", "bea@example.com")
        self.assertFalse(again.line_ids)
        self.assertNotIn("Bloom", wizard.execution_details)

    def test_the_privacy_lookup_says_what_has_to_stay(self):
        certificate = self.issued()
        wizard = self.lookup(self.ada.name, self.ada.email)
        wizard.line_ids.action_unlink_all()
        self.flush()
        self.assertTrue(certificate.exists())
        self.assertTrue(self.ada.exists())
        said = {line.res_model: line for line in wizard.line_ids}
        for name in (
            "dokstamp.student",
            "dokstamp.certificate",
            "dokstamp.register.entry",
            "dokstamp.enrollment",
        ):
            self.assertIn("stay", said[name].execution_details)
            self.assertFalse(said[name].is_unlinked)
        self.assertIn("stay", wizard.log_id.execution_details)

    def test_the_privacy_lookup_finds_who_was_deleted_long_ago(self):
        self.joined.unlink()
        self.bea.unlink()
        self.flush()
        wizard = self.lookup("Bea Bloom", "bea@example.com")
        self.assertIn("dokstamp.audit.log", wizard.line_ids.mapped("res_model"))
        wizard.line_ids.action_unlink_all()
        self.assertNotIn(
            "Bloom", self.texts_of("dokstamp.audit.log", "dokstamp.sync.record")
        )

    # === AUDIT VALUES === #

    def test_audit_values_are_kept_as_long_as_the_account_says(self):
        lines = self.audit_of(self.bea)
        log = self.env["dokstamp.audit.log"]
        log._gc_values()
        self.assertTrue(lines.new_values)
        self.account.audit_values_months = 6
        log._gc_values()
        self.assertTrue(lines.new_values)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE dokstamp_audit_log SET called_at = %s WHERE id IN %s",
            (fields.Datetime.now() - timedelta(days=200), lines._ids),
        )
        self.env.invalidate_all()
        called = (lines.method, lines.path, lines.status_code, lines.res_name)
        log._gc_values()
        self.assertFalse(lines.new_values)
        self.assertIn("Values emptied", lines.changes)
        self.assertEqual(
            (lines.method, lines.path, lines.status_code, lines.res_name), called
        )
        self.assertTrue(self.audit_of(self.ada).new_values)
        with self.assertRaises(UserError):
            lines.unlink()


@tagged("post_install", "-at_install")
class TestAccountDeletion(CertificateCase, HttpCase):
    def test_a_student_deletes_the_portal_account(self):
        user = new_test_user(
            self.env,
            login="portal@example.com",
            password="portal@example.com",
            groups="base.group_portal",
        )
        self.ada.partner_id = user.partner_id
        certificate = self.issued()
        self.env["dokstamp.portfolio"].create(
            {"student_id": self.ada.id, "slug": "ada"}
        )
        contact = user.partner_id
        self.authenticate("portal@example.com", "portal@example.com")
        page = self.url_open("/my/security?")
        answer = self.url_open(
            "/my/deactivate_account",
            data={
                "validation": "portal@example.com",
                "password": "portal@example.com",
                "csrf_token": page.text.split('csrf_token: "')[1].split('"')[0],
            },
        )
        self.assertIn("/web/login", answer.url)
        self.env.invalidate_all()
        self.assertFalse(user.active)
        self.run_cron("base.ir_cron_res_users_deletion")
        self.assertFalse(user.exists())
        self.assertFalse(contact.exists())
        self.assertEqual(certificate.state, "issued")
        self.assertFalse(self.ada.partner_id)
