"""Whoever is responsible for an account is told once that something does not go as it
should, and once that it does again.
"""

import logging
from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import format_datetime

from ..docs import docs_link
from ..sync.messages.message import where

_logger = logging.getLogger(__name__)
ACTIVITY = "mail.mail_activity_data_warning"
CALM = timedelta(minutes=30)  # well for so long, before that is said


class DokstampAccount(models.Model):
    """One activity at a time: what changes is written into it, what is over ends it.

    Whoever marks it as done has heard of it, and is told again only of something else.
    """

    _inherit = "dokstamp.account"

    # kinds of trouble that somebody was told of, and who that is
    told_troubles = fields.Json(readonly=True, copy=False)
    told_user_id = fields.Many2one("res.users", readonly=True, copy=False)
    troubled_since = fields.Datetime(readonly=True, copy=False)
    calm_since = fields.Datetime(readonly=True, copy=False)

    def _get_scheduled_works(self):
        works = super()._get_scheduled_works()
        return works | {
            "watch": self.env._("Nobody is told when something stands still.")
        }

    @api.model
    def _cron_watch(self):
        """Look after each account; one in trouble stops no other."""
        accounts = self.search([("state", "!=", "draft")])
        told = self.search([("told_troubles", "!=", False)])
        for account in accounts | told:
            try:
                with self.env.cr.savepoint():
                    account._watch()
            except Exception as error:  # noqa: BLE001 one in trouble stops no other
                _logger.error("Account %s is not watched: %s", account.id, where(error))
            self.env["ir.cron"]._commit_progress(1)

    def _watch(self):
        """Tell whoever is responsible what is new since the last look."""
        responsible = self._responsible()
        told = self.with_context(
            lang=responsible.lang,
            tz=responsible.tz,
            mail_notify_force_send=False,
        )
        troubles = told._troubles()
        if troubles:
            told._tell_troubles(troubles, responsible)
        elif self.told_troubles:
            told._tell_calm()

    def _tell_troubles(self, troubles, responsible):
        known = set(self.told_troubles or ())
        heard = known if self.told_user_id == responsible else set()
        activity = self.activity_search([ACTIVITY])
        values = {
            "summary": self.env._("DokStamp needs a look"),
            "note": _note(self.env, troubles),
            "user_id": responsible.id,
        }
        if activity:
            is_told = activity.user_id == responsible
            if activity.note != values["note"] or not is_told:
                activity.write(values)
        elif troubles.keys() - heard:
            self.activity_schedule(ACTIVITY, **values)
        noted = {
            "told_troubles": sorted(troubles),
            "told_user_id": responsible.id,
            "calm_since": False,
        }
        if not known:
            noted["troubled_since"] = fields.Datetime.now()
        if heard != troubles.keys() or self.calm_since:
            self.write(noted)

    def _tell_calm(self):
        """It is well again: said when it has stayed so for a while, so that what comes
        and goes is one trouble.
        """
        now = fields.Datetime.now()
        if not self.calm_since:
            self.calm_since = now
        if self.calm_since + CALM > now:
            return
        sentence = self.env._(
            "Well again since %(calm)s; something was wrong since %(since)s.",
            calm=format_datetime(self.env, self.calm_since),
            since=format_datetime(self.env, self.troubled_since),
        )
        if self.activity_search([ACTIVITY]):
            self.activity_feedback([ACTIVITY], feedback=sentence)
        else:
            self.message_post(body=sentence)
        self.write(
            {
                "told_troubles": False,
                "told_user_id": False,
                "troubled_since": False,
                "calm_since": False,
            }
        )


def _note(env, troubles):
    """The troubles, each with where more is said of it.

    :rtype: Markup
    """
    return Markup("<br/>").join(
        Markup("%s %s") % (sentence, docs_link(env, kind))
        for kind, sentence in troubles.items()
    )
