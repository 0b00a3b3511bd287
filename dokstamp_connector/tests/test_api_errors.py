import gzip
import inspect
import os
import socket
import time
import traceback
from unittest.mock import patch

import requests

from odoo.tests import BaseCase, tagged
from odoo.tests.common import _super_send

from .. import dokstamp_api
from ..dokstamp_api import (
    AnswerNotUnderstood,
    Client,
    ClientCredentials,
    DokStampError,
    NeedsNewToken,
    NotAllowed,
    NotFound,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    RetryLater,
)
from .test_api_common import (
    ScriptedCase,
    chunked,
    hang_up,
    html,
    reply,
    silence,
    trickle,
)

EMAIL = "ana.almeida@example.com"
STUDENT = {"name": "Ana Almeida", "email": EMAIL, "date_of_birth": "2001-02-03"}


class ErrorCase(ScriptedCase):
    def create_fails(self, kind, *replies, client=None):
        """Script `POST /students`, create a student, return the error."""
        if replies:
            self.server.on("POST", "/students", *replies)
        with self.assertRaises(DokStampError) as caught:
            (client or self.client).students.create(STUDENT)
        self.assertIs(type(caught.exception), kind)
        return caught.exception

    def read_fails(self, kind, *replies, client=None):
        """Script `GET /students/s1`, read it, return the error."""
        if replies:
            self.server.on("GET", "/students/s1", *replies)
        with self.assertRaises(DokStampError) as caught:
            (client or self.client).students.get("s1")
        self.assertIs(type(caught.exception), kind)
        return caught.exception


@tagged("post_install", "-at_install")
class TestStatuses(ErrorCase):
    def test_validation_error_is_rejected_with_the_field_messages(self):
        body = {
            "success": False,
            "message": "The given data was invalid.",
            "errors": {
                "email": ["The email has already been taken."],
                "name": "Short.",
            },
        }
        error = self.create_fails(Rejected, reply(body, 422))
        self.assertEqual(
            error.field_messages,
            {"email": ["The email has already been taken."], "name": ["Short."]},
        )
        self.assertEqual(error.server_message, "The given data was invalid.")

    def test_other_4xx_are_rejected(self):
        for status in (400, 402, 405, 409, 410, 413, 415, 418, 422, 451):
            error = self.create_fails(Rejected, reply({"message": "no"}, status))
            self.assertEqual(error.status, status)
            self.assertEqual(error.field_messages, {})

    def test_403_is_not_allowed_and_404_is_not_found(self):
        for status, kind in ((403, NotAllowed), (404, NotFound)):
            for body in ({"success": False, "message": "x"}, {"message": "x"}, {}, [1]):
                self.create_fails(kind, reply(body, status))
                self.read_fails(kind, reply(body, status))

    def test_429_is_rate_limited_on_reading_and_writing(self):
        self.read_fails(RateLimited, reply({}, 429))
        error = self.create_fails(RateLimited, reply({}, 429))
        self.assertEqual((error.reason, error.delay), ("rate_limit", None))

    def test_5xx_is_retried_after_reading_and_unknown_after_writing(self):
        for status in (500, 502, 503, 504, 520):
            self.assertEqual(
                self.read_fails(RetryLater, reply({}, status)).reason, "server"
            )
            self.assertEqual(
                self.create_fails(OutcomeUnknown, reply({}, status)).reason, "server"
            )

    def test_gateway_timeout_status_408_counts_as_a_timeout(self):
        self.assertEqual(self.read_fails(RetryLater, html(408)).reason, "timeout")
        self.assertEqual(self.create_fails(OutcomeUnknown, html(408)).reason, "timeout")

    def test_retry_after_in_seconds(self):
        later = reply({}, 429, headers={"Retry-After": "17"})
        self.assertEqual(self.create_fails(RateLimited, later).delay, 17)
        broken = reply({}, 503, headers={"Retry-After": "17"})
        self.assertEqual(self.create_fails(OutcomeUnknown, broken).delay, 17)

    def test_retry_after_as_a_date(self):
        headers = {"Retry-After": "Fri, 31 Dec 2199 23:59:59 GMT"}
        error = self.read_fails(RetryLater, reply({}, 503, headers=headers))
        self.assertEqual(error.delay, 24 * 3600)

    def test_unreadable_retry_after_is_no_delay(self):
        headers = {"Retry-After": "in a while"}
        self.assertIsNone(
            self.read_fails(RetryLater, reply({}, 503, headers=headers)).delay
        )

    def test_401_in_spite_of_a_fresh_token_needs_somebody(self):
        error = self.create_fails(NeedsNewToken, reply({"message": "x"}, 401))
        self.assertEqual(error.status, 401)

    def test_redirect_is_not_followed(self):
        headers = {"Location": self.server.url + "/elsewhere"}
        self.read_fails(AnswerNotUnderstood, reply({}, 302, headers=headers))
        self.create_fails(OutcomeUnknown, reply({}, 307, headers=headers))
        self.assertEqual(self.server.calls("/elsewhere"), [])

    def test_error_page_of_a_proxy_is_judged_by_its_status(self):
        self.create_fails(Rejected, html(422))
        self.create_fails(OutcomeUnknown, html(502))
        self.read_fails(RetryLater, html(502))
        self.read_fails(NotAllowed, html(403))

    def test_huge_error_body_is_cut(self):
        body = {"message": "x" * 10_000_000, "errors": {}}
        error = self.create_fails(Rejected, reply(body, 422))
        self.assertIsNone(error.server_message)
        body = {"message": "x" * 5_000, "errors": {f"f{n}": "y" for n in range(999)}}
        error = self.create_fails(Rejected, reply(body, 422))
        self.assertLessEqual(len(error.server_message), 500)
        self.assertLessEqual(len(error.field_messages), 100)

    def test_error_body_that_breaks_off_still_counts_by_its_status(self):
        self.create_fails(Rejected, reply({}, 422, claim=1000))

    def test_error_says_where_it_comes_from(self):
        answer = reply({}, 422, headers={"X-Request-Id": "req-7"})
        error = self.create_fails(Rejected, answer)
        self.assertEqual(
            (error.method, error.path, error.status, error.request_id),
            ("POST", "/students", 422, "req-7"),
        )
        self.assertIn("422", str(error))
        self.assertIn("POST /students", str(error))


