"""What the school's signature is, judged by `pdfsig` and by what DokStamp got."""

import base64
import io
import subprocess
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID
from PIL import Image, ImageChops
from reportlab.pdfgen.canvas import Canvas

from odoo.exceptions import AccessError, UserError
from odoo.modules.neutralize import get_neutralization_queries
from odoo.tests import Form, tagged

from ..models.certificates.signed_pdf import SchoolSigner
from .common_certificates import CertificateCase
from .test_certificate_document import reader_of, text_of

RSA = rsa.generate_private_key(65537, 2048)
EC = ec.generate_private_key(ec.SECP256R1())
PASSWORD = "a word of the test"
DOTS_PER_INCH = 72  # so that a dot is a point


def certificate_of(key, *, days=(-1, 400), name="École Exemple", usage=None):
    """A certificate that its own key signs.

    :param days: from when until when, from today
    """
    names = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    begin, end = (datetime.now(UTC) + timedelta(days=one) for one in days)
    builder = x509.CertificateBuilder(names, names, key.public_key(), 7, begin, end)
    if usage:
        builder = builder.add_extension(usage, critical=True)
    return builder.sign(key, hashes.SHA256())


def pem_of(key, password=None):
    protection = (
        serialization.BestAvailableEncryption(password.encode())
        if password
        else serialization.NoEncryption()
    )
    return base64.b64encode(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, protection
        )
    )


def pdf(text, encrypt=None, turned=0):
    """A document as somebody exports it, of two pages.

    :param int turned: degrees, clockwise
    """
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=(595, 842), encrypt=encrypt)
    canvas.setPageRotation(turned)
    for page in range(2):
        canvas.drawString(50, 8, f"{text}, page {page}")  # at the very edge
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def compressed(document):
    """The same with a list of objects that is a stream, as newer programs write it."""
    with tempfile.TemporaryDirectory() as folder:
        before, after = Path(folder, "before.pdf"), Path(folder, "after.pdf")
        before.write_bytes(document)
        subprocess.run(["pdftocairo", "-pdf", before, after], check=True)
        return after.read_bytes()


def signatures(document):
    """What `pdfsig` tells of each signature."""
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        file.write(document)
        file.flush()
        told = subprocess.run(
            ["pdfsig", "-nocert", file.name],
            capture_output=True,
            text=True,
            check=False,
        )
    return told.stdout.split("Signature #")[1:]


def picture(document):
    """The first page, one dot a point."""
    command = ["pdftoppm", "-r", str(DOTS_PER_INCH), "-png", "-f", "1", "-l", "1"]
    drawn = subprocess.run(command, input=document, capture_output=True, check=True)
    return Image.open(io.BytesIO(drawn.stdout)).convert("RGB")


def mark_of(document):
    """Where the mark stands: points from the lower left."""
    [field] = reader_of(document).pages[0]["/Annots"]
    return field.get_object()["/Rect"]


class SigningCase(CertificateCase):
    """An account that signs invisibly with a good certificate."""

    def begin_with(self, cls):
        super().begin_with(cls)
        cls.school_certificate = self.kept_certificate(RSA)
        cls.account.write(
            {
                "sign_documents": "invisible",
                "signing_certificate_id": cls.school_certificate.id,
            }
        )

    def kept_certificate(self, key, *, password=None, **values):
        """A certificate with its key as an administrator keeps them."""
        content = certificate_of(key, **values).public_bytes(serialization.Encoding.PEM)
        kept = self.env["certificate.key"].create(
            {"name": "Key", "content": pem_of(key, password), "password": password}
        )
        return self.env["certificate.certificate"].create(
            {
                "name": "School",
                "content": base64.b64encode(content),
                "private_key_id": kept.id,
            }
        )

    def without_document(self):
        return self.draft(pdf=False)

    def uploaded(self, document):
        return self.draft(pdf=base64.b64encode(document))

    def issue(self, certificate):
        certificate.with_user(self.registrar).action_issue()
        self.run_cron("dokstamp_connector.ir_cron_documents")
        self.flush()
        self.assertEqual(certificate.state, "issued", certificate.hindrance)

    def sent_document(self):
        """What DokStamp got: the file of the only certificate that is live."""
        [row] = self.live()
        return self.sandbox.content(row["file_uuid"])

    def assert_signed(self, document, name="École Exemple", count=1):
        """The last signature is valid, and covers the whole file."""
        told = signatures(document)
        self.assertEqual(len(told), count, told)
        self.assertIn(f"Common Name: {name}", told[-1])
        self.assertIn("- Total document signed", told[-1])
        for one in told:
            self.assertIn("Signature is Valid.", one)


