from odoo.tests import new_test_user, tagged

from .common import SourceCase


@tagged("post_install", "-at_install")
class TestSourceLanguage(SourceCase):
    """What is sent has one language, and a record says which one where it matters."""

    def begin_with(self, cls):
        super().begin_with(cls)
        self.env["res.lang"]._activate_lang("pt_BR")
        self.env["res.lang"]._activate_lang("fr_FR")
        cls.officer = new_test_user(
            self.env,
            login="officer@example.com",
            lang="pt_BR",
            groups="base.group_user",
        )
        cls.school = self.school_course(description="<p>Leaves</p>")
        self.settle()

    def as_officer(self, record=None):
        record = record or self.school
        return record.with_user(self.officer).with_context(lang="pt_BR")

    def remote(self, code="BOT-1"):
        return self.sandbox.row("courses", code=code)

    def entity(self, user=None):
        return self.fed(self.school).with_user(user or self.registrar)

    # === WHICH ONE === #

    def test_an_account_gets_its_companys_language(self):
        self.assertEqual(self.account.lang, "en_US")
        company = self.env["res.company"].create({"name": "Escola"})
        company.partner_id.lang = "pt_BR"
        account = self.env["dokstamp.account"].create(
            {"tenant": "escola", "company_id": company.id}
        )
        self.assertEqual(account.lang, "pt_BR")

    def test_a_name_in_another_language_stays_in_odoo_and_the_record_says_so(self):
        self.as_officer().name = "Botânica"
        self.flush()
        self.assertFalse(self.sandbox.requests())
        for user in (self.registrar, self.manager):
            entity = self.entity(user)
            self.assertEqual(entity.sync_state, "synced")
            self.assertEqual(
                entity.sync_message,
                "What DokStamp gets is written in English (US). What is written in "
                "other languages stays in Odoo: Name.",
            )

    def test_nothing_is_said_where_all_languages_say_the_same(self):
        self.as_officer().category = "Science"
        self.flush()
        self.assertFalse(self.entity().sync_message)

    def test_it_is_no_longer_said_when_the_names_agree_again(self):
        self.as_officer().name = "Botânica"
        self.school.with_context(lang="pt_BR").name = "Botany"
        self.flush()
        self.assertFalse(self.entity().sync_message)

    def test_the_accounts_language_counts_whoever_saves(self):
        self.account.with_user(self.manager).lang = "pt_BR"
        self.as_officer().name = "Botânica"
        self.flush()
        self.assertEqual(self.remote()["name"], "Botânica")
        self.school.with_user(self.teacher).with_context(
            lang="en_US"
        ).sudo().name = "Plants"
        self.flush()
        self.assertEqual(self.remote()["name"], "Botânica")
        self.assertIn("Portuguese (BR)", self.entity().sync_message)

    def test_another_language_of_the_account_sends_what_differs(self):
        self.as_officer().name = "Botânica"
        self.settle()
        self.account.with_user(self.manager).lang = "pt_BR"
        self.sweep()
        self.flush()
        [request] = self.sandbox.requests()
        self.assertEqual(request["body"], {"name": "Botânica"})

    def test_a_source_may_have_a_language_of_its_own(self):
        self.as_officer().name = "Botânica"
        self.settle()
        self.course_source.with_user(self.manager).lang = "pt_BR"
        self.sweep()
        self.flush()
        self.assertEqual(self.remote()["name"], "Botânica")
        self.assertEqual(self.course_source.language_name, "Portuguese (BR)")
        self.assertEqual(self.person_source.language_name, "English (US)")

    def test_the_language_of_a_source_changes_nobody_that_it_reads_as(self):
        reader = self.course_source.reader_id
        self.course_source.with_user(self.manager).lang = "pt_BR"
        self.assertEqual(self.course_source.reader_id, reader)

    def test_a_record_made_in_another_language_arrives(self):
        courses = self.env["test.dokstamp.school.course"].with_context(lang="pt_BR")
        courses.create({"name": "Zoologia", "code": "ZOO-1"})
        self.flush()
        self.assertEqual(self.remote("ZOO-1")["name"], "Zoologia")

    def test_the_language_of_whoever_runs_the_flush_is_nobodys_business(self):
        self.env.user.lang = "fr_FR"
        self.school.with_context(lang="fr_FR").name = "Botanique"
        self.school.category = "Science"
        self.flush()
        self.assertEqual(self.remote()["name"], "Botany")

    # === SWITCHED OFF === #

    def switch_off(self, code):
        lang = self.env["res.lang"]._lang_get(code)
        self.env.cr.execute(
            "UPDATE res_lang SET active = false WHERE id = %s", [lang.id]
        )
        self.env.registry.clear_all_caches()
        self.env.invalidate_all()

    def test_a_language_that_is_switched_off_stops_nothing(self):
        for owner in (self.account, self.course_source, self.env.company.partner_id):
            with self.subTest(owner._name):
                owner.lang = "fr_FR"
                self.sweep()
                self.switch_off("fr_FR")
                self.school.name = f"Botany of {owner._name}"
                self.flush()
                self.assertEqual(self.remote()["name"], self.school.name)
                self.assertFalse(self.course_source.error_count)
                self.assertEqual(self.course_source.language_name, "English (US)")
                self.env["res.lang"]._activate_lang("fr_FR")
                owner.lang = "en_US"
