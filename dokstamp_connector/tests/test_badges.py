import base64
import struct
import zlib

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .common_certificates import CertificateCase


def png(shade=0):
    """A PNG of one pixel, base64.

    :param int shade: of grey, 0 to 255
    """

    def chunk(kind, data):
        checksum = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + checksum

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    pixel = chunk(b"IDAT", zlib.compress(bytes([0, shade])))
    content = b"\x89PNG\r\n\x1a\n" + header + pixel + chunk(b"IEND", b"")
    return base64.b64encode(content)


@tagged("post_install", "-at_install")
class TestBadges(CertificateCase):
    """Badge images go up first, and then what wears them."""

    def begin_with(self, cls):
        super().begin_with(cls)
        cls.institution = cls.institution.with_user(self.registrar)
        cls.botany = cls.botany.with_user(self.registrar)

    def remote(self, entity, record):
        return self.sandbox.row(entity, uuid=record.dokstamp_uuid)

    def test_switching_badges_on_uploads_the_image_first(self):
        self.institution.write({"is_badges_enabled": True, "badge_image": png()})
        self.assertFalse(self.sandbox.requests())
        self.flush()
        path = f"/institutions/{self.institution.dokstamp_uuid}"
        self.assertEqual(
            [call for call in self.requests() if call[0] != "GET"],
            [("POST", "/files"), ("PATCH", path)],
        )
        remote = self.remote("institutions", self.institution)
        self.assertTrue(remote["is_badges_enabled"])
        [file] = self.sandbox.rows("files")
        self.assertEqual(remote["badge_image_uuid"], file["uuid"])

    def test_badges_without_an_image_wait_for_one(self):
        self.institution.is_badges_enabled = True
        self.flush()
        self.assertEqual(self.institution.sync_state, "failed")
        self.assertIn("badge image", self.institution.sync_message)
        self.assertFalse(self.sandbox.requests())

    def test_badges_are_switched_off_again(self):
        self.institution.write({"is_badges_enabled": True, "badge_image": png()})
        self.flush()
        self.institution.is_badges_enabled = False
        self.flush()
        remote = self.remote("institutions", self.institution)
        self.assertFalse(remote["is_badges_enabled"])

    def test_badges_switched_on_at_dokstamp_stay_on(self):
        self.sandbox.change(
            "institutions", self.institution.dokstamp_uuid, is_badges_enabled=True
        )
        self.institution.legal_name = "Test School Ltd"
        self.flush()
        self.assertTrue(
            self.remote("institutions", self.institution)["is_badges_enabled"]
        )
        [patch] = self.sandbox.requests("PATCH")
        self.assertEqual(patch["body"], {"legal_name": "Test School Ltd"})

    def test_a_course_has_a_badge_of_its_own(self):
        self.botany.badge_image = png()
        self.flush()
        remote = self.remote("courses", self.botany)
        [file] = self.sandbox.rows("files")
        self.assertEqual(remote["badge_image_uuid"], file["uuid"])
        self.botany.badge_image = png(shade=9)
        self.flush()
        self.assertNotEqual(
            self.remote("courses", self.botany)["badge_image_uuid"], file["uuid"]
        )
        self.botany.badge_image = False
        self.flush()
        self.assertIsNone(self.remote("courses", self.botany)["badge_image_uuid"])

    def test_one_image_for_two_courses_is_uploaded_once(self):
        zoology = self.course(name="Zoology", code="ZOO-1")
        self.botany.badge_image = png()
        zoology.badge_image = png()
        self.flush()
        self.assertEqual(self.requests("POST", "/files"), [("POST", "/files")])
        self.assertEqual(zoology.sync_state, "synced")

    def test_a_lost_answer_to_the_upload_makes_no_second_file(self):
        self.sandbox.fault("POST", "/files", drop="after")
        self.botany.badge_image = png()
        for _attempt in range(2):
            self.flush()
            self.make_due()
        self.assertEqual(self.sandbox.count("files"), 1)
        self.assertEqual(self.botany.sync_state, "synced")

    def test_only_png_images_are_taken(self):
        with self.assertRaises(ValidationError):
            self.botany.badge_image = base64.b64encode(b"%PDF-1.4 no image")


@tagged("post_install", "-at_install")
class TestTemplates(CertificateCase):
    """A course's certificates name the template that was chosen for it."""

    def begin_with(self, cls):
        super().begin_with(cls)
        cls.botany = cls.botany.with_user(self.registrar)

    def template(self, name, **values):
        """A template that somebody made at DokStamp."""
        return self.account._client().certificate_templates.create(
            {
                "name": name,
                "version": "1",
                "path": f"templates/{name}.json",
                "institution_uuid": self.institution.dokstamp_uuid,
                **values,
            }
        )

    def choice(self):
        action = self.botany.action_choose_template()
        wizard = self.env[action["res_model"]].with_user(self.registrar)
        return wizard.browse(action["res_id"])

    def test_active_templates_are_listed_the_default_first(self):
        self.template("Plain")
        self.template("Old", status="inactive")
        self.template("Festive", is_default=True)
        self.assertEqual(
            self.choice().line_ids.mapped("name"),
            ["Festive (1), default of the institution", "Plain (1)"],
        )

    def test_another_institutions_templates_are_not_offered(self):
        other = self.env["dokstamp.institution"].create(
            {"name": "Other School", "country": "United States"}
        )
        self.flush()
        self.template("Foreign", institution_uuid=other.dokstamp_uuid)
        choice = self.choice()
        self.assertFalse(choice.has_lines)
        choice.action_use()
        self.assertIn("Choose one of the list", choice.problem)
        self.assertFalse(self.botany.template_uuid)

    def test_the_chosen_template_goes_into_the_certificate(self):
        template = self.template("Festive")
        self.choice().action_use()
        self.assertEqual(self.botany.template_name, "Festive (1)")
        certificate = self.issued()
        remote = self.sandbox.row("certificates", uuid=certificate.dokstamp_uuid)
        self.assertEqual(remote["template_uuid"], template["uuid"])

    def test_without_a_choice_no_template_is_named(self):
        self.template("Festive")
        self.choice().action_use()
        self.botany.action_remove_template()
        certificate = self.issued()
        remote = self.sandbox.row("certificates", uuid=certificate.dokstamp_uuid)
        self.assertIsNone(remote["template_uuid"])

    def test_choosing_while_dokstamp_is_away_says_so(self):
        self.sandbox.outage()
        self.addCleanup(self.sandbox.end_outage)
        action = self.botany.action_choose_template()
        choice = self.env[action["res_model"]].browse(action["res_id"])
        self.assertIn("problem of its own at the moment (503)", choice.problem)
        self.assertFalse(choice.has_lines)
