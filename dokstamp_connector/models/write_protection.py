"""What only the connector writes: closed, unless its model names it as people's.

A model inherits the mixin and names what people may write, as far as that goes in each
of its states; everything else is the connector's, a field that is new tomorrow too. It
holds for every way in: forms, RPC, imports, copies, values that the context or kept
defaults suggest, commands through another record, translations, attachments.

What people link must be theirs to read, and of the record's company.
"""

from odoo import api, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

SUGGESTION = "default_"  # of the keys in a context that suggest values
WITH_ID = (Command.UPDATE, Command.DELETE, Command.UNLINK, Command.LINK)


class DokstampLinkProtection(models.AbstractModel):
    """What people link is theirs to read, and of the record's company."""

    _name = "dokstamp.link.protection"
    _description = "DokStamp Link Protection"

    def _prepare_create_values(self, vals_list):
        completed = super()._prepare_create_values(vals_list)
        if not self.env.su:
            self._refuse_unreadable(completed, self._fields)
        return completed

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        if not self.env.su:
            records._refuse_other_company(self._fields)
        return records

    def write(self, vals):
        if self.env.su:
            return super().write(vals)
        self.check_access("write")  # before any sentence tells what the records hold
        self._refuse_unreadable([vals], vals)
        result = super().write(vals)
        self._refuse_other_company(self._fields if "company_id" in vals else vals)
        return result

    def _labels(self, names):
        return ", ".join(
            self._fields[name]._description_string(self.env) for name in sorted(names)
        )

    def _refuse_unreadable(self, vals_list, names):
        """Neither a link nor the error about it tells of what the user may not see.

        :raise AccessError: one of the linked records is none that the user may read
        """
        for name in sorted(set(names).difference(models.MAGIC_COLUMNS)):
            field = self._fields.get(name)
            if not field or not field.relational:
                continue
            ids = set().union(*(_linked_ids(field, v.get(name)) for v in vals_list))
            linked = self.env[field.comodel_name].browse(ids)
            if linked.exists()._filtered_access("read") != linked:
                raise AccessError(
                    self.env._(
                        "%(field)s: there is no such record, or it is not yours to "
                        "see.",
                        field=self._labels([name]),
                    )
                )

    def _refuse_other_company(self, names):
        """:raise UserError: a linked record belongs to another company"""
        if "company_id" not in self._fields:
            return
        for name in sorted(names):
            field = self._fields.get(name)
            if not field or not field.store or not _is_of_company(self.env, field):
                continue
            # sudo: the company alone, of what was found to be readable
            for record in self.sudo():
                if record[name].company_id - record.company_id:
                    raise UserError(
                        self.env._(
                            "%(field)s: that belongs to another company than the "
                            "record. Choose one of the same company.",
                            field=self._labels([name]),
                        )
                    )


