"""From a school app's record to the registry: read, find or create, write what differs.

Runs inside the user's transaction, when it commits, and in the sweep. What cannot be
read leaves its sentence on the link.
"""

from datetime import date

import psycopg2

from odoo import fields, models
from odoo.fields import Domain

from .reading import Unreadable, is_active

AUTHORS = "dokstamp_authors"  # context: ids of the users whose save is being read


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
            AUTHORS: self.env.context.get(AUTHORS, ()),
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
        left = self._part_contradicted(values, entities, links)
        retired = self._note_life(values, links)
        errors |= self._write_differences(values, entities, links)
        self._part_strays(values, entities, links)
        new = {one: vals for one, vals in values.items() if one not in entities}
        claims = self._find_twins(new, entities, links)
        unknown = {one: vals for one, vals in new.items() if one not in claims}
        claims |= self._create_missing(unknown, entities)
        found = {one: vals for one, vals in new.items() if one not in claims}
        self._link(found, entities, links)
        links = self._links_of(records.ids)
        errors |= self._write_differences(found, entities, links)
        errors |= {
            one: claimed._claim_sentence(values[one]) for one, claimed in claims.items()
        }
        self._note_errors(errors, links, claims)
        self._settle(set(retired.mapped("entity_id")) | left)
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

    def _part_contradicted(self, values, entities, links):
        """Part records from what they have fed and cannot mean any more.

        :return: ids of the registry records that they fed
        :rtype: set[int]
        """
        left = set()
        for record_id, vals in values.items():
            entity, link = entities.get(record_id), links.get(record_id)
            if not entity or link.confirmed_by_id:
                continue
            if entity._is_contradicted_by(vals):
                link.entity_id = False
                left.add(entities.pop(record_id).id)
        return left

    def _part_strays(self, values, entities, links):
        """Part records from what they only refer to and do not mean any more."""
        known = self.env[self.entity].union(*entities.values())
        writers = self.env["dokstamp.source.link"]._feeding(known)
        for record_id, vals in values.items():
            entity, link = entities.get(record_id), links.get(record_id)
            if (
                entity
                and writers.get(entity.id) != link
                and not link.confirmed_by_id
                and not entity._is_meant_by(vals)
            ):
                del entities[record_id]

    def _find_twins(self, values, entities, links):
        """Feed what the registry has already, from another record or typed by hand.

        :return: record id → the registry record that has its key, and that it is not
            taken for without a person's word
        :rtype: dict[int, dokstamp.entity]
        """
        model = self.env[self.entity]
        entities.update(self._confirmed_claims(values, links))
        unknown = {one: vals for one, vals in values.items() if one not in entities}
        entities.update(model._identified(unknown))
        keys = model._natural_keys(unknown)
        twins = model._twins({key for key in keys.values() if key})
        claims = {}
        for one, key in keys.items():
            twin = twins.get(key)
            if one in entities or not twin:
                continue
            place = entities if twin._is_same_as(values[one]) else claims
            place[one] = twin
        return claims

    def _confirmed_claims(self, values, links):
        """Record id → the registry record that a person said it is."""
        claimed = {
            one: links[one].claimed_id
            for one in values
            if one in links and links[one].confirmed_by_id
        }
        existing = self.env[self.entity].browse(claimed.values()).exists()
        by_id = {entity.id: entity for entity in existing}
        return {one: by_id[id_] for one, id_ in claimed.items() if id_ in by_id}

    def _create_missing(self, values, entities):
        """Create what is new, once for all records of the batch that mean the same.

        :return: as of `_find_twins`
        """
        model = self.env[self.entity]
        missing = {one: vals for one, vals in values.items() if one not in entities}
        groups = {}
        for one, key in model._natural_keys(missing).items():
            groups.setdefault(key or one, []).append(one)
        # given here, since the field's default looks it up record by record
        account = {"account_id": self.company_id._dokstamp_account().id}
        best = [self._best_of(missing, ids) for ids in groups.values()]
        created = model.create([missing[one] | account for one in best])
        claims = {}
        for entity, ids, chosen in zip(created, groups.values(), best, strict=True):
            for one in ids:
                is_same = one == chosen or entity._is_same_as(missing[one])
                (entities if is_same else claims)[one] = entity
        return claims

    def _best_of(self, values, record_ids):
        """The record that is going to write: the first live one."""
        return next((one for one in record_ids if values[one]["active"]), record_ids[0])

    def _write_differences(self, values, entities, links):
        """Write what changed, where this source's link is the one that writes.

        :return: record id → why not all of it is written
        :rtype: dict[int, str]
        """
        errors = {}
        known = self.env[self.entity].union(*entities.values())
        writers = self.env["dokstamp.source.link"]._feeding(known)
        for record_id, vals in values.items():
            entity, link = entities.get(record_id), links.get(record_id)
            if not entity or writers.get(entity.id) != link:
                continue
            held = self._held_changes(entity, vals, link)
            if held:
                errors[record_id] = entity._vouching_sentence(held)
            rest = {name: value for name, value in vals.items() if name not in held}
            differences = entity._differences(rest)
            if not differences:
                continue
            if taken := entity._taken_sentence(rest):
                errors[record_id] = taken
            else:
                entity.write(differences)
        return errors

    def _held_changes(self, entity, vals, link):
        """What of ``vals`` needs a person's word first; noted on the link.

        :return: field name → new value as JSON holds it
        :rtype: dict[str, str | int | bool]
        """
        differences = entity._differences(vals)
        noted = link.held_changes or {}
        held = {
            name: _as_json(differences[name])
            for name in entity._to_be_vouched_for(differences)
        }
        if self._is_vouched_for(entity):
            # what somebody else wrote before stays held, whoever saves beside it
            held = {n: value for n, value in held.items() if noted.get(n) == value}
        if noted != held:
            link.held_changes = held or False
        return held

    def _is_vouched_for(self, entity):
        """Whether everybody who took part in this transaction may say who that is."""
        authors = self.env["res.users"].browse(self.env.context.get(AUTHORS, ()))
        return bool(authors) and all(map(entity._may_be_vouched_for_by, authors))


def _as_json(value):
    return fields.Date.to_string(value) if isinstance(value, date) else value
