import ast
import inspect
import textwrap
from contextlib import contextmanager, suppress

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.http import _generate_routing_rules
from odoo.models import MAGIC_COLUMNS, BaseModel
from odoo.tests import TransactionCase, new_test_user, tagged
from odoo.tools import SQL, mute_logger

from .common_rights import RightsCase
from .rights_table import (
    FIELDS,
    MANAGER,
    METHODS,
    MIXINS,
    NEW,
    REGISTRAR,
    ROUTES,
    SYSTEM,
)
from .test_badges import png

SENTENCES = (AccessError, UserError)


def is_ours(module):
    """Whether it is of one of our addons, the bridges too."""
    return module.startswith("odoo.addons.dokstamp_connector")


def is_called(name, value):
    """Whether RPC can call what a class calls so."""
    is_private = name.startswith("_") or getattr(value, "_api_private", False)
    return callable(value) and not is_private


class Undone(Exception):
    """What was tried is rolled back."""


class RightsTableCase(RightsCase):
    """One record of every model; roles that may do nothing are a plain user, a portal
    user, and a registrar of another company.
    """

    def begin_with(self, cls):
        super().begin_with(cls)
        cls.portal = new_test_user(
            self.env, login="portal-rights@example.com", groups="base.group_portal"
        )
        cls.administrator = new_test_user(
            self.env,
            login="administrator-rights@example.com",
            groups="base.group_system,dokstamp_connector.group_manager",
        )
        cls.roles = {
            REGISTRAR: self.registrar,
            MANAGER: self.manager,
            SYSTEM: cls.administrator,
            "plain user": self.bob,
            "portal user": cls.portal,
            "registrar of another company": self.eve,
        }
        self.institution.badge_image = png()
        self.flush()
        cls.certificate = self.issued()
        zoology = self.course(name="Zoology", code="ZOO-1")
        cls.unsent = self.draft(course_id=zoology.id, enrollment_id=False)
        cls.records = {one._name: one for one in self.one_of_each()}
        self.assertFalse([name for name, one in cls.records.items() if not one])
        cls.owner = None

    def one_of_each(self):
        env, botany = self.env, self.botany
        module = self.module()
        hold = env["dokstamp.hold"].create(
            {"student_id": self.ada.id, "reason": "Fees"}
        )
        source = env["dokstamp.source"].create(
            {
                "name": "Contacts",
                "model_id": env["ir.model"]._get_id("res.partner"),
                "entity": "dokstamp.student",
                "trigger": "on_demand",
            }
        )
        field = env["dokstamp.source.field"].create(
            {"source_id": source.id, "field_name": "name", "path": "name"}
        )
        page = env["dokstamp.portfolio"].create(
            {"student_id": self.ada.id, "slug": "ada-example"}
        )
        run = env["dokstamp.issue.run"].create({"name": "Run"})
        refusal = self.made("issue.refusal", run_id=run.id, student_id=self.ada.id)
        rehearsal = self.made("run", account_id=self.account.id, state="done")
        found = self.made(
            "run.line",
            run_id=rehearsal.id,
            account_id=self.account.id,
            res_model="dokstamp.student",
            res_id=self.ada.id,
            finding="equal",
        )
        students = self.made(
            "run.list", run_id=rehearsal.id, res_model="dokstamp.student", path="x"
        )
        return [
            self.account,
            self.institution,
            self.institution.badge_image_id,
            botany,
            module,
            self.ada,
            self.completion,
            self.certificate,
            hold,
            source,
            field,
            page,
            run,
            refusal,
            rehearsal,
            found,
            self.made("run.candidate", line_id=found.id, dokstamp_uuid="u-1"),
            students,
            self.made(
                "left.difference",
                account_id=self.account.id,
                res_model="dokstamp.student",
                finding="missing_here",
            ),
            self.made(
                "run.remote",
                run_id=rehearsal.id,
                list_id=students.id,
                res_model=students.res_model,
                path=students.path,
                dokstamp_uuid="u-3",
            ),
            *self.wizards(),
            *(
                env[name].search([], limit=1)
                for name in (
                    "dokstamp.audit.log",
                    "dokstamp.binding",
                    "dokstamp.flush.sender",
                    "dokstamp.sync.record",
                    "dokstamp.register.entry",
                )
            ),
            *self.doubtful(),
            *self.said(),
            self.made(
                "erasure",
                res_model="dokstamp.student",
                res_id=self.ada.id + 1000,
                company_id=env.company.id,
                erased_at="2026-10-01 08:00:00",
            ),
            self.made("student.erasure", student_ids=self.ada.ids),
            self.made("source.confirmation", source_id=source.id),
            self.made("source.reading", source_id=source.id),
            self.made("source.switch", source_id=source.id, change="off"),
            self.made("source.file"),
            self.made(
                "mass.change",
                account_id=self.account.id,
                res_model="dokstamp.student",
                change="removed",
            ),
            (closing := self.made("year.closing")),
            self.made(
                "year.closing.line",
                closing_id=closing.id,
                res_model="dokstamp.course",
                res_id=botany.id,
            ),
            *self.shared(),
            self.made("organization", name="Faculty"),
            self.made("cohort", code="2026", course_id=botany.id),
            self.made("module.group", name="Core", course_id=botany.id),
            self.made("curriculum.line", course_id=botany.id, module_id=module.id),
            self.made("signatory", institution_id=self.institution.id, name="Head"),
            self.made("source.value", field_id=field.id, from_value="a", to_value="b"),
            self.made(
                "source.link",
                source_id=source.id,
                res_model="res.partner",
                res_id=self.registrar.partner_id.id,
                entity_model="dokstamp.student",
                entity_id=self.ada.id,
            ),
            self.made(
                "portfolio.item",
                portfolio_id=page.id,
                certificate_id=self.certificate.id,
            ),
        ]

    def doubtful(self):
        """A line of the work list, one that is left as it is, and the wizard."""
        self.student(name="GRACE EXAMPLE", email="grace-rights@example.com")
        self.student(name="Hedy", email="hedy-rights@example.com")
        issue, left = self.env["dokstamp.data.issue"].search(
            [("check_name", "in", ("capitals", "one_word")), ("name", "!=", False)],
            limit=2,
        )
        left._leave("So she is called")
        leaving = self.made("data.leaving", issue_ids=issue.ids, reason="Yes")
        decision = self.env["dokstamp.data.decision"].search([], limit=1)
        return [issue, decision, leaving]

    def said(self):
        """What the student confirmed, and asked for."""
        self.ada._note_confirmation(self.registrar)
        asked = self.ada._ask_for_correction({"name": "Ada King"})
        return [self.ada.confirmation_ids, asked]

    def shared(self):
        """A student's link, and that it was opened."""
        share = self.made(
            "share",
            user_id=self.portal.id,
            certificate_ids=self.certificate.ids,
            end_date="2999-01-01",
        )
        return [share, self.made("share.opening", share_id=share.id)]

    def wizards(self):
        opening = self.env["dokstamp.certificate.issue"]
        issue = opening.browse(opening._open_for(self.completion)["res_id"])
        choices = [
            self.env["dokstamp.institution.choice"]._among(
                [{"uuid": "u-1", "name": "One", "values": {"name": "One"}}],
                account_id=self.account.id,
            ),
            self.env["dokstamp.template.choice"]._among(
                [{"uuid": "u-2", "name": "Two"}], course_id=self.botany.id
            ),
        ]
        self.certificate.action_download_documents()
        return [
            self.env["dokstamp.account.resumption"]._open_for(self.account),
            issue,
            issue.line_ids,
            self.made("certificate.keeping", certificate_ids=self.certificate.ids),
            self.made("certificate.revocation", certificate_ids=self.certificate.ids),
            self.made("register.print"),
            *choices,
            *(choice.line_ids for choice in choices),
            self.env["dokstamp.certificate.archive"].search([], limit=1),
        ]

    def made(self, kind, **values):
        return self.env[f"dokstamp.{kind}"].create(values)

    def models(self):
        return sorted(
            name
            for name, model in self.env.items()
            if name.startswith("dokstamp.") and not model._abstract
        )

    def as_own(self, record, role):
        """The record as the role has it."""
        user = self.roles[role]
        self.hand_over(user if role in (MANAGER, SYSTEM) else self.registrar)
        return record.with_env(self.env(user=user.id, su=False, context={}))

    def found_by_privacy_lookup(self):
        lookup = self.env["privacy.lookup.wizard"].create(
            {"name": self.ada.name, "email": self.ada.email}
        )
        lookup.action_lookup()
        return lookup.line_ids.filtered(lambda line: line.res_id == self.ada.id)[:1]

    def hand_over(self, owner):
        """Wizards and archives are whoever's who opened them."""
        if self.owner == owner:
            return
        self.owner = owner
        self.env.flush_all()
        for record in self.records.values():
            is_archive = record._name == "dokstamp.certificate.archive"
            if record._transient or is_archive:
                column = "user_id" if is_archive else "create_uid"
                self.env.cr.execute(
                    SQL(
                        "UPDATE %s SET %s = %s WHERE id IN %s",
                        SQL.identifier(record._table),
                        SQL.identifier(column),
                        owner.id,
                        record._ids,
                    )
                )
        self.env.invalidate_all()

    @contextmanager
    def undoing(self):
        try:
            with (
                suppress(Undone),
                mute_logger("odoo.sql_db"),
                self.env.cr.savepoint(),
            ):
                yield
                raise Undone
        finally:
            self.env.invalidate_all()


