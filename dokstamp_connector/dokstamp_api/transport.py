"""The wire: connections, time-outs, and what is known when one of them breaks.

`requests` tells that a call failed, not whether the server can have seen it. The
connection classes below note when the first byte of a request leaves, because that
decides between "try again" and "look first".
"""

import http.client
import http.cookiejar
import io
import logging
import math
import socket
import ssl
import threading
import time
from json import dumps

import requests
import urllib3
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from urllib3.exceptions import LocationParseError

_logger = logging.getLogger(__name__)

ANSWER_LIMIT = 64 * 1024 * 1024  # bytes
ERROR_LIMIT = 64 * 1024  # bytes of an answer with an error status that are read
JSON_BODY = {"Content-Type": "application/json"}
CHUNK = 64 * 1024  # bytes
PATIENCE = 4  # read time-outs that an answer may take as a whole


class WireError(Exception):
    """A call got no complete answer.

    :param str reason: one of `errors.REASONS` without the server's own
    :param bool sent: whether a byte of the request may have left
    """

    def __init__(self, reason, sent):
        super().__init__(reason)
        self.reason = reason
        self.sent = sent


class _Attempt(threading.local):
    """What the thread's present attempt is up to."""

    running = False
    sent = False
    seconds = math.inf


_attempt = _Attempt()


def _is_not_ours(_record):
    return not _attempt.running


# urllib3 logs whole URLs, and a query holds e-mail addresses
for _name in ("urllib3.connectionpool", "urllib3.connection"):
    logging.getLogger(_name).addFilter(_is_not_ours)


class _BoundedReader(io.RawIOBase):
    """Reads a socket until a point in time: a server that trickles ends too."""

    def __init__(self, raw, sock, seconds):
        super().__init__()
        self._raw = raw
        self._sock = sock
        self._ends_at = time.monotonic() + seconds

    def readable(self):
        return True

    def readinto(self, buffer):
        left = self._ends_at - time.monotonic()
        if left <= 0:
            raise TimeoutError("the answer took too long as a whole")
        if (self._sock.gettimeout() or math.inf) > left:
            self._sock.settimeout(left)
        return self._raw.readinto(buffer)

    def close(self):
        self._raw.close()
        super().close()


class _BoundedResponse(http.client.HTTPResponse):
    def __init__(self, sock, *args, **kwargs):
        super().__init__(sock, *args, **kwargs)
        if _attempt.seconds < math.inf:
            raw = self.fp.detach()
            self.fp = io.BufferedReader(_BoundedReader(raw, sock, _attempt.seconds))


class _Watched:
    """Notes when the request starts to leave."""

    response_class = _BoundedResponse

    def connect(self):
        try:
            super().connect()
        finally:
            # what a tunnel through a proxy says to the proxy is no part of the request
            _attempt.sent = False

    def send(self, data):
        if self.sock is None and self.auto_open:
            self.connect()
        _attempt.sent = True
        super().send(data)


class _HTTPConnection(_Watched, urllib3.connection.HTTPConnection):
    pass


class _HTTPSConnection(_Watched, urllib3.connection.HTTPSConnection):
    pass


class _HTTPPool(urllib3.HTTPConnectionPool):
    ConnectionCls = _HTTPConnection


class _HTTPSPool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _HTTPSConnection


_POOLS = {"http": _HTTPPool, "https": _HTTPSPool}


class _Adapter(HTTPAdapter):
    """Watched connections, and the time-outs of the client whatever the caller says.

    The time-outs are set here rather than per call because wrappers of `Session.send`
    (Odoo's test base is one) expect a plain number there and compare with it.
    """

    def __init__(self, timeout, **kwargs):
        self._timeout = timeout
        super().__init__(**kwargs)

    def init_poolmanager(self, *args, **kwargs):
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, proxy, **kwargs):
        manager = super().proxy_manager_for(proxy, **kwargs)
        if proxy.lower().startswith("socks"):
            # its connections are its own: nobody can say that nothing was sent
            _attempt.sent = True
        else:
            manager.pool_classes_by_scheme = _POOLS
        return manager

    def send(self, request, **kwargs):
        kwargs["timeout"] = self._timeout
        return super().send(request, **kwargs)


class _Authorization(AuthBase):
    """Sets the token, or nothing.

    Given with every call: without it `requests` would look into the user's netrc file
    and put what it finds there in the token's place.
    """

    def __init__(self, token):
        self._token = token

    def __call__(self, request):
        if self._token:
            request.headers["Authorization"] = f"Bearer {self._token}"
        return request


