from odoo import Command, fields, models


class OpAdmission(models.Model):
    _name = "op.admission"
    _inherit = ["mail.thread"]
    _description = "OpenEduCat Admission"

    name = fields.Char(required=True)
    email = fields.Char()
    birth_date = fields.Date()
    student_id = fields.Many2one("op.student")
    course_id = fields.Many2one("op.course")
    batch_id = fields.Many2one("op.batch")
    admission_date = fields.Date(copy=False)
    is_student = fields.Boolean()
    company_id = fields.Many2one("res.company")
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("submit", "Submitted"),
            ("confirm", "Confirmed"),
            ("admission", "Admission Confirm"),
            ("reject", "Rejected"),
            ("pending", "Pending"),
            ("cancel", "Cancelled"),
            ("done", "Done"),
        ],
        default="draft",
    )

    def enroll_student(self):
        """Make a student with the enrollment inside, and only then note the day."""
        for admission in self:
            place = {
                "course_id": admission.course_id.id,
                "batch_id": admission.batch_id.id,
            }
            admission.student_id = self.env["op.student"].create(
                {
                    "name": admission.name,
                    "email": admission.email,
                    "birth_date": admission.birth_date,
                    "course_detail_ids": [Command.create(place)],
                }
            )
            admission.write(
                {
                    "state": "done",
                    "admission_date": fields.Date.today(),
                    "is_student": True,
                }
            )
