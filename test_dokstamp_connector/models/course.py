from odoo import api, fields, models


class TestDokstampSchoolCourse(models.Model):
    """A course as a school app would keep it."""

    _name = "test.dokstamp.school.course"
    _description = "School Course"

    name = fields.Char(required=True, translate=True)
    code = fields.Char()
    description = fields.Html()
    hours = fields.Float()
    category = fields.Char()
    teacher_id = fields.Many2one("res.partner")
    company_id = fields.Many2one("res.company")
    active = fields.Boolean(default=True)
    budget = fields.Char(groups="base.group_system")
    # cannot be computed for some records, as in a careless school app
    broken_area = fields.Char(compute="_compute_broken_area")

    @api.depends("category")
    def _compute_broken_area(self):
        for course in self:
            if course.category == "sql":
                self.env.cr.execute("SELECT %s::int", [course.name])
            if course.category == "broken":
                raise KeyError(course.name)
            course.broken_area = course.category