@tagged("post_install", "-at_install")
class TestSignedDocument(SigningCase):
    def test_what_is_made_is_signed_before_dokstamp_gets_it(self):
        certificate = self.without_document()
        self.issue(certificate)
        self.assert_signed(self.sent_document())
        self.assertEqual(certificate._kept_document(), self.sent_document())
        self.assertEqual(certificate.signed_by, "École Exemple")
        [told] = signatures(self.sent_document())
        moment = certificate.signed_at.strftime("%b %d %Y %H:%M:%S")
        self.assertIn(f"Signing Time: {moment}", told)

    def test_mark_covers_nothing_of_our_page(self):
        certificate = self.without_document()
        plain = picture(certificate._render_document())
        self.account.sign_documents = "mark"
        self.issue(certificate)
        self.assert_signed(self.sent_document())
        marked = picture(self.sent_document())
        self.assertEqual(marked.size, plain.size)
        left, bottom, right, top = map(int, mark_of(self.sent_document()))
        place = (left, plain.height - top, right, plain.height - bottom)
        [(_count, color)] = plain.crop(place).getcolors()
        self.assertEqual(color, (255, 255, 255))
        self.assertGreater(len(marked.crop(place).getcolors()), 1)

    def test_mark_leaves_out_a_name_that_no_viewer_has_the_letters_of(self):
        school = self.kept_certificate(RSA, name="Школа")
        self.account.write(
            {"sign_documents": "mark", "signing_certificate_id": school.id}
        )
        self.issue(self.uploaded(pdf("Diploma of Ada")))
        self.assert_signed(self.sent_document(), name="Школа")
        self.assertIn("Digitally signed, 20", text_of(self.sent_document()))

    def test_mark_covers_nothing_of_an_uploaded_page(self):
        self.assert_nothing_covered(pdf("Diploma of Ada"))

    def test_mark_covers_nothing_of_a_page_that_a_scanner_turned(self):
        self.assert_nothing_covered(pdf("Diploma of Ada", turned=270))

    def assert_nothing_covered(self, document):
        self.account.sign_documents = "mark"
        self.issue(self.uploaded(document))
        sent = self.sent_document()
        self.assert_signed(sent)
        plain, marked = picture(document), picture(sent)
        same = marked.crop((0, 0, plain.width, plain.height))
        self.assertIsNone(ImageChops.difference(plain, same).getbbox())
        self.assertGreater(marked.height, plain.height)
        self.assertIn("Digitally signed by École Exemple", text_of(sent))

    def test_upload_keeps_every_byte_and_every_earlier_signature(self):
        now = datetime.now(UTC).replace(tzinfo=None)
        other = certificate_of(RSA, name="Rector")
        signed_before = SchoolSigner(
            compressed(pdf("Diploma of Ada")), key=RSA, certificate=other, signed_at=now
        ).sign(field_name="Rector", facts={})
        self.account.sign_documents = "mark"
        self.issue(self.uploaded(signed_before))
        sent = self.sent_document()
        self.assertTrue(sent.startswith(signed_before))
        self.assert_signed(sent, count=2)

    def test_pages_that_are_printed_together_carry_no_signature_that_is_broken(self):
        first = self.uploaded(pdf("Diploma of Ada"))
        self.issue(first)
        first.with_user(self.registrar).revocation_reason = "A wrong name"
        second = first.with_user(self.registrar).action_reissue()
        self.flush()
        self.flush()
        self.assertTrue(second.signed_at)
        printer = self.env["ir.actions.report"].with_user(self.registrar)
        printer = printer.with_context(force_report_rendering=True)
        report = "dokstamp_connector.certificate_report"
        together, _kind = printer._render_qweb_pdf(report, (first | second).ids)
        self.assertEqual(len(reader_of(together).pages), 3)
        for told in signatures(together):
            self.assertIn("is not signed", told)
        alone, _kind = printer._render_qweb_pdf(report, second.ids)
        self.assert_signed(alone)

    def test_document_is_signed_once(self):
        certificate = self.uploaded(pdf("Diploma of Ada"))
        self.sandbox.fault("POST", "/certificates", status=422)
        certificate.action_issue()
        self.flush()
        self.assertEqual(certificate.state, "failed")
        signed = certificate._kept_document()
        self.issue(certificate)
        self.assertEqual(self.sent_document(), signed)
        self.assert_signed(signed)

    def test_account_that_does_not_sign_sends_what_was_uploaded(self):
        self.account.sign_documents = "no"
        document = pdf("Diploma of Ada")
        certificate = self.uploaded(document)
        self.issue(certificate)
        self.assertEqual(self.sent_document(), document)
        self.assertFalse(certificate.signed_at)

    def test_preview_says_that_it_is_not_signed(self):
        certificate = self.without_document()
        address = certificate.action_preview()["url"]
        attachment = self.env["ir.attachment"].browse(
            int(address.split("/")[3].split("?")[0])
        )
        self.assertEqual(attachment.name, "Preview, not signed.pdf")
        self.assertFalse(signatures(attachment.raw))

    def test_key_with_a_password_signs(self):
        self.account.signing_certificate_id = self.kept_certificate(
            RSA, password=PASSWORD
        )
        self.issue(self.uploaded(pdf("Diploma of Ada")))
        self.assert_signed(self.sent_document())