@tagged("post_install", "-at_install")
class TestUnreadableAnswers(ErrorCase):
    unreadable = (
        html(),
        reply(body=b'{"data": {"uuid": "s1", "na'),
        reply(body=b""),
        reply(body=b"\xff\xfe\x00"),
        reply(body=b"[" * 100_000),
        reply(body=b"null"),
        reply({"success": True}),
        reply({"data": []}),
        reply(status=204),
        reply(body=b"no gzip", headers={"Content-Encoding": "gzip"}),
    )

    def test_unreadable_answer_to_a_reading_call_is_not_understood(self):
        for answer in self.unreadable:
            self.read_fails(AnswerNotUnderstood, answer)

    def test_unreadable_answer_to_a_create_is_an_unknown_outcome(self):
        for answer in self.unreadable:
            self.create_fails(OutcomeUnknown, answer)

    def test_create_without_uuid_is_an_unknown_outcome(self):
        for row in ({}, {"uuid": None}, {"uuid": ""}, {"uuid": 17}):
            self.create_fails(OutcomeUnknown, reply({"data": row}, 201))

    def test_change_without_content_in_the_answer_is_fine(self):
        for answer in (reply(status=204), reply(body=b""), reply({"success": True})):
            for method in ("PATCH", "DELETE"):
                self.server.on(method, "/students/s1", answer)
            self.assertIsNone(self.client.students.update("s1", {"name": "Ana"}))
            self.assertIsNone(self.client.students.delete("s1"))

    def test_page_of_a_proxy_after_a_change_is_an_unknown_outcome(self):
        for method in ("PATCH", "DELETE"):
            self.server.on(method, "/students/s1", html())
        students = self.client.students
        with self.assertRaises(OutcomeUnknown):
            students.update("s1", {"name": "Ana"})
        with self.assertRaises(OutcomeUnknown):
            students.delete("s1")

    def test_revocation_without_a_certificate_in_the_answer_is_unknown(self):
        self.server.on("PUT", "/certificates/c1/revoke", reply({"success": True}))
        with self.assertRaises(OutcomeUnknown):
            self.client.certificates.revoke("c1")

    def test_upload_needs_a_uuid_for_each_file(self):
        files = [("a.pdf", b"%PDF-a", "application/pdf"), ("b.pdf", b"b", "text/plain")]
        for rows in (None, [], [{"uuid": "f1"}], [{"uuid": "f1"}, {"size": 3}]):
            self.server.on("POST", "/files", reply({"data": rows}, 201))
            with self.assertRaises(OutcomeUnknown):
                self.client.files.upload(files)

    def test_good_json_with_a_wrong_content_type_is_accepted(self):
        for kind in ("text/html; charset=utf-8", "text/plain", "application/pdf"):
            answer = reply({"data": {"uuid": "s1"}}, headers={"Content-Type": kind})
            self.server.on("GET", "/students/s1", answer)
            self.assertEqual(self.client.students.get("s1"), {"uuid": "s1"})

    def test_success_key_is_ignored(self):
        for extra in ({}, {"success": True}, {"success": False}, {"success": None}):
            self.server.on("POST", "/students", reply({"data": {"uuid": "s"}, **extra}))
            self.assertEqual(self.client.students.create(STUDENT), {"uuid": "s"})

    def test_answer_in_chunks_is_read(self):
        body = b'{"data": {"uuid": "s1"}}'
        self.server.on("GET", "/students/s1", chunked(body), chunked(body, whole=False))
        self.assertEqual(self.client.students.get("s1"), {"uuid": "s1"})
        self.read_fails(RetryLater)

    def test_compressed_answer_is_read(self):
        body = gzip.compress(b'{"data": {"uuid": "s1"}}')
        answer = reply(body=body, headers={"Content-Encoding": "gzip"})
        self.server.on("GET", "/students/s1", answer)
        self.assertEqual(self.client.students.get("s1"), {"uuid": "s1"})


