from odoo import api, fields, models
from odoo.tools import SQL

from ..actions import open_form


class DokstampErasure(models.Model):
    """A record whose personal data were erased, by whom and when, and what was kept.

    It holds no name and no address. What the connector notes of such a record later on,
    as the answer to its deletion at DokStamp, holds none either.
    """

    _name = "dokstamp.erasure"
    _inherit = ["dokstamp.write.protection"]
    _description = "DokStamp Erasure"
    _order = "id desc"
    _rec_name = "res_model"

    res_model = fields.Selection(
        selection=lambda self: self.env["dokstamp.entity"]._selection_queued(),
        string="Kind",
        required=True,
        readonly=True,
    )
    res_id = fields.Many2oneReference(
        string="Record ID", model_field="res_model", required=True, readonly=True
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    user_id = fields.Many2one(
        "res.users", string="Erased by", readonly=True, ondelete="set null"
    )
    erased_at = fields.Datetime(string="Erased at", required=True, readonly=True)
    kept = fields.Text(
        readonly=True,
        help="What had to stay, and why. Empty: nothing of the record is left.",
    )

    _one_per_record = models.UniqueIndex(
        "(res_model, res_id)", "This record was erased already."
    )

    def _note(self, records, kept=False):
        """Note that personal data of ``records`` are erased; once more changes what is
        kept.

        :param str | bool kept: what stays, and why
        """
        known = {one.res_id: one for one in self.search(_domain_of(records))}
        values = {
            "user_id": self.env.uid,
            "erased_at": fields.Datetime.now(),
            "kept": kept,
        }
        for record in records:
            if erasure := known.get(record.id):
                erasure.write(values)
                continue
            place = {"res_model": record._name, "res_id": record.id}
            self.create({**place, **values, "company_id": record.company_id.id})
        self.env["dokstamp.audit.log"]._about(records)._empty()
        self.env["dokstamp.sync.record"].search(
            _domain_of(records)
        )._forget_personal_data()

    @api.model
    def _among(self, places):
        """Those of ``places`` whose record was erased.

        :param places: pairs of model name and id
        :rtype: set[tuple[str, int]]
        """
        wanted = {place for place in places if all(place)}
        if not wanted:
            return wanted
        names, ids = zip(*wanted, strict=True)
        found = self.env.execute_query(
            SQL(
                "SELECT res_model, res_id FROM dokstamp_erasure"
                " WHERE (res_model, res_id) IN"
                " (SELECT * FROM unnest(%s::text[], %s::int[]))",
                list(names),
                list(ids),
            )
        )
        return wanted.intersection(found)

    def action_open_record(self):
        """Open what was kept of it."""
        self.ensure_one()
        return open_form(self.env[self.res_model].browse(self.res_id))


def _domain_of(records):
    return [("res_model", "=", records._name), ("res_id", "in", records.ids)]
