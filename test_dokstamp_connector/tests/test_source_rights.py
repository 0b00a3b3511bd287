from odoo import Command
from odoo.tests import tagged

from odoo.addons.dokstamp_connector.models.sources.reach import (
    USER_FIELDS,
    is_closed,
    is_technical,
)
from odoo.addons.dokstamp_connector.tests.common_rights import RightsCase

from .common import SourceCase

SECRET = "Zenobia is on probation"


class SourceRightsCase(SourceCase, RightsCase):
    """Bob keeps files that nobody else may read; a manager without other rights sets
    up sources over Odoo's own routes.
    """

    def begin_with(self, cls):
        super().begin_with(cls)
        cls.admin = self.env.ref("base.user_admin")
        cls.admin.password = cls.admin.login
        # courses here belong to no company
        self.course_source.takes_unassigned = True
        self.settle()

    def set_up(self, model, entity="dokstamp.course", user=None, **values):
        """What `create` over RPC answers; keywords as for `make_source`."""
        names = self.env["dokstamp.source"]._fields
        own = {k: values.pop(k) for k in list(values) if k in names and k != "name"}
        lines = [
            Command.create(self._line_values(name, definition))
            for name, definition in values.items()
        ]
        vals = {
            "name": "The manager's",
            "model_id": self.env["ir.model"]._get_id(model),
            "entity": entity,
            "company_id": self.env.company.id,
            "takes_unassigned": True,
            "field_ids": lines,
            "active": True,
            **own,
        }
        sources = self.env["dokstamp.source"]
        return self.call(user or self.manager, sources, "create", [vals])

    def managers_source(self, model, entity="dokstamp.course", **values):
        self.course_source.active = False
        answer = self.set_up(f"test.dokstamp.school.{model}", entity, **values)
        self.assertIsInstance(answer, list, answer)
        return self.env["dokstamp.source"].browse(answer)

    def file_source(self, **values):
        return self.managers_source(
            "file", name={"path": "name"}, description={"path": "note"}, **values
        )

    def file(self, owner=None, **values):
        values = {"name": "Botany", "note": SECRET, **values}
        return self.env["test.dokstamp.school.file"].create(
            {**values, "owner_id": owner and owner.id}
        )

    def told(self):
        """All that the registry and its links show."""
        texts = []
        for model in ("course", "module", "student", "enrollment"):
            records = self.env[f"dokstamp.{model}"].search([])
            texts += [str(values) for values in records.read()]
        links = self.env["dokstamp.source.link"].search([])
        return "\n".join([*texts, *(error or "" for error in links.mapped("error"))])

    def assert_nothing_told(self):
        self.flush()
        self.sweep()
        self.assertNotIn(SECRET, self.told())
        self.assertNotIn(SECRET, str(self.sandbox.requests()))


