from odoo import api, fields, models


class DokstampInstitutionMember(models.AbstractModel):
    """A registry record that belongs to an institution: its account's, unless another
    one is chosen.
    """

    _name = "dokstamp.institution.member"
    _inherit = ["dokstamp.entity"]
    _description = "DokStamp Registry Entity of an Institution"

    institution_id = fields.Many2one(
        "dokstamp.institution",
        compute="_compute_institution_id",
        store=True,
        readonly=False,
        precompute=True,
        ondelete="restrict",
        index=True,
        check_company=True,
    )

    @api.depends("account_id")
    def _compute_institution_id(self):
        for record in self:
            if not record.institution_id:
                record.institution_id = record.account_id.institution_id