class Transport:
    """Keep-alive connections to one host, for any number of threads.

    One session serves all threads: nothing in it changes after this constructor (it
    refuses cookies), and its connection pool is made for that. A thread that finds no
    free connection waits for one, so `pool_size` is also the most requests at once.

    :param int pool_size: connections
    :param float connect_timeout: seconds
    :param float read_timeout: seconds without a byte; a whole answer gets `PATIENCE`
        times as long
    :param str user_agent: header
    """

    def __init__(self, pool_size, connect_timeout, read_timeout, user_agent):
        self._answer_seconds = PATIENCE * read_timeout
        self._session = requests.Session()
        self._session.headers.update(
            {"Accept": "application/json", "User-Agent": user_agent}
        )
        self._session.cookies.set_policy(
            http.cookiejar.DefaultCookiePolicy(allowed_domains=[])
        )
        adapter = _Adapter(
            (connect_timeout, read_timeout),
            pool_connections=2,
            pool_maxsize=pool_size,
            pool_block=True,
        )
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)

    def send(self, method, url, *, token=None, json=None, **kwargs):
        """Send one request and read its answer to the end.

        :param token: bearer token; None: no ``Authorization`` at all
        :param json: values of a JSON body
        :param kwargs: as `requests` takes them: headers, params, data, files
        :return: status, headers, body
        :rtype: tuple(int, Mapping, bytes or None)
        :raise WireError: there is no complete answer
        :raise ValueError: the values cannot be written as JSON
        """
        if json is not None:
            kwargs["data"] = dumps(json, allow_nan=False).encode()
            kwargs["headers"] = {**kwargs.get("headers", {}), **JSON_BODY}
        _attempt.running, _attempt.sent = True, False
        _attempt.seconds = self._answer_seconds
        try:
            return self._exchange(method, url, auth=_Authorization(token), **kwargs)
        except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
            reason = _reason(error)
        finally:
            _attempt.running = False
        # outside of the handler: the library's message holds the query, and a chained
        # exception would carry it into a traceback
        raise WireError(reason, _attempt.sent)

    def _exchange(self, method, url, **kwargs):
        # a redirect is never followed: it would take the token elsewhere
        with self._session.request(
            method, url, stream=True, allow_redirects=False, **kwargs
        ) as response:
            return response.status_code, response.headers, _body(response)

    def close(self):
        """Close the connections that are idle."""
        self._session.close()


def _body(response):
    """Read the body; None when it is too large or its compression is broken."""
    if response.status_code >= 400:
        return _beginning(response)
    try:
        body = _read(response, ANSWER_LIMIT)
    except requests.exceptions.ContentDecodingError:
        return None
    return body if len(body) <= ANSWER_LIMIT else None


def _beginning(response):
    """Read what there is of an error's body: its status alone says enough."""
    body = bytearray()
    try:
        _read(response, ERROR_LIMIT, body)
    except requests.RequestException:
        _logger.debug("the body of an answer with status >= 400 broke off")
    return bytes(body[:ERROR_LIMIT])


def _read(response, limit, body=None):
    body = bytearray() if body is None else body
    for chunk in response.iter_content(CHUNK):
        body += chunk
        if len(body) > limit:
            return bytes(body)
    announced = response.headers.get("Content-Length", "")
    # urllib3 1 hands out an answer that broke off as if it were whole
    if announced.isdigit() and response.raw.tell() < int(announced):
        raise requests.ConnectionError("the answer broke off")
    return bytes(body)


def _reason(error):
    causes = list(_chain(error))

    def has(*kinds):
        return any(isinstance(cause, kinds) for cause in causes)

    if has(socket.gaierror, requests.exceptions.InvalidURL, LocationParseError):
        return "dns"
    if has(requests.exceptions.SSLError, ssl.SSLError, urllib3.exceptions.SSLError):
        return "tls"
    if has(ConnectionRefusedError):
        return "refused"
    if has(requests.Timeout, urllib3.exceptions.TimeoutError, TimeoutError):
        # a name or an address that cannot be reached is a kind of time-out to urllib3
        return "connection" if _is_unreachable(causes) else "timeout"
    return "connection"


def _is_unreachable(causes):
    return any(
        isinstance(cause, urllib3.exceptions.NewConnectionError) for cause in causes
    )


def _chain(error):
    """Yield an exception and everything that it wraps."""
    todo, seen = [error], set()
    while todo:
        cause = todo.pop()
        if not isinstance(cause, BaseException) or id(cause) in seen:
            continue
        seen.add(id(cause))
        yield cause
        todo += [cause.__cause__, getattr(cause, "reason", None)]
        if isinstance(cause, urllib3.exceptions.HTTPError):
            # urllib3 1 names the cause of a failed connection nowhere else
            todo.append(cause.__context__)
        todo += cause.args
