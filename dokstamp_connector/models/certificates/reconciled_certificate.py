"""What reconciliations find of certificates: those that DokStamp has revoked, or does
not have any more, and nobody here has heard of. Asking DokStamp mends it.
"""

from odoo import api, fields, models

from ..runs.reconciled import Bound
from ..runs.reconciliation import KIND

CERTIFICATE = "dokstamp.certificate"
LIVE = "issued"
OVER = ("revoked", "expired")


class BoundCertificates(Bound):
    """Of a certificate counts whether it is valid; what it says never changes."""

    def found(self, binding):
        certificate, seen = (
            self._records.get(binding.res_id),
            self._seen.get(binding.id),
        )
        if not certificate or (seen and binding.write_date > seen.read_at):
            return None
        if not seen and certificate.state == LIVE:
            return self._missing(binding, certificate)
        status = seen and seen.values["status"]
        if certificate.state == LIVE and status in OVER:
            told = {"status": [LIVE, status]}
            return self.line(binding, "change", differences=told, cause="edited")
        if certificate.state in OVER and status == LIVE:
            reason = self._came_back_sentence(certificate)
            return self.line(binding, "refuse", reason=reason)
        self.equal_count += 1
        return None

    def _came_back_sentence(self, certificate):
        return certificate.env._(
            "It is %(state)s here, and DokStamp calls it valid: somebody has taken "
            "that back there. Here there is no way back. Revoke it at DokStamp, or "
            "issue another one.",
            state=certificate._state_shown().lower(),
        )


class DokstampCertificate(models.Model):
    _inherit = "dokstamp.certificate"

    @api.model
    def _pictured(self, row, path):
        return {"status": row.get("status")}, {}, []

    def _state_shown(self):
        return dict(self._fields["state"]._description_selection(self.env))[self.state]

    @api.model
    def _api_labels(self):
        label = self._fields["state"]._description_string(self.env)
        return super()._api_labels() | {"status": label}

    @api.model
    def _field_of_key(self, key):
        return self._fields["state"] if key == "status" else super()._field_of_key(key)


class DokstampRun(models.Model):
    _inherit = "dokstamp.run"

    def _pictured_models(self):
        names = super()._pictured_models()
        return [*names, CERTIFICATE] if self.kind == KIND else names

    def _phases_of(self, name):
        """Those that only DokStamp has were issued there, by whoever may."""
        return ("bound",) if name == CERTIFICATE else super()._phases_of(name)

    def _batch_of(self, bindings):
        if bindings[:1].res_model == CERTIFICATE:
            return BoundCertificates(self, bindings)
        return super()._batch_of(bindings)


class DokstampRunLine(models.Model):
    _inherit = "dokstamp.run.line"

    def _repair(self):
        """A certificate is never changed: its own question tells what became of it."""
        if self[:1].res_model != CERTIFICATE:
            return super()._repair()
        self.queued_at = fields.Datetime.now()
        certificates = self.env[CERTIFICATE].browse(self.mapped("res_id")).exists()
        return certificates._queue_refresh(urgent=True)
