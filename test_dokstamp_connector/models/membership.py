from odoo import api, fields, models


class TestDokstampSchoolMembership(models.Model):
    """A person in a course."""

    _name = "test.dokstamp.school.membership"
    _description = "School Membership"

    person_id = fields.Many2one(
        "test.dokstamp.school.person", required=True, ondelete="cascade"
    )
    course_id = fields.Many2one(
        "test.dokstamp.school.course", required=True, ondelete="cascade"
    )
    state = fields.Selection(
        [("invited", "Invited"), ("running", "Running"), ("finished", "Finished")],
        default="running",
    )
    mark = fields.Float(help="From 0 to 20.")
    bonus = fields.Float()
    total_mark = fields.Float(compute="_compute_total_mark", store=True)
    joined_at = fields.Datetime(default=fields.Datetime.now)
    finished_at = fields.Datetime()

    @api.depends("mark", "bonus")
    def _compute_total_mark(self):
        for membership in self:
            membership.total_mark = membership.mark + membership.bonus
