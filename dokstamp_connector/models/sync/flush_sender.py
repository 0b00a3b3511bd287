from odoo import api, fields, models


class DokstampFlushSender(models.Model):
    """Which process was the last to send for an account.

    Written by the flush alone, so that it never meets a user who saves the account.
    What a process has read at DokStamp holds only as long as nobody else sends.
    """

    _name = "dokstamp.flush.sender"
    _description = "DokStamp Last Sender"
    _rec_name = "account_id"

    account_id = fields.Many2one(
        "dokstamp.account", required=True, readonly=True, ondelete="cascade"
    )
    process = fields.Char(required=True, readonly=True)

    _one_per_account = models.UniqueIndex(
        "(account_id)", "This account has a last sender already."
    )

    @api.model
    def _take_over(self, account, process):
        """Note that ``process`` sends for the account now.

        :return: whether it was the last to do so before
        :rtype: bool
        """
        last = self.search([("account_id", "=", account.id)])
        if last.process == process:
            return True
        if last:
            last.process = process
        else:
            self.create({"account_id": account.id, "process": process})
        return False
