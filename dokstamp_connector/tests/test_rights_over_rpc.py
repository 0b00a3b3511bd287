"""Who may do what, tried as a script on the internet would: by Odoo's own route, with a
session for each role.
"""

from odoo.fields import NO_ACCESS
from odoo.http import root
from odoo.models import BaseModel
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from odoo.addons.rpc.controllers.xmlrpc import OdooMarshaller

from .rights_table import (
    ANYBODY,
    INHERITED,
    MANAGER,
    METHODS,
    MIXINS,
    OFFICE,
    PUBLIC,
    RECORDS,
    REGISTRAR,
    SYSTEM,
    SYSTEMS,
)
from .test_rights_table import RightsTableCase, is_called, is_ours

OPERATIONS = {
    "r": ("read", [["display_name"]]),
    "w": ("write", [{}]),
    "c": ("create", [{}]),
    "u": ("unlink", []),
}
OTHER_COMPANY = "registrar of another company"
POWERLESS = (OTHER_COMPANY, "plain user", "portal user", PUBLIC)
REFUSED = ("AccessError", "odoo.http.SessionExpiredException")
# with secrets and a thread; on its way; a wizard
ATTACKED = (
    "dokstamp.account",
    "dokstamp.certificate",
    "dokstamp.certificate.issue",
)
# what is there for good: with all rights that a role of Odoo's gives, too
KEPT_FOR_GOOD = ("dokstamp.audit.log", "dokstamp.register.entry")
ANSWERED_ALL = ("dokstamp.setup",)  # without records
SILENT = ("read", "fields_get", "copy_data")  # leave out what is closed
FED = "action_open_registry_record"


