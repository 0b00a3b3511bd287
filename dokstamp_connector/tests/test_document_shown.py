import base64
import io
import random
import zipfile

from PIL import Image

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from odoo.addons.dokstamp_connector.models.certificates.document import unpackable
from odoo.addons.dokstamp_connector.models.certificates.pdf import lacking

from .test_certificate_document import DocumentCase, text_of


def noise(width, height, mode="RGB", kind="PNG"):
    """A picture that no compression makes smaller."""
    bands = Image.frombytes(
        mode, (width, height), random.Random(7).randbytes(width * height * len(mode))
    )
    file = io.BytesIO()
    bands.save(file, kind)
    return base64.b64encode(file.getvalue())


@tagged("post_install", "-at_install")
class TestDocumentShown(DocumentCase):
    """A document that does not show what it certifies never leaves."""

    def make_documents(self):
        self.run_cron("dokstamp_connector.ir_cron_documents")

    def test_every_page_of_a_run_shows_its_text_whatever_the_logo_weighs(self):
        logo = noise(1600, 1600)
        self.assertGreater(len(logo), 7_500_000)
        self.env.company.logo = logo
        self.env["dokstamp.signatory"].create(
            {
                "institution_id": self.institution.id,
                "name": "Flora Green",
                "title": "Head of school",
                "signature": noise(1900, 700),
            }
        )
        certificates = self.env["dokstamp.certificate"]
        for number in range(25):
            certificates |= self.certificate(f"N{number}X", name=f"Person P{number}X")
        self.make_documents()
        self.assertEqual(set(certificates.mapped("state")), {"queued"})
        for certificate in certificates:
            text = text_of(certificate._document())
            for expected in (certificate.number, certificate.student_id.name, "Botany"):
                self.assertIn(expected, text)
        self.flush()
        self.assertEqual(self.sandbox.count("certificates"), 25)

    def test_what_is_no_picture_or_too_large_is_told_whose_it_is(self):
        draw = b"<svg xmlns='http://www.w3.org/2000/svg'>%s</svg>"
        drawing, large = draw % b"", draw % (b"<g/>" * 300_000)
        certificate = self.certificate()
        size = (840, 192)
        for content in (b"no picture at all", large):
            with self.assertRaisesRegex(UserError, "The picture of Flora Green"):
                certificate._picture(base64.b64encode(content), size, "Flora Green")
        encoded = base64.b64encode(drawing)
        self.assertIn("svg", certificate._picture(encoded, size, "Flora Green"))

    def test_pictures_of_every_kind_print(self):
        for mode, kind in (("RGBA", "PNG"), ("L", "JPEG"), ("CMYK", "JPEG")):
            with self.subTest(mode=mode, kind=kind):
                self.env["dokstamp.signatory"].search([]).unlink()
                self.env["dokstamp.signatory"].create(
                    {
                        "institution_id": self.institution.id,
                        "name": "Flora Green",
                        "signature": noise(900, 400, mode, kind),
                    }
                )
                certificate = self.certificate(f"N-{mode}")
                self.assertIn("Botany", text_of(certificate._render_document()))

    def test_a_report_that_shows_no_name_is_refused_with_a_sentence(self):
        bodies = {
            "Nothing at all": ("student's name", "the course", "the number"),
            "<t t-out='doc.number'/> Botany": ("student's name",),
            "<t t-out='doc.student_id.name'/> <t t-out='doc.number'/>": ("the course",),
            "<t t-out='doc.student_id.name'/> Botany": ("the number",),
        }
        course = self.reported_course(self.report("dokstamp.certificate", "-"))
        view = self.env["ir.ui.view"].search(
            [("key", "=", course.certificate_report_id.report_name)]
        )
        for place, (body, missing) in enumerate(bodies.items()):
            with self.subTest(body):
                view.arch = (
                    f"<t><main><p t-foreach='docs' t-as='doc'>{body}</p></main></t>"
                )
                course.name = "Botany"
                certificate = self.certificate(f"NUMBER/{place}", course=course)
                self.make_documents()
                self.assertEqual(certificate.state, "failed")
                for what in missing:
                    self.assertIn(what, certificate.failure_message)
                self.assertFalse(certificate.pdf)
        self.flush()
        self.assertFalse(self.sandbox.count("certificates"))

    def test_a_report_of_ones_own_that_shows_them_in_its_way_is_taken(self):
        report = self.report(
            "dokstamp.certificate",
            "<b style='text-transform: uppercase'>Example, Ada</b> "
            "<i t-out='doc.course_id.name'/> No. <t t-out='doc.number'/>",
        )
        certificate = self.certificate("N1", course=self.reported_course(report))
        self.make_documents()
        self.assertEqual(certificate.failure_message, False)
        self.assertEqual(certificate.state, "queued")

    def test_names_are_found_in_every_script(self):
        names = (
            *("Ada Example", "Ångström Façade-Żółć", "Nguyễn Thị Ánh", "İpek Çağlar"),
            *("Γιώργος Παπαδόπουλος", "Пётр Чайковский", "محمد بن عبد الله"),
            *("דוד בן־גוריון", "王小明", "田中さくら", "김민수", "राम कुमार"),
            # syllables of two consonants: glyphs that no PDF tells the letters of
            *("प्रिया शर्मा", "श्री", "प्रज्ञा श्रीवास्तव", "শ্রেয়া ভট্টাচার্য"),
            *("బ్రహ్మ శ్రీ", "കൃഷ്ണ ശ്രീ", "ಕೃಷ್ಣ", "ශ්‍රී ලංකා"),
            *("สมชาย ใจดี", "Efficient Office", "O’Neil-McDonald", "Ana\u00a0Lima"),
        )
        certificates = self.env["dokstamp.certificate"]
        for number, name in enumerate(names):
            certificates |= self.certificate(f"N{number}", name=name)
        documents = certificates._print_own()
        for name, document in zip(names, documents, strict=True):
            self.assertEqual(lacking(document, [name, "Botany"]), [], name)
            self.assertEqual(lacking(document, ["Zoe Quux"]), ["Zoe Quux"], name)

    def test_a_page_without_its_text_shows_no_name_of_any_script(self):
        document = self.certificate("N1")._print_own()[0]
        for name in ("प्रिया शर्मा", "শ্রেয়া ভট্টাচার্য", "محمد", "王小明"):
            self.assertEqual(lacking(document, [name]), [name])

    def test_a_registrar_previews_no_report_of_other_groups(self):
        report = self.report("dokstamp.certificate", "<t t-out='doc.number'/>")
        certificate = self.certificate(course=self.reported_course(report))
        report.group_ids = self.env.ref("base.group_system")
        with self.assertRaises(AccessError):
            certificate.with_user(self.registrar).action_preview()
        clerk = new_test_user(
            self.env,
            login="clerk@example.com",
            groups="dokstamp_connector.group_registrar,base.group_system",
        )
        self.assertTrue(certificate.with_user(clerk).action_preview())


