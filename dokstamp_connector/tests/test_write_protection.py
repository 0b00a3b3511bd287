from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common_rights import RightsCase
from .test_badges import png


@tagged("post_install", "-at_install")
class TestWriteProtection(RightsCase):
    """What the connector writes is closed to people by every way in, and a link leads
    nobody to what is not theirs.
    """

    def begin_with(self, cls):
        super().begin_with(cls)
        cls.foreign = self.env["dokstamp.institution"].create(
            {
                "name": "Foreign School",
                "company_id": self.other_company.id,
                "account_id": False,
            }
        )
        cls.twin = self.env["dokstamp.institution"].create({"name": "Second School"})

    def mine(self, record):
        return record.with_user(self.registrar)

    # === WHOSE A CERTIFICATE IS === #

    def test_an_issued_certificate_stays_its_institutions(self):
        certificate = self.issued()
        values = {"institution_id": self.twin.id}
        answer = self.call(self.registrar, certificate, "write", values)
        self.assertEqual(answer, "AccessError")
        self.botany.institution_id = self.twin
        self.institution.name = "Renamed School"
        self.env.invalidate_all()
        self.assertEqual(certificate.institution_id, self.institution)
        self.assertIn("Test+School", certificate._linkedin_url())

    def test_nor_does_a_queued_or_a_draft_one_get_another_institution(self):
        certificate = self.draft()
        for state in ("draft", "queued", "failed"):
            certificate.sudo().state = state
            values = {"institution_id": self.twin.id}
            answer = self.call(self.registrar, certificate, "write", values)
            self.assertEqual(answer, "AccessError")
            self.assertEqual(certificate.institution_id, self.institution)

    def test_a_certificate_that_was_sent_stays_with_its_institution(self):
        certificate = self.draft()
        self.sandbox.fault("POST", "/certificates", drop="after")
        certificate.action_issue()
        self.flush()
        self.rows_of(certificate)[-1]._fail("gave_up", "Gave up.")
        self.assertEqual(certificate.state, "failed")
        self.botany.institution_id = self.twin
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(certificate.institution_id, self.institution)

    # === LINKS === #

    def test_no_link_leads_to_another_companys_record_nor_tells_its_name(self):
        self.env.flush_all()
        self.sign_in(self.registrar)
        self.url_open("/odoo?debug=1")  # Odoo's own errors are longer then
        grace = self.env["dokstamp.student"].create(
            {
                "name": "Foreign Student",
                "company_id": self.other_company.id,
                "account_id": False,
            }
        )
        link, text = Command.link(grace.id), str(self.foreign.id)
        for record, values in (
            (self.botany, {"institution_id": self.foreign.id}),
            (self.botany, {"institution_id": text}),
            (self.botany, {"organization_id": False, "institution_id": [text, "x"]}),
            (self.completion, {"student_id": grace.id}),
            (self.ada, {"company_id": self.other_company.id}),
            (self.registrar.partner_id, {"dokstamp_student_ids": [link]}),
            (self.env["dokstamp.certificate"], {"student_id": grace.id}),
            (self.env["dokstamp.portfolio"], {"student_id": grace.id, "slug": "x"}),
            (self.env["dokstamp.hold"], {"student_id": grace.id, "reason": "x"}),
            (self.env["dokstamp.register.print"], {"institution_id": self.foreign.id}),
        ):
            with self.subTest(values=values):
                answer = self.answer(record, values)
                self.assertIn("AccessError", answer)
                self.assertNotIn("Foreign", answer)

    def test_an_accounts_institution_is_its_own_companys_too(self):
        self.env.flush_all()
        self.sign_in(self.manager)
        answer = self.answer(self.account, {"institution_id": self.foreign.id})
        self.assertIn("AccessError", answer)
        self.assertNotIn("Foreign", answer)

    def answer(self, record, values):
        """What a client is told that writes this, or creates it."""
        self.env.flush_all()
        method, args = ("write", [record.ids]) if record else ("create", [])
        params = {"model": record._name, "method": method, "kwargs": {}}
        response = self.url_open(
            f"/web/dataset/call_kw/{record._name}/{method}",
            json={"jsonrpc": "2.0", "params": {**params, "args": [*args, values]}},
        )
        self.env.invalidate_all()
        return response.text

    def test_neither_does_one_that_was_suggested_or_comes_by_a_wizard(self):
        courses = self.mine(self.env["dokstamp.course"])
        suggesting = courses.with_context(default_institution_id=self.foreign.id)
        with self.assertRaises(AccessError):
            suggesting.create({"name": "Zoology"})
        prints = self.mine(self.env["dokstamp.register.print"])
        with self.assertRaises(AccessError):
            prints.create({"institution_id": self.foreign.id})
        self.suggest(self.registrar, "dokstamp.course", institution_id=self.foreign.id)
        with self.assertRaises(AccessError):
            courses.create({"name": "Mycology"})

    def test_whoever_works_for_both_companies_does_not_mix_them(self):
        self.registrar.company_ids += self.other_company
        both = {"allowed_company_ids": self.registrar.company_ids.ids}
        botany = self.mine(self.botany).with_context(**both)
        with self.assertRaises(UserError):
            botany.institution_id = self.foreign
        self.ada.partner_id = False
        contact = self.env["res.partner"].create(
            {"name": "Contact", "company_id": self.other_company.id}
        )
        with self.assertRaises(UserError):
            self.mine(self.ada).with_context(**both).partner_id = contact

    def test_a_page_does_not_move_to_another_student(self):
        page = self.env["dokstamp.portfolio"].create(
            {"student_id": self.ada.id, "slug": "ada"}
        )
        grace = self.student(name="Grace Example", email="grace@example.com")
        with self.assertRaises(UserError):
            self.mine(page).student_id = grace

    # === WAYS IN === #

    def test_a_message_is_not_posted_through_a_field(self):
        certificate = self.draft()
        message = {"body": "Forged", "author_id": self.manager.partner_id.id}
        values = {"message_ids": [Command.create(message)]}
        answer = self.call(self.registrar, certificate, "write", values)
        self.assertEqual(answer, "AccessError")
        answer = self.call(
            self.registrar,
            certificate.browse(),
            "create",
            {"student_id": self.ada.id, "course_id": self.botany.id, **values},
        )
        self.assertEqual(answer, "AccessError")

    def test_another_record_is_no_way_in(self):
        certificate = self.issued()
        update = [Command.update(certificate.id, {"number": "FAKE-1"})]
        create = [Command.create({"course_id": self.botany.id, "state": "issued"})]
        run = self.mine(self.env["dokstamp.issue.run"]).create({"name": "Run"})
        for record, name in (
            (self.ada, "certificate_ids"),
            (self.completion, "certificate_ids"),
            (run, "certificate_ids"),
        ):
            for commands in (update, create):
                with self.subTest(name), self.assertRaises(UserError):
                    self.mine(record).write({name: commands})
        contact = self.registrar.partner_id
        students = [Command.create({"name": "X", "certificate_ids": create})]
        with self.assertRaises(AccessError):
            self.mine(contact).dokstamp_student_ids = students

    def test_an_import_is_no_way_in(self):
        certificate = self.draft()
        drafts = self.mine(self.env["dokstamp.certificate"])
        result = drafts.load([".id", "state"], [[str(certificate.id), "issued"]])
        self.assertFalse(result["ids"])
        self.assertEqual(certificate.state, "draft")

    def test_a_copy_takes_along_nothing_that_was_noted(self):
        hold = self.env["dokstamp.hold"].create(
            {"student_id": self.ada.id, "reason": "Fees"}
        )
        copied = self.mine(hold).copy()
        self.assertEqual(copied.author_id, self.registrar)
        copied = self.mine(self.draft(active=False)).copy()
        self.assertEqual(copied.state, "draft")
        self.assertEqual(copied.prepared_by_ids, self.registrar)

    def test_what_the_context_suggests_does_not_reach_a_successor(self):
        certificate = self.issued()
        certificate.revocation_reason = "Wrong name"
        forging = {
            "default_state": "issued",
            "default_number": "FAKE-1",
            "default_pdf": "JVBERg==",
            "default_verification_url": "https://example.com/forged",
        }
        self.call(self.registrar, certificate, "action_reissue", context=forging)
        successor = certificate.replaced_by_ids
        self.assertEqual(successor.state, "draft")
        self.assertNotEqual(successor.number, "FAKE-1")
        self.assertNotEqual(successor.pdf, b"JVBERg==")
        self.assertFalse(successor.verification_url)

    def test_an_attachment_is_no_way_into_any_image(self):
        self.institution.badge_image = png()
        image = self.institution.badge_image_id
        signatory = self.env["dokstamp.signatory"].create(
            {"institution_id": self.institution.id, "name": "Head", "signature": png()}
        )
        for record, name in ((image, "image"), (signatory, "signature")):
            attachment = self.env["ir.attachment"].search(
                [
                    ("res_model", "=", record._name),
                    ("res_id", "=", record.id),
                    ("res_field", "=", name),
                ],
                limit=1,
            )
            self.assertTrue(attachment)
            for user in (self.registrar, self.manager):
                for method, *args in (("write", {"raw": "x"}), ("unlink",)):
                    with self.subTest(field=name, user=user.login, method=method):
                        answer = self.call(user, attachment, method, *args)
                        self.assertIn(answer, ("AccessError", "UserError"))

    def test_who_gets_one_and_why_not_is_not_typed_in(self):
        wizards = self.env["dokstamp.certificate.issue"].with_user(self.registrar)
        self.env["dokstamp.hold"].create({"student_id": self.ada.id, "reason": "Fees"})
        wizard = wizards.browse(wizards._open_for(self.completion)["res_id"])
        for values in ({"obstacle": False}, {"enrollment_id": False}):
            commands = [Command.update(wizard.line_ids.id, values)]
            with self.assertRaises(AccessError):
                wizard.line_ids = commands
        with self.assertRaises(AccessError):
            wizard.line_ids = [Command.create({"enrollment_id": self.completion.id})]

    def test_a_template_is_one_that_dokstamp_listed(self):
        values = {"template_uuid": "forged"}
        answer = self.call(self.registrar, self.botany, "write", values)
        self.assertEqual(answer, "AccessError")
        self.botany.badge_image = png()
        for image in (False, self.botany.badge_image_id.id):
            values = {"badge_image_id": image}
            answer = self.call(self.registrar, self.botany, "write", values)
            self.assertEqual(answer, "AccessError")