@tagged("post_install", "-at_install")
class TestRightsOverRpc(RightsTableCase):
    def setUp(self):
        super().setUp()
        self.records["res.partner"] = self.registrar.partner_id
        self.records["privacy.lookup.wizard.line"] = self.found_by_privacy_lookup()
        self.env.flush_all()
        self.openers, self.last_ids = {}, {}
        for role, user in {**self.roles, PUBLIC: None}.items():
            self.sign_in(user)
            self.addCleanup(root.session_store.delete, self.session)
            self.session = None  # the next one deletes it otherwise
            self.openers[role] = self.opener
        self.url = f"{self.base_url()}/web/dataset/call_kw"

    # === CALLING === #

    def ask(self, role, model, method, *args, **kwargs):
        """:return: the name of the error, if there is one, and the whole answer"""
        self.opener = self.openers[role]
        params = {"model": model, "method": method, "args": args, "kwargs": kwargs}
        body = {"jsonrpc": "2.0", "params": params}
        with mute_logger("odoo.http", "odoo.sql_db"):
            response = self.opener.post(f"{self.url}/{model}/{method}", json=body)
        answer = response.json()
        error = answer.get("error")
        name = error and error["data"]["name"].removeprefix("odoo.exceptions.")
        return name, answer

    def asked_of(self, role, record, method, *args):
        """As `ask`, of a record that is the role's own, and undone."""
        if role in POWERLESS[1:]:  # that nothing comes of it is asserted below
            return self.ask(role, record._name, method, *args)
        self.hand_over(
            self.roles[role] if role in (MANAGER, SYSTEM) else self.registrar
        )
        with self.undoing():
            return self.ask(role, record._name, method, *args)

    # === RECORDS === #

    def test_every_model_is_for_whom_the_table_says(self):
        self.assertEqual(self.models(), sorted(RECORDS))
        for role in self.openers:
            for name, (registrars, managers) in RECORDS.items():
                has = {REGISTRAR: registrars, MANAGER: managers}
                has[SYSTEM] = SYSTEMS.get(name, managers)
                tried = "r" if role == PUBLIC else OPERATIONS
                with self.subTest(model=name, role=role):
                    self.assertEqual(
                        "".join(o for o in tried if self.does(role, name, o)),
                        # of the own company everything may be made
                        "c"
                        if role == OTHER_COMPANY and "c" in registrars
                        else has.get(role, ""),
                    )

    def does(self, role, name, operation):
        method, args = OPERATIONS[operation]
        record = self.records[name]
        ids = [] if operation == "c" else [record.ids]
        error, _answer = self.asked_of(role, record, method, *ids, *args)
        is_kept = name in KEPT_FOR_GOOD and error == "UserError"
        return error not in REFUSED and not is_kept

    # === METHODS === #

    def test_every_public_method_is_for_whom_the_table_says(self):
        # what a button finds to do is not what is tested here
        for role in self.openers:
            for name, methods in METHODS.items():
                record = self.records.get(name, self.env[name])
                for method, lowest in methods.items():
                    ids = [] if name in ANSWERED_ALL else [record.ids]
                    error, answer = self.asked_of(role, record, method, *ids)
                    with self.subTest(model=name, method=method, role=role):
                        self.assertEqual(
                            error in REFUSED, role not in self.allowed(lowest), answer
                        )
                        if not error:
                            OdooMarshaller(allow_none=False).dumps((answer["result"],))
                            self.assertIsNotNone(answer["result"])

    def allowed(self, lowest):
        everybody = set(self.roles)
        return {
            ANYBODY: everybody,
            OFFICE: everybody - {"plain user", "portal user"},
            REGISTRAR: {REGISTRAR, MANAGER, SYSTEM},
            MANAGER: {MANAGER, SYSTEM},
            SYSTEM: {SYSTEM},
        }[lowest]

    def test_the_button_on_a_school_apps_form_is_the_offices(self):
        fed = [
            name
            for name, model in self.env.items()
            if FED in dir(model) and name not in MIXINS
        ]
        self.assertTrue(fed)
        for name in fed:
            for role in self.openers:
                error, _answer = self.ask(role, name, FED, [2**30])
                with self.subTest(model=name, role=role):
                    is_outside = role in ("plain user", "portal user", PUBLIC)
                    self.assertEqual(error in REFUSED, is_outside, error)

    # === WHAT ODOO GIVES EVERY MODEL === #

    def test_every_method_that_odoo_gives_our_models_is_in_the_table(self):
        found = {
            method
            for name in self.models()
            for cls in self.env.registry[name].mro()
            if not is_ours(cls.__module__) or cls.__module__.endswith("test")
            for method, value in vars(cls).items()
            if is_called(method, getattr(self.env.registry[name], method, value))
        }
        self.assertFalse(found - INHERITED.keys() - set(dir(BaseModel)))
        self.assertFalse(
            {m for m in dir(BaseModel) if self.is_open(m)} - INHERITED.keys()
        )

    def test_nobody_without_a_role_gets_or_changes_anything_by_them(self):
        words = [
            *(self.ada.name, self.ada.email, self.certificate.number),
            *(self.certificate.check_token, "demo-secret"),
        ]
        before = self.digests(self.models())
        for role in POWERLESS:
            for name in ATTACKED:
                for method in INHERITED:
                    answer = str(self.attack(role, name, method))
                    for word in words:
                        self.assertNotIn(word, answer, (role, name, method))
        self.assertEqual(self.digests(self.models()), before)

    def test_what_is_kept_for_good_is_changed_by_nobody(self):
        before = self.digests(KEPT_FOR_GOOD)
        for role in (REGISTRAR, MANAGER, SYSTEM):
            for name in KEPT_FOR_GOOD:
                for method in INHERITED:
                    self.attack(role, name, method)
        self.assertEqual(self.digests(KEPT_FOR_GOOD), before)

    # === SECRETS === #

    def test_no_role_gets_at_what_is_closed_to_all(self):
        """By no path, search, order, group, export or form; nor learns by guessing."""
        account = self.records["dokstamp.account"]
        account.sudo().stored_password = "demo-password"
        self.env.flush_all()
        secrets = [
            (name, field.name)
            for name in self.models()
            for field in self.env[name]._fields.values()
            if field.groups == NO_ACCESS
        ]
        self.assertIn(("dokstamp.account", "stored_client_secret"), secrets)
        self.assertIn(("dokstamp.share", "token"), secrets)
        for name, secret in secrets:
            value = self.records[name].sudo()[secret]
            for role in (REGISTRAR, SYSTEM):  # managers are between them
                for method, *args in self.ways_to(name, secret, value):
                    where, *args = args
                    error, answer = self.ask(role, where, method, *args)
                    with self.subTest(name, secret=secret, role=role, way=method):
                        if isinstance(value, str) and value:
                            self.assertNotIn(value, str(answer))
                        if error:
                            continue
                        self.assertTrue(method in SILENT and len(args) < 2, answer)
                        if isinstance(told := answer["result"], list):
                            self.assertNotIn(secret, told[0])
                        else:
                            self.assertNotIn(secret, told)

    def ways_to(self, name, secret, value):
        """Calls that would tell of a field: method, model, arguments."""
        ids = self.records[name].ids
        guess = f"{value[:1]}%" if isinstance(value, str) and value else "%"
        leaf = [secret, "=like", guess]
        yield from (
            ("read", name, ids),
            ("fields_get", name),
            ("copy_data", name, ids),
            ("read", name, ids, [secret]),
            ("web_read", name, ids, {secret: {}}),
            ("search_read", name, [], [secret]),
            ("web_search_read", name, [], {secret: {}}),
            ("export_data", name, ids, [secret]),
            ("search", name, [leaf]),
            ("search_count", name, ["!", leaf]),
            ("search", name, [], 0, None, f"{secret} desc"),
            ("name_search", name, "", [leaf]),
            ("read_group", name, [], ["__count"], [secret]),
            ("formatted_read_group", name, [], [secret], ["__count"]),
            ("formatted_read_group", name, [], [], [f"{secret}:array_agg"]),
            ("formatted_read_group", name, [], [], [f"{secret}:max"]),
            ("web_read_group", name, [leaf], []),
        )
        # and from beside it
        for other, link in self.links_to(name)[:2]:
            yield from (
                ("search", other, [[f"{link}.{secret}", "=like", guess]]),
                ("search", other, [[link, "any", [leaf]]]),
                ("search", other, [], 0, None, f"{link}.{secret}"),
                ("formatted_read_group", other, [], [f"{link}.{secret}"], ["__count"]),
                ("web_search_read", other, [], {link: {"fields": {secret: {}}}}),
            )
            if self.records[other].sudo()[link] == self.records[name]:
                linked = self.records[other].ids
                yield "export_data", other, linked, [f"{link}/{secret}"]

    def links_to(self, name):
        return [
            (other, field.name)
            for other in ("dokstamp.course", "dokstamp.share", *self.models())
            for field in self.env[other]._fields.values()
            if field.type == "many2one"
            and field.comodel_name == name
            and field.store
            and field.groups != NO_ACCESS
            and "r" in RECORDS[other][0]
        ]

    def is_open(self, method):
        value = getattr(self.env.registry["dokstamp.student"], method, None)
        return value is not None and is_called(method, value)

    def attack(self, role, name, method):
        record = self.records[name]
        column = next(
            field.name
            for field in record._fields.values()
            if field.store
            and field.type in ("char", "text", "integer")
            and field.name != "id"
        )
        arguments = INHERITED[method]
        args = arguments(column) if callable(arguments) else list(arguments)
        function = getattr(self.env.registry[name], method, None)
        if function is None:
            return None
        if not getattr(function, "_api_model", False):
            args = [record.ids, *args]
        return self.ask(role, name, method, *args)

    def digests(self, names):
        """Of all that the records say that were there at the first call."""
        self.env.flush_all()
        return {name: self.digest(self.env[name]) for name in names}

    def digest(self, model):
        if not model._auto:
            return None
        table = SQL.identifier(model._table)
        if model._name not in self.last_ids:
            query = SQL("SELECT max(id) FROM %s", table)
            [[self.last_ids[model._name]]] = self.env.execute_query(query)
        query = SQL(
            "SELECT md5(string_agg(t::text, '' ORDER BY id)) FROM %s t WHERE id <= %s",
            table,
            self.last_ids[model._name],
        )
        return self.env.execute_query(query)
