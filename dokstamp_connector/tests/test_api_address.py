import ipaddress
from urllib.parse import urlsplit

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from urllib3.util import parse_url

from odoo.tests import BaseCase, tagged

from ..dokstamp_api import Address, AddressRefused, web_page
from ..dokstamp_api.address import PORTS

# Pieces that readers of addresses have disagreed on, and harmless ones between them.
PIECES = (
    *("http", "https", "HTTPS", "ftp", "javascript", ":", "//", "/", "\\", "@", "?"),
    *("#", "%", "%40", "%2f", "%5c", "%00", "..", ".", ";", "&", "=", "+", "[", "]"),
    *("localhost", "127.0.0.1", "127.1", "0x7f.1", "2130706433", "::1", "[::1]"),
    *("::ffff:127.0.0.1", "fe80::1%eth0", "a.example.com", "A.Example.COM", "b", "-"),
    *("xn--a", "é", "ß", "ı", "ſ", "℀", "／", "．", "。", "＠", "１", "٣", "\u00ad"),
    *(" ", "\t", "\n", "\r", "\x00", "\x7f", "\u00a0", "\u2028", "\u200b", "\u3000"),
    *(":0", ":80", ":443", ":08443", ":65535", ":65536", ":١", "user", ":x", "v1"),
)
PIECED = st.lists(st.sampled_from(PIECES), max_size=12).map("".join)
SCHEMES = st.sampled_from(("http://", "https://", "HTTPS://", ""))
AUTHORITIES = st.sampled_from(
    ("127.0.0.1", "localhost:1", "a.example.com", "[::1]:8443", "[0::0:1]")
)
NEAR_MISSES = st.builds(
    lambda *parts: "".join(parts), SCHEMES, PIECED, AUTHORITIES, PIECED
)
PLAIN = st.builds(
    lambda scheme, host, port, path: f"{scheme}{host}{port}{path}",
    st.sampled_from(("https://", "HTTPS://")),
    st.from_regex(r"\A[a-zA-Z]([a-zA-Z0-9-]{0,9}[a-zA-Z0-9])?(\.[a-z]{2,5}){0,3}\Z"),
    st.one_of(st.just(""), st.integers(1, 65535).map(":{}".format)),
    st.from_regex(r"\A(/[A-Za-z0-9_~-]{1,9}){0,3}/?\Z"),
)
PATHS = st.lists(st.sampled_from(("a", "B~1", ".", "..", "", "%2e")), max_size=5).map(
    lambda segments: "".join(f"/{segment}" for segment in segments)
)
ANY = st.one_of(st.text(), PIECED, NEAR_MISSES, PLAIN)
ATTACK = r"http://:x@127.0.0.1:18512\@127.0.0.1:18510"

thorough = settings(
    max_examples=2000,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)


def read_by_both(url):
    """Return what each of the two parsers takes an address for."""
    ours, theirs = urlsplit(url), parse_url(url)
    return (
        (ours.scheme, *_server(ours.hostname, ours.port, ours.scheme)),
        (theirs.scheme, *_server(theirs.host, theirs.port, theirs.scheme)),
    )


def _server(host, port, scheme):
    host = host.strip("[]")
    if ":" in host:
        host = str(ipaddress.IPv6Address(host))
    return host, port or PORTS[scheme]


def parts_of(address):
    return address.scheme, address.host.strip("[]"), address.port


@tagged("post_install", "-at_install")
class TestAddressHasOneReading(BaseCase):
    """Whatever somebody types is refused, or leads to one place for every reader."""

    @thorough
    @given(ANY)
    @example(ATTACK)
    @example("http://127.0.0.1:18512#@127.0.0.1:18510")
    @example("http://127.0.0.1:18512?@127.0.0.1:18510")
    @example("https://a.example.com:443@b.example.com")
    @example("https://[::ffff:127.0.0.1]/")
    @example("httpſ://a.example.com")
    @example("https://ａ.example.com")
    @example("https://a.example.com:４４３")
    @example("https://a.example.com\t.b.example.com")
    @example("\x00https://a.example.com")
    def test_refused_or_both_parsers_agree_with_the_text_that_is_kept(self, text):
        try:
            address = Address.of(text)
        except AddressRefused:
            return
        parts = parts_of(address)
        self.assertEqual(read_by_both(address.url), (parts, parts))
        self.assertEqual(urlsplit(address.url).path, address.path)
        self.assertEqual(parse_url(address.url).path or "", address.path)
        # and what was typed led nowhere else
        self.assertEqual(read_by_both(text), (parts, parts))

    @thorough
    @given(ANY)
    def test_the_text_that_is_kept_reads_as_itself(self, text):
        try:
            address = Address.of(text)
        except AddressRefused:
            return
        self.assertEqual(Address.of(address.url), address)
        self.assertEqual(Address.of(address.url).url, address.url)

    @thorough
    @given(PLAIN)
    def test_a_plain_address_is_taken(self, text):
        self.assertTrue(Address.of(text).url.startswith("https://"))

    @thorough
    @given(PLAIN, st.one_of(st.text(min_size=1), PIECED, PATHS))
    def test_a_path_below_it_stays_there(self, text, path):
        address = Address.of(text)
        try:
            url = address.below(path)
        except ValueError:
            return
        parts = parts_of(address)
        self.assertEqual(read_by_both(url), (parts, parts))
        for reader in (urlsplit, parse_url):
            self.assertEqual(reader(url).path, address.path + path)

    @thorough
    @given(ANY)
    def test_a_page_of_the_web_is_none_or_read_alike_by_both(self, text):
        page = web_page(text)
        if page is None:
            return
        self.assertEqual(web_page(page), page)
        ours, theirs = urlsplit(page), parse_url(page)
        self.assertIn(ours.scheme, ("http", "https"))
        self.assertFalse(ours.username or ours.password or theirs.auth)
        self.assertEqual(ours.hostname, theirs.host.strip("[]"))
        self.assertEqual(ours.port, theirs.port)


