from odoo.http import content_disposition, request, route

from odoo.addons.portal.controllers.portal import CustomerPortal, pager

CERTIFICATES_PER_PAGE = 20


class CertificatePortal(CustomerPortal):
    """A student's own certificates.

    Portal users have no rights on certificates, so that none can be read or moved over
    RPC; these pages read with elevated rights, and only what `_domain_of_partner` lets
    through for the user's own contact.
    """

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "dokstamp_certificate_count" in counters:
            values["dokstamp_certificate_count"] = self._certificates().search_count(
                self._own_certificates()
            )
        if "dokstamp_student_count" in counters:
            values["dokstamp_student_count"] = len(self._own_students())
        return values

    @route(
        ["/my/certificates", "/my/certificates/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def portal_my_certificates(self, page=1, **_kwargs):
        certificates_sudo, domain = self._certificates(), self._own_certificates()
        values = self._prepare_portal_layout_values()
        pages = pager(
            url="/my/certificates",
            total=certificates_sudo.search_count(domain),
            page=page,
            step=CERTIFICATES_PER_PAGE,
        )
        found_sudo = certificates_sudo.search(
            domain,
            order="conferral_date DESC, id DESC",
            limit=CERTIFICATES_PER_PAGE,
            offset=pages["offset"],
        )
        students_sudo = self._own_students()
        values.update(
            {
                "certificates": found_sudo,
                "students": students_sudo,
                "courses_to_come": students_sudo._courses_to_come(),
                "shareable": found_sudo._shareable(),
                "page_name": "certificate",
                "pager": pages,
            }
        )
        return request.render("dokstamp_connector.portal_my_certificates", values)

    @route(
        "/my/certificates/<int:certificate_id>/pdf",
        type="http",
        auth="user",
        readonly=True,
    )
    def portal_certificate_pdf(self, certificate_id, **_kwargs):
        domain = [("id", "=", certificate_id), *self._own_certificates()]
        certificate_sudo = self._certificates().search(domain)
        if not certificate_sudo._has_portal_document():
            raise request.not_found()
        return document_response(certificate_sudo)

    def _certificates(self):
        # sudo: never without `_own_certificates`; of all companies that the person
        # studied at
        return request.env["dokstamp.certificate"].sudo()

    def _own_certificates(self):
        return self._certificates()._domain_of_partner(request.env.user.partner_id)

    def _own_students(self):
        """Who the user is: at each school that the person studied at."""
        # sudo: portal users have no rights on students; the own contact's alone
        students = request.env["dokstamp.student"].sudo()
        return students.search(students._domain_of_partner(request.env.user.partner_id))


def document_response(certificate):
    """The document of a certificate, to be kept as a file."""
    disposition = content_disposition(certificate._portal_filename())
    return request.make_response(
        certificate._kept_document(),
        headers=[
            ("Content-Type", "application/pdf"),
            ("Content-Disposition", disposition),
            ("X-Content-Type-Options", "nosniff"),
            ("Cache-Control", "private, no-store"),
        ],
    )
