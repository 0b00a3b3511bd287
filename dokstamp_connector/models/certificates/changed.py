"""Changed since issue: live certificates that no longer say what the registry does."""

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

# key in certified_values → where the registry has it now
CURRENT = {
    "name": ("student", "name"),
    "social_name": ("student", "social_name"),
    "email": ("student", "email"),
    "date_of_birth": ("student", "date_of_birth"),
    "course": ("course", "name"),
    "workload_hours": ("course", "workload_hours"),
    "institution": ("institution", "name"),
}


class DokstampCertificate(models.Model):
    _inherit = "dokstamp.certificate"

    is_changed = fields.Boolean(
        string="Changed since issue",
        compute="_compute_is_changed",
        search="_search_is_changed",
    )
    change_summary = fields.Text(compute="_compute_is_changed")

    @api.depends(
        "certified_values",
        "state",
        "student_id.name",
        "student_id.social_name",
        "student_id.email",
        "student_id.date_of_birth",
        "course_id.name",
        "course_id.workload_hours",
        "institution_id.name",
    )
    def _compute_is_changed(self):
        for certificate in self:
            changes = certificate._changes_since_issue()
            certificate.is_changed = bool(changes)
            certificate.change_summary = "\n".join(
                f"{label}: {old or '–'} → {new or '–'}" for label, old, new in changes
            )

    def _current_values(self):
        """What the certificate certifies, as the registry has it now.

        :return: key of `CURRENT`, or `grade` → value as JSON holds it, None for nothing
        :rtype: dict[str, str | int | float | None]
        """
        self.ensure_one()
        values = {}
        for key, (link, name) in CURRENT.items():
            value = self[f"{link}_id"][name]
            is_date = self.env[f"dokstamp.{link}"]._fields[name].type == "date"
            values[key] = (fields.Date.to_string(value) if is_date else value) or None
        values["grade"] = self._printed_grade()
        return values

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
        return any(now[key] != certified[key] for key in now.keys() & certified.keys())

    def _changes_since_issue(self):
        """:return: label, certified value, value now
        :rtype: list[tuple[str, str, str]]
        """
        if self.state != "issued" or not self.certified_values:
            return []
        now = self._current_values()
        return [
            (self._value_label(key), old, now[key])
            for key, old in self.certified_values.items()
            if key in CURRENT and now[key] != old
        ]

    def _value_label(self, key):
        link, name = CURRENT[key]
        field = self.env[f"dokstamp.{link}"]._fields[name]
        label = field._description_string(self.env)
        names = {
            "course": self.env._("Course"),
            "institution": self.env._("Institution"),
        }
        return names.get(key, label)

    def _search_is_changed(self, operator, value):
        if operator != "in":
            return NotImplemented
        for link, name in CURRENT.values():
            self.env[f"dokstamp.{link}"].flush_model([name])
        changed = Domain("id", "in", self._changed_query())
        wants = set(value)
        if wants == {True}:
            return changed
        return ~changed if wants == {False} else Domain.TRUE

    def _changed_query(self):
        """Says in SQL what `_changes_since_issue` says in Python."""
        differences = [
            SQL(
                "jsonb_exists(certificate.certified_values, %s) "
                "AND COALESCE(certificate.certified_values->>%s, '') "
                "IS DISTINCT FROM COALESCE(NULLIF(%s::text, '0'), '')",
                key,
                key,
                SQL.identifier(link, name),
            )
            for key, (link, name) in CURRENT.items()
        ]
        return SQL(
            """
            SELECT certificate.id
              FROM dokstamp_certificate certificate
              JOIN dokstamp_student student ON student.id = certificate.student_id
              JOIN dokstamp_course course ON course.id = certificate.course_id
         LEFT JOIN dokstamp_institution institution
                ON institution.id = certificate.institution_id
             WHERE certificate.state = 'issued' AND certificate.certified_values IS NOT
             NULL
               AND (%s)
            """,
            SQL(" OR ").join(differences),
        )
