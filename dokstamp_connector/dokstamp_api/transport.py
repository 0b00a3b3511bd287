"""The wire: one request out, its whole answer in, or why there is none."""

import http.cookiejar
import logging
import socket
import ssl
from json import dumps

import requests
import urllib3
from requests.auth import AuthBase
from urllib3.exceptions import LocationParseError

from .address import is_of_the_internet
from .connections import Adapter, Misdirected, attempt

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

    :param Address address: of the API
    :param int pool_size: connections
    :param float connect_timeout: seconds
    :param float read_timeout: seconds without a byte; a whole answer gets `PATIENCE`
        times as long
    :param str user_agent: header
    :param bool stays_outside: nothing inside of a network of one's own is called
    """

    def __init__(
        self,
        address,
        pool_size,
        connect_timeout,
        read_timeout,
        user_agent,
        *,
        stays_outside=False,
    ):
        self._address = address
        self._stays_outside = stays_outside
        self._answer_seconds = PATIENCE * read_timeout
        self._session = requests.Session()
        # a proxy of the environment is told what is not encrypted
        self._session.trust_env = address.scheme == "https"
        self._session.headers.update(
            {"Accept": "application/json", "User-Agent": user_agent}
        )
        self._session.cookies.set_policy(
            http.cookiejar.DefaultCookiePolicy(allowed_domains=[])
        )
        adapter = Adapter(
            (connect_timeout, read_timeout),
            pool_connections=2,
            pool_maxsize=pool_size,
            pool_block=True,
        )
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)

    def send(self, method, path, *, token=None, json=None, **kwargs):
        """Send one request and read its answer to the end.

        :param str path: below the address
        :param token: bearer token; None: no ``Authorization`` at all
        :param json: values of a JSON body
        :param kwargs: as `requests` takes them: headers, params, data, files
        :return: status, headers, body
        :rtype: tuple(int, Mapping, bytes or None)
        :raise WireError: there is no complete answer
        :raise ValueError: the values cannot be written as JSON, or the path is none
        """
        attempt.url = self._address.below(path)
        attempt.origin = self._address.origin
        if json is not None:
            kwargs["data"] = dumps(json, allow_nan=False).encode()
            kwargs["headers"] = {**kwargs.get("headers", {}), **JSON_BODY}
        if self._stays_outside and not is_of_the_internet(self._address.host):
            raise WireError("inside", sent=False)
        attempt.running, attempt.sent = True, False
        attempt.stays_outside = self._stays_outside
        attempt.seconds = self._answer_seconds
        try:
            return self._exchange(
                method, attempt.url, auth=_Authorization(token), **kwargs
            )
        except Misdirected as error:
            reason = error.reason
        except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
            reason = _reason(error)
        finally:
            attempt.running = False
        # outside of the handler: the library's message holds the query, and a chained
        # exception would carry it into a traceback
        raise WireError(reason, attempt.sent)

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
