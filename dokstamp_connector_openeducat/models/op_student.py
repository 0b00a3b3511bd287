from odoo import api, fields, models


class OpStudent(models.Model):
    _name = "op.student"
    _inherit = ["op.student", "dokstamp.openeducat.form"]

    dokstamp_name_note = fields.Text(
        string="Name at DokStamp", compute="_compute_dokstamp_name_note"
    )

    @api.depends("name", "first_name", "middle_name", "last_name")
    def _compute_dokstamp_name_note(self):
        """OpenEduCat puts the name together in its form alone, and with “False” in the
        place of a part that is empty.
        """
        for student in self:
            parts = (student.first_name, student.middle_name, student.last_name)
            parts = " ".join(filter(None, parts))
            is_same = not parts or _as_seen(parts) == _as_seen(student.name)
            student.dokstamp_name_note = not is_same and self.env._(
                "DokStamp gets the name “%(name)s”, and first, middle and last name "
                "are “%(parts)s”: correct the one that is wrong.",
                name=student.name or "",
                parts=parts,
            )

    def _get_dokstamp_elements(self):
        note = self._note("warning", "dokstamp_name_note")
        return [note, *super()._get_dokstamp_elements()]


def _as_seen(name):
    """A name as people compare names."""
    return " ".join((name or "").casefold().split())
