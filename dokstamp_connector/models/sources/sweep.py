"""The sweep finds what no hook could see.

Raw SQL, cascades, a merged contact, records older than a source.
"""

from odoo import api, models

from ..sync.origin import ORIGIN

BATCH = 500  # records read between two commits


class DokstampSweep(models.AbstractModel):
    """Compares school apps with the registry, and that with what was last sent."""

    _name = "dokstamp.sweep"
    _description = "DokStamp Sweep"

    @api.model
    def _cron_sweep(self):
        """Read every source from where it stopped, then queue what differs.

        Commits: for the scheduled action only.
        """
        self = self.with_context(**{ORIGIN: ("repair", None)})
        sources = self.env["dokstamp.source"].search([])
        if not sources.filtered("sweep_from_id"):
            sources.sweep_from_id = 1  # the daily run begins anew
        for source in sources:
            while source.sweep_from_id:
                count = self._sweep_source(source)
                if not self.env["ir.cron"]._commit_progress(
                    count, remaining=int(bool(source.sweep_from_id))
                ):
                    # the scheduler itself would look again in a minute
                    self.env["dokstamp.source"]._wake_sweep()
                    self.env["ir.cron"]._commit_progress(remaining=1)
                    return
        self.env["dokstamp.account"].search([])._complete_registry()
        for model in self.env["dokstamp.entity"]._registry_models():
            self._sweep_registry(model)
        self.env["ir.cron"]._commit_progress(remaining=0)

    def _sweep_source(self, source):
        """Feed the next batch of a source; return how many records were read."""
        try:
            with self.env.cr.savepoint():
                ids = source._next_ids(BATCH)
        except Exception as error:  # noqa: BLE001 one broken source holds up no other
            source._log_failure("find its records", error)
            ids = []
        source._feed_safely({source.id: ids})
        source.sweep_from_id = ids[-1] + 1 if len(ids) == BATCH else 0
        return len(ids)

    def _sweep_registry(self, model):
        """Queue what DokStamp holds otherwise, and the removal of what is gone."""
        records = self.env[model].with_context(active_test=False)
        queue = self.env["dokstamp.sync.record"]
        last_id = 0
        while batch := records.search(
            [("id", ">", last_id), ("account_id", "!=", False)], order="id", limit=BATCH
        ):
            last_id = batch[-1].id
            queue._gather(queue._to_send(batch), "push")
            self.env["ir.cron"]._commit_progress()
            batch.invalidate_recordset()
        self._sweep_deleted(model)

    def _sweep_deleted(self, model):
        """Bindings of records that the database dropped in a cascade."""
        bindings = self.env["dokstamp.binding"].search([("res_model", "=", model)])
        queue = self.env["dokstamp.sync.record"]
        if bindings:
            for binding in queue._to_remove(bindings):
                queue._gather_removal(binding)