@tagged("post_install", "-at_install")
class TestSourceReach(SourceRightsCase):
    """Messages, files, secrets, settings and logs feed nothing, whoever asks."""

    TECHNICAL = (
        "mail.message",
        "mail.mail",
        "discuss.channel",
        "bus.bus",
        "ir.attachment",
        "ir.config_parameter",
        "ir.logging",
        "res.users.apikeys",
        "res.users.log",
        "res.device.log",
        "fetchmail.server",
        "base_import.import",
        "dokstamp.account",
        "dokstamp.audit.log",
    )
    # Of Odoo's own, where nothing else is installed; a new one is closed until it
    # stands here.
    OPEN = {
        "res.bank",
        "res.company",
        "res.country",
        "res.country.group",
        "res.country.state",
        "res.currency",
        "res.currency.rate",
        "res.lang",
        "res.partner",
        "res.partner.bank",
        "res.partner.category",
        "res.partner.industry",
        "res.users",
    }
    CLOSED = (
        "create_uid.password",
        "create_uid.api_key_ids.name",
        "teacher_id.user_ids.totp_secret",
        "teacher_id.message_ids.body",
        "teacher_id.activity_ids.summary",
        "teacher_id.activity_summary",
        "teacher_id.image_1920",
        "file_id.image",
    )

    def test_a_technical_model_is_no_source_for_anybody(self):
        for user in (self.manager, self.admin):
            for model in self.TECHNICAL:
                with self.subTest(model, user=user.login):
                    answer = self.set_up(model, user=user, name={"path": "create_date"})
                    self.assertIn(answer, ("AccessError", "ValidationError"))
                    self.assertFalse(
                        self.env["dokstamp.source"].search([("model", "=", model)])
                    )

    def test_these_models_of_odoo_itself_can_be_sources_and_no_others(self):
        addon = self.env["ir.module.module"]._get("dokstamp_connector")
        needed = addon.upstream_dependencies(exclude_states=("uninstalled",))
        names = {"base", *(needed | addon).mapped("name")}
        found = {
            name
            for name, model in self.env.registry.items()
            if model._original_module in names and not is_technical(self.env[name])
        }
        self.assertEqual(found, self.OPEN)

    def test_a_user_is_read_as_a_contact_with_a_login(self):
        users = self.env["res.users"]
        own = {
            name
            for name, field in users._fields.items()
            if not field.inherited and not is_closed(users, field)
        }
        self.assertLessEqual(own, USER_FIELDS)
        self.assertFalse({"password", "api_key_ids", "group_ids"} & own)

    def test_a_source_cannot_be_turned_into_one_of_messages(self):
        source = self.managers_source("course", name={"path": "create_date"})
        message = self.env["ir.model"]._get_id("mail.message")
        answer = self.call(self.manager, source, "write", {"model_id": message})
        self.assertEqual(answer, "ValidationError")

    def test_no_path_leads_into_what_is_closed(self):
        for path in self.CLOSED:
            for definition in (
                {"path": path},
                {"method": "text", "text": f"About {{{path}}}"},
            ):
                with self.subTest(definition=definition):
                    answer = self.set_up(
                        "test.dokstamp.school.course",
                        user=self.admin,
                        name={"path": "name"},
                        description=definition,
                    )
                    self.assertEqual(answer, "ValidationError")

    def test_no_condition_asks_for_what_is_closed(self):
        for domain in (
            [["teacher_id.message_ids.body", "ilike", "probation"]],
            [["teacher_id", "any", [["message_ids.body", "ilike", "x"]]]],
            [["create_uid.api_key_ids", "!=", False]],
            [["file_id.image", "!=", False]],
        ):
            with self.subTest(domain=domain):
                answer = self.set_up(
                    "test.dokstamp.school.course",
                    user=self.admin,
                    name={"path": "name"},
                    domain=str(domain),
                )
                self.assertIn(answer, ("AccessError", "ValidationError"))

    def test_a_source_of_messages_from_before_reads_nothing_and_says_so(self):
        source = self.make_source("school.course", "course", name={"path": "name"})
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE dokstamp_source_field SET path = %s WHERE source_id = %s",
            ["teacher_id.message_ids.body", source.id],
        )
        self.env.invalidate_all()
        teacher = self.env["res.partner"].create({"name": "T"})
        teacher.message_post(body=SECRET)
        self.school_course(teacher_id=teacher.id)
        self.assert_nothing_told()
        self.assertIn("No source reads “Messages”", source.reading_problem)


