"""When two records of school apps, or one and one typed by hand, mean the same.

What tells students apart stands in `student_identity`.
"""

from collections import defaultdict

from odoo import api, models
from odoo.fields import Domain


class DokstampEntity(models.AbstractModel):
    _inherit = "dokstamp.entity"

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
