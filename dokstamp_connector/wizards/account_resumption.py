from odoo import api, fields, models


class DokstampAccountResumption(models.TransientModel):
    """Whether a paused account may send again, for who has seen what would leave."""

    _name = "dokstamp.account.resumption"
    _inherit = ["dokstamp.write.protection"]
    _description = "Resume an Account"

    account_id = fields.Many2one(
        "dokstamp.account", required=True, readonly=True, ondelete="cascade"
    )
    pause_reason = fields.Text(related="account_id.pause_reason")
    question = fields.Text(readonly=True)
    is_copied = fields.Boolean(readonly=True)

    @api.model
    def _open_for(self, account):
        """What would leave, as it is now."""
        account.check_access("write")
        # sudo: it shows what is so; nobody types it in
        wizard = self.sudo().create(
            {
                "account_id": account.id,
                "question": self._question(account),
                "is_copied": bool(account.database_uuid) and account._is_copied(),
            }
        )
        return wizard.sudo(False)

    def _question(self, account):
        return self.env._(
            "What waits leaves at once, for the tenant %(tenant)s at %(address)s: "
            "%(what)s.",
            tenant=account.tenant,
            address=account.base_url,
            what=self._what_waits(account) or self.env._("nothing at the moment"),
        )

    def _what_waits(self, account):
        """How many of what, in words."""
        counts = account._waiting_counts()
        words = [
            (self.env._("1 change"), self.env._("%s changes", counts.get("push"))),
            (self.env._("1 removal"), self.env._("%s removals", counts.get("remove"))),
            (
                self.env._("1 certificate to issue"),
                self.env._("%s certificates to issue", counts.get("issue")),
            ),
            (
                self.env._("1 revocation"),
                self.env._("%s revocations", counts.get("revoke")),
            ),
        ]
        operations = ("push", "remove", "issue", "revoke")
        return ", ".join(
            one if counts[operation] == 1 else several
            for operation, (one, several) in zip(operations, words, strict=True)
            if counts.get(operation)
        )

    def action_confirm(self):
        """Resume the account: a person has answered the question."""
        self.ensure_one()
        answer = self.account_id.action_resume()
        return {"type": "ir.actions.act_window_close"} if answer is True else answer