@tagged("post_install", "-at_install")
class TestBrokenConnections(ErrorCase):
    def test_timeout_after_create_is_an_unknown_outcome(self):
        client = self.new_client(read_timeout=0.3)
        start = time.monotonic()
        error = self.create_fails(OutcomeUnknown, silence, client=client)
        self.assertEqual(error.reason, "timeout")
        # Odoo's test base stretches short time-outs; the client's own hold
        self.assertLess(time.monotonic() - start, 5)

    def test_timeout_of_a_reading_call_is_retried(self):
        client = self.new_client(read_timeout=0.3)
        error = self.read_fails(RetryLater, silence, client=client)
        self.assertEqual(error.reason, "timeout")

    def test_answer_that_trickles_for_ever_ends_in_a_timeout(self):
        client = self.new_client(read_timeout=0.3)
        self.assertEqual(
            self.create_fails(OutcomeUnknown, trickle, client=client).reason, "timeout"
        )
        self.assertEqual(
            self.read_fails(RetryLater, trickle, client=client).reason, "timeout"
        )

    def test_connection_dropped_after_create_is_an_unknown_outcome(self):
        error = self.create_fails(OutcomeUnknown, hang_up)
        self.assertEqual(error.reason, "connection")
        self.assertEqual(self.read_fails(RetryLater, hang_up).reason, "connection")

    def test_answer_that_breaks_off(self):
        broken = reply({"data": {"uuid": "s1"}}, claim=100)
        self.assertEqual(self.create_fails(OutcomeUnknown, broken).reason, "connection")
        self.assertEqual(self.read_fails(RetryLater, broken).reason, "connection")

    def test_failed_call_is_never_repeated_by_the_client(self):
        self.create_fails(OutcomeUnknown, hang_up)
        self.create_fails(OutcomeUnknown, reply({}, 500))
        self.create_fails(RateLimited, reply({}, 429))
        self.assertEqual(len(self.server.calls("/students")), 3)

    def test_next_call_after_a_broken_one_works(self):
        self.create_fails(OutcomeUnknown, hang_up)
        self.server.on("POST", "/students", reply({"data": {"uuid": "s1"}}, 201))
        self.assertEqual(self.client.students.create(STUDENT), {"uuid": "s1"})


