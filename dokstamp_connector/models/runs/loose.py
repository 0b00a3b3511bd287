"""What is to say of what DokStamp holds and no binding links to."""

from datetime import timedelta

from odoo.tools import SQL

from .reconciled import of_run

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
        bound = self._bound([uuid for _id, uuid, _key, _is_awaited in rows])
        keys = {
            uuid: key
            for _id, uuid, key, is_awaited in rows
            if not is_awaited and uuid not in bound
        }
        self._seen = run._seen(model._name, keys)
        twins = self._twins(set(keys.values()) - {None}) if keys else {}
        self._twin_of = {uuid: twins.get(key) for uuid, key in keys.items()}
        self._traces = self._traces_of(list(keys))

    def _read(self, after, limit):
        """:return: id, uuid, what finds it, whether a record is about to adopt it"""
        return self.run._in_picture(
            SQL("id, dokstamp_uuid, keys ->> 0, is_awaited"),
            self.model._name,
            SQL("AND id > %s ORDER BY id LIMIT %s", after, limit),
        )

    def _bound(self, uuids):
        """Those that a binding links to, of whatever account."""
        found = self.run.env.execute_query(
            SQL(
                "SELECT %(uuid)s FROM dokstamp_binding b"
                " WHERE b.res_model = %(model)s AND %(uuid)s = ANY(%(uuids)s)",
                uuid=self.model._pictured_id_sql(),
                model=self.model._name,
                uuids=uuids,
            )
        )
        return {uuid for (uuid,) in found}

    def _twins(self, keys):
        """Key → id of the record that is linked to another row with it.

        :rtype: dict[str, int]
        """
        rows = self.run._in_picture(
            SQL("keys ->> 0, dokstamp_uuid"),
            self.model._name,
            SQL("AND keys ->> 0 = ANY(%s)", list(keys)),
        )
        bindings = self.run.env["dokstamp.binding"].search(
            [
                ("account_id", "=", self.run.account_id.id),
                ("res_model", "=", self.model._name),
                ("dokstamp_uuid", "in", [uuid for _key, uuid in rows]),
            ]
        )
        holders = {one.dokstamp_uuid: one.res_id for one in bindings}
        return {key: holders[uuid] for key, uuid in rows if uuid in holders}

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
        return [
            self._of_row(self._seen[uuid], twin) for uuid, twin in self._twin_of.items()
        ]

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
