import json
import threading
from urllib.parse import parse_qs

from odoo.tests import tagged

from ..dokstamp_api import (
    AnswerNotUnderstood,
    ClientCredentials,
    CredentialsRefused,
    NeedsNewToken,
    NotFound,
    PasswordLogin,
    RateLimited,
    RetryLater,
)
from .test_api_common import TOKEN_PATH, ScriptedCase, hang_up, html, reply

EMAIL, PASSWORD = "integration@example.com", "demo-password"
UNAUTHENTICATED = reply({"message": "Unauthenticated."}, 401)
ROW = reply({"data": {"uuid": "s1"}})


def token(number, **extra):
    return reply({"access_token": f"token-{number}", "token_type": "Bearer", **extra})


class _Clock:
    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


class AuthCase(ScriptedCase):
    def setUp(self):
        super().setUp()
        self.clock = _Clock()
        self.server.on("GET", "/students/s1", ROW)

    def read(self, client=None):
        (client or self.client).students.get("s1")
        return self.server.calls("/students/s1")[-1].headers["Authorization"]

    def token_calls(self):
        return len(self.server.calls(TOKEN_PATH))


@tagged("post_install", "-at_install")
class TestClientCredentials(AuthCase):
    def setUp(self):
        super().setUp()
        self.auth = ClientCredentials("demo-client", "demo-secret", clock=self.clock)
        self.client = self.new_client(self.auth)

    def test_token_is_asked_for_as_documented(self):
        self.assertEqual(self.read(), "Bearer token-1")
        (call,) = self.server.calls(TOKEN_PATH)
        self.assertEqual(call.method, "POST")
        self.assertEqual(
            call.headers["Content-Type"], "application/x-www-form-urlencoded"
        )
        self.assertEqual(
            parse_qs(call.body.decode()),
            {
                "grant_type": ["client_credentials"],
                "client_id": ["demo-client"],
                "client_secret": ["demo-secret"],
            },
        )
        self.assertNotIn("Authorization", call.headers)
        self.assertNotIn("X-Tenant", call.headers)

    def test_token_is_kept(self):
        for _call in range(3):
            self.read()
        self.assertEqual(self.token_calls(), 1)

    def test_token_is_renewed_a_minute_before_it_ends(self):
        self.read()
        self.clock.now += 43200 - 61
        self.assertEqual(self.read(), "Bearer token-1")
        self.clock.now += 2
        self.assertEqual(self.read(), "Bearer token-2")

    def test_token_shorter_than_a_minute_is_used(self):
        self.server.on("POST", TOKEN_PATH, token(1, expires_in=30))
        self.read()
        self.read()
        self.assertEqual(self.token_calls(), 1)

    def test_token_without_lifetime_is_used_for_a_while(self):
        for lifetime in (None, "soon", True):
            self.auth.forget("token-1")
            self.server.on("POST", TOKEN_PATH, token(1, expires_in=lifetime))
            before = self.token_calls()
            self.read()
            self.read()
            self.assertEqual(self.token_calls(), before + 1)

    def test_refused_token_is_renewed_and_the_call_repeated_once(self):
        self.server.on("POST", "/students", UNAUTHENTICATED, ROW)
        self.assertEqual(self.client.students.create({"name": "Ana"}), {"uuid": "s1"})
        first, second = self.server.calls("/students")
        self.assertEqual(first.headers["Authorization"], "Bearer token-1")
        self.assertEqual(second.headers["Authorization"], "Bearer token-2")
        self.assertEqual(first.body, second.body)

    def test_missing_tenant_does_not_renew_tokens_in_a_loop(self):
        self.server.on("GET", "/students/s1", UNAUTHENTICATED)
        with self.assertRaises(NeedsNewToken):
            self.read()
        self.assertEqual(self.token_calls(), 2)
        self.assertEqual(len(self.server.calls("/students/s1")), 2)

    def test_refused_credentials(self):
        body = {
            "error": "invalid_client",
            "error_description": "Client authentication failed",
        }
        for status in (400, 401, 403, 422):
            self.server.on("POST", TOKEN_PATH, reply(body, status))
            with self.assertRaises(CredentialsRefused) as caught:
                self.read()
            self.assertEqual(caught.exception.status, status)
            self.assertEqual(caught.exception.path, TOKEN_PATH)
        self.assertEqual(self.server.calls(), [])

    def test_token_endpoint_in_trouble_is_retried_later_also_for_a_create(self):
        for answer in (reply({}, 500), reply({}, 503), hang_up):
            self.server.on("POST", TOKEN_PATH, answer)
            with self.assertRaises(RetryLater):
                self.client.students.create({"name": "Ana"})
        self.server.on("POST", TOKEN_PATH, reply({}, 429, headers={"Retry-After": "9"}))
        with self.assertRaises(RateLimited) as caught:
            self.client.students.create({"name": "Ana"})
        self.assertEqual(caught.exception.delay, 9)
        self.assertEqual(self.server.calls(), [])

    def test_host_without_token_endpoint_is_not_found(self):
        self.server.on("POST", TOKEN_PATH, html(404))
        with self.assertRaises(NotFound):
            self.read()

    def test_answer_without_a_token_is_not_understood(self):
        for content in ({}, {"access_token": None}, {"access_token": "a\nb"}, []):
            self.server.on("POST", TOKEN_PATH, reply(content))
            with self.assertRaises(AnswerNotUnderstood):
                self.read()
        self.server.on("POST", TOKEN_PATH, html())
        with self.assertRaises(AnswerNotUnderstood):
            self.read()

    def test_log_out_forgets_the_token_without_a_call(self):
        self.read()
        self.client.log_out()
        self.assertEqual(self.read(), "Bearer token-2")
        self.assertEqual({call.path for call in self.server.calls()}, {"/students/s1"})


