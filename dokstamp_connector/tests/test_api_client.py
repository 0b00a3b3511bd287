import os
import tempfile
import threading
from datetime import datetime, timezone
from unittest.mock import patch

from odoo.tests import BaseCase, tagged

from ..dokstamp_api import (
    Client,
    ClientCredentials,
    NotAllowed,
    OutcomeUnknown,
    RateLimit,
    Rejected,
    RetryLater,
)
from .test_api_common import TOKEN_PATH, ScriptedCase, hang_up, html, reply

ROW = reply({"data": {"uuid": "s1"}})


@tagged("post_install", "-at_install")
class TestHeaders(ScriptedCase):
    def setUp(self):
        super().setUp()
        self.server.on("GET", "/students/s1", ROW)
        self.server.on("POST", "/students", ROW)

    def test_every_resource_call_bears_tenant_token_and_accept(self):
        self.client.students.get("s1")
        self.client.students.create({"name": "Ana"})
        for call in self.server.calls():
            self.assertEqual(call.headers["X-Tenant"], "demo-school")
            self.assertEqual(call.headers["Authorization"], "Bearer token-1")
            self.assertEqual(call.headers["Accept"], "application/json")
            self.assertEqual(call.headers["User-Agent"], "dokstamp-connector-odoo/19.0")
        self.assertEqual(call.headers["Content-Type"], "application/json")

    def test_netrc_of_the_user_does_not_replace_the_token(self):
        with tempfile.NamedTemporaryFile("w", suffix=".netrc") as netrc:
            netrc.write("machine 127.0.0.1 login ana password hidden\n")
            netrc.flush()
            with patch.dict(os.environ, {"NETRC": netrc.name}):
                self.server.on("GET", "/files/f1/download", reply(body=b"%PDF"))
                self.client.students.get("s1")
                self.client.files.download("f1")
        read, download = self.server.calls()
        self.assertEqual(read.headers["Authorization"], "Bearer token-1")
        self.assertNotIn("Authorization", download.headers)

    def test_cookies_are_not_kept(self):
        cookie = {"Set-Cookie": "session=1; Path=/"}
        self.server.on("GET", "/students/s1", reply({"data": {}}, headers=cookie))
        self.client.students.get("s1")
        self.client.students.get("s1")
        self.assertNotIn("Cookie", self.server.calls()[-1].headers)

    def test_base_url_may_have_a_path(self):
        client = Client(
            self.server.url + "/dokstamp/", "t", ClientCredentials("a", "b")
        )
        self.addCleanup(client.close)
        self.server.on("POST", "/dokstamp" + TOKEN_PATH, reply({"access_token": "t"}))
        self.server.on("GET", "/dokstamp/students/s1", ROW)
        self.assertEqual(client.students.get("s1"), {"uuid": "s1"})

    def test_empty_uuid_is_no_call(self):
        for uuid in (None, "", False):
            with self.assertRaises(ValueError):
                self.client.students.delete(uuid)
        self.assertEqual(self.server.received, [])

    def test_value_that_is_no_json_is_no_call(self):
        with self.assertRaises(ValueError):
            self.client.enrollments.create({"grade": float("nan")})
        self.assertEqual(self.server.calls(), [])


@tagged("post_install", "-at_install")
class TestAddresses(BaseCase):
    def client(self, base_url="https://api.example.com", tenant="demo-school"):
        return Client(base_url, tenant, ClientCredentials("a", "b"))

    def test_https_is_needed_except_on_loopback(self):
        for url in ("http://127.0.0.1:8099", "http://localhost", "https://example.com"):
            self.client(url).close()
        with self.assertRaises(ValueError):
            self.client("http://api.example.com")

    def test_tenant_that_is_no_slug(self):
        for tenant in ("", None, "my school", "escola-é", "a\nX-Evil: b"):
            with self.assertRaises(ValueError):
                self.client(tenant=tenant)


