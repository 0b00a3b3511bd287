"""The set-up panel on top of the overview: what is done, what is missing, and the
button that does it.

    setup_panel     who sees it
    setup_steps     the steps, each computed from the data
    setup_apps      which apps feed the registry, and which could
    setup_company   whether a company has put it away
"""

from odoo import api, models
from odoo.exceptions import AccessError
from odoo.tools.i18n import format_list

REGISTRAR = "dokstamp_connector.group_registrar"
MANAGER = "dokstamp_connector.group_manager"


class DokstampSetup(models.AbstractModel):
    """What is left to do until the current company issues its first certificate."""

    _name = "dokstamp.setup"
    _description = "DokStamp Set-up"

    @api.model
    def get_panel(self):
        """What the panel shows to this user, of the account of the current company.

        :return: values of JSON: `steps` for whoever can take them, none where they were
            put away; a `sentence` for others, as long as they wait for that
        :rtype: dict
        :raise AccessError: the user has no role of ours
        """
        self._refuse_others(REGISTRAR)
        company = self.env.company
        account = company._dokstamp_account().with_env(self.env)
        is_several = len(self.env.user.company_ids) > 1
        panel = {"company": company.name if is_several else False}
        if not self.env.user.has_group(MANAGER):
            return {**panel, "sentence": self._waiting_sentence(account), "steps": []}
        # sudo: whether somebody has put it away
        is_put_away = company.sudo().dokstamp_setup_put_away
        steps = [] if is_put_away else self._get_steps(account)
        return {
            **panel,
            "sentence": False,
            "steps": steps,
            "done_count": sum(step["state"] == "done" for step in steps),
            "is_over": all(s["state"] == "done" for s in steps if not s["recurs"]),
            "is_put_away": is_put_away,
            "account_id": account.id,
        }

    @api.model
    def action_put_away(self):
        """Nobody of the current company sees the panel any more, until somebody brings
        it back.

        :raise AccessError: the user is no manager
        """
        return self._put_away(True)

    @api.model
    def action_bring_back(self):
        """:raise AccessError: the user is no manager"""
        return self._put_away(False)

    def _put_away(self, is_put_away):
        self._refuse_others(MANAGER)
        # sudo: of the company they may write this alone
        self.env.company.sudo().dokstamp_setup_put_away = is_put_away
        return True

    def _refuse_others(self, group):
        if not self.env.user.has_group(group):
            raise AccessError(self.env._("This is for those who set up DokStamp."))

    # === WHO CANNOT SET IT UP === #

    def _waiting_sentence(self, account):
        """Who can set it up, for whoever waits for that; False once it is.

        :rtype: str | bool
        """
        if account and account.state != "draft" and account.institution_id:
            return False
        company = self.env.company
        if managers := self._names_of(MANAGER):
            return self.env._(
                "DokStamp is not set up for %(company)s yet, so that nothing is sent. "
                "%(names)s can do it here. Until then courses and students can be kept "
                "in the registry.",
                company=company.name,
                names=managers,
            )
        return self.env._(
            "DokStamp is not set up for %(company)s yet, and nobody there has the role "
            "that it takes: DokStamp / Manager. %(names)s can give it, under Settings "
            "> Users. Until then courses and students can be kept in the registry.",
            company=company.name,
            names=self._names_of("base.group_erp_manager"),
        )

    def _names_of(self, group):
        """Who of the current company has a role, as a list in words.

        :rtype: str
        """
        return format_list(self.env, self._users_of(group).mapped("name"))

    def _users_of(self, group):
        """:rtype: res.users"""
        # sudo: names of colleagues; who has which role is no secret among them
        users = self.env.ref(group).sudo().all_user_ids
        return users.filtered(
            lambda user: (
                user.active and not user.share and self.env.company in user.company_ids
            )
        ).sorted("id")
