"""Which Odoo model feeds which kind of registry record; set up without code.

    source            the definition: which model feeds which kind
    source_field      of it: where one field comes from, and how it is read
    source_value      of it: a line of a field's table of values
    watch             notices a school app's save, and keeps it from failing
    offered_model     which models it can be for
    guessing          what a new one is filled in with; guess_words: by which words
    trial             what it would read of one record, before anything is saved
    definition        what is wrong with it, and what it lacks
    reader, reach     as whom it reads, and in which language; what no source reads,
                      whoever confirms it
    relation, pair    what is read of a record: itself, or each pair with one on a list
    belonging         which company's a record is
    feed              reads records, finds or creates theirs, writes what differs
    source_link       which record has fed which, and a registrar's word on that
    preset            what a file tells of it
    switching         when it can be on, and what that means
    sweep             finds what no hook could see
    source_reading    what it still has to read, and what kept it from that
    fed_entity        what registry records get: twins, and nothing typed over
    student_identity  who a student is
    fed_mixin         shows on the school app's forms how far a record got

A source reads in the transaction of whoever saved, as the user who changed it last.
"""

from ast import literal_eval

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..actions import show_message

# What a change of these invalidates: which models are watched, and what has been read.
DEFINITION = {"active", "model_id", "entity", "domain", "trigger", "company_id"}
DEFINITION |= {"relation", "company_path", "takes_unassigned"}
# Whoever changes these is whom it reads as; to switch it on or off is no change of it.
READING = DEFINITION - {"active"}
# A change of these decides who of several is listened to.
HEARD = {"active", "sequence"}
PARTS_FOLLOW = "dokstamp_parts_follow"  # context: what it lacks is being written


