"""How far a record got: what the engine's tables tell of it."""

from odoo import models
from odoo.fields import Domain
from odoo.tools import SQL


class DokstampEntity(models.AbstractModel):
    _inherit = "dokstamp.entity"

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
