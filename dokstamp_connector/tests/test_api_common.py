"""What the client's tests stand on: the sandbox, and a server that plays a script.

The script is for what the sandbox never would answer.
"""

import json
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from odoo.tests import BaseCase

from ..dokstamp_api import Client, ClientCredentials
from .sandbox import Sandbox

TOKEN_PATH = "/oauth/token"


@dataclass
class Request:
    """What arrived."""

    method: str
    path: str
    query: dict
    headers: dict
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)


def reply(content=None, status=200, *, headers=(), body=None, claim=0):
    """Answer with JSON or, if `body` is given, with those bytes.

    :param claim: bytes that the answer announces and does not bring
    """

    def act(handler):
        sent = json.dumps(content).encode() if body is None else body
        handler.send_response(status)
        for name, value in dict(headers).items():
            handler.send_header(name, value)
        if status == 204:
            sent = b""
        else:
            handler.send_header("Content-Length", str(len(sent) + claim))
        handler.end_headers()
        handler.wfile.write(sent)
        handler.close_connection = bool(claim)

    return act


def chunked(body, *, whole=True):
    """Answer in chunks of a few bytes; without the last one unless `whole`."""

    def act(handler):
        handler.send_response(200)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        for start in range(0, len(body), 7):
            chunk = body[start : start + 7]
            handler.wfile.write(b"%x\r\n%s\r\n" % (len(chunk), chunk))
        if whole:
            handler.wfile.write(b"0\r\n\r\n")
        handler.close_connection = not whole

    return act


def html(status=200):
    """Answer as a proxy on the way does."""
    page = b"<html><body>Welcome to the guest network</body></html>"
    return reply(status=status, body=page, headers={"Content-Type": "text/html"})


def hang_up(handler):
    """Close the connection without an answer."""
    handler.close_connection = True


def trickle(handler):
    """Answer a byte at a time, never too slow for a read time-out, without end."""
    handler.send_response(200)
    handler.end_headers()
    handler.close_connection = True
    while not handler.server.stopped.wait(0.05):
        try:
            handler.wfile.write(b" ")
        except OSError:
            return


def silence(handler):
    """Read the request and never answer it."""
    handler.server.stopped.wait(30)
    handler.close_connection = True


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def _answer(self):
        url = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        request = Request(
            self.command, url.path, parse_qs(url.query), dict(self.headers), body
        )
        self.server.script(request, self)

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _answer

    def setup(self):
        super().setup()
        self.server.connection_count += 1

    def log_message(self, *_args):
        """Keep the test log clean."""


class ScriptedServer(ThreadingHTTPServer):
    """Answers each path with its list of replies in turn; the last one stays."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.stopped = threading.Event()
        self.connection_count = 0
        self.received = []
        self._replies = {}
        self._lock = threading.Lock()
        self._token_count = 0
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    def on(self, method, path, *replies):
        self._replies[method, path] = list(replies)

    def script(self, request, handler):
        with self._lock:
            self.received.append(request)
            replies = self._replies.get((request.method, request.path))
            if not replies:
                act = self._default(request)
            else:
                act = replies.pop(0) if len(replies) > 1 else replies[0]
        act(handler)

    def _default(self, request):
        if request.path != TOKEN_PATH:
            return reply({"message": "Resource not found."}, 404)
        self._token_count += 1
        token = f"token-{self._token_count}"
        return reply({"access_token": token, "expires_in": 43200})

    def calls(self, path=None):
        """Return what arrived, without the requests for tokens unless asked for."""
        return [
            request
            for request in self.received
            if (request.path == path if path else request.path != TOKEN_PATH)
        ]

    def close(self):
        self.stopped.set()
        self.shutdown()
        self.server_close()


class ScriptedCase(BaseCase):
    """A test with a scripted server and a client of it."""

    def setUp(self):
        super().setUp()
        self.server = ScriptedServer()
        self.addCleanup(self.server.close)
        self.client = self.new_client()

    def new_client(self, auth=None, **options):
        auth = auth or ClientCredentials("demo-client", "demo-secret")
        client = Client(self.server.url, "demo-school", auth, **options)
        self.addCleanup(client.close)
        return client


class SandboxCase(BaseCase):
    """A test with an empty sandbox and a client of its demo school."""

    def setUp(self):
        super().setUp()
        self.sandbox = Sandbox()
        self.sandbox.reset()
        self.client = self.new_client()

    def new_client(self, auth=None, tenant="demo-school", **options):
        auth = auth or ClientCredentials("demo-client", "demo-secret")
        client = Client(self.sandbox.url, tenant, auth, **options)
        self.addCleanup(client.close)
        return client

    def last_call(self):
        """Return method, path and status of the last request as one line."""
        row = self.sandbox.requests()[-1]
        return f"{row['method']} {row['path']} {row['status']}"
