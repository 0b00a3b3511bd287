from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged

from .common import CREDENTIALS
from .common_certificates import CertificateCase

QUERIES_AT_MOST = 60  # to open the wizard, however many people it lists


@tagged("post_install", "-at_install")
class TestCertificateWizard(CertificateCase):
    """Who will get a certificate, who will not and why; then issue or prepare."""

    def begin_with(self, cls):
        super().begin_with(cls)
        cls.bruno = self.student(name="Bruno Example", email="bruno@example.com")
        cls.brunos = self.enrollment(
            student_id=cls.bruno.id,
            course_id=self.botany.id,
            completion_status="completed",
            completed_at="2026-10-02",
        )
        self.flush()

    def wizard(self, records, user=None):
        """The wizard as the button on ``records`` opens it."""
        model = self.env["dokstamp.certificate.issue"].with_user(user or self.registrar)
        action = model.with_context(
            active_model=records._name, active_ids=records.ids
        )._open_for_context()
        return model.browse(action["res_id"])

    def shown(self, action):
        return self.env[action["res_model"]].browse(action["res_id"])

    def names(self, wizard, *, blocked=False):
        lines = wizard.line_ids.filtered(lambda line: bool(line.obstacle) == blocked)
        return lines.student_id.mapped("name")

    # === WHO === #

    def test_a_student_gets_one_line_for_each_enrollment(self):
        zoology = self.course(name="Zoology", code="ZOO")
        self.enrollment(student_id=self.ada.id, course_id=zoology.id)
        wizard = self.wizard(self.ada)
        self.assertEqual(
            [(line.course_id.name, line.obstacle) for line in wizard.line_ids],
            [("Zoology", "Not completed."), ("Botany", False)],  # who gets none first
        )

    def test_a_course_lists_everyone_who_completed_it(self):
        carla = self.student(name="Carla Example", email="carla@example.com")
        self.enrollment(student_id=carla.id, course_id=self.botany.id)
        wizard = self.wizard(self.botany)
        self.assertEqual(self.names(wizard), ["Ada Example", "Bruno Example"])

    def test_a_contact_stands_for_its_student(self):
        partner = self.env["res.partner"].create({"name": "Ada Example"})
        self.ada.partner_id = partner
        self.assertEqual(self.names(self.wizard(partner)), ["Ada Example"])

    def test_the_button_on_enrollments_opens_the_wizard_through_its_action(self):
        action = self.env.ref("dokstamp_connector.dokstamp_certificate_issue_action")
        opened = (
            action.with_user(self.registrar)
            .with_context(
                active_model="dokstamp.enrollment", active_ids=self.completion.ids
            )
            .run()
        )
        self.assertEqual(self.names(self.shown(opened)), ["Ada Example"])

    def test_whoever_cannot_get_one_is_named_with_the_reason_and_cannot_be_selected(
        self,
    ):
        self.env["dokstamp.hold"].with_user(self.registrar).create(
            {"student_id": self.bruno.id, "reason": "Library books"}
        )
        wizard = self.wizard(self.botany)
        [line] = wizard.line_ids.filtered("obstacle")
        self.assertEqual(line.student_id, self.bruno)
        self.assertIn("Library books", line.obstacle)
        self.assertFalse(line.is_selected)
        line.is_selected = True
        wizard.confirmed = True
        certificate = self.shown(wizard.action_issue())
        self.assertEqual(certificate.student_id, self.ada)

    def test_somebody_who_has_one_gets_no_second_one(self):
        certificate = self.issued()
        wizard = self.wizard(self.ada)
        self.assertIn(certificate.number, wizard.line_ids.obstacle)
        wizard.confirmed = True
        with self.assertRaisesRegex(UserError, "Nobody in this list"):
            wizard.action_issue()

    def test_two_drafts_for_the_same_are_not_both_offered(self):
        drafts = self.draft() | self.draft(enrollment_id=False)
        wizard = self.wizard(drafts)
        [offered] = wizard.line_ids.filtered("is_selected")
        [other] = wizard.line_ids - offered
        self.assertIn("same student and course", other.obstacle)

    def test_a_student_who_is_not_at_dokstamp_is_named_with_what_to_do(self):
        carla = self.student(name="Carla Example", email="carla@example.com")
        self.enrollment(
            student_id=carla.id,
            course_id=self.botany.id,
            completion_status="completed",
            completed_at="2026-10-03",
        )
        wizard = self.wizard(carla)
        self.assertIn("on the way to DokStamp", wizard.line_ids.obstacle)
        self.sandbox.fault("POST", "/students", status=422)
        self.flush()
        wizard = self.wizard(carla)
        self.assertIn("not at DokStamp yet. DokStamp refused", wizard.line_ids.obstacle)
        carla.action_sync_now()
        self.flush()
        self.assertFalse(self.wizard(carla).line_ids.obstacle)

    def test_people_of_two_companies_make_a_run_each(self):
        school = self.env["res.company"].create({"name": "Second School"})
        account = self.env["dokstamp.account"].create(
            {
                "name": "Second school",
                "company_id": school.id,
                "base_url": self.sandbox.url,
                **CREDENTIALS,
            }
        )
        account.action_test_connection()
        account.institution_id = self.env["dokstamp.institution"].create(
            {"name": "Second", "country": "Portugal", "company_id": school.id}
        )
        zoology = self.course(name="Zoology", code="ZOO", company_id=school.id)
        theirs = self.env["dokstamp.enrollment"]
        for name in ("carla", "dora"):
            student = self.student(
                name=name, email=f"{name}@example.com", company_id=school.id
            )
            theirs |= self.enrollment(
                student_id=student.id,
                course_id=zoology.id,
                completion_status="completed",
                completed_at="2026-10-03",
                company_id=school.id,
            )
        self.flush()
        wizard = self.wizard(self.completion | self.brunos | theirs, self.env.user)
        shown = wizard.action_prepare_drafts()
        runs = self.env["dokstamp.issue.run"].search(shown["domain"])
        self.assertEqual(runs.company_id, self.env.company | school)
        for run in runs:
            self.assertEqual(run.total_count, 2)
            self.assertEqual(run.certificate_ids.company_id, run.company_id)

    def test_preparing_twice_makes_the_drafts_once(self):
        wizard = self.wizard(self.botany)
        run = self.shown(wizard.action_prepare_drafts())
        self.assertEqual(self.shown(wizard.action_prepare_drafts()), run)
        self.assertEqual(len(run.certificate_ids), 2)
        self.assertEqual(self.env["dokstamp.certificate"].search_count([]), 2)

    def test_a_draft_that_is_there_is_issued_instead_of_a_second_one(self):
        draft = self.draft()
        wizard = self.wizard(self.completion)
        self.assertEqual(wizard.line_ids.certificate_id, draft)
        wizard.confirmed = True
        self.assertEqual(self.shown(wizard.action_issue()), draft)
        self.assertEqual(draft.state, "queued")

    def test_many_people_take_no_more_queries_than_few(self):
        students = self.env["dokstamp.student"].create(
            [
                {
                    "name": f"Person {number}",
                    "email": f"person{number}@example.com",
                    "date_of_birth": "2001-02-03",
                }
                for number in range(100)
            ]
        )
        self.env["dokstamp.enrollment"].create(
            [
                {
                    "student_id": student.id,
                    "course_id": self.botany.id,
                    "enrolled_at": "2026-09-01",
                    "completion_status": "completed",
                }
                for student in students
            ]
        )
        self.wizard(self.brunos)  # what Odoo keeps in its caches is no part of it
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(QUERIES_AT_MOST):
            wizard = self.wizard(self.botany)
        self.assertEqual(len(wizard.line_ids), 102)

    # === CONFIRMATION === #

    def test_nothing_is_issued_without_the_word_of_the_registrar(self):
        wizard = self.wizard(self.completion)
        with self.assertRaisesRegex(UserError, "notifies 1 people"):
            wizard.action_issue()
        self.assertFalse(self.completion.certificate_ids)

    def test_the_confirmation_names_the_person_or_counts_the_people(self):
        one = self.wizard(self.completion)
        self.assertIn("DokStamp notifies Ada Example", one.confirmation)
        many = self.wizard(self.botany)
        self.assertIn("DokStamp notifies 2 people", many.confirmation)

    def test_the_count_follows_the_selection_on_the_screen(self):
        with Form(self.wizard(self.botany)) as form:
            with form.line_ids.edit(0) as line:
                line.is_selected = False
            self.assertEqual(form.ready_count, 1)
            self.assertIn("Bruno Example", form.confirmation)

    # === WHAT COMES OF IT === #

    def test_one_person_leads_to_the_certificate_and_several_to_a_run(self):
        wizard = self.wizard(self.completion)
        wizard.write({"confirmed": True, "conferral_date": "2026-11-01"})
        certificate = self.shown(wizard.action_issue())
        self.assertEqual(certificate._name, "dokstamp.certificate")
        self.assertEqual(str(certificate.conferral_date), "2026-11-01")
        self.assertFalse(certificate.run_id)
        carla = self.student(name="Carla Example", email="carla@example.com")
        self.enrollment(
            student_id=carla.id,
            course_id=self.botany.id,
            completion_status="completed",
            completed_at="2026-10-03",
        )
        self.flush()
        wizard = self.wizard(self.botany)
        wizard.confirmed = True
        run = self.shown(wizard.action_issue())
        self.assertEqual(run._name, "dokstamp.issue.run")
        self.assertEqual(run.certificate_ids.student_id, self.bruno + carla)

    def test_drafts_are_prepared_without_a_request_and_issued_later(self):
        run = self.shown(self.wizard(self.botany).action_prepare_drafts())
        self.assertEqual(run.state, "prepared")
        self.flush()
        self.assertFalse(self.sandbox.requests("POST", "/certificates"))
        again = self.shown(run.with_user(self.registrar).action_issue_drafts())
        again.with_user(self.registrar).confirmed = True
        self.assertEqual(
            self.shown(again.with_user(self.registrar).action_issue()), run
        )
        self.assertEqual(set(run.certificate_ids.mapped("state")), {"queued"})

    def test_where_a_second_person_approves_the_first_one_prepares_only(self):
        self.account.needs_approval = True
        wizard = self.wizard(self.completion)
        self.assertFalse(wizard.can_issue)
        wizard.confirmed = True
        with self.assertRaisesRegex(UserError, "second person"):
            wizard.action_issue()
        draft = self.shown(wizard.action_prepare_drafts())
        self.assertIn("second person", self.wizard(draft).line_ids.obstacle)
        colleague = self.wizard(self.completion, user=self.manager)
        self.assertTrue(colleague.can_issue)
        colleague.confirmed = True
        self.assertEqual(self.shown(colleague.action_issue()), draft)
        self.assertEqual(draft.issuer_id, self.manager)

    def test_an_ordinary_user_is_refused(self):
        clerk = new_test_user(self.env, login="clerk@example.com")
        with self.assertRaises(AccessError):
            self.wizard(self.botany, user=clerk)
        action = self.env.ref("dokstamp_connector.dokstamp_certificate_issue_action")
        with self.assertRaises(AccessError):
            action.with_user(clerk).run()

    # === TAKING BACK === #

    def test_a_revocation_says_whom_it_is_about_and_wants_a_reason(self):
        certificate = self.issued()
        wizard = self.shown(certificate.action_revoke()).with_user(self.registrar)
        self.assertIn("Ada Example", wizard.summary)
        with self.assertRaisesRegex(UserError, "Give a reason"):
            wizard.action_confirm()

    def test_reissuing_a_revoked_one_asks_first_and_leads_to_the_successor(self):
        certificate = self.issued()
        certificate.revocation_reason = "Wrong name"
        certificate.action_revoke()
        self.flush()
        wizard = self.shown(certificate.action_reissue()).with_user(self.registrar)
        self.assertFalse(certificate.replaced_by_id)
        self.assertFalse(wizard.live_count)
        wizard.confirmed = True
        successor = self.shown(wizard.action_issue())
        self.assertEqual(successor, certificate.replaced_by_id)
        self.assertEqual(successor.state, "queued")
        self.assertEqual(successor.issuer_id, self.registrar)

    def test_nobody_on_hold_gets_a_successor(self):
        certificate = self.issued()
        self.env["dokstamp.hold"].with_user(self.registrar).create(
            {"student_id": self.ada.id, "reason": "Library books"}
        )
        certificate.revocation_reason = "Wrong name"
        with self.assertRaisesRegex(UserError, "Library books"):
            certificate.action_reissue()
        self.assertFalse(certificate.replaced_by_id)

    def test_a_successor_waits_for_the_second_person_where_one_approves(self):
        certificate = self.issued()
        self.account.needs_approval = True
        certificate.revocation_reason = "Wrong name"
        certificate.action_reissue()
        self.flush()
        successor = certificate.replaced_by_id
        self.assertEqual(successor.state, "draft")
        self.assertIn("second person", successor.failure_message)
        self.assertEqual(certificate.state, "issued")  # nothing is revoked before
        self.assertFalse(self.requests("PUT"))
        successor.with_user(self.manager).action_issue()
        self.flush()
        self.assertEqual(certificate.state, "revoked")
        self.assertEqual(successor.state, "issued")

    def test_a_successor_cannot_overtake_the_revocation(self):
        certificate = self.issued()
        certificate.revocation_reason = "Wrong name"
        certificate.action_reissue()
        with self.assertRaisesRegex(UserError, "not revoked yet"):
            certificate.replaced_by_id.with_user(self.registrar).action_issue()


