from odoo import fields, models

from ..local_time import local_day


class ResCompany(models.Model):
    _inherit = "res.company"

    # kept by the ORM's cache: every day that is worked out asks for the account
    dokstamp_account_ids = fields.One2many(
        "dokstamp.account", "company_id", groups="dokstamp_connector.group_manager"
    )

    def _dokstamp_account(self):
        """The account of new registry records of this company: its oldest."""
        self.ensure_one()
        # sudo: registrars and school apps' users may not read accounts
        known = self.sudo().with_context(active_test=False).dokstamp_account_ids
        return known.filtered("active").sorted("id")[:1].with_env(self.sudo().env)

    def _dokstamp_zone(self):
        """The time zone in which this company's days begin and end.

        :return: such as `America/Sao_Paulo`
        :rtype: str
        """
        account = self._dokstamp_account()
        return (account or account.new({"company_id": self.id}))._zone()

    def _dokstamp_day(self, moment):
        """The day on which ``moment`` falls at this company.

        :param datetime moment: naive UTC
        :rtype: date
        """
        return local_day(moment, self._dokstamp_zone())

    def _dokstamp_today(self):
        """:rtype: date"""
        return self._dokstamp_day(fields.Datetime.now())
