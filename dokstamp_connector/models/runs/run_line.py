from odoo import api, fields, models

from ..actions import open_address, open_form
from ..sentence import Sentence

FINDINGS = [
    ("create", "New"),
    ("adopt", "Already there"),
    ("change", "Different"),
    ("refuse", "Refused"),
    ("missing_there", "Missing at DokStamp"),
    ("missing_here", "Only at DokStamp"),
    ("orphan", "Left behind at DokStamp"),
    ("equal", "Equal"),
]
OUTCOMES = [
    ("none", "Not sent"),
    ("review", "To decide"),
    ("pending", "On its way"),
    ("waiting", "Waiting"),
    ("done", "Done"),
    ("failed", "Failed"),
    ("left", "Left as it is"),
]


class DokstampRunLine(models.Model):
    """What a run has found of one record, here or at DokStamp, and what became of it.

    Written by the run's own scheduled action and by the flush, as the queue is.
    """

    _name = "dokstamp.run.line"
    _inherit = ["dokstamp.record.line"]
    _description = "DokStamp Run Line"
    _order = "id"
    _rec_name = "res_name"

    run_id = fields.Many2one(
        "dokstamp.run", required=True, readonly=True, ondelete="cascade", index=True
    )
    kind = fields.Selection(related="run_id.kind", string="Kind of run")
    account_id = fields.Many2one(ondelete="cascade")
    res_id = fields.Many2oneReference(required=False)
    res_name = fields.Char(string="Record", readonly=True, index="trigram")
    dokstamp_uuid = fields.Char(string="DokStamp UUID", readonly=True)
    finding = fields.Selection(FINDINGS, required=True, readonly=True)
    differences = fields.Json(string="Differences (keys)", readonly=True)
    differences_text = fields.Text(
        string="Differences", compute="_compute_differences_text"
    )
    reason = Sentence(readonly=True)
    outcome = fields.Selection(OUTCOMES, required=True, readonly=True, default="none")
    settled_at = fields.Datetime(string="Settled at", readonly=True)
    search_key = fields.Char(
        readonly=True, help="By which DokStamp would find what is new."
    )
    is_absent = fields.Boolean(
        readonly=True, help="DokStamp's lists were read, and it is in none."
    )
    queued_at = fields.Datetime(readonly=True)

    _of_record = models.Index("(res_model, res_id, run_id)")
    _of_key = models.Index("(run_id, search_key) WHERE search_key IS NOT NULL")
    _of_uuid = models.Index("(run_id, dokstamp_uuid) WHERE dokstamp_uuid IS NOT NULL")
    _to_queue = models.Index(
        "(run_id, id) WHERE outcome = 'pending' AND queued_at IS NULL"
    )
    _unsettled = models.Index("(run_id) WHERE outcome IN ('pending', 'waiting')")

    # === COMPUTE METHODS === #

    @api.depends("differences", "res_model")
    @api.depends_context("lang")
    def _compute_differences_text(self):
        for line in self:
            line.differences_text = "\n".join(
                self.env._(
                    "%(field)s: %(here)s here, %(there)s at DokStamp",
                    field=field,
                    here=here,
                    there=there,
                )
                for field, here, there in line._told_differences()
            )

    def _told_differences(self):
        """Label, our value and DokStamp's, of each difference.

        :rtype: list[tuple[str, str, str]]
        """
        if not self.differences:
            return []
        model, names = self.env[self.res_model], self._link_names()
        # in the order of the labels, as the database keeps none
        labels = model._api_labels()
        known = [key for key in labels if key in self.differences]
        return [
            (
                labels.get(key, key),
                *(model._shown_value(key, v, names) for v in self.differences[key]),
            )
            for key in dict.fromkeys([*known, *self.differences])
        ]

    def _link_names(self):
        """uuid → what it is called, of the records that differing links lead to.

        :rtype: dict[str, str]
        """
        uuids = {
            value
            for key, values in (self.differences or {}).items()
            if key.endswith("uuid")
            for value in values
            if value
        }
        if not uuids:
            return {}
        # sudo: links are the connector's to read
        bindings = self.env["dokstamp.binding"].sudo()
        of_account = [("account_id", "=", self.account_id.id)]
        found = bindings.search([*of_account, ("dokstamp_uuid", "in", list(uuids))])
        places = {one.dokstamp_uuid: (one.res_model, one.res_id) for one in found}
        existing = self.env["dokstamp.entity"]._existing(places.values())
        return {
            uuid: existing[place].display_name
            for uuid, place in places.items()
            if place in existing
        }

    # === ACTION METHODS === #

    def action_open_record(self):
        """Open it here; what is only at DokStamp, there."""
        self.ensure_one()
        self.check_access("read")
        if self.res_id:
            return super().action_open_record()
        # sudo: where the account's pages are is no secret to whoever sees the line
        resource = self.env[self.res_model]._dokstamp_resource
        return open_address(
            self.env, self.account_id.sudo()._page_url(resource, self.dokstamp_uuid)
        )

    def _open(self):
        return open_form(self)
