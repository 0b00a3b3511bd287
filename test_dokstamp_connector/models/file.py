from odoo import api, fields, models


class TestDokstampSchoolFile(models.Model):
    """What a school keeps about a course, for its owner alone where it has one."""

    _name = "test.dokstamp.school.file"
    _description = "School File"

    name = fields.Char(required=True)
    note = fields.Text()
    image = fields.Binary()
    owner_id = fields.Many2one("res.users")
    course_id = fields.Many2one("test.dokstamp.school.course")


class TestDokstampSchoolCourse(models.Model):
    _inherit = "test.dokstamp.school.course"

    file_id = fields.Many2one("test.dokstamp.school.file")
    file_ids = fields.One2many(
        "test.dokstamp.school.file", "course_id", string="All files"
    )
    # with the rights of whoever reads it
    file_summary = fields.Char(compute="_compute_file_summary")

    @api.depends("file_id.note")
    def _compute_file_summary(self):
        for course in self:
            course.file_summary = course.file_id.note
