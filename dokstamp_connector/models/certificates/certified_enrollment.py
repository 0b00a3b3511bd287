"""What certificates add to enrollments: those that follow from a completion by
themselves, where the course says so; holds, and how many there are.
"""

from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import clean_context


class DokstampEnrollment(models.Model):
    _inherit = "dokstamp.enrollment"

    completed_since = fields.Datetime(
        readonly=True,
        copy=False,
        help="When the registry learned of the completion.",
    )
    completion_count = fields.Integer(
        readonly=True,
        copy=False,
        aggregator=None,
        help="How often the registry saw the student complete the course.",
    )
    certificate_ids = fields.One2many("dokstamp.certificate", "enrollment_id")
    certificate_count = fields.Integer(
        compute="_compute_certificate_count", string="Certificate count"
    )
    hold_ids = fields.One2many("dokstamp.hold", "enrollment_id", string="Holds")
    is_on_hold = fields.Boolean(compute="_compute_is_on_hold", string="On hold")

    # === COMPUTE METHODS === #

    def _compute_certificate_count(self):
        counts = self._count("dokstamp.certificate", "enrollment_id")
        for enrollment in self:
            enrollment.certificate_count = counts.get(enrollment.id, 0)

    @api.depends(
        "hold_ids.active",
        "hold_ids.end_date",
        "student_id.hold_ids.active",
        "student_id.hold_ids.end_date",
    )
    def _compute_is_on_hold(self):
        holds = self.env["dokstamp.hold"]._in_force(self.student_id, self)
        for enrollment in self:
            enrollment.is_on_hold = (
                enrollment in holds.enrollment_id
                or enrollment.student_id in holds.student_id
            )

    # === CRUD METHODS === #

    @api.model
    def _get_writable_fields(self, state=None):
        return super()._get_writable_fields(state) | {"hold_ids"}

    @api.ondelete(at_uninstall=False)
    def _unlink_except_on_hold(self):
        if not self.env.su:  # as with students
            no_student = self.env["dokstamp.student"]
            self.env["dokstamp.hold"]._in_force(no_student, self)._refuse_to_go()

    def _note_created(self):
        result = super()._note_created()
        self._note_completion(was_watched=False)
        return result

    def _note_written(self, vals):
        result = super()._note_written(vals)
        if "completion_status" in vals:
            self._note_completion(was_watched=True)
        return result

    # === ACTION METHODS === #

    def action_view_certificates(self):
        action = self._action_pointing_here(
            "dokstamp_connector.dokstamp_certificate_action", "enrollment_id"
        )
        action["context"] |= {
            "default_student_id": self.student_id.id,
            "default_course_id": self.course_id.id,
        }
        return action

    # === WHAT A CERTIFICATE LEANS ON === #

    def _relied_on(self):
        return self._told_by_certificates("enrollment_id")

    @api.model
    def _get_vouched_fields(self):
        return super()._get_vouched_fields() | {"student_id", "course_id"}

    # === COMPLETION === #

    def _differences_told(self):
        """A day that is unlikely, and that nobody is kept from certifying: students
        are entered late, too.
        """
        told = super()._differences_told()
        for enrollment in self:
            completed, enrolled = enrollment.completed_at, enrollment.enrolled_at
            if not completed or not enrolled or completed >= enrolled:
                continue
            told.setdefault(enrollment, []).append(
                self.env._(
                    "Completed on %(completed)s, which is before the day of "
                    "enrollment, %(enrolled)s: one of them is wrong, or the student "
                    "was entered later.",
                    completed=fields.Date.to_string(completed),
                    enrolled=fields.Date.to_string(enrolled),
                )
            )
        return told

    def _note_completion(self, *, was_watched):
        """Prepare certificates of those who have just completed; in the transaction of
        the completion.

        :param bool was_watched: the registry knew them before they completed
        """
        # sudo: fields of the connector
        self.sudo().filtered(
            lambda e: e.completion_status != "completed" and e.completed_since
        ).completed_since = False
        completed = self.filtered(
            lambda e: e.completion_status == "completed" and not e.completed_since
        )
        if not completed:
            return
        for enrollment in completed.sudo():  # sudo: fields of the connector
            enrollment.write(
                {
                    "completed_since": fields.Datetime.now(),
                    "completion_count": enrollment.completion_count + 1,
                }
            )
        automatic = completed.filtered(lambda e: e._is_automatic(was_watched))
        automatic._prepare_certificates()

    def _completion_obstacles(self):
        if self.completion_status == "completed":
            return []
        if self.completion_status == "dropped":
            return [self.env._("Not completed: the student has dropped the course.")]
        return [self.env._("Not completed.")]

    def _is_automatic(self, was_watched):
        """Whether a certificate follows: never for a completion from before the switch
        was turned on.

        A completion that the registry did not see happen counts from the day after the
        switch only.
        """
        course = self.course_id
        if course.automatic_issue == "manual" or self._has_certificate():
            return False
        switched_on = self.company_id._dokstamp_day(course.automatic_since)
        if was_watched:
            return not self.completed_at or self.completed_at >= switched_on
        return bool(self.completed_at) and self.completed_at > switched_on

    def _has_certificate(self):
        """Whether a certificate stands for this completion, or may yet."""
        over = (
            "revoked",
            "expired",
            *(["issued"] if self.course_id.is_repeatable else []),
        )
        return any(one.state not in over for one in self.certificate_ids)

    def _prepare_certificates(self):
        # sudo: completions come from school apps' users, whose context suggests nothing
        certificates = self.env["dokstamp.certificate"].sudo()
        certificates = certificates.with_context(clean_context(self.env.context))
        prepared = certificates.create([e._automatic_values() for e in self])
        due_at = set(prepared.filtered("issue_at").mapped("issue_at"))
        if due_at:
            self.env["dokstamp.schedule"]._wake("issue_due", due_at)

    def _automatic_values(self):
        course, issue_at = self.course_id, False
        if course.automatic_issue == "issue":
            issue_at = fields.Datetime.now() + timedelta(hours=course.issue_delay)
        return {
            **self._certificate_values(),
            "issue_at": issue_at,
        }

    # === CERTIFICATES TO BE === #

    def _unsaved_certificates(self):
        """One certificate for each, as `_obstacles_of_each` and a preview want it.

        :rtype: dokstamp.certificate
        """
        model = self.env["dokstamp.certificate"]
        return model.concat(*(model.new(e._certificate_values()) for e in self))

    def _certificate_values(self):
        return {
            "student_id": self.student_id.id,
            "course_id": self.course_id.id,
            "enrollment_id": self.id,
            "cohort_id": self.cohort_id.id,
            "company_id": self.company_id.id,
        }
