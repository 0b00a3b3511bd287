"""From a school app's record to the registry: read, find or create, write what differs.

Runs inside the user's transaction, when it commits, and in the sweep. What cannot be
read leaves its sentence on the link.
"""

import psycopg2

from odoo import models
from odoo.fields import Domain

from .reading import Unreadable, is_active


class DokstampSource(models.Model):
    _inherit = "dokstamp.source"

    def _feed(self, ids):
        """Bring the registry up to date with the records ``ids`` of the source's model.

        :param list[int] ids: also of records that are deleted or match no more
        """
        self.ensure_one()
        source = self._as_reader()
        links = source._links_of(ids)
        places = {record_id: link.entity_id for record_id, link in links.items()}
        matching = source._matching(ids)
        fed = source._feed_records(
            matching.filtered(lambda r: r.id in links or source._takes(r))
        )
        lost = source._ended(links, matching)
        source._let_go(source.link_ids.browse(links[one].id for one in lost))
        # whoever could not find them, or found others in their place, looks again
        source._feed_referrers(
            [one for one in matching.ids if not places.get(one)],
            [("error", "!=", False)],
        )
        source._feed_referrers(
            [one for one in fed if places.get(one, fed[one]) not in (0, fed[one])]
        )

    def _as_reader(self):
        """The source with rights on the registry, and nothing of the user's context.

        Whose rights it has on the school app's records, `_reader_model` says.
        """
        company = self.sudo().company_id
        context = {
            "lang": company.partner_id.lang,
            "active_test": False,
            "allowed_company_ids": company.ids,
        }
        # su: whoever saves a course has no rights on the registry
        return self.with_env(self.env(su=True, context=context))

    def _matching(self, ids):
        """The records among ``ids`` that meet the condition; archived ones too."""
        return self._find(Domain("id", "in", ids))

    def _takes(self, record):
        """Whether a record that was never fed enters without being referred to."""
        return self.trigger == "on_save" and is_active(record)

    # === READ, FIND OR CREATE, WRITE === #

    def _feed_records(self, records):
        """Feed matching records.

        :return: record id → registry id, of those that have one
        :rtype: dict[int, int]
        """
        links = self._links_of(records.ids)
        values, errors = self._read(records)
        entities = self._known_entities(links)
        retired = self._note_life(values, links)
        errors |= self._write_differences(values, entities, links)
        self._part_strays(values, entities, links)
        new = {one: vals for one, vals in values.items() if one not in entities}
        self._find_twins(new, entities)
        self._create_missing(new, entities)
        self._link(new, entities, links)
        links = self._links_of(records.ids)
        errors |= self._write_differences(new, entities, links)
        self._note_errors(errors, links)
        self._settle(set(retired.mapped("entity_id")))
        return {record_id: entity.id for record_id, entity in entities.items()}

    def _read(self, records):
        """Read records, as far as they can be read.

        :return: record id → registry values, and record id → why it cannot be read
        :rtype: tuple[dict[int, dict], dict[int, str]]
        """
        values, errors = {}, self._unreadable(records)
        records = records.browse(one for one in records.ids if one not in errors)
        demanded = {
            line: line._demanded(records) for line in self.field_ids if line._is_link()
        }
        for record in records:
            try:
                values[record.id] = self._read_alone(record, demanded)
            except Unreadable as error:
                errors[record.id] = str(error)
        return values, errors

    def _read_alone(self, record, demanded):
        """Read a record, though another one's computation beside it may be broken.

        :raise Unreadable: it cannot be read
        """
        try:
            return self._read_record(record, demanded)
        except (Unreadable, psycopg2.Error):
            raise
        except Exception:  # noqa: BLE001 computations run for many records at once
            try:
                return self._read_record(record.browse(record.id), demanded)
            except (Unreadable, psycopg2.Error):
                raise
            except Exception as error:
                self._log_failure(f"read {self.model} {record.id}", error)
                raise Unreadable(self._failure_sentence(error)) from error

    def _read_record(self, record, demanded):
        values = {
            line.field_name: line._read_from(record, demanded.get(line))
            for line in self.field_ids
        }
        values["company_id"] = self.company_id.id
        values["active"] = is_active(record)
        if values.get("grade"):
            values.setdefault("is_graded", True)
        return self.env[self.entity]._trimmed(values)

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

    def _part_strays(self, values, entities, links):
        """Part records from what they only refer to and do not mean any more."""
        known = self.env[self.entity].union(*entities.values())
        writers = self.env["dokstamp.source.link"]._feeding(known)
        for record_id, vals in values.items():
            entity = entities.get(record_id)
            if (
                entity
                and writers.get(entity.id) != links[record_id]
                and entity._key_with(vals) != entity._key_with({})
            ):
                del entities[record_id]

    def _find_twins(self, values, entities):
        """Feed what the registry has already, from another record or typed by hand."""
        model = self.env[self.entity]
        keys = model._natural_keys(values)
        twins = model._twins({key for key in keys.values() if key})
        entities.update(
            {one: twins[key] for one, key in keys.items() if key and key in twins}
        )

    def _create_missing(self, values, entities):
        """Create what is new, once for all records of the batch that mean the same."""
        model = self.env[self.entity]
        missing = {one: vals for one, vals in values.items() if one not in entities}
        groups = {}
        for one, key in model._natural_keys(missing).items():
            groups.setdefault(key or one, []).append(one)
        # given here, since the field's default looks it up record by record
        account = {"account_id": self.company_id._dokstamp_account().id}
        created = model.create(
            [self._best_of(values, ids) | account for ids in groups.values()]
        )
        for entity, ids in zip(created, groups.values(), strict=True):
            entities.update(dict.fromkeys(ids, entity))

    def _best_of(self, values, record_ids):
        """The values of the record that is going to write: the first live one."""
        return next(
            (values[one] for one in record_ids if values[one]["active"]),
            values[record_ids[0]],
        )

    def _write_differences(self, values, entities, links):
        """Write what changed, where this source's link is the one that writes.

        :return: record id → why it must not be written
        :rtype: dict[int, str]
        """
        errors = {}
        known = self.env[self.entity].union(*entities.values())
        writers = self.env["dokstamp.source.link"]._feeding(known)
        for record_id, vals in values.items():
            entity = entities.get(record_id)
            if not entity or writers.get(entity.id) != links[record_id]:
                continue
            differences = entity._differences(vals)
            if not differences:
                continue
            if taken := entity._taken_sentence(vals):
                errors[record_id] = taken
            else:
                entity.write(differences)
        return errors
