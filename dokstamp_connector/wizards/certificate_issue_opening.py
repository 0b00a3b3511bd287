"""For whom the wizard opens, and what it says of each."""

from odoo import api, models

from ..models.certificates.certificate import OPEN_STATES


class DokstampCertificateIssue(models.TransientModel):
    _inherit = "dokstamp.certificate.issue"

    @api.model
    def _open_for_context(self):
        """Open the wizard for the records that the action was started on."""
        model = self.env.context.get("active_model")
        ids = self.env.context.get("active_ids") or []
        if model == "dokstamp.certificate":
            return self._open_for(self.env[model].browse(ids).exists())
        return self._open_for(self._enrollments_of(model, ids))

    @api.model
    def _open_for(self, records):
        """:param records: certificates that are not issued yet, or enrollments"""
        self.check_access("create")
        candidates = self._candidates(records).sorted(
            lambda c: (c.student_id.name or "", c.course_id.name or "")
        )
        lines = self._lines_of(candidates)
        lines.sort(key=lambda vals: bool(vals["obstacle"]))
        wizard = self.create({})
        # sudo: the list is worked out, not typed in
        lines_sudo = wizard.line_ids.sudo()
        lines_sudo.create([{**vals, "wizard_id": wizard.id} for vals in lines])
        return wizard._reopen()

    @api.model
    def _enrollments_of(self, model, ids):
        """The enrollments that records of ``model`` stand for.

        :param str model: a registry model, `res.partner`, or one that a source reads
        """
        enrollments = self.env["dokstamp.enrollment"]
        domains = {
            "dokstamp.enrollment": [("id", "in", ids)],
            "dokstamp.student": [("student_id", "in", ids)],
            "dokstamp.course": [
                ("course_id", "in", ids),
                ("completion_status", "=", "completed"),
            ],
            "res.partner": [("student_id.partner_id", "in", ids)],
        }
        if model in domains:
            return enrollments.search(domains[model])
        # sudo: whoever sees the school app's record may know what it feeds
        links = self.env["dokstamp.source.link"].sudo()
        fed = links.search(
            [
                ("res_model", "=", model),
                ("res_id", "in", ids),
                ("entity_model", "=", enrollments._name),
            ]
        )
        return enrollments.search([("id", "in", fed.mapped("entity_id"))])

    @api.model
    def _candidates(self, records):
        """Drafts, and one unsaved certificate for each enrollment that has none.

        :rtype: dokstamp.certificate
        """
        if records._name == "dokstamp.certificate":
            return records.filtered(lambda c: c.state in OPEN_STATES)
        drafts = self._drafts_of(records)
        plain = records.filtered(lambda enrollment: enrollment not in drafts)
        model = self.env["dokstamp.certificate"]
        return model.concat(*drafts.values(), plain._unsaved_certificates())

    @api.model
    def _drafts_of(self, enrollments):
        """Enrollment → its newest certificate that is not issued yet.

        :rtype: dict[dokstamp.enrollment, dokstamp.certificate]
        """
        return {
            certificate.enrollment_id: certificate
            for certificate in enrollments.certificate_ids.sorted("id")
            if certificate.state in OPEN_STATES
        }

    @api.model
    def _lines_of(self, candidates):
        return [
            {
                "certificate_id": certificate._origin.id,
                "enrollment_id": certificate.enrollment_id.id,
                "obstacle": "\n".join(reasons) or False,
                "is_selected": not reasons,
            }
            for certificate, reasons in zip(
                candidates, self._obstacles_of(candidates), strict=True
            )
        ]

    def _obstacles_of(self, candidates):
        """Sentences that say why these get no certificate now, in their order.

        :rtype: list[list[str]]
        """
        return [
            certificate._completion_obstacles() + obstacles
            or certificate._absence_obstacles()
            for certificate, obstacles in zip(
                candidates, candidates._obstacles_of_each(), strict=True
            )
        ]
