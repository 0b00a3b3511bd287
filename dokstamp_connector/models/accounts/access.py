"""The account's client, and what is wrong with the access, in plain words."""

import hashlib
import threading

from odoo import models

from ...dokstamp_api import (
    Address,
    AddressRefused,
    AnswerNotUnderstood,
    Client,
    ClientCredentials,
    CredentialsRefused,
    DokStampError,
    NeedsNewToken,
    NotAllowed,
    NotFound,
    PasswordLogin,
    RateLimit,
)

# One client per account and process, so that connections and the token outlive a flush.
_clients = {}
_clients_guard = threading.Lock()


class DokstampAccount(models.Model):
    _inherit = "dokstamp.account"

    def _try_connection(self):
        """Ask DokStamp for one institution.

        :return: what is wrong, or None
        :rtype: Exception | None
        """
        try:
            self._client().institutions.count()
        except (DokStampError, ValueError) as error:
            return error
        return None

    def _client(self):
        """The process's client for this account; a new one after any change of the
        credentials.

        :rtype: Client
        :raise ValueError: address or tenant cannot be right
        """
        self.ensure_one()
        account_sudo = self.sudo()  # the one place that reads the secrets
        if self.auth_method == "password":
            secret = account_sudo.stored_password or ""
            auth = PasswordLogin(self.login or "", secret)
        else:
            secret = account_sudo.stored_client_secret or ""
            auth = ClientCredentials(self.client_id or "", secret)
        fingerprint = self._access_fingerprint(secret)
        key = (self.env.cr.dbname, self.id)
        with _clients_guard:
            known_fingerprint, client = _clients.get(key, (None, None))
            if known_fingerprint != fingerprint:
                client = Client(
                    self.base_url,
                    self.tenant,
                    auth,
                    rate_limit=RateLimit(self.requests_per_minute),
                    pool_size=self.max_in_flight,
                )
                _clients[key] = (fingerprint, client)
            return client

    def _access_fingerprint(self, secret):
        """What is another one as soon as a client would have to be.

        :rtype: str
        """
        settings = (
            self.base_url,
            self.tenant,
            self.auth_method,
            self.client_id,
            self.login,
            secret,
            self.requests_per_minute,
            self.max_in_flight,
        )
        return hashlib.sha256(repr(settings).encode()).hexdigest()

    # === SENTENCES === #

    def _access_sentence(self, error):
        """What is wrong with the access, why, and what to do, in plain words.

        :param Exception error: of the client, or of `_client`
        :rtype: str
        """
        try:
            host = Address.of(self.base_url).host
        except AddressRefused as refusal:
            return self._stored_address_sentence(refusal)
        unreached = self._unreached_sentences(host)
        reason = getattr(error, "reason", None)
        return unreached.get(reason) or self._refusal_sentence(error, host)

    def _unreached_sentences(self, host):
        """Reason of the client → why nothing useful came back.

        :rtype: dict[str, str]
        """
        return {
            "dns": self.env._(
                "There is no server named %(host)s. Check the address of the API.",
                host=host,
            ),
            "refused": self.env._(
                "%(host)s does not accept connections. Check the address of the API; "
                "if it is right, DokStamp is down at the moment.",
                host=host,
            ),
            "tls": self.env._(
                "The connection to %(host)s is not safe: its certificate could not "
                "be verified. Check the address; if it is right, ask whoever runs "
                "your network.",
                host=host,
            ),
            "address": self.env._(
                "The call would have gone to another server than %(host)s, so that "
                "nothing was sent. Check the address of the API, and the proxy of the "
                "server that Odoo runs on.",
                host=host,
            ),
            "timeout": self.env._("%(host)s did not answer in time.", host=host),
            "rate_limit": self.env._(
                "DokStamp asks us to slow down. Try again in a minute."
            ),
        }

    def _refusal_sentence(self, error, host):
        """Why DokStamp, or what answered in its place, does not let us in."""
        if isinstance(error, CredentialsRefused):
            return self.env._(
                "DokStamp refused the credentials. Check them: client ID and secret, "
                "or e-mail and password."
            )
        if isinstance(error, NotAllowed):
            return self.env._(
                "The credentials are right, but have not enough rights. Ask DokStamp "
                "to give this integration the right to read and write."
            )
        if isinstance(error, NeedsNewToken | NotFound):
            return self.env._(
                "The credentials are right, but DokStamp does not accept the tenant "
                "“%(tenant)s”, or the address is not that of its API. Check the "
                "tenant: it is the “domain” under Settings > API.",
                tenant=self.tenant,
            )
        if isinstance(error, AnswerNotUnderstood):
            return self.env._(
                "%(host)s answers, but not as DokStamp's API does. Check the "
                "address: perhaps it is that of the website.",
                host=host,
            )
        if isinstance(error, ValueError):
            return self.env._(
                "The address of the API or the tenant cannot be right: check both."
            )
        return self.env._(
            "DokStamp could not do it (%(status)s).",
            status=getattr(error, "status", None) or self.env._("no answer"),
        )
