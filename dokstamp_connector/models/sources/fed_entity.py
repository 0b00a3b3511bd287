"""What sources add to registry records: what feeds them is not typed over, and two
records of school apps that mean the same are one; of students see `student_identity`.
"""

from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL


class DokstampEntity(models.AbstractModel):
    _inherit = "dokstamp.entity"

    fed_fields = fields.Json(string="Fed fields", compute="_compute_fed_fields")
    fed_by = fields.Char(string="Fed by", compute="_compute_fed_fields")

    @api.depends_context("uid")
    def _compute_fed_fields(self):
        links = self.env["dokstamp.source.link"].sudo()._feeding(self)
        for record in self:
            link = links.get(record.id)
            record.fed_fields = link.source_id._fed_field_names() if link else []
            record.fed_by = self._name_of_feeder(link) if link else False

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
        for record in self:
            for name in set(vals).intersection(record.fed_fields or ()):
                field = self._fields[name]
                if field.convert_to_write(record[name], record) != vals[name]:
                    raise UserError(
                        self.env._(
                            "%(field)s comes from %(origin)s. Change it there: it "
                            "would be overwritten here at the next save. In an import, "
                            "leave this column out.",
                            field=field._description_string(self.env),
                            origin=record.fed_by,
                        )
                    )

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
    def _get_contact_fields(self):
        """Names of the fields that say whose contact a record is, where it has one.

        :rtype: set[str]
        """
        return set()

    def _is_meant_by(self, vals):
        """Whether values of a record that has fed this one still mean it."""
        return self._key_with(vals) == self._key_with({})

    def _is_contradicted_by(self, vals):
        """Whether values of a record that has fed this one cannot mean it any more,
        although it is the only one that feeds it.
        """
        return False

    def _forget_identity_of(self, vals):
        """Drop what says that values, which another record was taken for, are this one.

        :param dict vals: as for `create`
        """

    def _to_be_vouched_for(self, differences):
        """The names among ``differences`` that nobody but a person may change.

        :param dict differences: as of `_differences`
        :rtype: set[str]
        """
        return set()

    def _may_be_vouched_for_by(self, user):
        """Whether a change that this user saves in a school app is a person's word.

        :param res.users user: not elevated
        """
        return False

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
        key = self._key_with(vals)
        if not key or key == self._key_with({}):
            return None
        twin = self._twins([key]).get(key, self) - self
        if not twin:
            return None
        name = self._natural_key[0]
        value = vals[name]
        if self._fields[name].type == "many2one":
            value = self.env[self._fields[name].comodel_name].browse(value).display_name
        return self.env._(
            "%(key)s belongs to %(other)s already, and DokStamp keeps it once.",
            key=value,
            other=twin.display_name,
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
            if note := notes.get(feeding.get(record.id)):
                told.setdefault(record, []).append(note)
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
        link = self.env["dokstamp.source.link"]._feeding(self).get(self.id)
        return link.action_open_source_record() if link else True
