"""A registrar at Odoo's web client, as far as its requests go: each one is timed."""

import time
from collections import defaultdict
from xml.etree import ElementTree

from demo_parts.rpc import Session

LOGIN = "registrar"  # and password
GROUPS = ("dokstamp_connector.group_registrar",)
X2MANY = ("one2many", "many2many")


class Browser(Session):
    """:ivar dict seconds: what the person did → how long each of its requests took"""

    def __init__(self, url, database, login=LOGIN):
        self.seconds = defaultdict(list)
        self._doing = "log in"
        self._forms = {}
        super().__init__(url, database, login, login)

    def doing(self, what):
        """Name what the next requests are for."""
        self._doing = what
        return self

    def route(self, path, **params):
        started = time.monotonic()
        try:
            return super().route(path, **params)
        finally:
            self.seconds[self._doing].append(time.monotonic() - started)

    def load(self, model, ids):
        """Show a form: its view the first time, then its record.

        :rtype: dict
        """
        return self.call(model, "web_read", ids, specification=self._form(model))[0]

    def save(self, model, ids, values):
        """Save a form, which shows it anew.

        :rtype: dict
        """
        form = self._form(model)
        return self.call(model, "web_save", ids, values, specification=form)[0]

    def _form(self, model):
        if model not in self._forms:
            views = self.call(
                model, "get_views", views=[[False, "form"]], options={"toolbar": True}
            )
            arch = ElementTree.fromstring(views["views"]["form"]["arch"])
            self._forms[model] = _specification(arch, views["models"], model)
        return self._forms[model]


def hire(admin):
    """Make the registrar's user."""
    values = {"name": "Rita Registrar", "login": LOGIN, "password": LOGIN}
    groups = [admin.ref(group) for group in GROUPS]
    values |= {"email": "registrar@example.com", "group_ids": [[6, 0, groups]]}
    admin.call("res.users", "create", values)


def _specification(arch, models, model):
    """What the web client asks for to fill a view.

    :param dict models: field descriptions, as `get_views` gives them
    """
    known = models[model]["fields"]
    return {
        node.get("name"): _field(node, known[node.get("name")], models)
        for node in _own_fields(arch)
    }


def _own_fields(node):
    """The fields of a view without those of the lists in it."""
    for child in node:
        if child.tag == "field":
            yield child
        else:
            yield from _own_fields(child)


def _field(node, description, models):
    kind, inline = description["type"], node.find("list")
    if kind == "many2one":
        return {"fields": {"display_name": {}}}
    if kind not in X2MANY:
        return {}
    if inline is None:
        return {"fields": {"display_name": {}}}
    limit = int(inline.get("limit", "40"))
    fields = _specification(inline, models, description["relation"])
    return {"fields": fields, "limit": limit, "order": ""}
