"""What a new source is filled in with: a line for each field that DokStamp needs, and
where it may come from, by name, label and type.

A guess stands on a form, where somebody looks at it and saves it; nothing is read by
one before. Whatever may be read in two ways is left empty.
"""

from dataclasses import dataclass

from odoo import api, fields, models
from odoo.fields import Command

from .guess_words import (
    PREFIX,
    squashed,
    words_for,
    words_for_kind,
    words_for_value,
)
from .reach import is_closed, is_technical

# Type of a field of the registry → types that can fill it, those that fit best first.
FITTING = {
    "char": ("char", "text"),
    "text": ("text", "html", "char"),
    "integer": ("integer", "float"),
    "float": ("float", "integer"),
    "date": ("date", "datetime"),
    "boolean": ("boolean",),
    "selection": ("selection", "many2one"),
}
CONVERSIONS = {("text", "html"): "html_to_text", ("date", "datetime"): "date"}
# On which scale, and in which words, a person has to say.
NOT_GUESSED = {"grade", "is_graded", "gender"}
PEOPLE = ("res.partner", "res.users")  # whoever these are: teacher, parent, student


@dataclass(frozen=True)
class Place:
    """A field that a source can read.

    :param path: the dotted path to it
    :param field: what stands there
    :param names: what it is called, squashed, in groups of which the first says most
    """

    path: str
    field: fields.Field
    names: tuple

    @property
    def leads_to(self):
        return self.field.comodel_name

    def rank(self, words):
        """How well it is called by one of ``words``, lowest best; None: it is not.

        :param words: squashed, those that say most first
        :rtype: tuple[int, int] | None
        """
        order = {word: n for n, word in reversed(list(enumerate(words)))}
        for way, names in enumerate(self.names):
            if found := [order[name] for name in names if name in order]:
                return way, min(found)
        return None