@tagged("post_install", "-at_install")
class TestFieldsTable(RightsTableCase):
    """A field is closed, by whatever role and in whatever state, until the table of
    `rights_table` opens it.
    """

    def test_every_field_is_open_to_whom_the_table_says_and_to_nobody_else(self):
        self.assertEqual(self.models(), sorted(FIELDS))
        for name, states in FIELDS.items():
            for state, open_ in states.items():
                if state == NEW:
                    continue
                record = self.put_in(self.records[name].sudo(), state)
                for role in self.roles:
                    expected = open_.get(role, set())
                    with self.subTest(model=name, state=state, role=role):
                        self.assertEqual(self.written(record, role), expected)

    def test_a_new_record_takes_what_the_table_says_and_nothing_else(self):
        for name, states in FIELDS.items():
            for role in self.roles:
                if role == "registrar of another company":
                    continue  # of that company everything may be made
                expected = states[NEW].get(role, set())
                with self.subTest(model=name, role=role):
                    self.assertEqual(self.typed(name, role, expected), expected)

    def test_the_table_has_the_states_that_there_are(self):
        for name in ("dokstamp.certificate", "dokstamp.account"):
            states = {
                value for value, _label in self.env[name]._fields["state"].selection
            }
            self.assertEqual(set(FIELDS[name]) - {NEW}, states)

    def names(self, name):
        return [
            field.name
            for field in self.env[name]._fields.values()
            if (field.store or field.inverse)
            and field.name not in MAGIC_COLUMNS
            and not (field._module or "").startswith("test_")
        ]

    def put_in(self, record, state):
        """The record in this state; of certificates one that DokStamp has not yet,
        where there is such a one.
        """
        if state in ("draft", "failed", "queued") and "student_id" in record._fields:
            record = self.unsent.sudo()
        stateful = ("dokstamp.certificate", "dokstamp.account", "dokstamp.correction")
        if record._name in stateful:
            record.state = state
        elif record._name == "dokstamp.hold":
            record.active = state == "in force"
        elif record._name == "dokstamp.issue.run":
            record.is_paused = state == "paused"
        self.env.flush_all()
        return record

    def written(self, record, role):
        """Names of the fields that the role can write over RPC: as they are, so that
        nothing but rights speaks against it.
        """
        mine = self.as_own(record, role)
        return {
            name
            for name in self.names(record._name)
            if self.succeeds(mine, "write", {name: self.value(record, name)})
        }

    def typed(self, name, role, expected):
        """Names of the fields that the role can fill in: what is expected together, as
        one may need the other, and each of the others with it.
        """
        record = self.records[name].sudo()
        mine = self.as_own(record, role).browse()
        sample = {field: self.value(record, field) for field in expected}
        found = set()
        if sample and self.succeeds(mine, "create", sample):
            found = set(sample)
        return found | {
            field
            for field in self.names(name)
            if field not in sample
            and self.succeeds(
                mine, "create", {**sample, field: self.value(record, field)}
            )
        }

    def value(self, record, name):
        field = self.env[record._name]._fields[name]
        if field.type in ("one2many", "many2many"):
            return []
        if field.type in ("many2one", "many2one_reference"):
            value = record[name]
            return value if isinstance(value, int) else value.id
        if record._name == "dokstamp.hold" and name == "active":
            return not record[name]  # it can be lifted alone
        return record[name]

    def succeeds(self, records, method, values):
        """Whether no right is against it; what is missing or taken does not count."""
        try:
            with self.undoing():
                getattr(records, method)(values)
        except (ValidationError, IntegrityError):
            return True
        except SENTENCES:
            return False
        return True


