"""The client: one request in, one answer or one named error out."""

import copy
import logging
import threading
import time
from dataclasses import dataclass
from datetime import datetime

from . import answers, errors, resources, retry
from .address import Address, is_segment
from .limits import RateLimit
from .transport import Transport, WireError

_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Call:
    """One attempt at a call, as `Client.observed_by` reports it.

    :param str method: HTTP verb
    :param str path: path below the base URL, without its query
    :param status: HTTP status, None when there was no answer
    :param request_id: what the server calls it, None when it does not say
    :param datetime started_at: UTC
    :param int duration_ms: milliseconds until the answer was read
    :param bool wrote: the method was not GET
    """

    method: str
    path: str
    status: int | None
    request_id: str | None
    started_at: datetime
    duration_ms: int
    wrote: bool


def _resource(kind, path):
    return property(lambda client: kind(client, path))


class Client:
    """Speaks with one DokStamp tenant. Any number of threads may share it.

    It never retries and never sleeps for a retry (that is a date in the caller's
    database), with one exception: after a 401, which means that nothing was done, it
    gets a new token and repeats the call once.

    :param str base_url: ``https://…``; plain http for loopback only; see `Address`
    :param str tenant: the tenant's `domain`, a slug (dokstamp-api.md 3)
    :param auth: `ClientCredentials` or `PasswordLogin`
    :param RateLimit rate_limit: shared by all threads; None: no limit
    :param Hold hold: waits that the server asks for, and that all callers obey; None:
        each caller looks after that
    :param int pool_size: connections, and so the most requests at once
    :param float connect_timeout: seconds
    :param float read_timeout: seconds without a byte
    :param str user_agent: header
    :param bool stays_outside: what the address leads to must be of the internet
    :raise ValueError: the base URL or the tenant cannot be right
    """

    institutions = _resource(resources.Collection, "/institutions")
    organizations = _resource(resources.Collection, "/organizations")
    courses = _resource(resources.Courses, "/courses")
    modules = _resource(resources.Collection, "/modules")
    cohorts = _resource(resources.Collection, "/cohorts")
    students = _resource(resources.Collection, "/students")
    enrollments = _resource(resources.Collection, "/enrollments")
    certificates = _resource(resources.Certificates, "/certificates")
    certificate_templates = _resource(resources.Collection, "/certificate-templates")
    files = _resource(resources.Files, "/files")

    def __init__(
        self,
        base_url,
        tenant,
        auth,
        *,
        rate_limit=None,
        hold=None,
        pool_size=4,
        connect_timeout=5,
        read_timeout=30,
        user_agent="dokstamp-connector-odoo/19.0",
        stays_outside=False,
    ):
        self._address = Address.of(base_url)
        self._tenant = _checked_tenant(tenant)
        self._auth = auth
        self._rate_limit = rate_limit or RateLimit(None)
        self.hold = hold
        self._has_written = threading.Event()
        self._transport = Transport(
            self._address,
            pool_size,
            connect_timeout,
            read_timeout,
            user_agent,
            stays_outside=stays_outside,
        )
        self._callback = None

    def __repr__(self):
        return f"Client({self._address.url!r}, {self._tenant!r})"

    def observed_by(self, callback):
        """Return a copy that reports its attempts; all else is shared with this one.

        :param callback: called with a `Call` in the calling thread after every attempt
            at a resource, also a failed one; token requests are not reported
        :rtype: Client
        """
        observed = copy.copy(self)
        observed._callback = callback
        return observed

    @property
    def has_written(self):
        """Whether a call that changes something was ever accepted."""
        return self._has_written.is_set()

    def me(self):
        """Return who the token belongs to, with its tenant (dokstamp-api.md 2.5).

        With client credentials this may be refused: no proof of a bad connection.
        """
        return answers.row_of(self.request("GET", "/auth/me", tenant=False))

    def prove_access(self):
        """Ask for one institution, and for the tenant's name if that is refused.

        :raise OtherTenant: the credentials belong to another one
        :raise DokStampError: no answer that proves anything
        """
        try:
            self.institutions.count()
        except (errors.NeedsNewToken, errors.NotAllowed, errors.NotFound) as error:
            if tenant := error.path == "/institutions" and self._another_tenant():
                raise errors.OtherTenant(
                    f"the credentials belong to another tenant: {error}",
                    tenant=tenant,
                    method=error.method,
                    path=error.path,
                    status=error.status,
                ) from None
            raise

    def _another_tenant(self):
        """Return whose the credentials are, if DokStamp tells, and it is another one.

        :rtype: str | None
        """
        try:
            own = self.me().get("tenant")
        except errors.DokStampError:
            return None
        domain = own.get("domain") if isinstance(own, dict) else None
        is_told = is_segment(domain) and domain != self._tenant
        return domain if is_told else None

    def log_out(self):
        """Revoke the token (login generation only) and forget it (2.4)."""
        self._auth.log_out(self)

    def close(self):
        """Close idle connections; shared with the copies of `observed_by`."""
        self._transport.close()

    def request(self, method, path, *, tenant=True, **content):
        """Send one authorized request, repeat it once if its token was refused.

        :param bool tenant: send ``X-Tenant`` (everywhere but below ``/auth``)
        :param content: ``params``, ``json``, ``files`` as `requests` takes them
        :rtype: answers.Answer
        :raise DokStampError: for everything but a 2xx
        :raise ValueError: no plain path: nothing is sent
        """
        self._address.below(path)  # looked at before a token is asked for
        answer = self._authorized(method, path, tenant, content)
        if answer.status == 401:
            answer = self._authorized(method, path, tenant, content)
        answers.check(answer)
        return answer

    def request_public(self, method, path):
        """Send one request with the tenant and without ``Authorization``.

        :rtype: answers.Answer
        :raise DokStampError: for everything but a 2xx
        """
        answer = self._observed(method, path, headers=self._tenant_header())
        if answer.status == 401:
            # no token was sent, so a new one cannot help
            raise answers.not_allowed(answer)
        answers.check(answer)
        return answer

    def send_public(self, method, path, **content):
        """Send one request of the authentication itself and return any answer.

        It changes nothing that could not be done again.
        """
        self._await_turn(method, path)
        return self._send(method, path, changes=False, **content)

    def _authorized(self, method, path, tenant, content):
        token = self._auth.token(self)
        headers = self._tenant_header() if tenant else {}
        answer = self._observed(method, path, token=token, headers=headers, **content)
        if answer.status == 401:
            self._auth.forget(token)
        return answer

    def _tenant_header(self):
        return {"X-Tenant": self._tenant}

    def _observed(self, method, path, **content):
        self._await_turn(method, path)
        started_at, start = retry.utc_now(), time.monotonic()
        answer = None
        try:
            answer = self._send(method, path, changes=method != "GET", **content)
            if method != "GET" and 200 <= answer.status < 300:
                self._has_written.set()
        finally:
            if self._callback:
                duration = round((time.monotonic() - start) * 1000)
                self._callback(_call(method, path, answer, started_at, duration))
        return answer

    def _await_turn(self, method, path):
        """Wait for the pace that the school has set.

        :raise RateLimited: the server has asked for a longer wait; nothing is sent
        """
        self._rate_limit.wait()
        if self.hold and (remaining := self.hold.remaining):
            raise errors.RateLimited(
                f"{method} {path} is not sent: DokStamp asked to wait",
                delay=remaining,
                reason="rate_limit",
                method=method,
                path=path,
            )

    def _send(self, method, path, *, changes, **content):
        try:
            status, headers, body = self._transport.send(method, path, **content)
        except WireError as failure:
            error = _wire_error(method, path, changes, failure)
        else:
            _logger.debug("%s %s: %s", method, path, status)
            answer = answers.Answer(method, path, changes, status, headers, body)
            if self.hold and answer.asked_wait:
                self.hold.extend(answer.asked_wait)
            return answer
        _logger.debug("%s %s: no answer (%s)", method, path, error.reason)
        raise error


def _call(method, path, answer, started_at, duration_ms):
    return Call(
        method=method,
        path=path,
        status=answer and answer.status,
        request_id=answer and answer.request_id,
        started_at=started_at,
        duration_ms=duration_ms,
        wrote=method != "GET",
    )


def _wire_error(method, path, changes, failure):
    unknown = changes and failure.sent
    kind = errors.OutcomeUnknown if unknown else errors.RetryLater
    return kind(
        f"No answer from DokStamp to {method} {path}: {failure.reason}",
        reason=failure.reason,
        method=method,
        path=path,
    )


def _checked_tenant(tenant):
    if not tenant or not tenant.isascii() or not tenant.isprintable() or " " in tenant:
        raise ValueError("the tenant must be a slug such as my-school")
    return tenant
