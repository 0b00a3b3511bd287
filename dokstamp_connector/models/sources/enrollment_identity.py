"""Which enrollment is meant by what tells no cohort, as a mark sheet."""

from odoo import api, models


class DokstampEnrollment(models.Model):
    _inherit = "dokstamp.enrollment"

    @api.model
    def _identified(self, vals_by_id):
        """Override: what neither says how it stands nor of which cohort only adds to
        the enrollment that is there, where that is one.
        """
        adding = {
            one: vals
            for one, vals in vals_by_id.items()
            if not {"cohort_id", "completion_status"}.intersection(vals)
        }
        enrollments = self.search(
            [
                ("student_id", "in", [vals["student_id"] for vals in adding.values()]),
                ("course_id", "in", [vals["course_id"] for vals in adding.values()]),
            ]
        ).grouped(
            lambda enrollment: (enrollment.student_id.id, enrollment.course_id.id)
        )
        found = {}
        for one, vals in adding.items():
            there = enrollments.get((vals["student_id"], vals["course_id"]), self)
            there = there.filtered("active") or there
            if len(there) == 1:
                found[one] = there
        return found
