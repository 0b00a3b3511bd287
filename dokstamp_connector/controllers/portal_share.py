"""A student makes links to certificates, and takes them back."""

import secrets
from contextlib import suppress
from datetime import timedelta

from psycopg2.errors import UniqueViolation

from odoo import fields
from odoo.fields import Command
from odoo.http import request, route
from odoo.tools import mute_logger

from ..models.certificates.share import (
    KEPT_DAYS,
    MAX_DAYS,
    MAX_OF_ONE_STUDENT,
    PIN,
    PROPOSED_DAYS,
)
from .evidence import Refused
from .portal import CertificatePortal
from .portal_details import typed_text

PAGE = "/my/certificates/links"
MAX_NOTE = 80  # characters
MAX_KEY = 64  # likewise
SHOWN_OPENINGS = 20


class SharePortal(CertificatePortal):
    """A student's own links to certificates: makes them, copies them, takes them back,
    and sees who opened them.

    All of it is about links that the user made; whatever else is asked for is not
    found.
    """

    @route(PAGE, type="http", auth="user", website=True, readonly=True)
    def portal_shares(self, certificate="", done=None, **_kwargs):
        """
        :param certificate: the one that the form has ticked; else it has all
        :param done: the key of a sentence about what the last form did
        """
        return self._links(wanted=certificate, done=done)

    @route(f"{PAGE}/new", type="http", auth="user", website=True, methods=["POST"])
    def portal_share_new(self, **post):
        made = [("form_key", "=", typed_text(post, "form_key")[:MAX_KEY])]
        if self._own_shares(made):  # pressed twice
            return request.redirect(f"{PAGE}?done=made")
        try:
            values = self._wanted_share(post)
        except Refused as refused:
            return self._links(problem=str(refused), typed=post)
        # twice, when it is pressed twice at the same time
        with (
            suppress(UniqueViolation),
            mute_logger("odoo.sql_db"),
            request.env.cr.savepoint(),
        ):
            self._shares().create(values)
        return request.redirect(f"{PAGE}?done=made")

    @route(
        f"{PAGE}/<int:share_id>/take-back",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    def portal_share_take_back(self, share_id, **_post):
        share_sudo = self._own_shares([("id", "=", share_id)])
        if not share_sudo:
            raise request.not_found()
        share_sudo._take_back(request.env.user)
        return request.redirect(f"{PAGE}?done=taken_back")

    # === THE PAGE === #

    def _links(self, wanted="", typed=None, **values):
        """
        :param dict typed: what a form said that was refused
        :param values: `done` or `problem`, the key of a sentence
        """
        shareable = self._shareable_certificates()
        chosen = self._chosen(shareable) if typed else shareable
        if wanted.isdecimal():
            chosen = shareable.filtered(lambda c: c.id == int(wanted)) or shareable
        response = request.render(
            "dokstamp_connector.portal_my_shares",
            {
                **self._prepare_portal_layout_values(),
                "page_name": "certificate_links",
                "shares": self._own_shares([]),
                "shareable": shareable,
                "chosen": chosen,
                "is_asked_for": bool(wanted or typed),
                "typed": typed or {},
                "form_key": secrets.token_urlsafe(12),
                "today": self._today(),
                "proposed_day": self._today() + timedelta(days=PROPOSED_DAYS),
                "last_day": self._today() + timedelta(days=MAX_DAYS),
                "kept_days": KEPT_DAYS,
                "shown_openings": SHOWN_OPENINGS,
                **values,
            },
        )
        # the addresses are the student's alone, on a computer that others use too
        response.headers["Cache-Control"] = "private, no-store"
        return response

    def _shares(self):
        # sudo: never without the user's own id; portal users have no rights on links
        return request.env["dokstamp.share"].sudo()

    def _own_shares(self, domain):
        return self._shares().search([*domain, ("user_id", "=", request.env.uid)])

    def _shareable_certificates(self):
        found = self._certificates().search(
            self._own_certificates(), order="conferral_date DESC, id DESC"
        )
        return found._shareable()

    def _today(self):
        return self._shares()._today(request.env.user)

    # === WHAT THE FORM SAYS === #

    def _wanted_share(self, post):
        """:raise Refused: this link cannot be made"""
        if len(self._own_shares([])._counted()) >= MAX_OF_ONE_STUDENT:
            raise Refused("many")
        note, pin = typed_text(post, "note"), typed_text(post, "pin")
        if len(note) > MAX_NOTE:
            raise Refused("too_long")
        if pin and not PIN.fullmatch(pin):
            raise Refused("pin")
        certificates = self._chosen(self._shareable_certificates())
        if not certificates:
            raise Refused("none")
        shares = self._shares()
        values = {
            "user_id": request.env.uid,
            "certificate_ids": [Command.set(certificates.ids)],
            "end_date": self._end_date(post),
            "allows_pdf": bool(typed_text(post, "allows_pdf")),
            "note": note,
            "pin_hash": pin and shares._hash_of_pin(pin),
        }
        key = typed_text(post, "form_key")[:MAX_KEY]
        return {**values, "form_key": key} if key else values

    def _chosen(self, shareable):
        """Those that are ticked; what cannot be shared any more is not among them."""
        ticked = set(request.httprequest.form.getlist("certificate_id"))
        return shareable.filtered(lambda c: str(c.id) in ticked)

    def _end_date(self, post):
        """:raise Refused: it is no day, over, or too far away"""
        try:
            day = fields.Date.to_date(typed_text(post, "end_date") or None)
        except ValueError as error:
            raise Refused("end") from error
        today = self._today()
        if not day or not today <= day <= today + timedelta(days=MAX_DAYS):
            raise Refused("end")
        return day
