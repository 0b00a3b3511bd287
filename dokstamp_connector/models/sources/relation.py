"""A list as a source of its own: each pair of a record and one that its list leads to
feeds one registry record, as each subject of a course is a line of its curriculum.
"""

import re

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .pair import Pair, is_active, records_of
from .reach import is_closed

LISTS = ("many2many", "one2many")


class DokstampSource(models.Model):
    _inherit = "dokstamp.source"

    relation = fields.Char(
        string="For each",
        help="Empty: each record feeds one registry record. A list of the record, as "
        "the subjects of a course: each pair of the record and one on its list does.",
    )
    relation_choices = fields.Json(
        compute="_compute_relation_choices", help="The lists that the model has."
    )

    @api.depends("model_id")
    @api.depends_context("lang")
    def _compute_relation_choices(self):
        for source in self:
            model = self.env.get(source.model) if source.model else None
            source.relation_choices = sorted(
                source._lists_of(model) if model is not None else (),
                key=lambda choice: choice[1],
            )

    def _lists_of(self, model):
        for name, field in model._fields.items():
            is_readable = model._has_field_access(field, "read")
            if is_readable and not self._list_problem(model, field):
                yield [name, field._description_string(self.env)]

    @api.onchange("model_id")
    def _onchange_relation(self):
        if self.relation not in dict(self.relation_choices or ()):
            self.relation = False

    # === CONSTRAINT METHODS === #

    @api.constrains("model_id", "relation", "trigger")
    def _check_relation(self):
        for source in self:
            if problem := source._relation_problem():
                raise ValidationError(problem)

    def _relation_problem(self):
        """Why there is nothing to read one by one; None when there is, or need not be.

        :rtype: str | None
        """
        if not self.relation:
            return None
        model = self.env[self.model]
        if not (field := model._fields.get(self.relation)):
            return self._gone_sentence(self.relation)
        if problem := self._list_problem(model, field):
            return problem
        if self.trigger == "on_demand":
            return self.env._(
                "Nothing refers to a pair of records, so it would never be read: have "
                "the source take every matching record."
            )
        return None

    def _list_problem(self, model, field):
        """Why ``field`` is no list that a source reads one by one; None when it is."""
        label = self._field_label(model, field)
        if field.type not in LISTS:
            return self.env._(
                "%s does not lead to several records. Choose a field that does.", label
            )
        if is_closed(model, field):
            return self._closed_sentence(label)
        if not field._description_searchable:
            return self.env._(
                "%s is computed anew each time, so nobody can tell when it changes. "
                "Choose a list that is kept.",
                label,
            )
        return None

    # === WHAT IS READ OF A RECORD === #

    def _items(self, records):
        """What is read of ``records``: each of them or, where the source has a list,
        each pair.

        :rtype: odoo.models.BaseModel | list[Pair]
        """
        if not self.relation or not records:
            return records
        # sudo: what the reader may not see of it is not gone; `_unreadable` looks
        lists = records.sudo()
        # another one may be on it, or in another order, than in the cache
        lists.invalidate_recordset([self.relation])
        return [
            pair
            for record, own in zip(records, lists, strict=True)
            for pair in self._pairs(record, own[self.relation].with_env(records.env))
        ]

    def _pairs(self, record, others):
        position = 0
        for other in others:
            position += is_active(other.sudo())
            yield Pair(record, self.relation, other, position)

    def _filter(self, items, test):
        return list(filter(test, items)) if self.relation else items.filtered(test)

    def _records_of(self, items, side=0):
        """The records that ``items`` are read from.

        :param int side: 0: those of the source's model, 1: those on its list
        :rtype: odoo.models.BaseModel
        """
        if not self.relation:
            return items
        model = self.env[self.model]
        if side:
            model = model.env[model._fields[self.relation].comodel_name]
        return model.union(*(records_of(item)[side] for item in items))

    def _relation_paths(self):
        return {self.relation} if self.relation else set()

    def _list_paths(self):
        """The dotted paths that decide what is on the list, and in which order.

        :rtype: set[str]
        """
        field = self.relation and self.env[self.model]._fields.get(self.relation)
        if not field or not field.comodel_name:
            return set()  # what is gone says so
        other = self.env[field.comodel_name]
        names = {"active"} if "active" in other._fields else set()
        if "position" in self.field_ids.mapped("method"):
            names.update(re.findall(r"([\w.]+)[^,]*", other._order))
        return {self.relation} | {f"{self.relation}.{name}" for name in names}

    def _place_values(self, item_id):
        """What a link tells of an item.

        :rtype: dict
        """
        record_id, other_id = item_id if isinstance(item_id, tuple) else (item_id, 0)
        values = {"res_model": self.model, "res_id": record_id}
        if other_id:
            field = self.env[self.model]._fields[self.relation]
            values |= {"other_model": field.comodel_name, "other_id": other_id}
        return values

    def _list_of(self, path):
        """Where ``path`` goes on from the other one of a pair; None where it does not.

        :rtype: str | None
        """
        name, _dot, rest = path.partition(".")
        return rest or "id" if self.relation and name == self.relation else None