@tagged("post_install", "-at_install")
class TestAddress(BaseCase):
    """What is taken, how it is written, and why the rest is refused."""

    def refusal(self, text):
        with self.assertRaises(AddressRefused) as caught:
            Address.of(text)
        return caught.exception.reason

    def test_one_way_to_write_it(self):
        for text, url in (
            ("https://api.dokstamp.com", "https://api.dokstamp.com"),
            ("HTTPS://API.DokStamp.com:443/", "https://api.dokstamp.com"),
            ("https://a.example.com:08443/V1/", "https://a.example.com:8443/V1"),
            ("http://LOCALHOST:80", "http://localhost"),
            ("http://127.8.0.1:8099", "http://127.8.0.1:8099"),
            ("https://[0:0::1]:8443", "https://[::1]:8443"),
            ("https://xn--bcher-kva.example.com", "https://xn--bcher-kva.example.com"),
        ):
            with self.subTest(text):
                self.assertEqual(Address.of(text).url, url)

    def test_reasons(self):
        for reason, texts in {
            "user": (
                *("https://ana:pw@a.example.com", "http://:x@127.0.0.1"),
                *("https://@a.example.com", "https://a@b@a.example.com"),
            ),
            "query": ("https://a.example.com?a=b", "https://a.example.com#a"),
            "characters": (
                *(ATTACK, r"https:\\a.example.com", "https://a.example.com\\"),
                *(" https://a.example.com", "https://a.example.com\n"),
                *("https://a\u00a0.example.com", "https://a\u2028b.example.com"),
                *("https://a%2eexample.com", "https://a.example.com/%2e%2e"),
                *("https://a。example.com", "https://bücher.example.com"),
                *("https://a.example.com:４４３", "https://a\u00ad.example.com"),
            ),
            "unencrypted": (
                *("http://api.example.com", "http://localhost.example.com"),
                *("http://0.0.0.0", "http://[::2]"),
            ),
            "form": (
                *("", None, False, 7, ["https://a.example.com"], "api.example.com"),
                *("https://", "https:///a", "https://:443", "ftp://a.example.com"),
                *("//a.example.com", "https:a.example.com", "https:/a.example.com"),
                *("https://a.example.com.", "https://.example.com", "https://a..b"),
                *("https://-a.example.com", "https://a_b.example.com", "https://a,b"),
                *("https://127.1", "http://2130706433", "http://0x7f.0.0.1"),
                *("http://0x7f000001", "http://0177.0.0.1", "https://1.2.3.4.5"),
                *("http://[::1", "http://::1", "https://[::1]a", "https://[1.2.3.4]"),
                *("http://[::ffff:127.0.0.1]", "http://[::ffff:7f00:1]"),
                *("https://a.example.com:", "https://a.example.com:0"),
                *("https://a.example.com:65536", "https://a.example.com:-1"),
                *("https://a.example.com:+1", "https://a.example.com:1:2"),
                *("https://a.example.com//", "https://a.example.com/../b"),
                *("https://a.example.com/.", "https://a.example.com/a;b"),
                *(f"https://{'a' * 64}.example.com", f"https://{'a.' * 127}a"),
                "https://a.example.com/" + "a" * 2000,
            ),
        }.items():
            for text in texts:
                with self.subTest(text):
                    self.assertEqual(self.refusal(text), reason)

    def test_pages_of_the_web(self):
        for text in (
            "https://verificar.example.com/1a2b3c4d",
            "http://127.0.0.1:8099/verify/1?a=b@c&d=%20#e",
        ):
            self.assertEqual(web_page(text), text)
        self.assertEqual(web_page("HTTPS://A.example.com"), "https://a.example.com")
        for text in (
            *(None, False, "", 7, {}, "/my", "//a.example.com", "a.example.com"),
            *("javascript:alert(1)", "JavaScript://a.example.com/%0aalert(1)"),
            *(" javascript:alert(1)", "java\tscript:alert(1)", "\x01javascript:a"),
            *("data:text/html,a", "vbscript:a", "file:///etc/hosts", "ftp://a.b"),
            *(" https://a.example.com", "https://a.example.com/\r\nSet-Cookie: a=b"),
            *(
                "https://",
                "https:///a",
                "https:a.example.com",
                "https://?a",
                "https://#",
            ),
            *("https://a.example.com@b.example.com", "https://a.example.com\\@b.c"),
            *('https://a.example.com/"onclick', "https://a.example.com/<b>"),
            *("https://a.example.com:0", "https://a.example.com:99999", "https://é.eu"),
        ):
            with self.subTest(text):
                self.assertIsNone(web_page(text))
