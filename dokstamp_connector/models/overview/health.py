"""How an account does: each figure and each trouble is computed here alone.

It is told by the monitoring route (`controllers/monitoring.py`), by the activity of
whoever is responsible (`watched_account`) and by the overview.
"""

from datetime import timedelta
from statistics import median

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL, format_duration

DAY = timedelta(days=1)
WEEKS = 4  # as many days of before a day is compared with
FAR = 4  # times more, or less, than usual
FROM_COUNT = 20  # below that a share or a day tells nothing
DECIDED = ("person", "planned")  # pauses that somebody wanted


class DokstampAccount(models.Model):
    _inherit = "dokstamp.account"

    alarm_hours = fields.Integer(
        string="Tell when a change waits for (hours)",
        default=4,
        copy=False,
        aggregator=None,
        help="Whoever is responsible is told when a change that could be sent has "
        "waited so long. 0: never.",
    )
    alarm_failed_percent = fields.Integer(
        string="Tell when as many fail (%)",
        default=20,
        copy=False,
        aggregator=None,
        help="Whoever is responsible is told when such a share of what was sent within "
        "a day has failed, and at least 20 rows. 0: never.",
    )
    watches_volume = fields.Boolean(
        string="Tell when a day is unlike others",
        default=True,
        copy=False,
        help="Whoever is responsible is told when far more or far less is sent within "
        "a day than on the same day of the last four weeks: four times, or a quarter. "
        "Days on which fewer than 20 calls are usual are no measure.",
    )

    @api.constrains("alarm_hours", "alarm_failed_percent")
    def _check_alarms(self):
        for account in self:
            if account.alarm_hours < 0 or not 0 <= account.alarm_failed_percent <= 100:
                raise ValidationError(
                    self.env._(
                        "Hours are 0 or more, and a share is between 0 and 100 %%."
                    )
                )

    @api.model
    def _get_writable_fields(self, state=None):
        own = {"alarm_hours", "alarm_failed_percent", "watches_volume"}
        return super()._get_writable_fields(state) | own

    # === FIGURES === #

    def _health(self):
        """How the account does, in values of JSON; times are UTC, in ISO format.

        :rtype: dict
        """
        self.ensure_one()
        account = self.sudo()  # sudo: numbers alone, for whoever may ask how it does
        troubles = account._troubles()
        return {
            "id": account.id,
            "account": account.name,
            "company": account.company_id.name,
            "status": "trouble" if troubles else "well",
            "troubles": [
                {"kind": kind, "sentence": sentence}
                for kind, sentence in troubles.items()
            ],
            "state": account.state,
            "state_since": _iso(account.state_since),
            "pause_kind": account.pause_kind or None,
            "on_its_way": account.pending_count,
            "waiting": account.waiting_count,
            "held": account.held_count,
            "failed": account.failed_count,
            "oldest_due_since": _iso(account._oldest_due()),
            "last_day": account._last_day(),
            "calls": account._volume(),
        }

    def _oldest_due(self):
        """Since when the oldest change that could be sent waits for that: not one that
        waits for another record or a manager's word, or that is asked about later by
        plan; but one whose attempts were in vain.

        :rtype: datetime | None
        """
        [(oldest,)] = self.env["dokstamp.sync.record"]._read_group(
            [
                ("account_id", "=", self.id),
                ("state", "in", ("pending", "sending")),
                ("waiting_for", "=", False),
                "|",
                ("failure_type", "!=", False),
                ("next_attempt_at", "<=", fields.Datetime.now()),
            ],
            aggregates=["create_date:min"],
        )
        return oldest or None

    def _last_day(self):
        """How many rows ended within a day, and which share of them failed.

        :return: `done`, `failed`, and `failed_share` between 0 and 1
        :rtype: dict
        """
        since = fields.Datetime.now() - DAY
        rows = self.env["dokstamp.sync.record"]
        of_account = [("account_id", "=", self.id)]
        done = rows.search_count(
            [*of_account, ("state", "=", "done"), ("done_at", ">=", since)]
        )
        failed = rows.search_count(
            [*of_account, ("state", "=", "failed"), ("write_date", ">=", since)]
        )
        share = failed / (done + failed) if failed else 0
        return {"done": done, "failed": failed, "failed_share": round(share, 3)}

    def _volume(self):
        """How many calls wrote at DokStamp within a day, and how many are usual: the
        median of the same day of the last weeks, None while the account is younger.

        :return: `last_day` and `usual`
        :rtype: dict
        """
        self.env["dokstamp.audit.log"].flush_model(["account_id", "called_at"])
        now = fields.Datetime.now()
        counted = self.env.execute_query(
            SQL(
                "SELECT (SELECT count(*) FROM dokstamp_audit_log l"
                " WHERE l.account_id = %(account)s"
                " AND l.called_at > %(now)s - make_interval(days => 7 * week + 1)"
                " AND l.called_at <= %(now)s - make_interval(days => 7 * week))"
                " FROM generate_series(0, %(weeks)s) week ORDER BY week",
                account=self.id,
                now=now,
                weeks=WEEKS,
            )
        )
        last_day, *before = [count for (count,) in counted]
        begun = [
            ("account_id", "=", self.id),
            ("called_at", "<=", now - timedelta(days=7 * WEEKS + 1)),
        ]
        is_known = self.env["dokstamp.audit.log"].search_count(begun, limit=1)
        return {"last_day": last_day, "usual": median(before) if is_known else None}

    # === TROUBLES === #

    def _troubles(self):
        """What does not go as it should, and what to do; nothing while a person has
        paused the account, or before it was connected.

        :return: kind → sentence
        :rtype: dict[str, str]
        """
        if self.state == "draft":
            return {}
        if self.state == "paused":
            if self.pause_kind in DECIDED:
                return {}
            return {"paused": self._paused_sentence()}
        found = {
            "schedule": "\n".join(
                self.env["dokstamp.schedule"]._problems(self._get_scheduled_works())
            ),
            "sources": "\n".join(self._unread_sentences()),
            "run": "\n".join(self._stopped_run_sentences("failed")),
            "late": self._late_trouble(),
            "failing": self._failing_trouble(),
            "volume": self._volume_trouble(),
        }
        return {kind: sentence for kind, sentence in found.items() if sentence}

    def _late_trouble(self):
        oldest = self.alarm_hours and self._oldest_due()
        if not oldest:
            return False
        hours = (fields.Datetime.now() - oldest).total_seconds() / 3600
        if hours < self.alarm_hours:
            return False
        return self.env._(
            "The oldest change has waited for %(time)s hours to be sent. %(reason)s",
            time=format_duration(hours),
            reason=self._sending_stop()
            or (self.outage_count and self.outage_message)
            or self.env._("Look into the queue, and whether the server has work."),
        )

    def _failing_trouble(self):
        day = self.alarm_failed_percent and self._last_day()
        if not day or day["failed"] < FROM_COUNT:
            return False
        if day["failed_share"] * 100 < self.alarm_failed_percent:
            return False
        return self.env._(
            "%(failed)s of %(all)s changes of the last day failed. The overview says "
            "why, by cause.",
            failed=day["failed"],
            all=day["failed"] + day["done"],
        )

    def _volume_trouble(self):
        volume = self.watches_volume and self._volume()
        if not volume or volume["usual"] is None:
            return False
        usual, now = volume["usual"], volume["last_day"]
        if usual >= FROM_COUNT and now * FAR < usual:
            return self.env._(
                "Far less than usual is sent: %(now)s calls within a day, and "
                "%(usual)s on the same day of other weeks. In holidays that is right; "
                "else look whether the sources still read what they should.",
                now=now,
                usual=round(usual),
            )
        if now > FAR * max(usual, FROM_COUNT):
            return self.env._(
                "Far more than usual is sent: %(now)s calls within a day, and "
                "%(usual)s on the same day of other weeks. After an import that is "
                "right; else the audit log says from where the changes came.",
                now=now,
                usual=round(usual),
            )
        return False


def _iso(moment):
    return moment.isoformat() + "Z" if moment else None
