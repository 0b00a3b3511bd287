"""From a school app's record to the registry: read, find or create, write what differs.

Runs inside the user's transaction, when it commits, and in the sweep. Nothing here may make a user's save
fail: what cannot be read leaves its sentence on the link.
"""

import logging

from odoo import api, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from .source_field import Unreadable

_logger = logging.getLogger(__name__)


class DokstampSource(models.Model):
    _inherit = "dokstamp.source"

    # === ENTRY POINTS === #

    @api.model
    def _feed_safely(self, ids_by_source):
        """Feed several sources; a record that cannot be handled is left out, with its sentence on the link.

        :param dict ids_by_source: source id → ids of records of its model
        """
        # sudo: whoever saves a course has no rights on the sources
        sources = self.sudo().browse(ids_by_source).exists().filtered("active").sorted()
        batches = [(source, list(ids_by_source[source.id])) for source in sources]
        try:
            # One savepoint for all, as each one makes the capture insert what it has gathered.
            with self.env.cr.savepoint():
                for source, ids in batches:
                    source._feed(ids)
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except Exception:  # noqa: BLE001 whichever record it was is found below
            for source, ids in batches:
                for one in ids:
                    source._feed_guarded(one)

    def _feed_guarded(self, record_id):
        """Feed one record; what goes wrong is noted on its link."""
        try:
            with self.env.cr.savepoint():
                self._feed([record_id])
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except Exception as error:  # noqa: BLE001
            # no traceback: PostgreSQL's messages quote personal data
            _logger.warning(
                "Source %s could not read %s %s: %s",
                self.id,
                self.model,
                record_id,
                type(error).__name__,
            )
            sentence = self.env._(
                "This record could not be read (%(error)s). Check the fields of the source.",
                error=type(error).__name__,
            )
            reader = self._as_reader()
            reader._note_errors({record_id: sentence}, reader._links_of([record_id]))

    def _feed(self, ids):
        """Bring the registry up to date with the records ``ids`` of the source's model.

        :param list[int] ids: also of records that are deleted or do not match the condition
        """
        self.ensure_one()
        source = self._as_reader()
        links = source._links_of(ids)
        matching = source._matching(ids)
        wanted = matching
        if source.trigger == "on_demand":
            wanted = matching.filtered(lambda record: record.id in links)
        source._feed_records(wanted)
        for link in links.values():
            if link.res_id not in matching._ids:
                source._let_go(link)

    def _as_reader(self):
        """The source with the rights and the language in which it reads."""
        # sudo: whoever saves a course has no rights on the registry
        source = self.sudo()
        return source.with_context(
            lang=source.company_id.partner_id.lang,
            active_test=False,
            allowed_company_ids=source.company_id.ids,
        )

    def _matching(self, ids):
        """The records among ``ids`` that the source takes; archived ones too."""
        return self.env[self.model].search([("id", "in", ids), *self._domain()])

    def _links_of(self, ids):
        """Record id → its link.

        :rtype: dict[int, dokstamp.source.link]
        """
        links = self.env["dokstamp.source.link"].search(
            [("source_id", "=", self.id), ("res_id", "in", ids)]
        )
        return {link.res_id: link for link in links}

    # === READ, FIND OR CREATE, WRITE === #

    def _feed_records(self, records):
        """Feed matching records.

        :return: record id → registry id, of those that could be read
        :rtype: dict[int, int]
        """
        links = self._links_of(records.ids)
        values, errors = self._read(records)
        entities = self._known_entities(links)
        self._find_twins(values, entities)
        self._create_missing(values, entities)
        self._link(values, entities, links)
        errors |= self._write_differences(
            values, entities, self._links_of(list(values))
        )
        self._note_errors(errors, self._links_of(records.ids))
        return {record_id: entity.id for record_id, entity in entities.items()}

    def _read(self, records):
        """:return: record id → registry values, and record id → why it cannot be read
        :rtype: tuple[dict[int, dict], dict[int, str]]
        """
        values, errors = {}, {}
        demanded = {
            line: line._demanded(records) for line in self.field_ids if line._is_link()
        }
        for record in records:
            try:
                values[record.id] = self._read_record(record, demanded)
            except Unreadable as error:
                errors[record.id] = str(error)
        return values, errors

    def _read_record(self, record, demanded):
        values = {
            line.field_name: line._read_from(record, demanded.get(line))
            for line in self.field_ids
        }
        values["company_id"] = self.company_id.id
        values["active"] = record.active if "active" in record._fields else True
        if values.get("grade"):
            values.setdefault("is_graded", True)
        return values

    def _known_entities(self, links):
        """Record id → the registry record that it has fed before."""
        ids = [link.entity_id for link in links.values() if link.entity_id]
        existing = self.env[self.entity].browse(ids).exists()
        by_id = {entity.id: entity for entity in existing}
        return {
            record_id: by_id[link.entity_id]
            for record_id, link in links.items()
            if link.entity_id in by_id
        }

    def _find_twins(self, values, entities):
        """What the registry has already, from another record or typed by hand, is fed from now on."""
        for record_id, vals in values.items():
            if record_id not in entities:
                twin = self.env[self.entity]._find_twin(vals)
                if twin:
                    entities[record_id] = twin

    def _create_missing(self, values, entities):
        """Create what is new, once for all records of the batch that mean the same."""
        model = self.env[self.entity]
        first_with_key, to_create = {}, {}
        for record_id, vals in values.items():
            if record_id not in entities:
                key = model._natural_key_of(vals) or record_id
                first = first_with_key.setdefault(key, record_id)
                to_create.setdefault(first, []).append(record_id)
        created = model.create([values[first] for first in to_create])
        for entity, record_ids in zip(created, to_create.values(), strict=True):
            entities.update(dict.fromkeys(record_ids, entity))

    def _link(self, values, entities, links):
        new = []
        for record_id in values:
            link, entity = links.get(record_id), entities[record_id]
            if not link:
                new.append(self._link_values(record_id, entity.id))
            elif link.entity_id != entity.id:
                link.entity_id = entity.id
        self.env["dokstamp.source.link"].create(new)

    def _link_values(self, record_id, entity_id, error=False):
        return {
            "source_id": self.id,
            "res_model": self.model,
            "res_id": record_id,
            "entity_model": self.entity,
            "entity_id": entity_id,
            "error": error,
        }

    def _write_differences(self, values, entities, links):
        """Write what changed, where this source's link is the one that writes.

        :return: record id → why it must not be written
        :rtype: dict[int, str]
        """
        errors = {}
        all_entities = self.env[self.entity].browse({e.id for e in entities.values()})
        writers = self.env["dokstamp.source.link"]._feeding(all_entities)
        for record_id, vals in values.items():
            entity = entities[record_id]
            if writers.get(entity.id) != links[record_id]:
                continue
            differences = entity._differences(vals)
            if taken := entity._taken_sentence(vals, differences):
                errors[record_id] = taken
            elif differences:
                entity.write(differences)
        return errors

    def _note_errors(self, errors, links):
        """Keep the sentences on the links, and clear those that are over."""
        new = []
        for record_id, sentence in errors.items():
            if record_id not in links:
                new.append(self._link_values(record_id, False, sentence))
            elif links[record_id].error != sentence:
                links[record_id].error = sentence
        self.env["dokstamp.source.link"].create(new)
        for record_id, link in links.items():
            if link.error and record_id not in errors:
                link.error = False

    def _let_go(self, link):
        """The school app's record is gone or does not match any more: archive what it fed."""
        entity = self.env[link.entity_model].browse(link.entity_id or []).exists()
        feeding = self.env["dokstamp.source.link"]._feeding(entity)
        was_writing = entity and feeding.get(entity.id) == link
        if self.env[link.res_model].browse(link.res_id).exists():
            link.error = False
        else:
            link.unlink()
        if not was_writing:
            return
        successor = self.env["dokstamp.source.link"]._feeding(entity).get(entity.id)
        if successor and successor != link:
            successor.source_id._feed([successor.res_id])
        elif entity.active:
            entity.active = False

    # === LINKS BETWEEN REGISTRY RECORDS === #

    def _demand(self, records, entity_model):
        """The registry records that stand for a school app's records; fed now if they were not yet.

        :return: record id → registry id, of those that could be had
        :rtype: dict[int, int]
        :raise Unreadable: no source feeds such records
        """
        sources = self.search(
            [
                ("model_id.model", "=", records._name),
                ("entity", "=", entity_model),
                ("company_id", "=", self.company_id.id),
                ("active", "=", True),
            ]
        )
        if not sources:
            raise Unreadable(
                self.env._(
                    "No source makes %(entity)s records of %(model)s records.",
                    entity=self._entity_label(entity_model),
                    model=records._description,
                )
            )
        known = {}
        for source in sources:
            known |= {
                record_id: entity.id
                for record_id, entity in source._known_entities(
                    source._links_of(records.ids)
                ).items()
            }
        missing = [one for one in records.ids if one not in known]
        if missing:
            known |= sources[0]._feed_records(sources[0]._matching(missing))
        return known

    def _entity_label(self, entity_model):
        return dict(self._fields["entity"]._description_selection(self.env))[
            entity_model
        ].lower()


