from odoo.tests import new_test_user, tagged

from .common_certificates import CertificateCase


@tagged("post_install", "-at_install")
class TestPeopleLeave(CertificateCase):
    """Whoever leaves can be deleted; what they did stays, without them."""

    def leave(self, user):
        """As the scheduled action deletes accounts, user and contact."""
        self.env.flush_all()
        partner = user.partner_id
        user.unlink()
        partner.unlink()
        self.env.flush_all()
        self.env.invalidate_all()

    def test_portal_user_whose_change_was_sent_deletes_the_account(self):
        user = new_test_user(
            self.env,
            login="portal@example.com",
            password="portal@example.com",
            groups="base.group_portal",
        )
        student = self.student(
            name="Pia Portal", email="pia@example.com", partner_id=user.partner_id.id
        )
        student.with_user(user).sudo().name = "Pia Example"
        self.flush()
        self.assertIn(user, self.audit_of(student).user_id)
        lines = self.audit_of(student)
        user._deactivate_portal_user()
        self.env["res.users.deletion"].search([("user_id", "=", user.id)])
        self.leave(user)
        self.assertEqual(self.audit_of(student), lines)
        self.assertFalse(lines.user_id)
        self.assertFalse(self.rows_of(student).user_id)
        self.assertFalse(student.partner_id)
        self.assertEqual(lines.mapped("res_name"), ["Pia Example"])

    def test_registrar_who_did_everything_can_be_deleted(self):
        leaving = new_test_user(
            self.env,
            login="leaving@example.com",
            name="Lea Leaving",
            groups="dokstamp_connector.group_registrar",
        )
        certificate = self.draft()
        certificate.with_user(leaving).action_issue()
        hold = (
            self.env["dokstamp.hold"]
            .with_user(leaving)
            .create({"student_id": self.ada.id, "reason": "Fees"})
        )
        hold.active = False
        self.flush()
        run = (
            self.env["dokstamp.issue.run"].with_user(leaving).create({"name": "Spring"})
        )
        entry = self.env["dokstamp.register.entry"].search(
            [("certificate_id", "=", certificate.id)]
        )
        self.assertEqual(entry.user_id, leaving)
        hold, run = hold.with_env(self.env), run.with_env(self.env)
        self.leave(leaving)
        self.assertFalse(certificate.issuer_id)
        self.assertFalse(hold.author_id + hold.lifted_by_id + run.user_id)
        self.assertNotIn("False", hold._sentence())
        self.assertFalse(entry.user_id)
        self.assertEqual(entry.user_name, "Lea Leaving")
        self.assertTrue(self.audit_of(certificate))

    def test_every_link_to_a_person_lets_the_person_go(self):
        for name, model in self.env.registry.items():
            if not name.startswith("dokstamp.") or model._abstract:
                continue
            for field in model._fields.values():
                if (
                    field.type == "many2one"
                    and field.store
                    and field.comodel_name in ("res.users", "res.partner")
                    # a word is kept by somebody else
                    and str(field) != "dokstamp.source.link.confirmed_by_id"
                ):
                    with self.subTest(field=str(field)):
                        self.assertNotEqual(field.ondelete, "restrict")

    def test_who_is_the_same_person_stays_decided(self):
        leaving = new_test_user(
            self.env,
            login="leaving@example.com",
            groups="dokstamp_connector.group_registrar",
        )
        source = self.env["dokstamp.source"].create(
            {
                "name": "Contacts",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "entity": "dokstamp.student",
                "domain": "[('ref', '=', 'nobody')]",
            }
        )
        link = self.env["dokstamp.source.link"].create(
            source._link_values(leaving.partner_id.id, self.ada.id)
            | {"confirmed_by_id": leaving.id}
        )
        self.leave(leaving)
        self.assertTrue(link.confirmed_by_id)
