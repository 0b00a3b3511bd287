"""How far a record got: what the engine's tables tell of it."""

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..actions import RELOAD, open_address, show_message

SYNC_STATES = [
    ("none", "Not sent"),
    ("pending", "On its way"),
    ("waiting", "Waiting"),
    ("synced", "At DokStamp"),
    ("failed", "Failed"),
]


class DokstampEntity(models.AbstractModel):
    _inherit = "dokstamp.entity"

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
        """The engine's picture: open queue rows first, then the binding."""
        # sudo: whoever sees the record may see how far it got
        queue = self.env["dokstamp.sync.record"].sudo()
        open_rows, gathered_ids = queue._open_rows(self), queue._gathered_ids(self)
        bindings = self._bindings()
        for record in self:
            state, message = "none", False
            if record.id in bindings:
                state = "synced"
            for row in open_rows.get(record.id, ()):  # the most telling one comes last
                state, message = row._sync_state(), row.failure_message
            if record.id in gathered_ids:
                state, message = "pending", False
            record.sync_state = state
            record.sync_message = message

    def _search_dokstamp_uuid(self, operator, value):
        return self._search_binding("dokstamp_uuid", operator, value)

    def _search_last_synced(self, operator, value):
        return self._search_binding("last_synced_at", operator, value)

    def _search_binding(self, name, operator, value):
        """Records by a field of their binding; none is as good as an empty one."""
        if operator.startswith("not "):
            return NotImplemented  # the ORM negates the positive one
        bindings = self.env["dokstamp.binding"].sudo()
        of_model = Domain("res_model", "=", self._name)
        found = bindings._search(of_model & Domain(name, operator, value))
        matching = Domain("id", "in", found.subselect("res_id"))
        if operator == "in" and False in value:
            bound = bindings._search(of_model)
            return matching | Domain("id", "not in", bound.subselect("res_id"))
        return matching

    def _search_sync_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        domains = self._sync_state_domains()
        return Domain.OR(domains[state] for state in value if state in domains)

    def _sync_state_domains(self):
        """Sync state → Domain; what `_compute_sync_state` says, in SQL."""

        def have(model, *leaves):
            query = model._search([("res_model", "=", self._name), *leaves])
            return Domain("id", "in", query.subselect("res_id"))

        rows = self.env["dokstamp.sync.record"].sudo()
        moving = have(
            rows, ("state", "in", ("pending", "sending")), ("waiting_for", "=", False)
        )
        waiting = have(rows, ("state", "=", "pending"), ("waiting_for", "!=", False))
        refused = have(rows, ("state", "=", "failed"))
        bound = have(self.env["dokstamp.binding"].sudo())
        failed = ~moving & ~waiting & refused
        return {
            "pending": moving,
            "waiting": waiting & ~moving,
            "failed": failed,
            "synced": bound & ~moving & ~waiting & ~failed,
            "none": ~bound & ~moving & ~waiting & ~failed,
        }

    def _bindings(self):
        """Record id → its binding with the record's own account.

        :rtype: dict[int, dokstamp.binding]
        """
        # sudo: the uuid is no secret to whoever sees the record; the last payload stays
        # with the engine
        found = (
            self.env["dokstamp.binding"]
            .sudo()
            .search([("res_model", "=", self._name), ("res_id", "in", self.ids)])
        )
        accounts = {record.id: record.account_id for record in self}
        return {b.res_id: b for b in found if b.account_id == accounts[b.res_id]}

    def _uuid_at_dokstamp(self):
        return self.dokstamp_uuid or None

    # === ACTION METHODS === #

    def action_sync_now(self):
        """Send the records now, ahead of what is queued; also retries what failed."""
        unassigned = self.filtered(lambda record: not record.account_id)
        if unassigned:
            raise UserError(
                self.env._(
                    "%(name)s has no DokStamp account. Choose one on the record, or "
                    "set one up for the company under DokStamp > Configuration > "
                    "Accounts.",
                    name=unassigned[0].display_name,
                )
            )
        self._queue_push(urgent=True)
        return show_message(self.env._("On its way to DokStamp."), next=RELOAD)

    def action_view_audit_trail(self):
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "dokstamp_connector.dokstamp_audit_log_action"
        )
        action["domain"] = [("res_model", "=", self._name), ("res_id", "=", self.id)]
        action["display_name"] = self.env._("Audit trail: %s", self.display_name)
        return action

    def action_open_dokstamp_page(self):
        self.ensure_one()
        return open_address(self.env, self.dokstamp_page_url)
