"""The account's client, and what is wrong with the access, in plain words."""

import hashlib
import threading

from odoo import fields, models

from ...dokstamp_api import (
    RATE_LIMIT_DELAY,
    Address,
    AddressRefused,
    AnswerNotUnderstood,
    Client,
    ClientCredentials,
    CredentialsRefused,
    DokStampError,
    Hold,
    NeedsNewToken,
    NotAllowed,
    NotFound,
    OtherTenant,
    PasswordLogin,
    RateLimit,
    RateLimited,
    Rejected,
)

# One client per account and process, so that connections and the token outlive a flush.
_clients = {}
_clients_guard = threading.Lock()


class DokstampAccount(models.Model):
    _inherit = "dokstamp.account"

    def _try_connection(self):
        """Sign in, and ask DokStamp for one institution of the tenant.

        :return: what is wrong, or None
        :rtype: Exception | None
        """
        try:
            # with a token of its own: one that was got before proves no credentials
            self._client(anew=True).prove_access()
        except (DokStampError, ValueError) as error:
            if isinstance(error, RateLimited):
                self._note_wait(error.delay or RATE_LIMIT_DELAY)
            return error
        return None

    def _client(self, *, anew=False):
        """The process's client for this account; a new one after any change of the
        credentials.

        :param bool anew: a new one in any case
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
        client = self._known_client(auth, self._access_fingerprint(secret), anew)
        if asked_until := self._asked_until():
            client.hold.extend((asked_until - fields.Datetime.now()).total_seconds())
        return client

    def _known_client(self, auth, fingerprint, anew):
        """The process's client, unless one of other settings is needed, or a new one.

        :param auth: signs in, for a new one
        :rtype: Client
        """
        key = (self.env.cr.dbname, self.id)
        with _clients_guard:
            known_fingerprint, client = _clients.get(key, (None, None))
            is_known = known_fingerprint == fingerprint
            if anew or not is_known:
                # a wait that the server asked for is not over for another token
                hold = client.hold if is_known else Hold()
                client = Client(
                    self.base_url,
                    self.tenant,
                    auth,
                    rate_limit=RateLimit(self.requests_per_minute),
                    hold=hold,
                    pool_size=self.max_in_flight,
                    stays_outside=not self._may_call_inside(),
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
            self._may_call_inside(),
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
        if sentence := unreached.get(getattr(error, "reason", None)):
            return sentence
        if isinstance(error, ValueError):
            return self.env._(
                "The address of the API or the tenant cannot be right: check both."
            )
        status = getattr(error, "status", None)
        if status and 300 <= status < 400:
            return self.env._(
                "%(host)s sends calls on to another address (%(status)s), and the "
                "credentials do not follow. Check the address of the API: it is the "
                "one that answers by itself.",
                host=host,
                status=status,
            )
        if isinstance(error, AnswerNotUnderstood):
            return self.env._(
                "%(host)s answers, but not as DokStamp's API does. Check the "
                "address: perhaps it is that of the website.",
                host=host,
            )
        if is_sign_in(error):
            return self._sign_in_sentence(error, host)
        return self._tenant_sentence(error)

    def _refused_sentence(self, error, name=None):
        """Why the account pauses, and which record met it first.

        :param str name: of that record, None where none did
        """
        sentence = self._access_sentence(error)
        if not name:
            return sentence
        return self.env._(
            "%(reason)s It was met with %(record)s.", reason=sentence, record=name
        )

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
            "inside": self.env._(
                "%(host)s leads into your own network, so that nothing was sent. "
                "Check the address of the API; if it is right, ask a system "
                "administrator to press Test connection here.",
                host=host,
            ),
            "timeout": self.env._("%(host)s did not answer in time.", host=host),
            "connection": self.env._(
                "The connection to %(host)s could not be made, or broke off before "
                "there was an answer. Check the address of the API, and whether the "
                "server that Odoo runs on reaches it.",
                host=host,
            ),
            "rate_limit": self.env._(
                "DokStamp asks us to slow down. Nothing is asked or sent until the "
                "time is over that it named; then it goes on by itself."
            ),
        }

    def _sign_in_sentence(self, error, host):
        """Why the call for a token failed: the tenant plays no part in it."""
        if isinstance(error, CredentialsRefused) and error.status == 403:
            return self.env._(
                "DokStamp does not let these credentials sign in (403). Perhaps they "
                "were switched off there: ask DokStamp, or enter others."
            )
        if isinstance(error, CredentialsRefused):
            return self.env._(
                "DokStamp refused the credentials (%(status)s). Check them: client ID "
                "and secret, or e-mail and password.",
                status=error.status,
            )
        if isinstance(error, Rejected):
            return self.env._(
                "%(host)s has no sign-in of this kind (%(status)s to %(path)s). Check "
                "the address of the API, and “Sign in with”: older accounts sign in "
                "with e-mail and password, newer ones with a client ID.",
                host=host,
                status=error.status,
                path=error.path,
            )
        return self._out_of_order_sentence(error)

    def _tenant_sentence(self, error):
        """Why a call failed that was made with a token: the credentials are right."""
        if isinstance(error, OtherTenant):
            return self.env._(
                "The credentials are right, but they are those of the tenant "
                "“%(own)s”, not of the tenant “%(tenant)s”. Correct the tenant, or "
                "enter the credentials of the other one.",
                own=error.tenant,
                tenant=self.tenant,
            )
        if isinstance(error, NeedsNewToken | NotFound):
            return self.env._(
                "The credentials are right, but DokStamp does not accept the tenant "
                "“%(tenant)s” with them (%(status)s): there is no such tenant, or it "
                "is another school's. Check the tenant: it is the “domain” under "
                "Settings > API.",
                tenant=self.tenant,
                status=error.status,
            )
        if isinstance(error, NotAllowed) and error.method == "GET":
            return self.env._(
                "The credentials are right, but DokStamp does not show them the tenant "
                "“%(tenant)s” (403): it is another school's, or they have not enough "
                "rights. Check the tenant, or ask DokStamp to give this integration "
                "the right to read and write.",
                tenant=self.tenant,
            )
        if isinstance(error, NotAllowed):
            return self.env._(
                "The credentials are right, but have not enough rights. Ask DokStamp "
                "to give this integration the right to read and write."
            )
        return self._out_of_order_sentence(error)

    def _out_of_order_sentence(self, error):
        status = getattr(error, "status", None)
        if status and status >= 500:
            return self.env._(
                "DokStamp has a problem of its own at the moment (%(status)s).",
                status=status,
            )
        return self.env._(
            "DokStamp could not do it (%(status)s).",
            status=status or self.env._("no answer"),
        )


def is_sign_in(error):
    """Whether the call that failed was one for a token."""
    path = getattr(error, "path", None) or ""
    return path.startswith(("/oauth/", "/auth/"))