class DokstampEntity(models.AbstractModel):
    _inherit = "dokstamp.entity"

    def _natural_key_of(self, values):
        """What makes ``values`` the same record as others, or None when part of it is missing.

        :rtype: tuple | None
        """
        key = tuple(values.get(name) for name in self._natural_key)
        return (values["company_id"], *key) if all(key) else None

    def _find_twin(self, values):
        """The registry record that means the same as ``values``, or an empty set."""
        if not self._natural_key_of(values):
            return self.browse()
        return self.search(self._twin_domain(values), limit=1)

    def _twin_domain(self, values):
        names = ("company_id", *self._natural_key)
        return [(name, "=", values[name]) for name in names]

    def _differences(self, values):
        """What of ``values`` the record does not have yet."""
        return {
            name: value
            for name, value in values.items()
            if self._fields[name].convert_to_write(self[name], self) != value
        }

    def _taken_sentence(self, values, differences):
        """Why the record must not get this natural key: another one has it. None when it may."""
        if not set(self._natural_key) & set(differences):
            return None
        twin = self._find_twin(values) - self
        if not twin:
            return None
        return self.env._(
            "%(key)s belongs to %(other)s already, and DokStamp keeps it once.",
            key=values[self._natural_key[0]],
            other=twin.display_name,
        )


class DokstampStudent(models.Model):
    _inherit = "dokstamp.student"

    def _natural_key_of(self, values):
        """The same e-mail address means the same student, however its letters are written."""
        email = (values.get("email") or "").strip().lower()
        return (values["company_id"], email) if email else None

    def _twin_domain(self, values):
        pattern = values["email"].strip()
        for wildcard in ("\\", "_", "%"):
            pattern = pattern.replace(wildcard, f"\\{wildcard}")
        return [("company_id", "=", values["company_id"]), ("email", "=ilike", pattern)]


class DokstampEnrollment(models.Model):
    _inherit = "dokstamp.enrollment"

    def _natural_key_of(self, values):
        key = super()._natural_key_of(values)
        return key and (*key, values.get("cohort_id") or False)

    def _twin_domain(self, values):
        cohort = ("cohort_id", "=", values.get("cohort_id") or False)
        return [*super()._twin_domain(values), cohort]
