"""From draft to the queue, and back while nothing has left the house."""

from odoo import fields, models
from odoo.exceptions import UserError

from ..sync.sync_record import BUS_MESSAGE
from .certificate import OPEN_STATES


class DokstampCertificate(models.Model):
    _inherit = "dokstamp.certificate"

    def action_issue(self):
        """Send drafts, and again what failed. Pressing twice is safe: the others are
        left alone.

        :raise UserError: one of them must not be issued; then none is
        """
        to_issue = self.filtered(lambda c: c.state in OPEN_STATES)
        to_issue._refuse_unready()
        to_issue._queue_issue()
        return True

    def action_draft(self):
        """Take back what is on its way, as long as DokStamp has nothing of it.

        A queue row that is there finds a draft and sends nothing. What DokStamp has the
        document of may be a certificate there any moment, so that it goes through.

        :raise UserError: DokStamp has the document of all of them
        """
        self.check_access("write")
        queued = self.filtered(lambda c: c.state == "queued")
        recallable = queued - queued._sent_ones()
        if not recallable:
            raise UserError(
                self.env._(
                    "DokStamp has the document already, so that this cannot be stopped "
                    "any more. Revoke the certificate once it is issued."
                )
            )
        # sudo: fields of the connector
        recallable.sudo().write({"state": "draft", "issue_at": False})
        return True

    def _queue_issue(self):
        """Number them and leave the rest to the scheduled actions."""
        sent = self._sent_ones()
        # sudo: fields of the connector; who issues stands in one of them, a message
        # each would tell no more
        queued = self.sudo().with_context(mail_notrack=True).sorted("id")
        sequences = {company: queued._sequence(company) for company in self.company_id}
        for certificate in queued:
            sequence = sequences[certificate.company_id]
            certificate.write(
                {
                    "number": certificate.number or certificate._next_number(sequence),
                    "state": "queued",
                    "active": True,
                    "failure_message": False,
                    "issuer_id": certificate._new_issuer().id,
                    **certificate._certified(was_sent=certificate in sent),
                }
            )
        with_document = self.filtered("pdf_sha256")
        self.env["dokstamp.sync.record"]._gather(with_document, "issue", urgent=True)
        if self - with_document:
            # sudo: a registrar may start the making of documents
            self.env.ref("dokstamp_connector.ir_cron_documents").sudo()._trigger()

    def _issue_unattended(self, more_obstacles=lambda certificate: []):
        """Send those that nothing speaks against; the others are left to a person, with
        the reason.

        :param more_obstacles: certificate → further sentences that speak against it
        """
        ready = self.browse()
        for certificate, obstacles in zip(self, self._obstacles_of_each(), strict=True):
            reasons = obstacles + more_obstacles(certificate)
            if reasons:
                certificate._leave_to_person("\n".join(dict.fromkeys(reasons)))
            else:
                ready |= certificate
        ready._queue_issue()

    def _leave_to_person(self, reason):
        # sudo: fields of the connector
        self.sudo().write({"issue_at": False, "failure_message": reason})

    def _certified(self, *, was_sent):
        """Fields to write: what the document says; a document of other values is made
        anew.

        :param bool was_sent: DokStamp has the document, and it says what it said
        """
        if was_sent:
            return {}
        values = self._current_values()
        if self.pdf_is_made or self._differs_from_certified():
            return {"certified_values": values, "pdf": False}
        return {"certified_values": values}

    def _tell_issuer(self):
        """Let the form that shows this certificate reload."""
        self.issuer_id._bus_send(BUS_MESSAGE, {"records": [[self._name, self.id]]})

    def _new_issuer(self):
        """Whoever presses the button; the connector itself leaves the name that stands
        there.
        """
        if self.env.user._is_superuser():
            return self.issuer_id or self.env.user
        return self.env.user

    def _next_number(self, sequence):
        """The sequence's next number for the day of conferral.

        :rtype: str
        """
        day = self.conferral_date
        # %(year)s in a school's own prefix is the year of conferral too
        sequence = sequence.with_context(ir_sequence_date=fields.Date.to_string(day))
        parts = sequence.use_date_range and sequence.date_range_ids.filtered(
            lambda part: part.date_from <= day <= part.date_to
        )
        if not parts:
            return sequence._next(sequence_date=day)
        # the sequence itself would search for its part anew for each of hundreds
        part = parts[0]
        return part.with_context(ir_sequence_date_range=part.date_from)._next()

    def _sequence(self, company):
        """The company's own sequence for certificates, else the common one.

        :raise UserError: somebody has archived or deleted them
        """
        sequence = self.env["ir.sequence"].search(
            [
                ("code", "=", self._name),
                ("company_id", "in", [company.id, False]),
            ],
            order="company_id",
            limit=1,
        )
        if not sequence:
            raise UserError(
                self.env._(
                    "Certificates have no number sequence (code %s) any more. Ask an "
                    "administrator to unarchive it.",
                    self._name,
                )
            )
        return sequence
