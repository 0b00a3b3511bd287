"""What keeps a source from failing a user's save.

What goes wrong is rolled back, logged, and leaves its sentence on the link.
"""

import logging
import threading
import traceback
from contextlib import contextmanager

from psycopg2.errors import UniqueViolation

from odoo import api, models
from odoo.exceptions import AccessError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

# Another transaction was quicker; once this one is committed, reading again works.
TRANSIENT = (*PG_CONCURRENCY_EXCEPTIONS_TO_RETRY, UniqueViolation)

_logger = logging.getLogger(__name__)


class DokstampSource(models.Model):
    _inherit = "dokstamp.source"

    @api.model
    def _feed_safely(self, ids_by_source):
        """Feed several sources; what cannot be handled is left out, with a sentence.

        :param dict ids_by_source: source id → ids of records of its model
        :return: whether nothing is left for a later transaction
        :rtype: bool
        """
        # sudo: whoever saves a course has no rights on the sources
        sources = self.sudo().browse(ids_by_source).exists().filtered("active").sorted()
        batches = [(source, sorted(ids_by_source[source.id])) for source in sources]
        self.env.cr.flush()  # what fails here is not ours to catch
        try:
            # one for all, as each savepoint has the capture insert what it gathered
            with _without_sql_log(), self.env.cr.savepoint():
                for source, ids in batches:
                    source._feed(ids)
        except Exception as error:  # noqa: BLE001 whichever record it was is found below
            _logger.info("Feeding record by record after a %s", type(error).__name__)
            outcomes = [
                source._feed_guarded(one) for source, ids in batches for one in ids
            ]
            return all(outcomes)
        return True

    def _feed_guarded(self, record_id):
        """Feed one record; what goes wrong is noted on its link.

        :return: whether reading it again in a later transaction would change nothing
        :rtype: bool
        """
        try:
            with _without_sql_log(), self.env.cr.savepoint():
                self._feed([record_id])
        except Exception as error:  # noqa: BLE001
            self._log_failure(f"feed {self.model} {record_id}", error)
            self._note_failure(record_id, error)
            return not isinstance(error, TRANSIENT)
        return True

    def _note_failure(self, record_id, error):
        reader = self._as_reader()
        try:
            with _without_sql_log(), self.env.cr.savepoint():
                links = reader._links_of([record_id])
                reader._note_errors({record_id: reader._failure_sentence(error)}, links)
        except Exception as second_error:  # noqa: BLE001
            self._log_failure(f"note a problem of {record_id}", second_error)

    def _failure_sentence(self, error):
        if isinstance(error, TRANSIENT):
            return self.env._(
                "Somebody saved the same at the same moment. This record is read "
                "again in the background."
            )
        if isinstance(error, AccessError) and not self._reads_all():
            return self._refused_sentence(self.model)
        return self.env._(
            "This record could not be read (%(error)s). Check the fields and the "
            "condition of the source.",
            error=type(error).__name__,
        )

    def _log_failure(self, what, error):
        """Log where ``error`` came from; its message might quote personal data."""
        if isinstance(error, TRANSIENT):
            _logger.info("Source %s left to the sweep: %s", self.id, what)
            return
        _logger.warning(
            "Source %s could not %s: %s\n%s",
            self.id,
            what,
            type(error).__name__,
            "".join(traceback.format_tb(error.__traceback__)),
        )

    @api.model
    def _wake_sweep(self):
        """Read everything again, in a transaction after this one."""
        sweep = self.env.ref(
            "dokstamp_connector.ir_cron_sweep", raise_if_not_found=False
        )
        if sweep:  # not yet there while the addon is being installed
            # sudo: every user's save may need it
            sweep.sudo()._trigger()


@contextmanager
def _without_sql_log():
    """Keep Odoo from logging this thread's failed queries: they hold personal data."""
    thread = threading.get_ident()
    logger = logging.getLogger("odoo.sql_db")

    def is_of_another_thread(record):
        return record.thread != thread

    logger.addFilter(is_of_another_thread)
    try:
        yield
    finally:
        logger.removeFilter(is_of_another_thread)
