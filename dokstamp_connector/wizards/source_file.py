"""Sources in a file: one that a partner ships, or that one school hands to another."""

import base64
import json
import math
from collections import defaultdict

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

from ..models.actions import open_form
from ..models.sources.preset import TOLD, TOLD_OF_FIELD

FORMAT, VERSION = "dokstamp.sources", 1
LARGEST = 2**20  # bytes of a file
MOST = 500  # sources in a file
LONGEST = 10_000  # characters of one text
MAX_INTEGER = 2**31 - 1  # of a column
# What each part may tell, and what it has to.
FILE = {"format": str, "version": int, "sources": list}
SOURCE = {"xml_id": str, "name": dict, "model": str, "entity": str, "fields": list}
FIELD = {"field_name": str, "values": list}
VALUE = {"from": str, "to": str}
NEEDED = {"format", "version", "sources", "name", "model", "entity", "fields"}
NEEDED |= {"field_name"}
TYPES = {"integer": int, "float": float, "boolean": bool}  # all else: texts
MADE, KEPT, REFUSED = "made", "kept", "refused"


class DokstampSourceFile(models.TransientModel):
    """A file of sources: taken in here, or offered to be taken in elsewhere.

    What it brings is as good as typed in by whoever takes it in, and begins switched
    off. What is here already stays as it is.
    """

    _name = "dokstamp.source.file"
    _inherit = ["dokstamp.write.protection"]
    _description = "File of Sources"
    _rec_name = "filename"

    data = fields.Binary(string="File", attachment=False)
    filename = fields.Char(default="dokstamp-sources.json")
    company_id = fields.Many2one(
        "res.company",
        required=True,
        default=lambda self: self.env.company,
        help="The company of the registry records that the sources will feed.",
    )
    outlook = fields.Html(string="What it brings", readonly=True)

    @api.model
    def _get_writable_fields(self, state=None):
        own = {"data", "filename", "company_id"}
        return super()._get_writable_fields(state) | own

    # === OFFERING === #

    @api.model
    def _offer(self, presets):
        """Have the browser keep ``presets`` as a file.

        :param list[dict] presets: as of `dokstamp.source._as_preset`
        """
        content = {"format": FORMAT, "version": VERSION, "sources": presets}
        text = json.dumps(content, indent=2, ensure_ascii=False)
        file = self.create({"data": base64.b64encode(text.encode())})
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self._name}/{file.id}/data/{file.filename}"
            "?download=true",
            "target": "download",
        }

    # === TAKING IN === #

    def action_look(self):
        """Say what the file brings, and bring nothing yet.

        :raise UserError: it is no file of sources
        """
        self.ensure_one()
        presets = self._presets()
        with self.env.cr.savepoint() as savepoint:
            outcomes = self._take_in(presets)
            text = self._told(outcomes)
            savepoint.rollback()
        self.sudo().outlook = text  # sudo: it shows what is so; nobody types it in
        return open_form(self, name=self.env._("Import sources"), target="new")

    def action_import(self):
        """Make the sources that are not here yet, switched off.

        :raise UserError: it is no file of sources, or none of it can be made here
        """
        self.ensure_one()
        outcomes = self._take_in(self._presets())
        if not outcomes[MADE]:
            raise UserError(
                self.env._("Nothing is imported.")
                + "\n"
                + "\n".join(
                    f"{name}: {sentence}"
                    for kind in (REFUSED, KEPT)
                    for name, sentence in outcomes[kind]
                )
            )
        self.sudo().outlook = self._told(outcomes, is_done=True)  # sudo: as above
        return self.env["ir.actions.act_window"]._for_xml_id(
            "dokstamp_connector.dokstamp_source_action"
        )

    def _take_in(self, presets):
        """Make what is not here yet; one that cannot be made stops no other.

        :return: kind of outcome → names, each with a sentence
        :rtype: dict[str, list[tuple[str, str]]]
        """
        outcomes, here = defaultdict(list), self._sources_here()
        for preset in presets:
            name = self._name_of(preset)
            if self._find_here(preset, here):
                sentence = self.env._("is here already, and stays as it is")
                outcomes[KEPT].append((name, sentence))
                continue
            try:
                with self.env.cr.savepoint():
                    source = self._make(preset)
                    lacking = source._definition_problem()
            except (AccessError, UserError) as error:
                outcomes[REFUSED].append((name, str(error)))
            else:
                outcomes[MADE].append((name, lacking or self.env._("complete")))
        return outcomes

    def _sources_here(self):
        """What tells a source from others → the sources of the company.

        :rtype: dict[tuple, list[dokstamp.source]]
        """
        here = defaultdict(list)
        codes = [code for code, _name in self.env["res.lang"].get_installed()]
        sources = self.env["dokstamp.source"].with_context(active_test=False)
        for source in sources.search([("company_id", "=", self.company_id.id)]):
            here[source.get_external_id()[source.id]].append(source)
            for name in {source.with_context(lang=code).name for code in codes}:
                here[self._mark(name, source)].append(source)
        return here

    def _mark(self, name, source):
        return name, source["model"], source["entity"], source["relation"] or ""

    def _find_here(self, preset, here):
        """The source that is meant, which nothing else in the file means then."""
        marks = [preset.get("xml_id")] if preset.get("xml_id") else []
        told = {"relation": "", **preset}
        marks += [self._mark(name, told) for name in preset["name"].values()]
        for mark in marks:
            for source in here.get(mark, ()):
                for others in here.values():
                    others[:] = [one for one in others if one != source]
                return source
        return None

    def _make(self, preset):
        """
        :raise UserError: it asks for what this Odoo has not
        :raise AccessError: it asks for what the user may not read
        """
        model = preset["model"]
        if model not in self.env:
            raise UserError(
                self.env._(
                    "This Odoo has no model %s: install the app that brings it.", model
                )
            )
        source = self.env["dokstamp.source"].create(
            {
                **{name: preset[name] for name in TOLD if name in preset},
                "name": self._name_of(preset),
                "model_id": self.env["ir.model"]._get_id(model),
                "entity": preset["entity"],
                "company_id": self.company_id.id,
                "active": False,
                "field_ids": [
                    Command.create(self._values_of(n, line))
                    for n, line in enumerate(preset["fields"])
                ],
            }
        )
        for code, _name in self.env["res.lang"].get_installed():
            if code in preset["name"]:
                source.with_context(lang=code).name = preset["name"][code]
        return source

    def _values_of(self, place, line):
        table = [
            Command.create({"from_value": one.get("from"), "to_value": one.get("to")})
            for one in line.get("values", ())
        ]
        told = {name: line[name] for name in TOLD_OF_FIELD if name in line}
        own = {"field_name": line["field_name"], "sequence": place}
        return {**told, **own, "value_ids": table}

    def _name_of(self, preset):
        names = preset["name"]
        return names.get(self.env.lang) or names.get("en_US") or [*names.values()][0]

    def _told(self, outcomes, is_done=False):
        """The outcomes, for whoever decides.

        :rtype: Markup
        """
        titles = {
            MADE: self.env._("Will be made, and is switched off until somebody looks"),
            KEPT: self.env._("Is here already"),
            REFUSED: self.env._("Cannot be made here"),
        }
        if is_done:
            titles[MADE] = self.env._("Is made, and switched off until somebody looks")
        return Markup().join(
            Markup("<h4>%s</h4><ul>%s</ul>")
            % (
                titles[kind],
                Markup().join(
                    Markup("<li><b>%s</b>: %s</li>") % one for one in outcomes[kind]
                ),
            )
            for kind in titles
            if outcomes[kind]
        )

    # === WHETHER IT IS A FILE OF SOURCES === #

    def _presets(self):
        """What the file tells, every part of it looked at.

        :rtype: list[dict]
        :raise UserError: it is no file of sources, or one of another version
        """
        content = self._checked(self._content(), FILE, self.env._("The file"))
        if content["format"] != FORMAT:
            raise self._unusable(self.env._("it is no file of DokStamp sources."))
        if content["version"] != VERSION:
            raise self._unusable(
                self.env._(
                    "it is of version %(version)s, and this Odoo knows version "
                    "%(known)s. Update the DokStamp Connector, or export it anew.",
                    version=content["version"],
                    known=VERSION,
                )
            )
        if not 0 < len(content["sources"]) <= MOST:
            raise self._unusable(
                self.env._("it has to hold between 1 and %s sources.", MOST)
            )
        for place, preset in enumerate(content["sources"], 1):
            self._check_preset(preset, self.env._("Source %s", place))
        return content["sources"]

    def _content(self):
        if not self.data:
            raise UserError(self.env._("Choose a file first."))
        try:
            raw = base64.b64decode(self.data)
            if len(raw) > LARGEST:
                raise self._unusable(self.env._("it is larger than a megabyte."))
            return json.loads(raw.decode("utf-8-sig"))
        except (ValueError, RecursionError) as error:
            raise self._unusable(self.env._("it is no JSON.")) from error

    def _check_preset(self, preset, where):
        source = self.env["dokstamp.source"]
        if isinstance(preset, dict) and isinstance(preset.get("name"), str):
            preset["name"] = {"en_US": preset["name"]}
        self._checked(preset, SOURCE | _shape(source, TOLD), where)
        names = preset["name"]
        self._checked(names, dict.fromkeys(names, str), where)
        if not names or not all(name.strip() for name in names.values()):
            raise self._unusable(self.env._("%s has no name.", where))
        where = self._name_of(preset)
        self._check_choices(preset, source, ("entity", *TOLD), where)
        self._check_condition(preset, where)
        for line in preset["fields"]:
            self._check_line(line, preset["entity"], where)
        self._check_once(preset["fields"], "field_name", where)

    def _check_line(self, line, entity, where):
        field = self.env["dokstamp.source.field"]
        self._checked(line, FIELD | _shape(field, TOLD_OF_FIELD), where)
        if line["field_name"] not in field._feedable(entity):
            raise self._unusable(
                self.env._(
                    "%(where)s: a %(entity)s has no field “%(field)s”.",
                    where=where,
                    entity=self.env["dokstamp.source"]._entity_label(entity),
                    field=line["field_name"],
                )
            )
        self._check_choices(line, field, TOLD_OF_FIELD, where)
        for value in line.get("values", ()):
            self._checked(value, VALUE, where)
        self._check_once(line.get("values", ()), "from", where)

    def _check_once(self, parts, key, where):
        told = [part.get(key, "") for part in parts]
        if doubled := {one for one in told if told.count(one) > 1}:
            raise self._unusable(
                self.env._(
                    "%(where)s says twice what “%(value)s” is.",
                    where=where,
                    value=min(doubled),
                )
            )

    def _check_choices(self, told, model, names, where):
        for name in names:
            field = model._fields[name]
            if name not in told or field.type != "selection":
                continue
            if told[name] not in field.get_values(self.env):
                raise self._unusable(
                    self.env._(
                        "%(where)s: “%(value)s” is no %(field)s that this Odoo knows.",
                        where=where,
                        value=told[name],
                        field=field._description_string(self.env),
                    )
                )

    def _check_condition(self, preset, where):
        """What is no plain condition is not even looked at."""
        domain = {"domain": preset.get("domain", "[]")}
        if problem := self.env["dokstamp.source"].new(domain)._literal_problem():
            raise self._unusable(f"{where}: {problem}")

    def _checked(self, told, shape, where):
        """``told``, a part of the file, where it says what ``shape`` asks for.

        :param dict shape: key → type
        :raise UserError: it does not
        """
        if not isinstance(told, dict):
            raise self._unusable(self.env._("%s is no list of named values.", where))
        for key, value in told.items():
            if key not in shape or not _fits(value, shape[key]):
                raise self._unusable(
                    self.env._(
                        "%(where)s: “%(key)s” is unknown, or its value is none that "
                        "belongs there.",
                        where=where,
                        key=key,
                    )
                )
        if lacking := sorted((NEEDED & shape.keys()) - told.keys()):
            raise self._unusable(
                self.env._(
                    "%(where)s lacks: %(keys)s.", where=where, keys=", ".join(lacking)
                )
            )
        return told

    def _unusable(self, reason):
        return UserError(
            self.env._("This file is not imported, as %s Nothing is written.", reason)
        )


def _shape(model, names):
    return {name: TYPES.get(model._fields[name].type, str) for name in names}


def _fits(value, kind):
    """Whether ``value`` is of that kind, and such as a database keeps."""
    if kind is float and type(value) is int:
        value = float(value) if abs(value) <= MAX_INTEGER else math.inf
    if type(value) is not kind:
        return False
    if kind is int:
        return abs(value) <= MAX_INTEGER
    return math.isfinite(value) if kind is float else kind is not str or _is_text(value)


def _is_text(value):
    # half a character is none that can be written down
    is_whole = value.encode(errors="ignore").decode() == value
    return len(value) <= LONGEST and "\0" not in value and is_whole
