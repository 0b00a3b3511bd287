"""Connections that know where they lead, whether a request has left, and when to end.

`requests` tells that a call failed, not whether the server can have seen it. The
classes below note when the first byte of a request leaves, because that decides
between "try again" and "look first". And they compare where they lead with the address
that was checked: what reads an address in between may be another version tomorrow.
"""

import http.client
import io
import logging
import math
import socket
import threading
import time

import urllib3
from requests.adapters import HTTPAdapter

from .address import is_outside


class Misdirected(Exception):
    """The request would go elsewhere than to the address that was checked.

    :param str reason: one of `errors.REASONS`
    """

    def __init__(self, reason="address"):
        super().__init__(reason)
        self.reason = reason


class _Attempt(threading.local):
    """What the thread's present attempt is up to."""

    url = None
    origin = None
    running = False
    sent = False
    stays_outside = False
    seconds = math.inf


attempt = _Attempt()


def _is_not_ours(_record):
    return not attempt.running


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
        if attempt.seconds < math.inf:
            raw = self.fp.detach()
            self.fp = io.BufferedReader(_BoundedReader(raw, sock, attempt.seconds))


class _Watched:
    """Leads where it should, and notes when the request starts to leave."""

    response_class = _BoundedResponse

    def connect(self):
        self._check_destination()
        try:
            super().connect()
        finally:
            # what a tunnel through a proxy says to the proxy is no part of the request
            attempt.sent = False

    def send(self, data):
        if self.sock is None and self.auto_open:
            self.connect()
        self._check_destination()
        attempt.sent = True
        super().send(data)

    def _new_conn(self):
        """Connect; where the call must stay outside, to addresses of the internet
        alone, whatever the name leads to and will lead to in a moment.
        """
        if not attempt.stays_outside or self._tunnel_host:
            return super()._new_conn()
        name = self._dns_host
        try:
            return self._connected_to(_outside(name, self.port))
        finally:
            self._dns_host = name

    def _connected_to(self, addresses):
        for place, address in enumerate(addresses, 1):
            self._dns_host = address
            try:
                return super()._new_conn()
            except urllib3.exceptions.HTTPError:
                if place == len(addresses):
                    raise
        raise Misdirected

    def _check_destination(self):
        host, port = self.host, self.port
        if self._tunnel_host:  # these are a proxy's
            host, port = self._tunnel_host, self._tunnel_port
        scheme, allowed_host, allowed_port = attempt.origin
        allowed = scheme, allowed_host.strip("[]"), allowed_port
        if (self.scheme, host.strip("[]"), port) != allowed:
            raise Misdirected


def _outside(name, port):
    """Return the addresses of a name.

    :raise Misdirected: one of them is inside
    :raise OSError: there is no such name
    """
    found = socket.getaddrinfo(name.strip("[]"), port, type=socket.SOCK_STREAM)
    addresses = [place[0] for *_kind, place in found]
    if not all(is_outside(one.partition("%")[0]) for one in addresses):
        raise Misdirected("inside")
    return addresses


class _HTTPConnection(_Watched, urllib3.connection.HTTPConnection):
    scheme = "http"


class _HTTPSConnection(_Watched, urllib3.connection.HTTPSConnection):
    scheme = "https"


class _HTTPPool(urllib3.HTTPConnectionPool):
    ConnectionCls = _HTTPConnection


class _HTTPSPool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _HTTPSConnection


_POOLS = {"http": _HTTPPool, "https": _HTTPSPool}


class Adapter(HTTPAdapter):
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
            attempt.sent = True
        else:
            manager.pool_classes_by_scheme = _POOLS
        return manager

    def send(self, request, **kwargs):
        if request.url.partition("?")[0] != attempt.url:
            raise Misdirected
        kwargs["timeout"] = self._timeout
        return super().send(request, **kwargs)