@tagged("post_install", "-at_install")
class TestDocumentKept(DocumentCase):
    """What was printed stays what it is; what is lost is not printed a second time."""

    def make_documents(self):
        self.run_cron("dokstamp_connector.ir_cron_documents")

    def attachment(self, certificate):
        return self.env["ir.attachment"].search(
            [
                ("res_model", "=", certificate._name),
                ("res_id", "=", certificate.id),
                ("res_field", "=", "pdf"),
            ]
        )

    def lose(self, certificate):
        """The file is gone from the file store, as after a copy without it."""
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE ir_attachment SET store_fname = '00/nowhere' WHERE id = ANY(%s)",
            [self.attachment(certificate).ids],
        )
        self.env.invalidate_all()

    def issued(self):
        certificate = self.certificate("N1")
        self.make_documents()
        self.flush()
        self.assertEqual(certificate.state, "issued")
        return certificate

    def test_the_printed_link_stays_when_the_address_of_odoo_changes(self):
        certificate = self.issued()
        printed = certificate.check_url
        self.assertEqual(certificate.printed_check_url, printed)
        self.assertIn(printed.removeprefix("http://"), text_of(certificate._document()))
        self.env["ir.config_parameter"].set_param(
            "web.base.url", "https://school.example.com"
        )
        self.env.invalidate_all()
        self.assertEqual(certificate.check_url, printed)
        draft = self.certificate()
        self.assertTrue(draft.check_url.startswith("https://school.example.com/"))

    def test_a_lost_document_is_not_printed_anew_under_its_number(self):
        certificate = self.issued()
        self.lose(certificate)
        with self.assertRaisesRegex(UserError, "is lost here"):
            certificate.with_user(self.registrar)._document()
        self.assertIn(
            certificate.verification_url, certificate._document_lost_sentence()
        )
        self.assertFalse(certificate._has_portal_document())

    def test_a_preview_of_what_is_issued_is_its_document_or_says_that_it_is_lost(self):
        certificate = self.issued()
        certificate.with_user(self.registrar).action_preview()
        preview = self.env["ir.attachment"].search([], order="id desc", limit=1)
        self.assertEqual(preview.raw, certificate._document())
        self.lose(certificate)
        with self.assertRaisesRegex(UserError, "is lost here"):
            certificate.with_user(self.registrar).action_preview()

    def test_a_file_that_is_another_one_is_as_good_as_lost(self):
        certificate = self.issued()
        self.attachment(certificate).sudo().write({"raw": b"%PDF-1.4 another one"})
        self.env.invalidate_all()
        with self.assertRaisesRegex(UserError, "is lost here"):
            certificate._document()

    def test_an_archive_tells_what_is_lost_and_holds_the_rest(self):
        lost, kept = self.issued(), self.certificate("N2", name="Grace Example")
        self.make_documents()
        self.flush()
        self.lose(lost)
        content = (lost | kept)._zipped_documents()
        archive = zipfile.ZipFile(io.BytesIO(content))
        self.assertEqual(archive.namelist(), ["N2 Grace Example.pdf", "Missing.txt"])
        self.assertIn("N1", archive.read("Missing.txt").decode())
        self.assertTrue(archive.read("N2 Grace Example.pdf").startswith(b"%PDF"))

    def test_one_that_is_lost_before_it_was_uploaded_fails_and_is_made_anew(self):
        certificate = self.certificate("N1")
        self.make_documents()
        self.lose(certificate)
        self.flush()
        self.assertEqual(certificate.state, "failed")
        self.assertIn("is lost", certificate.failure_message)
        self.assertFalse(self.sandbox.count("files"))

    def test_names_in_archives_unpack_everywhere(self):
        names = {
            "A/B\\C:D*E?": "A-B-C-D-E-",
            "Ada. ": "Ada",
            "Ada\u202eExample": "Ada-Example",
            "e\u0301": "é",
            "\x00\x1f": "-",
            "…": "…",
            " ": "-",
        }
        for name, expected in names.items():
            self.assertEqual(unpackable(name), expected)
        self.assertLessEqual(len(unpackable("山" * 200).encode()), 120)

    def test_two_names_that_some_systems_take_for_one_are_both_there(self):
        one = self.certificate("N1", name="Ada Example")
        other = self.certificate("n1", name="ADA EXAMPLE")
        self.make_documents()
        archive = zipfile.ZipFile(io.BytesIO((one | other)._zipped_documents()))
        self.assertEqual(len({name.lower() for name in archive.namelist()}), 2)
