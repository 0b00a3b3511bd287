"""Erasing a person: what goes, here and at DokStamp, and what certificates keep."""

from odoo import api, models
from odoo.exceptions import AccessError


class DokstampStudent(models.Model):
    _inherit = "dokstamp.student"

    def _erase(self):
        """Erase what is held of these students, as far as no certificate needs it.

        A student without a certificate goes as a whole, at DokStamp too. Of one with a
        certificate stays what that says, and what DokStamp knows the person by; the
        rest goes. Records of school apps that fed them are passed over from then on.
        """
        for student in self.sudo().with_context(active_test=False):
            student._erase_findings()
            student._erase_enrollments()
            student._erasable_records().unlink()
            student._shares().unlink()
            kept = student._kept_sentence()
            self.env["dokstamp.source.link"].sudo()._erase_of(student)
            self.env["dokstamp.erasure"].sudo()._note(student, kept)
            if kept:
                student.write(dict.fromkeys(self._get_erasable_fields(), False))
            else:
                student.unlink()

    def _erase_findings(self):
        """What runs have found of them and of their enrollments."""
        for records in (self, self.enrollment_ids):
            of_records = [
                ("res_model", "=", records._name),
                ("res_id", "in", records.ids),
            ]
            for name in ("dokstamp.run.line", "dokstamp.left.difference"):
                self.env[name].search(of_records).unlink()

    def _erase_enrollments(self):
        """Those that no certificate is of; what fed them finds no student any more."""
        drafts = self._certificates(is_draft=True)
        enrollments = self.enrollment_ids - self._certificates().enrollment_id
        links = self.env["dokstamp.source.link"]
        links.search(
            [
                ("entity_model", "=", enrollments._name),
                ("entity_id", "in", enrollments.ids),
            ]
        ).unlink()
        erasures = self.env["dokstamp.erasure"]
        erasures._note(enrollments)
        erasures._note(
            self.enrollment_ids - enrollments,
            self.env._("The enrollment stays: a certificate is of it."),
        )
        drafts.unlink()
        enrollments.unlink()

    def _certificates(self, is_draft=False):
        return self.certificate_ids.filtered(lambda c: (c.state == "draft") is is_draft)

    @api.model
    def _get_erasable_fields(self):
        """Names of the fields that no certificate says, and DokStamp does not need.

        :rtype: set[str]
        """
        return {"gender"}

    def _erasable_records(self):
        """What else is held of the student and goes, whatever certificates there are.

        :return: records of one model; who adds another one unlinks it in an override
        """
        return self.portfolio_ids

    # === WHAT IS SAID OF IT === #

    def _kept_sentence(self):
        """What has to stay, and why; False: nothing.

        :rtype: str | bool
        """
        certificates = self._certificates()
        if not certificates:
            return False
        return self.env._(
            "Name, social name, date of birth, e-mail address and certified "
            "enrollments stay, here and at DokStamp: %(count)s certificate(s) say "
            "them, and have to be verifiable (%(numbers)s). The register keeps their "
            "lines.",
            count=len(certificates),
            numbers=", ".join(certificates.filtered("number").mapped("number")),
        )

    def _going_sentences(self):
        """What goes, a line each.

        :rtype: list[str]
        """
        student = self.with_context(active_test=False)
        enrollments = student.enrollment_ids - student._certificates().enrollment_id
        sentences = []
        if not student._certificates():
            sentences.append(
                self.env._(
                    "The student, here and at DokStamp: name, e-mail address, date of "
                    "birth and all else."
                )
            )
        elif any(student[name] for name in self._get_erasable_fields()):
            sentences.append(
                self.env._(
                    "Of the student: %s.", self._labels(self._get_erasable_fields())
                )
            )
        if enrollments:
            sentences.append(
                self.env._(
                    "%s enrollment(s) without a certificate, here and at DokStamp.",
                    len(enrollments),
                )
            )
        if drafts := student._certificates(is_draft=True):
            sentences.append(self.env._("%s draft(s) of certificates.", len(drafts)))
        if student.portfolio_ids:
            sentences.append(self.env._("The portfolio page."))
        if shares := student._shares():
            sentences.append(
                self.env._("%s link(s) by which certificates are shared.", len(shares))
            )
        sentences.append(
            self.env._(
                "What the audit log says of values. Its lines stay: who called what, "
                "and when."
            )
        )
        return sentences

    # === ACTION METHODS === #

    def action_erase(self):
        """Show what erasing these students means, to be confirmed."""
        self._check_may_erase()
        return self.env["dokstamp.student.erasure"]._open_for(self)

    def _check_may_erase(self):
        """:raise AccessError: the user is no manager, or of another company"""
        self.check_access("unlink")
        if not self.env.user.has_group("dokstamp_connector.group_manager"):
            raise AccessError(self.env._("Only managers erase personal data."))
