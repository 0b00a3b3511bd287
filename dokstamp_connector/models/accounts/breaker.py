"""Whether an account may be used right now, as the flush noted it: pause, breaker."""

from datetime import datetime, timedelta

from odoo import api, fields, models
from odoo.tools import format_datetime

from ...dokstamp_api import BREAKER_OPENS_AFTER, backoff_seconds
from .account import ANSWERING, HEALTHY

MAX_OUTAGE_DELAY = 600  # seconds between probes while DokStamp is down


class DokstampAccount(models.Model):
    _inherit = "dokstamp.account"

    def _pause_if_copied(self):
        """Whether this database is a copy that must not use the credentials; then the
        account pauses.
        """
        self.ensure_one()
        if not self._is_copied():
            return False
        self._pause(
            self.env._(
                "This database is a copy of the one that the account was connected "
                "in, or was renamed or moved. Press Resume if it may send to DokStamp; "
                "in a copy, leave it paused."
            ),
            "copy",
        )
        return True

    def _pause_unguarded(self):
        self._pause(
            self.env._(
                "Odoo reaches its database through a pool that carries each "
                "transaction in another session (PgBouncer with pool_mode = "
                "transaction). Nothing would keep two servers from sending the same "
                "there. Let it pool sessions (pool_mode = session), or let Odoo reach "
                "PostgreSQL directly, and press Resume."
            )
        )

    def _outage_sentence(self, error):
        return self.env._(
            "%(cause)s Nothing is lost: it goes on by itself once DokStamp answers "
            "again.",
            cause=self._access_sentence(error),
        )

    # === A WAIT THAT DOKSTAMP ASKED FOR === #

    @api.depends("state", "call_again_at", "asked_to_wait_until")
    def _compute_wait_message(self):
        for account in self:
            is_connected = account.state == "connected"
            account.wait_message = is_connected and account._wait_sentence()

    def _wait_sentence(self):
        """Until when DokStamp has asked us to wait, in the reader's own time; False
        when it has not.

        :rtype: str | bool
        """
        if not self._asked_until():
            return False
        zone = self.env.tz.zone
        return self.env._(
            "DokStamp has asked us to wait: nothing is sent before %(time)s "
            "(%(zone)s). Nothing is lost, and it goes on by itself then.",
            time=format_datetime(self.env, self._asked_until(), tz=zone),
            zone=zone,
        )

    # === WHAT THE FLUSH NOTES === #

    def _pause(self, reason, kind="access"):
        """Send nothing more, for a reason that the form shows.

        What a person has paused, or what a copy has, stays so whatever becomes of calls
        that were under way.

        :param str kind: whose matter it is, of `pause_kind`
        """
        for account in self:
            if kind != "access" or account.state != "paused" or account._ends_by_test():
                # sudo: fields of the connector
                account.sudo().write(
                    {"state": "paused", "pause_reason": reason, "pause_kind": kind}
                )

    def _paused_sentence(self):
        """Why nothing of a paused account is sent, and what ends that."""
        if not self.state_since:
            return self.env._(
                "The DokStamp account is paused, and nothing is sent until a manager "
                "presses Resume on it. %(reason)s",
                reason=self.pause_reason or "",
            )
        return self.env._(
            "The DokStamp account is paused since %(since)s, and nothing is sent until "
            "a manager presses Resume on it. %(reason)s",
            since=format_datetime(self.env, self.state_since),
            reason=self.pause_reason or "",
        )

    def _ends_by_test(self):
        """Whether a test that succeeds ends the pause; one from before there were kinds
        may be anybody's.
        """
        return self.pause_kind == "access"

    def _reset_access(self):
        """Nothing is known of the access: its credentials are other ones.

        A pause that a person or a copy made has nothing to do with them, and stays.
        """
        lasting = self.filtered(lambda a: a.state == "paused" and not a._ends_by_test())
        # sudo: fields of the connector
        lasting.sudo().write({"access_problem": False, **ANSWERING})
        tested = (self - lasting).sudo()
        tested.write({"state": "draft", "access_problem": False, **HEALTHY})

    def _note_answer(self):
        """DokStamp answers: whatever was wrong is over, but for a wait that it has
        asked for.
        """
        asked_until = self._asked_until()
        if asked_until and not self.outage_count:
            return
        account = self.sudo()  # sudo: fields of the connector
        if asked_until:
            account.write(
                {
                    **ANSWERING,
                    "call_again_at": asked_until,
                    "asked_to_wait_until": asked_until,
                }
            )
        elif self.outage_count or self.call_again_at:
            account.write(ANSWERING)

    def _may_call(self):
        return self.state == "connected" and not self._is_waiting()

    def _is_waiting(self):
        return (self.call_again_at or datetime.min) > fields.Datetime.now()

    def _asked_until(self):
        """Until when DokStamp has asked us to wait; None when it has not, or the time
        is over.

        :rtype: datetime | None
        """
        asked_until = self.asked_to_wait_until
        if self._is_waiting() and asked_until and asked_until > fields.Datetime.now():
            return asked_until
        return None

    def _needs_probe(self):
        """Whether one reading call has to succeed before anything else is tried."""
        return self.outage_count >= BREAKER_OPENS_AFTER

    def _note_outage(self, error):
        """Count a failure of DokStamp itself; after a few in a row, or when asked to,
        leave it alone.
        """
        count = self.outage_count + 1
        values = {"outage_count": count, "outage_message": self._outage_sentence(error)}
        if count >= BREAKER_OPENS_AFTER:
            delay = backoff_seconds(count - BREAKER_OPENS_AFTER + 1)
            values["call_again_at"] = self._later_of(
                self._asked_until(), self._in_seconds(min(delay, MAX_OUTAGE_DELAY))
            )
        self.sudo().write(values)  # sudo: fields of the connector
        if asked_for := getattr(error, "delay", None):
            self._note_wait(asked_for)

    def _note_wait(self, seconds):
        """DokStamp has asked us to wait: so does the whole account, whatever else comes
        back.
        """
        until = self._in_seconds(seconds)
        # sudo: fields of the connector
        self.sudo().write(
            {
                "call_again_at": self._later_of(self.call_again_at, until),
                "asked_to_wait_until": self._later_of(self.asked_to_wait_until, until),
            }
        )

    def _later_of(self, *moments):
        return max(moment for moment in moments if moment)

    def _in_seconds(self, seconds):
        # + 1: stored without fractions of a second
        return fields.Datetime.now() + timedelta(seconds=seconds + 1)
