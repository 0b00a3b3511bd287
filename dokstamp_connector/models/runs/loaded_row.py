"""What runs add to the queue: rows that a first load has sent, or keeps back."""

from collections import defaultdict

from odoo import api, fields, models
from odoo.tools import SQL

from ..sync.messages import Push

LOW = 90  # priority: the day's work goes first


class DokstampSyncRecord(models.Model):
    _inherit = "dokstamp.sync.record"

    run_line_id = fields.Many2one(
        "dokstamp.run.line",
        string="Line of a run",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
    )

    @api.model
    def _look_through(self, planned, known):
        """What is in doubt is not sent before a person has decided; what is decided,
        and what runs know not to be there, is noted in its message.
        """
        stopped = super()._look_through(planned, known)
        new = defaultdict(dict)
        for row, message in planned.items():
            record, binding, _tried = known.of_row(row)
            if record and not binding and isinstance(message, Push):
                new[record._name][record] = row
        for name, rows in new.items():
            records = self.env[name].union(*rows)
            decided = self.env["dokstamp.run.candidate"]._decided(records)
            for record, row in rows.items():
                planned[row].decided = decided.get(record.id, {})
                planned[row].is_absent = row.run_line_id._is_known_absent()
            for record, sentence in records._open_doubts().items():
                stopped[rows[record]] = sentence
        return stopped

    # === KEPT BACK: in SQL, as they may be all that a school has === #

    @api.model
    def _keep_back_unsent(self, run, sentence):
        """Keep what DokStamp may have already until the run has looked.

        What a person waits for goes out all the same.
        """
        self._insert_gathered()  # what this transaction has changed is kept back too
        self._change(
            SQL(
                "waiting_for = %s, failure_type = 'waiting', failure_message = %s",
                run._name_of_place(),
                sentence,
            ),
            SQL(
                """
                q.account_id = %s AND q.operation = 'push' AND q.priority >= %s
                AND (q.waiting_for IS NULL OR q.waiting_for LIKE 'dokstamp.run.line,%%')
                AND NOT EXISTS (
                    SELECT FROM dokstamp_binding b
                     WHERE b.res_model = q.res_model AND b.res_id = q.res_id
                       AND b.account_id = q.account_id)
                """,
                run.account_id.id,
                self._default_priority(),
            ),
        )

    @api.model
    def _keep_back_for_review(self, run):
        """What a person has to decide on waits for that, and no longer for the run."""
        self._change(
            SQL(
                "waiting_for = 'dokstamp.run.line,' || line.id,"
                " failure_message = line.reason"
            ),
            SQL(
                """
                q.waiting_for = %s AND line.run_id = %s AND line.outcome = 'review'
                AND line.res_model = q.res_model AND line.res_id = q.res_id
                """,
                run._name_of_place(),
                run.id,
            ),
            SQL("FROM dokstamp_run_line line"),
        )

    @api.model
    def _let_go_rest(self, run):
        """What the run does not bring goes its usual way."""
        self._change(
            SQL("waiting_for = NULL, failure_type = NULL, failure_message = NULL"),
            SQL(
                """
                q.waiting_for = %s AND NOT EXISTS (
                    SELECT FROM dokstamp_run_line line
                     WHERE line.run_id = %s AND line.outcome = 'pending'
                       AND line.res_model = q.res_model AND line.res_id = q.res_id)
                """,
                run._name_of_place(),
                run.id,
            ),
        )

    @api.model
    def _keep_back_sent(self, run, sentence):
        """What the run has handed over and is not on its way yet waits."""
        self._change(
            SQL(
                "waiting_for = %s, failure_type = 'waiting', failure_message = %s",
                run._name_of_place(),
                sentence,
            ),
            SQL(
                """
                q.waiting_for IS NULL AND q.run_line_id IN (
                    SELECT id FROM dokstamp_run_line
                     WHERE run_id = %s AND outcome IN ('pending', 'waiting'))
                """,
                run.id,
            ),
        )

    @api.model
    def _let_go_sent(self, run):
        """What the run had handed over before it was paused goes on."""
        self._change(
            SQL("waiting_for = NULL, failure_type = NULL, failure_message = NULL"),
            SQL(
                "q.waiting_for = %s AND q.run_line_id IS NOT NULL",
                run._name_of_place(),
            ),
        )

    @api.model
    def _let_go_all(self, run):
        """Nothing waits for the run or its lines any more."""
        self._change(
            SQL("waiting_for = NULL, failure_type = NULL, failure_message = NULL"),
            SQL(
                """
                q.waiting_for = %s OR q.waiting_for IN (
                    SELECT 'dokstamp.run.line,' || id FROM dokstamp_run_line
                     WHERE run_id = %s AND outcome = 'review')
                """,
                run._name_of_place(),
                run.id,
            ),
        )

    @api.model
    def _let_bring(self, lines):
        """What waits in the queue for the run is brought by its lines now.

        :return: ids of the lines that bring something
        :rtype: set[int]
        """
        return self._change(
            SQL(
                """
                run_line_id = line.id, priority = %s, waiting_for = NULL,
                failure_type = NULL, failure_message = NULL
                """,
                LOW,
            ),
            SQL(
                """
                line.id = ANY(%s) AND line.res_model = q.res_model
                AND line.res_id = q.res_id AND q.account_id = line.account_id
                AND q.waiting_for IN (
                    'dokstamp.run,' || line.run_id, 'dokstamp.run.line,' || line.id)
                """,
                lines.ids,
            ),
            SQL("FROM dokstamp_run_line line"),
        )

    def _change(self, values, condition, source=None):
        """Change pending rows, `q`, at once.

        :return: the lines that bring them
        :rtype: set[int]
        """
        self.env.flush_all()
        changed = self.env.execute_query(
            SQL(
                "UPDATE dokstamp_sync_record q SET %s %s"
                " WHERE q.state = 'pending' AND (%s) RETURNING q.run_line_id",
                values,
                source or SQL(),
                condition,
            )
        )
        self.invalidate_model(flush=False)
        return {line_id for (line_id,) in changed}

    @api.model
    def _default_priority(self):
        return self._fields["priority"].default(self)
