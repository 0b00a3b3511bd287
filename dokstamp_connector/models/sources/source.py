"""Which Odoo model feeds which kind of registry record; set up by an administrator, no code."""

from ast import literal_eval
from collections import defaultdict

from odoo import api, fields, models, tools
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

# What a change in the definition of these invalidates: who is watched, and what has been read.
DEFINITION = {"active", "model_id", "entity", "domain", "trigger", "company_id"}


class DokstampSource(models.Model):
    """One Odoo model as the source of one kind of registry record."""

    _name = "dokstamp.source"
    _description = "DokStamp Source"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10, aggregator=None)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        default=lambda self: self.env.company,
        help="The company of the registry records that this source feeds.",
    )
    model_id = fields.Many2one(
        "ir.model",
        string="Odoo model",
        required=True,
        ondelete="cascade",
        domain=[("transient", "=", False), ("abstract", "=", False)],
    )
    model = fields.Char(related="model_id.model", string="Model name")
    entity = fields.Selection(
        selection=lambda self: self.env["dokstamp.entity"]._selection_registry(),
        string="Feeds",
        required=True,
    )
    domain = fields.Char(
        string="Only records that match",
        default="[]",
        required=True,
        help="A record that matches no more is archived in the registry.",
    )
    trigger = fields.Selection(
        [
            ("on_save", "Every matching record"),
            ("on_demand", "Only records that another source refers to"),
        ],
        string="Takes",
        required=True,
        default="on_save",
    )
    field_ids = fields.One2many(
        "dokstamp.source.field", "source_id", string="Fields", copy=True
    )
    link_ids = fields.One2many("dokstamp.source.link", "source_id")
    fed_count = fields.Integer(compute="_compute_link_counts", string="Records fed")
    error_count = fields.Integer(compute="_compute_link_counts", string="Not readable")
    # Where the sweep goes on; 0: nothing to do before the next one.
    sweep_from_id = fields.Integer(
        default=1, readonly=True, copy=False, aggregator=None
    )

    @api.depends("link_ids.entity_id", "link_ids.error")
    def _compute_link_counts(self):
        fed, failed = (
            dict(
                self.env["dokstamp.source.link"]._read_group(
                    [("source_id", "in", self.ids), (name, "!=", False)],
                    ["source_id"],
                    ["__count"],
                )
            )
            for name in ("entity_id", "error")
        )
        for source in self:
            source.fed_count = fed.get(source, 0)
            source.error_count = failed.get(source, 0)

    # === CONSTRAINT METHODS === #

    @api.constrains("model_id", "domain")
    def _check_domain(self):
        for source in self:
            try:
                domain = Domain(source._domain())
                domain.validate(self.env[source.model].sudo())
            except Exception as error:  # noqa: BLE001 a domain can be wrong in every way
                raise ValidationError(
                    self.env._(
                        "The condition of %(source)s does not fit %(model)s: %(error)s",
                        source=source.name,
                        model=source.model_id.name,
                        error=error,
                    )
                ) from error

    @api.constrains("model_id", "entity")
    def _check_not_circular(self):
        for source in self:
            if source.model in self.env["dokstamp.entity"]._registry_models():
                raise ValidationError(
                    self.env._("The registry cannot feed itself: choose another model.")
                )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        sources = super().create(vals_list)
        sources._definition_changed()
        return sources

    def write(self, vals):
        result = super().write(vals)
        if DEFINITION.intersection(vals):
            self._definition_changed()
        return result

    def unlink(self):
        self.env.registry.clear_cache()
        return super().unlink()

    def _definition_changed(self):
        """Watch the right models from now on, in every worker, and read everything once more."""
        self.env.registry.clear_cache()
        self._read_all()

    def _read_all(self):
        self.filtered("active").write({"sweep_from_id": 1})
        sweep = self.env.ref(
            "dokstamp_connector.ir_cron_sweep", raise_if_not_found=False
        )
        if sweep:  # not yet there while the addon is being installed
            sweep.sudo()._trigger()

    # === ACTION METHODS === #

    def action_read_all(self):
        """Read all matching records again, in the background."""
        if not self.filtered("active"):
            raise UserError(
                self.env._("This source is switched off: switch it on first.")
            )
        self._read_all()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "info",
                "message": self.env._(
                    "All records are being read in the background; the numbers above grow meanwhile."
                ),
            },
        }

    def action_view_links(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "dokstamp_connector.dokstamp_source_link_action"
        )
        action["domain"] = [("source_id", "=", self.id)]
        return action

    # === DEFINITION === #

    def _domain(self):
        return literal_eval(self.domain or "[]")

    def _fed_field_names(self):
        return [*self.field_ids.mapped("field_name"), "active"]

    def _paths(self):
        """All dotted paths that this source reads, its condition's included.

        :rtype: set[str]
        """
        self.ensure_one()
        paths = {
            condition.field_expr
            for condition in Domain(self._domain()).iter_conditions()
        }
        for line in self.field_ids:
            paths.update(line._paths())
        if "active" in self.env[self.model]._fields:
            paths.add("active")
        return paths - {"id"}

    @api.model
    @tools.ormcache("model_name")
    def _watches(self, model_name):
        """Which fields of a model matter to which sources.

        :return: field name → pairs of source id and the path that leads from the source's model to this
            one, empty for the source's own; the empty field name stands for create and unlink
        :rtype: dict[str, tuple[tuple[int, str], ...]]
        """
        watches = defaultdict(set)
        for source in self.sudo().search([("model_id.model", "in", list(self.env.registry))]):
            if source.model == model_name:
                watches[""].add((source.id, ""))
            for path in source._paths():
                for holder, prefix, name in source._steps(path):
                    if holder == model_name:
                        watches[name].add((source.id, prefix))
                        watches[""].add((source.id, prefix))
        return {name: tuple(sorted(pairs)) for name, pairs in watches.items()}

    def _steps(self, path):
        """(model, path to it, field) for every field along ``path``."""
        model, prefix = self.env[self.model], []
        for name in path.split("."):
            field = model._fields.get(name)
            if field is None:
                return
            yield model._name, ".".join(prefix), name
            if not field.relational:
                return
            model = self.env[field.comodel_name]
            prefix.append(name)
