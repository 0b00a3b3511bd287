"""What is wrong with a definition, and what it lacks.

A definition is checked when somebody writes it. An upgrade, an uninstalled addon or a
deleted custom field can take away later what it asks for: the source says so, reads
nothing meanwhile, and holds up no other.
"""

import ast

from odoo import api, fields, models
from odoo.fields import Domain

from .reach import condition_paths, conditions_along, values_of

NOT_LITERAL = (ast.Call, ast.Name, ast.Attribute, ast.Subscript, ast.BinOp)


class DokstampSource(models.Model):
    _inherit = "dokstamp.source"

    setup_problem = fields.Text(
        string="Before it can be on", compute="_compute_setup_problem"
    )
    setup_hint = fields.Text(string="To be typed", compute="_compute_setup_problem")
    stale_note = fields.Text(
        string="Values that are gone", compute="_compute_setup_problem"
    )

    @api.depends(
        "model_id",
        "entity",
        "company_id",
        "domain",
        "relation",
        "field_ids.field_name",
        "field_ids.method",
        "field_ids.path",
        "field_ids.text",
        "field_ids.value_ids.from_value",
    )
    @api.depends_context("lang", "uid")
    def _compute_setup_problem(self):
        """Also while a form is being filled: it asks the definition alone."""
        for source in self:
            # sudo: names of models; of their records it reads nothing
            plain = source.sudo()
            is_begun = plain.model and plain.entity
            source.setup_problem = is_begun and (
                source._unreadable_problem() or plain._definition_problem()
            )
            is_known = is_begun and plain._has_models()
            source.setup_hint = is_known and plain._hint()
            source.stale_note = is_known and plain._stale_sentence()

    def _unreadable_problem(self):
        """Why whoever chooses its model cannot use it; None is best."""
        if self._origin or not self._has_models():
            return None
        if self.env[self.model].has_access("read"):
            return None
        return self._denied_sentence(self.model_id.sudo().name)

    def _has_models(self):
        """Whether Odoo has what it reads and what it feeds."""
        return self.model in self.env and self.entity in self.env

    def _definition_problem(self):
        """Why nothing can be read by this definition, as Odoo is now; None is best.

        :rtype: str | None
        """
        self.ensure_one()
        if not self._has_models():
            return self.env._(
                "This source reads nothing: the Odoo model that it is for, %s, is "
                "gone, since an addon was uninstalled or a custom model deleted. What "
                "was read before stays as it is. Bring that back, or delete the "
                "source.",
                self.model or "–",
            )
        problem = (
            self._condition_problem()
            or self._relation_problem()
            or self._company_problem()
            or next(filter(None, self._line_problems()), None)
        )
        if not problem:
            return self._lacking_sentence()
        return self.env._(
            "This source reads nothing: %(problem)s What was read before stays as it "
            "is. If an addon or a custom field was removed, bring it back; if not, "
            "change the source.",
            problem=problem,
        )

    @api.model
    def _find_models_again(self):
        """An app that was uninstalled, and is installed again, is known again."""
        lost = self.with_context(active_test=False).search([("model_id", "=", False)])
        for source in lost.filtered(lambda one: one.model in self.env):
            source.model_id = self.env["ir.model"]._get(source.model)

    def _line_problems(self):
        return (line._definition_problem() for line in self.field_ids)

    def _company_problem(self):
        """Why the fields that tell whose a record is cannot be asked."""
        model = self.env[self.model]
        problems = (self._asked_problem(model, p) for p in self._own_company_paths())
        return next(filter(None, problems), None)

    # === THE CONDITION === #

    def _condition_problem(self):
        """Why its condition can ask nothing; None when it can.

        :rtype: str | None
        """
        if problem := self._literal_problem():
            return problem
        model = self.env[self.model]
        paths = condition_paths(self._domain())
        problems = (self._asked_problem(model, path) for path in sorted(paths))
        return next(filter(None, problems), None) or self._asked_value_problem()

    def _literal_problem(self):
        """Why its condition is none, of whatever model.

        :rtype: str | None
        """
        if expression := self._expression():
            return self.env._(
                "The condition asks for “%(expression)s”, which is known in a browser "
                "alone; a source reads when nobody looks. Write a fixed value "
                "instead; of days, 'today' or 'today -30d' are fixed as well, and mean "
                "the day at the school.",
                expression=expression,
            )
        try:
            condition_paths(self._domain())
        except Exception:  # noqa: BLE001 a domain can be wrong in every way
            return self.env._(
                "“%(condition)s” is no condition: it has to be a list such as "
                "[('active', '=', True)].",
                condition=self.domain,
            )
        return None

    def _expression(self):
        """What of the condition is no fixed value, as it was written; or None.

        :rtype: str | None
        """
        try:
            tree = ast.parse((self.domain or "[]").strip(), mode="eval")
        except (MemoryError, RecursionError, SyntaxError, ValueError):
            return None
        found = (node for node in ast.walk(tree) if isinstance(node, NOT_LITERAL))
        return next(map(ast.unparse, found), None)

    def _asked_problem(self, model, path):
        """Why a condition on ``path`` can ask nothing; None when it can."""
        field = None
        for name in path.split("."):
            if field and field.type in ("date", "datetime"):
                return None  # a part of a day, as in create_date.year_number
            model = self._next_model(model, field)
            field = model._fields.get(name) if model is not None else None
            if field is None:
                return self._gone_sentence(path)
            if not field._description_searchable:
                return self.env._(
                    "%(field)s is computed anew each time, so no condition can ask for "
                    "it.",
                    field=self._field_label(model, field),
                )
        return None

    def _asked_value_problem(self):
        """Why the condition asks for a value that no record has any more."""
        for _path, model, field, value in conditions_along(
            self.env[self.model], self._domain()
        ):
            known = field.get_values(self.env) if field.type == "selection" else ()
            gone = [one for one in values_of(value) if isinstance(one, str)]
            gone = [one for one in gone if one and one not in known]
            if known and gone:
                return self.env._(
                    "%(field)s has no value “%(value)s”. It has: %(known)s.",
                    field=self._field_label(model, field),
                    value=gone[0],
                    known=", ".join(known),
                )
        return None

    def _next_model(self, model, field):
        """Where a path goes on after ``field``; None where it ends."""
        if field is None:
            return model
        return self.env.get(field.comodel_name) if field.relational else None

    def _gone_sentence(self, path):
        return self.env._(
            "%(model)s has no field “%(path)s”.",
            model=self.model_id.sudo().name,
            path=path,
        )

    def _search_problem(self):
        """What Odoo says against searching by the condition; None is best.

        :raise AccessError: the user may not search by it
        :rtype: str | None
        """
        try:
            # constraints run with all rights; a search checks those of its user
            self.env[self.model].sudo(False)._search(Domain(self._domain()))
        except (TypeError, ValueError, NotImplementedError) as error:
            return str(error)
        return None

    # === THE TABLES OF VALUES === #

    def _stale_sentence(self):
        """Which lines of its tables are for values that nothing has any more.

        :rtype: str | None
        """
        sentences = (line._stale_sentence() for line in self.field_ids)
        return "\n".join(filter(None, sentences)) or None

    # === WHAT IT LACKS === #

    def _lacking(self):
        """Names of the registry's fields that it has to fill, and does not.

        :rtype: list[str]
        """
        said = self.field_ids._said().mapped("field_name")
        return self.env[self.entity]._lacking_fields(said)

    def _lacking_sentence(self):
        """Why it cannot be switched on yet; None when it can."""
        if not (names := self._lacking()):
            return None
        return self.env._(
            "Say where these come from before it can be on: %(fields)s.",
            fields=self._labels_of(names),
        )

    def _hint(self):
        """What people have to type where no source of such records gives it.

        :rtype: str | None
        """
        model = self.env[self.entity]
        needed = filter(model._is_needed, model._get_dokstamp_fields())
        given = self._fed_together()
        names = [name for name in needed if name not in given]
        if not names:
            return None
        return self.env._(
            "DokStamp needs these as well, and no source gives them: people have to "
            "type them for each record: %(fields)s.",
            fields=self._labels_of(names),
        )

    def _fed_together(self):
        """Names of the fields that this source and those of other apps, as far as they
        are on, give the same kind of record.

        :rtype: set[str]
        """
        # another source of the same model has other records
        others = self.search(
            [
                ("entity", "=", self.entity),
                ("company_id", "=", self.company_id.id),
                ("model_id", "!=", self.model_id.id),
                ("active", "=", True),
            ]
        )
        # what it lacks is said in a sentence of its own
        own = {*self.field_ids._said().mapped("field_name"), *self._lacking()}
        return own.union(others.field_ids._said().mapped("field_name"))

    def _labels_of(self, names):
        """The registry's fields as people and technicians know them."""
        fields_ = self.env[self.entity]._fields
        return ", ".join(
            f"{fields_[name]._description_string(self.env)} ({name})" for name in names
        )
