"""What a source would read of one record, field by field, before anything is saved.

It reads as whoever looks, by the same code as a save, and only reads: nothing is
written, queued or asked at DokStamp. What is on the form is put into a source that
exists in memory alone.
"""

from datetime import date, datetime

from odoo import api, fields, models
from odoo.fields import Command, Domain
from odoo.tools import format_date, format_datetime

from .pair import is_active, records_of
from .reach import is_technical
from .source_field import HOW_READ, Unreadable, as_text
from .watch import without_sql_log

MOST_SHOWN = 500  # characters of a value: a form is no place for a syllabus


class DokstampSource(models.Model):
    _inherit = "dokstamp.source"

    trial_id = fields.Many2oneReference(
        string="Record to try",
        model_field="model",
        store=False,
        help="Any record of the Odoo model. Nothing of it is kept or sent.",
    )
    trial = fields.Json(string="What would be sent", compute="_compute_trial")

    @api.model
    def _get_writable_fields(self, state=None):
        """Forms send what was chosen in them along with the rest; it is not kept."""
        return super()._get_writable_fields(state) | {"trial_id"}

    @api.depends(
        "trial_id",
        "model_id",
        "relation",
        "entity",
        "domain",
        "trigger",
        "company_id",
        "company_path",
        "takes_unassigned",
        "lang",
        *(f"field_ids.{name}" for name in HOW_READ),
        "field_ids.cut",
        "field_ids.value_ids.from_value",
        "field_ids.value_ids.to_value",
    )
    @api.depends_context("uid", "lang", "tz")
    def _compute_trial(self):
        for source in self:
            is_ready = source.trial_id and source.model_id and source.entity
            source.trial = (
                is_ready and source._has_models() and source._try(source.trial_id)
            )

    def _try(self, res_id):
        """What would be sent of the record ``res_id`` of the source's model.

        :return: `name` of the record, `sentences` on it as a whole, `is_taken`, and
            `lines` for the fields, as of `_try_line`
        :rtype: dict
        """
        source = self._in_memory()._as_reader()
        try:
            with without_sql_log(), self.env.cr.savepoint(flush=False):
                record = source._reader_model().browse(res_id)
                spoken = source.with_context(lang=self.env.lang, tz=self.env.tz)
                saved = self._origin.with_env(spoken.env)
                return spoken._tried(record, saved._links_of(record.ids))
        except Exception as error:  # noqa: BLE001 a form opens, whatever is in it
            self._log_failure("try a record", error)
            return _told(
                self.env._("It could not be tried (%s).", type(error).__name__)
            )

    def _in_memory(self):
        """A source as the form says it, that reads as whoever looks at the form.

        It is a record of its own: one of the same origin would be the form's very
        record, and its lines would come on top of those.
        """
        lines = [
            {
                **_kept_values(line, besides="source_id"),
                "value_ids": [
                    Command.create(_kept_values(value, besides="field_id"))
                    for value in line.value_ids
                ],
            }
            for line in self.field_ids._said()
        ]
        values = {
            **_kept_values(self),
            "field_ids": [Command.create(line) for line in lines],
            "reader_id": self.env.uid,
            "confirmed_by_id": False,
        }
        return self.new(values)

    # === ONE RECORD === #

    def _tried(self, record, links):
        """
        :param dict links: of the saved source, as of `_links_of`
        :return: as of `_try`
        """
        if problem := self._untried(record):
            return _told(problem)
        items = list(filter(_may_be_read, self._items(record)))
        if not items:
            return _told(
                self.env._(
                    "There is nothing on its list that you may read, so nothing of it "
                    "is shown."
                )
            )
        item = items[0]
        rows, values, coming = self._try_lines(item)
        vals = self.env[self.entity]._trimmed(values)
        vals |= {"company_id": self.company_id.id, "active": is_active(item)}
        self._cut_tried(rows, vals)
        link = links.get(item.id)
        entity, claims = self._meant_by(item, vals, coming, link)
        is_readable = rows.keys() <= vals.keys() and not self._lacking()
        self._look_through(rows, vals, coming, entity)
        sentences, is_taken = self._fate(item, link)
        if len(items) > 1:
            sentences.insert(0, self._first_of_sentence(item, len(items)))
        if is_taken:
            sentences += self._becoming(entity, claims, vals, link)
            sentences += self._stop(rows, is_readable)
        is_clear = is_readable and not claims and not _has_problem(rows)
        return {
            "name": record.display_name,
            "sentences": sentences,
            "is_taken": is_taken and is_clear,
            "lines": list(rows.values()),
        }

    def _first_of_sentence(self, item, count):
        return self.env._(
            "Each of the %(count)s on its list is read by itself; this is what is read "
            "with %(name)s.",
            count=count,
            name=as_text(records_of(item)[1]),
        )

    def _stop(self, rows, is_readable):
        """What keeps it from being sent, as far as that stands in the rows."""
        if not is_readable:
            yield self.env._(
                "Nothing of it is sent before what is marked below can be read."
            )
        elif _has_problem(rows):
            yield self.env._(
                "It waits in the registry, and is sent once what is marked below is "
                "right."
            )

    def _untried(self, record):
        """Why nothing of a record can be shown; None when it can."""
        if is_technical(record):
            return self._closed_sentence(self.model_id.name)
        if self.company_id not in self.env.user.company_ids:
            return self.env._("This source is for a company that you do not work for.")
        if denied := self._denied_along({"id", *self._relation_paths()}):
            return self._denied_sentence(denied)
        if problem := self._relation_problem():
            return problem
        if not record.exists():
            return self.env._("This record was deleted meanwhile. Pick another one.")
        if not record._filtered_access("read"):
            return self.env._(
                "You may not read this record, so nothing of it is shown. Pick another "
                "one, or ask whoever may read it to try it."
            )
        return None

    def _try_lines(self, item):
        """What each line reads.

        :return: registry field → row; registry field → value; and names of the links to
            what is not in the registry yet, and comes with this record
        :rtype: tuple[dict[str, dict], dict, set[str]]
        """
        rows, values, coming = {}, {}, set()
        for line in self.field_ids.sorted("sequence"):
            name = line.field_name
            row = rows[name] = self._row(name, line._origin_label(), line._paths())
            row["problem"] = self._line_problem(line, item)
            if row["problem"]:
                continue
            try:
                with self.env.cr.savepoint(flush=False):
                    self._try_line(line, item, row, values, coming)
            except Unreadable as error:
                row["problem"] = str(error)
            except Exception as error:  # noqa: BLE001 a computation can fail in every way
                self._log_failure(f"try {self.model} {item.id}", error)
                row["problem"] = self._failure_sentence(error)
        return rows, values, coming

    def _line_problem(self, line, item):
        """Why a line reads nothing of it, whatever stands there; None is best."""
        if problem := line._definition_problem() or line._fork_problem():
            return problem
        if closed := line._closed():
            return self._closed_sentence(closed)
        if denied := self._denied_along(line._paths()):
            return self._denied_sentence(denied)
        for path in line._paths():
            rest = self._list_of(path)
            record = records_of(item)[1 if rest else 0]
            if refused := self._refused(record, [rest or path]):
                return refused[record.id]
        return None

    def _try_line(self, line, item, row, values, coming):
        """
        :raise Unreadable: it cannot be read
        """
        name = line.field_name
        raw = line._raw(item)
        row["read"] = self._shown_as_read(line, raw)
        if line._is_translated() and line._reads_otherwise(item):
            row["notes"].append(self._language_note())
        foreseen = None
        if line._is_link() and isinstance(raw, models.BaseModel) and raw:
            foreseen = self._foresee(raw[:1], line._target().comodel_name)
            if foreseen is True:
                coming.add(name)
                values[name] = False
                row["value"] = self.env._("%s (new)", as_text(raw))
                return
            foreseen = {raw[:1].id: foreseen}
        values[name] = line._read_from(item, foreseen)
        if raw and line.value_ids and not line._looked_up(raw):
            row["notes"].append(self.env._("The table of values makes nothing of it."))

    def _foresee(self, target, entity_model):
        """What stands for ``target`` in the registry, or whether it would come there.

        :rtype: int | Unreadable | bool | None
        """
        if target._name == entity_model:
            return target.id
        if chosen := self._chosen(target, entity_model):
            return chosen[target.id]
        try:
            sources = self._sources_of(target, entity_model)
        except Unreadable as error:
            return error
        found = sources._known_ids(target.ids) or sources._held_back(target.ids)
        if found:
            return found[target.id]
        return any(
            source._matching(target.ids).filtered(is_active) for source in sources
        )

    # === WHAT BECOMES OF IT === #

    def _fate(self, item, link):
        """Whether the record is taken, and why or for whom.

        :rtype: tuple[list[str], bool]
        """
        if problem := self._condition_problem() or self._company_problem():
            return [problem], False
        if denied := self._denied_along(self._condition_paths()):
            return [self._denied_sentence(denied)], False
        if link and link.erased_at:
            return [
                self.env._(
                    "What it fed was erased, so it is passed over until a manager has "
                    "it taken in again."
                )
            ], False
        record = records_of(item)[0]
        own = Domain("id", "=", record.id)
        # sudo: whose a record is does not depend on who asks
        if not self.env[self.model].search_count(own & self._company_domain()):
            return [self._elsewhere_sentence(own)], False
        if refused := self._refused(record, self._condition_paths(), every=True):
            return [refused[record.id]], False
        if not record.search_count(own & Domain(self._domain())):
            return [
                self.env._("It does not match the condition, so it is not taken.")
            ], False
        if not is_active(item):
            return [
                self.env._(
                    "It is archived: it is taken only if it was taken before, and is "
                    "archived in the registry as well."
                )
            ], bool(link and link.entity_id)
        if self.trigger == "on_demand":
            return [
                self.env._("It is taken as soon as another source refers to it.")
            ], True
        return [], True

    def _elsewhere_sentence(self, own):
        unassigned = own & self._unassigned_domain()
        if self.env[self.model].search_count(unassigned):
            return self._unassigned_sentence()
        return self.env._(
            "It belongs to another company than %s, so this source does not take it.",
            self.company_id.name,
        )

    def _meant_by(self, item, vals, coming, link):
        """The registry record that it is already, and who else it may be.

        :return: a record, perhaps empty, and as of `_find_twins`
        """
        model = self.env[self.entity]
        entities = self._known_entities({item.id: link}) if link else {}
        if entities:
            return entities[item.id], {}
        needed = set(model._lacking_fields([]))
        if coming or needed - vals.keys():
            return model, {}
        links = {item.id: link} if link else {}
        claims = self._find_twins({item.id: vals}, entities, links)
        return entities.get(item.id, model), claims

    def _becoming(self, entity, claims, vals, link):
        """Sentences on what it is in the registry, and for which account."""
        kind = self._entity_label(self.entity)
        for claimed in claims.values():
            yield self.env._(
                "It is held back. %s", self._claim_sentence(claimed, vals, link)
            )
        if entity:
            yield self.env._(
                "It is the %(kind)s “%(name)s”, which is in the registry already.",
                kind=kind,
                name=entity.display_name,
            )
            if taken := entity._taken_sentence(vals):
                yield taken
            # with the viewer's rights: it may name a record that they may not read
            if not link and (feeder := entity.sudo(False).fed_by):
                yield self.env._(
                    "%s feeds it so far: what both say is put together.", feeder
                )
        elif not claims:
            yield self.env._("It becomes a new %s in the registry.", kind)
        yield self._account_sentence(entity)

    def _account_sentence(self, entity):
        account = entity.account_id or self.company_id._dokstamp_account()
        if not account or entity.stays_in_odoo:
            return self.env._(
                "It goes to no DokStamp account: %s has none, or somebody took it from "
                "there.",
                self.company_id.name,
            )
        if entity and entity._uuid_at_dokstamp():
            return self.env._(
                "DokStamp has it already (account %s): what differs is changed there.",
                account.name,
            )
        return self.env._(
            "At DokStamp (account %s) it is looked for first, and created if it is not "
            "there.",
            account.name,
        )

    # === THE ROWS === #

    def _row(self, name, origin, paths=()):
        spec = self.env[self.entity]._get_dokstamp_fields().get(name)
        return {
            "name": name,
            "label": self.env[self.entity]._fields[name]._description_string(self.env),
            "origin": origin,
            "paths": list(paths),
            "is_sent": spec is not None,
            "value": False,
            "read": False,
            "problem": False,
            "notes": [],
        }

    def _cut_tried(self, rows, vals):
        """Cut keys and texts as a save does, and say so."""
        keys = self.env[self.entity]._key_names(vals)
        for line in self.field_ids:
            name = line.field_name
            if name not in vals:
                continue
            try:
                cut = line._cut_to_length(vals[name], keys)
            except Unreadable as error:
                rows[name]["problem"] = str(error)
                del vals[name]
                continue
            if cut != vals[name]:
                rows[name]["notes"].append(self._cut_note())
            vals[name] = cut

    def _look_through(self, rows, vals, coming, entity):
        """Fill in the values as they would be sent, and what DokStamp says of them."""
        model = self.env[self.entity]
        given = {n: value for n, value in vals.items() if n not in coming}
        preview = model.new(given, origin=entity or None)
        for name, spec in model._get_dokstamp_fields().items():
            is_needed = spec.needed or model._is_needed(name)
            if name not in rows and (preview[name] or is_needed):
                rows[name] = self._row(name, self._own_origin(preview, name, entity))
        for name, row in rows.items():
            if row["problem"] or name in coming:
                continue
            row["value"] = self._shown_to_people(preview, name)
            row["problem"] = row["is_sent"] and self._refusal_of(preview, name)
            if row["read"] == row["value"]:
                row["read"] = False
        for name in preview._shortened_names():
            rows[name]["notes"].append(self._cut_note())
        differences = {entity: entity._differences(given)} if entity else {}
        for name in entity._to_be_vouched_for(differences).get(entity, ()):
            rows[name]["notes"].append(
                self.env._(
                    "A certificate tells it already: what differs changes on a "
                    "person's word alone."
                )
            )

    def _refusal_of(self, preview, name):
        """Why DokStamp would not take a value; None when it would."""
        spec = preview._get_dokstamp_fields()[name]
        if spec.needed and not preview[name]:
            return self.env._("It is empty, and DokStamp needs one.")
        return preview._problem_of(name)

    def _own_origin(self, preview, name, entity):
        """Where a value is from that this source does not give."""
        if not preview[name]:
            return self.env._("No source gives it: it has to be typed")
        if entity and entity[name]:
            return self.env._("The registry has it already")
        return self.env._("The registry's own")

    def _shown_to_people(self, record, name):
        field, value = record._fields[name], record[name]
        if field.type == "boolean":
            return self.env._("Yes") if value else self.env._("No")
        if field.type == "selection":
            return dict(field._description_selection(self.env)).get(value, value)
        if field.type == "many2one":
            return value.display_name
        if field.type == "date":
            return value and format_date(self.env, value)
        spec = record._get_dokstamp_fields().get(name)
        if not value and (
            field.type not in ("integer", "float") or spec.is_empty(value)
        ):
            return False
        return str(value)[:MOST_SHOWN]

    def _shown_as_read(self, line, raw):
        """What stands in the school app, before anything is made of it."""
        if isinstance(raw, bool):
            raw = raw and line._reads_truth() and self.env._("Yes")
        field = line._read_field()
        if field is not None and field.type == "selection":
            raw = dict(field._description_selection(self.env)).get(raw, raw)
        if isinstance(raw, datetime):
            return format_datetime(self.env, raw)
        if isinstance(raw, date):
            return format_date(self.env, raw)
        return as_text(raw)[:MOST_SHOWN] or False

    def _cut_note(self):
        return self.env._("It is cut: DokStamp takes no longer text.")

    def _language_note(self):
        return self.env._(
            "It reads otherwise in another language, which stays in Odoo. What is sent "
            "is written in %s.",
            self.language_name,
        )


def _told(sentence):
    """As of `_try`, where there is no more to say."""
    return {"name": False, "sentences": [sentence], "is_taken": False, "lines": []}


def _may_be_read(item):
    return all(record._filtered_access("read") for record in records_of(item))


def _has_problem(rows):
    return any(row["problem"] for row in rows.values())


def _kept_values(record, besides=""):
    """What of a record would be kept once it is saved, as `create` takes it."""
    return {
        name: field.convert_to_write(record[name], record)
        for name, field in record._fields.items()
        if field.store
        and field.type not in ("one2many", "many2many")
        and name not in (*models.MAGIC_COLUMNS, besides)
    }
