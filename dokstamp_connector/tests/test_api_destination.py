import os
import socket
from unittest.mock import patch

import requests
from requests.adapters import HTTPAdapter

from odoo.tests import tagged
from odoo.tests.common import _super_send

from ..dokstamp_api import (
    AnswerNotUnderstood,
    Client,
    ClientCredentials,
    OutcomeUnknown,
    RetryLater,
)
from .test_api_common import ScriptedCase, ScriptedServer, reply


class DestinationCase(ScriptedCase):
    """An API, and a server of somebody who would like to hear its secret."""

    def setUp(self):
        super().setUp()
        self.stranger = ScriptedServer()
        self.addCleanup(self.stranger.close)

    def assert_nothing_leaves(self, call=None):
        call = call or (lambda: self.client.students.get("s1"))
        with self.assertRaises(RetryLater) as caught:
            call()
        self.assertEqual(caught.exception.reason, "address")
        self.assertEqual(self.stranger.received, [])
        self.assertEqual(self.stranger.connection_count, 0)


@tagged("post_install", "-at_install")
class TestDestination(DestinationCase):
    """The client compares where a call really leads with the address that it checked,
    because a reader of addresses in between may be another version tomorrow.
    """

    def test_request_that_was_prepared_for_another_server(self):
        prepare = requests.PreparedRequest.prepare_url

        def misread(request, url, params):
            prepare(request, url.replace(self.server.url, self.stranger.url), params)

        with patch.object(requests.PreparedRequest, "prepare_url", misread):
            self.assert_nothing_leaves()
        self.assertEqual(self.server.received, [])

    def test_request_that_was_prepared_for_another_path(self):
        prepare = requests.PreparedRequest.prepare_url

        def misread(request, url, params):
            prepare(request, f"{url}/../elsewhere", params)

        with patch.object(requests.PreparedRequest, "prepare_url", misread):
            self.assert_nothing_leaves()
        self.assertEqual(self.server.received, [])

    def test_connection_that_leads_to_another_server(self):
        name = next(
            name
            for name in ("get_connection_with_tls_context", "get_connection")
            if hasattr(HTTPAdapter, name)
        )

        def misread(adapter, *_args, **_kwargs):
            return adapter.poolmanager.connection_from_url(self.stranger.url)

        with patch.object(HTTPAdapter, name, misread):
            self.assert_nothing_leaves()
            self.client._auth.token = lambda client: "token"
            self.assert_nothing_leaves(lambda: self.client.students.create({"a": 1}))

    def test_redirect_is_not_followed(self):
        for status in (301, 302, 307, 308):
            for target in (
                self.stranger.url,
                f"//127.0.0.1:{self.stranger.server_port}",
            ):
                answer = reply(
                    {}, status, headers={"Location": f"{target}/students/s1"}
                )
                self.server.on("GET", "/students/s1", answer)
                self.server.on("POST", "/students", answer)
                with self.assertRaises(AnswerNotUnderstood):
                    self.client.students.get("s1")
                with self.assertRaises(OutcomeUnknown):
                    self.client.students.create({"name": "Ana"})
        self.assertEqual(self.stranger.connection_count, 0)

    def test_redirect_of_the_token_request_takes_no_secret_along(self):
        answer = reply({}, 307, headers={"Location": self.stranger.url})
        self.server.on("POST", "/oauth/token", answer)
        with self.assertRaises(AnswerNotUnderstood):
            self.client.students.get("s1")
        self.assertEqual(self.stranger.connection_count, 0)

    def test_what_is_not_encrypted_goes_through_no_proxy(self):
        proxies = dict.fromkeys(("http_proxy", "all_proxy"), self.stranger.url)
        with patch.dict(os.environ, {**proxies, "no_proxy": "", "NO_PROXY": ""}):
            self.server.on("GET", "/students/s1", reply({"data": {"uuid": "s1"}}))
            self.client.students.get("s1")
        self.assertEqual(self.stranger.connection_count, 0)


