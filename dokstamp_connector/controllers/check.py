"""The check link, and the pace at which strangers may guess tokens of any link."""

import re

from werkzeug.exceptions import TooManyRequests

from odoo.http import Controller, request, route

from . import pace

CHECK = "/dokstamp/check"
TOKEN = re.compile(r"[A-Za-z0-9_-]{1,64}")  # of `secrets.token_urlsafe`


class CertificateCheck(Controller):
    """The check link, which stands as a QR code on printed certificates."""

    @route(
        # a path may hold slashes, a string may hold line breaks
        [CHECK, f"{CHECK}/<string:token>", f"{CHECK}/<path:token>"],
        type="http",
        auth="public",
        website=True,
        # the page speaks the visitor's language, the link stays as it is printed
        multilang=False,
        sitemap=False,
        save_session=False,
        readonly=True,
    )
    def check_certificate(self, token="", **_kwargs):
        """Lead to DokStamp's public page, or tell the state; of one that was revoked
        also what the revocation told its public.
        """
        if refusal := refuse_guessing():
            return refusal
        state, url, certificate = self._look_up(token)
        if state == "unknown":
            note_guess()
        if url:
            response = request.redirect(url, code=302, local=False)
        else:
            response = request.render(
                "dokstamp_connector.certificate_check",
                {
                    "state": state,
                    "facts": certificate._public_facts() if state == "revoked" else {},
                },
                status=404 if state == "unknown" else 200,
            )
        # the next look may find it revoked
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Robots-Tag"] = "noindex"
        response.headers["Referrer-Policy"] = "no-referrer"
        return response

    def _look_up(self, token):
        """What `_check` tells; the database is not asked for what is no token.

        Every stranger's token costs one look into an index, and none can be guessed
        step by step: an index compares 128 random bits with none that are kept back.
        """
        if not TOKEN.fullmatch(token):
            # the page's layout repeats the path, and fails over dots in it
            request.reroute(CHECK, query_string="")
            return "unknown", None, None
        # sudo: whoever holds the paper may check it
        return request.env["dokstamp.certificate"].sudo()._check(token)


def refuse_guessing():
    """The answer to whoever has asked for too many tokens that are none; None else.

    A good token is refused as well: else guessing would go on.
    """
    seconds = pace.GUESSES.wait(request.httprequest.remote_addr)
    return TooManyRequests(retry_after=seconds).get_response() if seconds else None


def note_guess():
    pace.GUESSES.miss(request.httprequest.remote_addr)
