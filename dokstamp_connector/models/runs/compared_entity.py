"""How each kind of registry record is found in DokStamp's lists, and compared with what
they say.
"""

import json

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_date

from ...dokstamp_api import text_in
from ..registry.entity import LINK
from ..sync.messages import PLACE
from ..sync.messages.comparison import as_utc, differences, remote_value, tells

# Of what is empty with us DokStamp may fill these by itself.
DEFAULTED = ("boolean", "selection")
DAY = 10  # characters of an ISO date, which may come with a time
TAKEN_KINDS = {"boolean": bool}  # of JSON; else a text
NUMBERS = ("integer", "float")
LARGEST = 2**31 - 1  # of a column


class DokstampEntity(models.AbstractModel):
    _inherit = "dokstamp.entity"

    @api.model
    def _pictured_models(self):
        """Names of the kinds that DokStamp lists, in the order in which lists lead to
        others.

        :rtype: list[str]
        """
        names = self._registry_models()
        return [name for name in names if self.env[name]._dokstamp_has_list]

    @api.model
    def _pictured_below(self):
        """The kind that each of its lists lies below, or None where one list has all.

        :rtype: str | None
        """
        parent = self._dokstamp_parent
        return self._fields[parent].comodel_name if parent else None

    @api.model
    def _path_below(self, path, uuid):
        """Where a list of this kind lies.

        :param str path: of the list that has the record that it lies below; empty where
            it lies below none
        :param str uuid: of that record
        :rtype: str
        """
        if not path:
            return self._dokstamp_resource
        rest = LINK.split(self._dokstamp_below)[-1]
        return f"{path}/{uuid}{rest}/{self._dokstamp_resource}"

    @api.model
    def _pictured(self, row, path):
        """What a row of DokStamp's says in the words of our body.

        :param dict row: as the list has it
        :param tuple path: of the list
        :return: API key → value, of the keys that the list shows; API key of a link →
            how DokStamp calls what it leads to; the keys that find it, as of
            `_held_keys`
        :rtype: tuple[dict, dict, list[str]]
        """
        values = {
            key: _fitting(self._fields[name], remote_value(row, key))
            for name in self._get_dokstamp_fields()
            if tells(row, key := self._api_key(name))
        }
        labels = {key: name for key in values if (name := _name_of_link(row, key))}
        return values, labels, self._held_keys({**values, PLACE: list(path)})

    @api.model
    def _note_list_read(self, listed):
        """A list of this kind is read to its end.

        :param dokstamp.run.list listed: which
        """

    @api.model
    def _pictured_id_sql(self):
        """By what a picture has a record that a binding, `b`, links to.

        :rtype: SQL
        """
        return SQL("b.dokstamp_uuid")

    @api.model
    def _pictured_path(self, payload):
        """The list that would have a record.

        :param dict payload: as a binding keeps it
        :rtype: str
        """
        return "/".join(payload.get(PLACE) or [self._dokstamp_resource])

    def _wanted_keys(self):
        """What DokStamp would find the record by, once it is there.

        :rtype: list[str]
        """
        return self._held_keys({**self._payload(), PLACE: list(self._path())})

    # === COMPARISON === #

    @api.model
    def _told_apart(self, ours, values):
        """What DokStamp holds otherwise than ``ours``.

        :param dict ours: a body
        :param dict values: as of `_pictured`
        :return: API key → our value and DokStamp's
        :rtype: dict[str, list]
        """
        keys = {self._api_key(name) for name in self._search_key_names()}
        return differences(ours, values, keys)

    def _differences_from(self, payload, values):
        """What DokStamp would have otherwise than the record; what is empty here is
        left there, and no difference.

        :param dict payload: the record's
        :param dict values: as of `_pictured`
        :return: API key → our value and DokStamp's
        :rtype: dict[str, list]
        """
        given = {key: value for key, value in payload.items() if value is not None}
        return self._told_apart(given, values)

    @api.model
    def _defaulted_keys(self):
        """API keys that DokStamp may fill by itself where we send none.

        :rtype: set[str]
        """
        return {
            self._api_key(name)
            for name in self._get_dokstamp_fields()
            if self._fields[name].type in DEFAULTED
        }

    @api.model
    def _name_in_picture(self, values, labels):
        """What people call a record that is at DokStamp alone.

        :param dict values: as of `_pictured`
        :param dict labels: as of `_pictured`
        :rtype: str | bool
        """
        named = next((values[key] for key in ("name", "code") if values.get(key)), None)
        keys = map(self._api_key, self._get_dokstamp_fields())
        told = filter(None, (labels.get(key) for key in keys))
        return named or ": ".join(told) or False

    @api.model
    def _shown_value(self, key, value, names):
        """A value of the body as people read it: labels, not keys.

        :param str key: of the body
        :param dict names: uuid → what it is called, for links
        :rtype: str
        """
        field = self._field_of_key(key)
        if value is None or value == "":
            return self.env._("empty")
        if field is None:
            return str(value)
        if field.type == "boolean":
            return self.env._("Yes") if value else self.env._("No")
        if field.type == "selection":
            choices = dict(field._description_selection(self.env))
            return choices.get(value, str(value))
        if field.type == "many2one":
            return names.get(value) or self.env._("another one, not in Odoo")
        if field.type == "date" and (day := _as_day(value)):
            return format_date(self.env, day)
        return str(value)

    @api.model
    def _field_of_key(self, key):
        """The field of a key of the body, or of the link that the record lies below.

        :rtype: odoo.fields.Field | None
        """
        fields_ = {self._api_key(name): name for name in self._get_dokstamp_fields()}
        if parent := self._dokstamp_parent:
            fields_[link_key(parent)] = parent
        return self._fields.get(fields_.get(key))

    # === TAKING IN === #

    @api.model
    def _registry_values(self, account, held):
        """Values of a registry record that says what DokStamp's does.

        :param dokstamp.account account: whose it will be
        :param dict held: path and values of DokStamp's, as of `_pictured`
        :rtype: dict
        :raise UserError: it belongs to one that is not in the registry
        """
        values = {"company_id": account.company_id.id, "account_id": account.id}
        for name in self._get_dokstamp_fields():
            key = self._api_key(name)
            if held["values"].get(key) is not None:
                values[name] = self._from_body(account, name, held["values"][key])
        if parent := self._dokstamp_parent:
            place = self._dokstamp_below.split("/").index(f"{{{parent}}}")
            uuid = held["path"].split("/")[place]
            values[parent] = self._from_body(account, parent, uuid)
        values = {name: value for name, value in values.items() if value is not None}
        self._refuse_lacking(values)
        return values

    @api.model
    def _refuse_lacking(self, values):
        """:raise UserError: DokStamp does not tell what no record is without"""
        lacking = [
            field._description_string(self.env)
            for name in self._get_dokstamp_fields()
            if (field := self._fields[name]).required
            and not field.default
            and not values.get(name)
        ]
        if lacking:
            raise UserError(
                self.env._(
                    "DokStamp does not say of it, or not in a way that makes sense: "
                    "%(fields)s. Complete it there, or enter it in Odoo by hand.",
                    fields=", ".join(lacking),
                )
            )

    def _as_held(self, held):
        """What DokStamp holds of the record, as a binding keeps it; what its list does
        not show is as it is here.

        :param dict held: path and values of DokStamp's, as of `_pictured`
        :rtype: dict
        """
        payload, path = self._payload(), held["path"].split("/")
        apart = self._told_apart(payload, held["values"])
        payload.update({key: theirs for key, (_own, theirs) in apart.items()})
        is_below = self._dokstamp_resource and len(path) > 1
        return {**payload, PLACE: path} if is_below else payload

    @api.model
    def _from_body(self, account, name, value):
        """A value of DokStamp's as the field ``name`` takes it; None where it takes no
        such value.
        """
        field = self._fields[name]
        if field.type == "many2one":
            return self._linked_id(account, field, value)
        if field.type == "selection":
            return value if value in field.get_values(self.env) else None
        if field.type in ("date", "datetime"):
            return _as_day(value) if field.type == "date" else as_utc(value)
        if field.type in NUMBERS:
            return _as_number(field, value)
        kinds = TAKEN_KINDS.get(field.type, str)
        return value if isinstance(value, kinds) else None

    def _linked_id(self, account, field, uuid):
        # sudo: bindings are the engine's
        bindings = self.env["dokstamp.binding"].sudo()
        is_one = isinstance(uuid, str)
        linked = is_one and bindings._holder_of(account, field.comodel_name, uuid)
        if not linked:
            raise UserError(
                self.env._(
                    "%(field)s: that one is at DokStamp alone as well. Take it into "
                    "Odoo first.",
                    field=field._description_string(self.env),
                )
            )
        return linked.id