@tagged("post_install", "-at_install")
class TestSourceReader(SourceRightsCase):
    """A source reads what the user who changed it last may read, record by record."""

    def test_a_manager_without_other_rights_sets_up_a_source(self):
        source = self.file_source()
        file = self.file(note="Leaves")
        self.flush()
        self.assertEqual(source.reader_id, self.manager)
        self.assertFalse(source.reading_problem)
        self.assertEqual(self.fed(file).description, "Leaves")
        self.assertEqual(self.sandbox.count("courses"), 1)

    def test_a_record_of_somebody_else_is_not_read(self):
        self.file_source()
        file = self.file(self.bob)
        self.assert_nothing_told()
        self.assertFalse(self.fed(file))

    def test_its_owners_save_does_not_lend_rights(self):
        self.file_source()
        file = self.file(self.bob)
        self.commit()
        theirs = file.with_user(self.bob)
        theirs.note = f"{SECRET} still"
        self.assertTrue(theirs.display_name)
        self.assert_nothing_told()

    def test_a_path_through_a_course_into_a_file_of_somebody_else(self):
        for definition in (
            {"path": "file_id.note"},
            {"path": "file_id"},
            {"path": "file_summary"},
            {"method": "text", "text": "About {file_id.note}"},
            {"method": "text", "text": "About {file_id}"},
        ):
            with self.subTest(definition=definition):
                source = self.managers_source(
                    "course", name={"path": "name"}, description=definition
                )
                file = self.file(self.bob, name=SECRET)
                course = self.school_course(code="F", file_id=file.id)
                file.course_id = course
                # whoever saves has all of it in Odoo's cache
                self.assertTrue(course.file_summary and course.file_id.display_name)
                self.assert_nothing_told()
                self.assertFalse(self.fed(course, source))
                self.assertIn("may not read", self.link(course, source).error)
                source.unlink()

    def test_one_course_with_a_file_of_somebody_else_holds_up_no_other(self):
        source = self.managers_source(
            "course", name={"path": "name"}, description={"path": "file_id.note"}
        )
        courses = self.env["test.dokstamp.school.course"].create(
            [
                {"name": "One", "file_id": self.file(note="Fine").id},
                {"name": "Two", "file_id": self.file(self.bob).id},
                {"name": "Three"},
            ]
        )
        self.commit()
        fed = [bool(self.fed(course, source)) for course in courses]
        self.assertEqual(fed, [True, False, True])
        self.assertEqual(source.error_count, 1)

    def test_a_condition_finds_nothing_out_about_a_file_of_somebody_else(self):
        for condition in (
            [("file_id.note", "=", SECRET)],
            [("file_ids.note", "ilike", "probation")],
            [("file_id", "any", [("note", "like", "probation")])],
        ):
            with self.subTest(condition=condition):
                source = self.managers_source(
                    "course", name={"path": "name"}, domain=str(condition)
                )
                file = self.file(self.bob)
                course = self.school_course(code="Q", file_id=file.id)
                file.course_id = course
                self.commit()
                self.sweep()
                self.assertFalse(self.link(course, source))
                source.unlink()

    def test_a_condition_that_excludes_lets_nothing_in_that_it_cannot_judge(self):
        for condition in (
            ["!", ("file_id.note", "=", "internal")],
            [("file_id", "not any", [("note", "=", "internal")])],
        ):
            with self.subTest(condition=condition):
                source = self.managers_source(
                    "course", name={"path": "name"}, domain=str(condition)
                )
                file = self.file(self.bob)
                course = self.school_course(code="N", file_id=file.id)
                self.commit()
                self.sweep()
                self.assertFalse(self.fed(course, source))
                self.assertIn("may not read", self.link(course, source).error)
                source.unlink()

    def test_a_condition_on_what_was_fed_before_finds_nothing_out(self):
        source = self.managers_source("course", name={"path": "name"})
        courses = [
            self.school_course(code=note, file_id=self.file(self.bob, note=note).id)
            for note in ("yes", "no")
        ]
        self.settle()
        condition = "[('file_id.note', '=', 'yes')]"
        self.call(self.manager, source, "write", {"domain": condition})
        self.sweep()
        links = self.link(courses[0], source) + self.link(courses[1], source)
        self.assertEqual(len(set(links.mapped("error"))), 1)
        self.assertEqual(links.mapped("is_live"), [True, True])

    def test_records_of_another_company_along_a_path_are_not_read(self):
        source = self.managers_source(
            "course", name={"path": "name"}, area={"path": "teacher_id.function"}
        )
        teacher = self.env["res.partner"].create(
            {
                "name": "T",
                "function": SECRET,
                "company_id": self.other_company.id,
            }
        )
        course = self.school_course(teacher_id=teacher.id)
        self.assert_nothing_told()
        self.assertIn("Contact", self.link(course, source).error)

    def test_a_field_with_a_group_along_a_path_is_refused(self):
        answer = self.set_up(
            "test.dokstamp.school.membership",
            name={"path": "course_id.name"},
            description={"method": "text", "text": "{course_id.budget}"},
        )
        self.assertEqual(answer, "AccessError")
        answer = self.set_up(
            "test.dokstamp.school.course",
            name={"path": "name"},
            domain="[('budget', '=', '7')]",
        )
        self.assertEqual(answer, "AccessError")

    def test_what_another_source_refers_to_is_read_as_its_own_reader_may(self):
        files = self.file_source(trigger="on_demand")
        self.line(self.membership_source, "course_id").path = "course_id.file_id"
        hidden = self.school_course(file_id=self.file(self.bob).id)
        shown = self.school_course(file_id=self.file(note="Leaves").id)
        bo = self.person(name="Bo Example", email="bo@example.com")
        memberships = [self.membership(bo, one) for one in (hidden, shown)]
        self.assert_nothing_told()
        self.assertFalse(self.fed(hidden.file_id, files))
        self.assertIn("cannot read it", self.link(memberships[0]).error)
        self.assertTrue(self.fed(memberships[1]))

    def test_a_link_names_no_record_that_its_viewer_may_not_read(self):
        source = self.make_source("school.file", "course", name={"path": "note"})
        file = self.file(self.bob, name=SECRET, note="Botany")
        self.commit()
        link = self.link(file, source)
        [seen] = self.call(self.registrar, link, "read", ["res_name", "entity_name"])
        self.assertEqual(seen["res_name"], "Botany")
        [seen] = self.call(self.registrar, self.fed(file), "read", ["fed_by"])
        self.assertNotIn(SECRET, seen["fed_by"])
        link.entity_id = False
        [seen] = self.call(self.registrar, link, "read", ["res_name"])
        self.assertEqual(seen["res_name"], "no access")


