"""What the hold adds to accounts: how much of a kind of record may change at once."""

import json
from datetime import datetime

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from ..local_time import day_begins_at, local_day

NEVER = 100  # percent


class DokstampAccount(models.Model):
    _inherit = "dokstamp.account"

    held_removals_percent = fields.Integer(
        string="Removed or archived at once, at most (%)",
        default=10,
        aggregator=None,
        help="If more of what DokStamp holds of a kind of record, such as enrollments, "
        "would be removed or archived within a day, it is held until a manager says "
        "so. 100: never.",
    )
    held_changes_percent = fields.Integer(
        string="Changed at once, at most (%)",
        default=75,
        aggregator=None,
        help="The same for what would be changed. 100: never.",
    )
    held_from_count = fields.Integer(
        string="Held from",
        default=20,
        aggregator=None,
        help="Fewer records than these are never held, whatever their share.",
    )
    held_count = fields.Integer(compute="_compute_held_count", string="Held")

    def _compute_held_count(self):
        counts = dict(
            self.env["dokstamp.sync.record"]._read_group(
                [("account_id", "in", self.ids), ("state", "=", "held")],
                ["account_id"],
                ["__count"],
            )
        )
        for account in self:
            account.held_count = counts.get(account, 0)

    @api.constrains("held_removals_percent", "held_changes_percent", "held_from_count")
    def _check_held(self):
        for account in self:
            shares = (account.held_removals_percent, account.held_changes_percent)
            if any(not 0 <= share <= 100 for share in shares):
                raise ValidationError(
                    self.env._("A share of records is between 0 and 100 %.")
                )
            if account.held_from_count < 1:
                raise ValidationError(
                    self.env._("Records are held from a number of 1 at least.")
                )

    @api.model
    def _get_writable_fields(self, state=None):
        return super()._get_writable_fields(state) | {
            *("held_removals_percent", "held_changes_percent", "held_from_count"),
        }

    def _get_attention(self):
        is_waiting = [("account_id", "in", self.ids), ("state", "=", "waiting")]
        # sudo: how much waits is no secret to whoever sees the account
        waiting = self.env["dokstamp.mass.change"].sudo().search(is_waiting)
        return super()._get_attention() | {
            self.env._(
                "Held: %(what)s A manager decides under Queue & audit > Held changes.",
                what=batch._sentence(),
            ): ("dokstamp_mass_change_action", is_waiting)
            for batch in waiting
        }

    def _is_well(self):
        return super()._is_well() and not self.held_count

    # === HOW MUCH IS TOO MUCH === #

    def _too_much(self, model, change):
        """Whether more of a kind is due than may go out at once.

        :return: how many there are of the kind at DokStamp; None: it is not too much
        :rtype: int | None
        """
        is_removal = change == "removed"
        percent = (
            self.held_removals_percent if is_removal else self.held_changes_percent
        )
        if percent == NEVER:
            return None
        count, done = self._count_changes(model, change)
        if count < self.held_from_count:
            return None
        gone = done if is_removal else 0
        enough = count * 100 // percent - gone + 1 if percent else None
        total = max(self._count_live(model, enough) + gone, 1)
        return total if count * 100 > percent * total else None

    def _count_changes(self, model, change):
        """How many records are due, held, or were sent today, or since a manager has
        decided; and how many of these were sent.

        :rtype: tuple[int, int]
        """
        batches = self.env["dokstamp.mass.change"]
        since = max(
            self._day_began_at(),
            batches._last_decided(self, model, change) or datetime.min,
        )
        [[count, done]] = self.env.execute_query(
            SQL(
                """
                SELECT COUNT(DISTINCT res_id),
                       COUNT(DISTINCT res_id) FILTER (WHERE state = 'done')
                  FROM (SELECT res_id, state FROM dokstamp_sync_record
                         WHERE account_id = %(account)s AND res_model = %(model)s
                           AND change = %(change)s
                           AND state IN ('pending', 'sending')
                           AND mass_change_id IS NULL
                     UNION ALL
                        SELECT res_id, state FROM dokstamp_sync_record
                         WHERE account_id = %(account)s AND res_model = %(model)s
                           AND change = %(change)s AND state = 'done'
                           AND mass_change_id IS NULL AND done_at >= %(since)s
                     UNION ALL
                        SELECT res_id, state FROM dokstamp_sync_record
                         WHERE account_id = %(account)s AND res_model = %(model)s
                           AND change = %(change)s AND state = 'held'
                           AND mass_change_id IS NOT NULL) counted
                """,
                account=self.id,
                model=model,
                change=change,
                since=since,
            )
        )
        return count, done

    def _day_began_at(self):
        """When the school's day began.

        :return: naive UTC
        :rtype: datetime
        """
        zone = self._zone()
        return day_begins_at(local_day(fields.Datetime.now(), zone), zone)

    def _count_live(self, model, enough):
        """How many of a kind are at DokStamp and may still end there.

        :param int enough: how far to count, as there may be many; None: all
        :rtype: int
        """
        ended = [
            SQL("last_payload -> %s IN %s", key, tuple(map(json.dumps, values)))
            for key, values in self.env[model]._get_ended_values().items()
        ]
        conditions = SQL(" OR ").join(ended) if ended else SQL("FALSE")
        [[count]] = self.env.execute_query(
            SQL(
                """
                SELECT COUNT(*)
                  FROM (SELECT FROM dokstamp_binding
                         WHERE account_id = %s AND res_model = %s
                           AND (%s) IS NOT TRUE
                         LIMIT %s) live
                """,
                self.id,
                model,
                conditions,
                enough,
            )
        )
        return count
