"""What is to say of what DokStamp holds and no binding links to."""

from datetime import timedelta

from odoo.tools import SQL

from .reconciled import Seen, of_run

MOMENT = timedelta(seconds=1)  # the audit log has no fractions
REMOVED = ("deleted", "detached")


class Loose:
    """A batch of rows of the picture that are nobody's, here or in another account of
    this database, and that no record here is about to adopt.

    :param dokstamp.run run: with the picture
    :param odoo.models.BaseModel model: of the kind
    :param int after: id of the last row of the batch before
    :param int limit: rows
    """

    def __init__(self, run, model, after, limit):
        self.run, self.model = run, model
        rows = self._read(after, limit)
        self.last_id = rows[-1][0] if rows else None
        self._seen = [(Seen(*row), twin) for _id, twin, *row in rows]
        self._traces = self._traces_of([seen.uuid for seen, _twin in self._seen])

    def _read(self, after, limit):
        """:return: id, id of the record that is linked to another row with the same
        key, and what `Seen` takes
        """
        return self.run.env.execute_query(
            SQL(
                """
                SELECT r.id, twin.res_id, r.dokstamp_uuid, r.path, r."values", r.labels,
                       r.read_at
                  FROM dokstamp_run_remote r
                  LEFT JOIN LATERAL (
                       SELECT other.res_id
                         FROM dokstamp_run_remote same
                         JOIN dokstamp_binding other
                           ON other.dokstamp_uuid = same.dokstamp_uuid
                          AND other.res_model = same.res_model
                          AND other.account_id = %(account)s
                        WHERE same.run_id = r.run_id AND same.res_model = r.res_model
                          AND same.keys ->> 0 = r.keys ->> 0 AND same.id <> r.id
                        LIMIT 1) twin ON TRUE
                 WHERE r.run_id = %(run)s AND r.res_model = %(model)s
                   AND r.id > %(after)s AND r.is_awaited IS NOT TRUE
                   AND NOT EXISTS (
                       SELECT FROM dokstamp_binding b
                        WHERE b.res_model = r.res_model
                          AND %(bound_to)s = r.dokstamp_uuid)
                 ORDER BY r.id
                 LIMIT %(limit)s
                """,
                account=self.run.account_id.id,
                run=self.run.id,
                model=self.model._name,
                after=after,
                bound_to=self.model._pictured_id_sql(),
                limit=limit,
            )
        )

    def _traces_of(self, uuids):
        """uuid → the last line of the audit log about it.

        :rtype: dict[str, dokstamp.audit.log]
        """
        lines = self.run.env["dokstamp.audit.log"].search(
            [("dokstamp_uuid", "in", uuids), ("res_model", "=", self.model._name)],
            order="called_at, id",
        )
        return {line.dokstamp_uuid: line for line in lines}

    # === FINDINGS === #

    def found(self):
        """Values of lines, None for what there is nothing to say of.

        :rtype: list[dict | None]
        """
        return [self._of_row(seen, twin) for seen, twin in self._seen]

    def _of_row(self, seen, twin):
        trace = self._traces.get(seen.uuid)
        if trace and not self._is_lost(trace, seen):
            return None
        if twin:
            name = self.model.browse(twin).display_name
            return self._line(seen, "doubled", res_id=twin, res_name=name)
        is_ours = trace and not (trace.event in REMOVED and trace.succeeded)
        if is_ours:
            return self._line(seen, "orphan", res_id=trace.res_id)
        return self._line(seen, "missing_here")

    def _is_lost(self, trace, seen):
        """Whether nobody knows any more of what an account of ours has written there.

        Not where the record is there and has another account, or is of another one of
        ours; nor where we left it so on purpose, or have removed it since.
        """
        if trace.account_id != self.run.account_id:
            return False
        if self.model.browse(trace.res_id).exists():
            return False
        if trace.event == "archived" and trace.succeeded:
            return False
        is_removal = trace.event in REMOVED
        if is_removal and not trace.succeeded:
            return False  # DokStamp keeps it: something depends on it
        return not (is_removal and trace.called_at + MOMENT > seen.read_at)

    def _line(self, seen, finding, **values):
        return {
            **of_run(self.run),
            "res_model": self.model._name,
            "res_name": self.model._name_in_picture(seen.values, seen.labels),
            "dokstamp_uuid": seen.uuid,
            "finding": finding,
            "held": {
                "path": seen.path,
                "values": seen.values,
                "labels": seen.labels,
            },
            **values,
        }
