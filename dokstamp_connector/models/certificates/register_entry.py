from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .printed_pages import pages_of


class DokstampRegisterEntry(models.Model):
    """One line of an institution's register book: a certificate was issued, revoked,
    replaced or expired.

    Numbered without gaps per institution and year, never changed, never deleted. It
    holds names as they were, so that it can be read when everything else has changed.
    """

    _name = "dokstamp.register.entry"
    _inherit = ["dokstamp.write.protection"]
    _description = "DokStamp Register Entry"
    _order = "institution_id, year desc, entry_number desc"
    _rec_name = "reference"

    institution_id = fields.Many2one(
        "dokstamp.institution", required=True, readonly=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        related="institution_id.company_id", store=True, index=True
    )
    year = fields.Integer(required=True, readonly=True, aggregator=None)
    entry_number = fields.Integer(
        string="Entry", required=True, readonly=True, aggregator=None
    )
    reference = fields.Char(compute="_compute_reference", store=True, precompute=True)
    event = fields.Selection(
        [
            ("issued", "Issued"),
            ("revoked", "Revoked"),
            ("replaced", "Issued as replacement"),
            ("expired", "Expired"),
        ],
        required=True,
        readonly=True,
    )
    event_at = fields.Datetime(string="When", required=True, readonly=True)
    certificate_id = fields.Many2one(
        "dokstamp.certificate",
        required=True,
        readonly=True,
        ondelete="restrict",
        index=True,
    )
    certificate_number = fields.Char(required=True, readonly=True)
    replaced_number = fields.Char(string="Replaces", readonly=True)
    student_name = fields.Char(required=True, readonly=True)
    course_name = fields.Char(required=True, readonly=True)
    conferral_date = fields.Date(string="Conferred on", readonly=True)
    verification_url = fields.Char(string="Verification link", readonly=True)
    reason = fields.Char(readonly=True)
    exception_reason = fields.Char(
        string="Exception",
        readonly=True,
        help="Why it was issued although something spoke against it.",
    )
    user_id = fields.Many2one(
        "res.users", string="By", readonly=True, ondelete="set null"
    )
    # a book of the school's: it says who, when that user is long gone
    user_name = fields.Char(string="By (name)", readonly=True)

    _number_once = models.Constraint(
        "UNIQUE (institution_id, year, entry_number)",
        "This number of the register is taken.",
    )
    _event_once = models.UniqueIndex(
        "(certificate_id, event)", "The register has this event already."
    )

    # === COMPUTE METHODS === #

    @api.depends("year", "entry_number")
    def _compute_reference(self):
        for entry in self:
            entry.reference = f"{entry.year}/{entry.entry_number:05d}"

    # === CRUD METHODS === #

    def write(self, vals):
        if self:
            raise UserError(self.env._("The register is kept as it was written."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_always(self):
        raise UserError(self.env._("Entries of the register cannot be deleted."))

    # === ACTION METHODS === #

    def action_open_certificate(self):
        return self.certificate_id._open()

    # === ENTERING === #

    @api.model
    def _enter(self, certificate, event, moment, user):
        """Write the next line of the book; the flush does, one at a time per account.

        :param str event: of the field `event`
        :param datetime moment: naive UTC
        :param res.users user: who caused it
        """
        if self.search_count(
            [("certificate_id", "=", certificate.id), ("event", "=", event)]
        ):
            return self
        values = certificate.certified_values or {}
        # a certificate stays in the book that it was entered in first
        first = self.search([("certificate_id", "=", certificate.id)], limit=1)
        institution = first.institution_id or certificate.institution_id
        # the school's year, not the one of whoever or whatever writes
        year = certificate.company_id._dokstamp_day(moment).year
        return self.create(
            {
                "institution_id": institution.id,
                "year": year,
                "entry_number": self._next_entry_number(institution, year),
                "event": event,
                "event_at": moment,
                "certificate_id": certificate.id,
                "certificate_number": certificate.number,
                "replaced_number": certificate.replaces_id.number,
                "student_name": values.get("social_name") or values.get("name"),
                "course_name": values.get("course"),
                "conferral_date": certificate.conferral_date,
                "verification_url": certificate._public_page(),
                "reason": certificate.revocation_reason
                if event == "revoked"
                else False,
                "exception_reason": certificate._exception()
                if event in ("issued", "replaced")
                else False,
                "user_id": user.id,
                "user_name": user.sudo().name,
            }
        )

    def _next_entry_number(self, institution, year):
        ((last,),) = self.env.execute_query(
            SQL(
                "SELECT MAX(entry_number) FROM dokstamp_register_entry "
                "WHERE institution_id = %s AND year = %s",
                institution.id,
                year,
            )
        )
        return (last or 0) + 1

    # === PRINTED PAGES === #

    def _pages_of_books(self):
        """These entries as pages, one book per institution and year, in its order.

        :rtype: list[dict]
        """
        books = self.sorted(
            lambda e: (
                e.institution_id.name,
                e.institution_id.id,
                e.year,
                e.entry_number,
            )
        ).grouped(lambda e: (e.institution_id, e.year))
        return [
            {
                "institution": institution,
                "year": year,
                "entries": entries,
                "printed_on": institution.company_id._dokstamp_today(),
                **place,
            }
            for (institution, year), book in books.items()
            for entries, place in pages_of(book, DokstampRegisterEntry._printed_cells)
        ]

    def _day(self):
        """The school's day on which it happened, whoever prints it.

        :rtype: date
        """
        return self.company_id._dokstamp_day(self.event_at)

    def _printed_cells(self):
        """What may take several lines, and how wide its column is in em."""
        author = self.sudo().user_id.name or ""  # sudo: a name that the page prints
        note = self.reason or self.replaced_number
        # the author begins a line of its own
        note = f"{note} {'-' * 9} by {author}" if note else f"by {author}"
        return [
            (self.student_name, 11),
            (self.course_name, 12.5),
            (note, 10.5),
        ]
