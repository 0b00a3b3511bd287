"""Two students of one contact, as after a merge of contacts: a person says which stays.

A certificate that the other one has stays valid, under the other one's record.
"""

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..actions import RELOAD, show_message


class DokstampStudent(models.Model):
    _inherit = "dokstamp.student"

    union_note = fields.Text(
        string="Other students of the contact", compute="_compute_union_note"
    )

    @api.depends("partner_id", "active")
    def _compute_union_note(self):
        for student in self:
            others = student._others_of_contact()
            student.union_note = bool(others) and student._union_sentence(others)

    def _others_of_contact(self):
        """The other living students of this one's contact."""
        if not self.partner_id or not self.active or not self.id:
            return self.browse()
        return self.search(
            [
                ("partner_id", "=", self.partner_id.id),
                ("company_id", "=", self.company_id.id),
                ("id", "!=", self.id),
            ]
        )

    def _union_sentence(self, others):
        return self.env._(
            "%(contact)s has another student too: %(others)s. If they are one person, "
            "press This one stays on the record that shall go on: it takes over the "
            "other one's enrollments, and the other one is archived. Certificates that "
            "the other one has stay valid under that record, and the contact sees them "
            "all. If they are two people, give one of them another contact.",
            contact=self.partner_id.display_name,
            others=", ".join(others.mapped("display_name")),
        )

    def action_this_one_stays(self):
        """A registrar says that the contact's students are one, and which goes on.

        :raise UserError: there is no other one
        """
        self.ensure_one()
        self.check_access("write")
        others = self._others_of_contact()
        if not others:
            raise UserError(
                self.env._("The contact has no other student: load the page again.")
            )
        others.check_access("write")
        # sudo: what sources feed is not typed in, and links are the connector's
        for other in others.sudo():
            self.sudo()._take_over(other)
        return show_message(
            self.env._(
                "%(name)s is the contact's student now.", name=self.display_name
            ),
            "success",
            next=RELOAD,
        )

    def _take_over(self, other):
        """Go on in the place of ``other``, which is archived with what it earned."""
        links = self.env["dokstamp.source.link"]
        links._take_over(other, self)
        self.write(
            {
                name: other._fields[name].convert_to_write(other[name], other)
                for name in self._get_dokstamp_fields()
                if other[name] and not self[name]
            }
        )
        own = {(e.course_id, e.cohort_id): e for e in self._all_enrollments()}
        for enrollment in other._all_enrollments():
            mine = own.get((enrollment.course_id, enrollment.cohort_id))
            if mine:
                links._take_over(enrollment, mine)
                enrollment.active = False
            elif not enrollment._is_certified():
                enrollment.student_id = self
        other.active = False

    def _all_enrollments(self):
        return self.with_context(active_test=False).enrollment_ids
