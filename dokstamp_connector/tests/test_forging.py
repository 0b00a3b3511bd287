from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common_rights import RightsCase
from .test_badges import png


@tagged("post_install", "-at_install")
class TestForging(RightsCase):
    """What the connector writes down cannot be typed in by a registrar."""

    def as_registrar(self, model):
        return self.env[model].with_user(self.registrar)

    def test_an_archive_is_made_by_its_button_alone(self):
        archives = self.as_registrar("dokstamp.certificate.archive")
        values = {"name": "Forged", "file_name": "forged.zip"}
        for extra in ({}, {"user_id": self.manager.id}, {"state": "ready"}):
            answer = self.call(self.registrar, archives, "create", values | extra)
            self.assertEqual(answer, "AccessError")

    def test_an_archive_is_whoevers_who_pressed_the_button(self):
        self.suggest(
            self.registrar,
            "dokstamp.certificate.archive",
            user_id=self.manager.id,
            state="failed",
        )
        certificate = self.issued()
        self.call(self.registrar, certificate, "action_download_documents")
        archive = self.env["dokstamp.certificate.archive"].search([], limit=1)
        self.assertEqual(archive.user_id, self.registrar)
        self.assertEqual(archive.state, "ready")

    def test_an_archive_is_for_its_owner_alone(self):
        self.call(self.registrar, self.issued(), "action_download_documents")
        archive = self.env["dokstamp.certificate.archive"].search([], limit=1)
        path = f"/web/content/{archive._name}/{archive.id}/content"
        for user, status in (
            (self.registrar, 200),
            (self.manager, 404),
            (self.eve, 404),
            (self.bob, 404),
            (None, 404),
        ):
            with self.subTest(user=user and user.login):
                self.sign_in(user)
                self.assertEqual(self.url_open(path).status_code, status)

    def test_a_badge_image_is_what_its_digest_says(self):
        images = self.as_registrar("dokstamp.badge.image")
        values = {"image": png(), "sha256": "0" * 64}
        answer = self.call(self.registrar, images, "create", {"sha256": "0" * 64})
        self.assertEqual(answer, "AccessError")
        with self.assertRaises(AccessError):
            images.create(values)
        self.botany.with_user(self.registrar).badge_image = png()
        self.assertTrue(self.botany.badge_image_id)

    def test_the_switch_of_automatic_issue_is_not_dated_back(self):
        courses = self.as_registrar("dokstamp.course")
        values = {"name": "Zoology", "automatic_issue": "issue"}
        past = "2000-01-01 00:00:00"
        with self.assertRaises(AccessError):
            courses.create({**values, "automatic_since": past})
        botany = self.botany.with_user(self.registrar)
        botany.automatic_issue = "draft"
        with self.assertRaises(AccessError):
            botany.automatic_since = past
        suggesting = courses.with_context(default_automatic_since=past)
        self.assertGreater(suggesting.create(values).automatic_since.year, 2000)
        self.suggest(self.registrar, courses._name, automatic_since=past)
        values["name"] = "Mycology"
        self.assertGreater(courses.create(values).automatic_since.year, 2000)

    def test_a_report_for_others_does_not_print_certificates(self):
        report = self.env.ref("dokstamp_connector.certificate_report").copy()
        report.group_ids = self.env.ref("base.group_system")
        values = {"certificate_document": "report", "certificate_report_id": report.id}
        with self.assertRaises(AccessError):
            self.botany.with_user(self.registrar).write(values)
        report.group_ids += self.env.ref("dokstamp_connector.group_registrar")
        self.botany.with_user(self.registrar).write(values)

    def test_signatures_are_the_managers(self):
        signatory = self.env["dokstamp.signatory"].create(
            {"institution_id": self.institution.id, "name": "Head"}
        )
        institution = self.institution.with_user(self.registrar)
        for command in (
            (0, 0, {"name": "Forged"}),
            (1, signatory.id, {"name": "Forged"}),
            (2, signatory.id),
            (3, signatory.id),
            (5,),
        ):
            with self.subTest(command), self.assertRaises(AccessError):
                institution.signatory_ids = [command]

    def test_a_registrars_copy_of_an_institution_has_no_signatures(self):
        self.env["dokstamp.signatory"].create(
            {"institution_id": self.institution.id, "name": "Head"}
        )
        institution = self.institution.with_user(self.registrar)
        self.assertFalse(institution.copy().signatory_ids)
        self.assertEqual(self.institution.copy().signatory_ids.name, "Head")

    def test_a_register_does_not_leave_with_its_institution(self):
        self.registrar.company_ids += self.other_company
        both = {"allowed_company_ids": self.registrar.company_ids.ids}
        other = {"company_id": self.other_company.id}
        unused = self.institution.copy()
        self.call(self.registrar, unused, "write", other, context=both)
        self.assertEqual(unused.company_id, self.other_company)
        self.issued()
        answer = self.call(
            self.registrar, self.institution, "write", other, context=both
        )
        self.assertEqual(answer, "UserError")
        self.assertEqual(self.institution.company_id, self.env.company)

    def test_a_portfolio_page_is_with_the_account_of_its_student(self):
        second = self.env["dokstamp.account"].create(
            {"name": "Second", "base_url": self.sandbox.url, "tenant": "other-school"}
        )
        page = self.as_registrar("dokstamp.portfolio").create(
            {"student_id": self.ada.id, "slug": "ada", "account_id": second.id}
        )
        self.assertEqual(page.account_id, self.account)
