"""What a school app's own forms show of the registry."""

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..actions import show_message
from ..sync.entity_sync import SYNC_STATES

REGISTRAR = "dokstamp_connector.group_registrar"


class DokstampFedMixin(models.AbstractModel):
    """Shows on a school app's record how far it got on its way to DokStamp.

    A bridge inherits it and puts the fields on the app's forms. Where a record feeds
    several registry records, the one of the first source is shown that still does.
    """

    _name = "dokstamp.fed.mixin"
    _description = "DokStamp State of a School App's Record"

    dokstamp_link_id = fields.Many2one(
        "dokstamp.source.link",
        string="DokStamp link",
        compute="_compute_dokstamp_link_id",
        groups=REGISTRAR,
    )
    dokstamp_sync_state = fields.Selection(
        SYNC_STATES,
        string="DokStamp",
        compute="_compute_dokstamp_sync_state",
        groups=REGISTRAR,
    )
    dokstamp_sync_message = fields.Text(
        string="DokStamp message",
        compute="_compute_dokstamp_sync_state",
        groups=REGISTRAR,
    )

    dokstamp_language_note = fields.Text(
        string="Language at DokStamp",
        compute="_compute_dokstamp_language_note",
        groups="base.group_user",
    )

    def _compute_dokstamp_language_note(self):
        """Whoever saves in a language that is not sent is told so, in any role."""
        # sudo: who keeps a course has no rights on what feeds DokStamp
        links = self.env["dokstamp.source.link"].sudo()
        fed = links.search(
            [
                ("res_model", "=", self._name),
                ("res_id", "in", self.ids),
                ("entity_id", "!=", False),
                ("source_id.active", "=", True),
            ]
        )
        notes = {link.res_id: note for link, note in fed._language_notes().items()}
        for record in self:
            record.dokstamp_language_note = notes.get(record.id)

    def _compute_dokstamp_link_id(self):
        links = self.env["dokstamp.source.link"].search(
            [
                ("res_model", "=", self._name),
                ("res_id", "in", self.ids),
                ("other_id", "in", (0, False)),  # none that it feeds with another one
            ]
        )
        first = {}
        for link in links.sorted(
            lambda link: (not link.is_live, link.source_id.sequence, link.id)
        ):
            first.setdefault(link.res_id, link)
        for record in self:
            record.dokstamp_link_id = first.get(record.id)

    @api.depends_context("lang")
    def _compute_dokstamp_sync_state(self):
        entities = self._dokstamp_entities()
        unlinked = self.filtered(lambda record: not record.dokstamp_link_id)
        unassigned = self.env["dokstamp.source"]._unassigned_notes(unlinked)
        for record in self:
            link = record.dokstamp_link_id
            if record.id in unassigned:
                record.dokstamp_sync_state = "none"
                record.dokstamp_sync_message = unassigned[record.id]
                continue
            entity = entities.get((link.entity_model, link.entity_id))
            record.dokstamp_sync_state = (
                "failed" if link.error else entity and entity.sync_state
            )
            record.dokstamp_sync_message = link.error or (
                entity and entity.sync_message
            )

    def _dokstamp_entities(self):
        """(model, id) → the registry record, for all records at once.

        :rtype: dict[tuple[str, int], dokstamp.entity]
        """
        return self.env["dokstamp.entity"]._existing(
            (link.entity_model, link.entity_id)
            for link in self.dokstamp_link_id
            if link.entity_id
        )

    def action_open_registry_record(self):
        self.ensure_one()
        if not self.dokstamp_link_id.entity_id:
            return show_message(self.dokstamp_sync_message, "warning")
        return self.dokstamp_link_id.action_open_registry_record()

    # === WHAT A PERSON CHOSE FOR IT === #

    def write(self, vals):
        for entity, name in self._get_dokstamp_choices().items():
            if name in vals:
                self._check_may_choose(entity, name, vals[name])
        return super().write(vals)

    def _mail_track(self, tracked_fields, initial_values):
        """Override: a template chooses as well, for whoever has no rights on the
        registry; that must not fail because of the note on what changed.
        """
        # sudo: the name of what was chosen
        before = {
            name: value.sudo() if isinstance(value, models.BaseModel) else value
            for name, value in initial_values.items()
        }
        return super(DokstampFedMixin, self.sudo())._mail_track(tracked_fields, before)

    def _check_may_choose(self, entity, name, chosen_id):
        """
        :raise UserError: certificates lean on what was chosen before
        """
        for record in self.filtered(lambda one: one[name].id != (chosen_id or False)):
            if record._is_certified_as(entity):
                raise UserError(
                    self.env._(
                        "Certificates that follow from %(name)s are issued already, "
                        "and say what it was: that stays as it is. Make a new one for "
                        "whoever comes from now on.",
                        name=record.display_name,
                    )
                )

    def _is_certified_as(self, entity):
        """Whether a certificate leans on what refers to this record as an ``entity``.

        :param str entity: kind of registry record
        """
        # sudo: school apps' users have no rights on the registry
        records = self.sudo().with_context(active_test=False)._get_dokstamp_referrers()
        links = self.env["dokstamp.source.link"].sudo()
        feeding = links.search(
            [("res_model", "=", records._name), ("res_id", "in", records.ids)]
        )
        fed = (
            self.env["dokstamp.entity"]
            .sudo()
            ._existing(
                (link.entity_model, link.entity_id)
                for link in feeding
                if link.entity_id
            )
        )
        return any(
            record._relied_on()
            for record in fed.values()
            if any(
                record._fields[name].comodel_name == entity
                for name in record._get_dokstamp_fields()
            )
        )

    def _get_dokstamp_referrers(self):
        """The school app's records that go where a person chose for this one.

        :rtype: odoo.models.BaseModel
        """
        return self.browse()