class DokstampSource(models.Model):
    _inherit = "dokstamp.source"

    @api.onchange("model_id", "entity", "relation")
    def _onchange_kind(self):
        """Bring a line for each field that DokStamp needs, and where it may come from.

        What somebody filled in stays, as long as the model has it.
        """
        if not self.entity or not self.model_id or not self._has_models():
            return
        if not self.name:
            self.name = self._suggested_name()
        model = self.env[self.entity]
        feedable = model._get_feedable_fields()
        self.field_ids -= self.field_ids.filtered(
            lambda line: line.field_name not in feedable or not line._leads_anywhere()
        )
        guesses = self._guesses()
        for line in self.field_ids.filtered(lambda line: line._is_unsaid()):
            line.update(guesses.pop(line.field_name, {}))
        known = set(self.field_ids.mapped("field_name"))
        needed = [name for name in feedable if model._is_needed(name)]
        for name in dict.fromkeys([*needed, *feedable]):
            if name in known or not (name in needed or name in guesses):
                continue
            values = {"field_name": name, "method": "path", **guesses.get(name, {})}
            values["sequence"] = len(self.field_ids)
            self.field_ids += self.field_ids.new(values)

    def _suggested_name(self):
        labels = dict(self._fields["entity"]._description_selection(self.env))
        return f"{self.model_id.name}: {labels[self.entity]}"

    # === GUESSES === #

    def _guesses(self):
        """Field of the registry → what a line says that fills it.

        :rtype: dict[str, dict]
        """
        model = self.env[self.model]
        if is_technical(model) or not model.has_access("read"):
            return {}
        registry = self.env[self.entity]
        names = [n for n in registry._get_feedable_fields() if n not in NOT_GUESSED]
        guesses, places = {}, self._places(model)
        for name in names:
            target = registry._fields[name]
            if target.type != "many2one":
                guess = self._guess_value(target, places)
            elif target.comodel_name in registry._registry_models():
                guess = self._guess_link(target)
            else:
                guess = None
            if guess:
                guesses[name] = guess
        for name in registry._get_contact_fields().intersection(names):
            if path := self._guess_contact(registry._fields[name], guesses):
                guesses[name] = {"path": path}
        return guesses

    def _guess_value(self, target, places):
        """What a line says that fills ``target``, or None.

        :param list places: of `_places`
        :rtype: dict | None
        """
        if self.relation and target.name == "order":
            return {"method": "position"}
        place = self._best_place(target, places)
        if not place:
            return self._guess_name(places) if target.name == "name" else None
        values = {"path": place.path}
        if conversion := CONVERSIONS.get((target.type, place.field.type)):
            values["conversion"] = conversion
        if target.type == "selection":
            lines = self.env["dokstamp.source.field"]
            choices = lines._choices_read(place.field, self._language())
            table = self._guessed_table(target, choices)
            values["value_ids"] = [Command.create(line) for line in table]
        return values

    def _best_place(self, target, places):
        """What fits ``target`` best, or None.

        :rtype: Place | None
        """
        types = FITTING.get(target.type, ())
        if target.type == "char" and not self._is_key(target):
            types = (*types, "many2one")  # by its name
        words = self._words_for(target)
        return _best([one for one in places if one.field.type in types], words, types)

    def _guess_name(self, places):
        """A name made of two, or what Odoo calls a record, where it has a name."""
        texts = [place for place in places if place.field.type == "char"]
        parts = [_best(texts, words_for(n)) for n in ("first_name", "last_name")]
        if all(parts):
            first, last = parts
            return {"method": "text", "text": f"{{{first.path}}} {{{last.path}}}"}
        return {"path": "display_name"} if self.env[self.model]._rec_name else None

    def _is_key(self, target):
        """Whether a record is known by ``target``, or there is none without it."""
        registry = self.env[self.entity]
        keys = {*registry._natural_key, *registry._search_key_names()}
        return target.required or target.name in keys

    # === LINKS === #

    def _guess_link(self, target):
        """What a line says that leads to a record which another source makes a
        ``target`` of, or None.
        """
        entity = target.comodel_name
        fed = {*self._feeding(entity).mapped("model"), entity}
        words = (*words_for_kind(entity), *self._own_labels(target))
        own = self._relations(self.env[self.model], entity)
        place = _best_link([one for one in own if one.leads_to in fed], words)
        if not place:
            between = [one for one in own if one.leads_to != entity]
            beyond = [
                inner
                for one in between
                for inner in self._relations(self.env[one.leads_to], entity, one.path)
                if inner.leads_to in fed
            ]
            place = _best_link(beyond, words)
        if not place and self.model in fed:
            return {"path": "id"}
        place = place or _best(own, words)
        return place and {"path": place.path}

    def _feeding(self, entity):
        """The other sources of the company that feed ``entity``, on or off."""
        return self.search(
            [
                ("entity", "=", entity),
                ("company_id", "=", self.company_id.id),
                ("relation", "=", False),
                ("id", "not in", self._origin.ids),
            ]
        )

    def _relations(self, model, entity, start=""):
        """The links of ``model``, one to the very registry record among them.

        :rtype: list[Place]
        """
        return [
            self._place(model, field, start)
            for name, field in model._fields.items()
            if (field.type == "many2one" or self._is_list(model, name))
            and name not in models.MAGIC_COLUMNS
            and (field.comodel_name == entity or not is_closed(model, field))
            and model.has_access("read")
            and model._has_field_access(field, "read")
        ]

    def _is_list(self, model, name):
        """Whether that is the list whose records are read one by one."""
        return model._name == self.model and name == self.relation

    def _guess_contact(self, target, guesses):
        """The path to the contact whose name or address is read; whoever has an own
        name and address may have been booked by another one.
        """
        model = self.env[self.model]
        if target.comodel_name == self.model:
            return "id"
        paths = [guess.get("path") or "" for guess in guesses.values()]
        through = {path.rpartition(".")[0] for path in paths}
        through.update(model._inherits.values())
        for name in sorted(through - {""}):
            field = model._fields.get(name)
            if field and field.comodel_name == target.comodel_name:
                return name
            inner = field and self.env[field.comodel_name]._fields.get(target.name)
            if inner and inner.comodel_name == target.comodel_name:
                return f"{name}.{target.name}"
        return None

    # === WHAT THERE IS === #

    def _places(self, model):
        """All that may be read: of the record itself, and of what it is another side
        of, as a member's contact.

        :rtype: list[Place]
        """
        own = self._readable_places(model)
        kind = words_for_kind(self.entity)
        inherited = set(model._inherits.values())
        beyond = [
            inner
            for place in own
            if place.field.type == "many2one"
            and place.path not in inherited  # its fields are the record's own
            and place.rank(kind) is not None
            for inner in self._readable_places(self.env[place.leads_to], place.path)
        ]
        return own + beyond

    def _readable_places(self, model, start=""):
        if not model.has_access("read"):
            return []
        return [
            self._place(model, field, start)
            for name, field in model._fields.items()
            if name not in (*models.MAGIC_COLUMNS, "display_name")
            and field.type not in ("one2many", "many2many")
            and not is_closed(model, field)
            and model._has_field_access(field, "read")
        ]

    def _place(self, model, field, start=""):
        technical = squashed(PREFIX.sub("", field.name))
        if field.type == "many2one":
            technical = technical.removesuffix("id")
        labels = [squashed(label) for label in _labels_in_all(model, field)]
        return Place(
            path=f"{start}.{field.name}".strip("."),
            field=field,
            names=(
                (technical,),
                labels,
                tuple(self._without_kind([technical])),
                tuple(self._without_kind(labels)),
            ),
        )

    def _without_kind(self, names):
        """``names`` without what is fed: of a course, “course code” is its code."""
        for name in names:
            for kind in words_for_kind(self.entity):
                if name.startswith(kind):
                    yield name.removeprefix(kind)
                if name.endswith(kind):
                    yield name.removesuffix(kind)

    def _words_for(self, target):
        """What ``target``, a field of the registry, is called, best first."""
        words = words_for(f"{self.entity}.{target.name}", target.name)
        names = self.env[self.entity]._get_feedable_fields()
        if target.name == "code" and "name" not in names:
            words += words_for("name")
        return (squashed(target.name), *words, *self._own_labels(target))

    def _own_labels(self, target):
        return map(squashed, _labels_in_all(self.env[self.entity], target))

    # === TABLES OF VALUES === #

    def _choices_of(self, field):
        return self.env["dokstamp.source.field"]._choices_read(field)

    @api.model
    def _guessed_table(self, target, choices):
        """The lines of a table of values, each with what it may mean at DokStamp.

        :param odoo.fields.Field target: of the registry, a selection
        :param choices: keys and labels of the values that are read
        :return: none where the registry takes them as they are
        :rtype: list[dict]
        """
        taken = [key for key, _label in target._description_selection(self.env)]
        if not choices or {key for key, _label in choices}.issubset(taken):
            return []
        meanings = {}
        for env in _in_all_languages(self.env):
            for key, label in target._description_selection(env):
                words = {squashed(key), squashed(label), *words_for_value(key)}
                meanings.setdefault(key, set()).update(words)
        return [
            {"from_value": key, "to_value": _meaning(key, label, meanings)}
            for key, label in choices
        ]


