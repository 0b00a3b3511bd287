"""What the buttons of the forms open and count, where certificates are concerned."""

from odoo import api, fields, models

from ..actions import open_address, open_form


class DokstampCertificate(models.Model):
    _inherit = "dokstamp.certificate"

    is_in_line = fields.Boolean(
        compute="_compute_is_in_line",
        help="It goes out by itself when the certificate that it replaces is revoked.",
    )

    hindrance = fields.Text(string="What is in the way", compute="_compute_hindrance")

    @api.depends("state", "failure_message")
    def _compute_hindrance(self):
        """Why it failed, or what it still waits for."""
        for certificate in self:
            is_under_way = certificate.state == "queued"
            certificate.hindrance = (is_under_way and certificate.sync_message) or (
                certificate.state in ("draft", "queued", "failed")
                and certificate.failure_message
            )

    @api.depends("state", "replaces_id.state")
    def _compute_is_in_line(self):
        for certificate in self:
            certificate.is_in_line = (
                certificate.state == "draft"
                and certificate.replaces_id.state == "issued"
            )

    def _compute_sync_state(self):
        """Some have no queue row yet: a document or a predecessor comes first."""
        result = super()._compute_sync_state()
        for certificate in self.filtered(lambda c: c.sync_state == "none"):
            if certificate.is_in_line:
                certificate.sync_state = "waiting"
            elif certificate.state == "queued":
                certificate.sync_state = "pending"
        return result

    def action_preview(self):
        """The document as it would print now; nothing is kept."""
        self.ensure_one()
        return self._preview()

    def action_open_verification(self):
        """Open DokStamp's public page of the certificate."""
        self.ensure_one()
        return open_address(self.env, self._public_page())

    def action_open_replaces(self):
        return self.replaces_id._open()

    def action_open_replaced_by(self):
        return self.replaced_by_id._open()

    def _open(self):
        return open_form(self, name=self.env._("Certificate"))


class DokstampIssueRun(models.Model):
    _inherit = "dokstamp.issue.run"

    has_several_courses = fields.Boolean(compute="_compute_has_several_courses")

    @api.depends("certificate_ids.course_id")
    def _compute_has_several_courses(self):
        for run in self:
            run.has_several_courses = len(run.certificate_ids.course_id) > 1


class DokstampRegisterEntry(models.Model):
    _inherit = "dokstamp.register.entry"

    def action_open_certificate(self):
        return self.certificate_id._open()


class DokstampStudent(models.Model):
    _inherit = "dokstamp.student"

    certificate_ids = fields.One2many("dokstamp.certificate", "student_id")
    hold_ids = fields.One2many("dokstamp.hold", "student_id", string="Holds")
    certificate_count = fields.Integer(
        compute="_compute_certificate_count", string="Certificate count"
    )
    is_on_hold = fields.Boolean(compute="_compute_is_on_hold")

    @api.model
    def _get_writable_fields(self, state=None):
        return super()._get_writable_fields(state) | {"hold_ids"}

    def _compute_certificate_count(self):
        counts = self._count("dokstamp.certificate", "student_id")
        for student in self:
            student.certificate_count = counts.get(student.id, 0)

    @api.depends("hold_ids.active", "hold_ids.end_date")
    def _compute_is_on_hold(self):
        holds = self.env["dokstamp.hold"]
        held = holds._in_force(self, self.env["dokstamp.enrollment"]).student_id
        for student in self:
            student.is_on_hold = student in held

    def action_view_certificates(self):
        return self._action_pointing_here(
            "dokstamp_connector.dokstamp_certificate_action", "student_id"
        )


class DokstampCourse(models.Model):
    _inherit = "dokstamp.course"

    certificate_count = fields.Integer(
        compute="_compute_certificate_count", string="Certificate count"
    )

    def _compute_certificate_count(self):
        counts = self._count("dokstamp.certificate", "course_id")
        for course in self:
            course.certificate_count = counts.get(course.id, 0)

    def action_view_certificates(self):
        return self._action_pointing_here(
            "dokstamp_connector.dokstamp_certificate_action", "course_id"
        )

    def action_download_certificates(self):
        """All documents of the course's certificates as one archive."""
        self.ensure_one()
        self.check_access("read")
        certificates = self.env["dokstamp.certificate"].search(
            [("course_id", "=", self.id)]
        )
        return certificates.action_download_documents()


class DokstampEnrollment(models.Model):
    _inherit = "dokstamp.enrollment"

    hold_ids = fields.One2many("dokstamp.hold", "enrollment_id", string="Holds")
    certificate_count = fields.Integer(
        compute="_compute_certificate_count", string="Certificate count"
    )
    is_on_hold = fields.Boolean(compute="_compute_is_on_hold")

    @api.model
    def _get_writable_fields(self, state=None):
        return super()._get_writable_fields(state) | {"hold_ids"}

    def _compute_certificate_count(self):
        counts = self._count("dokstamp.certificate", "enrollment_id")
        for enrollment in self:
            enrollment.certificate_count = counts.get(enrollment.id, 0)

    @api.depends(
        "hold_ids.active",
        "hold_ids.end_date",
        "student_id.hold_ids.active",
        "student_id.hold_ids.end_date",
    )
    def _compute_is_on_hold(self):
        holds = self.env["dokstamp.hold"]._in_force(self.student_id, self)
        for enrollment in self:
            enrollment.is_on_hold = (
                enrollment in holds.enrollment_id
                or enrollment.student_id in holds.student_id
            )

    def action_view_certificates(self):
        action = self._action_pointing_here(
            "dokstamp_connector.dokstamp_certificate_action", "enrollment_id"
        )
        action["context"] |= {
            "default_student_id": self.student_id.id,
            "default_course_id": self.course_id.id,
        }
        return action


class ResPartner(models.Model):
    _inherit = "res.partner"

    dokstamp_certificate_count = fields.Integer(
        compute="_compute_dokstamp_certificate_count",
        groups="dokstamp_connector.group_registrar",
    )

    @api.depends("dokstamp_student_ids")
    def _compute_dokstamp_certificate_count(self):
        for partner in self:
            students = partner.dokstamp_student_ids
            partner.dokstamp_certificate_count = sum(
                students.mapped("certificate_count")
            )

    def action_view_dokstamp_certificates(self):
        """Open the certificates of this contact."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "dokstamp_connector.dokstamp_certificate_action"
        )
        action["domain"] = [("student_id.partner_id", "in", self.ids)]
        return action
