from odoo.tests import freeze_time, tagged

from odoo.addons.dokstamp_connector_openeducat.tests.common import OpeneducatCase


@tagged("post_install", "-at_install")
class TestOpeneducatAdmission(OpeneducatCase):
    """Where OpenEduCat's admissions are kept, they tell the day of enrollment."""

    def test_an_admitted_student_is_enrolled_since_the_admission(self):
        course = self.op_course()
        batch = self.op_batch(course)
        admission = self.op("admission").create(
            {
                "name": "Ada Example",
                "email": "ada@example.com",
                "birth_date": "2001-02-03",
                "course_id": course.id,
                "batch_id": batch.id,
            }
        )
        with freeze_time("2026-01-15 12:00:00"):
            admission.enroll_student()
            self.flush()
        [request] = self.sandbox.requests("POST", "/enrollments")
        self.assertEqual(request["body"]["enrolled_at"], "2026-01-15")
