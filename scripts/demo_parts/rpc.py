"""Odoo as a person's browser talks to it: log in, call a model, call a page's route."""

import httpx

from .show import DemoFailed

TIMEOUT = 60  # seconds


class OdooError(DemoFailed):
    """Odoo refused; the message is what the person would have read.

    :param str name: the error's class
    """

    def __init__(self, message, name=""):
        super().__init__(message)
        self.name = name


class Session:
    """One person, logged in.

    :raise OdooError: wrong login
    """

    def __init__(self, url, database, login, password):
        self.login = login
        # Odoo closes what is idle for two seconds, perhaps as the next call leaves
        once = httpx.Limits(max_keepalive_connections=0)
        self._http = httpx.Client(base_url=url, timeout=TIMEOUT, limits=once)
        answer = self.route(
            "/web/session/authenticate", db=database, login=login, password=password
        )
        self.uid, self.partner_id = answer["uid"], answer["partner_id"]

    def call(self, model, method, *args, **kwargs):
        """Call a public method of a model, as the web client does.

        :raise OdooError: with Odoo's own sentence
        """
        return self.route(
            f"/web/dataset/call_kw/{model}/{method}",
            model=model,
            method=method,
            args=args,
            kwargs=kwargs,
        )

    def read(self, model, domain, fields, **kwargs):
        """The records that match, as dicts; links as plain ids."""
        rows = self.call(model, "search_read", domain, fields, load=None, **kwargs)
        return [{k: None if v is False else v for k, v in row.items()} for row in rows]

    def count(self, model, *domain, **kwargs):
        return self.call(model, "search_count", list(domain), **kwargs)

    def ref(self, xml_id):
        """The id behind an external id."""
        module, name = xml_id.split(".")
        domain = [("module", "=", module), ("name", "=", name)]
        return self.read("ir.model.data", domain, ["res_id"])[0]["res_id"]

    def route(self, path, **params):
        """Call a route that speaks JSON-RPC.

        :raise OdooError: with Odoo's own sentence
        """
        answer = self._http.post(path, json={"jsonrpc": "2.0", "params": params})
        answer.raise_for_status()
        body = answer.json()
        if "error" in body:
            told = body["error"]["data"]
            raise OdooError(told["message"], told["name"])
        return body.get("result")

    def press(self, button, model, ids):
        """Press a button that is an action of Odoo's, on a form or a list.

        :param int button: the action's id
        :return: the action that the web client does next
        """
        context = {"active_model": model, "active_id": ids[0], "active_ids": ids}
        return self.route("/web/action/run", action_id=button, context=context)

    def download(self, path):
        """What a link on a page gives.

        :rtype: bytes
        :raise OdooError: it gives an error
        """
        answer = self._http.get(path)
        if not answer.is_success:
            raise OdooError(f"{path}: {answer.status_code}")
        return answer.content

    def upload(self, path, name, content, content_type, **fields):
        """Send a file as a form does."""
        page = self._http.get("/odoo", follow_redirects=True).text
        fields["csrf_token"] = page.partition('csrf_token: "')[2].partition('"')[0]
        file = {"ufile": (name, content, content_type)}
        self._http.post(path, data=fields, files=file).raise_for_status()
