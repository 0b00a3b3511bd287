"""What whoever was given a student's link sees."""

import time

from odoo.http import Controller, request, route

from .check import TOKEN, note_guess, refuse_guessing
from .portal import document_response
from .portal_details import typed_text

SHARED = "/dokstamp/shared"
UNLOCKED = "dokstamp_shared"  # in the session: id of a link → until when
UNLOCKED_SECONDS = 60 * 60
STATUS = {"unknown": 404, "over": 410, "locked": 429}
SYSTEMS = {"iphone": "iPhone", "ipad": "iPad", "macos": "macOS", "chromeos": "ChromeOS"}
# who only looks ahead says so in one of these
PURPOSES = ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz")


class SharedCertificates(Controller):
    """The page behind a student's own link: `dokstamp.share`.

    A link that never was, or was cleared away, is not known; one that has ended says
    so, and nothing of whose it was. With a PIN nothing is told before that.
    """

    @route(
        f"{SHARED}/<string:token>",
        type="http",
        auth="public",
        website=True,
        # the page speaks the visitor's language, the link stays as it was sent
        multilang=False,
        sitemap=False,
        methods=["GET", "POST"],
    )
    def shared_certificates(self, token, **post):
        if refusal := refuse_guessing():
            return refusal
        share_sudo = self._look_up(token)
        if not share_sudo:
            note_guess()
            return self._page("unknown")
        if share_sudo.state != "open":
            return self._page("over")
        if share_sudo.pin_hash and not self._is_unlocked(share_sudo):
            return self._ask_for_pin(share_sudo, post)
        if not share_sudo.pin_hash:
            self._note_opening(share_sudo)
        return self._page(
            "open",
            share=share_sudo,
            certificates=share_sudo._shown_certificates(),
        )

    @route(
        f"{SHARED}/<string:token>/<int:certificate_id>/pdf",
        type="http",
        auth="public",
        multilang=False,
        sitemap=False,
        readonly=True,
        methods=["GET"],
    )
    def shared_document(self, token, certificate_id, **_kwargs):
        if refusal := refuse_guessing():
            return refusal
        share_sudo = self._look_up(token)
        if not share_sudo:
            note_guess()
        is_shown = (
            share_sudo
            and share_sudo.allows_pdf
            and share_sudo.state == "open"
            and (not share_sudo.pin_hash or self._is_unlocked(share_sudo))
        )
        certificate_sudo = share_sudo._shown_certificates().filtered(
            lambda c: is_shown and c.id == certificate_id
        )
        if not certificate_sudo._has_portal_document():
            raise request.not_found()
        return self._closed_to_others(document_response(certificate_sudo))

    # === ANSWERS === #

    def _page(self, kind, **values):
        """
        :param str kind: `unknown`, `over`, `pin`, `wrong`, `locked` or `open`
        """
        response = request.render(
            "dokstamp_connector.shared_certificates",
            {"kind": kind, "share": None, **values},
            status=STATUS.get(kind, 200),
        )
        return self._closed_to_others(response)

    def _closed_to_others(self, response):
        """Nobody keeps it, finds it, learns its address, or shows it in a frame."""
        response.headers["Cache-Control"] = "private, no-store"
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["X-Frame-Options"] = "DENY"
        return response

    def _look_up(self, token):
        """As with the check link, an index compares; none can be guessed by steps."""
        # sudo: whoever holds the link may open it
        shares = request.env["dokstamp.share"].sudo()
        if not TOKEN.fullmatch(token):
            # the page's layout repeats the path, and fails over dots in it
            request.reroute(f"{SHARED}/-", query_string="")
            return shares
        return shares.search([("token", "=", token)])

    # === PIN === #

    def _ask_for_pin(self, share, post):
        if share._is_locked():
            return self._page("locked")
        if request.httprequest.method != "POST":
            return self._page("pin")
        if share._is_pin(typed_text(post, "pin")):
            self._unlock(share)
            self._note_opening(share)
            return self._closed_to_others(
                request.redirect(f"{SHARED}/{share.token}", code=303)
            )
        return self._page("locked" if share._is_locked() else "wrong")

    def _unlock(self, share):
        until = int(time.time()) + UNLOCKED_SECONDS
        unlocked = request.session.get(UNLOCKED, {})
        request.session[UNLOCKED] = {**unlocked, str(share.id): until}

    def _is_unlocked(self, share):
        until = request.session.get(UNLOCKED, {}).get(str(share.id), 0)
        return until > time.time()

    # === WHO OPENS IT === #

    def _note_opening(self, share):
        if self._is_a_person():
            country = request.env["res.country"].sudo()
            if code := request.geoip.country.iso_code:
                country = country.search([("code", "=", code)], limit=1)
            share._note_opening(_device(), country)

    def _is_a_person(self):
        """Neither a program, nor a messenger's preview, nor a browser that looks
        ahead.
        """
        headers = request.httprequest.headers
        return not (
            request.httprequest.method == "HEAD"
            or request.env["ir.http"].is_a_bot()
            or any(headers.get(name) for name in PURPOSES)
        )


def _device():
    """The kind of browser and of system, of what the browser says of itself."""
    agent = request.httprequest.user_agent
    system = agent.platform and SYSTEMS.get(agent.platform, agent.platform.title())
    return ", ".join(filter(None, [agent.browser and agent.browser.title(), system]))
