from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common_certificates import CertificateCase


@tagged("post_install", "-at_install")
class TestSecondPerson(CertificateCase):
    """Where a second person approves, whoever of the office worked on a certificate
    does not issue it, however long ago, and whoever worked on it since.
    """

    def begin_with(self, cls):
        super().begin_with(cls)
        self.account.needs_approval = True
        cls.colleague = self.user("colleague", "dokstamp_connector.group_registrar")

    def user(self, name, groups):
        return new_test_user(
            self.env, name=f"{name} Example", login=f"{name}@example.com", groups=groups
        )

    def assert_refused(self, certificate, user, sentence="second person"):
        with self.assertRaisesRegex(UserError, sentence):
            certificate.with_user(user).action_issue()

    def assert_issued_by(self, certificate, user):
        certificate.with_user(user).action_issue()
        self.assertEqual(certificate.state, "queued")

    def test_a_students_own_edit_makes_no_room_for_the_preparer(self):
        certificate = self.draft()
        student_user = self.user("ada", "base.group_portal")
        self.ada.with_user(student_user).sudo().name = "Ada Example-Byron"
        self.assert_refused(certificate, self.registrar)

    def test_neither_does_the_connectors_own(self):
        certificate = self.draft()
        self.ada.name = "Ada Example-Byron"
        certificate.conferral_date = "2026-11-01"
        self.assert_refused(certificate, self.registrar)
        self.assertEqual(certificate.prepared_by_ids, self.registrar)

    def test_a_colleagues_edit_makes_no_room_either_and_a_third_one_issues(self):
        certificate = self.draft()
        self.ada.with_user(self.colleague).name = "Ada Example-Byron"
        self.assert_refused(certificate, self.registrar, self.colleague.name)
        self.assert_refused(certificate, self.colleague, "dokstamp-registrar")
        self.assert_issued_by(certificate, self.manager)

    def test_a_manager_who_worked_on_it_does_not_approve_it(self):
        certificate = self.draft()
        certificate.with_user(self.manager).conferral_date = "2026-11-01"
        self.assert_refused(certificate, self.manager)
        self.assert_issued_by(certificate, self.colleague)

    def test_whatever_is_certified_counts(self):
        signatory = self.env["dokstamp.signatory"].create(
            {"institution_id": self.institution.id, "name": "Head"}
        )
        for record, values in (
            (self.ada, {"date_of_birth": "2000-01-01"}),
            (self.botany, {"workload_hours": 60}),
            (self.botany, {"shows_grade": True}),
            (self.completion, {"grade": 9}),
            (self.institution, {"name": "Other School"}),
            (signatory, {"name": "Deputy"}),
        ):
            with self.subTest(model=record._name, values=values):
                certificate = self.draft()
                record.with_user(self.manager).write(values)
                self.assert_refused(certificate, self.manager)

    def test_a_change_while_it_was_archived_or_on_its_way_counts(self):
        certificate = self.draft()
        certificate.active = False
        self.ada.with_user(self.colleague).name = "Ada Example-Byron"
        self.assert_refused(certificate, self.colleague)
        certificate.with_user(self.manager).action_issue()
        self.botany.with_user(self.manager).workload_hours = 60
        certificate.sudo().state = "failed"
        self.assert_refused(certificate, self.manager)

    def test_a_grade_that_changes_after_the_approval_is_not_printed(self):
        self.botany.shows_grade = True
        self.completion.grade = 5
        certificate = self.draft(pdf=False)
        self.assert_issued_by(certificate, self.colleague)
        self.completion.with_user(self.registrar).grade = 10
        self.run_cron("dokstamp_connector.ir_cron_documents")
        self.assertEqual(certificate.state, "failed")
        self.assertFalse(certificate.pdf)

    def test_nor_is_another_name_of_the_institution(self):
        certificate = self.draft(pdf=False)
        self.assert_issued_by(certificate, self.colleague)
        self.institution.with_user(self.registrar).name = "Harvard Example"
        self.run_cron("dokstamp_connector.ir_cron_documents")
        self.assertEqual(certificate.state, "failed")

    def test_a_preparer_who_left_and_came_back_is_one_still(self):
        certificate = self.draft()
        certificate.with_user(self.colleague).conferral_date = "2026-11-01"
        self.colleague.active = False
        self.assert_refused(certificate, self.registrar, self.colleague.name)
        self.colleague.active = True
        self.assert_refused(certificate, self.colleague)

    def test_what_was_prepared_before_the_switch_counts_after_it(self):
        self.account.needs_approval = False
        certificate = self.draft()
        self.ada.with_user(self.colleague).name = "Ada Example-Byron"
        self.account.needs_approval = True
        self.assert_refused(certificate, self.colleague)

    def test_whoever_imports_a_change_has_made_it(self):
        certificate = self.draft()
        students = self.env["dokstamp.student"].with_user(self.colleague)
        result = students.load([".id", "name"], [[str(self.ada.id), "Ada Imported"]])
        self.assertEqual(result["ids"], self.ada.ids)
        self.assert_refused(certificate, self.colleague)

    def test_whoever_asks_for_a_successor_does_not_approve_it(self):
        self.account.needs_approval = False
        certificate = self.issued()
        self.account.needs_approval = True
        certificate.revocation_reason = "Wrong name"
        certificate.with_user(self.colleague).action_reissue()
        self.flush()
        successor = certificate.replaced_by_ids
        self.assertEqual(successor.prepared_by_ids, self.colleague)
        self.assert_refused(successor, self.colleague)

    def test_nobody_is_made_or_unmade_a_preparer_by_hand(self):
        certificate = self.draft()
        for command in (Command.clear(), Command.link(self.manager.id)):
            with self.assertRaises(UserError):
                certificate.prepared_by_ids = [command]

    def test_an_automatic_draft_is_whoevers_who_noted_the_completion(self):
        self.botany.automatic_issue = "draft"
        grace = self.student(name="Grace Example", email="grace@example.com")
        attending = self.enrollment(student_id=grace.id, course_id=self.botany.id)
        attending.with_user(self.colleague).completion_status = "completed"
        self.assert_refused(attending.certificate_ids, self.colleague)
