from odoo import fields, models
from odoo.exceptions import AccessError

ROLE = "dokstamp_connector.group_registrar"


class DigestDigest(models.Model):
    """What DokStamp got, and what it did not get, per company and period."""

    _inherit = "digest.digest"

    kpi_dokstamp_issued = fields.Boolean(string="Certificates issued")
    kpi_dokstamp_issued_value = fields.Integer(
        compute="_compute_kpi_dokstamp_issued_value"
    )
    kpi_dokstamp_sent = fields.Boolean(string="Sent to DokStamp")
    kpi_dokstamp_sent_value = fields.Integer(compute="_compute_kpi_dokstamp_sent_value")
    kpi_dokstamp_failed = fields.Boolean(string="Not taken by DokStamp")
    kpi_dokstamp_failed_value = fields.Integer(
        compute="_compute_kpi_dokstamp_failed_value"
    )

    def _compute_kpi_dokstamp_issued_value(self):
        self._refuse_strangers()
        self._calculate_company_based_kpi(
            "dokstamp.certificate", "kpi_dokstamp_issued_value", date_field="issued_at"
        )

    def _compute_kpi_dokstamp_sent_value(self):
        self._refuse_strangers()
        self._calculate_company_based_kpi(
            "dokstamp.audit.log",
            "kpi_dokstamp_sent_value",
            date_field="called_at",
            additional_domain=[("succeeded", "=", True)],
        )

    def _compute_kpi_dokstamp_failed_value(self):
        self._refuse_strangers()
        self._calculate_company_based_kpi(
            "dokstamp.sync.record",
            "kpi_dokstamp_failed_value",
            date_field="write_date",
            additional_domain=[("state", "=", "failed")],
        )

    def _refuse_strangers(self):
        """:raise AccessError: which the digest understands: it leaves the figure out"""
        if not self.env.user.has_group(ROLE):
            raise AccessError(
                self.env._("Only DokStamp's registrars and managers see its figures.")
            )

    def _compute_kpis_actions(self, company, user):
        actions = super()._compute_kpis_actions(company, user)
        menu = self.env.ref("dokstamp_connector.dokstamp_connector_menu_root").id
        return actions | {
            f"kpi_dokstamp_{name}": f"dokstamp_connector.{action}?menu_id={menu}"
            for name, action in (
                ("issued", "dokstamp_certificate_action"),
                ("sent", "dokstamp_audit_log_action"),
                ("failed", "dokstamp_sync_record_action"),
            )
        }
