import re

import polib
from lxml import html

from odoo.tests import HttpCase, TransactionCase, new_test_user, tagged
from odoo.tools.misc import file_path
from odoo.tools.translate import TranslationModuleReader

from .common_certificates import CertificateCase
from .test_certificate_document import DocumentCase, text_of

# Language → what a certificate says, with the date as it is written there.
PRINTED = {
    "de_DE": (
        "Zertifikat Dieses Zertifikat wird verliehen an %s "
        "für den erfolgreichen Abschluss des Kurses Botany "
        "40 Stunden · Note: 9,50 Verliehen am 1. September 2026"
    ),
    "es_ES": (
        "Certificado Se certifica que %s ha completado satisfactoriamente el curso "
        "Botany 40 horas · Calificación: 9,50 Otorgado el 1 de septiembre de 2026"
    ),
    "fr_FR": (
        "Certificat Le présent certificat atteste que %s "
        "a suivi avec succès la formation Botany 40 heures · Note : 9,50 "
        "Décerné le 1 septembre 2026"
    ),
    "it_IT": (
        "Certificato Si certifica che %s ha completato con profitto il corso Botany "
        "40 ore · Voto: 9,50 Conferito il 1 settembre 2026"
    ),
    "nl_NL": (
        "Certificaat Dit certificaat wordt uitgereikt aan %s "
        "voor het met goed gevolg afronden van Botany 40 uur · Cijfer: 9,50 "
        "Uitgereikt op 1 september 2026"
    ),
    "pt_BR": (
        "Certificado Certificamos que %s concluiu com êxito o curso Botany "
        "40 horas · Nota: 9,50 Concedido em 1 de setembro de 2026"
    ),
    "pt_PT": (
        "Certificado Certifica-se que %s concluiu com aproveitamento o curso Botany "
        "40 horas · Classificação: 9,50 Concedido em 1 de setembro de 2026"
    ),
}
# All screens are in these, the administrator's too.
COMPLETE = ("de", "es", "fr", "pt_BR")
# What a term has beside words: placeholders and markup.
NO_WORDS = re.compile(r"%(\(\w+\))?[sd]|\{\w+\}|<[^>]*>|&\w+;")
# What people outside the office see: no word of it may stay English.
PUBLIC_PAGES = (
    "certificate_page",
    "certificate_foot",
    "certificate_artwork",
    "certificate_check",
    "portal_my_home_certificates",
    "portal_breadcrumbs_certificates",
    "portal_my_certificates",
    "portal_certificate_card",
    "portal_my_details_on_certificates",
    "portal_details_message",
    "portal_details_card",
    "portal_details_request",
    "portal_my_shares",
    "portal_shares_message",
    "portal_share_form",
    "portal_share_card",
    "shared_certificates",
    "shared_certificates_list",
    "shared_certificates_closed",
)
# The same in several languages.
EVERYWHERE = {"PDF", "PIN", "No"}
# Title and heading of the check page.
EXPIRED = {
    "de_DE": ("Prüfung des Zertifikats", "Dieses Zertifikat ist abgelaufen"),
    "es_ES": ("Verificación del certificado", "Este certificado ha caducado"),
    "fr_FR": ("Vérification du certificat", "Ce certificat a expiré"),
    "it_IT": ("Verifica del certificato", "Questo certificato è scaduto"),
    "nl_NL": ("Controle van het certificaat", "Dit certificaat is verlopen"),
    "pt_BR": ("Verificação de certificado", "Este certificado expirou"),
    "pt_PT": ("Verificação do certificado", "Este certificado caducou"),
}


class LanguageCase:
    """The shipped languages, with this addon's translations."""

    def setUp(self):
        super().setUp()
        self.languages = self.env["res.lang"]
        for code in PRINTED:
            self.languages |= self.env["res.lang"]._activate_lang(code)
        self.env["ir.module.module"]._load_module_terms(
            ["dokstamp_connector"], list(PRINTED), overwrite=True
        )


@tagged("post_install", "-at_install")
class TestTranslatedDocument(LanguageCase, DocumentCase):
    """The certificate is in the student's language, word for word."""

    def test_every_shipped_language_prints_its_own_words_and_no_english_ones(self):
        self.botany.shows_grade = True
        certificates = self.env["dokstamp.certificate"]
        for code in PRINTED:
            partner = self.env["res.partner"].create({"name": code, "lang": code})
            certificates |= self.certificate(
                f"N-{code}", name=f"Ada {code}", partner_id=partner.id
            )
        documents = certificates._print_own()
        for (code, expected), document in zip(PRINTED.items(), documents, strict=True):
            with self.subTest(code):
                text = text_of(document)
                self.assertIn(expected % f"Ada {code}", text)
                for english in ("certifies", "completed", "Conferred", "Scan to"):
                    self.assertNotIn(english, text)

    def test_a_language_without_words_of_its_own_prints_english(self):
        self.env["res.lang"]._activate_lang("fi_FI")
        partner = self.env["res.partner"].create({"name": "Ada", "lang": "fi_FI"})
        document = self.certificate("N1", partner_id=partner.id)._print_own()[0]
        self.assertIn("This certifies that Ada Example", text_of(document))

    def test_a_country_that_shares_a_language_shares_its_words(self):
        self.env["res.lang"]._activate_lang("es_MX")
        self.env["ir.module.module"]._load_module_terms(
            ["dokstamp_connector"], ["es_MX"]
        )
        partner = self.env["res.partner"].create({"name": "Ada", "lang": "es_MX"})
        document = self.certificate("N1", partner_id=partner.id)._print_own()[0]
        self.assertIn("Se certifica que Ada Example", text_of(document))

    def test_no_word_that_outsiders_see_stays_english(self):
        terms_of = self.env["ir.ui.view"]._fields["arch_db"].get_trans_terms
        for name in PUBLIC_PAGES:
            view = self.env.ref(f"dokstamp_connector.{name}")
            texts = terms_of(view.with_context(lang="en_US").arch_db)
            english = {text for text in texts if any(map(str.isalpha, text))}
            english -= EVERYWHERE
            self.assertTrue(english, name)
            for code in PRINTED:
                terms = terms_of(view.with_context(lang=code).arch_db)
                self.assertFalse(english & set(terms), (name, code))


