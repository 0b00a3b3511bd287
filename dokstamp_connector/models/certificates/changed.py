"""Changed since issue: live certificates that no longer say what the registry does.

What a document does not print can be another one as it likes. Our own document prints
what stands in `PRINTED`; what a report of the school or an uploaded one prints nobody
knows, so that all that tells a person from another one counts there too.
"""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..actions import open_form

# key in certified_values → where the registry has it now
CURRENT = {
    "name": ("student", "name"),
    "social_name": ("student", "social_name"),
    "date_of_birth": ("student", "date_of_birth"),
    "course": ("course", "name"),
    "workload_hours": ("course", "workload_hours"),
    "institution": ("institution", "name"),
}
PRINTED = ("course", "workload_hours", "institution")  # and name, grade, day
OF_PERSON = ("name", "social_name", "date_of_birth")


class DokstampCertificate(models.Model):
    _inherit = "dokstamp.certificate"

    is_changed = fields.Boolean(
        string="Changed since issue",
        compute="_compute_is_changed",
        search="_search_is_changed",
    )
    change_summary = fields.Text(compute="_compute_is_changed")
    kept_values = fields.Json(readonly=True, copy=False)
    kept_reason = fields.Char(
        string="Left as it is because", readonly=True, copy=False, tracking=True
    )
    kept_by_id = fields.Many2one(
        "res.users",
        string="Left as it is by",
        readonly=True,
        copy=False,
        ondelete="set null",
    )
    kept_at = fields.Datetime(string="Left as it is on", readonly=True, copy=False)

    @api.depends(
        "certified_values",
        "kept_values",
        "state",
        "student_id.name",
        "student_id.social_name",
        "student_id.date_of_birth",
        "course_id.name",
        "course_id.workload_hours",
        "institution_id.name",
        "enrollment_id.grade",
        "enrollment_id.is_graded",
        "enrollment_id.completed_at",
        "enrollment_id.completion_count",
    )
    def _compute_is_changed(self):
        for certificate in self:
            changes = certificate._changes_since_issue()
            certificate.is_changed = bool(changes)
            certificate.change_summary = "\n".join(
                f"{label}: {_shown(old)} → {_shown(new)}" for label, old, new in changes
            )

    # === ACTION METHODS === #

    def action_leave_as_is(self):
        """Ask why certificates stay although the registry says something else now.

        :raise UserError: none of them is changed
        """
        changed = self.filtered("is_changed")
        if not changed:
            raise UserError(
                self.env._("The registry says what these certificates say.")
            )
        wizard = self.env["dokstamp.certificate.keeping"].create(
            {"certificate_ids": changed.ids}
        )
        return open_form(wizard, name=self.env._("Leave as it is"), target="new")

    def action_decide_again(self):
        """Take back that certificates were left as they are."""
        self.check_access("write")
        # sudo: fields of the connector
        self.sudo().write(
            {
                "kept_values": False,
                "kept_reason": False,
                "kept_by_id": False,
                "kept_at": False,
            }
        )
        return True

    def _leave_as_is(self, reason):
        """Until the registry says something else again.

        :param str reason: in whose words it stays
        """
        self.check_access("write")
        for certificate in self.sudo():  # sudo: fields of the connector
            certificate.write(
                {
                    "kept_values": certificate._values_now(),
                    "kept_reason": reason,
                    "kept_by_id": self.env.uid,
                    "kept_at": fields.Datetime.now(),
                }
            )

    # === WHAT IT CERTIFIES === #

    def _current_values(self):
        """What the certificate certifies, as the registry has it now.

        :return: key of `CURRENT`, or `grade` and `completed_at` where they are printed,
            and the kind of `document` → value as JSON holds it, None for nothing
        :rtype: dict[str, str | int | float | None]
        """
        self.ensure_one()
        completed_at = not self.is_day_chosen and self.enrollment_id.completed_at
        return {
            **{key: self._registry_value(key) for key in CURRENT},
            "grade": self._printed_grade(),
            "completed_at": fields.Date.to_string(completed_at) or None,
            "document": self._kind_of_document(),
        }

    def _kind_of_document(self):
        """One of `document_choice.DOCUMENTS`; a PDF of somebody's own goes first."""
        if self.pdf_sha256 and not self.pdf_is_made:
            return "upload"
        return self._document_settings()[0]

    def _registry_value(self, key):
        link, name = CURRENT[key]
        value = self[f"{link}_id"][name]
        is_date = self.env[f"dokstamp.{link}"]._fields[name].type == "date"
        return (fields.Date.to_string(value) if is_date else value) or None

    def _printed_grade(self):
        """The grade that the document shows, None where it shows none."""
        is_shown = self.course_id.shows_grade and self.enrollment_id.is_graded
        return self.enrollment_id.grade if is_shown else None

    def _differs_from_certified(self):
        """Whether the registry says otherwise than what was certified; what nothing was
        said of does not count.
        """
        now = self._current_values()
        certified = self.certified_values or {}
        said = now.keys() & certified.keys() - {"document"}
        return any(now[key] != certified[key] for key in said)

    # === WHAT IS ANOTHER ONE NOW === #

    def _changes_since_issue(self):
        """:return: label, certified value, value now
        :rtype: list[tuple[str, str, str]]
        """
        if self.state != "issued" or not self.certified_values:
            return []
        now, kept = self._values_now(), self.kept_values or {}
        return [
            (self._value_label(key), was, now[key])
            for key, was in self._certified_ones().items()
            if now[key] != was and not (key in kept and kept[key] == now[key])
        ]

    def _certified_ones(self):
        """Key → what the document says, of what it says something of."""
        certified = self.certified_values
        is_own = certified.get("document") == "own"
        keys = PRINTED if is_own else OF_PERSON + PRINTED
        values = {key: certified[key] for key in keys if key in certified}
        if is_own:
            values["printed_name"] = _printed_name(certified)
        if certified.get("grade") is not None:
            values["grade"] = certified["grade"]
        if certified.get("completed_at") and self._is_of_this_completion():
            values["completed_at"] = certified["completed_at"]
        return values

    def _is_of_this_completion(self):
        """Whether the day that stands on the enrollment is of the completion that it
        certifies: who starts anew has none, and then another one.
        """
        enrollment = self.enrollment_id
        is_later = enrollment.completion_count > self.completion_count
        return bool(enrollment.completed_at) and not is_later

    def _values_now(self):
        """Key of `_certified_ones` → what the registry has now."""
        values = {key: self._registry_value(key) for key in CURRENT}
        enrollment = self.enrollment_id
        return {
            **values,
            "printed_name": _printed_name(values),
            "grade": enrollment.grade if enrollment.is_graded else None,
            "completed_at": fields.Date.to_string(enrollment.completed_at) or None,
        }

    def _value_label(self, key):
        names = {
            "course": self.env._("Course"),
            "institution": self.env._("Institution"),
            "printed_name": self.env._("Name"),
            "grade": self.env._("Grade"),
            "completed_at": self.env._("Completed on"),
        }
        if key in names:
            return names[key]
        link, name = CURRENT[key]
        return self.env[f"dokstamp.{link}"]._fields[name]._description_string(self.env)

    # === SEARCH === #

    def _search_is_changed(self, operator, value):
        if operator != "in":
            return NotImplemented
        self.flush_model(
            ["certified_values", "kept_values", "state", "completion_count"]
        )
        for link, name in CURRENT.values():
            self.env[f"dokstamp.{link}"].flush_model([name])
        self.env["dokstamp.enrollment"].flush_model(
            ["grade", "is_graded", "completed_at", "completion_count"]
        )
        changed = Domain("id", "in", self._changed_query())
        wants = set(value)
        if wants == {True}:
            return changed
        return ~changed if wants == {False} else Domain.TRUE

    def _changed_query(self):
        """Says in SQL what `_changes_since_issue` says in Python."""
        certified = SQL("certificate.certified_values")
        kept = SQL("certificate.kept_values")
        changes = [
            SQL(
                "(%s AND %s AND (%s IS NULL OR %s))",
                counts,
                differs(certified),
                kept,
                differs(kept),
            )
            for counts, differs in self._differences_in_sql()
        ]
        return SQL(
            """
            SELECT certificate.id
              FROM dokstamp_certificate certificate
              JOIN dokstamp_student student ON student.id = certificate.student_id
              JOIN dokstamp_course course ON course.id = certificate.course_id
         LEFT JOIN dokstamp_institution institution
                ON institution.id = certificate.institution_id
         LEFT JOIN dokstamp_enrollment enrollment
                ON enrollment.id = certificate.enrollment_id
             WHERE certificate.state = 'issued' AND certificate.certified_values IS NOT
             NULL
               AND (%s)
            """,
            SQL(" OR ").join(changes),
        )

    def _differences_in_sql(self):
        """For each key of `_certified_ones`: when it counts, and what tells whether
        values (certified or kept ones) are others than those of the registry.

        :rtype: list[tuple[SQL, typing.Callable[[SQL], SQL]]]
        """
        is_own = SQL(
            "certificate.certified_values->>'document' IS NOT DISTINCT FROM 'own'"
        )
        return [
            *(
                (
                    SQL(
                        "jsonb_exists(certificate.certified_values, %s)%s",
                        key,
                        SQL(" AND NOT %s", is_own) if key in OF_PERSON else SQL(),
                    ),
                    _differs_in_text(key, SQL.identifier(*CURRENT[key])),
                )
                for key in CURRENT
            ),
            (is_own, _differs_in_printed_name),
            (
                SQL("certificate.certified_values->>'grade' IS NOT NULL"),
                _differs_in_grade,
            ),
            (
                SQL(
                    "certificate.certified_values->>'completed_at' IS NOT NULL "
                    "AND enrollment.completed_at IS NOT NULL "
                    "AND COALESCE(enrollment.completion_count, 0) "
                    "<= COALESCE(certificate.completion_count, 0)"
                ),
                _differs_in_text(
                    "completed_at", SQL.identifier("enrollment", "completed_at")
                ),
            ),
        ]


def _printed_name(values):
    """:param dict values: with keys of `CURRENT`"""
    return values.get("social_name") or values.get("name")


def _shown(value):
    return "–" if value is None else value


def _differs_in_text(key, column):
    return lambda values: SQL(
        "COALESCE(%s->>%s, '') IS DISTINCT FROM COALESCE(NULLIF(%s::text, '0'), '')",
        values,
        key,
        column,
    )


def _differs_in_printed_name(values):
    return SQL(
        "COALESCE(NULLIF(%(values)s->>'social_name', ''), %(values)s->>'name') "
        "IS DISTINCT FROM COALESCE(NULLIF(student.social_name, ''), student.name)",
        values=values,
    )


def _differs_in_grade(values):
    return SQL(
        "(%s->>'grade')::numeric IS DISTINCT FROM "
        "CASE WHEN enrollment.is_graded THEN enrollment.grade::numeric END",
        values,
    )
