"""What every registry model is: a body for DokStamp, made of the school's own data.

A registry model lists the keys of its request body in `_dokstamp_fields`; all else
follows from them.

    entity          what DokStamp should hold
    entity_rules    what DokStamp would refuse, said before it does
    entity_state    what DokStamp holds, and how far the rest got
    entity_capture  a save queues what changed
    entity_fed      what a source feeds is not typed over
    buttons         what people do with a record by hand
"""

from collections import defaultdict

from odoo import api, fields, models

SYNC_STATES = [
    ("none", "Not sent"),
    ("pending", "On its way"),
    ("waiting", "Waiting"),
    ("synced", "At DokStamp"),
    ("failed", "Failed"),
]


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

    # The client's resource (`client.courses`), and its place in the order of sending:
    # dokstamp-api.md 21.1.
    _dokstamp_resource = None
    _dokstamp_rank = 0
    # A resource below another one (`/courses/{uuid}/modules/groups`): the link to that
    # one.
    _dokstamp_parent = None
    # Field name → ApiField, in the order of the API document's table.
    _dokstamp_fields = {}
    # Fields that find the record at DokStamp; the first alternative without an empty
    # value is used. dokstamp-api.md 21.2.
    _dokstamp_keys = ()
    # Those of them that DokStamp is documented to filter by: dokstamp-api.md 5.
    _dokstamp_filters = ()
    # Fields that tell, inside Odoo, whether a source's record is one that the registry
    # has already.
    _natural_key = ()
    # Those of them that tell records apart only where they are given.
    _natural_key_optional = ()
    # Whether a source may feed it.
    _dokstamp_is_fed = True
    # Whether a save sends it; a certificate goes out by its buttons alone.
    _dokstamp_is_pushed = True
    # The filter of GET /certificates that tells whether a certificate leans on it;
    # dokstamp-api.md 21.5.
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
        SYNC_STATES,
        string="DokStamp",
        compute="_compute_sync_state",
        search="_search_sync_state",
    )
    sync_message = fields.Text(string="DokStamp message", compute="_compute_sync_state")
    dokstamp_page_url = fields.Char(
        string="Page at DokStamp", compute="_compute_binding"
    )

    @api.model
    def _get_writable_fields(self, state=None):
        """The school's own data; what the engine learns stands elsewhere."""
        own = {"company_id", "account_id", "active", *self._dokstamp_fields}
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
            if record.account_id.company_id != record.company_id:
                record.account_id = record.company_id._dokstamp_account()

    def _prerequisites(self):
        """The registry records that must have a uuid before this one can be sent.

        :rtype: list[dokstamp.entity]
        """
        self.ensure_one()
        names = [self._dokstamp_parent] if self._dokstamp_parent else []
        names += self._dokstamp_fields
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
            for name, spec in self._dokstamp_fields.items()
        }
        if not self.active:
            payload |= self._archive_values(payload)
        return payload

    @api.model
    def _archive_values(self, payload):
        """What stands for "archived" in the body of a record that was ``payload``.

        :rtype: dict
        """
        return self._dokstamp_archive_values

    def _api_value(self, name):
        """The value of the field ``name`` as it goes over the wire; dokstamp-api.md 1,
        "Data formats".
        """
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
        """The keys by which DokStamp is searched before anything is created:
        dokstamp-api.md 21.2.

        :return: API key → value, of the first alternative that is complete; empty when
            there is none
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
