"""What every registry model is: a body for DokStamp, made of the school's own data.

A registry model lists the keys of its request body in `_get_dokstamp_fields`; all else
follows from them. The layers above add what they know: `sync/entity_sync` the uuid and
how far it got, `sources/fed_entity` what feeds it.
"""

import hashlib
import math
import re
from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import ValidationError

MAX_INTEGER = 2**31 - 1  # of a column
NUMBERS = ("integer", "float")
LINK = re.compile(r"\{(\w+)\}")  # in `_dokstamp_below`
MAX_KEY = 500  # characters, as an index of PostgreSQL's takes 2700 bytes


class DokstampEntity(models.AbstractModel):
    """A record of the school's own picture of what DokStamp should hold.

    Saving one queues a row in `dokstamp.sync.record`; nothing here talks to the
    network. The uuid and the state live with the engine (`dokstamp.binding`,
    `dokstamp.sync.record`), so that a user's save and a running flush never write the
    same row.
    """

    _name = "dokstamp.entity"
    _inherit = ["dokstamp.write.protection"]
    _description = "DokStamp Registry Entity"
    _check_company_auto = True

    # The name of its collection in DokStamp's paths, and what that lies below, where it
    # does: `courses/{course_id}/modules`, with links that stand for their uuid.
    _dokstamp_resource = None
    _dokstamp_below = ""
    # Its place in the order of sending: dokstamp-api.md 21.1.
    _dokstamp_rank = 0
    # Fields that find the record at DokStamp; the first alternative without an empty
    # value is used. dokstamp-api.md 21.2.
    _dokstamp_keys = ()
    # Whether its filters give a list of many, which is read once instead of a search
    # each.
    _dokstamp_is_listed = False
    # Whether DokStamp lists all of them, so that what it holds can be compared.
    _dokstamp_has_list = True
    # Fields that tell, inside Odoo, whether a source's record is one that the registry
    # has already.
    _natural_key = ()
    # Those of them that tell records apart only where they are given.
    _natural_key_optional = ()
    # Whether a source may feed it.
    _dokstamp_is_fed = True
    # Whether a save sends it; a certificate goes out by its buttons alone.
    _dokstamp_is_pushed = True
    # A certificate's link to it, which tells whether one leans on it: dokstamp-api.md
    # 21.5; and the documented filter of GET /certificates that finds those that might,
    # where that is another link.
    _dokstamp_certificate_link = None
    _dokstamp_certificate_filter = None
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )
    account_id = fields.Many2one(
        "dokstamp.account",
        compute="_compute_account_id",
        store=True,
        readonly=False,
        precompute=True,
        ondelete="restrict",
        index=True,
        check_company=True,
        string="DokStamp account",
        help="The DokStamp account that the record is sent to. Empty: it stays in "
        "Odoo.",
    )
    active = fields.Boolean(default=True)
    stays_in_odoo = fields.Boolean(
        readonly=True,
        help="Somebody took it from its DokStamp account: it gets none by itself.",
        string="Stays in Odoo",
    )

    closed_on = fields.Date(
        readonly=True,
        copy=False,
        help="It was archived with its year: no source brings it back.",
        string="Closed with its year on",
    )

    # === DECLARATION === #

    @api.model
    def _get_dokstamp_fields(self):
        """The keys of the request body: field name → `ApiField`, in the order of the
        API document's table. An addon that sends more adds to what `super` returns.

        :rtype: dict[str, ApiField]
        """
        return {}

    @api.model
    def _get_feedable_fields(self):
        """Names of the fields that a school app may fill.

        :rtype: list[str]
        """
        names = list(self._get_dokstamp_fields())
        return [*names, self._dokstamp_parent] if self._dokstamp_parent else names

    @api.model
    def _get_dokstamp_filters(self):
        """The keys that DokStamp is documented to filter a list by: dokstamp-api.md 5.

        :rtype: tuple[str, ...]
        """
        return tuple(
            spec.key_of(self._fields[name])
            for name, spec in self._get_dokstamp_fields().items()
            if spec.filterable
        )

    @api.model
    def _search_key_names(self):
        """Names of the fields that find the record at DokStamp.

        :rtype: set[str]
        """
        return set().union(*self._dokstamp_keys)

    @api.model
    def _get_dokstamp_proofs(self):
        """The keys whose values tell a record from another one with the same keys.

        :rtype: tuple[str, ...]
        """
        return tuple(
            spec.key_of(self._fields[name])
            for name, spec in self._get_dokstamp_fields().items()
            if spec.tells_apart
        )

    @api.model
    def _get_dokstamp_hints(self):
        """The keys whose values let doubt arise whether one with the same keys is the
        same.

        :rtype: tuple[str, ...]
        """
        return tuple(
            spec.key_of(self._fields[name])
            for name, spec in self._get_dokstamp_fields().items()
            if spec.hints_apart
        )

    @api.model
    def _get_dokstamp_archive_values(self):
        """What stands for "archived" in the body; empty where DokStamp has no flag.

        :rtype: dict
        """
        return {
            spec.key_of(self._fields[name]): spec.archived
            for name, spec in self._get_dokstamp_fields().items()
            if spec.archived is not None
        }

    @api.model
    def _get_ended_values(self):
        """API key → its values with which nothing is left that could be archived.

        :rtype: dict[str, list]
        """
        return {
            key: [value] for key, value in self._get_dokstamp_archive_values().items()
        }

    # === KINDS OF RECORDS === #

    @api.model
    def _get_writable_fields(self, state=None):
        """The school's own data; what the engine learns stands elsewhere."""
        own = {"company_id", "account_id", "active", *self._get_dokstamp_fields()}
        own |= {self._dokstamp_parent} - {None}
        return super()._get_writable_fields(state) | own

    @api.model
    def _registry_models(self):
        """Names of all registry models, in the order in which DokStamp needs them.

        :rtype: list[str]
        """
        return [
            name for name in self._queued_models() if self.env[name]._dokstamp_is_pushed
        ]

    @api.model
    def _queued_models(self):
        """Names of all models that can stand in the queue: the registry's and
        certificates.
        """
        heirs = self.env.registry.descendants([DokstampEntity._name], "_inherit")
        names = [name for name in heirs if not self.env[name]._abstract]
        return sorted(names, key=lambda name: (self.env[name]._dokstamp_rank, name))

    @api.model
    def _selection_registry(self):
        """What a source can feed, as choices named without the brand."""
        names = self._registry_models()
        return self._named(name for name in names if self.env[name]._dokstamp_is_fed)

    @api.model
    def _selection_queued(self):
        """What can stand in the queue, as choices."""
        return self._named(self._queued_models())

    @api.model
    def _existing(self, places):
        """(model, id) → the record there, of those that exist; all of one model are
        read together.

        :param places: pairs of model name and id
        :rtype: dict[tuple[str, int], dokstamp.entity]
        """
        ids_by_model = defaultdict(set)
        for name, res_id in places:
            ids_by_model[name].add(res_id)
        return {
            (name, record.id): record
            for name, ids in ids_by_model.items()
            for record in self.env[name].browse(ids).exists()
        }

    def _named(self, names):
        models_ = self.env["ir.model"].sudo()
        return [
            (name, models_._get(name).name.removeprefix("DokStamp ")) for name in names
        ]

    @api.depends("company_id")
    def _compute_account_id(self):
        for record in self:
            if record.stays_in_odoo:
                record.account_id = False
            elif record.account_id.company_id != record.company_id:
                record.account_id = record.company_id._dokstamp_account()

    @property
    def _dokstamp_parent(self):
        """The link to the record that this one lies below at DokStamp, or None.

        :rtype: str | None
        """
        return (LINK.findall(self._dokstamp_below) or [None])[-1]

    def _path(self):
        """The parts of the path that this record's collection lies at.

        :return: None in place of a uuid that is not known
        :rtype: tuple[str | None, ...]
        """
        parts = [*self._dokstamp_below.split("/"), self._dokstamp_resource]
        return tuple(
            self[link[1]]._uuid_at_dokstamp()
            if (link := LINK.fullmatch(part))
            else part
            for part in parts
            if part
        )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        vals_list = [self._trimmed(vals) for vals in vals_list]
        records = super().create(vals_list)
        records._check_typed({name for vals in vals_list for name in vals})
        records.browse(
            record.id
            for record, vals in zip(records, vals_list, strict=True)
            if not vals.get("account_id", True)
        )._note_account_choice()
        records._note_created()
        return records

    def write(self, vals):
        self.check_access("write")  # before any sentence tells what the records hold
        vals = self._trimmed(vals)
        self._check_storable(vals)
        self._check_change(vals)
        result = super().write(vals)
        if keys := self._search_key_names().intersection(vals):
            # in this order: what one gives up another one may take in the same
            # transaction, and the database looks at each statement
            self.flush_recordset(keys)
        self._check_typed(vals)
        if "account_id" in vals:
            self._note_account_choice()
        self._note_written(vals)
        return result

    def unlink(self):
        self.check_access("unlink")
        self._note_deletion()
        return super().unlink()

    def _prepare_create_values(self, vals_list):
        completed = super()._prepare_create_values(vals_list)
        for vals in completed:
            self._check_storable(vals)
        return completed

    @api.model
    def _check_storable(self, vals):
        """Refuse what the database does not hold as it is, whoever writes it: a key
        that is too long for an index, a number.

        :raise ValidationError: with a sentence
        """
        self._check_numbers(vals)
        for name in self._natural_key:
            value = vals.get(name)
            if isinstance(value, str) and len(value) > MAX_KEY:
                raise ValidationError(self._length_sentence(name, len(value), MAX_KEY))

    def _check_change(self, vals):
        """Refuse what must not be written; sources do so with what they feed.

        :raise UserError: ``vals`` must not be written
        """

    def _note_account_choice(self):
        """Whoever leaves a record without an account, though its company has one, has
        decided that it stays in Odoo; whoever chooses one, that it does not.
        """
        for record in self:
            has_choice = bool(record.company_id._dokstamp_account())
            stays = has_choice and not record.account_id
            if record.stays_in_odoo != stays:
                record.sudo().stays_in_odoo = stays  # sudo: the connector notes it

    def _note_created(self):
        """The records were created; the queue sends them."""

    def _note_written(self, vals):
        """``vals`` were written; the queue sends what of them matters."""
        if vals.get("active"):
            # sudo: a field of the connector
            self.sudo().filtered("closed_on").closed_on = False

    def _close(self):
        """Archive what is over: a person's word, which no source takes back."""
        self.check_access("write")
        for company, records in self.grouped("company_id").items():
            # sudo: a source may feed them
            records.sudo().write(
                {"active": False, "closed_on": company._dokstamp_today()}
            )

    def _note_deletion(self):
        """The records are about to be deleted; the queue takes them from DokStamp."""

    def copy_data(self, default=None):
        """A copy names itself as one, since DokStamp would take its twin's code or name
        for the original.
        """
        copies = super().copy_data(default)
        for record, vals in zip(self, copies, strict=True):
            for name in ("name", "code"):
                if name in vals and name not in (default or {}) and vals[name]:
                    vals[name] = self.env._("%s (copy)", record[name])
            vals.pop("email", None)
        return copies

    @api.model
    def _trimmed(self, vals):
        """``vals`` without space around texts: DokStamp searches keys letter by letter.
        Nor with the zero character, which no database takes.

        :rtype: dict
        """
        return {
            name: (value.replace("\x00", "").strip() or False)
            if isinstance(value, str) and self._is_text(name)
            else value
            for name, value in vals.items()
        }

    @api.model
    def _check_numbers(self, vals):
        """Odoo would drop what stands behind a comma, and PostgreSQL refuse the rest.

        :raise ValidationError: a number that its field does not hold as it is
        """
        for name, value in vals.items():
            field = self._fields.get(name)
            is_number = field and field.type in NUMBERS
            if not is_number or not isinstance(value, int | float):
                continue
            if not math.isfinite(value) or abs(value) > MAX_INTEGER:
                raise ValidationError(
                    self.env._(
                        "%(field)s: this number is too large.",
                        field=field._description_string(self.env),
                    )
                )
            if field.type == "integer" and value != int(value):
                raise ValidationError(
                    self.env._(
                        "%(field)s: only whole numbers fit, and %(value)s is none.",
                        field=field._description_string(self.env),
                        value=value,
                    )
                )

    @api.model
    def _key_names(self, vals):
        """Names of the fields that ``vals`` are known by, in Odoo and at DokStamp.

        :param dict vals: as for `create`
        :rtype: set[str]
        """
        keys = (names for names in self._dokstamp_keys if vals.get(names[0]))
        return {*self._natural_key, *next(keys, ())}

    @api.model
    def _is_unknown(self, name, vals):
        """Whether ``vals`` tell nothing of the field ``name``.

        :param dict vals: as for `create`, perhaps of fewer fields
        """
        value = vals.get(name)
        if self._fields[name].type == "boolean":
            return value is None
        if value is None or value is False or value == "":
            return True
        spec = self._get_dokstamp_fields().get(name)
        return bool(spec) and spec.is_empty(value)

    def _is_text(self, name):
        return name in self._get_dokstamp_fields() and self._fields[name].type == "char"

    def _payload_triggers(self):
        """Names of the fields whose change must reach DokStamp."""
        triggers = {*self._get_dokstamp_fields(), "active", "account_id"}
        return triggers | {self._dokstamp_parent} if self._dokstamp_parent else triggers

    # === BODY === #

    def _prerequisites(self):
        """The registry records that must have a uuid before this one can be sent.

        :rtype: list[dokstamp.entity]
        """
        self.ensure_one()
        names = [self._dokstamp_parent] if self._dokstamp_parent else []
        names += self._get_dokstamp_fields()
        links = [self[name] for name in names if self._fields[name].type == "many2one"]
        return [link for link in links if link]

    def _payload(self):
        """The body that describes this record to DokStamp as a whole; empty values are
        None.

        :rtype: dict[str, str | int | float | bool | None]
        """
        self.ensure_one()
        payload = {
            spec.key_of(self._fields[name]): self._api_value(name)
            for name, spec in self._get_dokstamp_fields().items()
        }
        if not self.active:
            payload |= self._archive_values(payload)
        return payload

    @api.model
    def _archive_values(self, payload):
        """What stands for "archived" in the body of a record that was ``payload``.

        :rtype: dict
        """
        return self._get_dokstamp_archive_values()

    def _api_value(self, name):
        """The value of the field ``name`` as it goes over the wire; dokstamp-api.md 1,
        "Data formats".
        """
        field, value = self._fields[name], self[name]
        if field.type == "many2one":
            return value._uuid_at_dokstamp() if value else None
        if field.type in ("date", "datetime"):
            return value.isoformat() if value else None
        if field.type == "boolean":
            return value
        if field.type == "float":
            return round(value, field.get_digits(self.env)[1])
        spec = self._get_dokstamp_fields()[name]
        if field.type in ("char", "text", "selection"):
            return spec.cut(value) if value else None
        return None if spec.is_empty(value) else value

    def _shortened(self):
        """Labels of the fields that DokStamp gets the beginning of alone.

        :rtype: list[str]
        """
        return list(map(self._label, self._shortened_names()))

    def _shortened_names(self):
        """As of `_shortened`, the names.

        :rtype: list[str]
        """
        self.ensure_one()
        return [
            name
            for name, spec in self._get_dokstamp_fields().items()
            if spec.max_bytes and self[name] and spec.cut(self[name]) != self[name]
        ]

    def _uuid_at_dokstamp(self):
        """By which DokStamp knows the record, as far as that is known; the queue adds
        what it knows.

        :rtype: str | None
        """

    def _digest(self):
        """What is another one as soon as the record itself is; what becomes of those
        that it refers to changes nothing.

        :rtype: str
        """
        values = [
            self[name].id if self._fields[name].type == "many2one" else self[name]
            for name in sorted(self._payload_triggers())
        ]
        return hashlib.sha256(repr(values).encode()).hexdigest()

    def _search_keys(self):
        """The keys by which DokStamp is searched before anything is created:
        dokstamp-api.md 21.2.

        :return: API key → value, of the first alternative that is complete; empty when
            there is none
        :rtype: dict[str, str]
        """
        self.ensure_one()
        for names, required in self._key_alternatives():
            if all(self[name] for name in required):
                return {self._api_key(name): self._api_value(name) for name in names}
        return {}

    @api.model
    def _key_alternatives(self):
        """Pairs of the fields that find a record together, and of those of them that
        must be given.
        """
        specs = self._get_dokstamp_fields()
        return [
            (
                names,
                [name for name in names if specs[name].needed or name == names[0]],
            )
            for names in self._dokstamp_keys
        ]

    @api.model
    def _api_key(self, name):
        """What the field ``name`` is called in the body."""
        return self._get_dokstamp_fields()[name].key_of(self._fields[name])

    @api.model
    def _api_labels(self):
        """API key → the field's label.

        :rtype: dict[str, str]
        """
        # certificates send more than they keep in step: their links go out too
        fields_ = {
            f"{name.removesuffix('_id')}_uuid": field
            for name, field in self._fields.items()
            if field.type == "many2one" and name.endswith("_id")
        }
        fields_ |= {
            spec.key_of(self._fields[name]): self._fields[name]
            for name, spec in self._get_dokstamp_fields().items()
        }
        return {
            key: field._description_string(self.env) for key, field in fields_.items()
        }

    # === RULES: what DokStamp would refuse === #

    def _check_typed(self, names):
        """Refuse what DokStamp would refuse, where a person types it.

        A source's record (written with elevated rights) is kept as it is and fails with
        the same sentence when it is planned, so that the school app's own save never
        fails because of us. No `@api.constrains`, as Odoo runs those with elevated
        rights too.

        :param names: the fields that were typed in
        :raise ValidationError: with a sentence for each value that will not do
        """
        if self.env.su:
            return
        for record in self:
            problems = [
                record._problem_of(n) for n in self._get_dokstamp_fields() if n in names
            ]
            if any(problems):
                raise ValidationError("\n".join(dict.fromkeys(filter(None, problems))))

    def _problems(self):
        """Sentences about values that DokStamp would refuse.

        :rtype: list[str]
        """
        self.ensure_one()
        problems = (self._problem_of(name) for name in self._get_dokstamp_fields())
        return list(dict.fromkeys(filter(None, problems)))

    def _missing(self):
        """Sentences about values that DokStamp needs and that nobody has given yet.

        :rtype: list[str]
        """
        self.ensure_one()
        return [
            self.env._("No %(field)s: DokStamp needs one.", field=self._label(name))
            for name, spec in self._get_dokstamp_fields().items()
            if spec.needed and not self[name]
        ]

    def _problem_of(self, name):
        """Why DokStamp would refuse the value of the field ``name``, or None.

        :rtype: str | None
        """
        spec, value = self._get_dokstamp_fields()[name], self[name]
        if spec.max_length and value and len(value) > spec.max_length:
            return self._length_sentence(name, len(value), spec.max_length)
        if spec.minimum is not None and value < spec.minimum:
            return self.env._(
                "The %(field)s must not be below %(limit)s.",
                field=self._label(name),
                limit=spec.minimum,
            )
        if spec.maximum is not None and value > spec.maximum:
            return self.env._(
                "The %(field)s must not be above %(limit)s.",
                field=self._label(name),
                limit=spec.maximum,
            )
        if spec.pattern and value and not spec.pattern.fullmatch(value):
            return self.env._(
                "The %(field)s “%(value)s” is not valid.",
                field=self._label(name),
                value=value,
            )
        return None

    def _length_sentence(self, name, count, limit):
        limit = self._get_dokstamp_fields()[name].max_length or limit
        return self.env._(
            "The %(field)s has %(count)s characters; DokStamp takes %(limit)s.",
            field=self._label(name),
            count=count,
            limit=limit,
        )

    def _label(self, name):
        """The field's label inside a sentence."""
        label = self._fields[name]._description_string(self.env)
        return label[:1].lower() + label[1:]

    # === SMART BUTTONS === #

    def _count(self, model, link):
        """Record id → how many records of ``model`` point at it with their ``link``.

        :rtype: dict[int, int]
        """
        groups = self.env[model]._read_group(
            [(link, "in", self.ids)], [link], ["__count"]
        )
        return {record.id: count for record, count in groups}

    def _action_pointing_here(self, xmlid, link):
        """The action ``xmlid`` on what points at this record; new records do so too."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(xmlid)
        action["domain"] = [(link, "=", self.id)]
        action["context"] = {f"default_{link}": self.id}
        return action
