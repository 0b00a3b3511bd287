"""What DokStamp would refuse, in sentences: the API document's tables, checked before
anything is sent.
"""

from odoo import models
from odoo.exceptions import ValidationError


class DokstampEntity(models.AbstractModel):
    _inherit = "dokstamp.entity"

    def _check_typed(self, names):
        """Refuse what DokStamp would refuse, where a person types it.

        A source's record (written with elevated rights) is kept as it is and fails with
        the same sentence when it is planned, so that the school app's own save never
        fails because of us. No `@api.constrains`, as Odoo runs those with elevated
        rights too.

        :param names: the fields that were typed in
        :raise ValidationError: with a sentence for each value that will not do
        """
        if self.env.su:
            return
        for record in self:
            problems = [
                record._problem_of(n) for n in self._dokstamp_fields if n in names
            ]
            if any(problems):
                raise ValidationError("\n".join(dict.fromkeys(filter(None, problems))))

    def _problems(self):
        """Sentences about values that DokStamp would refuse.

        :rtype: list[str]
        """
        self.ensure_one()
        problems = (self._problem_of(name) for name in self._dokstamp_fields)
        return list(dict.fromkeys(filter(None, problems)))

    def _missing(self):
        """Sentences about values that DokStamp needs and that nobody has given yet.

        :rtype: list[str]
        """
        self.ensure_one()
        return [
            self.env._("No %(field)s: DokStamp needs one.", field=self._label(name))
            for name, spec in self._dokstamp_fields.items()
            if spec.needed and not self[name]
        ]

    def _problem_of(self, name):
        """Why DokStamp would refuse the value of the field ``name``, or None.

        :rtype: str | None
        """
        spec, value = self._dokstamp_fields[name], self[name]
        if spec.max_length and value and len(value) > spec.max_length:
            return self.env._(
                "The %(field)s has %(count)s characters; DokStamp takes %(limit)s.",
                field=self._label(name),
                count=len(value),
                limit=spec.max_length,
            )
        if spec.minimum is not None and value < spec.minimum:
            return self.env._(
                "The %(field)s must not be below %(limit)s.",
                field=self._label(name),
                limit=spec.minimum,
            )
        if spec.maximum is not None and value > spec.maximum:
            return self.env._(
                "The %(field)s must not be above %(limit)s.",
                field=self._label(name),
                limit=spec.maximum,
            )
        if spec.pattern and value and not spec.pattern.fullmatch(value):
            return self.env._(
                "The %(field)s “%(value)s” is not valid.",
                field=self._label(name),
                value=value,
            )
        return None

    def _label(self, name):
        """The field's label inside a sentence."""
        label = self._fields[name]._description_string(self.env)
        return label[:1].lower() + label[1:]