class DokstampEnrollment(models.Model):
    _inherit = "dokstamp.enrollment"

    @api.model
    def _registry_values(self, account, held):
        values = super()._registry_values(account, held)
        return {**values, "is_graded": "grade" in values}


class DokstampCurriculumLine(models.Model):
    """DokStamp lists what is *not* in a course (dokstamp-api.md 10.1): in it are the
    institution's other modules.
    """

    _inherit = "dokstamp.curriculum.line"

    @api.model
    def _pictured_below(self):
        return "dokstamp.course"

    @api.model
    def _path_below(self, path, uuid):
        return f"{path}/{uuid}/attach/modules"

    @api.model
    def _pictured_path(self, payload):
        return self._path_below("courses", payload.get("course_uuid"))

    @api.model
    def _pictured_id_sql(self):
        payload = SQL.identifier("b", "last_payload")
        return SQL("(%s ->> 'course_uuid') || '/' || (%s ->> 'uuid')", payload, payload)

    @api.model
    def _note_list_read(self, listed):
        """Put what is attached in the place of what is not.

        Such a row goes by both uuids, as it has none of its own.
        """
        result = super()._note_list_read(listed)
        run, course_uuid = listed.run_id, listed.path.split("/")[1]
        course = run._picture_values("dokstamp.course", [course_uuid])[course_uuid]
        free = {uuid for uuid, _values in listed._take_rows()}
        modules = run._picture_of_link("dokstamp.module", "institution_uuid")
        attached = [
            uuid
            for uuid in modules.get(course.get("institution_uuid"), ())
            if uuid not in free
        ]
        known = run._picture_values("dokstamp.module", attached)
        listed._insert(
            {
                f"{course_uuid}/{uuid}": (
                    {"course_uuid": course_uuid, "uuid": uuid},
                    {"course_uuid": course.get("name"), "uuid": values.get("name")},
                    [f"{course_uuid}/{uuid}"],
                )
                for uuid, values in known.items()
            },
            listed.read_at,
        )
        return result

    def _wanted_keys(self):
        item = self._payload()
        return [f"{item['course_uuid']}/{item['uuid']}"]


def link_key(name):
    """As a body would call the link ``name``."""
    return f"{name.removesuffix('_id')}_uuid"


def _name_of_link(row, key):
    """How DokStamp calls what a link leads to; None for what is no link."""
    link = row.get(key.removesuffix("_uuid")) if key.endswith("_uuid") else None
    if not isinstance(link, dict):
        return None
    return next((text for k in ("name", "code") if (text := text_in(link, k))), None)


def _fitting(field, value):
    """A value of the kind that the API has for a field, so that it can be compared and
    shown; another one is shown as it is written.
    """
    kinds = int | float | str if field.type in (*NUMBERS, "boolean") else str
    return value if value is None or isinstance(value, kinds) else json.dumps(value)


def _as_day(value):
    """The day that DokStamp writes, in whatever zone; None for what is none.

    :rtype: date | None
    """
    moment = as_utc(str(value)[:DAY])
    return moment and moment.date()


def _as_number(field, value):
    """A number that the field takes; decimals perhaps come as text (dokstamp-api.md 1).

    :return: None where it is none
    """
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    if isinstance(value, bool) or not abs(number) <= LARGEST:
        return None
    return number if field.type == "float" else int(number)
