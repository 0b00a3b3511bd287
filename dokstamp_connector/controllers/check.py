from odoo.http import Controller, request, route


class CertificateCheck(Controller):
    """The check link, which stands as a QR code on printed certificates."""

    @route(
        "/dokstamp/check/<string:token>",
        type="http",
        auth="public",
        website=True,
        # the page speaks the visitor's language, the link stays as it is printed
        multilang=False,
        sitemap=False,
        save_session=False,
        readonly=True,
    )
    def check_certificate(self, token, **_kwargs):
        """Lead to DokStamp's public page, or tell the state and nothing else."""
        # sudo: whoever holds the paper may check it
        certificates_sudo = request.env["dokstamp.certificate"].sudo()
        state, url = certificates_sudo._check(token)
        if url:
            response = request.redirect(url, code=302, local=False)
        else:
            response = request.render(
                "dokstamp_connector.certificate_check",
                {"state": state},
                status=404 if state == "unknown" else 200,
            )
        # the next look may find it revoked
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Robots-Tag"] = "noindex"
        response.headers["Referrer-Policy"] = "no-referrer"
        return response