@tagged("post_install", "-at_install")
class TestSourceRightsLost(SourceRightsCase):
    """What a change of rights takes away is said, and stays at DokStamp as it was."""

    def setUp(self):
        super().setUp()
        self.source = self.file_source()
        self.mine = self.file(note="Leaves")
        self.settle()

    def assert_stays(self, record=None):
        record = record or self.mine
        self.flush()
        self.sweep()
        self.flush()
        entity = self.fed(record, self.source)
        self.assertTrue(entity.active)
        self.assertTrue(self.link(record, self.source).is_live)
        self.assertFalse(self.sandbox.requests())
        return self.link(record, self.source).error

    def test_a_record_that_may_not_be_read_any_more_stays_as_it_was(self):
        self.mine.write({"owner_id": self.bob.id, "note": SECRET})
        self.assertIn("may not read this record", self.assert_stays())
        self.assertEqual(self.fed(self.mine).description, "Leaves")
        self.assertEqual(self.source.error_count, 1)
        self.mine.write({"owner_id": False, "note": "Roots"})
        self.flush()
        self.assertFalse(self.link(self.mine).error)
        self.assertEqual(self.fed(self.mine).description, "Roots")

    def test_a_reader_who_may_not_any_more_stops_this_source_alone(self):
        access = self.env.ref("test_dokstamp_connector.access_school_file_user")
        group = self.env.ref("dokstamp_connector.group_manager")
        changes = {
            "archived": lambda: self.manager.write({"active": False}),
            "no manager": lambda: self.manager.write(
                {"group_ids": [Command.unlink(group.id)]}
            ),
            "another company": lambda: self.manager.write(
                {
                    "company_ids": [Command.set(self.other_company.ids)],
                    "company_id": self.other_company.id,
                }
            ),
            "no access": lambda: access.write({"active": False}),
            "deleted": lambda: self.env.cr.execute(
                "UPDATE dokstamp_source SET reader_id = NULL WHERE id = %s",
                [self.source.id],
            ),
        }
        for name, change in changes.items():
            with self.subTest(name), self.env.cr.savepoint() as savepoint:
                change()
                self.env.flush_all()
                self.env.invalidate_all()
                self.assertIn("may not read", self.source.reading_problem)
                self.mine.note = SECRET
                self.assertIn(
                    "ask an administrator to confirm the source", self.assert_stays()
                )
                person = self.membership(
                    self.person(email=f"{name[:2]}@example.com")
                ).person_id
                self.commit()
                self.assertTrue(self.fed(person))
                savepoint.rollback()
            self.env.invalidate_all()
            self.env["dokstamp.source"]._forget_watches()

    def test_a_deleted_record_is_archived_all_the_same(self):
        self.manager.active = False
        entity = self.fed(self.mine)
        self.mine.unlink()
        self.flush()
        self.assertFalse(entity.active)

    def test_a_condition_along_a_path_into_what_was_closed_changes_nothing(self):
        self.source.unlink()
        self.source = self.managers_source(
            "course", name={"path": "name"}, domain="[('file_id.name', '!=', 'x')]"
        )
        course = self.school_course(file_id=self.mine.id)
        self.settle()
        self.mine.owner_id = self.bob
        course.name = "Zoology"
        self.assertIn("School File", self.assert_stays(course))

    def test_a_record_that_matches_no_more_is_archived(self):
        self.call(self.manager, self.source, "write", {"domain": "[('note','!=','x')]"})
        self.settle()
        self.mine.note = "x"
        self.flush()
        self.assertFalse(self.fed(self.mine).active)

    def test_it_goes_on_where_an_administrator_confirms_it(self):
        self.manager.active = False
        self.mine.note = "Roots"
        self.assert_stays()
        self.confirm(self.source, self.admin)
        self.sweep()
        self.assertEqual(self.fed(self.mine).description, "Roots")
        self.assertFalse(self.source.reading_problem)

    def confirm(self, source, user):
        action = self.call(user, source, "action_confirm_reading")
        if isinstance(action, str):
            return action
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        return self.call(user, wizard, "action_confirm")

    def test_only_a_system_administrator_confirms(self):
        self.assertEqual(self.confirm(self.source, self.manager), "AccessError")
        wizards = self.env["dokstamp.source.confirmation"]
        answer = self.call(
            self.manager, wizards, "create", [{"source_id": self.source.id}]
        )
        self.assertEqual(answer, "AccessError")
        self.assertFalse(self.source.reads_all)

    def test_an_administrator_sees_what_it_reads(self):
        self.file(self.bob)
        action = self.call(self.admin, self.source, "action_confirm_reading")
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual((wizard.record_count, wizard.readable_count), (2, 1))
        self.assertIn("Description ← Note", wizard.summary)
        self.assertIn("School File", wizard.summary)

    def test_what_changed_since_an_administrator_looked_is_not_confirmed(self):
        action = self.call(self.admin, self.source, "action_confirm_reading")
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        line = self.line(self.source, "description")
        self.call(self.manager, line, "write", {"path": "name"})
        answer = self.call(self.admin, wizard, "action_confirm")
        self.assertEqual(answer, "UserError")
        self.assertFalse(self.source.reads_all)

    def test_any_change_ends_the_confirmation(self):
        line = self.line(self.source, "description")
        value = {"field_id": line.id, "from_value": "a", "to_value": "b"}
        other = self.set_up(
            "test.dokstamp.school.file", name={"path": "note"}, active=False
        )
        moved = self.env["dokstamp.source"].browse(other).field_ids
        changes = {
            "condition": lambda: (self.source, "write", {"domain": "[('id','>',0)]"}),
            "path": lambda: (line, "write", {"path": "name"}),
            "table": lambda: (self.env["dokstamp.source.value"], "create", [value]),
            "moved": lambda: (
                moved,
                "write",
                {"source_id": self.source.id, "field_name": "area"},
            ),
            "nested": lambda: (
                self.source,
                "write",
                {"field_ids": [Command.update(line.id, {"conversion": False})]},
            ),
            "deleted": lambda: (line, "unlink"),
        }
        for name, change in changes.items():
            with self.subTest(name):
                self.confirm(self.source, self.admin)
                self.assertTrue(self.source.reads_all)
                answer = self.call(self.manager, *change())
                self.assertNotIsInstance(answer, str)
                self.assertFalse(self.source.reads_all)
                self.assertEqual(self.source.reader_id, self.manager)

    def test_its_name_place_and_switch_are_no_change(self):
        self.confirm(self.source, self.admin)
        values = {"name": "Files", "sequence": 3, "active": False}
        self.call(self.manager, self.source, "write", values)
        self.call(self.manager, self.source, "write", {"active": True})
        self.assertTrue(self.source.reads_all)

    def test_a_copy_is_not_confirmed(self):
        self.confirm(self.source, self.admin)
        [copy] = self.call(self.manager, self.source, "copy")
        copy = self.env["dokstamp.source"].browse(copy)
        self.assertFalse(copy.reads_all)
        self.assertEqual(copy.reader_id, self.manager)

    def test_a_source_that_came_with_an_addon_is_the_managers_who_changes_it(self):
        preset = self.make_source("school.file", "module", name={"path": "note"})
        self.assertTrue(preset.reads_all)
        line = self.line(preset, "name")
        self.call(self.manager, line, "write", {"method": "text", "text": "{name}"})
        self.assertFalse(preset.reads_all)
        # an upgrade of the addon is no change by somebody who may read all
        line.conversion = False
        self.assertFalse(preset.reads_all)

    def test_a_source_from_before_reads_as_whoever_is_known_to_have_changed_it(self):
        theirs, preset, edited = (
            self.make_source(
                "school.file", f"{kind}", name={"path": "note"}, active=False
            )
            for kind in ("course", "module", "student")
        )
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE dokstamp_source SET create_uid = %s WHERE id = %s",
            [self.manager.id, theirs.id],
        )
        self.env.cr.execute(
            "UPDATE dokstamp_source_field SET write_uid = %s WHERE source_id = %s",
            [self.manager.id, edited.id],
        )
        self.env.cr.execute("UPDATE dokstamp_source SET reader_id = NULL")
        self.env["dokstamp.source"]._init_column("reader_id")
        self.env.invalidate_all()
        self.assertEqual(theirs.reader_id, self.manager)
        self.assertEqual(edited.reader_id, self.manager)
        self.assertEqual(preset.reader_id, self.env.ref("base.user_root"))

    def test_nobody_says_who_reads(self):
        root, admin = self.env.ref("base.user_root"), self.admin
        for values in ({"reader_id": root.id}, {"confirmed_by_id": admin.id}):
            with self.subTest(values=values):
                answer = self.call(self.manager, self.source, "write", values)
                self.assertEqual(answer, "AccessError")
                answer = self.set_up("test.dokstamp.school.file", **values)
                self.assertEqual(answer, "AccessError")
                name, value = next(iter(values.items()))
                loaded = self.call(
                    self.manager,
                    self.env["dokstamp.source"],
                    "load",
                    ["name", "model_id/.id", "entity", f"{name}/.id"],
                    [["X", str(self.source.model_id.id), "Course", str(value)]],
                )
                self.assertFalse(loaded["ids"])

    def test_a_default_value_says_nothing_either(self):
        root = self.env.ref("base.user_root")
        self.suggest(
            self.manager,
            "dokstamp.source",
            reader_id=root.id,
            confirmed_by_id=self.admin.id,
        )
        vals = {
            "name": "By default",
            "model_id": self.source.model_id.id,
            "entity": "dokstamp.module",
        }
        [made] = self.call(
            self.manager,
            self.env["dokstamp.source"],
            "create",
            [vals],
            context={"default_reader_id": root.id, "default_confirmed_by_id": root.id},
        )
        made = self.env["dokstamp.source"].browse(made)
        self.assertEqual(made.reader_id, self.manager)
        self.assertFalse(made.confirmed_by_id)

    def test_a_form_that_is_being_filled_answers_for_nobody_else(self):
        answer = self.call(
            self.manager,
            self.env["dokstamp.source"],
            "onchange",
            [],
            {
                "model_id": self.env["ir.model"]._get_id("ir.config_parameter"),
                "reader_id": self.admin.id,
            },
            ["model_id", "reader_id"],
            {"reading_problem": {}, "reading_note": {}, "model_id": {}},
        )
        self.assertFalse(answer["value"].get("reading_problem"))
        self.assertFalse(answer["value"].get("reading_note"))
