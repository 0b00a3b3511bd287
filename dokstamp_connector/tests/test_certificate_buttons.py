from lxml import etree

from odoo.tests import tagged
from odoo.tools.safe_eval import safe_eval

from .common_certificates import CertificateCase

REFUSAL = {
    "message": "The given data was invalid.",
    "errors": {"course_uuid": ["The selected course is closed."]},
}


@tagged("post_install", "-at_install")
class TestCertificateButtons(CertificateCase):
    """What the screens count, open and tell about certificates."""

    def test_a_draft_is_previewed_and_nothing_is_kept_or_sent(self):
        draft = self.draft(pdf=False)
        action = draft.action_preview()
        number = int(action["url"].rpartition("/")[2])
        preview = self.env["ir.attachment"].browse(number)
        self.assertTrue(preview.raw.startswith(b"%PDF-"))
        self.flush()
        self.assertEqual((draft.state, draft.pdf), ("draft", False))
        self.assertFalse(self.sandbox.requests())

    def test_a_run_tells_what_is_in_the_way_of_each(self):
        run = self.env["dokstamp.issue.run"].create({"name": "Botany"})
        refused = self.draft()
        refused.sudo().run_id = run
        self.sandbox.fault(path="/certificates", status=422, json=REFUSAL)
        refused.action_issue()
        self.flush()
        self.assertEqual(refused.state, "failed")
        self.assertIn("Course: The selected course is closed.", refused.hindrance)
        self.sandbox.clear_faults()
        refused.action_issue()
        self.flush()
        self.assertEqual((refused.state, refused.hindrance), ("issued", False))

    def test_what_waits_for_dokstamp_says_so(self):
        draft = self.draft()
        self.sandbox.fault(path="/files", status=503, times=None)
        draft.action_issue()
        self.flush()
        self.assertEqual(draft.state, "queued")
        self.assertIn("goes on by itself", draft.hindrance)

    def test_a_run_shows_the_course_when_there_are_several(self):
        run = self.env["dokstamp.issue.run"].create({"name": "Both"})
        self.draft().sudo().run_id = run
        self.assertFalse(run.has_several_courses)
        soil = self.course(name="Soil", code="SOIL-1")
        enrollment = self.enrollment(
            student_id=self.ada.id,
            course_id=soil.id,
            completion_status="completed",
            completed_at="2026-10-02",
        )
        other = self.draft(course_id=soil.id, enrollment_id=enrollment.id)
        other.sudo().run_id = run
        self.assertTrue(run.has_several_courses)

    def test_a_contact_leads_to_its_certificates(self):
        partner = self.env["res.partner"].create({"name": "Ada Example"})
        self.ada.partner_id = partner
        certificate = self.issued()
        partner = partner.with_user(self.registrar)
        self.assertEqual(partner.dokstamp_certificate_count, 1)
        action = partner.action_view_dokstamp_certificates()
        found = self.env["dokstamp.certificate"].search(action["domain"])
        self.assertEqual(found, certificate)

    def test_the_filter_without_certificate_counts_a_revoked_one_as_none(self):
        self.assertEqual(self.without_certificate(), self.completion)
        certificate = self.issued()
        self.assertFalse(self.without_certificate())
        certificate.revocation_reason = "The name was misspelt."
        certificate.action_revoke()
        self.flush()
        self.assertEqual(self.without_certificate(), self.completion)

    def without_certificate(self):
        """What the filter of the enrollment list finds."""
        enrollments = self.env["dokstamp.enrollment"].with_user(self.registrar)
        arch = etree.fromstring(enrollments.get_view(view_type="search")["arch"])
        [chosen] = arch.findall(".//filter[@name='without_certificate']")
        return enrollments.search(safe_eval(chosen.get("domain")))
