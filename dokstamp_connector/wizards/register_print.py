from odoo import api, fields, models
from odoo.exceptions import UserError


class DokstampRegisterPrint(models.TransientModel):
    """Which year's book of which institution is printed, from its first entry on."""

    _name = "dokstamp.register.print"
    _inherit = ["dokstamp.write.protection"]
    _description = "Print the Register"

    institution_id = fields.Many2one(
        "dokstamp.institution",
        required=True,
        default=lambda self: self._latest_entry().institution_id,
    )
    year = fields.Selection(
        "_years", required=True, default=lambda self: self._latest_year()
    )
    summary = fields.Char(compute="_compute_summary")

    @api.model
    def _get_writable_fields(self, state=None):
        return super()._get_writable_fields(state) | {"institution_id", "year"}

    @api.model
    def _years(self):
        """The years that have entries, the latest first."""
        groups = self.env["dokstamp.register.entry"]._read_group(
            [], ["year"], order="year desc"
        )
        return [(str(year), str(year)) for (year,) in groups]

    @api.model
    def _latest_entry(self):
        return self.env["dokstamp.register.entry"].search(
            [], order="event_at desc, id desc", limit=1
        )

    @api.model
    def _latest_year(self):
        entry = self._latest_entry()
        return str(entry.year) if entry else False

    @api.depends("institution_id", "year")
    def _compute_summary(self):
        for wizard in self:
            numbers = wizard._entries().mapped("entry_number")
            wizard.summary = wizard._summary_sentence(numbers)

    def _summary_sentence(self, numbers):
        if not numbers:
            return self.env._("This book is empty.")
        missing = numbers[-1] - len(numbers)
        if missing:
            return self.env._(
                "Entries %(first)s to %(last)s; %(count)s numbers are missing.",
                first=numbers[0],
                last=numbers[-1],
                count=missing,
            )
        return self.env._(
            "Entries %(first)s to %(last)s, without gaps.",
            first=numbers[0],
            last=numbers[-1],
        )

    def _entries(self):
        return self.env["dokstamp.register.entry"].search(
            [
                ("institution_id", "=", self.institution_id.id),
                ("year", "=", int(self.year or 0)),
            ],
            order="entry_number",
        )

    def action_print(self):
        """The whole book as one PDF."""
        self.ensure_one()
        entries = self._entries()
        if not entries:
            raise UserError(
                self.env._("This book is empty. Choose another institution or year.")
            )
        report = self.env.ref("dokstamp_connector.register_report")
        action = report.report_action(entries, config=False)
        # Odoo leaves values out as None, which XML-RPC does not know
        told = {key: value for key, value in action.items() if value is not None}
        return {**told, "close_on_report_download": True}
