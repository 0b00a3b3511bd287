"""What certificates add to every registry record: who changes it is noted on drafts.

Where a second person approves, that is none who changed what the certificate says.
"""

from odoo import models

# Kind of record → its fields that a certificate says, or that decide how it looks.
CERTIFIED = {
    "student": {"name", "social_name", "email", "date_of_birth"},
    "course": {
        "name",
        "workload_hours",
        "institution_id",
        "shows_grade",
        "certificate_document",
        "certificate_report_id",
        "template_uuid",
    },
    "institution": {"name", "signatory_ids"},
    "enrollment": {
        "student_id",
        "course_id",
        "cohort_id",
        "completion_status",
        "completed_at",
        "grade",
        "is_graded",
    },
}


class DokstampEntity(models.AbstractModel):
    _inherit = "dokstamp.entity"

    def _note_written(self, vals):
        result = super()._note_written(vals)
        kind = self._name.removeprefix("dokstamp.")
        if not CERTIFIED.get(kind, set()).isdisjoint(vals):
            self.env["dokstamp.certificate"]._note_preparer_of(kind, self)
        return result

    def _told_by_certificates(self, name):
        """Those of these records that certificates tell of which went out, or are to.

        :param str name: of the certificate's field that leads here
        """
        # sudo: school apps' users may not see certificates; archived drafts count not
        certificates = self.env["dokstamp.certificate"].sudo()
        found = certificates.with_context(active_test=False)._read_group(
            [(name, "in", self.ids), ("state", "!=", "draft")], [name]
        )
        return self.browse(record.id for [record] in found)
