import hashlib
import json

from odoo import api, fields, models

PLACE_FIELDS = ("res_model", "res_id", "dokstamp_uuid", "finding")


class DokstampLeftDifference(models.Model):
    """A difference that somebody has decided to leave as it is: no later run asks again
    for the same. What is another difference by then is asked for.
    """

    _name = "dokstamp.left.difference"
    _inherit = ["dokstamp.write.protection"]
    _description = "DokStamp Difference Left as It Is"
    _order = "id desc"
    _rec_name = "res_name"

    account_id = fields.Many2one(
        "dokstamp.account", required=True, readonly=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(
        related="account_id.company_id", store=True, precompute=True
    )
    res_model = fields.Selection(
        selection=lambda self: self.env["dokstamp.entity"]._selection_queued(),
        string="Kind",
        required=True,
        readonly=True,
    )
    res_id = fields.Many2oneReference(model_field="res_model", readonly=True)
    res_name = fields.Char(string="Record", readonly=True)
    dokstamp_uuid = fields.Char(string="DokStamp UUID", readonly=True)
    finding = fields.Selection(
        lambda self: self.env["dokstamp.run.line"]._fields["finding"].selection,
        required=True,
        readonly=True,
    )
    digest = fields.Char(readonly=True, help="Of what is different.")
    user_id = fields.Many2one(
        "res.users",
        string="Left by",
        readonly=True,
        default=lambda self: self.env.user,
        ondelete="set null",
    )

    @api.model
    def _without(self, account, found):
        """Those of ``found`` that nobody has left as they are.

        :param list[dict] found: values of lines of this account
        :rtype: list[dict]
        """
        uuids = [values.get("dokstamp_uuid") or False for values in found]
        left = self.search(
            [("account_id", "=", account.id), ("dokstamp_uuid", "in", uuids)]
        )
        known = {(one._place(), one.digest) for one in left}
        return [
            values for values in found if (_place(values), _digest(values)) not in known
        ]

    @api.model
    def _leave(self, lines):
        """Note that these are to stay as they are, for the user who says so."""
        names = ("res_model", "res_id", "res_name", "dokstamp_uuid", "finding")
        self.create(
            [
                {
                    "account_id": line.account_id.id,
                    "digest": _digest({"differences": line.differences}),
                    **{name: line[name] for name in names},
                }
                for line in lines
            ]
        )

    def _place(self):
        return _place({name: self[name] for name in PLACE_FIELDS})

    # === ACTION METHODS === #

    def action_ask_again(self):
        """Let the next run tell of it again."""
        self.check_access("unlink")
        self.unlink()
        return True


def _place(values):
    """Which finding of which record it is."""
    return tuple(values.get(name) or False for name in PLACE_FIELDS)


def _digest(values):
    """Another one as soon as something else is different."""
    text = json.dumps(values.get("differences") or {}, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
