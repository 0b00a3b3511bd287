"""A browser in which one person is logged in, and the files that it makes."""

from PIL import Image

DESK, PAGE, PHONE = (1400, 900), (1400, 1120), (390, 844)  # pixels
COLOURS = 256
ALL_THERE = """() => document.fonts.status === "loaded" && [...document.images].every(
    image => image.complete || image.loading === "lazy"
)"""
SETTLE = 1000  # milliseconds for animations to end
WAIT = 60_000  # milliseconds
LOADING = ".o_loading_indicator, .o_blockUI"


class Visitor:
    """:param login: login, which is the password too; None for a stranger
    :param size: of the window, as `DESK` or `PHONE`
    """

    def __init__(self, browser, url, login, size=DESK):
        self._url = url
        self._width, height = size
        context = browser.new_context(
            viewport={"width": self._width, "height": height}, locale="en-US"
        )
        self.page = context.new_page()
        self.page.set_default_timeout(WAIT)
        if login:
            self._log_in(login)

    def _log_in(self, login):
        self.page.goto(f"{self._url}/web/login")
        self.page.fill("input[name=login]", login)
        self.page.fill("input[name=password]", login)
        self.page.click("form.oe_login_form button[type=submit]")
        self.page.wait_for_url(lambda url: "/web/login" not in url)

    def open(self, path, shown):
        """Go there, and wait until what matches the selector ``shown`` is there.

        :param str path: below Odoo's address, or a whole address
        """
        address = path if path.startswith("http") else f"{self._url}{path}"
        self.page.goto(address)
        self.page.wait_for_selector(shown)

    def action(self, name, shown, record=None):
        """Open an action of the connector, on one record if one is given."""
        path = f"/odoo/action-dokstamp_connector.{name}"
        self.open(f"{path}/{record}" if record else path, shown)

    def click(self, selector):
        self.page.click(selector)

    def wait(self, selector):
        self.page.wait_for_selector(selector)

    def photograph(self, file):
        """Write what is in the window, small."""
        self.page.wait_for_selector(LOADING, state="hidden")
        self.page.wait_for_function(ALL_THERE)
        self.page.mouse.move(self._width - 1, 1)
        self.page.wait_for_timeout(SETTLE)
        self.page.screenshot(path=file)
        make_small(file)


def make_small(file):
    """Save a PNG with a palette, as screens have few colours."""
    with Image.open(file) as image:
        small = image.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    small.save(file, optimize=True)