@tagged("post_install", "-at_install")
class TestWizardRefused(CertificateCase):
    """Who gets none is told first, mended beside the list, and stays on record."""

    def begin_with(self, cls):
        super().begin_with(cls)
        cls.people = self.env["dokstamp.student"]
        cls.completions = self.env["dokstamp.enrollment"]
        for number, status in enumerate(("completed", "completed", "enrolled")):
            student = self.student(name=f"P {number}", email=f"p{number}@example.com")
            cls.people |= student
            cls.completions |= self.enrollment(
                student_id=student.id,
                course_id=self.completion.course_id.id,
                completion_status=status,
                completed_at=status == "completed" and "2026-10-01",
            )
        self.flush()

    def wizard(self):
        model = self.env["dokstamp.certificate.issue"].with_user(self.registrar)
        action = model.with_context(
            active_model="dokstamp.enrollment", active_ids=self.completions.ids
        )._open_for_context()
        return model.browse(action["res_id"])

    def test_the_link_leads_to_what_mends_and_looking_again_ticks_it(self):
        wizard = self.wizard()
        line = wizard.line_ids[0]
        self.assertEqual(line.student_id, self.people[2])
        url = line.action_mend()["url"]
        self.assertEqual(url, f"/odoo/dokstamp.enrollment/{self.completions[2].id}")
        wizard.line_ids[1].is_selected = False  # somebody has taken it out
        self.completions[2].with_user(self.registrar).write(
            {"completion_status": "completed", "completed_at": "2026-10-02"}
        )
        self.flush()
        wizard.action_look_again()
        self.assertFalse(wizard.line_ids.filtered("obstacle").mapped("obstacle"))
        self.assertTrue(line.is_selected)
        self.assertEqual(str(line.conferral_date), "2026-10-02")
        self.assertFalse(wizard.line_ids[1].is_selected)

    def test_the_link_leads_to_the_hold_and_to_the_certificate_that_is_there(self):
        hold = self.env["dokstamp.hold"].create(
            {"student_id": self.people[0].id, "reason": "Owes books."}
        )
        there = self.issued(
            student_id=self.people[1].id, enrollment_id=self.completions[1].id
        )
        lines = self.wizard().line_ids.grouped("student_id")
        for student, stop in ((self.people[0], hold), (self.people[1], there)):
            url = lines[student].action_mend()["url"]
            self.assertEqual(url, f"/odoo/{stop._name}/{stop.id}")

    def test_the_run_keeps_who_was_refused_and_why(self):
        self.wizard().action_prepare_drafts()
        wizard = self.wizard()  # the drafts of that run, and who was refused
        wizard.confirmed = True
        wizard.action_issue()
        run = self.env["dokstamp.issue.run"].search([], limit=1)
        [refusal] = run.with_user(self.registrar).refusal_ids
        self.assertEqual(refusal.student_id, self.people[2])
        self.assertEqual(refusal.reason, "Not completed.")
        action = run.with_user(self.registrar).action_view_refused()
        listed = self.env["dokstamp.issue.refusal"].search(action["domain"])
        self.assertEqual(listed, run.refusal_ids)
