"""How a queue row is born: in the transaction of the change, one for each record."""

import json

from odoo import api, fields, models
from odoo.tools import SQL

from .sync_record import NORMAL, URGENT

GATHERED = "dokstamp_connector.queue"  # key in cr.precommit.data


class DokstampSyncRecord(models.Model):
    _inherit = "dokstamp.sync.record"

    @api.model
    def _gather(self, records, operation, urgent=False):
        """Queue ``records`` when this transaction commits, in one insert for all of
        them.

        Records without an account stay in Odoo alone.
        """
        # sudo: an account is read by managers only, and every user's save is queued
        for record in records.sudo().filtered("account_id"):
            keys = record._removal_keys() if operation == "remove" else None
            self._gather_row(
                record.account_id, record._name, record.id, operation, urgent, keys
            )

    @api.model
    def _gather_removal(self, binding):
        """Queue the removal of a record that the database dropped by itself."""
        self._gather_row(
            binding.account_id, binding.res_model, binding.res_id, "remove"
        )

    def _gather_row(self, account, model, res_id, operation, urgent=False, keys=None):
        """Note one record; the last operation of the transaction counts.

        :param bool urgent: a person waits for it, whatever is saved after that
        :param keys: what must be known of a record that is being deleted
        """
        gathered = self.env.cr.precommit.data.setdefault(GATHERED, {})
        if not gathered:
            self.env.cr.precommit.add(self._insert_gathered)
        rank = self.env[model]._dokstamp_rank
        earlier = gathered.get((model, res_id), {}).get("priority", NORMAL)
        gathered[model, res_id] = {
            "account_id": account.id,
            "res_model": model,
            "res_id": res_id,
            "operation": operation,
            "priority": URGENT if urgent else earlier,
            # what hangs on a record is removed before it
            "rank": -rank if operation == "remove" else rank,
            "removal_keys": keys,
            "user_id": self.env.uid,
        }

    @api.model
    def _insert_gathered(self):
        """Insert what was gathered, and wake the flush.

        In SQL, as every user's save comes by here: one statement for all records.
        """
        rows = self.env.cr.precommit.data.pop(GATHERED, None)
        if not rows:
            return
        rows = list(rows.values())
        self.env.execute_query(
            SQL(
                """
                INSERT INTO dokstamp_sync_record (
                    account_id, company_id, res_model, res_id, operation, state,
                    priority, rank, attempt_count, next_attempt_at, removal_keys,
                    user_id, create_uid, create_date, write_uid, write_date)
                SELECT row.account_id, account.company_id, row.res_model, row.res_id,
                       row.operation, 'pending', row.priority, row.rank, 0, %(now)s,
                       row.removal_keys, row.user_id, row.user_id, %(now)s,
                       row.user_id, %(now)s
                  FROM jsonb_to_recordset(%(rows)s) AS row (
                           account_id int, res_model varchar, res_id int,
                           operation varchar, priority int, rank int,
                           removal_keys jsonb, user_id int)
                  JOIN dokstamp_account account ON account.id = row.account_id
                RETURNING dokstamp_sync_record.id
                """,
                now=fields.Datetime.now(),
                rows=json.dumps(rows),
            )
        )
        self.invalidate_model(flush=False)
        urgent = any(row["priority"] == URGENT for row in rows)
        accounts = self.env["dokstamp.account"].sudo()
        accounts.browse({row["account_id"] for row in rows})._wake(urgent=urgent)

    @api.model
    def _gathered_ids(self, records):
        """Ids of ``records`` that this transaction has changed; their rows are inserted
        when it commits.

        :rtype: set[int]
        """
        gathered = self.env.cr.precommit.data.get(GATHERED, {})
        return {res_id for model, res_id in gathered if model == records._name}
