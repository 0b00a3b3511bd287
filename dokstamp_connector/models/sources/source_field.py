"""Where one field of a registry record comes from, and how it is read."""

import hashlib
import math
import re
from datetime import date, datetime

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..local_time import local_day, zone_choices
from ..plain_text import cut_at_word, plain_text
from ..registry.entity import MAX_KEY
from .pair import records_of
from .reach import depends_on_reader, is_closed, is_technical, steps_along

PLACEHOLDER = re.compile(r"\{([a-z_][a-z0-9_.]*)\}")
GRADE_MAX = 10  # DokStamp's scale: dokstamp-api.md 14
MAX_INTEGER = 2**31 - 1  # of a column
MOST_CHOICES = 80  # records of a table of values; of more nobody chooses from a list
NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
# A thousand in one country, one in another.
GROUPED = re.compile(r"[+-]?[1-9][0-9]{0,2}\.[0-9]{3}")
DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})([ T]00:00(:00(\.0+)?)?)?")
HOW_READ = (
    "field_name",
    "method",
    "path",
    "fixed_value",
    "text",
    "conversion",
    "timezone",
    "scale",
)
TRUE, FALSE = {"true", "yes", "1"}, {"false", "no", "0", ""}


class Unreadable(Exception):
    """A source's value cannot be had; the message is a sentence for people."""