@tagged("post_install", "-at_install")
class TestNothingToSignWith(SigningCase):
    def unfit(self):
        """Word of the sentence → a certificate that nothing can be signed with."""
        made = self.kept_certificate
        archived, keyless, lost, forgotten, swapped = (
            made(RSA, password=PASSWORD) for _count in range(5)
        )
        archived.active = False
        keyless.private_key_id = False
        lost.private_key_id.active = False
        forgotten.private_key_id.password = "another"
        swapped.private_key_id.content = pem_of(
            rsa.generate_private_key(65537, 2048), PASSWORD
        )
        no_use = x509.KeyUsage(*[False] * 2, *[True], *[False] * 6)
        return {
            "no certificate is chosen": self.env["certificate.certificate"],
            "expired on": made(RSA, days=(-9, -1)),
            "not valid before": made(RSA, days=(1, 9)),
            "archived": archived,
            "has no private key": keyless,
            "or an archived one": lost,
            "password is wrong": forgotten,
            "another certificate's": swapped,
            "must be RSA": made(EC),
            "not made for signatures": made(RSA, usage=no_use),
        }

    def test_nothing_is_issued_and_everybody_is_told_what_to_do(self):
        certificate = self.without_document()
        issued = self.issued_successor_candidate()
        wizards = self.env["dokstamp.certificate.issue"].with_user(self.registrar)
        wizards = wizards.with_context(
            active_model="dokstamp.student", active_ids=self.ada.ids
        )
        for words, unfit in self.unfit().items():
            with self.subTest(words):
                self.account.signing_certificate_id = unfit
                self.env.invalidate_all()
                self.assertIn(words, self.account.with_user(self.manager).attention)
                self.assertIn(words, self.account.signing_warning)
                with self.assertRaisesRegex(UserError, words):
                    certificate.action_issue()
                with self.assertRaisesRegex(UserError, words):
                    issued.with_user(self.registrar).action_reissue()
                wizard = wizards.browse(wizards._open_for_context()["res_id"])
                self.assertIn(words, wizard.warning)
                self.env.cr.flush()
                self.assertEqual(certificate.state, "draft")
                self.assertEqual(issued.state, "issued")
        self.flush()
        self.assertFalse(self.requests("POST") + self.requests("PATCH"))

    def issued_successor_candidate(self):
        bruno = self.student(name="Bruno", email="bruno@example.com")
        completion = self.enrollment(
            student_id=bruno.id,
            course_id=self.botany.id,
            completion_status="completed",
            completed_at="2026-10-01",
        )
        self.flush()
        self.account.sign_documents = "no"
        issued = self.issued(student_id=bruno.id, enrollment_id=completion.id)
        issued.with_user(self.registrar).revocation_reason = "A wrong name"
        self.account.sign_documents = "invisible"
        return issued

    def test_key_that_expires_meanwhile_stops_the_document_alone(self):
        certificate = self.without_document()
        certificate.action_issue()
        self.account.signing_certificate_id = self.kept_certificate(RSA, days=(-9, -1))
        self.run_cron("dokstamp_connector.ir_cron_documents")
        self.flush()
        self.assertEqual(certificate.state, "failed")
        self.assertIn("expired on", certificate.failure_message)
        self.assertFalse(self.requests("POST"))

    def test_account_warns_thirty_days_before_and_goes_on(self):
        self.account.signing_certificate_id = self.kept_certificate(RSA, days=(-9, 29))
        self.assertRegex(self.account.attention, "in 2[89] days")
        self.assertFalse(self.account.is_well)
        self.issue(self.uploaded(pdf("Diploma of Ada")))

    def test_upload_that_cannot_be_signed_is_refused(self):
        for document, words in (
            (pdf("Diploma", encrypt="secret"), "protected by a password"),
            (b"%PDF-1.4 no more than a beginning", "no complete PDF"),
        ):
            certificate = self.uploaded(document)
            with self.assertRaisesRegex(UserError, words):
                certificate.action_issue()
            certificate.unlink()

    def test_key_is_the_administrators(self):
        for user in (self.registrar, self.manager):
            account = self.account.with_user(user)
            with self.assertRaises(AccessError):
                account.read(["signing_certificate_id"])
            with self.assertRaises(AccessError):
                account.signing_certificate_id = False
        self.assertIn(
            "École Exemple",
            self.account.with_user(self.manager).signing_certificate_name,
        )

    def test_form_says_what_is_amiss_before_it_is_saved(self):
        with Form(self.account) as form:
            form.signing_certificate_id = self.kept_certificate(EC)
            self.assertIn("must be RSA", form.signing_warning)
            self.assertIn("must be RSA", form.attention)
            form.sign_documents = "no"
            self.assertFalse(form.signing_warning)

    def test_certificate_of_another_company_cannot_be_chosen(self):
        other = self.env["res.company"].create({"name": "Other school"})
        foreign = self.kept_certificate(RSA)
        foreign.private_key_id.company_id = foreign.company_id = other
        with self.assertRaises(UserError):
            self.account.signing_certificate_id = foreign

    def test_copy_of_the_database_signs_nothing(self):
        certificate = self.without_document()
        self.account.sudo().database_uuid = "another"
        with self.assertRaisesRegex(UserError, "is a copy"):
            certificate.action_issue()
        self.env.cr.flush()
        for query in get_neutralization_queries(["dokstamp_connector"]):
            self.env.cr.execute(query)
        self.env.invalidate_all()
        self.assertEqual(self.account.sign_documents, "no")
        self.assertFalse(self.account.signing_certificate_id)
