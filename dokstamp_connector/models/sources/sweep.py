"""The sweep finds what no hook could see.

Raw SQL, cascades, a merged contact, records older than a source.
"""

import logging

from odoo import api, models

from ..sync.origin import ORIGIN
from .watch import TRANSIENT, without_sql_log

BATCH = 500  # records read between two commits
BATCH_OF_LISTS = 25  # likewise, where all that is on a list of each is read
CONFLICT_TRIES = 3  # of a batch, while users save the same

_logger = logging.getLogger(__name__)


class Conflict(Exception):
    """Somebody saved the same at the same moment: in a new transaction it works."""


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
        self.env["dokstamp.source"]._find_models_again()
        sources = self.env["dokstamp.source"].search([])
        readings = self.env["dokstamp.source.reading"]
        if not readings._waiting(sources) | readings._waiting_registry():
            # the daily run begins anew
            readings._request(dict.fromkeys(sources, 1))
        if not readings._waiting_registry():
            # now: what is to come after the sources is still so in another run
            readings._request_registry()
        for source in sources:
            if not self._sweep_source(source):
                self._go_on_later()
                return
            self._count_together()
        if not self._sweep_registry():
            self._go_on_later()
            return
        self.env["ir.cron"]._commit_progress(remaining=0)

    def _go_on_later(self):
        # the scheduler itself would look again in a minute
        self.env["dokstamp.source"]._wake_sweep()
        self.env["ir.cron"]._commit_progress(remaining=1)

    def _count_together(self, model=None):
        """What was found is counted, and leaves unless it is too much at once.

        :param str model: of the registry, that was looked through; else sources were
        """
        self.env["ir.cron"]._commit_progress()  # what was gathered last is there
        for _try in range(CONFLICT_TRIES):
            try:
                with without_sql_log():
                    self.env["dokstamp.sync.record"]._end_of_reading(model)
                    self.env.cr.flush()
                return
            except TRANSIENT:  # the flush, or a person, was quicker
                self.env.cr.rollback()
        self.env["dokstamp.source"]._wake_sweep()

    def _sweep_source(self, source):
        """Read what is to be read of a source, batch by batch.

        :return: whether there is time left
        :rtype: bool
        """
        readings = self.env["dokstamp.source.reading"]
        tries_left = CONFLICT_TRIES
        while tries_left and (waiting := readings._waiting(source.exists())):
            count = self._sweep_batch(waiting, is_last=tries_left == 1)
            tries_left = CONFLICT_TRIES if count is not None else tries_left - 1
            is_left = bool(readings._waiting(source.exists()))
            if not self.env["ir.cron"]._commit_progress(
                count or 0, remaining=int(is_left)
            ):
                return False
        if not tries_left:
            # people keep saving what it reads: the rest in a minute
            self.env["dokstamp.source"]._wake_sweep()
        return True

    def _sweep_batch(self, waiting, is_last):
        """Feed the next batch of a source; one that is broken holds up no other.

        :param dokstamp.source.reading waiting: what is to be read of it
        :param bool is_last: go on, though a record may be taken by somebody else
        :return: how many records were read; None: again, in a new transaction
        :rtype: int | None
        """
        source = waiting.source_id
        try:
            with without_sql_log():
                count = self._feed_next(source, waiting, is_last)
                self.env.cr.flush()
            return count
        except (Conflict, *TRANSIENT):
            self.env.cr.rollback()
            _logger.info("Source %s: a user was quicker, reading again", source.id)
            return None
        except Exception as error:  # noqa: BLE001 one broken source holds up no other
            self.env.cr.rollback()
            source._log_failure("be read", error)
            waiting.exists()._note_problem(source._sweep_sentence(error))
            return 0

    def _feed_next(self, source, waiting, is_last):
        """Feed the next batch, and note how far that got.

        :return: how many records were read
        :rtype: int
        :raise Conflict: some of them are to be read in a new transaction
        """
        start = min(waiting.mapped("from_id"))
        size = BATCH_OF_LISTS if source.relation else BATCH
        ids = source._next_ids(start, size) if source._has_models() else []
        if ids and source._feed_safely({source.id: ids}) and not is_last:
            raise Conflict
        waiting._note_progress(ids[-1] + 1 if len(ids) == size else 0)
        return len(ids)

    def _sweep_registry(self):
        """Queue what DokStamp holds otherwise, and the removal of what is gone, kind by
        kind, from where that stopped.

        :return: whether there is time left
        :rtype: bool
        """
        self.env["dokstamp.account"].search([])._complete_registry()
        waiting = self.env["dokstamp.source.reading"]._waiting_registry()
        return all(map(self._sweep_kind, waiting))

    def _sweep_kind(self, reading):
        """As of `_sweep_registry`, of one kind of record."""
        model = reading.res_model
        if model in self.env:
            records = self.env[model].with_context(active_test=False)
            while batch := records.search(
                [("id", ">=", reading.from_id), ("account_id", "!=", False)],
                order="id",
                limit=BATCH,
            ):
                self._gather_differing(batch)
                reading.from_id = batch[-1].id + 1
                time_left = self.env["ir.cron"]._commit_progress(
                    len(batch), remaining=1
                )
                batch.invalidate_recordset()
                if not time_left:
                    return False
            self._sweep_deleted(model)
        reading.unlink()
        self._count_together(model)
        return True

    def _gather_differing(self, records):
        """Queue those that differ; one that is broken holds up no other."""
        queue = self.env["dokstamp.sync.record"]
        try:
            with without_sql_log(), self.env.cr.savepoint():
                queue._gather(queue._to_send(records), "push")
        except TRANSIENT:
            raise
        except Exception as error:  # noqa: BLE001 whichever record it was is found below
            for record in records if len(records) > 1 else ():
                self._gather_differing(record)
            if len(records) == 1:
                kind = type(error).__name__
                _logger.warning("Cannot compare %s: %s", records, kind)

    def _sweep_deleted(self, model):
        """Bindings of records that the database dropped in a cascade."""
        bindings = self.env["dokstamp.binding"].search([("res_model", "=", model)])
        queue = self.env["dokstamp.sync.record"]
        if bindings:
            for binding in queue._to_remove(bindings):
                queue._gather_removal(binding)
