from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common import DokstampCase

OTHER = {
    "tenant": "other-school",
    "client_id": "other-client",
    "client_secret": "other-secret",
}


@tagged("post_install", "-at_install")
class TestSetupPanel(DokstampCase):
    """From nothing to the first certificate, each step says done or what is missing."""

    def begin_with(self, cls):
        cls.school = self.env["res.company"].create({"name": "New School"})
        cls.head, cls.clerk = (
            new_test_user(
                self.env,
                login=f"{name.split()[0].lower()}@example.com",
                name=name,
                groups=f"dokstamp_connector.{group}",
                company_id=cls.school.id,
                company_ids=cls.school.ids,
            )
            for name, group in (
                ("Hanna Head", "group_manager"),
                ("Carl Clerk", "group_registrar"),
            )
        )

    def panel(self, user=None):
        self.env.invalidate_all()
        return self.env["dokstamp.setup"].with_user(user or self.head).get_panel()

    def step(self, name):
        return next(step for step in self.panel()["steps"] if step["name"] == name)

    def states(self):
        return {step["name"]: step["state"] for step in self.panel()["steps"]}

    def sign_up(self):
        accounts = self.env["dokstamp.account"].with_user(self.head)
        return accounts.create({"name": "New", "base_url": self.sandbox.url, **OTHER})

    def press(self, account, name):
        """What the first button of a step does, where it is the account's."""
        [method] = [b["method"] for b in self.step(name)["buttons"][:1]]
        return getattr(account.with_user(self.head), method)()

    def test_it_leads_from_nothing_to_certificates(self):
        states = self.states()
        self.assertEqual(states["account"], "todo")
        for name in ("institution", "rehearsal", "load", "signatories"):
            self.assertEqual(states[name], "later")
        self.assertIn("Enter the tenant", self.step("account")["sentence"])

        account = self.sign_up()
        self.assertIn("not connected", self.step("account")["sentence"])
        self.press(account, "account")
        self.assertEqual(self.states()["account"], "done")

        self.assertIn("New School", self.step("institution")["sentence"])
        choice = self.press(account, "institution")
        choice = account.env["dokstamp.institution.choice"].browse(choice["res_id"])
        self.assertEqual(choice.diploma_note, "New School")
        choice.country_id = self.env.ref("base.pt")
        self.assertEqual(choice.diploma_note, "New School, Portugal")
        self.assertIs(choice.action_create_from_company(), True)
        self.assertIn("Portugal", self.step("institution")["sentence"])

        course = self.course(company_id=self.school.id, institution_id=False)
        student = self.student(company_id=self.school.id, date_of_birth=False)
        enrollment = self.enrollment(
            company_id=self.school.id, student_id=student.id, course_id=course.id
        )
        account._complete_registry()
        self.assertIn("courses: 1, students: 1", self.step("sources")["sentence"])
        missing = self.step("missing")
        self.assertEqual(missing["state"], "todo")
        self.assertIn("1 × Date of birth", missing["sentence"])
        [listing] = [button["action"] for button in missing["buttons"]]
        issues = self.env[listing["res_model"]].with_user(self.head)
        self.assertIn(student.id, issues.search(listing["domain"]).mapped("res_id"))
        student.date_of_birth = "2001-02-03"
        self.assertEqual(self.states()["missing"], "done")

        self.press(account, "rehearsal")
        self.assertEqual(self.states()["rehearsal"], "running")
        self.run_cron("dokstamp_connector.ir_cron_run")
        self.assertIn("Nothing was sent", self.step("rehearsal")["sentence"])
        self.press(account, "load")
        self.run_cron("dokstamp_connector.ir_cron_run")
        self.flush()
        self.run_cron("dokstamp_connector.ir_cron_run")
        self.assertEqual(self.states()["load"], "done", self.step("load"))
        self.assertEqual(enrollment.sync_state, "synced")

        self.assertIn("Carl Clerk", self.step("registrars")["sentence"])
        self.assertEqual(self.states()["signatories"], "todo")
        account.institution_id.signatory_ids = [
            (0, 0, {"name": "Rita Rector", "title": "Rector"})
        ]
        self.assertIn("Rita Rector", self.step("signatories")["sentence"])
        self.assertIn("Nobody has completed", self.step("certificates")["sentence"])
        enrollment.write(
            {"completion_status": "completed", "completed_at": "2026-10-01"}
        )
        self.assertEqual(self.states()["certificates"], "todo")
        self.assertFalse(self.panel()["is_over"])

    def test_credentials_that_do_not_work_are_said_on_the_step(self):
        account = self.sign_up()
        account.client_secret = "wrong"
        self.press(account, "account")
        self.assertIn("refused the credentials", self.step("account")["sentence"])
        account.client_secret = OTHER["client_secret"]
        self.press(account, "account")
        self.assertEqual(self.states()["account"], "done")
        account.action_pause()
        self.assertIn("Paused by Hanna Head", self.step("account")["sentence"])

    def test_who_cannot_set_it_up_reads_who_can(self):
        told = self.panel(self.clerk)
        self.assertFalse(told["steps"])
        self.assertIn("Hanna Head", told["sentence"])
        self.assertNotIn(self.manager.name, told["sentence"], "of another company")
        self.head.group_ids -= self.env.ref("dokstamp_connector.group_manager")
        boss = new_test_user(
            self.env,
            login="boss@example.com",
            name="Bea Boss",
            groups="base.group_erp_manager",
            company_id=self.school.id,
            company_ids=self.school.ids,
        )
        told = self.panel(self.clerk)
        self.assertIn(boss.name, told["sentence"])
        self.assertIn("DokStamp / Manager", told["sentence"])
        # where it is set up, nothing is said
        self.assertFalse(self.panel(self.registrar)["sentence"])

    def test_it_can_be_put_away_and_comes_back(self):
        setup = self.env["dokstamp.setup"]
        self.assertFalse(self.panel()["is_put_away"])
        setup.with_user(self.head).action_put_away()
        self.assertTrue(self.panel()["is_put_away"])
        self.assertFalse(self.panel()["steps"])
        self.assertFalse(self.panel(self.manager)["is_put_away"], "another company")
        setup.with_user(self.head).action_bring_back()
        self.assertFalse(self.panel()["is_put_away"])
        with self.assertRaises(AccessError):
            setup.with_user(self.clerk).action_put_away()
        plain = new_test_user(self.env, login="p@example.com", groups="base.group_user")
        with self.assertRaises(AccessError):
            setup.with_user(plain).get_panel()

    def test_it_speaks_of_the_current_company(self):
        self.head.company_ids += self.env.company
        there = self.env["dokstamp.setup"].with_user(self.head)
        there = there.with_company(self.env.company)
        self.assertEqual(there.get_panel()["account_id"], self.account.id)
        self.assertEqual(there.get_panel()["company"], self.env.company.name)
        self.assertFalse(self.panel()["account_id"])

    def test_a_further_company_gets_sources_that_it_then_switches_on(self):
        source = self.contact_source()
        names = self.env["ir.model.data"]
        # what other addons brought may be none of the manager's to read
        names.search([("model", "=", source._name)]).unlink()
        names.create(
            {
                "module": "dokstamp_connector",
                "name": "shipped_source",
                "model": source._name,
                "res_id": source.id,
            }
        )
        self.assertEqual(self.states()["sources"], "later")
        account = self.sign_up()
        self.assertIn("New School", self.step("sources")["sentence"])
        self.press(account, "sources")
        self.assertIn("switched off", self.step("sources")["sentence"])
        [listing] = [
            button["action"]
            for button in self.step("sources")["buttons"]
            if "action" in button
        ]
        sources = self.env["dokstamp.source"].with_context(active_test=False)
        made = sources.search(listing["domain"])
        self.assertIn(source.model_id, made.model_id)
        made.filtered(lambda one: one.model_id == source.model_id).active = True
        self.assertEqual(self.states()["sources"], "done")

    def test_it_names_an_addon_that_would_feed_it(self):
        self.env["ir.module.module"].create(
            [
                {
                    "name": "some_app",
                    "shortdesc": "Some App",
                    "application": True,
                    "state": "installed",
                },
                {
                    "name": "dokstamp_connector_some",
                    "shortdesc": "Some bridge",
                    "state": "uninstalled",
                    "dependencies_id": [
                        (0, 0, {"name": "dokstamp_connector"}),
                        (0, 0, {"name": "some_app"}),
                    ],
                },
            ]
        )
        [app] = [
            app for app in self.step("sources")["details"] if app["name"] == "Some App"
        ]
        self.assertIn("Some bridge", app["sentence"])
        self.assertNotIn("button", app, "whoever may not install it gets no button")
        self.head.group_ids += self.env.ref("base.group_system")
        [button] = [
            app["button"]
            for app in self.step("sources")["details"]
            if app["name"] == "Some App"
        ]
        found = self.env[button["action"]["res_model"]].search(
            [("name", "=", button["action"]["context"]["search_default_name"])]
        )
        self.assertEqual(found.name, "dokstamp_connector_some")

    def test_whoever_installed_it_may_set_it_up(self):
        administrators = self.env.ref("base.group_system")
        manager = self.env.ref("dokstamp_connector.group_manager")
        self.assertIn(manager, administrators.all_implied_ids)

    def test_every_list_says_what_belongs_there_when_it_is_empty(self):
        actions = self.env["ir.actions.act_window"].search([("target", "!=", "new")])
        names = actions.get_external_id()
        silent = [
            name
            for action in actions
            if (name := names[action.id]).startswith("dokstamp_connector")
            and not action.help
        ]
        self.assertFalse(silent)
