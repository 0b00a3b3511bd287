"""What students are looked through for: people are printed as they are written here."""

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..registry.student import OLDEST, YOUNGEST
from .data_check import DataCheck

PRINTED = ("name", "social_name")
STRAY_IN_NAME = (
    r"\m(false|none|null|undefined|nan|test|teste|tbd|unknown|n/a|xxx+|asdf)\M"
)
# Of scripts that part the names of a person with a space.
LETTERS = "[A-Za-zÀ-žΑ-ωА-я]"
OLD, YOUNG = 95, 5  # years; there are such people, and more typing errors
# What calendars and programs begin with.
FIRST_DAYS = ("1970-01-01", "2000-01-01")


class DokstampStudent(models.Model):
    _inherit = "dokstamp.student"

    @api.model
    def _get_data_checks(self):
        checks = super()._get_data_checks()
        for name in PRINTED:
            checks += self._name_checks(name)
        return [
            *checks,
            *self._birth_checks(),
            self._document_check(),
            *map(self._disagreement_check, (*PRINTED, "date_of_birth")),
        ]

    @api.model
    def _get_data_twins(self):
        return [*super()._get_data_twins(), ("name", "date_of_birth")]

    @api.model
    def _get_data_texts(self):
        return [*super()._get_data_texts(), "social_name"]

    @api.model
    def _stray_check(self, name, condition):
        """A person is nowhere called so, not in part either."""
        column = self._data_column(name)
        return super()._stray_check(name, SQL("%s ~* %s", column, STRAY_IN_NAME))

    @api.model
    def _capitals_check(self, name, condition):
        """A person's name is no abbreviation, however short."""
        column = self._data_column(name)
        return super()._capitals_check(
            name,
            SQL(
                "%(column)s IN (upper(%(column)s), lower(%(column)s)) "
                "AND upper(%(column)s) <> lower(%(column)s) AND length(%(column)s) > 1",
                column=column,
            ),
        )

    @api.model
    def _name_checks(self, name):
        column = self._data_column(name)
        yield DataCheck(
            "digits",
            self.env._("Digits in a name"),
            self.env._("The %(field)s has digits in it.", field=self._label(name)),
            name,
            SQL("%s ~ '[0-9]'", column),
            column,
            is_doubt=True,
        )
        if name == "name":
            yield DataCheck(
                "one_word",
                self.env._("One word only"),
                self.env._(
                    "The name is one word: certificates want the full legal name."
                ),
                name,
                SQL(r"%s !~ '\s' AND %s ~ %s", column, column, LETTERS),
                column,
                is_doubt=True,
            )

    @api.model
    def _birth_checks(self):
        born, today = self._data_column("date_of_birth"), fields.Date.today()
        oldest, old, young, youngest = (
            today - relativedelta(years=years)
            for years in (OLDEST, OLD, YOUNG, YOUNGEST)
        )
        label = self.env._("Date of birth that cannot be")
        yield DataCheck(
            "birth",
            label,
            self.env._("No student was born on that day: it is another one."),
            "date_of_birth",
            SQL("(%s > %s OR %s < %s)", born, youngest, born, oldest),
            born,
        )
        yield DataCheck(
            "birth_doubt",
            self.env._("Date of birth that is unlikely"),
            self.env._("Few students are that young or that old."),
            "date_of_birth",
            SQL(
                "%(born)s BETWEEN %(oldest)s AND %(youngest)s AND "
                "(%(born)s > %(young)s OR %(born)s < %(old)s OR %(born)s IN %(first)s)",
                born=born,
                young=young,
                youngest=youngest,
                old=old,
                oldest=oldest,
                first=tuple(map(fields.Date.to_date, FIRST_DAYS)),
            ),
            born,
            is_doubt=True,
        )

    @api.model
    def _document_check(self):
        """Two students whose contacts have one document number; a contact of a company
        has that of its company.
        """
        number = self.env["res.partner"]._field_to_sql("p", "vat")
        return DataCheck(
            "document",
            self.env._("Same document number"),
            self.env._(
                "The contacts of several students have the same document number. If "
                "they are one person, press This one stays on one of the students."
            ),
            "partner_id",
            rows=self._twin_rows(
                SQL("upper(regexp_replace(%s, '[^[:alnum:]]', '', 'g'))", number),
                SQL("%s <> '' AND p.parent_id IS NULL", number),
                SQL("JOIN res_partner p ON p.id = %s", self._data_column("partner_id")),
            ),
            is_doubt=True,
        )

    @api.model
    def _disagreement_check(self, name):
        """Several records of school apps are this student, and say different things."""
        links = self.env["dokstamp.source.link"]
        said = SQL("%s->>%s", links._field_to_sql("link", "last_values"), name)
        return DataCheck(
            "disagreement",
            self.env._("School apps that disagree"),
            self.env._(
                "The records of several school apps that are this student say a "
                "different %(field)s. The first source's holds.",
                field=self._label(name),
            ),
            name,
            rows=SQL(
                """
                SELECT link.entity_id,
                       string_agg(DISTINCT %(said)s, ' / ' ORDER BY %(said)s)
                  FROM dokstamp_source_link link
                  JOIN dokstamp_source source ON source.id = link.source_id
                 WHERE link.entity_model = %(model)s AND %(is_live)s
                   AND %(is_on)s AND %(said)s NOT IN ('', 'false')
              GROUP BY link.entity_id
                HAVING count(DISTINCT lower(btrim(%(said)s))) > 1
                """,
                said=said,
                is_live=links._field_to_sql("link", "is_live"),
                is_on=links.source_id._field_to_sql("source", "active"),
                model=self._name,
            ),
            is_doubt=True,
        )

    @api.model
    def _data_twin_shown(self):
        """People of one name are told apart by their addresses."""
        return SQL("COALESCE(%s, '–')", self._data_column("email"))
