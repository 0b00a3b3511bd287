"""Where a school app's save is noticed, and kept from failing because of a source.

Every model's create, write, unlink and recomputation asks `dokstamp.source._watches`,
a dict in memory, whether any source reads that model. `base_automation` patches the
models instead and reloads the registry of every worker when a rule changes; here a
changed source only announces that a cache is out of date, so that it works at once and
nothing stops for it. What goes wrong is rolled back, logged, and leaves its sentence on
the link.
"""

import logging
import threading
import traceback
from collections import defaultdict
from contextlib import contextmanager
from functools import partial
from itertools import chain

from psycopg2.errors import UniqueViolation

from odoo import SUPERUSER_ID, api, models, tools
from odoo.exceptions import AccessError
from odoo.http import request
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from .feed import AUTHORS, SAVED
from .pair import id_of_record
from .reach import steps_along

GATHERED = "dokstamp_connector.feed"  # key in cr.precommit.data
CACHE = "stable"  # among Odoo's caches the one that is seldom announced as changed
KNOWN = "dokstamp_watches"  # attribute of the registry: sequence of CACHE, watches
READ_IN_SAVE = 1000  # records read while somebody waits; of more the sweep reads all
ON_A_LIST = 10  # records on a list, about
READ_ALONE = 20  # as of READ_IN_SAVE, one by one, where one of them is in trouble
GATHERED_AUTHORS = "dokstamp_connector.feed.authors"  # key in cr.precommit.data
GATHERED_NAMES = "dokstamp_connector.feed.names"  # likewise
LIST = "<"  # before the name of a field that puts records on another one's list
# Another transaction was quicker; once this one is committed, reading again works.
TRANSIENT = (*PG_CONCURRENCY_EXCEPTIONS_TO_RETRY, UniqueViolation)

_logger = logging.getLogger(__name__)


class Base(models.AbstractModel):
    _inherit = "base"

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        if watches := self._dokstamp_watches():
            # nothing leads to a new record, unless it says itself on which lists it is
            records._dokstamp_gather(
                (source_id, path)
                for name, pairs in watches.items()
                for source_id, path in pairs
                if (not path and not name) or name.startswith(LIST)
            )
        return records

    def write(self, vals):
        if watches := self._dokstamp_watches():
            # the lists that these leave: find them before
            left = (watches.get(LIST + name, ()) for name in vals)
            self._dokstamp_gather(chain.from_iterable(left), is_leaving=True)
        result = super().write(vals)
        if watches := self._dokstamp_watches():
            self._dokstamp_gather_written(watches, vals)
        return result

    def unlink(self):
        if watches := self._dokstamp_watches():
            # what hangs on these records may vanish with them: find it before
            self._dokstamp_gather(watches.get("", ()), is_leaving=True)
        return super().unlink()

    def _compute_field_value(self, field):
        result = super()._compute_field_value(field)
        # recomputed stored fields reach the database without write()
        if field.store and (watches := self._dokstamp_watches()):
            names = [f.name for f in self.pool.field_computed[field]]
            records = self.filtered("id")
            records._dokstamp_gather_written(watches, names)
        return result

    @api.model
    def _get_dokstamp_choices(self):
        """Where a person chooses the registry record that one of this model stands for,
        so that no source makes one of it: kind of registry record → name of the field.

        :rtype: dict[str, str]
        """
        return {}

    def _dokstamp_watches(self):
        """Which sources read this model; none while addons are being installed."""
        if self._abstract or not self.pool.ready:
            return None
        return self.env["dokstamp.source"]._watches(self._name)

    def _dokstamp_gather_written(self, watches, names):
        """Gather what sources read of the fields ``names``, and which ones that was."""
        read = {(*pair, name) for name in names for pair in watches.get(name, ())}
        if not read or not self.ids:
            return
        data = self.env.cr.precommit.data
        written = data.setdefault(GATHERED_NAMES, defaultdict(set))
        for source_id, path, name in read:
            written[source_id].add((path, name))
        self._dokstamp_gather((source_id, path) for source_id, path, _name in read)

    def _dokstamp_gather(self, pairs, is_leaving=False):
        """Have the sources read what changed, once, when this transaction commits.

        :param pairs: source id and the path that leads from its model to this one
        """
        pairs = set(pairs)
        if not pairs or not self.ids:
            return
        gathered = self.env.cr.precommit.data.get(GATHERED)
        if gathered is None:
            gathered = self.env.cr.precommit.data[GATHERED] = defaultdict(set)
            self.env.cr.precommit.add(self.env["dokstamp.source"]._feed_gathered)
        self._dokstamp_note_authors()
        for source_id, path in pairs:
            if path and is_leaving:
                source = self.env["dokstamp.source"].sudo().browse(source_id).exists()
                if source:
                    source._gather_dependents(gathered, path, self.ids)
            else:
                gathered[source_id, path].update(self.ids)

    def _dokstamp_note_authors(self):
        """Keep who saves: elevated rights leave the user, another user's hide whoever
        asked for the page.
        """
        authors = self.env.cr.precommit.data.setdefault(GATHERED_AUTHORS, set())
        # a scheduled action works through what others left, in whose name it may run
        authors.add(SUPERUSER_ID if self.env.context.get("cron_id") else self.env.uid)
        if request and request.env and request.env.uid:
            authors.add(request.env.uid)


