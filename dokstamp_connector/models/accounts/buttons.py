"""What an administrator can do with an account."""

from odoo import models
from odoo.exceptions import UserError

from ..actions import RELOAD, open_form, show_message
from .health import HEALTHY


class DokstampAccount(models.Model):
    _inherit = "dokstamp.account"

    def action_test_connection(self):
        """Ask DokStamp for one institution; connect when it answers, or say what is
        wrong.
        """
        self.ensure_one()
        self.check_access("write")
        self._check_secret_is_there()
        error = self._try_connection()
        if error:
            raise UserError(self._access_sentence(error))
        self.write(
            {
                "state": "connected",
                "database_uuid": self._current_database_uuid(),
                **HEALTHY,
            }
        )
        self._wake(urgent=True)
        return show_message(
            self.env._(
                "Connected to %(tenant)s at DokStamp: it may read. Whether it may "
                "write as well shows at the first save.",
                tenant=self.tenant,
            ),
            "success",
            next=RELOAD,
        )

    def action_pause(self):
        self._pause(self.env._("Paused by %(user)s.", user=self.env.user.display_name))
        return True

    def action_resume(self):
        """Go on where the queue stopped; the first call shows whether the cause is
        gone.
        """
        self.check_access("write")
        for account in self:
            # not connected: other credentials were saved as the button was pressed
            if account.state != "connected":
                account.action_test_connection()
        return True

    def action_choose_institution(self):
        self.ensure_one()
        wizard = self.env["dokstamp.institution.choice"]._open_for(self)
        return open_form(
            wizard, name=self.env._("Choose the institution"), target="new"
        )

    def action_view_queue(self):
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "dokstamp_connector.dokstamp_sync_record_action"
        )
        action["domain"] = [("account_id", "=", self.id)]
        return action