class DokstampWriteProtection(models.AbstractModel):
    """Fields that people may write are named; with elevated rights all are open."""

    _name = "dokstamp.write.protection"
    _inherit = ["dokstamp.link.protection"]
    _description = "DokStamp Write Protection"

    # === WHAT PEOPLE MAY WRITE === #

    @api.model
    def _get_writable_fields(self, state=None):
        """Names of the fields that people may write.

        :param state: as `_writing_state` tells it; None: of a record that is new
        :rtype: set[str]
        """
        return set()

    def _writing_state(self):
        """What decides which fields of this record are open; not None.

        :rtype: str | bool
        """
        return False

    def _refusal(self, names):
        """The error that tells people why these fields are closed to them.

        :param set names: of the fields
        :rtype: odoo.exceptions.UserError
        """
        return AccessError(
            self.env._(
                "The connector itself notes this: %(fields)s. It cannot be typed in. "
                "Use the buttons; in an import, leave these columns out.",
                fields=self._labels(names),
            )
        )

    # === CRUD METHODS === #

    @api.model
    def default_get(self, fields):
        """Nobody suggests what the connector writes, with elevated rights neither."""
        writable = self._get_writable_fields()
        context = {
            key: value
            for key, value in self.env.context.items()
            if not key.startswith(SUGGESTION)
            or key.removeprefix(SUGGESTION) not in self._fields
            or key.removeprefix(SUGGESTION) in writable
        }
        cleaned = self.with_env(self.env(context=context))
        return super(DokstampWriteProtection, cleaned).default_get(fields)

    def _prepare_create_values(self, vals_list):
        if not self.env.su:
            for vals in vals_list:
                self._refuse_closed(vals)
        return super()._prepare_create_values(vals_list)

    def write(self, vals):
        if not self.env.su:
            self.check_access("write")
            self._refuse_closed(vals)
        return super().write(vals)

    def copy_data(self, default=None):
        """A copy begins anew with what the connector wrote down."""
        copies = super().copy_data(default)
        if self.env.su:
            return copies
        open_ = self._get_writable_fields() | (default or {}).keys()
        return [{n: v for n, v in vals.items() if n in open_} for vals in copies]

    def _update_field_translations(self, field_name, *args, **kwargs):
        if not self.env.su:
            self._refuse_closed({field_name})
        return super()._update_field_translations(field_name, *args, **kwargs)

    # === WHAT NOBODY READS === #

    def _read_group_groupby(self, alias, groupby_spec, query):
        """Override of `base`: it groups by many records of a field that the user may
        not read, and so tells them.
        """
        name = groupby_spec.partition(":")[0].partition(".")[0]
        if field := self._fields.get(name):
            self._check_field_access(field, "read")
        return super()._read_group_groupby(alias, groupby_spec, query)

    # === REFUSING === #

    def _refuse_closed(self, names):
        """:raise UserError: one of these fields is not people's to write"""
        names = {name for name in names if self._is_guarded(name)}
        states = {record._writing_state() for record in self} or {None}
        for state in states:
            if closed := names - self._get_writable_fields(state):
                raise self._refusal(closed)

    def _is_guarded(self, name):
        """Odoo refuses what is no field, and drops ids and its own notes."""
        return name in self._fields and name not in models.MAGIC_COLUMNS


class IrAttachment(models.Model):
    _inherit = "ir.attachment"

    @api.model_create_multi
    def create(self, vals_list):
        attachments = super().create(vals_list)
        attachments._refuse_field_content()
        return attachments

    def write(self, vals):
        self._refuse_field_content()
        result = super().write(vals)
        self._refuse_field_content()  # nor made one
        return result

    def unlink(self):
        self._refuse_field_content()
        return super().unlink()

    def _refuse_field_content(self):
        """The content of a field changes through its record, which knows when, and by
        whom.

        :raise UserError: one of these is such a content
        """
        if self.env.su:
            return
        # sudo: content is kept from whoever may not see the record too
        for attachment in self.sudo().filtered("res_field"):
            model = _protected(self.env, attachment.res_model)
            if model is not None:
                name = self.env["ir.model"]._get(model._name).name
                raise UserError(
                    self.env._(
                        "Change the document on the %(record)s itself.",
                        record=name.removeprefix("DokStamp ").lower(),
                    )
                )


class IrDefault(models.Model):
    _inherit = "ir.default"

    @api.model
    def _get_model_defaults(self, model_name, condition=False):
        """Everybody may keep defaults: not of what the connector writes down."""
        defaults = super()._get_model_defaults(model_name, condition)
        model = _protected(self.env, model_name)
        if model is None:
            return defaults
        writable = model._get_writable_fields()
        return {name: value for name, value in defaults.items() if name in writable}


def _protected(env, model_name):
    """The model, if it inherits the protection; None else."""
    model = env.get(model_name)
    mixin = env.registry[DokstampWriteProtection._name]
    return model if isinstance(model, mixin) else None


def _is_of_company(env, field):
    """Whether what ``field`` links has a company."""
    if not field.relational or field.name == "company_id":
        return False
    if field.comodel_name == "res.users":  # who works for several
        return False
    company = env[field.comodel_name]._fields.get("company_id")
    return company is not None and company.comodel_name == "res.company"


def _linked_ids(field, value):
    """The ids that a value names, as `write` takes it: an id, records, or commands.

    :rtype: set[int]
    """
    if not value:
        return set()
    if isinstance(value, models.BaseModel):
        return set(value.ids)
    if field.type == "many2one":
        return {int(value[0] if isinstance(value, list | tuple) else value)}
    ids = set()
    for command in value:
        if not isinstance(command, list | tuple):
            ids.add(int(command))
        elif command[0] in WITH_ID:
            ids.add(int(command[1]))
        elif command[0] == Command.SET:
            ids.update(int(one) for one in command[2])
    return ids