class DokstampSourceField(models.Model):
    """Where one field of a registry record comes from."""

    _name = "dokstamp.source.field"
    _inherit = ["dokstamp.source.part"]
    _description = "DokStamp Source Field"
    _order = "source_id, sequence, id"
    _rec_name = "field_name"

    source_id = fields.Many2one(
        "dokstamp.source", required=True, ondelete="cascade", index=True
    )
    sequence = fields.Integer(default=10, aggregator=None)
    entity = fields.Selection(related="source_id.entity")
    model = fields.Char(related="source_id.model")
    relation = fields.Char(related="source_id.relation")
    field_name = fields.Selection(
        selection="_selection_field_name",
        string="Registry field",
        required=True,
        help="What is filled.",
    )
    available_names = fields.Json(compute="_compute_available_names")
    method = fields.Selection(
        [
            ("path", "Field"),
            ("fixed", "Fixed value"),
            ("text", "Text with placeholders"),
            ("position", "Place on the list"),
        ],
        required=True,
        default="path",
        help="Where the value comes from: a field of the record, a value that is "
        "always the same, a text made of several fields, or the record's "
        "place on a list.",
    )
    path = fields.Char(
        string="Read from",
        help="A field of the record, also a dotted one: partner_id.email",
    )
    fixed_value = fields.Char(string="Fixed value")
    text = fields.Char(help="For example ODOO-{id} or {partner_id.ref}-{id}.")
    conversion = fields.Selection(
        [
            ("html_to_text", "HTML to plain text"),
            ("round_up", "Round up to a whole number"),
            ("round_nearest", "Round to the nearest whole number"),
            ("round_down", "Round down to a whole number"),
            ("date", "Date in a time zone"),
            ("grade", "Grade to DokStamp's scale of 10"),
        ],
        help="A value that does not fit the registry's field is reported, and never "
        "rounded or guessed, unless it is said here how.",
    )
    timezone = fields.Selection(
        lambda self: zone_choices(),
        help="Empty: the one on the account.",
    )
    scale = fields.Float(default=20, help="The best grade of the school's own scale.")
    cut = fields.Boolean(
        string="Cut to length",
        help="Cut texts longer than DokStamp takes, instead of reporting them. What a "
        "record is known by, such as a code, is never cut.",
    )
    value_ids = fields.One2many(
        "dokstamp.source.value",
        "field_id",
        string="Table of values",
        copy=True,
        help="What each value of the app is called at DokStamp.",
    )

    _one_per_field = models.Constraint(
        "UNIQUE (source_id, field_name)", "This source fills this field already."
    )

    need = fields.Selection(
        [("required", "Required"), ("needed", "Needed by DokStamp")],
        string="Needed",
        compute="_compute_need",
        help="Required: without it the source cannot be switched on. Needed by "
        "DokStamp: where it is empty, people have to type it.",
    )
    value_choices = fields.Json(
        compute="_compute_value_choices",
        help="What the registry's field takes, where that is a list.",
    )
    read_choices = fields.Json(
        compute="_compute_read_choices",
        help="What the field that is read has, where that is a list.",
    )

    @api.depends("entity", "field_name")
    def _compute_need(self):
        for line in self:
            model = self.env.get(line.entity) if line.entity else None
            name = line.field_name
            is_known = model is not None and name in model._fields
            line.need = False
            if is_known and model._is_needed(name):
                is_required = model._fields[name].required
                line.need = "required" if is_required else "needed"

    @api.depends("entity", "field_name")
    def _compute_value_choices(self):
        for line in self:
            field = line._target()
            line.value_choices = field is not None and line._choices_of(field)

    @api.depends("entity", "field_name", "model", "method", "path", "source_id.lang")
    @api.depends_context("uid", "lang")
    def _compute_read_choices(self):
        for line in self:
            # a link needs a record, and no table makes one
            field = None if line._is_link() else line._read_field()
            lang = line.source_id._language()
            line.read_choices = field is not None and line._choices_read(field, lang)

    def _target(self):
        """The registry's field, or None."""
        model = self.env.get(self.entity) if self.entity else None
        return None if model is None else model._fields.get(self.field_name)

    def _read_field(self):
        """What stands at the end of the path that it is read from, or None."""
        model = self.env.get(self.model) if self.model else None
        if self.method != "path" or not self.path or model is None:
            return None
        steps = list(steps_along(model, self.path))
        is_whole = len(steps) == len(self.path.split("."))
        return steps[-1][1] if is_whole else None

    @api.model
    def _choices_of(self, field):
        """The keys and labels of a list of values; False of another field.

        :rtype: list[list[str]] | bool
        """
        if field.type == "boolean":
            return [["yes", self.env._("Yes")], ["no", self.env._("No")]]
        if field.type != "selection":
            return False
        return [list(one) for one in field._description_selection(self.env)]

    @api.model
    def _choices_read(self, field, lang):
        """As of `_choices_of`, of what is read: of a link also the records that there
        are, by their names, unless these are too many to choose from.

        :param str lang: code of the language that the source reads in
        """
        if field.type != "many2one":
            return self._choices_of(field)
        model = self.env[field.comodel_name]
        if is_technical(model) or not model.has_access("read"):
            return False
        records = model.search([], limit=MOST_CHOICES + 1)
        if len(records) > MOST_CHOICES:
            return False
        named = {
            as_text(record.with_context(lang=lang)): record.display_name
            for record in records
        }
        return [[name, label] for name, label in named.items() if name]

    @api.onchange("path", "field_name", "method")
    def _onchange_values(self):
        """Bring a line for each value, where the registry does not take all of them,
        with what it may mean; and drop those that are none any more.
        """
        target, given = self._target(), self.read_choices
        if target is None or target.type != "selection" or not given:
            return
        keys = {key for key, _label in given}
        self.value_ids -= self.value_ids.filtered(
            lambda line: line.from_value and line.from_value not in keys
        )
        known = set(self.value_ids.mapped("from_value"))
        for values in self.source_id._guessed_table(target, given):
            if values["from_value"] not in known:
                self.value_ids += self.value_ids.new(values)

    @api.model
    def _selection_field_name(self):
        """All fields that a source can fill, of all kinds of registry records."""
        choices = {}
        for model in self.env["dokstamp.entity"]._registry_models():
            for name in self._feedable(model):
                field = self.env[model]._fields[name]
                label = field._description_string(self.env)
                choices.setdefault(name, f"{label} ({name})")
        return sorted(choices.items(), key=lambda choice: choice[1])

    @api.model
    def _feedable(self, entity):
        return self.env[entity]._get_feedable_fields()

    @api.depends("entity")
    def _compute_available_names(self):
        """What a form offers for the kind of record that is fed."""
        for line in self:
            line.available_names = self._feedable(line.entity) if line.entity else []

    # === CONSTRAINT METHODS === #

    @api.constrains("field_name", "source_id")
    def _check_field_name(self):
        for line in self:
            if problem := line._name_problem():
                raise ValidationError(problem)

    @api.constrains("method", "path", "text", "source_id")
    def _check_paths(self):
        for line in self:
            if problem := line._path_problem() or line._fork_problem():
                raise ValidationError(problem)
            if closed := line._closed():
                raise ValidationError(line.source_id._closed_sentence(closed))

    def _definition_problem(self):
        """Why it can be read in no record, as Odoo is now; None when it can.

        :rtype: str | None
        """
        return self._name_problem() or self._path_problem()

    def _name_problem(self):
        if self.field_name in self._feedable(self.entity):
            return None
        return self.env._(
            "%(entity)s has no field %(field)s.",
            entity=self.source_id._entity_label(self.entity).capitalize(),
            field=self.field_name,
        )

    def _path_problem(self):
        if self.method == "position" and not self.source_id.relation:
            return self.env._(
                "%(field)s is to be the place on a list, and the source reads none: "
                "choose one on the source, or another field here.",
                field=self._target_label(),
            )
        model = self.env[self.model]
        for path in self._paths():
            steps = list(steps_along(model, path))
            if len(steps) < len(path.split(".")):
                return self.source_id._gone_sentence(path)
        return None

    def _is_unsaid(self):
        """Whether it does not say yet which field, or where that comes from: so it
        fills none.
        """
        return not self.field_name or (self.method == "path" and not self.path)

    def _leads_anywhere(self):
        """Whether its model has what it reads, or nothing is said of that yet."""
        return bool(self.field_name) and not self._path_problem()

    def _said(self):
        return self.filtered(lambda line: not line._is_unsaid())

    def _fork_problem(self):
        """Why a path along several records is refused: nobody says which one counts."""
        for path in self._paths():
            steps = list(steps_along(self.env[self.model], path))
            is_of_pair = self.source_id._list_of(path)
            for model, field in steps[1:] if is_of_pair else steps:
                if field.type in ("one2many", "many2many"):
                    return self.env._(
                        "%(field)s has several values, and %(target)s takes one: "
                        "nobody can tell which. Choose a field that leads to one "
                        "record, or read the model that holds one record for each.",
                        field=self.source_id._field_label(model, field),
                        target=self._target_label(),
                    )
        return None

    def _path_label(self, path):
        """What people read of a dotted path.

        :rtype: str
        """
        steps = steps_along(self.env[self.model], path)
        labels = (field._description_string(self.env) for _model, field in steps)
        return " › ".join(labels)

    def _origin_label(self):
        """Where its field comes from, as people read it."""
        if self.method == "path":
            return self._path_label(self.path)
        if self.method == "text":
            return self.text
        return dict(self._fields["method"]._description_selection(self.env))[
            self.method
        ]

    def _target_label(self):
        field = self.env[self.entity]._fields[self.field_name]
        return f"{field._description_string(self.env)} ({self.field_name})"

    def _stale_sentence(self):
        """Which lines of its table are for values that are not there any more.

        :rtype: str | None
        """
        field = self._read_field()
        is_list = field is not None and field.type == "selection"
        known = dict(self._choices_of(field)) if is_list else {}
        told = self.value_ids.mapped("from_value")
        gone = [one for one in told if one and known and one not in known]
        if not gone:
            return None
        return self.env._(
            "The table of values for %(field)s has lines for %(gone)s, which is no "
            "value of what it is read from any more; that has: %(known)s. An update "
            "may have renamed it: correct the table.",
            field=self._target_label(),
            gone=", ".join(gone),
            known=", ".join(known),
        )

    # === DEFINITION === #

    def _sources(self):
        return self.source_id

    def _paths(self):
        """The dotted paths that this field is read from.

        :rtype: list[str]
        """
        if self.method == "path":
            return [self.path] if self.path else []
        return PLACEHOLDER.findall(self.text or "") if self.method == "text" else []

    def _closed(self):
        """What along its paths no source reads, or None.

        :rtype: str | None
        """
        field = self.env[self.entity]._fields.get(self.field_name)
        target = field and field.comodel_name
        for path in self._paths():
            steps = list(steps_along(self.env[self.model], path))
            # a school app may keep the very record of the registry that is meant
            if target and steps and steps[-1][1].comodel_name == target:
                steps.pop()
            for model, step in steps:
                if is_closed(model, step):
                    return self.source_id._field_label(model, step)
        return None

    def _is_translated(self):
        """Whether what it reads, or its ingredients, may have several languages."""
        read = set()
        for path in self._paths():
            model = self.env[self.model]
            made_of = self.source_id._steps(model, "", path, frozenset())
            read.update((name, field) for name, _path, field in made_of)
            for _model, field in steps_along(model, path):
                if field.relational:  # a record at the end is read by its name
                    read.add(
                        (field.comodel_name, model.env[field.comodel_name]._rec_name)
                    )
        return any(
            field in (fields_ := self.env[name]._fields) and fields_[field].translate
            for name, field in read
        )

    def _reads_otherwise(self, item):
        """Whether ``item`` says something else in another language than its own."""
        codes = {code for code, _name in self.env["res.lang"].get_installed()}
        spoken = records_of(item)[0].env.lang
        own = as_text(self._raw(item))
        return any(
            as_text(self._raw(item.with_context(lang=code))) != own
            for code in codes - {spoken}
        )

    def _digest(self):
        """What is another one as soon as these fields are read in another way.

        :rtype: str
        """
        definition = [
            (
                *(line[name] for name in HOW_READ),
                *((value.from_value, value.to_value) for value in line.value_ids),
            )
            for line in self.sorted("field_name")
        ]
        return hashlib.sha256(repr(definition).encode()).hexdigest()[:16]

    def _is_link(self):
        field = self._target()
        return bool(field) and field.type == "many2one"

    def _link_target(self):
        """Model of the records that this link looks up, and the entity that it needs.

        :rtype: tuple[str, str] | None
        """
        if not self.source_id._has_models() or not self._is_link() or not self.path:
            return None
        model = self.env[self.model]
        for name in self.path.split("."):
            field = model._fields.get(name)
            if name == "id":
                break
            if field is None or not field.relational:
                return None
            model = self.env[field.comodel_name]
        return model._name, self.env[self.entity]._fields[self.field_name].comodel_name

    def _choice_path(self):
        """The path to what a person may have chosen in place of what this link leads
        to; None where nobody can.

        :rtype: str | None
        """
        model, entity = self._link_target() or (None, None)
        name = model and self.env[model]._get_dokstamp_choices().get(entity)
        if not name:
            return None
        return name if self.path == "id" else f"{self.path}.{name}"

    # === READING === #

    def _demanded(self, records):
        """What this link leads to, for all ``records`` at once.

        :return: id of a school app's record → registry id; or why there is none
        :rtype: dict[int, int] | Unreadable
        """
        field = self.env[self.entity]._fields[self.field_name]
        targets = [self._raw(record) for record in records]
        targets = [_first(t) for t in targets if isinstance(t, models.BaseModel) and t]
        if not targets or targets[0]._name == field.comodel_name:
            return {}
        try:
            return self.source_id._demand(
                targets[0].union(*targets), field.comodel_name
            )
        except Unreadable as error:
            return error

    def _read_from(self, record, demanded=None):
        """The registry value for ``record``, as `create` and `write` take it.

        :param odoo.models.BaseModel | Pair record: of the source
        :param demanded: of `_demanded`, for a link
        :raise Unreadable: with a sentence that says why
        """
        field = self.env[self.entity]._fields[self.field_name]
        value = self._raw(record)
        if self._is_link():
            value = self._linked(field, value, demanded)
        else:
            value = self._fitted(field, self._looked_up(value))
        if field.required and not value:
            raise Unreadable(
                self.env._(
                    "It has no %(field)s, and the registry needs one.",
                    field=field._description_string(self.env).lower(),
                )
            )
        return value

    def _raw(self, record):
        if self.method == "fixed":
            return self.fixed_value
        if self.method == "text":
            return self._filled_in(record)
        if self.method == "position":
            return record.position
        if self.path == "id" and self._is_link():
            return records_of(record)[0]
        return _follow(record, self.path)

    def _filled_in(self, record):
        """The text with the record's own values; no key is made of empty ones alone,
        since all records without would have the same.
        """
        values = {path: as_text(_follow(record, path)) for path in self._paths()}
        is_key = self.field_name in self.env[self.entity]._natural_key
        if is_key and values and not any(values.values()):
            return False
        return PLACEHOLDER.sub(lambda match: values[match.group(1)], self.text or "")

    def _looked_up(self, value):
        """``value`` by the table of values, where the field has one."""
        if not self.value_ids:
            return value
        table = {line.from_value or "": line.to_value for line in self.value_ids}
        text = as_text(value)
        if text not in table and self._reads_truth():
            text = "yes" if value else "no"
        if text not in table:
            raise Unreadable(
                self.env._(
                    "The table of values for %(field)s has no line for “%(value)s”. "
                    "Add one on the source.",
                    field=self.field_name,
                    value=text,
                )
            )
        return table[text]

    def _reads_truth(self):
        """Whether it reads a field that is ticked or not."""
        steps = list(steps_along(self.env[self.model], self.path or ""))
        is_path = self.method == "path" and steps
        return bool(is_path) and steps[-1][1].type == "boolean"

    def _linked(self, field, value, demanded):
        """The id that a link of the registry needs, from a school app's record."""
        if not value:
            return False
        if not isinstance(value, models.BaseModel):
            raise Unreadable(
                self.env._("%s needs a record, not a text.", self.field_name)
            )
        if value._name == field.comodel_name:
            return value[:1].id
        if isinstance(demanded, Unreadable):
            raise demanded
        found = demanded.get(value[:1].id)
        if isinstance(found, Unreadable):
            raise found
        if not found:
            raise Unreadable(
                self.env._(
                    "%(record)s is not in the registry: it is archived, no source "
                    "takes it, or its source cannot read it.",
                    record=value[:1].display_name,
                )
            )
        return found

    def _fitted(self, field, value):
        """``value`` converted, in the type of the registry's field."""
        try:
            converted = value
            if self.conversion:
                converted = getattr(self, f"_convert_{self.conversion}")(value)
            return self._cast(field, converted)
        except (ArithmeticError, TypeError, ValueError) as error:
            raise Unreadable(
                self.env._(
                    "“%(value)s” is no value for %(field)s.",
                    value=as_text(value),
                    field=field._description_string(self.env),
                )
            ) from error

    def _convert_html_to_text(self, value):
        return plain_text(value)

    def _convert_round_up(self, value):
        return _rounded(math.ceil, value)

    def _convert_round_nearest(self, value):
        return _rounded(lambda number: math.floor(number + 0.5), value)

    def _convert_round_down(self, value):
        return _rounded(math.floor, value)

    def _convert_date(self, value):
        if not isinstance(value, datetime):
            return value
        zone = self.timezone or self.source_id.company_id._dokstamp_zone()
        return local_day(value, zone)

    def _convert_grade(self, value):
        if self.scale <= 0:
            raise Unreadable(
                self.env._("Say on the source which grade is the best one.")
            )
        return round((_as_number(value) or 0) * GRADE_MAX / self.scale, 2)

    def _cast(self, field, value):
        """``value`` in the type of the registry's field; False where it is empty.

        Nothing is guessed: what could mean two things is refused.

        :raise TypeError: it has no such value
        :raise ValueError: likewise
        :raise Unreadable: a person has to choose what becomes of it
        """
        if field.type == "boolean":
            return self._as_truth(field, value)
        if value is None or value is False or not str(value).strip():
            return False
        if field.type == "integer":
            return self._as_integer(field, value)
        if field.type == "float":
            return _as_number(value)
        if field.type == "date":
            return _as_date(value)
        text = as_text(value)
        if field.type == "selection" and text not in field.get_values(self.env):
            raise ValueError(text)
        return text

    def _cut_to_length(self, text, keys):
        """``text`` as long as DokStamp takes it, where the field says so.

        Keys are never cut: the beginnings of two may be one.

        :param set[str] keys: names of the fields that the record is known by
        :raise Unreadable: it is a key, and too long
        """
        model = self.env[self.entity]
        spec = model._get_dokstamp_fields().get(self.field_name)
        limit = spec and spec.max_length
        is_key = self.field_name in keys
        if not isinstance(text, str) or len(text) <= (limit or MAX_KEY):
            return text
        if is_key and (self.cut or len(text) > MAX_KEY):
            raise Unreadable(model._length_sentence(self.field_name, len(text), limit))
        return cut_at_word(text, limit) if self.cut and limit else text

    def _as_integer(self, field, value):
        number = _as_number(value)
        if number != int(number):
            raise Unreadable(
                self.env._(
                    "“%(value)s” is no whole number, and %(field)s takes whole ones: "
                    "choose on the source how it is rounded.",
                    value=as_text(value),
                    field=field._description_string(self.env),
                )
            )
        if abs(number) > MAX_INTEGER:
            raise ValueError(value)
        return int(number)

    def _as_truth(self, field, value):
        text = as_text(value).strip().lower().removesuffix(".0")
        if text in TRUE or text in FALSE:
            return text in TRUE
        raise Unreadable(
            self.env._(
                "“%(value)s” is neither yes nor no for %(field)s: say on the source, "
                "in the table of values, which one it is.",
                value=as_text(value),
                field=field._description_string(self.env),
            )
        )


