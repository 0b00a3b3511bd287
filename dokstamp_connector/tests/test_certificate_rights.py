import json

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common_rights import RightsCase

OPEN, LOGIN, DENIED, ABSENT = 200, 303, 403, 404


@tagged("post_install", "-at_install")
class TestCertificateRights(RightsCase):
    """Who gets at a certificate over HTTP: its registrars, and its student's portal."""

    def begin_with(self, cls):
        super().begin_with(cls)
        cls.student_user = self.portal_user("ada-portal@example.com")
        self.ada.partner_id = cls.student_user.partner_id
        cls.classmate = self.portal_user("grace-portal@example.com")
        cls.certificate = self.issued()

    def portal_user(self, login):
        return new_test_user(self.env, login=login, groups="base.group_portal")

    def everybody(self):
        people = (
            None,
            self.student_user,
            self.classmate,
            self.bob,
            self.eve,
            self.registrar,
        )
        for user in people:
            with self.subTest(user=user.login if user else "a stranger"):
                self.sign_in(user)
                yield user

    def statuses(self, path):
        self.env.flush_all()
        return [
            self.url_open(path, allow_redirects=False).status_code
            for _user in self.everybody()
        ]

    def test_who_gets_which_document(self):
        """In the order of `everybody`: the last one is the school's registrar."""
        certificate = f"dokstamp.certificate/{self.certificate.id}/pdf"
        attachment = self.env["ir.attachment"].search(
            [
                ("res_model", "=", "dokstamp.certificate"),
                ("res_id", "=", self.certificate.id),
                ("res_field", "=", "pdf"),
            ]
        )
        entry = self.env["dokstamp.register.entry"].search([], limit=1)
        report = "/report/pdf/dokstamp_connector.certificate_document"
        register = f"/report/html/dokstamp_connector.register_document/{entry.id}"
        rights = {
            f"/my/certificates/{self.certificate.id}/pdf": (
                LOGIN,
                OPEN,
                *[ABSENT] * 4,
            ),
            f"/web/content/{certificate}": (*[ABSENT] * 5, OPEN),
            f"/web/content/{attachment.id}": (*[ABSENT] * 5, OPEN),
            f"{report}/{self.certificate.id}": (LOGIN, *[DENIED] * 4, OPEN),
            register: (LOGIN, *[DENIED] * 4, OPEN),
        }
        for path, expected in rights.items():
            with self.subTest(path):
                self.assertEqual(tuple(self.statuses(path)), expected)

    def test_an_image_route_shows_no_document(self):
        path = f"/web/image/dokstamp.certificate/{self.certificate.id}/pdf"
        for user in self.everybody():
            shown = self.url_open(path).content.startswith(b"%PDF")
            self.assertEqual(shown, user == self.registrar)

    def test_messages_and_attachments_are_for_registrars(self):
        self.certificate.with_user(self.registrar).message_post(body="Inside matter")
        self.env.flush_all()
        thread = {"thread_model": self.certificate._name}
        thread["thread_id"] = self.certificate.id
        message = {**thread, "post_data": {"body": "x"}}
        for user in self.everybody():
            if user == self.registrar:
                continue
            answer = self.post("/mail/thread/messages", thread)
            self.assertNotIn("Inside matter", json.dumps(answer))
            answer = self.post("/mail/message/post", message)
            self.assertNotIn("dict", type(answer).__name__)
        self.assertFalse(self.certificate.message_ids.filtered(lambda m: m.body == "x"))

    def test_no_model_opens_to_who_has_no_group(self):
        for user in (self.student_user, self.bob):
            for name in self.models():
                model = self.env[name].with_user(user)
                with self.subTest(user=user.login, model=name):
                    for operation in ("read", "write", "create", "unlink"):
                        self.assertFalse(model.has_access(operation))
                    with self.assertRaises(AccessError):
                        model.search([])
                    with self.assertRaises(AccessError):
                        model.formatted_read_group([], aggregates=["__count"])

    def models(self):
        return [
            name
            for name, model in self.env.items()
            if name.startswith("dokstamp.") and not model._abstract
        ]

    def test_a_registrar_sees_nothing_of_another_company(self):
        self.env["dokstamp.hold"].create({"student_id": self.ada.id, "reason": "Fees"})
        self.env["dokstamp.portfolio"].create(
            {"student_id": self.ada.id, "slug": "ada-example"}
        )
        for name in self.models():
            if name == "dokstamp.binding":
                continue  # managers only
            model = self.env[name].with_user(self.eve)
            if not model.has_access("read"):
                continue
            with self.subTest(name):
                self.assertFalse(model.with_context(active_test=False).search([]))
        answer = self.call(self.eve, self.certificate, "read", ["number"])
        self.assertEqual(answer, "AccessError")

    def test_what_a_registrar_may_only_read_or_not_even_that(self):
        rights = {
            "dokstamp.account": "r",
            "dokstamp.sync.record": "r",
            "dokstamp.audit.log": "r",
            "dokstamp.source": "r",
            "dokstamp.source.link": "r",
            "dokstamp.signatory": "r",
            "dokstamp.register.entry": "r",
            "dokstamp.certificate.archive": "r",
            "dokstamp.badge.image": "r",
            "dokstamp.hold": "rwc",
            "dokstamp.issue.run": "rwc",
            "dokstamp.binding": "",
            "dokstamp.source.field": "r",
            "dokstamp.source.value": "r",
            "dokstamp.institution.choice": "",
            "dokstamp.institution.choice.line": "",
        }
        operations = {"r": "read", "w": "write", "c": "create", "u": "unlink"}
        for name, allowed in rights.items():
            model = self.env[name].with_user(self.registrar)
            for letter, operation in operations.items():
                with self.subTest(model=name, operation=operation):
                    self.assertEqual(model.has_access(operation), letter in allowed)

    def test_settings_of_the_account_are_the_managers(self):
        for values in (
            {"needs_approval": False},
            {"issue_ceiling": 10_000},
            {"notifies_students": True},
            {"certificate_document": "upload"},
            {"base_url": "https://example.com"},
            {"state": "connected"},
            {"client_secret": "typed"},
        ):
            with self.subTest(values):
                answer = self.call(self.registrar, self.account, "write", values)
                self.assertEqual(answer, "AccessError")
        for button in ("action_pause", "action_resume", "action_choose_institution"):
            self.account.sudo().state = "paused"
            with self.subTest(button):
                answer = self.call(self.registrar, self.account, button)
                self.assertEqual(answer, "AccessError")
        self.assertFalse(self.requests())

    def test_the_register_and_the_audit_log_change_for_nobody(self):
        entry = self.env["dokstamp.register.entry"].search([], limit=1)
        line = self.audit_of(self.certificate)[-1]
        for record, values in (
            (entry, {"student_name": "Mallory"}),
            (line, {"new_values": {}}),
        ):
            for user in (self.registrar, self.manager):
                record = record.with_user(user)
                with self.subTest(model=record._name, user=user.login):
                    for method, *args in (("write", values), ("unlink",), ("copy",)):
                        answer = self.call(user, record, method, *args)
                        self.assertIn(answer, ("AccessError", "UserError"))
            with self.assertRaises(UserError):
                record.sudo().write(values)
            with self.assertRaises(UserError):
                record.sudo().unlink()

    def test_a_contact_leads_nobody_to_its_students(self):
        name = "dokstamp_student_ids"
        partner = self.student_user.partner_id
        answer = self.call(self.bob, partner, "read", [name])
        self.assertEqual(answer, "AccessError")
        answer = self.call(self.bob, partner, "write", {name: [Command.clear()]})
        self.assertEqual(answer, "AccessError")
        partners = partner.browse()
        domain = [(f"{name}.email", "=", self.ada.email)]
        answer = self.call(self.bob, partners, "search", domain)
        self.assertEqual(answer, "AccessError")

    def test_a_company_is_not_chosen_by_the_context(self):
        answer = self.call(
            self.eve,
            self.env["dokstamp.certificate"],
            "search_read",
            [],
            ["number"],
            context={"allowed_company_ids": [self.env.company.id]},
        )
        self.assertEqual(answer, "AccessError")

    def test_buttons_refuse_who_may_not_press_them(self):
        buttons = (
            "action_issue",
            "action_revoke",
            "action_reissue",
            "action_sync_now",
            "action_stop_automatic_issue",
            "action_download_documents",
            "action_preview",
            "action_open_verification",
        )
        for user in (self.student_user, self.bob, self.eve):
            for button in buttons:
                with self.subTest(user=user.login, button=button):
                    answer = self.call(user, self.certificate, button)
                    self.assertEqual(answer, "AccessError")
        self.flush()
        self.assertFalse(self.requests())

    def test_private_methods_are_not_called_from_outside(self):
        for method in ("_queue_issue", "_note_remote", "_preview", "_check"):
            with self.subTest(method):
                answer = self.call(self.registrar, self.certificate, method)
                self.assertEqual(answer, "AccessError")


