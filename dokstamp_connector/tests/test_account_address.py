import socket

from odoo.exceptions import ValidationError
from odoo.tests import Form, new_test_user, tagged

from .common import CREDENTIALS
from .common_rights import RightsCase

STORED = ("stored_client_secret", "stored_password")


class AddressCase(RightsCase):
    """An account that is connected to the sandbox, and a stranger who listens."""

    def setUp(self):
        super().setUp()
        self.account.write({"password": "demo-password"})
        self.account.write({"state": "connected"})
        self.stranger = socket.create_server(("127.0.0.1", 0))
        self.stranger.setblocking(False)
        self.addCleanup(self.stranger.close)
        self.port = self.stranger.getsockname()[1]
        self.managed = self.account.with_user(self.manager)
        self.own = self.account.base_url.removeprefix("http://")
        self.env.flush_all()

    def attacks(self):
        """Addresses that look like the account's to one reader and are the stranger's
        to another.
        """
        there, own = f"127.0.0.1:{self.port}", self.own
        return (
            rf"http://:x@{there}\@{own}",
            rf"http://{there}\@{own}",
            f"http://{there}#@{own}",
            f"http://{there}?@{own}",
            f"http://{there}/@{own}",
            f"http://{own}@{there}",
            f"http://{own}:@{there}",
            f"http://@{there}@{own}",
            f"http://{there}%2f@{own}",
            f"http://{there}\t@{own}",
            f"http://{there}\n/{own}",
            f"http://{there}\u3000{own}",
            f"http:\\\\{there}\\@{own}",
            f"http://{there}／@{own}",
        )

    def stored(self):
        self.account.invalidate_recordset()
        return [self.account.sudo()[name] for name in STORED]

    def assert_stranger_heard_nothing(self):
        with self.assertRaises(BlockingIOError):
            self.stranger.accept()

    def assert_unchanged(self):
        """The account is as it was, and tells the sandbox alone what it knows."""
        self.env.invalidate_all()
        self.assertEqual(self.account.base_url, self.sandbox.url)
        self.assertEqual(self.stored(), [CREDENTIALS["client_secret"], "demo-password"])
        self.sandbox.expire_tokens()
        for method in ("client_credentials", "password"):
            self.account.auth_method = method
            self.call(self.manager, self.account, "action_test_connection")
        self.assertTrue(self.sandbox.requests("POST", "/oauth/token"))
        self.assertTrue(self.sandbox.requests("POST", "/auth/login"))
        self.assert_stranger_heard_nothing()

    def refused(self, work):
        with self.assertRaises(ValidationError) as caught, self.cr.savepoint():
            work()
            self.env.flush_all()
        return str(caught.exception)


@tagged("post_install", "-at_install")
class TestSecretStaysWithItsServer(AddressCase):
    """A manager cannot have a secret sent to another server than it was typed for."""

    def test_written_over_rpc(self):
        for url in self.attacks():
            with self.subTest(url):
                answer = self.call(
                    self.manager, self.account, "write", {"base_url": url}
                )
                self.assertEqual(answer, "ValidationError")
        self.assert_unchanged()

    def test_saved_by_a_form(self):
        for url in self.attacks():
            with self.subTest(url):
                answer = self.call(
                    self.manager, self.account, "web_save", {"base_url": url}, {}
                )
                self.assertEqual(answer, "ValidationError")
        self.assert_unchanged()

    def test_imported(self):
        xmlid = self.account.export_data(["id"])["datas"][0][0]
        for url in self.attacks():
            with self.subTest(url):
                answer = self.call(
                    self.manager,
                    self.env["dokstamp.account"],
                    "load",
                    ["id", "base_url"],
                    [[xmlid, url]],
                )
                self.assertFalse(answer["ids"])
                self.assertTrue(answer["messages"])
        self.assert_unchanged()

    def test_an_import_of_another_server_drops_the_secrets(self):
        xmlid = self.account.export_data(["id"])["datas"][0][0]
        url = f"http://127.0.0.1:{self.port}"
        self.call(
            self.manager,
            self.env["dokstamp.account"],
            "load",
            ["id", "base_url"],
            [[xmlid, url]],
        )
        self.assertEqual(self.stored(), [False, False])
        self.assertEqual(self.account.base_url, url)

    def test_several_accounts_in_one_write(self):
        second = self.account.copy(
            {
                "name": "Second",
                "base_url": f"http://127.0.0.1:{self.port}",
                "client_secret": "second-secret",
            }
        )
        both = self.account + second
        for url in self.attacks():
            self.assertEqual(
                self.call(self.manager, both, "write", {"base_url": url}),
                "ValidationError",
            )
        self.assertEqual(second.sudo().stored_client_secret, "second-secret")
        self.call(self.manager, both, "write", {"base_url": f"{self.sandbox.url}/"})
        self.assertFalse(second.sudo().stored_client_secret)
        self.assert_unchanged()

    def test_created(self):
        accounts = self.env["dokstamp.account"]
        values = {"name": "New", **CREDENTIALS}
        for url in self.attacks():
            answer = self.call(
                self.manager, accounts, "create", [{**values, "base_url": url}]
            )
            self.assertEqual(answer, "ValidationError")
        self.assert_stranger_heard_nothing()

    def test_suggested_by_a_default_or_by_the_context(self):
        accounts = self.env["dokstamp.account"].with_user(self.manager)
        values = {"name": "New", **CREDENTIALS}
        for url in self.attacks():
            with self.subTest(url):
                suggested = accounts.with_context(default_base_url=url)
                self.refused(lambda suggested=suggested: suggested.create([values]))
                with self.cr.savepoint() as savepoint:
                    self.suggest(self.manager, "dokstamp.account", base_url=url)
                    self.refused(lambda: accounts.create([values]))
                    savepoint.rollback()
        self.assert_stranger_heard_nothing()

    def test_shown_by_a_form_before_it_is_saved(self):
        # what an onchange computes of it calls nothing either
        for url in self.attacks():
            with (
                self.subTest(url),
                self.assertRaises(ValidationError),
                self.cr.savepoint(),
                Form(self.managed) as form,
            ):
                form.base_url = url
        self.assert_unchanged()


