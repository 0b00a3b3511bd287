"""What every kind of registry record is looked through for before it is sent: what
DokStamp would refuse, by the list of its fields, and what looks like a slip.
"""

from odoo import api, models
from odoo.tools import SQL

from ..actions import open_form
from .data_check import TABLE, DataCheck

# What forms, imports and programs leave behind where nothing was known.
STRAY = r"^(false|none|null|undefined|nan|test|tbd|n/a|\(copy\))$"
MANY = 10  # letters; a shorter text in capitals is an abbreviation


class DokstampEntity(models.AbstractModel):
    _inherit = "dokstamp.entity"

    # === WHAT IS LOOKED FOR === #

    @api.model
    def _get_data_checks(self):
        """An addon that looks for more adds to what `super` returns.

        :rtype: list[DataCheck]
        """
        checks = []
        for name, spec in self._get_dokstamp_fields().items():
            if self._fields[name].store:
                checks += self._refusal_checks(name, spec)
        for names in self._get_data_twins():
            checks.append(self._twin_check(names))
        for name in self._get_data_texts():
            checks += self._text_checks(name)
        return checks

    @api.model
    def _get_data_twins(self):
        """Fields that no two records should have the same values of.

        :rtype: list[tuple[str, ...]]
        """
        ways = [self._natural_key, *self._dokstamp_keys[:1]]
        found = {}
        for way in ways:
            names = tuple(dict.fromkeys([*way, *filter(None, [self._dokstamp_parent])]))
            if names and self._fields[names[0]].type == "char":
                found.setdefault(frozenset(names), names)
        return list(found.values())

    @api.model
    def _get_data_texts(self):
        """Fields that hold a text in which a slip shows.

        :rtype: list[str]
        """
        names = self._get_dokstamp_fields()
        return [name for name in ("name", "code") if name in names]

    @api.model
    def _refusal_checks(self, name, spec):
        """What DokStamp is documented to refuse in the field ``name``.

        :param ApiField spec: of the field
        """
        field, column = self._fields[name], self._data_column(name)
        label = self._label(name)
        if spec.needed and not field.required:
            yield DataCheck(
                "missing",
                self.env._("Something is missing"),
                self.env._("No %(field)s: DokStamp needs one.", field=label),
                name,
                SQL("NULLIF(%s::text, '') IS NULL", column),
            )
        if spec.max_length:
            yield DataCheck(
                "too_long",
                self.env._("Too long"),
                self.env._(
                    "The %(field)s is too long: DokStamp takes %(limit)s characters.",
                    field=label,
                    limit=spec.max_length,
                ),
                name,
                SQL("length(%s) > %s", column, spec.max_length),
                column,
            )
        if spec.pattern:
            yield DataCheck(
                "invalid",
                self.env._("Not valid"),
                self.env._("The %(field)s is not valid.", field=label),
                name,
                SQL("%s <> '' AND %s !~* %s", column, column, _whole(spec.pattern)),
                column,
            )
        if spec.minimum is not None or spec.maximum is not None:
            yield self._range_check(name, spec)

    @api.model
    def _range_check(self, name, spec):
        column = self._data_column(name)
        limits = [
            SQL("%s %s %s", column, SQL(sign), limit)
            for sign, limit in (("<", spec.minimum), (">", spec.maximum))
            if limit is not None
        ]
        return DataCheck(
            "out_of_range",
            self.env._("Out of range"),
            self.env._(
                "The %(field)s is a number that DokStamp does not take.",
                field=self._label(name),
            ),
            name,
            SQL("(%s)", SQL(" OR ").join(limits)),
            column,
        )

    @api.model
    def _twin_check(self, names):
        """Two records that are the same but for capital letters.

        :param tuple names: of fields
        """
        columns = [self._data_column(name) for name in names]
        keys = [
            SQL("lower(btrim(%s))", column)
            if self._fields[name].type == "char"
            else SQL("%s::text", column)
            for name, column in zip(names, columns, strict=True)
        ]
        known = SQL(" AND ").join(
            SQL("NULLIF(%s::text, '') IS NOT NULL", column) for column in columns[:1]
        )
        spec = self._get_dokstamp_fields().get(names[0])
        return DataCheck(
            "twin",
            self.env._("There twice"),
            self.env._(
                "Several records have the same %(fields)s. If they are one, archive "
                "the others.",
                fields=", ".join(map(self._label, names)),
            ),
            names[0],
            rows=self._twin_rows(SQL(", ").join(keys), known),
            is_doubt=not (spec and spec.unique),
        )

    @api.model
    def _twin_rows(self, keys, known, join=None):
        """:param SQL keys: what they have in common
        :param SQL known: whether there is something to compare
        :param SQL join: what is joined to the table `r`
        :rtype: SQL
        """
        return SQL(
            """
            SELECT unnest(twins.ids),
                   (SELECT string_agg(name, ', ' ORDER BY name)
                      FROM unnest(twins.names) name)
              FROM (
                SELECT array_agg(r.id) AS ids, array_agg((%(shown)s)::text) AS names
                  FROM %(table)s r %(join)s
                 WHERE %(scope)s AND %(known)s
              GROUP BY r.company_id, %(keys)s
                HAVING count(*) > 1
              ) twins
            """,
            shown=self._data_twin_shown(),
            table=SQL.identifier(self._table),
            join=join or SQL(),
            scope=self._data_scope(),
            known=known,
            keys=keys,
        )

    @api.model
    def _data_twin_shown(self):
        """What tells a record from its twins.

        :rtype: SQL
        """
        return self._data_name()

    @api.model
    def _text_checks(self, name):
        """What looks like a slip in a text."""
        column, label = self._data_column(name), self._label(name)
        yield self._stray_check(name, SQL("%s ~* %s", column, STRAY))
        yield self._slip(
            "spaces",
            self.env._("Two spaces"),
            self.env._("The %(field)s has more than one space in a row.", field=label),
            name,
            SQL(r"%s ~ '\s\s'", column),
        )
        yield self._capitals_check(
            name,
            SQL(
                r"%(column)s = upper(%(column)s) AND %(column)s <> lower(%(column)s) "
                r"AND %(column)s ~ '\s' AND length(%(column)s) > %(many)s",
                column=column,
                many=MANY,
            ),
        )

    @api.model
    def _stray_check(self, name, condition):
        return self._slip(
            "stray",
            self.env._("A stray word"),
            self.env._(
                "The %(field)s has a word that a form or a program leaves behind where "
                "nothing is known.",
                field=self._label(name),
            ),
            name,
            condition,
        )

    @api.model
    def _capitals_check(self, name, condition):
        return self._slip(
            "capitals",
            self.env._("Capital or small letters only"),
            self.env._(
                "The %(field)s is written in capital or in small letters only, and "
                "certificates print it so.",
                field=self._label(name),
            ),
            name,
            condition,
        )

    @api.model
    def _slip(self, kind, label, sentence, name, condition):
        """The check of a text that may be right as it is; it shows the text.

        :rtype: DataCheck
        """
        column = self._data_column(name)
        return DataCheck(kind, label, sentence, name, condition, column, is_doubt=True)

    # === IN THE DATABASE === #

    @api.model
    def _data_column(self, name):
        """The field ``name`` of the row that is looked at."""
        return self._field_to_sql(TABLE, name)

    @api.model
    def _data_name(self):
        """What the record is called, as far as its own row tells.

        :rtype: SQL
        """
        name = self._rec_name
        is_own = name and self._fields[name].store
        return self._data_column(name) if is_own else SQL("NULL")

    @api.model
    def _data_scope(self):
        """The rows that are looked at: those that are sent, or will be.

        :rtype: SQL
        """
        return SQL(
            "%s AND NOT COALESCE(%s, FALSE)",
            self._data_column("active"),
            self._data_column("stays_in_odoo"),
        )

    # === WHERE IT IS MENDED === #

    def _data_problem(self, check):
        """What is wrong with the record, as a sentence."""
        return check.sentence

    def _data_feeding(self):
        """Record id → the links that feed it."""
        return self.env["dokstamp.source.link"].sudo()._feeding(self)

    def _data_place(self, name, feeders):
        """What is opened to mend the field ``name``, as people call it."""
        teller = self._teller_of(name, feeders)
        return self._name_of_feeder(teller) if teller else self.env._("Registry")

    def _open_to_mend(self, name):
        """Open what holds the value of the field ``name``."""
        # sudo: whoever sees the record may see what feeds it
        teller = self._teller_of(name, self.sudo()._data_feeding().get(self.id))
        record = teller and teller._record_that_tells(name).with_env(self.env)
        return open_form(record if record and record.has_access("read") else self)

    def _teller_of(self, name, feeders):
        """The link that the field's value is from, or None.

        :param feeders: links of `_feeding`
        """
        return self._tellers(feeders).get(name) if feeders else None

    def _check_may_mend(self):
        """:raise AccessError: it is not theirs"""
        self.check_access("write")

    def _note_deletion(self):
        self._forget_decisions()
        return super()._note_deletion()

    def _forget_decisions(self):
        """What was said of a record goes with it."""
        # sudo: the connector's own notes
        decisions = self.env["dokstamp.data.decision"].sudo()
        decisions.search(
            [("res_model", "=", self._name), ("res_id", "in", self.ids)]
        ).unlink()


def _whole(pattern):
    """A pattern of Python's that a whole text must match, as PostgreSQL reads it."""
    return f"^(?:{pattern.pattern})$"
