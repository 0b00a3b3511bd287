"""What people need no filter of: what the connector keeps for itself is not offered in
custom filters, groupings and exports. Views and code use it as before.
"""

from odoo import api, models

# Beside what is kept as JSON. Names say too little to be guessed from: a field that is
# new is looked at here.
TECHNICAL = frozenset(
    {
        # certificates
        *("answer", "certified_values", "check_token", "completion_count"),
        *("is_day_chosen", "is_entry_due", "kept_values", "pdf_is_made"),
        *("pdf_sha256", "repetition", "completed_since", "printed_check_url"),
        # the queue, the audit log, bindings
        *("rank", "priority", "removal_keys", "tried_keys", "stopped_digest"),
        *("origin_id", "origin_model", "sync_record_id", "sync_record_model"),
        *("old_values", "new_values", "res_id", "waiting_for", "run_line_id"),
        # sources
        *("entity_id", "entity_model", "claimed_id", "last_values", "held_changes"),
        *("other_id", "other_model", "parted_from_id"),
        # runs
        *("cursor_model", "cursor_id", "resume_state", "search_key", "is_absent"),
        *("held", "differences", "queued_at"),
        # accounts
        *("told_troubles", "told_user_id", "troubled_since", "calm_since"),
        *("pause_reminder_id", "sync_reason", "sha256", "digest"),
    }
)
OFFERS = ("searchable", "sortable", "groupable", "exportable")


class Base(models.AbstractModel):
    _inherit = "base"

    @api.model
    def fields_get(self, allfields=None, attributes=None):
        """The web client offers what is searchable, sortable or exportable."""
        result = super().fields_get(allfields, attributes)
        if self._name.startswith("dokstamp."):
            for name, told in result.items():
                if name in TECHNICAL or self._fields[name].type == "json":
                    told.update((offer, False) for offer in OFFERS if offer in told)
        return result
