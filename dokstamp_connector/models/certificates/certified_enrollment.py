"""Certificates that follow from a completion by themselves, where a course says so."""

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
    certificate_ids = fields.One2many("dokstamp.certificate", "enrollment_id")

    @api.model_create_multi
    def create(self, vals_list):
        enrollments = super().create(vals_list)
        enrollments._note_completion(was_watched=False)
        return enrollments

    def write(self, vals):
        result = super().write(vals)
        if "completion_status" in vals:
            self._note_completion(was_watched=True)
        return result

    def _note_completion(self, *, was_watched):
        """Prepare certificates of those who have just completed; in the transaction of
        the completion.

        :param bool was_watched: the registry knew them before they completed
        """
        completed = self.filtered(
            lambda e: e.completion_status == "completed" and not e.completed_since
        )
        if not completed:
            return
        # sudo: a field of the connector
        completed.sudo().completed_since = fields.Datetime.now()
        automatic = completed.filtered(lambda e: e._is_automatic(was_watched))
        automatic._prepare_certificates()

    def _completion_obstacles(self):
        if self.completion_status == "completed":
            return []
        return [self.env._("Not completed.")]

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

    def _is_automatic(self, was_watched):
        """Whether a certificate follows: never for a completion from before the switch
        was turned on.

        A completion that the registry did not see happen counts from the day after the
        switch only.
        """
        course = self.course_id
        if course.automatic_issue == "manual" or self.certificate_ids:
            return False
        switched_on = course.automatic_since.date()
        if was_watched:
            return not self.completed_at or self.completed_at >= switched_on
        return bool(self.completed_at) and self.completed_at > switched_on

    def _prepare_certificates(self):
        # sudo: completions come from school apps' users, whose context suggests nothing
        certificates = self.env["dokstamp.certificate"].sudo()
        certificates = certificates.with_context(clean_context(self.env.context))
        prepared = certificates.create([e._automatic_values() for e in self])
        due_at = set(prepared.filtered("issue_at").mapped("issue_at"))
        if due_at:
            # sudo: as above
            self.env.ref("dokstamp_connector.ir_cron_issue_due").sudo()._trigger(due_at)

    def _automatic_values(self):
        course, issue_at = self.course_id, False
        if course.automatic_issue == "issue":
            issue_at = fields.Datetime.now() + timedelta(hours=course.issue_delay)
        return {
            **self._certificate_values(),
            "conferral_date": self.completed_at or fields.Date.today(),
            "issue_at": issue_at,
        }


class DokstampAccount(models.Model):
    _inherit = "dokstamp.account"

    def _reason_to_ask_first(self, count):
        """Why ``count`` certificates must not go out without a person, or None.

        :rtype: str | None
        """
        if self.needs_approval:
            return self.env._(
                "Completed. A person approves certificates here: issue it."
            )
        if count > self.issue_ceiling:
            return self.env._(
                "%(count)s certificates became due at once, more than the ceiling of "
                "%(ceiling)s. Check them, then issue them by hand.",
                count=count,
                ceiling=self.issue_ceiling,
            )
        return None


class DokstampCertificate(models.Model):
    _inherit = "dokstamp.certificate"

    issue_at = fields.Datetime(
        string="Issues itself at",
        copy=False,
        index="btree_not_null",
        help="Clear it to stop the automatic issue.",
    )

    @api.model
    def _cron_issue_due(self):
        """Issue automatic drafts whose delay is over; more than the ceiling at once
        wait for a person.
        """
        due = self.search(
            [("state", "=", "draft"), ("issue_at", "<=", fields.Datetime.now())]
        )
        for account, certificates in due.grouped("account_id").items():
            if reason := account._reason_to_ask_first(len(certificates)):
                certificates._leave_to_person(reason)
            else:
                certificates._issue_unattended(lambda c: c._withdrawal())

    def _withdrawal(self):
        """Why the completion that this certificate came of does not count any more.

        :rtype: list[str]
        """
        if self.course_id.automatic_issue != "issue":
            return [self.env._("The course's certificates are issued by hand now.")]
        known_since = self.enrollment_id.completed_since
        if known_since and known_since < self.course_id.automatic_since:
            return [
                self.env._(
                    "The course's automatic issue was switched off, and on again "
                    "after the completion."
                )
            ]
        if not self.enrollment_id.active:
            return [self.env._("The enrollment is archived.")]
        if not self.student_id.active:
            return [self.env._("The student is archived.")]
        return self.enrollment_id._completion_obstacles()

    def action_stop_automatic_issue(self):
        self.check_access("write")
        self.sudo().issue_at = False  # sudo: a field of the connector
        return True