@tagged("post_install", "-at_install")
class TestNothingInsideIsCalled(AddressCase):
    """A manager's address leads to the internet; into one's own network a system
    administrator's alone.
    """

    def inside(self):
        """Ways to write what is beside Odoo; the stranger listens at some of them."""
        return (
            *(f"http://127.0.0.1:{self.port}", f"http://localhost:{self.port}"),
            *(f"http://127.8.0.1:{self.port}", f"https://127.0.0.1:{self.port}/v1"),
            *(f"http://[::1]:{self.port}", f"https://[::]:{self.port}"),
            *("https://10.0.0.5", "https://172.17.0.1", "https://192.168.1.1"),
            *("https://169.254.169.254/latest", "https://100.64.0.1"),
            *("https://0.0.0.0", "https://[fe80::1]", "https://[fd00::1]"),
            *("https://[64:ff9b::a00:1]", "https://[2002:a00:1::1]"),
            *("https://224.0.0.1", "https://odoo", "https://db.internal"),
            *("https://printer.local", "https://intranet.home.arpa"),
        )

    def test_whatever_a_manager_writes(self):
        accounts = self.env["dokstamp.account"]
        values = {"name": "New", **CREDENTIALS}
        for url in self.inside():
            with self.subTest(url):
                [made] = self.call(
                    self.manager, accounts, "create", [{**values, "base_url": url}]
                )
                account = accounts.browse(made)
                self.call(self.manager, account, "action_test_connection")
                self.assertIn("your own network", account.access_problem)
                self.assertEqual(account.state, "draft")
                account.with_user(self.manager).write(
                    {"base_url": self.sandbox.url, **CREDENTIALS}
                )
                account.sudo().state = "connected"
                account.with_user(self.manager).write({"base_url": url, **CREDENTIALS})
                account.with_user(self.manager).action_choose_institution()
                account.active = False
        self.assert_stranger_heard_nothing()
        self.assertFalse(self.sandbox.requests())

    def test_an_administrator_vouches_for_it(self):
        url = f"http://localhost:{self.sandbox.url.rpartition(':')[2]}"
        account = self.env["dokstamp.account"].create({"name": "N", **CREDENTIALS})
        managed = account.with_user(self.manager)
        managed.write({"base_url": url, **CREDENTIALS})
        managed.action_test_connection()
        self.assertEqual(account.state, "draft")
        administrator = new_test_user(
            self.env,
            login="inside@example.com",
            groups="base.group_system,dokstamp_connector.group_manager",
        )
        account.with_user(administrator).action_test_connection()
        self.assertEqual(account.state, "connected")
        # and then a manager goes on with it, there and on another account
        managed.write({"name": "Renamed", "tenant": CREDENTIALS["tenant"]})
        managed.action_test_connection()
        self.assertEqual(account.state, "connected")
        managed.write({"base_url": f"http://127.0.0.1:{self.port}", **CREDENTIALS})
        managed.action_test_connection()
        self.assertEqual(account.state, "draft")
        self.assert_stranger_heard_nothing()