@tagged("post_install", "-at_install")
class TestPasswordLogin(AuthCase):
    def setUp(self):
        super().setUp()
        self.client = self.new_client(PasswordLogin(EMAIL, PASSWORD, clock=self.clock))
        year = 31_536_000
        self.server.on(
            "POST",
            "/auth/login",
            token("l1", refresh_token="r1", expires_in=year),
            token("l2", refresh_token="r2", expires_in=year),
        )
        self.server.on(
            "POST",
            "/auth/refresh",
            token("r1", refresh_token="r3", expires_in=year),
            token("r2", refresh_token="r4", expires_in=year),
        )

    def bodies(self, path):
        return [json.loads(call.body) for call in self.server.calls(path)]

    def test_logs_in_as_documented(self):
        self.assertEqual(self.read(), "Bearer token-l1")
        (body,) = self.bodies("/auth/login")
        self.assertEqual(body, {"email": EMAIL, "password": PASSWORD})

    def test_each_refresh_token_is_used_once(self):
        self.read()
        self.clock.now += 31_536_000
        self.assertEqual(self.read(), "Bearer token-r1")
        self.clock.now += 31_536_000
        self.assertEqual(self.read(), "Bearer token-r2")
        self.assertEqual(
            self.bodies("/auth/refresh"),
            [{"refresh_token": "r1"}, {"refresh_token": "r3"}],
        )
        self.assertEqual(len(self.bodies("/auth/login")), 1)

    def test_refused_refresh_token_falls_back_to_the_login(self):
        self.read()
        self.server.on("POST", "/auth/refresh", reply({"message": "invalid"}, 401))
        self.clock.now += 31_536_000
        self.assertEqual(self.read(), "Bearer token-l2")

    def test_refresh_whose_answer_was_lost_is_followed_by_a_login(self):
        self.read()
        self.server.on("POST", "/auth/refresh", hang_up)
        self.clock.now += 31_536_000
        with self.assertRaises(RetryLater):
            self.read()
        self.assertEqual(self.read(), "Bearer token-l2")
        self.assertEqual(len(self.bodies("/auth/refresh")), 1)

    def test_refused_token_is_refreshed(self):
        self.server.on("GET", "/students/s1", UNAUTHENTICATED, ROW)
        self.assertEqual(self.read(), "Bearer token-r1")

    def test_wrong_password_is_refused(self):
        self.server.on("POST", "/auth/login", reply({"message": "no"}, 401))
        with self.assertRaises(CredentialsRefused):
            self.read()

    def test_log_out_revokes_the_token_and_forgets_the_refresh_token(self):
        self.server.on("POST", "/auth/logout", reply({"message": "Bye"}))
        self.read()
        self.client.log_out()
        (call,) = self.server.calls("/auth/logout")
        self.assertEqual(call.headers["Authorization"], "Bearer token-l1")
        self.assertNotIn("X-Tenant", call.headers)
        self.assertEqual(self.read(), "Bearer token-l2")

    def test_log_out_with_an_ended_token_is_done(self):
        self.server.on("POST", "/auth/logout", UNAUTHENTICATED)
        self.read()
        self.client.log_out()
        self.assertEqual(self.read(), "Bearer token-l2")

    def test_log_out_without_a_token_makes_no_call(self):
        self.client.log_out()
        self.assertEqual(self.server.calls(), [])


