from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import DokstampCase

INTERNAL = "Only your own computer or network"
UNENCRYPTED = "does not begin with https://"


@tagged("post_install", "-at_install")
class TestCheckAddress(DokstampCase):
    """What a QR code leads to is said before it is printed: it cannot be mended."""

    def begin_with(self, cls):
        super().begin_with(cls)
        self.account.confirmed_check_address = False
        cls.managed = self.account.with_user(self.manager)

    def lead_to(self, address):
        self.env["ir.config_parameter"].set_param("web.base.url", address)
        self.env.invalidate_all()

    def test_addresses_that_only_the_school_reaches(self):
        for address in (
            "http://localhost:8069",
            "https://localhost",
            "https://127.0.0.1",
            "https://10.1.2.3",
            "https://192.168.178.20:8069",
            "https://172.16.0.1",
            "https://100.64.0.1",
            "https://169.254.1.1",
            "https://[::1]",
            "https://[fd00::1]",
            "https://odoo",
            "https://odoo.local",
            "https://odoo.fritz.home.arpa",
            "https://erp.school.internal",
        ):
            with self.subTest(address):
                self.lead_to(address)
                warning = self.managed._check_link_warning()
                self.assertIn(INTERNAL, warning)
                self.assertIn(address, warning)
                self.assertEqual(self.managed.check_link_warning, warning)

    def test_addresses_that_browsers_warn_of(self):
        self.lead_to("http://school.example.com")
        self.assertIn(UNENCRYPTED, self.managed.check_link_warning)

    def test_what_is_no_address(self):
        for address in ("school.example.com", "https://", "https://a b.example.com"):
            with self.subTest(address):
                self.lead_to(address)
                self.assertIn(
                    "not the address of a page", self.managed.check_link_warning
                )

    def test_public_addresses_pass(self):
        for address in (
            "https://school.example.com",
            "https://school.example.com:8443",
            "https://8.8.8.8",
        ):
            with self.subTest(address):
                self.lead_to(address)
                self.assertFalse(self.managed.check_link_warning)

    def test_a_managers_word_is_for_the_server_that_it_was_said_of(self):
        self.lead_to("http://localhost:8069")
        self.assertTrue(self.managed.action_confirm_check_address())
        self.env.invalidate_all()
        self.assertFalse(self.managed.check_link_warning)
        self.lead_to("http://localhost:9999")
        self.assertFalse(self.managed.check_link_warning)
        self.lead_to("http://192.168.1.1:8069")
        self.assertIn(INTERNAL, self.managed.check_link_warning)

    def test_nobody_else_gives_that_word(self):
        self.lead_to("http://localhost:8069")
        registrars = self.account.with_user(self.registrar)
        with self.assertRaises(AccessError):
            registrars.action_confirm_check_address()
        with self.assertRaises(UserError):
            self.managed.confirmed_check_address = "http://localhost:8069"
        self.assertIn(INTERNAL, registrars.check_link_warning)

    def test_a_copy_of_the_account_needs_its_own_word(self):
        self.lead_to("http://localhost:8069")
        self.managed.action_confirm_check_address()
        copy = self.managed.copy({"name": "Second"})
        self.assertIn(INTERNAL, copy.check_link_warning)
