"""What people decided stays decided when they leave."""

from odoo import api, models


class ResUsers(models.Model):
    _inherit = "res.users"

    @api.ondelete(at_uninstall=False)
    def _unlink_but_keep_their_word(self):
        """Who is the same person stays decided when the one who said so has left."""
        # sudo: whoever deletes a user may have no rights on the sources
        links = self.env["dokstamp.source.link"].sudo()
        links.search([("confirmed_by_id", "in", self.ids)]).write(
            {"confirmed_by_id": self.env.ref("base.user_root").id}
        )