@tagged("post_install", "-at_install")
class TestNothingWasSent(BaseCase):
    """Connections that never came to be: a create may be tried again without a look."""

    @classmethod
    def _request_handler(cls, s, r, /, **kw):
        # Odoo's test base would stop what does not go to 127.0.0.1 before it fails
        return _super_send(s, r, **kw)

    def create_reason(self, url):
        # the token is at hand, so that it is the create that fails
        auth = ClientCredentials("demo-client", "demo-secret")
        auth.token = lambda client: "token"
        client = Client(url, "t", auth, connect_timeout=0.3, read_timeout=0.3)
        self.addCleanup(client.close)
        with self.assertRaises(RetryLater) as caught:
            client.students.create(STUDENT)
        self.assertEqual(caught.exception.method, "POST")
        self.assertEqual(caught.exception.path, "/students")
        return caught.exception.reason

    def listen(self, backlog):
        listener = socket.socket()
        self.addCleanup(listener.close)
        listener.bind(("127.0.0.1", 0))
        listener.listen(backlog)
        return listener.getsockname()[1]

    def test_unknown_host(self):
        self.assertEqual(self.create_reason("https://no-such-host.invalid"), "dns")

    def test_closed_port(self):
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            port = unused.getsockname()[1]
            self.assertEqual(self.create_reason(f"http://127.0.0.1:{port}"), "refused")

    def test_tls_handshake_that_never_ends(self):
        port = self.listen(5)
        self.assertEqual(self.create_reason(f"https://127.0.0.1:{port}"), "timeout")

    def test_connection_that_nobody_accepts(self):
        port = self.listen(0)
        waiting = [socket.socket() for _connection in range(4)]
        for connection in waiting:
            self.addCleanup(connection.close)
            connection.setblocking(False)
            connection.connect_ex(("127.0.0.1", port))
        self.assertEqual(self.create_reason(f"http://127.0.0.1:{port}"), "timeout")


@tagged("post_install", "-at_install")
class TestProxies(ErrorCase):
    """A proxy named in the environment is used."""

    _request_handler = TestNothingWasSent._request_handler

    def setUp(self):
        super().setUp()
        proxies = dict.fromkeys(("http_proxy", "https_proxy"), self.server.url)
        no_exception = {"no_proxy": "", "NO_PROXY": ""}
        environment = patch.dict(os.environ, {**proxies, **no_exception})
        environment.start()
        self.addCleanup(environment.stop)

    def client_of(self, url):
        client = Client(url, "t", ClientCredentials("a", "b"))
        client._auth.token = lambda client: "token"
        self.addCleanup(client.close)
        return client

    def test_create_that_the_proxy_let_not_out_was_not_sent(self):
        # the scripted server knows no CONNECT
        client = self.client_of("https://api.example.com")
        error = self.create_fails(RetryLater, client=client)
        self.assertEqual((error.reason, error.path), ("connection", "/students"))
        self.assertEqual(self.server.received, [])


@tagged("post_install", "-at_install")
class TestTls(ErrorCase):
    def test_server_that_speaks_no_tls(self):
        url = self.server.url.replace("http:", "https:")
        client = Client(url, "t", ClientCredentials("a", "b"))
        self.addCleanup(client.close)
        self.assertEqual(self.create_fails(RetryLater, client=client).reason, "tls")


@tagged("post_install", "-at_install")
class TestErrorsArePrivate(ErrorCase):
    def everything_about(self, call):
        """Return all that a log would hold of a failed call, locals left aside."""
        with (
            self.assertLogs(dokstamp_api.__name__, level="DEBUG") as logs,
            self.assertNoLogs("urllib3", level="DEBUG"),
            self.assertRaises(DokStampError) as caught,
        ):
            call()
        # assertRaises takes the frames away, the chain of exceptions stays
        story = traceback.format_exception(caught.exception)
        return "\n".join([*story, str(caught.exception), *logs.output])

    def test_no_error_and_no_log_line_holds_personal_data_or_a_token(self):
        gossip = {"message": EMAIL, "errors": {EMAIL: [EMAIL]}}
        replies = (reply(gossip, 422), reply(gossip, 500), reply(gossip, 404), hang_up)
        for answer in (*replies, html(), reply(gossip)):
            self.server.on("GET", "/students", answer)
            self.server.on("POST", "/students", answer)
            for call in (
                lambda: self.client.students.find(email=EMAIL),
                lambda: self.client.students.create(STUDENT),
            ):
                story = self.everything_about(call)
                for secret in ("almeida", "Almeida", "token-1", "demo-secret", "where"):
                    self.assertNotIn(secret, story)
                self.assertIn("/students", story)

    def test_library_log_lines_of_other_code_stay(self):
        with self.assertLogs("urllib3.connectionpool", level="DEBUG"):
            requests.get(self.server.url + "/other", timeout=10)

    def test_every_error_of_the_tree_is_exported(self):
        kinds = [
            kind
            for _name, kind in inspect.getmembers(dokstamp_api.errors, inspect.isclass)
            if not kind.__name__.startswith("_")
        ]
        self.assertEqual(len(kinds), 11)
        for kind in kinds:
            self.assertTrue(issubclass(kind, DokStampError))
            self.assertIs(getattr(dokstamp_api, kind.__name__), kind)