@tagged("post_install", "-at_install")
class TestTranslatedPages(LanguageCase, CertificateCase, HttpCase):
    """Check page, portal and letter speak the language of who reads them."""

    def setUp(self):
        super().setUp()
        if "website" in self.env:  # a website offers the languages that it was given
            self.env["website"].search([]).language_ids += self.languages

    def page(self, path, code):
        """The page as a browser in this language gets it; a new visitor each time."""
        self.opener.cookies.clear()
        language = code.replace("_", "-")
        return self.url_open(path, headers={"Accept-Language": language})

    def test_the_check_page_speaks_every_shipped_language(self):
        certificate = self.issued()
        certificate.sudo().state = "expired"
        self.env.flush_all()
        for code, (title, heading) in EXPIRED.items():
            page = self.page(f"/dokstamp/check/{certificate.check_token}", code)
            found = html.fromstring(page.content)
            self.assertEqual(found.xpath("string(//h1)").strip(), heading)
            self.assertTrue(found.xpath("string(//title)").startswith(title), code)

    def test_the_portal_speaks_the_students_language(self):
        user = new_test_user(
            self.env, login="ada-de@example.com", groups="base.group_portal"
        )
        user.lang = "de_DE"
        self.ada.partner_id = user.partner_id
        self.completion.completed_at = "2026-09-01"
        self.issued(conferral_date="2026-09-01")
        self.env.flush_all()
        self.authenticate("ada-de@example.com", "ada-de@example.com")
        page = html.fromstring(
            self.url_open(
                "/my/certificates", headers={"Accept-Language": "de-DE"}
            ).content
        )
        text = page.xpath("string(//main)")
        self.assertTrue(page.xpath("string(//title)").startswith("Meine Zertifikate"))
        for words in ("Meine Zertifikate", "Gültig", "Verliehen am", "Bei DokStamp"):
            self.assertIn(words, text)
        for words in ("My certificates", "Conferred", "Download PDF", "Verify at"):
            self.assertNotIn(words, text)

    def test_the_letter_speaks_the_students_language(self):
        self.account.notifies_students = True
        self.ada.email = "ada@example.com"
        self.ada.partner_id = self.env["res.partner"].create(
            {"name": "Ada", "lang": "fr_FR"}
        )
        certificate = self.issued()
        template = self.env.ref("dokstamp_connector.mail_template_certificate_issued")
        mail = self.env["mail.mail"].browse(template.send_mail(certificate.id))
        self.assertEqual(mail.subject, "Votre certificat\N{NO-BREAK SPACE}: Botany")
        self.assertIn("vous a délivré votre certificat", mail.body_html)
        self.assertIn("Toutes nos félicitations", mail.body_html)
        for english in ("Dear", "issued your", "Congratulations"):
            self.assertNotIn(english, mail.body_html)

    def test_the_printed_book_and_the_screens_speak_the_registrars_language(self):
        self.issued()
        entries = self.env["dokstamp.register.entry"].search([])
        report = self.env["ir.actions.report"].with_user(self.registrar)
        page, _type = report.with_context(lang="de_DE")._render_qweb_html(
            "dokstamp_connector.register_document", entries.ids
        )
        text = " ".join(html.fromstring(page).text_content().split())
        for words in ("Register der Zertifikate", "gedruckt am", "Eintrag", "Kurs"):
            self.assertIn(words, text)
        for words in ("Register of", "printed", "Entry", "Course"):
            self.assertNotIn(words, text)
        states = self.env["dokstamp.certificate"]._fields["state"]
        for code, issued in (
            ("de_DE", "Ausgestellt"),
            ("es_ES", "Emitido"),
            ("fr_FR", "Délivré"),
            ("pt_BR", "Emitido"),
        ):
            names = dict(
                states._description_selection(self.env(context={"lang": code}))
            )
            self.assertEqual(names["issued"], issued)


@tagged("post_install", "-at_install")
class TestCompleteTranslations(TransactionCase):
    """Every term of the addons as they are installed, not as a template has it."""

    def test_no_screen_of_any_addon_has_an_untranslated_term(self):
        addons = self.env["ir.module.module"].search(
            [("name", "=like", "dokstamp_connector%"), ("state", "=", "installed")]
        )
        for addon in addons.mapped("name"):
            terms = self.terms(addon)
            for code in COMPLETE:
                with self.subTest(addon=addon, language=code):
                    missing = sorted(terms - self.translated(addon, code))
                    self.assertFalse(
                        missing, f"{len(missing)} terms of {addon} lack {code}"
                    )

    def terms(self, addon):
        """What Odoo would export: of records, views, Python and JavaScript."""
        rows = TranslationModuleReader(self.env.cr, modules=[addon])
        sources = {source for _module, _type, _name, _id, source, *_more in rows}
        return {
            source
            for source in sources
            if any(map(str.isalpha, NO_WORDS.sub("", source)))
        }

    @staticmethod
    def translated(addon, code):
        """Terms that somebody has looked at: what is left empty is the same word there.

        :raise FileNotFoundError: the addon has no such language
        """
        entries = polib.pofile(file_path(f"{addon}/i18n/{code}.po"))
        return {entry.msgid for entry in entries if not entry.obsolete}