@tagged("post_install", "-at_install")
class TestOneWayToWriteIt(AddressCase):
    """What is stored, shown, compared and called is one text."""

    def setUp(self):
        super().setUp()
        self.account.write(
            {
                "base_url": "https://a.example.com/v1",
                "client_secret": "x",
                "password": "y",
            }
        )
        self.account.write({"state": "connected"})

    def test_another_way_to_write_the_same_changes_nothing(self):
        for url in (
            "https://A.Example.com/v1",
            "https://a.example.com:443/v1/",
            "HTTPS://a.example.com:00443/v1",
        ):
            with self.subTest(url):
                answer = self.call(
                    self.manager, self.account, "write", {"base_url": url}
                )
                self.assertTrue(answer)
                self.assertEqual(self.account.base_url, "https://a.example.com/v1")
                self.assertEqual(self.stored(), ["x", "y"])
                self.assertEqual(self.account.state, "connected")

    def test_another_path_of_the_server_asks_for_another_test_and_keeps_the_secret(
        self,
    ):
        self.managed.base_url = "https://a.example.com/V1"
        self.assertEqual(self.stored(), ["x", "y"])
        self.assertEqual(self.account.state, "draft")

    def test_new_accounts_too(self):
        accounts = self.env["dokstamp.account"].with_user(self.manager)
        typed = accounts.create(
            {"name": "A", "tenant": "t", "base_url": "HTTPS://B.example.com:443/"}
        )
        suggested = accounts.with_context(
            default_base_url="HTTPS://B.example.com:443/"
        ).create({"name": "B", "tenant": "t"})
        plain = accounts.create({"name": "C", "tenant": "t"})
        for account in typed + suggested:
            self.assertEqual(account.base_url, "https://b.example.com")
        self.assertEqual(plain.base_url, "https://api.dokstamp.com")

    def test_refusals_are_sentences(self):
        for url, words in (
            ("http://api.example.com", "must begin with https://"),
            ("https://ana:secret-word@a.example.com", "no user name"),
            ("https://a.example.com?key=secret-word", "question mark"),
            ("https://a.example.com/a b", "no space"),
            ("https://a.example.com:0", "is not an address of an API"),
            (False, "is not an address of an API"),
        ):
            with self.subTest(url):
                sentence = self.refused(
                    lambda url=url: self.managed.create(
                        {"name": "N", "tenant": "t", "base_url": url}
                    )
                )
                self.assertIn(words, sentence)
                self.assertNotIn("secret-word", sentence)


@tagged("post_install", "-at_install")
class TestAddressOfAnEarlierVersion(AddressCase):
    """What passed once and does not any more is said, and nothing is called."""

    def store(self, url):
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE dokstamp_account SET base_url = %s WHERE id = %s",
            [url, self.account.id],
        )
        self.env.invalidate_all()

    def test_connection_is_not_tried(self):
        for url in self.attacks():
            with self.subTest(url):
                self.store(url)
                answer = self.managed.action_test_connection()
                self.assertIn("nothing is sent", answer["params"]["message"])
        self.assertFalse(self.sandbox.requests())
        self.assert_stranger_heard_nothing()

    def test_the_queue_pauses_and_says_so(self):
        for number, url in enumerate(self.attacks()):
            with self.subTest(url):
                self.account.write({"state": "connected", "pause_reason": False})
                self.store(url)
                self.course(code=f"C-{number}")
                self.flush()
                self.assertEqual(self.account.state, "paused")
                self.assertIn("nothing is sent", self.account.pause_reason)
        self.assertFalse(self.sandbox.requests())
        self.assert_stranger_heard_nothing()

    def test_lists_for_a_choice_are_not_asked_for(self):
        self.store(self.attacks()[0])
        action = self.managed.action_choose_institution()
        choice = self.env[action["res_model"]].browse(action["res_id"])
        self.assertIn("nothing is sent", choice.problem)
        self.assert_stranger_heard_nothing()

    def test_everything_else_can_be_written(self):
        self.store(self.attacks()[0])
        self.assertTrue(
            self.call(self.manager, self.account, "write", {"name": "Renamed"})
        )

    def test_right_address_ends_it_and_asks_for_the_secret(self):
        self.store(self.attacks()[0])
        self.call(
            self.manager, self.account, "write", {"base_url": f"{self.sandbox.url}/"}
        )
        self.assertEqual(self.account.base_url, self.sandbox.url)
        self.assertEqual(self.stored(), [False, False])

    def test_another_way_to_write_a_good_one_goes_on(self):
        self.store(f"{self.sandbox.url}/")
        self.course(code="NEW")
        self.flush()
        self.assertTrue(self.sandbox.requests("POST", "/courses"))
