"""Both generations of authentication (dokstamp-api.md 2), tokens kept in memory.

An authentication object is given to one `Client` and asks for tokens through it. Any
number of threads may use it: whoever finds the token spent renews it, the others wait
for that one and use what it got.
"""

import copy
import threading
import time

from . import answers, errors

RENEW_BEFORE = 60  # seconds (dokstamp-api.md 2)
ASSUMED_LIFETIME = 600  # seconds, of a token whose answer does not tell
LONGEST_LIFETIME = 30 * 24 * 3600  # seconds
REFUSED = (400, 401, 403, 422)


class _Token:
    """A token's text and the moment from which it is renewed."""

    def __init__(self, text, lifetime, asked_at):
        # a token shorter than twice the margin would otherwise never be used
        margin = min(RENEW_BEFORE, lifetime / 2)
        self.text = text
        self.renew_at = asked_at + lifetime - margin


class _Authentication:
    """Hands out the present token and renews it when it nears its end."""

    def __init__(self, *, clock=time.monotonic):
        self._clock = clock
        self._lock = threading.Lock()
        self._token = None
        self._failure = None
        self._failure_count = 0

    def token(self, client):
        """Return a token that is good for a while.

        :param Client client: sends the request for a new one
        :rtype: str
        :raise CredentialsRefused: they were not accepted
        :raise RetryLater: no token could be had at the moment
        """
        failures_seen = self._failure_count
        with self._lock:
            if self._failure_count != failures_seen:
                # it was refused to another thread while this one waited: eight threads
                # with a wrong password are one failed login, not eight
                raise copy.copy(self._failure)
            if self._token is None or self._clock() >= self._token.renew_at:
                self._renew(client)
            return self._token.text

    def _renew(self, client):
        self._token = None
        try:
            self._token = self._renewed(client)
        except errors.DokStampError as error:
            self._failure = error
            self._failure_count += 1
            raise

    def forget(self, text):
        """Drop a token that was refused, unless somebody has renewed it already."""
        with self._lock:
            if self._token and self._token.text == text:
                self._token = None

    def log_out(self, client):
        """Give the token back and forget everything that was got with it."""
        raise NotImplementedError

    def _renewed(self, client):
        raise NotImplementedError

    def _ask(self, client, path, **body):
        """Ask a token endpoint; return the token and the whole answer."""
        asked_at = self._clock()
        answer = client.send_public("POST", path, **body)
        if answer.status in REFUSED:
            raise answers.refused_credentials(answer)
        answers.check(answer)
        content = answers.content_of(answer)
        text = content.get("access_token")
        if not _is_header_text(text):
            raise answers.not_understood(answer, "no access token")
        return _Token(text, _lifetime(content), asked_at), content


class ClientCredentials(_Authentication):
    """Newer generation: OAuth2 client credentials, no refresh (dokstamp-api.md 2.1).

    :param str client_id: of the integration client
    :param str client_secret: of the integration client
    """

    def __init__(self, client_id, client_secret, **kwargs):
        super().__init__(**kwargs)
        self._client_id = client_id
        self._client_secret = client_secret

    def __repr__(self):
        return "ClientCredentials(…)"

    def log_out(self, client):
        """Forget the token; no log-out is documented for this kind."""
        with self._lock:
            self._token = None

    def _renewed(self, client):
        form = {
            "grant_type": "client_credentials",
            "client_id": self._client_id,
            "client_secret": self._client_secret,
        }
        return self._ask(client, "/oauth/token", data=form)[0]


class PasswordLogin(_Authentication):
    """Older generation: e-mail and password, rotating refresh token (2.2 to 2.4).

    :param str email: of the DokStamp account
    :param str password: of the DokStamp account
    """

    def __init__(self, email, password, **kwargs):
        super().__init__(**kwargs)
        self._email = email
        self._password = password
        self._refresh_token = None

    def __repr__(self):
        return "PasswordLogin(…)"

    def log_out(self, client):
        """Revoke the access token there, and forget the refresh token too.

        The server leaves the refresh token alone (dokstamp-api.md 2.4).
        """
        with self._lock:
            token, self._token, self._refresh_token = self._token, None, None
        if token:
            answer = client.send_public("POST", "/auth/logout", token=token.text)
            # 401: the token has ended before, which is as good
            if answer.status != 401:
                answers.check(answer)

    def _renewed(self, client):
        # each refresh token is good once, also when its answer gets lost
        spent, self._refresh_token = self._refresh_token, None
        token, content = self._refreshed(client, spent) or self._logged_in(client)
        self._refresh_token = content.get("refresh_token")
        return token

    def _refreshed(self, client, refresh_token):
        """Return nothing when there is no refresh token or it is refused."""
        if not refresh_token:
            return None
        try:
            return self._ask(
                client, "/auth/refresh", json={"refresh_token": refresh_token}
            )
        except errors.CredentialsRefused:
            return None

    def _logged_in(self, client):
        return self._ask(
            client,
            "/auth/login",
            json={"email": self._email, "password": self._password},
        )


def _is_header_text(text):
    return isinstance(text, str) and text.isascii() and text.isprintable() and text


def _lifetime(content):
    seconds = content.get("expires_in")
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        return ASSUMED_LIFETIME
    return min(max(seconds, 0), LONGEST_LIFETIME)
