"""A mechanism of its own: an account pauses from one day to another, as was planned.

No scheduled action of its own: the one that sends the queue is woken at the beginning,
on the day before the end, and at the end.
"""

from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_date

from ..local_time import day_begins_at, local_day
from .account import UNPAUSED

PLAN = {"pause_from", "pause_until"}
PLANNED = "planned"  # of `pause_kind`
ACTIVITY = "mail.mail_activity_data_todo"


class DokstampAccount(models.Model):
    _inherit = "dokstamp.account"

    pause_kind = fields.Selection(selection_add=[(PLANNED, "Planned")])
    pause_from = fields.Date(
        string="Pause from",
        copy=False,
        help="From the beginning of this day nothing is sent.",
    )
    pause_until = fields.Date(
        string="Pause until",
        copy=False,
        help="The last day of the pause: it ends by itself when this day ends.",
    )
    pause_planned_by_id = fields.Many2one(
        "res.users", string="Planned by", readonly=True, copy=False
    )
    pause_reminder_id = fields.Many2one("mail.activity", readonly=True, copy=False)
    planned_pause_message = fields.Text(compute="_compute_planned_pause_message")

    @api.depends("pause_from", "pause_until", "state")
    @api.depends_context("lang")
    def _compute_planned_pause_message(self):
        """What is to come; of what has begun the reason of the pause tells."""
        for account in self:
            is_ahead = account.pause_until and account.state != "paused"
            account.planned_pause_message = is_ahead and self.env._(
                "Nothing will be sent from %(first)s until %(last)s, as %(user)s has "
                "planned. It goes on by itself afterwards.",
                first=format_date(self.env, account.pause_from),
                last=format_date(self.env, account.pause_until),
                user=account.sudo().pause_planned_by_id.name,  # sudo: the name alone
            )

    @api.constrains(*PLAN)
    def _check_planned_pause(self):
        for account in self:
            first, last = account.pause_from, account.pause_until
            if bool(first) != bool(last):
                raise ValidationError(
                    self.env._("A planned pause has a first day and a last one.")
                )
            if first and last < first:
                raise ValidationError(
                    self.env._("A planned pause cannot end before it begins.")
                )

    @api.model
    def _get_writable_fields(self, state=None):
        return super()._get_writable_fields(state) | PLAN

    def _note_changed(self, vals):
        result = super()._note_changed(vals)
        if PLAN.intersection(vals):
            self._forget_reminder()
            planned = self.filtered("pause_until")
            # sudo: a field of the connector
            planned.sudo().pause_planned_by_id = self.env.uid
            for account in planned:
                account._plan_wakings()
            self._follow_plan()
        return result

    def _note_connected(self):
        """Whoever resumes ends the plan as well."""
        result = super()._note_connected()
        begun = self.filtered(lambda one: one.pause_until and one._has_begun())
        begun._forget_plan()
        return result

    # === WHAT IS SAID OF IT === #

    def _paused_sentence(self):
        if self.pause_kind == PLANNED:
            return self.pause_reason
        return super()._paused_sentence()

    def _still_paused_sentence(self):
        if self.pause_kind == PLANNED:
            return self.pause_reason
        return super()._still_paused_sentence()

    # === THE PLAN === #

    def _plan_wakings(self):
        """Have the flush look at the beginning, on the day before the end, and at the
        end.
        """
        days = (self.pause_from, self._reminder_day(), self._resumption_day())
        for day in days:
            self.env["dokstamp.schedule"]._wake_flush(
                self, day_begins_at(day, self._zone())
            )

    def _reminder_day(self):
        return self.pause_until - timedelta(days=1)

    def _resumption_day(self):
        return self.pause_until + timedelta(days=1)

    def _today(self):
        return local_day(fields.Datetime.now(), self._zone())

    def _has_begun(self):
        return self.pause_from <= self._today()

    def _follow_plan(self):
        """Pause, remind, or go on, as it was planned for today."""
        for account in self:
            is_on = account.pause_until and account._has_begun()
            is_over = is_on and account._today() > account.pause_until
            is_paused = account.state == "paused" and account.pause_kind == PLANNED
            if is_paused and (is_over or not is_on):
                account._end_planned_pause()
            elif is_over:
                account._forget_plan()
            elif is_on:
                account._keep_planned_pause()

    def _keep_planned_pause(self):
        if self.state == "connected" or self.pause_kind == PLANNED:
            self._pause(self._planned_sentence(), PLANNED)
        if self._today() >= self._reminder_day() and not self.pause_reminder_id:
            self._remind()

    def _end_planned_pause(self):
        # sudo: fields of the connector
        self.sudo().write({"state": "connected", **UNPAUSED})
        if not self.pause_until or self._today() > self.pause_until:
            self._forget_plan()
        self._note_connected()

    def _forget_plan(self):
        # sudo: whoever resumes it may not be who plans
        self.sudo().write(dict.fromkeys(PLAN, False))

    def _planned_sentence(self):
        return self.env._(
            "Paused until %(last)s, as %(user)s has planned: it goes on by itself on "
            "%(next)s.",
            last=format_date(self.env, self.pause_until),
            user=self.sudo().pause_planned_by_id.name,  # sudo: the name alone
            next=format_date(self.env, self._resumption_day()),
        )

    # === THE REMINDER === #

    def _remind(self):
        """Tell whoever is responsible that it ends tomorrow."""
        responsible = self._responsible()
        told = self.with_context(lang=responsible.lang)
        # sudo: a field of the connector, and the activity of another user
        self.sudo().pause_reminder_id = (
            self.env["mail.activity"]
            .sudo()
            .create(
                {
                    "activity_type_id": self.env.ref(ACTIVITY).id,
                    "user_id": responsible.id,
                    "date_deadline": self.pause_until,
                    "summary": told.env._(
                        "The planned pause of %(account)s at DokStamp ends",
                        account=self.name,
                    ),
                    "note": told._reminder(),
                }
            )
        )

    def _reminder(self):
        return self.env._(
            "%(account)s goes on by itself on %(next)s, and sends all that was saved "
            "meanwhile. If it is to stay paused, choose a later day on the account.",
            account=self.name,
            next=format_date(self.env, self._resumption_day()),
        )

    def _forget_reminder(self):
        self.sudo().pause_reminder_id.unlink()  # sudo: it may be another user's
