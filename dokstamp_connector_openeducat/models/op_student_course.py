"""What OpenEduCat does not keep of an enrollment: its day, and that of its end."""

from lxml.builder import E

from odoo import api, fields, models


class OpStudentCourse(models.Model):
    _name = "op.student.course"
    _inherit = ["op.student.course", "dokstamp.openeducat.form"]

    finished_on = fields.Date(
        copy=False,
        help="The day on which the student finished the course. Of who finished before "
        "the connector came nobody knows it: type it, or import it.",
    )
    finished_on_or_batch_end = fields.Date(
        string="Finished on, or end of batch",
        compute="_compute_finished_on_or_batch_end",
        compute_sudo=True,
        help="Where all finish on the last day of their batch, choose it on the source "
        "in the place of “Finished on”.",
    )
    enrolled_on = fields.Date(
        compute="_compute_enrolled_on",
        compute_sudo=True,
        help="The day of admission; else the first day of the batch; else the day on "
        "which the enrollment was entered.",
    )

    own_batch_id = fields.Many2one(
        "op.batch",
        string="Batch of the course",
        compute="_compute_own_batch_id",
        search="_search_own_batch_id",
        compute_sudo=True,
        help="Not that of a parent course: a cohort at DokStamp is one course's.",
    )

    @api.depends("state", "finished_on", "batch_id.end_date")
    def _compute_finished_on_or_batch_end(self):
        for enrollment in self:
            is_over = enrollment.state == "finished"
            day = enrollment.finished_on or enrollment.batch_id.end_date
            enrollment.finished_on_or_batch_end = is_over and day

    @api.depends("course_id", "batch_id.course_id")
    def _compute_own_batch_id(self):
        for enrollment in self:
            batch = enrollment.batch_id
            is_own = batch.course_id == enrollment.course_id
            enrollment.own_batch_id = is_own and batch

    def _search_own_batch_id(self, operator, value):
        """More than asked for: what is found is read, and that tells."""
        return [("batch_id", operator, value)]

    @api.depends("create_date", "batch_id.start_date")
    def _compute_enrolled_on(self):
        admitted = self._admission_days()
        for enrollment in self:
            enrollment.enrolled_on = (
                admitted.get(enrollment._admission_key())
                or enrollment.batch_id.start_date
                or self.env.company._dokstamp_day(enrollment.create_date)
            )

    def _admission_key(self):
        return (self.student_id, self.course_id, self.batch_id)

    def _admission_days(self):
        """The days of admission, where OpenEduCat's addon for that is installed.

        :return: `_admission_key` → day
        :rtype: dict[tuple, date]
        """
        if "op.admission" not in self.env:
            return {}
        groups = self.env["op.admission"]._read_group(
            [("student_id", "in", self.student_id.ids), ("state", "=", "done")],
            ["student_id", "course_id", "batch_id"],
            ["admission_date:max"],
        )
        return {tuple(key): day for *key, day in groups}

    def write(self, vals):
        """Keep the day on which a course is finished, which OpenEduCat does not."""
        if "state" not in vals or vals.get("finished_on"):
            return super().write(vals)
        if vals["state"] != "finished":
            return super().write({**vals, "finished_on": False})
        running = self.filtered(lambda enrollment: enrollment.state != "finished")
        result = super(OpStudentCourse, self - running).write(vals)
        for company, own in running.grouped(lambda e: e._school()).items():
            day = company._dokstamp_today()
            super(OpStudentCourse, own).write({**vals, "finished_on": day})
        return result

    def _school(self):
        """The company whose day counts.

        :rtype: res.company
        """
        # sudo: whoever keeps enrollments may not see every contact
        return self.sudo().student_id.company_id or self.env.company

    def _get_dokstamp_elements(self):
        day = E.field(name="finished_on", invisible="state != 'finished'")
        return [*super()._get_dokstamp_elements(), E.group(day)]