def _best(places, words, types=()):
    """The one of ``places`` that is called best by one of ``words``, or None.

    :param types: of fields, those that fit best first
    :rtype: Place | None
    """
    words = tuple(words)
    ranked = [
        (
            place.path.count("."),
            *rank,
            types.index(place.field.type) if types else 0,
            not place.field.required,
            place.path,
            place,
        )
        for place in places
        if (rank := place.rank(words)) is not None
    ]
    return min(ranked, key=lambda one: one[:-1])[-1] if ranked else None


def _best_link(places, words):
    """The link that is called best by one of ``words``, or the only one.

    :rtype: Place | None
    """
    if place := _best(places, words):
        return place
    sure = [place for place in places if place.leads_to not in PEOPLE]
    return sure[0] if len(sure) == 1 else None


def _labels_in_all(model, field):
    """What a field is called in each language that Odoo has.

    :rtype: set[str]
    """
    envs = _in_all_languages(model.env)
    return {field._description_string(env) or "" for env in envs}


def _meaning(key, label, meanings):
    """The value that a school app's value is called as; False where none is.

    :param dict[str, set[str]] meanings: value → what it is called
    """
    for name in (key, squashed(key), squashed(label)):
        for value, words in meanings.items():
            if name == value or name in words:
                return value
    return False


def _in_all_languages(env):
    return [
        env(context={**env.context, "lang": code})
        for code, _name in env["res.lang"].get_installed()
    ]