@tagged("post_install", "-at_install")
class TestWizardRights(RightsCase):
    """What a registrar is about to do is no colleague's business."""

    def assert_own(self, wizard):
        for user in (self.manager, self.eve):
            with self.subTest(user=user.login):
                found = self.call(user, wizard.browse(), "search_read", [], ["id"])
                self.assertNotIn(wizard.id, [one["id"] for one in found])
                for method, *args in (("read", ["id"]), ("write", {}), ("unlink",)):
                    answer = self.call(user, wizard, method, *args)
                    self.assertEqual(answer, "AccessError")
        answer = self.call(self.registrar, wizard, "read", ["id"])
        self.assertEqual(answer, [{"id": wizard.id}])

    def test_the_reason_of_a_revocation_is_not_changed_by_another(self):
        certificate = self.issued().with_user(self.registrar)
        action = certificate.action_revoke()
        wizard = self.env["dokstamp.certificate.revocation"].browse(action["res_id"])
        wizard.reason = "Wrong name"
        self.assert_own(wizard)
        answer = self.call(self.eve, wizard, "write", {"reason": "A thief"})
        self.assertEqual(answer, "AccessError")
        self.assertEqual(wizard.reason, "Wrong name")

    def test_the_list_of_who_gets_one_is_not_read_by_another(self):
        self.env["dokstamp.hold"].create({"student_id": self.ada.id, "reason": "Fees"})
        wizards = self.env["dokstamp.certificate.issue"].with_user(self.registrar)
        wizard = wizards.browse(wizards._open_for(self.completion)["res_id"])
        self.assertIn("Fees", wizard.line_ids.obstacle)
        self.assert_own(wizard)
        self.assert_own(wizard.line_ids)

    def test_a_wizard_does_not_lend_its_owners_rights(self):
        certificate = self.issued()
        wizards = self.env["dokstamp.certificate.revocation"]
        values = {
            "certificate_ids": [Command.set(certificate.ids)],
            "reason": "A thief",
        }
        for user in (self.bob, self.eve):
            answer = self.call(user, wizards, "create", values)
            self.assertEqual(answer, "AccessError")
        wizard = wizards.with_user(self.registrar).create(values).with_user(self.eve)
        self.assertEqual(self.call(self.eve, wizard, "action_confirm"), "AccessError")
        self.assertFalse(certificate.revocation_reason)

    def test_a_preview_is_for_whoever_asked(self):
        wizards = self.env["dokstamp.certificate.issue"].with_user(self.registrar)
        wizard = wizards.browse(wizards._open_for(self.completion)["res_id"])
        path = wizard.line_ids.action_preview()["url"]
        self.env.flush_all()
        for user, status in (
            (self.registrar, OPEN),
            (self.manager, ABSENT),
            (self.eve, ABSENT),
            (self.bob, ABSENT),
            (None, ABSENT),
        ):
            with self.subTest(user=user and user.login):
                self.sign_in(user)
                self.assertEqual(self.url_open(path).status_code, status)


@tagged("post_install", "-at_install")
class TestCheckLinkRights(RightsCase):
    """A stranger who tries links learns nothing, whatever they hold."""

    def test_what_is_no_token_is_not_known(self):
        known = self.draft().check_token
        self.env.flush_all()
        for token in (
            "%00",
            f"{known}%00",
            f"{known}%0a",
            f"%20{known}",
            known[:-1],
            known.swapcase(),
            "%25",
            "_" * len(known),
            "x" * 3000,
            "%F0%9F%98%80",
        ):
            with self.subTest(token):
                response = self.url_open(f"/dokstamp/check/{token}")
                self.assertEqual(response.status_code, ABSENT)
                self.assertIn("not known here", response.text)