class DokstampSource(models.Model):
    _inherit = "dokstamp.source"

    # === WHAT TO WATCH === #

    def _paths(self):
        """All dotted paths that this source reads, its condition's included.

        :rtype: set[str]
        """
        self.ensure_one()
        paths = self._condition_paths() | self._line_paths() | self._list_paths()
        paths.update(self._company_paths())
        paths.update(filter(None, (line._choice_path() for line in self.field_ids)))
        if "active" in self.env[self.model]._fields:
            paths.add("active")
        return paths - {"id"}

    @api.model
    def _watches(self, model_name):
        """Which fields of a model matter to which sources; None when none does.

        :return: field name → pairs of source id and the path that leads from the
            source's model to this one, empty for the source's own; the empty field name
            stands for create and unlink, one that begins with `LIST` for a field that
            puts records on a list of the path
        :rtype: dict[str, set[tuple[int, str]]] | None
        """
        registry = self.env.registry
        # Odoo empties its caches on many occasions, and a save after that is to cost
        # nothing here: what is known stays until somebody announces a change.
        sequence = registry.cache_sequences.get(CACHE)
        known_at, watches = getattr(registry, KNOWN, None) or (None, None)
        if watches is None or known_at != sequence:
            watches = self._all_watches()
            setattr(registry, KNOWN, (sequence, watches))
        return watches.get(model_name)

    @api.model
    def _forget_watches(self):
        """Have them found out anew: here at once, in every worker after the commit."""
        registry = self.env.registry
        registry.clear_cache(CACHE)
        forget = partial(setattr, registry, KNOWN, None)
        forget()
        # what is found out until then holds only if this is committed
        self.env.cr.postrollback.add(forget)

    @api.model
    @tools.ormcache(cache=CACHE)
    def _all_watches(self):
        """Model name → what `_watches` says of it."""
        watches = defaultdict(lambda: defaultdict(set))
        # sudo: whoever saves a course has no rights on the sources
        for source in self.sudo().search([("active", "=", True)]):
            if not source._has_models():
                continue  # it says so
            try:
                steps = list(source._all_steps())
            except Exception:  # noqa: BLE001 a save must not fail because a source is broken
                _logger.exception("Source %s cannot be watched", source.id)
                continue
            for model_name, prefix, name in steps:
                watches[model_name][name].add((source.id, prefix))
                watches[model_name][""].add((source.id, prefix))
        return {name: dict(of_model) for name, of_model in watches.items()}

    def _all_steps(self):
        yield self.model, "", ""
        for path in self._paths():
            yield from self._steps(self.env[self.model], "", path, frozenset())
        yield from self._cascades(self.env[self.model], "", frozenset())

    def _cascades(self, model, prefix, seen):
        """What takes the source's records along when it is deleted: the database does
        that by itself, in as many steps as it needs, and calls no hook.

        :return: as of `_steps`, of nothing but create and unlink
        """
        for field in model._fields.values():
            if field.type != "many2one" or field.ondelete != "cascade":
                continue
            path = f"{prefix}.{field.name}".strip(".")
            if field.store:
                yield field.comodel_name, path, ""
            if field.store and field not in seen:
                comodel = self.env[field.comodel_name]
                yield from self._cascades(comodel, path, seen | {field})

    def _steps(self, model, prefix, path, seen):
        """Every field along ``path``, and every field that those are made of.

        :param odoo.models.BaseModel model: where ``path`` begins
        :param str prefix: the path from the source's model to ``model``
        :param frozenset seen: computed fields that led here: they may go in circles
        :return: an iterator of (model name, path to it, field name)
        """
        name, _dot, rest = path.partition(".")
        field = model._fields.get(name)
        if field is None or field in seen:
            return
        yield model._name, prefix, name
        if not field.store:
            for dependency in model.pool.field_depends[field]:
                yield from self._steps(model, prefix, dependency, seen | {field})
        # what cannot be searched cannot be followed back to the source's records
        if field.relational and field._description_searchable:
            prefix = f"{prefix}.{name}" if prefix else name
            yield field.comodel_name, prefix, ""
            for inverse in _putting_on(model, field):
                yield field.comodel_name, prefix, inverse
                yield field.comodel_name, prefix, LIST + inverse
            if rest:
                comodel = self.env[field.comodel_name]
                yield from self._steps(comodel, prefix, rest, seen)

    # === WHAT WAS SEEN === #

    def _dependents(self, path, ids):
        """Ids of the source's records that reach one of ``ids`` by ``path``.

        Nothing where that cannot be told: a broken path must not fail a save.

        :rtype: list[int]
        """
        if not self.active:
            return []
        self.env.flush_all()  # what fails here is not ours to catch
        try:
            with self.env.cr.savepoint(flush=False):
                # all of them: what may not be read any more says so when it is read
                model = self._as_reader().env[self.model]
                return model.search([(path, "in", ids)]).ids
        except Exception as error:  # noqa: BLE001
            self._log_failure(f"follow {path} of {self.model}", error)
            return []

    def _gather_dependents(self, gathered, path, ids):
        """Gather the source's records that reach one of ``ids`` by ``path``, which may
        not do so any more in a moment; and what the database deletes with them.
        """
        known = gathered[self.id, ""]
        found = set(self._dependents(path, ids)) - known
        known.update(found)
        if found and self._is_deleted_along(path):
            records = self.env[self.model].browse(found)
            watches = records._dokstamp_watches() or {}
            records._dokstamp_gather(
                (pair for pair in watches.get("", ()) if pair[1]), is_leaving=True
            )

    def _is_deleted_along(self, path):
        """Whether the database deletes a record with the one that ``path`` leads to."""
        return all(
            field.type == "many2one" and field.store and field.ondelete == "cascade"
            for _model, field in steps_along(self.env[self.model], path)
        )

    @api.model
    def _feed_gathered(self):
        """Read what this transaction has changed; the sweep gets what must wait."""
        gathered = self.env.cr.precommit.data.pop(GATHERED, {})
        # sudo: whoever saves a course has no rights on the sources
        sources = self.sudo().browse(dict.fromkeys(one for one, _path in gathered))
        sources = {source.id: source for source in sources.exists()}
        authors = self.env.cr.precommit.data.pop(GATHERED_AUTHORS, ())
        ids_by_source = defaultdict(set)
        for (source_id, path), ids in gathered.items():
            if source := sources.get(source_id):
                ids_by_source[source_id].update(
                    source._dependents(path, list(ids)) if path else ids
                )
        written = self.env.cr.precommit.data.pop(GATHERED_NAMES, {})
        saved = {one: frozenset(names) for one, names in written.items()}
        by_authors = self.with_context(
            **{AUTHORS: tuple(authors), SAVED: tools.frozendict(saved)}
        )
        if self._size(ids_by_source) > READ_IN_SAVE:
            ids_by_source = self._of_interest(ids_by_source)
        if self._size(ids_by_source) > READ_IN_SAVE:
            left = ids_by_source
        else:
            left = by_authors._feed_safely(ids_by_source, READ_ALONE)
        self._leave_to_sweep(left)

    @api.model
    def _of_interest(self, ids_by_source):
        """Without records that a source takes on demand only, and was not asked for."""
        rest = {}
        for source in self.sudo().browse(ids_by_source):
            ids = ids_by_source[source.id]
            if source.trigger == "on_demand":
                ids = source._links_of(list(ids)).keys()  # never of pairs
            rest[source.id] = set(ids)
        return rest

    @api.model
    def _leave_to_sweep(self, ids_by_source):
        """Have the sweep read these, in a transaction after this one.

        :param dict ids_by_source: source id → ids of records of its model
        """
        first = {
            self.browse(source_id): min(ids)
            for source_id, ids in ids_by_source.items()
            if ids
        }
        if first:
            # sudo: every user's save may need it
            self.env["dokstamp.source.reading"].sudo()._request(first)
            self._wake_sweep()

    @api.model
    def _size(self, ids_by_source):
        """How many records that are, about: of lists nobody knows before they are read.

        :rtype: int
        """
        # sudo: as above
        sources = self.sudo().browse(ids_by_source)
        return sum(
            len(ids_by_source[source.id]) * (ON_A_LIST if source.relation else 1)
            for source in sources
        )

    # === NOTHING THAT GOES WRONG FAILS A SAVE === #

    @api.model
    def _feed_safely(self, ids_by_source, alone=None):
        """Feed several sources; what cannot be handled is left out, with a sentence.

        :param dict ids_by_source: source id → ids of records of its model
        :param int alone: how many may be read one by one, where one is in trouble;
            None: the sweep, which can begin a new transaction instead
        :return: source id → ids that are left for a later transaction
        :rtype: dict[int, list[int]]
        :raise psycopg2.Error: a user was quicker than the sweep
        """
        # sudo: whoever saves a course has no rights on the sources
        sources = self.sudo().browse(ids_by_source).filtered("active").sorted()
        batches = [(source, sorted(ids_by_source[source.id])) for source in sources]
        self.env.cr.flush()  # what fails here is not ours to catch
        try:
            # one for all, as each savepoint has the capture insert what it gathered
            with without_sql_log(), self.env.cr.savepoint():
                for source, ids in batches:
                    source._feed(ids)
        except Exception as error:  # noqa: BLE001 whichever record it was is found below
            if alone is None and isinstance(error, PG_CONCURRENCY_EXCEPTIONS_TO_RETRY):
                raise
            if alone is not None and self._size(ids_by_source) > alone:
                _logger.info("Left to the sweep after a %s", type(error).__name__)
                return {source.id: ids for source, ids in batches}
            _logger.info("Feeding record by record after a %s", type(error).__name__)
            return {
                source.id: left
                for source, ids in batches
                if (left := [one for one in ids if not source._feed_guarded(one)])
            }
        return {}

    def _feed_guarded(self, record_id, pair_id=None):
        """Feed one record, or one of its pairs; what goes wrong is noted on its link.

        :return: whether reading it again in a later transaction would change nothing
        :rtype: bool
        """
        try:
            with without_sql_log(), self.env.cr.savepoint():
                self._feed([record_id], pair_id)
        except Exception as error:  # noqa: BLE001
            if not pair_id and (pair_ids := self._pair_ids(record_id)):
                return all([self._feed_guarded(record_id, one) for one in pair_ids])
            self._log_failure(f"feed {self.model} {record_id}", error)
            self._note_failure(pair_id or record_id, error)
            return not isinstance(error, TRANSIENT)
        return True

    def _pair_ids(self, record_id):
        """Ids of the pairs of a record, as far as can be told; none without a list.

        :rtype: list[tuple[int, int]]
        """
        if not self.relation:
            return []
        reader = self._as_reader()
        ids = {one for one in reader._links_of([record_id]) if one != record_id}
        try:
            with without_sql_log(), self.env.cr.savepoint():
                items = reader._items(reader._matching([record_id]))
                ids.update(item.id for item in items)
        except Exception as error:  # noqa: BLE001
            self._log_failure(f"tell the pairs of {self.model} {record_id}", error)
        return sorted(ids)

    def _note_failure(self, item_id, error):
        reader = self._as_reader()
        try:
            with without_sql_log(), self.env.cr.savepoint():
                links = reader._links_of([id_of_record(item_id)])
                known = {one: link for one, link in links.items() if one == item_id}
                reader._note_errors({item_id: reader._failure_sentence(error)}, known)
        except Exception as second_error:  # noqa: BLE001
            self._log_failure(f"note a problem of {item_id}", second_error)

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

    def _sweep_sentence(self, error):
        """What kept the sweep from reading the source at all."""
        return self.env._(
            "This source could not be read (%(error)s). Check its condition and its "
            "fields, then press Read all now. What was read before stays as it is.",
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
        """Have the sweep run, in a transaction after this one."""
        self.env["dokstamp.schedule"]._wake("sweep")


def _putting_on(model, field):
    """Names of the fields by which the other side is put on the list ``field``.

    :rtype: list[str]
    """
    if field.type not in ("many2many", "one2many"):
        return []
    return [
        inverse.name
        for inverse in model.pool.field_inverses[field]
        if inverse.model_name == field.comodel_name
    ]


@contextmanager
def without_sql_log():
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
