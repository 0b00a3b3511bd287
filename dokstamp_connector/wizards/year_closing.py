from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain

from ..models.actions import open_form, show_message

LOOKED = "looked"  # a state: the list is made


class DokstampYearClosing(models.TransientModel):
    """What of a year is over: looked through by a manager, and archived together.

    Nothing is deleted, and nothing changes before the last button. What is archived
    stays so, whatever a source says; it is not held as a mass change, as a manager has
    just looked at it.
    """

    _name = "dokstamp.year.closing"
    _inherit = ["dokstamp.write.protection"]
    _description = "Close a Year"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    ended_before = fields.Date(
        string="Cohorts that ended before",
        required=True,
        default=lambda self: self.env.company._dokstamp_today(),
        help="They are archived, and so are the enrollments in them that were never "
        "completed.",
    )
    course_ids = fields.Many2many(
        "dokstamp.course",
        relation="dokstamp_year_closing_course_rel",
        string="Courses no longer offered",
        domain="[('company_id', '=', company_id)]",
        help="They are archived, and so are all their cohorts, and the enrollments in "
        "them that were never completed.",
    )
    line_ids = fields.One2many("dokstamp.year.closing.line", "closing_id")
    is_looked_at = fields.Boolean(readonly=True)
    summary = fields.Text(compute="_compute_summary")

    def _compute_display_name(self):
        self.display_name = self.env._("Close a year")

    @api.model
    def _get_writable_fields(self, state=None):
        names = super()._get_writable_fields(state)
        if state == LOOKED:
            return names | {"line_ids"}
        return names | {"company_id", "ended_before", "course_ids"}

    def _writing_state(self):
        return LOOKED if self.is_looked_at else super()._writing_state()

    @api.depends("line_ids.is_selected")
    @api.depends_context("lang")
    def _compute_summary(self):
        for closing in self:
            chosen = closing.line_ids.filtered("is_selected")
            sentences = [
                self.env._(
                    "%(kind)s: %(count)s of %(all)s are archived, and DokStamp hears "
                    "of %(sent)s.",
                    kind=dict(
                        lines._fields["res_model"]._description_selection(self.env)
                    )[model],
                    count=len(lines & chosen),
                    all=len(lines),
                    sent=len((lines & chosen).filtered("is_sent")),
                )
                for model, lines in closing.line_ids.grouped("res_model").items()
            ]
            closing.summary = "\n".join(sentences)

    # === WHAT IS OVER === #

    def _cohorts(self):
        """Cohorts that ended, and those of courses that are no longer offered."""
        over = Domain("end_date", "<", self.ended_before)
        over |= Domain("course_id", "in", self.course_ids.ids)
        return self.env["dokstamp.cohort"].search(self._own() & over)

    def _enrollments(self, cohorts):
        """What was never completed in what is over."""
        over = Domain("cohort_id", "in", cohorts.ids)
        over |= Domain("course_id", "in", self.course_ids.ids)
        running = Domain("completion_status", "=", "enrolled")
        return self.env["dokstamp.enrollment"].search(self._own() & over & running)

    def _own(self):
        return Domain("company_id", "=", self.company_id.id)

    # === BUTTONS === #

    def action_look(self):
        """Make the list of what would be archived. Nothing is changed or sent."""
        self.ensure_one()
        self.check_access("write")
        cohorts = self._cohorts()
        enrollments = self._enrollments(cohorts)
        courses = self.course_ids.filtered("active")
        lines = [
            Command.create(values)
            for records in (enrollments, cohorts, courses)
            for values in self._line_values(records)
        ]
        # sudo: the list is worked out, nobody types it in
        self.sudo().write({"is_looked_at": True, "line_ids": [Command.clear(), *lines]})
        return self._open()

    def _line_values(self, records):
        bindings = records._bindings()
        for record in records:
            told = record._archiving_told(bindings.get(record.id))
            yield {
                "res_model": record._name,
                "res_id": record.id,
                "name": record.display_name,
                "is_sent": bool(told),
                "what_is_sent": told or self.env._("Nothing"),
            }

    def action_look_again(self):
        """Begin anew with another day or other courses."""
        self.ensure_one()
        self.check_access("write")
        # sudo: as in `action_look`
        self.sudo().write({"is_looked_at": False, "line_ids": [Command.clear()]})
        return self._open()

    def _open(self):
        return open_form(self, name=self.env._("Close a year"), target="new")

    def action_close(self):
        """Archive what is ticked, as far as it is still over.

        :raise UserError: nothing is
        """
        self.ensure_one()
        self.check_access("write")
        chosen = self.line_ids.filtered("is_selected")
        count = 0
        for model, lines in chosen.grouped("res_model").items():
            records = self.env[model].browse(lines.mapped("res_id")).exists()
            over = records.filtered(self._is_still_over)
            over._close()
            # a manager has just said so
            queue = self.env["dokstamp.sync.record"]
            queue._note_in_gathered(over, is_uncounted=True)
            count += len(over)
        if not count:
            raise UserError(self.env._("Nothing is ticked that is still to be closed."))
        return show_message(
            self.env._(
                "%s records are archived, and DokStamp hears of it in the background.",
                count,
            ),
            "success",
            next={"type": "ir.actions.act_window_close"},
        )

    def _is_still_over(self, record):
        """Somebody may have completed meanwhile."""
        is_completed = getattr(record, "completion_status", None) == "completed"
        return record.active and not is_completed