@tagged("post_install", "-at_install")
class TestConnections(ScriptedCase):
    def test_connection_is_kept_alive(self):
        self.server.on("GET", "/students/s1", ROW)
        for _call in range(5):
            self.client.students.get("s1")
        self.assertEqual(self.server.connection_count, 1)

    def test_connection_that_the_server_closed_meanwhile_is_replaced(self):
        def last(handler):
            ROW(handler)
            handler.close_connection = True

        self.server.on("GET", "/students/s1", last)
        for _call in range(3):
            self.client.students.get("s1")
            # the end of the connection arrives a moment after the answer
            threading.Event().wait(0.05)
        self.assertEqual(len(self.server.calls()), 3)

    def test_threads_share_at_most_pool_size_connections(self):
        def slow(handler):
            handler.server.stopped.wait(0.02)
            ROW(handler)

        self.server.on("GET", "/students/s1", slow)
        client = self.new_client(pool_size=3)
        threads = [
            threading.Thread(target=client.students.get, args=("s1",))
            for _thread in range(12)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
        self.assertEqual(len(self.server.calls()), 12)
        self.assertLessEqual(self.server.connection_count, 3)

    def test_every_request_waits_for_the_rate_limit(self):
        waits = []
        limit = RateLimit(None)
        limit.wait = lambda: waits.append(len(self.server.received))
        self.server.on("GET", "/students/s1", ROW)
        client = self.new_client(rate_limit=limit)
        client.students.get("s1")
        client.observed_by(lambda call: None).students.get("s1")
        self.assertEqual(waits, [0, 1, 2])


@tagged("post_install", "-at_install")
class TestObserver(ScriptedCase):
    def setUp(self):
        super().setUp()
        self.calls = []
        self.observed = self.client.observed_by(self.calls.append)

    def test_call_is_reported(self):
        before = datetime.now(timezone.utc)
        self.server.on(
            "POST",
            "/students",
            reply({"data": {"uuid": "s1"}}, 201, headers={"X-Request-ID": "req-1"}),
        )
        self.observed.students.create({"name": "Ana"})
        (call,) = self.calls
        self.assertEqual(
            (call.method, call.path, call.status, call.request_id, call.wrote),
            ("POST", "/students", 201, "req-1", True),
        )
        self.assertTrue(before <= call.started_at <= datetime.now(timezone.utc))
        self.assertIsInstance(call.duration_ms, int)

    def test_reading_call_is_reported_without_its_query(self):
        self.server.on("GET", "/students", reply({"data": []}))
        self.observed.students.find(email="ana@example.com")
        (call,) = self.calls
        self.assertFalse(call.wrote)
        self.assertEqual(call.path, "/students")
        self.assertNotIn("ana@example.com", repr(call))

    def test_failed_calls_are_reported_too(self):
        self.server.on("POST", "/students", reply({}, 422), hang_up, html())
        for kind in (Rejected, OutcomeUnknown, OutcomeUnknown):
            with self.assertRaises(kind):
                self.observed.students.create({"name": "Ana"})
        self.assertEqual([call.status for call in self.calls], [422, None, 200])

    def test_both_attempts_around_a_refused_token_are_reported(self):
        self.server.on("GET", "/students/s1", reply({}, 401), ROW)
        self.observed.students.get("s1")
        self.assertEqual([call.status for call in self.calls], [401, 200])

    def test_failed_token_request_is_not_reported(self):
        self.server.on("POST", TOKEN_PATH, reply({}, 500))
        with self.assertRaises(RetryLater):
            self.observed.students.get("s1")
        self.assertEqual(self.calls, [])

    def test_copy_shares_token_connection_and_nothing_of_the_observer(self):
        self.server.on("GET", "/students/s1", ROW)
        others = []
        self.client.observed_by(others.append).students.get("s1")
        self.observed.students.get("s1")
        self.client.students.get("s1")
        self.assertEqual((len(others), len(self.calls)), (1, 1))
        self.assertEqual(len(self.server.calls(TOKEN_PATH)), 1)
        self.assertEqual(self.server.connection_count, 1)


@tagged("post_install", "-at_install")
class TestDownload(ScriptedCase):
    path = "/files/f1/download"

    def test_content_arrives_byte_by_byte_as_it_is(self):
        content = bytes(range(256)) * 1000
        self.server.on("GET", self.path, reply(body=content))
        self.assertEqual(self.client.files.download("f1"), content)

    def test_no_token_is_asked_for_or_sent(self):
        self.server.on("GET", self.path, reply(body=b"%PDF"))
        self.client.files.download("f1")
        (call,) = self.server.received
        self.assertNotIn("Authorization", call.headers)
        self.assertEqual(call.headers["X-Tenant"], "demo-school")

    def test_refused_download_asks_for_no_token_either(self):
        self.server.on("GET", self.path, reply({"message": "no"}, 401))
        with self.assertRaises(NotAllowed):
            self.client.files.download("f1")
        self.assertEqual(len(self.server.received), 1)

    def test_download_that_breaks_off_is_never_a_shorter_file(self):
        self.server.on("GET", self.path, reply(body=b"%PDF-1.7 half", claim=500))
        with self.assertRaises(RetryLater):
            self.client.files.download("f1")
