"""What is said on a certificate: nobody speaks in another one's name.

Odoo lets whoever may write a record say on it what they like, as anybody. A certificate
is a document that others rely on, and what stands below it is read as what they said.
That nobody writes messages into the certificate itself, certificate.py sees to.
"""

from odoo import api, models
from odoo.exceptions import AccessError
from odoo.tools import email_normalize

MODEL = "dokstamp.certificate"
# Who says what, and where; the rest of a message is about who has read it.
SAID = {
    *("author_id", "author_guest_id", "email_from", "model", "res_id", "date"),
    *("subject", "body", "attachment_ids", "tracking_value_ids", "message_type"),
}


class MailMessage(models.Model):
    _inherit = "mail.message"

    @api.model_create_multi
    def create(self, vals_list):
        is_forged = not self.env.su and any(
            vals.get("tracking_value_ids") and vals.get("model") == MODEL
            for vals in vals_list
        )
        messages = super().create(vals_list)
        messages._refuse_another_name(is_forged)
        return messages

    def write(self, vals):
        if SAID.isdisjoint(vals):
            return super().write(vals)
        self._refuse_another_name("tracking_value_ids" in vals)
        result = super().write(vals)
        self._refuse_another_name()  # nor given one, nor put here
        return result

    def _refuse_another_name(self, is_forged=False):
        """:param bool is_forged: they tell changes that nobody made
        :raise AccessError: one of a certificate is in another one's name
        """
        if self.env.su:
            return
        # sudo: what stands there already may be hidden from whoever writes
        said_here = self.sudo().filtered(lambda message: message.model == MODEL)
        if said_here and (
            is_forged or not all(m._is_by(self.env.user) for m in said_here)
        ):
            raise AccessError(
                self.env._(
                    "On a certificate everybody writes in their own name or the "
                    "school's, and changes nobody else's words."
                )
            )

    def _is_by(self, user):
        """Whether it is said by the user, or in the name of the certificate's school,
        as letters from a template are.
        """
        school = self.env[MODEL].browse(self.res_id).company_id
        speakers = user.partner_id | school.partner_id
        if self.author_guest_id or self.author_id not in speakers:
            return False
        addresses = speakers.mapped("email_normalized")
        return not self.email_from or email_normalize(self.email_from) in addresses