class DokstampSource(models.Model):
    """One Odoo model as the source of one kind of registry record."""

    _name = "dokstamp.source"
    _inherit = ["dokstamp.write.protection"]
    _description = "DokStamp Source"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10, aggregator=None)
    # readonly in forms: switching asks first
    active = fields.Boolean(
        string="On",
        default=False,
        readonly=True,
        help="A new source is off until it is complete and somebody switches it on.",
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        default=lambda self: self.env.company,
        help="The company of the registry records that this source feeds.",
    )
    model_id = fields.Many2one(
        "ir.model",
        string="Odoo model",
        # an app that is uninstalled takes no source along: it says what it lacks
        ondelete="set null",
        domain=[("is_dokstamp_offered", "=", True)],
        # what models are called is no secret, and Odoo keeps them for administrators
        bypass_search_access=True,
        help="Whose records the source reads.",
    )
    model = fields.Char(compute="_compute_model", store=True, string="Model name")
    entity = fields.Selection(
        selection=lambda self: self.env["dokstamp.entity"]._selection_registry(),
        string="Feeds",
        required=True,
        help="What the records become in the registry.",
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
        help="Whether each record that matches is taken, or only those that "
        "records of other sources lead to, such as the contacts of "
        "attendees.",
    )
    field_ids = fields.One2many(
        "dokstamp.source.field",
        "source_id",
        string="Fields",
        copy=True,
        help="What each field of the registry is filled with.",
    )
    link_ids = fields.One2many("dokstamp.source.link", "source_id")
    fed_count = fields.Integer(compute="_compute_link_counts", string="Records fed")
    error_count = fields.Integer(compute="_compute_link_counts", string="Not readable")
    sweep_problem = fields.Text(
        compute="_compute_sweep_problem", string="Why it is not read in the background"
    )

    @api.depends("model_id")
    def _compute_model(self):
        """Kept where the model is gone: it may come back."""
        for source in self:
            source.model = source.model_id.model or source.model

    @api.depends("link_ids.entity_id", "link_ids.error")
    def _compute_link_counts(self):
        fed, failed = (
            dict(
                self.env["dokstamp.source.link"]._read_group(
                    [
                        ("source_id", "in", self.ids),
                        ("erased_at", "=", False),
                        (name, "!=", False),
                    ],
                    ["source_id"],
                    ["__count"],
                )
            )
            for name in ("entity_id", "error")
        )
        for source in self:
            source.fed_count = fed.get(source, 0)
            source.error_count = failed.get(source, 0)

    def _count_broken(self, *, is_held):
        """How many links have something wrong with them.

        :param bool is_held: those that a registrar decides on, or those that could not
            be read
        :rtype: int
        """
        return self.env["dokstamp.source.link"].search_count(
            [
                ("source_id", "in", self.ids),
                ("error", "!=", False),
                ("is_held", "=", is_held),
            ]
        )

    def _compute_sweep_problem(self):
        works = {"sweep": self.env._("This source is not read in the background.")}
        problems = self.env["dokstamp.schedule"]._problems(works)
        for source in self:
            source.sweep_problem = problems[0] if problems and source.active else False

    # === CONSTRAINT METHODS === #

    @api.constrains("model_id", "domain")
    def _check_domain(self):
        """A condition fits its model, and asks for nothing that its author may not
        read, or that no source reads.
        """
        for source in self:
            if not source.model_id:
                raise ValidationError(
                    self.env._("Choose the Odoo model that it reads.")
                )
            if source.model.startswith("dokstamp."):
                raise ValidationError(
                    self.env._("The registry cannot feed itself: choose another model.")
                )
            if problem := source._condition_problem() or source._search_problem():
                raise ValidationError(
                    self.env._(
                        "The condition of %(name)s does not fit %(model)s: %(error)s",
                        name=source.name,
                        model=source.model_id.name,
                        error=problem,
                    )
                )
            if closed := source._closed():
                raise ValidationError(source._closed_sentence(closed))

    @api.constrains("model_id", "entity", "relation")
    def _check_fields_fit(self):
        self.field_ids._check_field_name()
        self.field_ids._check_paths()

    # === CRUD METHODS === #

    @api.model
    def _get_writable_fields(self, state=None):
        """The definition; as whom it reads follows from who changed it."""
        own = {"name", "sequence", "field_ids", *DEFINITION}
        return super()._get_writable_fields(state) | own

    def _refuse_unreadable(self, vals_list, names):
        """Names of models are no secret; whether one may be read is asked apart."""
        return super()._refuse_unreadable(vals_list, set(names) - {"model_id"})

    @api.model_create_multi
    def create(self, vals_list):
        sources = super().create(vals_list)
        # sudo: a field of the connector
        sources.sudo().reader_id = self.env.uid
        sources._definition_changed()
        sources._check_may_be_on()
        return sources

    def write(self, vals):
        # before: what looks up what it fed so far
        referring = self._referring_sources()
        kinds = {source: source._kind() for source in self}
        whole = self.with_context(**{PARTS_FOLLOW: True})
        result = super(DokstampSource, whole).write(vals)
        if changed := self.filtered(lambda source: source._kind() != kinds[source]):
            # sudo: managers may not delete links by hand
            changed.sudo().link_ids.unlink()
            referring._read_all()
        if READING.intersection(vals):
            self._definition_changed()
        elif {"active", "lang"}.intersection(vals):
            self._watch_anew()
        if HEARD.intersection(vals):
            self._companions()._read_all()
        self._note_belonging(vals)
        if "active" in vals:
            self._check_may_be_on()
        elif {"entity", "field_ids"}.intersection(vals):
            self._check_lacks_nothing()
        return result

    def copy_data(self, default=None):
        """A copy is for the company that is chosen at the moment; one for the same
        company begins switched off, as both would feed the same.
        """
        default = {"company_id": self.env.company.id, **(default or {})}
        copies = super().copy_data(default)
        for source, vals in zip(self, copies, strict=True):
            if vals["company_id"] == source.company_id.id:
                vals["name"] = default.get("name") or self.env._(
                    "%s (copy)", source.name
                )
                vals["active"] = default.get("active", False)
        return copies

    def unlink(self):
        others = (self._companions() | self._referring_sources()) - self
        result = super().unlink()
        self._forget_watches()
        others._read_all()
        return result

    def _kind(self):
        """What it is about: of another one, what it fed before is not its own."""
        return self.model, self.entity, self.company_id, self.relation or False

    def _companions(self):
        """The sources that feed the same kind of record, and may feed the same one."""
        # sudo: whoever changes a source reads no other company's
        sources = self.sudo()
        return sources.search(
            [
                ("entity", "in", sources.mapped("entity")),
                ("company_id", "in", sources.company_id.ids),
            ]
        )

    def _definition_changed(self):
        self._take_over()
        self._watch_anew()
        # sudo: lines of the connector
        fed = self.sudo().filtered(lambda source: source.active and source.fed_count)
        if fed:
            self.env["dokstamp.source.reading"].sudo()._request(
                dict.fromkeys(fed, 1), is_of_new_definition=True
            )

    def _watch_anew(self):
        """Watch the right models from now on, in every worker; read all again, and what
        refers to that.
        """
        self._forget_watches()
        (self | self._referring_sources())._read_all()
        for source in self.sudo().filtered("active"):  # sudo: as above
            source._read_failed_referrers()

    def _read_all(self):
        """Read all matching records again, in the background."""
        # sudo: lines of the connector
        sources = self.sudo().filtered("active")
        self.env["dokstamp.source.reading"].sudo()._request(dict.fromkeys(sources, 1))
        self._wake_sweep()

    # === ACTION METHODS === #

    def action_read_all(self):
        """Read all matching records again, in the background."""
        self.check_access("write")
        if not self.filtered("active"):
            raise UserError(
                self.env._("This source is switched off: switch it on first.")
            )
        self._read_all()
        if problems := set(filter(None, self.mapped("sweep_problem"))):
            return show_message(problems.pop(), "warning")
        return show_message(
            self.env._(
                "All records are being read in the background; the numbers above grow "
                "meanwhile."
            )
        )

    def action_confirm_reading(self):
        """Show a system administrator what the source reads, to be confirmed."""
        self.ensure_one()
        return self.env["dokstamp.source.confirmation"]._open_for(self)

    def action_view_matching(self):
        """Show what matches, as far as the user may read it."""
        self.ensure_one()
        self.check_access("read")
        if problem := self.reading_problem:
            raise UserError(problem)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Matching records"),
            "res_model": self.model,
            "views": [(False, "list"), (False, "form")],
            "domain": [("id", "in", self._matching_in_use().ids)],
            "context": {"active_test": False, "create": False},
        }

    def action_view_links(self):
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "dokstamp_connector.dokstamp_source_link_action"
        )
        action["domain"] = [("source_id", "=", self.id)]
        return action

    # === DEFINITION === #

    def _domain(self):
        return literal_eval(self.domain or "[]")

    def _fed_field_names(self):
        return [*self.field_ids._said().mapped("field_name"), "active"]
