import json

from odoo import fields, models
from odoo.tools import SQL

from ...dokstamp_api import (
    READINGS,
    AnswerNotUnderstood,
    NotAllowed,
    NotFound,
    Pages,
    Progress,
    below,
)
from ..sentence import Sentence


class DokstampRunList(models.Model):
    """One list of DokStamp's that a run reads, and how far that got.

    A page's rows are kept in the same commit as its number: a run that is killed goes
    on with the next page. A list that others change while it is read is read again, as
    a row may have moved to a page that was read already; the rows of each reading
    count.
    """

    _name = "dokstamp.run.list"
    _description = "DokStamp List"
    _order = "id"
    _rec_name = "path"
    _log_access = False

    run_id = fields.Many2one(
        "dokstamp.run", required=True, readonly=True, index=True, ondelete="cascade"
    )
    res_model = fields.Char(string="Kind", required=True, readonly=True)
    path = fields.Char(required=True, readonly=True)
    progress = fields.Json(readonly=True, help="How far this reading got.")
    reading = fields.Integer(
        default=1, readonly=True, aggregator=None, help="The how manieth it is."
    )
    page_count = fields.Integer(string="Pages", readonly=True)
    read_at = fields.Datetime(
        string="Read at",
        readonly=True,
        help="When its first page was asked for.",
    )
    is_complete = fields.Boolean(readonly=True)
    problem = Sentence(readonly=True, help="Why it cannot be read.")

    _one_per_path = models.UniqueIndex(
        "(run_id, res_model, path)", "The run reads this list already."
    )

    # === READING === #

    def _read_page(self):
        """Ask for the next page, and keep its rows. Commits before it asks: no
        transaction is open while DokStamp answers.

        :raise DokStampError: it has to be tried again, or concerns the account
        """
        run, name = self.run_id, self.res_model
        client, progress = run.account_id._client(), Progress(**(self.progress or {}))
        path = below(*self.path.split("/"))
        asked_at = self.env.cr.now()
        run._commit()
        try:
            rows = Pages(client, path).next_page(progress)
        except (NotAllowed, NotFound) as error:
            client.prove_access()  # else it is the account's matter
            self._give_up(self._refused_sentence(error))
            return
        except AnswerNotUnderstood as error:
            self._read_again() or self._give_up(self._odd_sentence(error))
            return
        progress.has_shifted |= self._keep_rows(rows, asked_at)
        self.write(
            {
                "progress": vars(progress),
                "page_count": self.page_count + 1,
                "read_at": self.read_at or asked_at,
            }
        )
        if progress.is_over and not (progress.has_shifted and self._read_again()):
            self.is_complete = True
            self.env[name]._note_list_read(self)

    def _read_again(self):
        """Begin anew, unless that was done often enough: a list that never rests is
        taken as it is.
        """
        if self.reading >= READINGS:
            return False
        self.write({"reading": self.reading + 1, "progress": False})
        return True

    def _give_up(self, problem):
        self._take_rows()
        self.write({"is_complete": True, "problem": problem})

    def _refused_sentence(self, error):
        return self.env._(
            "DokStamp does not list these for this integration (%(status)s to "
            "%(path)s): what it holds of them is not known. Ask DokStamp for the right "
            "to read them.",
            status=error.status,
            path=error.path,
        )

    def _odd_sentence(self, error):
        return self.env._(
            "DokStamp's list at %(path)s makes no sense, although it was asked for "
            "%(count)s times: what it holds of them is not known.",
            path=error.path,
            count=READINGS,
        )

    # === ROWS: in SQL, as they are many === #

    def _keep_rows(self, rows, asked_at):
        """Keep the rows of a page.

        :return: whether one of them had come in this reading before
        :rtype: bool
        """
        model, path = self.env[self.res_model], tuple(self.path.split("/"))
        kept = {}
        for row in rows:
            if row.get("uuid"):
                kept[row["uuid"]] = model._pictured(row, path)
        has_repeated = len(kept) < len(rows) or self._have_come(list(kept))
        self._insert(kept, asked_at)
        return has_repeated

    def _have_come(self, uuids):
        query = SQL(
            "SELECT 1 FROM dokstamp_run_remote WHERE list_id = %s AND reading = %s"
            " AND dokstamp_uuid = ANY(%s) LIMIT 1",
            self.id,
            self.reading,
            uuids,
        )
        return bool(self.env.execute_query(query))

    def _insert(self, rows, read_at):
        """:param dict rows: uuid → what `_pictured` returns"""
        if not rows:
            return
        self.env.execute_query(
            SQL(
                """
                INSERT INTO dokstamp_run_remote (
                    run_id, list_id, reading, res_model, path, read_at,
                    dokstamp_uuid, "values", labels, keys)
                SELECT %(run)s, %(list)s, %(reading)s, %(model)s, %(path)s, %(read_at)s,
                       row.uuid, row."values", row.labels, row.keys
                  FROM jsonb_to_recordset(%(rows)s) AS row (
                       uuid varchar, "values" jsonb, labels jsonb, keys jsonb)
                ON CONFLICT (run_id, res_model, dokstamp_uuid) DO UPDATE
                   SET list_id = EXCLUDED.list_id, reading = EXCLUDED.reading,
                       path = EXCLUDED.path, read_at = EXCLUDED.read_at,
                       "values" = EXCLUDED."values", labels = EXCLUDED.labels,
                       keys = EXCLUDED.keys
                RETURNING id
                """,
                run=self.run_id.id,
                list=self.id,
                reading=self.reading,
                model=self.res_model,
                path=self.path,
                read_at=read_at,
                rows=json.dumps(
                    [
                        {"uuid": uuid, "values": values, "labels": labels, "keys": keys}
                        for uuid, (values, labels, keys) in rows.items()
                    ]
                ),
            )
        )

    def _take_rows(self):
        """Drop its rows, and return them.

        :return: pairs of uuid and values
        :rtype: list[tuple[str, dict]]
        """
        return self.env.execute_query(
            SQL(
                "DELETE FROM dokstamp_run_remote WHERE list_id = %s"
                ' RETURNING dokstamp_uuid, "values"',
                self.id,
            )
        )
