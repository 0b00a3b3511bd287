"""What every registry model shares: the payload it stands for, its state at DokStamp, and capture.

A registry model lists the keys of its request body in `_dokstamp_fields`; all else follows from them.
"""

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

SYNC_STATES = [
    ("none", "Not sent"),
    ("pending", "On its way"),
    ("waiting", "Waiting"),
    ("synced", "At DokStamp"),
    ("failed", "Failed"),
]


class DokstampEntity(models.AbstractModel):
    """A record of the school's own picture of what DokStamp should hold.

    Saving one queues a row in `dokstamp.sync.record`; nothing here talks to the network. The uuid and the
    state live with the engine (`dokstamp.binding`, `dokstamp.sync.record`), so that a user's save and a
    running flush never write the same row.
    """

    _name = "dokstamp.entity"
    _description = "DokStamp Registry Entity"
    _check_company_auto = True

    # The client's resource (`client.courses`), and its place in the order of sending: dokstamp-api.md 21.1.
    _dokstamp_resource = None
    _dokstamp_rank = 0
    # A resource below another one (`/courses/{uuid}/modules/groups`): the link to that one.
    _dokstamp_parent = None
    # Field name → ApiField, in the order of the API document's table.
    _dokstamp_fields = {}
    # Fields that find the record at DokStamp; the first alternative without an empty value is used.
    # dokstamp-api.md 21.2.
    _dokstamp_keys = ()
    # Those of them that DokStamp is documented to filter by: dokstamp-api.md 5.
    _dokstamp_filters = ()
    # Fields that tell, inside Odoo, whether a source's record is one that the registry has already.
    _natural_key = ()
    # Whether a save sends it; a certificate goes out by its buttons alone.
    _dokstamp_is_pushed = True
    # The filter of GET /certificates that tells whether a certificate leans on it; dokstamp-api.md 21.5.
    _dokstamp_certificate_filter = None
    # What stands for "archived" in the body; empty where DokStamp has no such flag.
    _dokstamp_archive_values = {}

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
    )
    active = fields.Boolean(default=True)
    dokstamp_uuid = fields.Char(
        string="DokStamp UUID",
        compute="_compute_binding",
        search="_search_dokstamp_uuid",
    )
    last_synced_at = fields.Datetime(
        string="Last sent at", compute="_compute_binding", search="_search_last_synced"
    )
    sync_state = fields.Selection(
        SYNC_STATES, compute="_compute_sync_state", search="_search_sync_state"
    )
    sync_message = fields.Text(compute="_compute_sync_state")
    fed_fields = fields.Json(compute="_compute_fed_fields")
    fed_by = fields.Char(string="Fed by", compute="_compute_fed_fields")
    dokstamp_page_url = fields.Char(compute="_compute_binding")

    @api.model
    def _registry_models(self):
        """Names of all registry models, in the order in which DokStamp needs them.

        :rtype: list[str]
        """
        heirs = self.env.registry.descendants([DokstampEntity._name], "_inherit")
        names = [
            name
            for name in heirs
            if not self.env[name]._abstract and self.env[name]._dokstamp_is_pushed
        ]
        return sorted(names, key=lambda name: (self.env[name]._dokstamp_rank, name))

    @api.model
    def _selection_registry(self):
        """Registry models as choices, named without the brand."""
        return self._named(self._registry_models())

    @api.model
    def _selection_queued(self):
        """What can stand in the queue: registry models and certificates."""
        return self._named([*self._registry_models(), "dokstamp.certificate"])

    def _named(self, names):
        models_ = self.env["ir.model"].sudo()
        return [
            (name, models_._get(name).name.removeprefix("DokStamp ")) for name in names
        ]

    # === COMPUTE METHODS === #

    @api.depends("company_id")
    def _compute_account_id(self):
        for record in self:
            if record.account_id.company_id != record.company_id:
                record.account_id = record.company_id._dokstamp_account()

    @api.depends("account_id")
    def _compute_institution_id(self):
        """Default of the models that belong to an institution: the account's."""
        for record in self:
            if not record.institution_id:
                record.institution_id = record.account_id.institution_id

    def _compute_binding(self):
        bindings = self._bindings()
        for record in self:
            binding = bindings.get(record.id)
            record.dokstamp_uuid = binding and binding.dokstamp_uuid
            record.last_synced_at = binding and binding.last_synced_at
            record.dokstamp_page_url = (
                record.account_id.sudo()._page_url(record, binding.dokstamp_uuid)
                if binding
                else False
            )

    def _compute_sync_state(self):
        """The engine's picture of each record: open queue rows first, then the binding."""
        # sudo: whoever sees the record may see how far it got
        open_rows = self.env["dokstamp.sync.record"].sudo()._open_rows(self)
        errors = self.env["dokstamp.source.link"].sudo()._errors_of(self)
        bindings = self._bindings()
        for record in self:
            state, message = "none", False
            if record.id in bindings:
                state = "synced"
            if record.id in errors:
                state, message = "failed", errors[record.id]
            for row in open_rows.get(record.id, ()):  # the most telling one comes last
                state, message = row._sync_state(), row.failure_message
            record.sync_state = state
            record.sync_message = message

    def _compute_fed_fields(self):
        links = self.env["dokstamp.source.link"].sudo()._feeding(self)
        for record in self:
            link = links.get(record.id)
            record.fed_fields = link.source_id._fed_field_names() if link else []
            record.fed_by = link.display_name if link else False

    # === SEARCH METHODS === #

    def _search_dokstamp_uuid(self, operator, value):
        return self._domain_of_bindings([("dokstamp_uuid", operator, value)], value)

    def _search_last_synced(self, operator, value):
        return self._domain_of_bindings([("last_synced_at", operator, value)], value)

    def _domain_of_bindings(self, domain, value):
        bindings = self.env["dokstamp.binding"].sudo()
        found = Domain("res_model", "=", self._name) & Domain(domain)
        matching = Domain("id", "in", bindings._search(found).subselect("res_id"))
        if value is False or (not isinstance(value, str) and value and False in value):
            any_binding = bindings._search([("res_model", "=", self._name)])
            return matching | Domain("id", "not in", any_binding.subselect("res_id"))
        return matching

    def _search_sync_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        domains = self._sync_state_domains()
        return Domain.OR(domains[state] for state in value if state in domains)

    def _sync_state_domains(self):
        """Sync state → Domain; says in SQL what `_compute_sync_state` says in Python."""

        def have(model, *leaves, column="res_id", name="res_model"):
            query = model._search(Domain(name, "=", self._name) & Domain(list(leaves)))
            return Domain("id", "in", query.subselect(SQL.identifier(column)))

        rows = self.env["dokstamp.sync.record"].sudo()
        links = self.env["dokstamp.source.link"].sudo()
        moving = have(
            rows, ("state", "in", ("pending", "sending")), ("waiting_for", "=", False)
        )
        waiting = have(rows, ("state", "=", "pending"), ("waiting_for", "!=", False))
        refused = have(rows, ("state", "=", "failed"))
        unreadable = have(
            links, ("error", "!=", False), column="entity_id", name="entity_model"
        )
        bound = have(self.env["dokstamp.binding"].sudo())
        failed = ~moving & ~waiting & (refused | unreadable)
        return {
            "pending": moving,
            "waiting": waiting & ~moving,
            "failed": failed,
            "synced": bound & ~moving & ~waiting & ~failed,
            "none": ~bound & ~moving & ~waiting & ~failed,
        }

    # === CONSTRAINT METHODS === #

    @api.constrains(lambda self: tuple(self._dokstamp_fields))
    def _check_api_rules(self):
        """Refuse what DokStamp would refuse, where a person types it.

        A source's record (written with elevated rights) is kept as it is and fails with the same sentence
        when it is planned, so that the school app's own save never fails because of us.
        """
        if self.env.su:
            return
        for record in self:
            if problems := record._problems():
                raise ValidationError("\n".join(problems))

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        records._queue_push()
        return records

    def write(self, vals):
        self._check_not_fed(vals)
        result = super().write(vals)
        if not self._payload_triggers().isdisjoint(vals):
            self._queue_push()
        return result

    def unlink(self):
        self._queue_removal()
        return super().unlink()

    def copy_data(self, default=None):
        """A copy names itself as one, since DokStamp would take its twin's code or name for the original."""
        copies = super().copy_data(default)
        for record, vals in zip(self, copies, strict=True):
            for name in ("name", "code"):
                if name in vals and name not in (default or {}) and vals[name]:
                    vals[name] = self.env._("%s (copy)", record[name])
            vals.pop("email", None)
        return copies

    def _check_not_fed(self, vals):
        """Keep people from typing over a field that a source would overwrite at its next save."""
        if self.env.su:
            return
        for record in self:
            for name in set(vals).intersection(record.fed_fields or ()):
                field = self._fields[name]
                if field.convert_to_write(record[name], record) != vals[name]:
                    raise UserError(
                        self.env._(
                            "%(field)s comes from %(source)s. Change it there: it would be overwritten "
                            "here at the next save.",
                            field=field._description_string(self.env),
                            source=record.fed_by,
                        )
                    )

    def _payload_triggers(self):
        """Names of the fields whose change must reach DokStamp."""
        triggers = {*self._dokstamp_fields, "active", "account_id"}
        return triggers | {self._dokstamp_parent} if self._dokstamp_parent else triggers

    def _queue_push(self):
        self.env["dokstamp.sync.record"]._gather(self, "push")

    def _queue_removal(self):
        self.env["dokstamp.sync.record"]._gather(self, "remove")

    # === VIEWS === #

    @api.model
    def _get_view(self, view_id=None, view_type="form", **options):
        """Make the fields that a source feeds read-only in forms, record by record."""
        arch, view = super()._get_view(view_id, view_type, **options)
        if view_type == "form":
            for name in self._dokstamp_fields:
                for node in arch.xpath(
                    f"//field[@name='{name}'][not(ancestor::field)][not(@readonly)]"
                ):
                    node.set("readonly", f"'{name}' in (fed_fields or [])")
        return arch, view

    # === ACTION METHODS === #

    def action_sync_now(self):
        """Send the records now, ahead of what is queued; also retries what failed."""
        unassigned = self.filtered(lambda record: not record.account_id)
        if unassigned:
            raise UserError(
                self.env._(
                    "%(name)s has no DokStamp account. Choose one on the record, or set one up for the "
                    "company under DokStamp > Configuration > Accounts.",
                    name=unassigned[0].display_name,
                )
            )
        self.env["dokstamp.sync.record"]._gather(self, "push", urgent=True)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "info",
                "message": self.env._("On its way to DokStamp."),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def action_view_audit_trail(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "dokstamp_connector.dokstamp_audit_log_action"
        )
        action["domain"] = [("res_model", "=", self._name), ("res_id", "=", self.id)]
        action["display_name"] = self.env._("Audit trail: %s", self.display_name)
        return action

    def action_open_dokstamp_page(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": self.dokstamp_page_url,
            "target": "new",
        }

    # === WHAT DOKSTAMP SHOULD HOLD === #

    def _bindings(self):
        """Record id → its binding with the record's own account.

        :rtype: dict[int, dokstamp.binding]
        """
        # sudo: the uuid is no secret to whoever sees the record; the last payload stays with the engine
        found = (
            self.env["dokstamp.binding"]
            .sudo()
            .search([("res_model", "=", self._name), ("res_id", "in", self.ids)])
        )
        accounts = {record.id: record.account_id for record in self}
        return {b.res_id: b for b in found if b.account_id == accounts[b.res_id]}

    def _prerequisites(self):
        """The registry records that must have a uuid before this one can be sent.

        :rtype: list[dokstamp.entity]
        """
        self.ensure_one()
        names = [self._dokstamp_parent] if self._dokstamp_parent else []
        names += self._dokstamp_fields
        links = [self[name] for name in names if self._fields[name].type == "many2one"]
        return [link for link in links if link]

    def _problems(self):
        """Sentences about values that DokStamp would refuse.

        :rtype: list[str]
        """
        self.ensure_one()
        checks = (self._problem_of(name) for name in self._dokstamp_fields)
        return [problem for problem in checks if problem]

    def _missing(self):
        """Sentences about values that DokStamp needs and that nobody has given yet.

        :rtype: list[str]
        """
        self.ensure_one()
        return [
            self.env._("No %(field)s: DokStamp needs one.", field=self._label(name))
            for name, spec in self._dokstamp_fields.items()
            if spec.needed and not self[name]
        ]

    def _label(self, name):
        """The field's label inside a sentence."""
        label = self._fields[name]._description_string(self.env)
        return label[:1].lower() + label[1:]

    def _problem_of(self, name):
        spec, value = self._dokstamp_fields[name], self[name]
        if spec.max_length and value and len(value) > spec.max_length:
            return self.env._(
                "The %(field)s has %(count)s characters; DokStamp takes %(limit)s.",
                field=self._label(name),
                count=len(value),
                limit=spec.max_length,
            )
        if spec.minimum is not None and value < spec.minimum:
            return self.env._(
                "The %(field)s is below %(limit)s.",
                field=self._label(name),
                limit=spec.minimum,
            )
        if spec.maximum is not None and value > spec.maximum:
            return self.env._(
                "The %(field)s is above %(limit)s.",
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

    def _payload(self):
        """The body that describes this record to DokStamp as a whole; empty values are None.

        :rtype: dict[str, str | int | float | bool | None]
        """
        self.ensure_one()
        payload = {
            spec.key_of(self._fields[name]): self._api_value(name)
            for name, spec in self._dokstamp_fields.items()
        }
        if not self.active:
            payload |= self._dokstamp_archive_values
        return payload

    def _api_value(self, name):
        """The value of the field ``name`` as it goes over the wire; dokstamp-api.md 1, "Data formats"."""
        field, value = self._fields[name], self[name]
        if field.type == "many2one":
            return value.dokstamp_uuid or None if value else None
        if field.type in ("date", "datetime"):
            return value.isoformat() if value else None
        if field.type == "boolean":
            return value
        if field.type == "float":
            return round(value, field.get_digits(self.env)[1])
        if field.type in ("char", "text", "selection"):
            return value or None
        return None if self._dokstamp_fields[name].is_empty(value) else value

    def _search_keys(self):
        """The keys by which DokStamp is searched before anything is created: dokstamp-api.md 21.2.

        :return: API key → value, of the first alternative that is complete; empty when there is none
        :rtype: dict[str, str]
        """
        self.ensure_one()
        needed = [n for n, spec in self._dokstamp_fields.items() if spec.needed]
        for names in self._dokstamp_keys:
            required = [name for name in names if name in needed or name == names[0]]
            if all(self[name] for name in required):
                return {
                    self._dokstamp_fields[name].key_of(
                        self._fields[name]
                    ): self._api_value(name)
                    for name in names
                }
        return {}
