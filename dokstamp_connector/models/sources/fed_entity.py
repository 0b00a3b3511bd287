"""What sources add to registry records: what feeds them is not typed over, and two
records of school apps that mean the same are one; of students see `student_identity`.
"""

from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

GATHERED_CLAIMS = "dokstamp_connector.claims"  # key in cr.precommit.data


class DokstampEntity(models.AbstractModel):
    _inherit = "dokstamp.entity"

    fed_fields = fields.Json(string="Fed fields", compute="_compute_fed_fields")
    fed_by = fields.Char(
        string="Fed by",
        compute="_compute_fed_fields",
        help="The records of school apps that the values come from. What they say "
        "is changed there, not here.",
    )

    @api.depends_context("uid")
    def _compute_fed_fields(self):
        """What a school app knows is not typed over; what none knows may be."""
        links = self.env["dokstamp.source.link"].sudo()._feeding(self)
        for record in self:
            feeders = links.get(record.id)
            record.fed_fields = list(record._tellers(feeders)) if feeders else []
            record.fed_by = self._name_of_feeder(feeders[0]) if feeders else False

    def _tellers(self, feeders):
        """Name of each field that is fed → the link that its value is from.

        :param dokstamp.source.link feeders: of `_feeding`
        :rtype: dict[str, dokstamp.source.link]
        """
        # of one that was not read since it is kept what it says
        unread = feeders.filtered(lambda link: link.last_values is None)
        tellers = {
            name: link for link in unread for name in link.source_id._fed_field_names()
        }
        tellers |= {**self._merged(feeders)[1], "active": feeders[0]}
        if self.closed_on:
            del tellers["active"]  # whoever has closed it may open it again
        return tellers

    def _name_of_feeder(self, link):
        """A name that tells no record that the user may not read."""
        seen = link.with_env(self.env)
        return (seen if seen.has_access("read") else link.source_id).display_name

    def _check_change(self, vals):
        """Keep people from typing over a field that a source would overwrite at its
        next save.

        :raise UserError: ``vals`` would do so
        """
        super()._check_change(vals)
        if self.env.su:
            return
        if set(self._natural_key[:1]).intersection(vals) and len(self) == 1:
            self._refuse_taken(vals)
        links = self.env["dokstamp.source.link"].sudo()._feeding(self)
        for record in self:
            feeders = links.get(record.id)
            tellers = record._tellers(feeders) if feeders else {}
            for name in set(vals).intersection(tellers):
                field = self._fields[name]
                if record._is_another(name, vals[name]):
                    raise UserError(
                        self.env._(
                            "%(field)s comes from %(origin)s. Change it there: it "
                            "would be overwritten here at the next save. In an import, "
                            "leave this column out.",
                            field=field._description_string(self.env),
                            origin=self._name_of_feeder(tellers[name]),
                        )
                    )

    def _is_another(self, name, value):
        """Whether ``value`` is another one than the field has, however it is written:
        imports and RPC bring days and numbers as texts.
        """
        try:
            return bool(self._differences({name: value}))
        except (TypeError, ValueError):
            return True

    def _refuse_taken(self, vals):
        """
        :raise ValidationError: another record has the key that is typed
        """
        # sudo: an archived one, or one of another institution, has it all the same
        record = self.sudo().with_context(active_test=False)
        is_text = isinstance(vals[self._natural_key[0]], str)
        if is_text and (taken := record._taken_sentence(vals)):
            raise ValidationError(taken)

    def _prepare_create_values(self, vals_list):
        completed = super()._prepare_create_values(vals_list)
        if not self.env.su:
            self._refuse_taken_keys(completed)
        return completed

    @api.model
    def _refuse_taken_keys(self, vals_list):
        """
        :raise ValidationError: a key is typed that another record has, or two have
        """
        name = self._natural_key and self._natural_key[0]
        if not name or self._fields[name].type != "char":
            return
        typed = {n: v for n, v in enumerate(vals_list) if isinstance(v.get(name), str)}
        keys = self._natural_keys(typed)
        # sudo: an archived one, or one of another institution, has it all the same
        model = self.sudo().with_context(active_test=False)
        twins = model._twins({key for key in keys.values() if key})
        names = {key: twin.display_name for key, twin in twins.items()}
        for one, key in keys.items():
            vals = vals_list[one]
            if key in names:
                raise ValidationError(self._taken_sentence_of(vals[name], names[key]))
            if key:
                names[key] = vals.get("name") or vals[name]

    @api.model
    def _get_view(self, view_id=None, view_type="form", **options):
        """Make the fields that a source feeds read-only in forms, record by record."""
        arch, view = super()._get_view(view_id, view_type, **options)
        if view_type == "form":
            for name in self._get_dokstamp_fields():
                for node in arch.xpath(
                    f"//field[@name='{name}'][not(ancestor::field)][not(@readonly)]"
                ):
                    node.set("readonly", f"'{name}' in (fed_fields or [])")
        return arch, view

    # === WHAT A SOURCE HAS TO FILL === #

    @api.model
    def _lacking_fields(self, names):
        """What a source has to fill beside ``names``: without it there is no record, or
        none that is known again.

        :rtype: list[str]
        """
        lacking = [
            name
            for name in self._get_feedable_fields()
            if name not in names
            and self._fields[name].required
            and self._has_to_be_given(name)
        ]
        ways = [keys[0] for keys in self._dokstamp_keys]
        known_by = {*ways, *self._get_contact_fields()}
        if ways and not known_by.intersection([*names, *lacking]):
            lacking.append(ways[0])
        return lacking

    @api.model
    def _is_needed(self, name):
        """Whether there is no record without it, or DokStamp takes none."""
        spec = self._get_dokstamp_fields().get(name)
        needed = self._fields[name].required or (spec and spec.needed)
        return bool(needed) and self._has_to_be_given(name)

    @api.model
    def _has_to_be_given(self, name):
        """Whether nothing stands there unless somebody says so."""
        field = self._fields[name]
        return not field.default and not field.compute

    # === TWINS: when two records mean the same === #

    @api.model
    def _natural_keys(self, vals_by_id):
        """What makes values the same record as others; None where part is missing.

        :param dict[int, dict] vals_by_id: any id → values as for `create`
        :return: the same id → the key
        :rtype: dict[int, tuple | None]
        """
        companies = self.env["res.company"].browse(
            {vals["company_id"] for vals in vals_by_id.values()}
        )
        institutions = {
            company.id: company._dokstamp_account().institution_id.id
            for company in companies
            if "institution_id" in self._natural_key
        }
        return {
            one: self._natural_key_of(
                {
                    **vals,
                    "institution_id": vals.get("institution_id")
                    or institutions.get(vals["company_id"]),
                }
            )
            for one, vals in vals_by_id.items()
        }

    @api.model
    def _natural_key_of(self, vals):
        key = [vals["company_id"]]
        for name in self._natural_key:
            value = vals.get(name)
            if not value and name not in self._natural_key_optional:
                return None
            key.append(self._key_value(name, value))
        return tuple(key)

    @api.model
    def _key_value(self, _name, value):
        """``value`` in the form in which it is compared."""
        return value or False

    def _key_with(self, vals):
        """The natural key that the record has once ``vals`` are written."""
        own = {
            name: self._fields[name].convert_to_write(self[name], self)
            for name in ("company_id", *self._natural_key)
        }
        return self._natural_key_of(own | vals)

    @api.model
    def _twins(self, keys):
        """Natural key → the registry record that has it.

        :param collection keys: of `_natural_keys`
        """
        found = {}
        if not keys:  # no condition would be left to search by
            return found
        for record in self.search(self._twin_domain(keys), order="id desc"):
            found[record._key_with({})] = record
        return {key: found[key] for key in keys if key in found}

    @api.model
    def _twin_domain(self, keys):
        """Takes in every record that has one of ``keys``, and perhaps some more."""
        columns = defaultdict(set)
        for key in keys:
            for name, value in zip(
                ("company_id", *self._natural_key), key, strict=True
            ):
                columns[name].add(value)
        return Domain.AND(
            self._column_domain(name, list(values)) for name, values in columns.items()
        )

    @api.model
    def _column_domain(self, name, values):
        return Domain(name, "in", values)

    @api.model
    def _identified(self, vals_by_id):
        """The records that values mean whatever their natural key says now.

        :param dict[int, dict] vals_by_id: as of `_natural_keys`
        :return: the same id → the registry record; nothing of those that only a key
            can tell
        :rtype: dict[int, dokstamp.entity]
        """
        return {}

    def _is_same_as(self, vals):
        """Whether values with this record's natural key may feed it without a person's
        word.
        """
        return True

    @api.model
    def _contact_key(self, vals):
        """What makes values without a natural key the same record as others, or None.

        :rtype: tuple | None
        """

    @api.model
    def _get_contact_fields(self):
        """Names of the fields that say whose contact a record is, where it has one.

        :rtype: set[str]
        """
        return set()

    def _is_meant_by(self, vals, said):
        """Whether values of a record that has fed this one still mean it.

        :param dict said: what the record says that tells most of this one
        """
        return self._key_with(vals) == self._key_with(said)

    def _is_contradicted_by(self, vals):
        """Whether values of a record that has fed this one cannot mean it any more,
        although it is the only one that feeds it.
        """
        return False

    def _forget_identity_of(self, vals):
        """Drop what says that values, which another record was taken for, are this one.

        :param dict vals: as for `create`
        """

    @api.model
    def _to_be_vouched_for(self, differences):
        """What of ``differences`` nobody but a person may change.

        :param dict differences: record → as of `_differences`
        :return: record → names, of those that have any
        :rtype: dict[dokstamp.entity, set[str]]
        """
        names = self._get_vouched_fields()
        found = {one: names.intersection(vals) for one, vals in differences.items()}
        asked = self.browse().union(*(one for one in found if found[one]))
        return {one: found[one] for one in asked._relied_on()}

    @api.model
    def _get_vouched_fields(self):
        """Names of the fields that only a person changes, once others rely on them.

        :rtype: set[str]
        """
        return set()

    def _may_be_vouched_for_by(self, user):
        """Whether a change that this user saves in a school app is a person's word.

        :param res.users user: not elevated
        """
        return False

    def _relied_on(self):
        """Those of these records that others rely on: certificates add when."""
        return self.browse()

    def _vouching_sentence(self, held):
        """Which changes wait for a person's word.

        :param dict held: field name → new value
        """
        changes = [
            f"{self._fields[name]._description_string(self.env)}: "
            f"{self._shown(name, self[name])} → {self._shown(name, value)}"
            for name, value in sorted(held.items())
        ]
        return self.env._(
            "%(student)s has a certificate, and this record says something else now: "
            "%(changes)s. Nothing changes until somebody presses Accept.",
            student=self.display_name,
            changes="; ".join(changes),
        )

    def _shown(self, name, value):
        if self._fields[name].type == "many2one":
            if isinstance(value, int):
                value = self.env[self._fields[name].comodel_name].browse(value)
            value = value.exists().display_name
        return value or "–"

    def _differences(self, vals):
        """What of ``vals`` the record does not have yet."""
        differences = {}
        for name, value in vals.items():
            field = self._fields[name]
            new, old = (
                field.convert_to_record(field.convert_to_cache(one, self), self)
                for one in (value, self[name])
            )
            if new != old:
                differences[name] = value
        return differences

    def _taken_sentence(self, vals):
        """Why the record must not get this natural key, or None when it may."""
        twin = self._owner_of_key(vals)
        return self._taken_sentence_by(twin, vals) if twin else None

    def _taken_sentence_by(self, twin, vals):
        """Why the record must not get the natural key that ``twin`` has.

        :param dokstamp.entity twin: another record of this kind
        """
        name = self._natural_key[0]
        value = vals.get(name) or self[name]
        if isinstance(value, models.BaseModel):
            value = value.display_name
        elif self._fields[name].type == "many2one":
            value = self.env[self._fields[name].comodel_name].browse(value).display_name
        return self._taken_sentence_of(value, twin.display_name)

    @api.model
    def _taken_sentence_of(self, value, name):
        return self.env._(
            "%(key)s belongs to %(other)s already, and DokStamp keeps it once.",
            key=value,
            other=name,
        )

    def _owner_of_key(self, vals):
        """The other record that has the natural key that ``vals`` would give this one.

        :rtype: dokstamp.entity
        """
        key = self._other_key(vals)
        return self._twins([key]).get(key, self) - self if key else self.browse()

    def _other_key(self, vals):
        """The natural key that ``vals`` would give it; None where it keeps its own, or
        gets none.
        """
        key = self._key_with(vals)
        return None if key == self._key_with({}) else key

    # === READ AGAIN: what waits for this record to be another one === #

    def _note_written(self, vals):
        result = super()._note_written(vals)
        if self._get_identity_fields().intersection(vals):
            self._read_claims_later()
        return result

    def _note_deletion(self):
        result = super()._note_deletion()
        # once it is gone for good
        self._claims().source_id._read_all()
        return result

    def _read_claims_later(self):
        """Have records that wait for these read again when this transaction commits.

        Gathered: a class that is written record by record is one search.
        """
        gathered = self.env.cr.precommit.data.setdefault(GATHERED_CLAIMS, {})
        if not gathered:
            self.env.cr.precommit.add(self._read_gathered_claims)
        gathered.setdefault((self.env.uid, self._name), set()).update(self.ids)

    @api.model
    def _read_gathered_claims(self):
        gathered = self.env.cr.precommit.data.pop(GATHERED_CLAIMS, {})
        for (uid, model), ids in gathered.items():
            self.env[model].with_user(uid).browse(ids)._claims()._read_later()

    @api.model
    def _get_identity_fields(self):
        """Names of the fields that say whom or what a record stands for.

        :rtype: set[str]
        """
        return set(self._natural_key)

    def _claims(self):
        """The links of records that are not taken for these, or want their key."""
        # sudo: links are the connector's
        return (
            self.env["dokstamp.source.link"]
            .sudo()
            .search([("entity_model", "=", self._name), ("claimed_id", "in", self.ids)])
        )

    # === HOW FAR IT GOT === #

    def _compute_sync_state(self):
        """What a source cannot read is as good as failed, unless the queue knows
        better.
        """
        result = super()._compute_sync_state()
        # sudo: whoever sees the record may see why it is as it is
        errors = self.env["dokstamp.source.link"].sudo()._errors_of(self)
        for record in self:
            if record.id in errors and record.sync_state in ("none", "synced"):
                record.sync_state = "failed"
                record.sync_reason = "source"
                record.sync_message = errors[record.id]
        return result

    def _differences_told(self):
        told = super()._differences_told()
        if len(self.env["res.lang"].get_installed()) == 1:
            return told
        # sudo: whoever sees the record may see which language of it is sent
        links = self.env["dokstamp.source.link"].sudo()
        feeding = links._feeding(self)
        notes = links.union(*feeding.values())._language_notes()
        for record in self:
            own = (notes.get(link) for link in feeding.get(record.id, links))
            if found := list(dict.fromkeys(filter(None, own))):
                told.setdefault(record, []).extend(found)
        return told

    def _sync_state_domains(self):
        domains = super()._sync_state_domains()
        # sudo: as above
        unreadable = (
            self.env["dokstamp.source.link"]
            .sudo()
            ._search([("entity_model", "=", self._name), ("error", "!=", False)])
        )
        is_unreadable = Domain(
            "id", "in", unreadable.subselect(SQL.identifier("entity_id"))
        )
        quiet = domains["none"] | domains["synced"]
        return {
            **domains,
            "none": domains["none"] & ~is_unreadable,
            "synced": domains["synced"] & ~is_unreadable,
            "failed": domains["failed"] | (quiet & is_unreadable),
        }

    # === ACTION METHODS === #

    def action_open_source_record(self):
        """Open the school app's record that feeds this one."""
        self.ensure_one()
        self.check_access("read")
        links = self.env["dokstamp.source.link"]._feeding(self).get(self.id)
        return links[0].action_open_source_record() if links else True
