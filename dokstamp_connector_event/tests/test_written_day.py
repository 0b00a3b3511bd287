from datetime import date

from odoo.tests import TransactionCase, tagged

from ..written_day import written_day

APRIL_3 = date(2001, 4, 3)


@tagged("post_install", "-at_install")
class TestWrittenDay(TransactionCase):
    """Dates are read as people write them, and never guessed."""

    def understood(self, text, lang="en_US"):
        self.env["res.lang"]._activate_lang(lang)
        return written_day(self.env(context={"lang": lang}), text)

    def test_what_can_be_read_in_one_way_is_read(self):
        for text in (
            "2001-04-03",
            "2001/4/3",
            "03.04.2001",
            "3. 4. 2001",
            "04/03/2001",
            " 3 April 2001 ",
            "April 3rd, 2001",
            "3rd of Apr. 2001",
            "3-APRI-2001",
            "2001年4月3日",
        ):
            with self.subTest(text):
                self.assertEqual(self.understood(text), APRIL_3)

    def test_other_languages_have_their_own_order_and_names(self):
        for lang, text in (
            ("pt_BR", "03/04/2001"),
            ("pt_BR", "3 de abril de 2001"),
            ("fr_FR", "3-4-2001"),
            ("fr_FR", "3 avril 2001"),
            ("de_DE", "3. April 2001"),
            ("es_ES", "April 3, 2001"),
            ("pt_BR", "3º de abril de 2001"),
            ("ru_RU", "3 апреля 2001 г."),
            ("pl_PL", "3 kwietnia 2001 r."),
            ("ko_KR", "2001년 4월 3일"),
        ):
            with self.subTest(lang=lang, text=text):
                self.assertEqual(self.understood(text, lang), APRIL_3)

    def test_a_day_that_only_one_order_has_is_that_one(self):
        self.assertEqual(self.understood("25/12/2001"), date(2001, 12, 25))
        self.assertEqual(self.understood("12/25/2001", "fr_FR"), date(2001, 12, 25))

    def test_what_is_no_day_or_could_be_two_is_not_read(self):
        for text in (
            "",
            False,
            "03/04/01",
            "03042001",
            "31.02.2001",
            "2001",
            "April 2001",
            "3 Smarch 2001",
            "3 Ju 2001",
            "3 April or 4 May 2001",
            "yesterday",
        ):
            with self.subTest(text):
                self.assertIsNone(self.understood(text))

    def test_where_the_year_comes_first_nothing_tells_the_rest(self):
        self.assertIsNone(self.understood("03/04/2001", "sv_SE"))
        self.assertEqual(self.understood("25/12/2001", "sv_SE"), date(2001, 12, 25))
