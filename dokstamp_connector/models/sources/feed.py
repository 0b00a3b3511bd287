"""From a school app's record to the registry: read, find or create, write what differs.

Runs inside the user's transaction, when it commits, and in the sweep. What cannot be
read leaves its sentence on the link.

What is read, an item, is a record or, of a source with a list, a pair of records. Its
id is that of the record, or both ids.
"""

from collections import defaultdict
from datetime import date

import psycopg2

from odoo import fields, models
from odoo.fields import Domain

from ..sync.origin import FROM_SOURCES, ORIGIN
from .merged import DEFINITION
from .pair import alone, id_of_record, is_active
from .source_field import Unreadable

AUTHORS = "dokstamp_authors"  # context: ids of the users whose save is being read
MOST_AT_ONCE = 100  # records that are read again inside the save of a definition
SAVED = "dokstamp_saved"  # context: source id → what they wrote, as (path to it, field)


class DokstampSource(models.Model):
    _inherit = "dokstamp.source"

    def _feed(self, ids, only=None):
        """Bring the registry up to date with the records ``ids`` of the source's model.

        :param list[int] ids: also of records that are deleted or match no more
        :param only: the id of the one item of these that is read; None: all of them
        """
        self.ensure_one()
        if not self._has_models():
            return
        source = self._as_reader()
        links = source._links_of(ids)
        erased = {one for one, link in links.items() if link.erased_at}
        ids = [one for one in ids if one not in erased]
        links = {one: links[one] for one in links if one not in erased}
        matching = source._matching(ids)
        items = source._items(matching)
        if only:
            links = {one: link for one, link in links.items() if one == only}
            items = source._filter(items, lambda item: item.id == only)
        places = {one: link.entity_id for one, link in links.items()}
        fed = source._feed_items(
            source._filter(items, lambda item: item.id in links or source._takes(item))
        )
        source._let_go(source._ended(links, matching, items))
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
            "lang": self._language(),
            "active_test": False,
            "allowed_company_ids": company.ids,
            # a condition may say “today”
            "tz": company and company._dokstamp_zone(),
            AUTHORS: self.env.context.get(AUTHORS, ()),
            SAVED: self.env.context.get(SAVED, {}),
            ORIGIN: self._origin_told(),
        }
        # su: whoever saves a course has no rights on the registry
        return self.with_env(self.env(su=True, context=context))

    def _matching(self, ids):
        """The records among ``ids`` that meet the condition; archived ones too."""
        return self._find(Domain("id", "in", ids))

    def _matching_in_use(self):
        """What matches and is not archived, as the source itself sees it."""
        return self._as_reader()._find(Domain.TRUE).filtered(is_active)

    def _takes(self, item):
        """Whether what was never fed enters without being referred to."""
        return self.trigger == "on_save" and is_active(item)

    # === READ, FIND OR CREATE, WRITE === #

    def _feed_items(self, items):
        """Feed what matches.

        :return: item id → registry id, of those that have one
        :rtype: dict[int | tuple, int]
        """
        links = self._links_to(items)
        items = self._filter(
            items, lambda item: item.id not in links or not links[item.id].erased_at
        )
        values, errors = self._read(items)
        entities = self._known_entities(links)
        left = self._part_contradicted(values, entities, links)
        retired = self._note_life(values, links)
        before = self._note_values(values, links)
        self._part_strays(values, entities, links)
        known = {one: values[one] for one in entities if one in values}
        trouble, taken = self._write_together(known, entities, links, before)
        new = {one: vals for one, vals in values.items() if one not in entities}
        claims = self._find_twins(new, entities, links)
        unknown = {one: vals for one, vals in new.items() if one not in claims}
        claims |= self._create_missing(unknown, entities)
        found = {one: vals for one, vals in new.items() if one not in claims}
        if found:
            self._link(found, entities, links)
            links = self._links_to(items)
        # whoever saved it now may not have written what it said before it was found
        unvouched = self.with_context(**{AUTHORS: ()})
        more = unvouched._write_together(found, entities, links, {})
        errors |= trouble | more[0]
        errors |= {
            one: self._claim_sentence(claimed, values[one], links.get(one))
            for one, claimed in claims.items()
        }
        self._note_errors(errors, links, claims, taken | more[1], values)
        self._settle(set(retired.mapped("entity_id")) | left)
        self._note_origins(entities)
        return {one: entity.id for one, entity in entities.items()}

    def _read(self, items):
        """Read items, as far as they can be read.

        :return: item id → registry values, and item id → why it cannot be read
        :rtype: tuple[dict[int | tuple, dict], dict[int | tuple, str]]
        """
        values, errors = {}, self._unreadable(items)
        items = self._filter(items, lambda item: item.id not in errors)
        demanded = {
            line: line._demanded(items)
            for line in self.field_ids._said()
            if line._is_link()
        }
        for item in items:
            try:
                values[item.id] = self._read_alone(item, demanded)
            except Unreadable as error:
                errors[item.id] = str(error)
        return values, errors

    def _read_alone(self, item, demanded):
        """Read an item, though another one's computation beside it may be broken.

        :raise Unreadable: it cannot be read
        """
        try:
            return self._read_record(item, demanded)
        except (Unreadable, psycopg2.Error):
            raise
        except Exception:  # noqa: BLE001 computations run for many records at once
            try:
                return self._read_record(alone(item), demanded)
            except (Unreadable, psycopg2.Error):
                raise
            except Exception as error:
                self._log_failure(f"read {self.model} {item.id}", error)
                raise Unreadable(self._failure_sentence(error)) from error

    def _read_record(self, item, demanded):
        lines = self.field_ids._said()
        values = {
            line.field_name: line._read_from(item, demanded.get(line)) for line in lines
        }
        values["company_id"] = self.company_id.id
        values["active"] = is_active(item)
        values = self.env[self.entity]._trimmed(values)
        keys = self.env[self.entity]._key_names(values)
        for line in lines:
            text = values[line.field_name]
            values[line.field_name] = line._cut_to_length(text, keys)
        return values

    def _known_entities(self, links):
        """Item id → the registry record that it has fed before."""
        ids = [link.entity_id for link in links.values() if link.entity_id]
        existing = self.env[self.entity].browse(ids).exists()
        by_id = {entity.id: entity for entity in existing}
        return {
            item_id: by_id[link.entity_id]
            for item_id, link in links.items()
            if link.entity_id in by_id
        }

    def _part_contradicted(self, values, entities, links):
        """Part records from what they have fed and cannot mean any more.

        :return: ids of the registry records that they fed
        :rtype: set[int]
        """
        left = set()
        for item_id, vals in values.items():
            entity, link = entities.get(item_id), links.get(item_id)
            if not entity or link.confirmed_by_id:
                continue
            if entity._is_contradicted_by(vals):
                link.entity_id = False
                left.add(entities.pop(item_id).id)
        return left

    def _note_values(self, values, links):
        """Keep on the links what their records say.

        :return: link → what its record said before
        :rtype: dict[dokstamp.source.link, dict | None]
        """
        before, sayings = {}, self._sayings(values)
        for item_id in values.keys() & links.keys():
            link, said = links[item_id], sayings[item_id]
            before[link] = link.last_values
            if link.last_values != said:
                link.last_values = said
        return before

    def _sayings(self, values):
        """``values`` as links keep them, with the way in which they were read.

        :param dict[int | tuple, dict] values: item id → registry values
        :rtype: dict[int | tuple, dict]
        """
        names = self.field_ids._said().mapped("field_name")
        definition = {DEFINITION: f"{self.field_ids._digest()} {self.env.lang}"}
        return {
            item_id: {name: _as_json(vals[name]) for name in names} | definition
            for item_id, vals in values.items()
        }

    def _part_strays(self, values, entities, links):
        """Part records from what they only refer to and do not mean any more."""
        known = self.env[self.entity].union(*entities.values())
        feeding = self.env["dokstamp.source.link"]._feeding(known)
        for item_id, vals in values.items():
            entity, link = entities.get(item_id), links.get(item_id)
            if not entity or link.confirmed_by_id:
                continue
            first = feeding.get(entity.id, link)[0]
            if first != link and not entity._is_meant_by(vals, first.last_values or {}):
                link.entity_id = False
                del entities[item_id]

    def _find_twins(self, values, entities, links):
        """Feed what the registry has already, from another record or typed by hand.

        :return: item id → the registry record that has its key, and that it is not
            taken for without a person's word
        :rtype: dict[int | tuple, dokstamp.entity]
        """
        model = self.env[self.entity]
        # what a person said are two stays two
        parted = {one: link.parted_from_id for one, link in links.items()}
        identified = {
            one: entity
            for one, entity in model._identified(values).items()
            if entity.id != parted.get(one)
        }
        entities.update(identified)
        keys = model._natural_keys(values)
        twins = model._twins({key for key in keys.values() if key})
        claims = {}
        for one, key in keys.items():
            twin = twins.get(key)
            if one in entities or not twin:
                continue
            is_same = twin.id != parted.get(one) and twin._is_same_as(values[one])
            (entities if is_same else claims)[one] = twin
        return claims

    def _claim_sentence(self, claimed, vals, link):
        """Why a record that has the address of ``claimed`` is held back."""
        if link and link.parted_from_id == claimed.id:
            return claimed._parted_sentence(vals)
        return claimed._claim_sentence(vals)

    def _create_missing(self, values, entities):
        """Create what is new, once for all records of the batch that mean the same.

        :return: as of `_find_twins`
        """
        model = self.env[self.entity]
        missing = {one: vals for one, vals in values.items() if one not in entities}
        groups = {}
        for one, key in model._natural_keys(missing).items():
            same = key or model._contact_key(missing[one]) or one
            groups.setdefault(same, []).append(one)
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

    def _best_of(self, values, item_ids):
        """The record that is going to write: the first live one."""
        return next((one for one in item_ids if values[one]["active"]), item_ids[0])

    def _write_together(self, values, entities, links, before):
        """Write what all records that feed the same say together, as far as it differs.

        :param dict[int | tuple, dict] values: item id → what was read just now
        :param dict before: of `_note_values`
        :return: item id → why not all of it is written, and item id → who has the
            key that it says
        :rtype: tuple[dict[int | tuple, str], dict[int | tuple, dokstamp.entity]]
        """
        read = defaultdict(list)
        for item_id in values:
            read[entities[item_id]].append(links[item_id])
        known = self.env[self.entity].union(*read)
        feeding = self.env["dokstamp.source.link"]._feeding(known)
        merged, differences = {}, {}
        for entity, own in read.items():
            feeders = feeding.get(entity.id)
            if not feeders:
                continue
            said_before = {link: before.get(link) for link in own if link.is_live}
            vals, origins = entity._merged(feeders, said_before)
            is_live = any(link.is_live for link in feeders)
            vals["active"] = is_live and not entity.closed_on
            merged[entity] = vals, origins
            differences[entity] = entity._differences(vals)
        errors, changes = {}, {}
        guarded = known._to_be_vouched_for(differences)
        for entity, (vals, origins) in merged.items():
            own, feeders = read[entity], feeding[entity.id]
            asked = {
                name: differences[entity][name] for name in guarded.get(entity, ())
            }
            held = self._hold_changes(entity, asked, origins, feeders, own)
            for link in own:
                if held.get(link):
                    errors[link._place()] = entity._vouching_sentence(held[link])
            names = {name for changes_ in held.values() for name in changes_}
            vals = {name: value for name, value in vals.items() if name not in names}
            if not names.issuperset(differences[entity]):
                changes[entity] = vals
        taken = self._write_released_first(changes)
        others = {}
        for entity, sentence in taken.items():
            for link in read[entity]:
                errors[link._place()] = sentence
                others[link._place()] = entity._owner_of_key(changes[entity])
        return errors, others

    def _write_released_first(self, changes):
        """Write differences, whatever the order in which one takes the key that another
        one gives up.

        :param dict changes: registry record → what it is to say
        :return: registry record → why it cannot say so
        :rtype: dict[dokstamp.entity, str]
        """
        keys = {entity: entity._other_key(vals) for entity, vals in changes.items()}
        holders = self.env[self.entity]._twins({key for key in keys.values() if key})
        waiting = dict(changes)
        while waiting:
            taken = {}
            for entity, vals in waiting.items():
                key = keys[entity]
                if holder := holders.get(key):
                    taken[entity] = entity._taken_sentence_by(holder, vals)
                    continue
                if key:
                    given_up = entity._key_with({})
                    if holders.get(given_up) == entity:
                        del holders[given_up]
                    holders[key] = entity
                entity.write(entity._differences(vals))
            if len(taken) == len(waiting):
                return {
                    entity: self._exchange_sentence(entity, changes) or sentence
                    for entity, sentence in taken.items()
                }
            waiting = {entity: changes[entity] for entity in taken}
        return {}

    def _exchange_sentence(self, entity, changes):
        """What to do where two records are to exchange their keys; None otherwise."""
        other = entity._owner_of_key(changes[entity])
        # of three as well: one waits for the next, and the last one for the first
        last, passed = other, {entity}
        while last in changes and last not in passed:
            passed.add(last)
            last = last._owner_of_key(changes[last])
        if not other or last != entity:
            return None
        return self.env._(
            "%(one)s and %(other)s exchange what DokStamp keeps once, which cannot be "
            "sent in one step. Give one of them something else first; once that is at "
            "DokStamp, give both what they shall have.",
            one=entity.display_name,
            other=other.display_name,
        )

    def _hold_changes(self, entity, vals, origins, feeders, own):
        """What of ``vals`` still needs a person's word; noted on the links that say it.

        :param dict vals: what nobody but a person may change
        :param dict origins: field name → the link that says it
        :param dokstamp.source.link feeders: all links of ``entity``
        :param list own: those whose records were read just now
        :return: link → field name → new value as JSON holds it
        :rtype: dict[dokstamp.source.link, dict[str, str | int | bool]]
        """
        by_link = {link: {} for link in feeders}
        for name in vals:
            teller = origins.get(name, own[0])
            value = _as_json(vals[name])
            if not self._is_said_by_staff(entity, name, value, teller, own):
                by_link.setdefault(teller, {})[name] = value
        for link, held in by_link.items():
            if (link.held_changes or {}) == held:
                continue
            if link not in own and (held or link._shows_changes()):
                link.error = bool(held) and entity._vouching_sentence(held)
            link.held_changes = held or False
        return by_link

    def _is_said_by_staff(self, entity, name, value, teller, own):
        """Whether a person vouches for a new value by saving it now.

        What somebody else wrote before stays held, whoever saves beside it.
        """
        if teller not in own or not self._is_vouched_for(entity):
            return False
        noted = teller.held_changes or {}
        return name in self._fields_written() and noted.get(name) != value

    def _is_vouched_for(self, entity):
        """Whether everybody who took part in this transaction may say who that is."""
        authors = self.env["res.users"].browse(self.env.context.get(AUTHORS, ()))
        return bool(authors) and all(map(entity._may_be_vouched_for_by, authors))

    def _fields_written(self):
        """Names of the registry's fields whose ingredients are being saved.

        :rtype: set[str]
        """
        saved = self.env.context.get(SAVED, {}).get(self.id, ())
        model = self.env[self.model]
        return {
            line.field_name
            for line in self.field_ids
            for path in line._paths()
            for _model, prefix, name in self._steps(model, "", path, frozenset())
            if (prefix, name) in saved
        }

    # === LINKS BETWEEN REGISTRY RECORDS === #

    def _demand(self, records, entity_model):
        """The registry records that stand for ``records``: those that a person chose,
        or else what sources make of them.

        :return: as of `_demand_of_sources`
        :raise Unreadable: no source feeds such records
        """
        chosen = self._chosen(records, entity_model)
        left = records.browse(one for one in records.ids if one not in chosen)
        return chosen | (self._demand_of_sources(left, entity_model) if left else {})

    def _chosen(self, records, entity_model):
        """Record id → the registry record of this company that a person chose for it.

        :rtype: dict[int, int]
        """
        name = records._get_dokstamp_choices().get(entity_model)
        return {
            record.id: record[name].id
            # sudo: whoever may read the record may know what it stands for
            for record in records.sudo()
            if name and record[name].company_id == self.company_id
        }

    def _demand_of_sources(self, records, entity_model):
        """The registry records that stand for ``records``; fed now if not fed yet.

        :return: record id → registry id, of those that could be had; of others why they
            are held back, where that is known
        :rtype: dict[int, int | Unreadable]
        :raise Unreadable: no source feeds such records
        """
        sources = self._sources_of(records, entity_model)
        # whoever saved a record that refers to these said nothing of what they say
        sources = sources.with_context(**{AUTHORS: ()})
        known = sources._known_ids(records.ids)
        for source in sources:
            missing = [one for one in records.ids if one not in known]
            if missing:
                known |= source._feed_items(
                    source._matching(missing).filtered(is_active)
                )
        for source in sources:
            missing = [one for one in records.ids if one not in known]
            known |= source._held_back(missing)
        return known

    def _sources_of(self, records, entity_model):
        """Those of the company that make such registry records of ``records``.

        :raise Unreadable: there is none that is on
        """
        sources = self.search(
            [
                ("model_id.model", "=", records._name),
                ("relation", "=", False),
                ("entity", "=", entity_model),
                ("company_id", "=", self.company_id.id),
                ("active", "=", True),
            ]
        )
        if not sources:
            raise Unreadable(
                self.env._(
                    "No source makes a %(entity)s of a %(model)s.",
                    entity=self._entity_label(entity_model),
                    model=records._description,
                )
            )
        return sources

    def _known_ids(self, ids):
        """Record id → id of the registry record that it has fed by one of these.

        :rtype: dict[int, int]
        """
        known = {}
        for source in self:
            entities = source._known_entities(source._links_of(ids))
            known |= {record_id: entity.id for record_id, entity in entities.items()}
        return known

    def _held_back(self, ids):
        """Record id → why it is not in the registry, of those that a link tells it of.

        :rtype: dict[int, Unreadable]
        """
        return {
            record_id: Unreadable(
                self.env._(
                    "%(record)s is held back: %(reason)s",
                    record=link.res_name,
                    reason=link.error,
                )
            )
            for record_id, link in self._links_of(ids).items()
            if link.error and not link.entity_id
        }

    def _entity_label(self, entity_model):
        return dict(self._fields["entity"]._description_selection(self.env))[
            entity_model
        ].lower()

    def _feed_referrers(self, record_ids, only=()):
        """Read again what refers to records whose place in the registry is a new one.

        :param only: a domain on the referring records' links
        """
        if not record_ids:
            return
        for line in self._referring_lines():
            source = line.source_id
            dependents = source._dependents(line.path, record_ids)
            # not its `link_ids`: that reads them all
            links = self.env["dokstamp.source.link"].search(
                [("source_id", "=", source.id), ("res_id", "in", dependents), *only]
            )
            if links:
                source.with_context(**{AUTHORS: ()})._feed(links.mapped("res_id"))

    def _read_failed_referrers(self):
        """Have what failed, perhaps for want of this source's records, read again when
        this transaction commits; of too much the sweep takes care.
        """
        referrers = self._referring_lines().source_id
        failed = self.env["dokstamp.source.link"].search(
            [("source_id", "in", referrers.ids), ("error", "!=", False)],
            limit=MOST_AT_ONCE + 1,
        )
        if len(failed) > MOST_AT_ONCE:
            referrers._read_all()
        else:
            failed._read_later()

    def _referring_lines(self):
        """The fields of other sources that look up what this source feeds."""
        lines = self.env["dokstamp.source.field"].search(
            [
                ("source_id.active", "=", True),
                ("source_id.company_id", "=", self.company_id.id),
                ("method", "=", "path"),
            ]
        )
        return lines.filtered(
            lambda line: (
                not self.relation and line._link_target() == (self.model, self.entity)
            )
        )

    # === WHO WRITES === #

    def _let_go(self, links):
        """Records are gone or match no more: somebody else writes, or nobody."""
        gone = links._of_deleted()
        (links - gone).write({"is_live": False, "error": False})
        entity_ids = set(links.mapped("entity_id"))
        gone.unlink()
        self._settle(entity_ids)

    def _settle(self, entity_ids):
        """Have the next live record write what one that is gone fed, or archive it."""
        entities = self.env[self.entity].browse(entity_ids - {0}).exists()
        feeding = self.env["dokstamp.source.link"]._feeding(entities)
        for entity in entities:
            writer = feeding.get(entity.id, [None])[0]
            if writer and writer.is_live:
                # whoever saved the one that is gone said nothing of what this one says
                writer.source_id.with_context(**{AUTHORS: ()})._feed([writer.res_id])
            elif entity.active:
                entity.active = False

    # === WHICH RECORD FEEDS WHICH === #

    def _links_of(self, ids):
        """Item id → its link, of what is read of the records ``ids``.

        :rtype: dict[int | tuple, dokstamp.source.link]
        """
        links = self.env["dokstamp.source.link"].search(
            [("source_id", "=", self.id), ("res_id", "in", ids)]
        )
        return {link._place(): link for link in links}

    def _links_to(self, items):
        """Item id → its link, of those that have one."""
        links = self._links_of(self._records_of(items).ids)
        return {item.id: links[item.id] for item in items if item.id in links}

    def _link(self, values, entities, links):
        """Note which registry record each record feeds from now on.

        :param dict[int | tuple, dict] values: item id → registry values
        :param dict[int | tuple, dokstamp.entity] entities: item id → registry record
        :param dict[int | tuple, dokstamp.source.link] links: item id → its link, if any
        """
        new, sayings = [], self._sayings(values)
        for item_id, vals in values.items():
            entity_id = entities[item_id].id
            if item_id in links:
                # a person's word was on what it fed before
                links[item_id].write({"entity_id": entity_id, "confirmed_by_id": False})
            else:
                notes = {"last_values": sayings[item_id]}
                new.append(
                    self._link_values(item_id, entity_id, vals["active"], **notes)
                )
        self.env["dokstamp.source.link"].create(new)

    def _link_values(self, item_id, entity_id, is_live=True, **notes):
        return {
            "source_id": self.id,
            **self._place_values(item_id),
            "entity_model": self.entity,
            "entity_id": entity_id,
            "is_live": is_live,
            **notes,
        }

    def _note_life(self, values, links):
        """Note on the links whether their records are archived.

        :param dict[int | tuple, dict] values: item id → registry values
        :param dict[int | tuple, dokstamp.source.link] links: item id → its link, if any
        :return: the links whose records were not, and are now
        :rtype: dokstamp.source.link
        """
        changed = self.env["dokstamp.source.link"].union(
            *(
                links[item_id]
                for item_id, vals in values.items()
                if item_id in links and links[item_id].is_live != vals["active"]
            )
        )
        retired = changed.filtered("is_live")
        retired.is_live = False
        (changed - retired).is_live = True
        return retired

    def _note_errors(self, errors, links, claims=None, taken=None, values=None):
        """Keep the sentences on the links, and clear those that are over.

        :param dict errors: item id → why it cannot be read
        :param dict links: item id → its link, of all that was read
        :param dict claims: item id → the registry record that it may be, and that it
            is not taken for
        :param dict taken: item id → who has the key that it gives to the registry
            record it feeds
        :param dict values: item id → what it says, as far as that is known
        """
        claims, others, new = claims or {}, (taken or {}) | (claims or {}), []
        sayings = self._sayings(values or {})
        for item_id in errors.keys() | links.keys():
            other = others.get(item_id)
            notes = {
                "error": errors.get(item_id, False),
                "claimed_id": other.id if other else False,
            }
            link = links.get(item_id)
            if not link:
                if item_id in sayings:
                    notes["last_values"] = sayings[item_id]
                new.append(self._link_values(item_id, False, **notes))
            elif any(link[name] != value for name, value in notes.items()):
                # what it fed before is gone, and a person's word was on that
                gone = {"entity_id": False, "confirmed_by_id": False}
                link.write(notes | (gone if item_id in claims else {}))
        self.env["dokstamp.source.link"].create(new)

    # === WHAT THE SWEEP READS NEXT === #

    def _next_ids(self, start, limit):
        """Ids of the next records that match, and of those that were fed.

        :param int start: the smallest id
        :rtype: list[int]
        """
        source = self._as_reader()
        linked = source.link_ids._read_group(
            [("source_id", "=", source.id), ("res_id", ">=", start)],
            ["res_id"],
            order="res_id",
            limit=limit,
        )
        ids = {res_id for (res_id,) in linked}
        if source.trigger == "on_save":
            ids.update(source._find(Domain("id", ">=", start), limit).ids)
        return sorted(ids)[:limit]

    # === FROM WHERE IT CAME === #

    def _origin_told(self):
        """As `sync/origin` takes it from the context: the sweep's is a repair,
        whichever source finds it.

        :rtype: tuple[str, str]
        """
        told = self.env.context.get(ORIGIN)
        kind = told[0] if isinstance(told, tuple) else "source"
        return (kind if kind in FROM_SOURCES else "source"), self.sudo().name

    def _note_origins(self, entities):
        """Note which of the source's records the registry's have just been read from.

        :param dict entities: item id → registry record
        """
        queue = self.env["dokstamp.sync.record"]
        for item_id, entity in entities.items():
            queue._note_origin(entity, self.model, id_of_record(item_id))


def _as_json(value):
    return fields.Date.to_string(value) if isinstance(value, date) else value