def _follow(record, path):
    """The value at the end of a dotted path, of the first record where it forks: such a
    path is refused since.
    """
    value = record
    for name in path.split("."):
        if not value:
            return None
        value = _first(value)[name]
    return value


def _first(records):
    """The first of ``records``; what it is read for is read for its neighbours too."""
    return next(iter(records), records)


def as_text(value):
    """What a person reads of a value, without what it was made of."""
    if value is None or value is False:
        return ""
    if isinstance(value, models.BaseModel):
        return _own_name(value[:1])
    return plain_text(value) if isinstance(value, Markup) else str(value)


def _own_name(record):
    """What a record is called, without what Odoo shows beside it, as the company of a
    contact.
    """
    field = record._fields.get(record._rec_name or "")
    if field and field.type in ("char", "text") and not depends_on_reader(field):
        return record[field.name] or ""
    return record.display_name or ""


def _as_number(value):
    """A number as such, or of a text that can be read in one way alone.

    :rtype: int | float | None
    :raise TypeError: it is something else
    :raise ValueError: likewise, or it is infinite
    """
    if value is None or value is False:
        return None
    if isinstance(value, str):
        value = value.strip()
        if not value:
            return None
        if not NUMBER.fullmatch(value) or GROUPED.fullmatch(value):
            raise ValueError(value)
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(value)
    if not math.isfinite(value):
        raise ValueError(value)
    return value


def _rounded(rounding, value):
    """A whole number; empty stays empty."""
    number = _as_number(value)
    # 2.0000000001 hours are two hours
    return number and rounding(round(number, 6))


def _as_date(value):
    """A day as such, or of a text that can be read in one way alone.

    :raise ValueError: 03/04/2026 is two days
    """
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, str):
        day = DAY.fullmatch(value.strip())
        return date.fromisoformat(day[1] if day else value)
    if not isinstance(value, date):
        raise TypeError(value)
    return value