@tagged("post_install", "-at_install")
class TestMethodsTable(RightsTableCase):
    """A public method is one that the table names, with who may call it; it answers
    with something that every client can read.
    """

    def test_every_public_method_is_in_the_table(self):
        found = {
            name: methods
            for name in self.env.registry.models
            if not name.startswith("test.")
            and name not in MIXINS
            and (methods := self.public_methods(name))
        }
        listed = {name: set(methods) for name, methods in METHODS.items()}
        known = {n: m - self.of_bridges(n) for n, m in found.items()}
        self.assertEqual({n: m for n, m in known.items() if m}, listed)

    def of_bridges(self, name):
        """Buttons of the mixin for school apps' own records."""
        return set() if name in METHODS else {"action_open_registry_record"}

    def public_methods(self, name):
        """Those that our addons define, of the model or of a mixin of ours."""
        return {
            method
            for cls in self.env.registry[name].mro()
            if is_ours(cls.__module__)
            for method, value in vars(cls).items()
            if is_called(method, value) and not hasattr(BaseModel, method)
        }

    def test_every_way_out_of_a_public_method_has_an_answer(self):
        """One that finds nothing to do, too: XML-RPC knows no None."""
        silent = [
            f"{name}.{method}"
            for name, methods in METHODS.items()
            for method in methods
            for cls in self.env.registry[name].mro()
            if is_ours(cls.__module__) and method in vars(cls)
            if not self.answers(vars(cls)[method])
        ]
        self.assertFalse(silent)

    def answers(self, method):
        """Whether its last statement is an answer or an error, and each other answer
        is one.
        """
        tree = ast.parse(textwrap.dedent(inspect.getsource(method)))
        definition = tree.body[0]
        ways_out = [n for n in ast.walk(definition) if isinstance(n, ast.Return)]
        has_end = isinstance(definition.body[-1], ast.Return | ast.Raise)
        return has_end and not any(
            way.value is None
            or (isinstance(way.value, ast.Constant) and way.value.value is None)
            for way in ways_out
        )


@tagged("post_install", "-at_install")
class TestRoutesTable(TransactionCase):
    def test_every_route_is_in_the_table(self):
        installed = sorted(self.env.registry._init_modules)
        ours = {
            path: (endpoint.routing["type"], endpoint.routing["auth"])
            for path, endpoint in _generate_routing_rules(installed, nodb_only=False)
            if is_ours(endpoint.func.__module__)
        }
        self.assertEqual(ours, ROUTES)