@tagged("post_install", "-at_install")
class TestThreads(AuthCase):
    def in_threads(self, count, act):
        outcomes, start = [], threading.Barrier(count)

        def work():
            start.wait(10)
            try:
                outcomes.append(act())
            except Exception as error:  # noqa: BLE001  handed to the test
                outcomes.append(error)

        threads = [threading.Thread(target=work) for _thread in range(count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
        self.assertEqual(len(outcomes), count)
        return outcomes

    def slow_token(self, answer):
        def act(handler):
            handler.server.stopped.wait(0.3)
            answer(handler)

        return act

    def test_eight_threads_renew_a_token_once(self):
        self.server.on("POST", TOKEN_PATH, self.slow_token(token(1, expires_in=9999)))
        outcomes = self.in_threads(8, self.read)
        self.assertEqual(outcomes, ["Bearer token-1"] * 8)
        self.assertEqual(self.token_calls(), 1)

    def test_eight_threads_with_a_wrong_secret_are_refused_once(self):
        self.server.on("POST", TOKEN_PATH, self.slow_token(reply({}, 401)))
        outcomes = self.in_threads(8, self.read)
        self.assertEqual({type(error) for error in outcomes}, {CredentialsRefused})
        self.assertEqual(self.token_calls(), 1)

    def test_refusal_is_asked_again_by_a_later_call(self):
        self.server.on("POST", TOKEN_PATH, reply({}, 401), token(2))
        with self.assertRaises(CredentialsRefused):
            self.read()
        self.assertEqual(self.read(), "Bearer token-2")

    def test_threads_refused_with_one_token_renew_it_once(self):
        self.read()

        def script(request, handler, plain=self.server.script):
            refused = request.headers.get("Authorization") == "Bearer token-1"
            if refused:
                self.server.received.append(request)
                UNAUTHENTICATED(handler)
            else:
                plain(request, handler)

        self.server.script = script
        outcomes = self.in_threads(8, lambda: self.client.students.get("s1"))
        self.assertEqual(outcomes, [{"uuid": "s1"}] * 8)
        self.assertEqual(self.token_calls(), 2)


@tagged("post_install", "-at_install")
class TestSecretsStayHidden(AuthCase):
    def test_repr_shows_no_secret(self):
        login = PasswordLogin(EMAIL, PASSWORD)
        credentials = ClientCredentials("demo-client", "demo-secret")
        self.read()
        for thing in (login, credentials, self.client, self.client.students):
            for secret in (EMAIL, PASSWORD, "demo-client", "demo-secret", "token-1"):
                self.assertNotIn(secret, repr(thing))
