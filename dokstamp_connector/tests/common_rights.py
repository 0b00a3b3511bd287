"""What tests of rights share: another company's school, and calls as a client makes
them.
"""

from odoo.tests import HttpCase, new_test_user

from .common import UNINVITED
from .common_certificates import CertificateCase

SYSTEM = "odoo.exceptions."


class RightsCase(CertificateCase, HttpCase):
    """Eve is a registrar of another company; Bob has an account and no DokStamp group.

    `call` goes through Odoo's own routes, as a browser or a script would.
    """

    def begin_with(self, cls):
        super().begin_with(cls)
        cls.other_company = self.env["res.company"].create(
            {"name": "Other School", "country_id": self.env.ref("base.us").id}
        )
        cls.eve = new_test_user(
            self.env,
            login="eve-registrar@example.com",
            groups="dokstamp_connector.group_registrar",
            company_id=cls.other_company.id,
            company_ids=cls.other_company.ids,
            context=UNINVITED,
        )
        cls.bob = new_test_user(
            self.env,
            login="bob-plain@example.com",
            groups="base.group_user",
            context=UNINVITED,
        )
        self.env.flush_all()

    def sign_in(self, user):
        """:param user: empty: a stranger"""
        self.authenticate(user and user.login, user and user.login)

    def call(self, user, records, method, *args, **kwargs):
        """:return: the result, or the name of the exception"""
        self.env.flush_all()
        self.sign_in(user)
        args = [records.ids, *args] if records.ids else list(args)
        params = {
            "model": records._name,
            "method": method,
            "args": args,
            "kwargs": kwargs,
        }
        return self.post(f"/web/dataset/call_kw/{records._name}/{method}", params)

    def post(self, path, params):
        response = self.url_open(path, json={"jsonrpc": "2.0", "params": params})
        self.env.invalidate_all()
        answer = response.json()
        if "error" in answer:
            return answer["error"]["data"]["name"].removeprefix(SYSTEM)
        return answer.get("result")

    def suggest(self, user, model, **values):
        """What anybody may do: keep defaults of one's own for a model's fields."""
        defaults = self.env["ir.default"].with_user(user)
        for name, value in values.items():
            defaults.set(model, name, value, user_id=True)