@tagged("post_install", "-at_install")
class TestStaysOutside(DestinationCase):
    """A client that stays outside asks where a name leads, and connects to what it was
    told, not to what is told next.
    """

    @classmethod
    def _request_handler(cls, session, request, /, **kwargs):
        return _super_send(session, request, **kwargs)

    def outcome(self, *answers):
        """What comes of a call to a name that leads to these addresses."""
        client = Client(
            f"https://api.example.com:{self.stranger.server_port}",
            "t",
            ClientCredentials("a", "b"),
            stays_outside=True,
            connect_timeout=0.05,
        )
        self.addCleanup(client.close)
        asked, look_up = [], socket.getaddrinfo

        def told(host, *args, **kwargs):
            if host != "api.example.com":
                return look_up(host, *args, **kwargs)
            asked.append(host)
            found = answers[min(len(asked), len(answers)) - 1]
            return [one for a in found for one in look_up(a, *args, **kwargs)]

        with (
            patch.object(socket, "getaddrinfo", told),
            self.assertRaises(RetryLater) as caught,
        ):
            client.students.get("s1")
        self.assertEqual(self.stranger.connection_count, 0)
        return caught.exception.reason

    def test_a_name_that_leads_inside_is_not_called(self):
        for inside in ("127.0.0.1", "10.0.0.1", "::1", "::ffff:127.0.0.1", "fe80::1"):
            with self.subTest(inside):
                self.assertEqual(self.outcome([inside]), "inside")
                self.assertEqual(self.outcome(["192.0.2.1", inside]), "inside")

    def test_a_name_that_leads_elsewhere_the_next_time_gains_nothing(self):
        # an address of the internet that nobody answers at, and then ours
        reason = self.outcome(["1.0.0.0"], ["127.0.0.1"])
        self.assertIn(reason, ("refused", "connection", "timeout"))


@tagged("post_install", "-at_install")
class TestEncryptedThroughProxy(DestinationCase):
    """A proxy of the environment gets a tunnel to the address that was checked."""

    @classmethod
    def _request_handler(cls, session, request, /, **kwargs):
        return _super_send(session, request, **kwargs)

    def test_proxy_is_asked_for_that_tunnel_and_told_nothing(self):
        client = Client("https://api.example.com", "t", ClientCredentials("a", "b"))
        self.addCleanup(client.close)
        proxies = {"https_proxy": self.stranger.url, "no_proxy": "", "NO_PROXY": ""}
        with (
            patch.dict(os.environ, proxies),
            self.assertRaises(RetryLater) as caught,
        ):
            client.students.get("s1")
        self.assertEqual(caught.exception.reason, "connection")
        self.assertEqual(self.stranger.connection_count, 1)
        self.assertEqual(self.stranger.received, [])


@tagged("post_install", "-at_install")
class TestPathsStay(DestinationCase):
    """Nothing that somebody else named leads a call to another path."""

    NAMES = (
        *(
            "..",
            ".",
            "../courses?a=b",
            "a/b",
            "a/../b",
            "//a.example.com",
            "a?b",
            "a#b",
        ),
        *("@a.example.com", "a\\b", "%2e%2e", "a b", "a\nb", "é", "", None, False, 7),
        "http://a.example.com/",
    )

    def test_uuid_that_is_no_step_of_a_path_is_no_call(self):
        for uuid in self.NAMES:
            for call in (
                self.client.students.get,
                self.client.students.delete,
                lambda uuid: self.client.students.update(uuid, {}),
                self.client.certificates.revoke,
                self.client.courses.attachable_modules,
                lambda uuid: self.client.courses.detach_modules(uuid, ["m1"]),
                lambda uuid: self.client.courses.groups(uuid).get("g1"),
                self.client.files.download,
            ):
                with self.subTest(uuid), self.assertRaises(ValueError):
                    call(uuid)
        self.assertEqual(self.server.received, [])

    def test_path_that_is_none_is_no_call(self):
        for path in (
            *(
                "",
                "/",
                "students",
                "//a.example.com/",
                "/a/../b",
                "/a//b",
                "/a/",
                "/a?b",
            ),
            *("@a.example.com/", ":80@a.example.com/", "/a\\b", "/%2e%2e/a", "/a b"),
            self.stranger.url + "/students",
        ):
            with self.subTest(path):
                with self.assertRaises(ValueError):
                    self.client.request("GET", path)
                with self.assertRaises(ValueError):
                    self.client.request_public("GET", path)
        self.assertEqual(self.server.received, [])

    def test_answer_with_such_a_uuid_is_not_understood(self):
        for uuid in ("..", "../courses", "a?b", "a b"):
            row = {"uuid": uuid, "email": "ana@example.com"}
            self.server.on("POST", "/students", reply({"data": row}, 201))
            self.server.on("GET", "/students", reply({"data": [row]}))
            self.server.on("POST", "/files", reply({"data": [row]}, 201))
            with self.subTest(uuid):
                with self.assertRaises(OutcomeUnknown):
                    self.client.students.create({"email": "ana@example.com"})
                with self.assertRaises(AnswerNotUnderstood):
                    self.client.students.find(email="ana@example.com")
                with self.assertRaises(OutcomeUnknown):
                    self.client.files.upload([("a.pdf", b"%PDF", "application/pdf")])
