"""Addresses: taken apart once, and made anew of the parts that were checked.

Two readers of one text may disagree on where it leads: over a backslash, a second `@`,
an empty user name, a letter that looks like another one. So nothing is kept of what
somebody typed but its parts, and only parts that no reader takes for something else.
What comes of them is what is stored, shown, compared and called.
"""

import ipaddress
import re
from dataclasses import dataclass

PORTS = {"http": 80, "https": 443}
REFUSALS = ("form", "characters", "user", "query", "unencrypted")
MAX_LENGTH = 2000  # characters
NAME_LENGTH = 253  # characters of a host's name, of DNS

_SHAPE = re.compile(
    r"(https?)://(\[[0-9a-f:]+\]|[^][/:?#@]+)(?::([0-9]{1,5}))?([/?#].*)?",
    re.IGNORECASE,
)
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
# inet_aton reads 127.1, 0x7f000001 and 2130706433 as 127.0.0.1
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
# as long as a file's name may be, and an index takes
_SEGMENT = re.compile(r"(?!\.{1,2}$)[A-Za-z0-9._~-]{1,255}")
_AMBIGUOUS = frozenset(' \\"<>^`{|}')
# names that no server of the internet has: RFC 2606, 6762, 8375, and what routers and
# offices give out
_INNER_NAMES = frozenset(
    ("localhost", "localdomain", "local", "lan", "internal", "intranet", "private")
    + ("home", "corp", "invalid", "test")
)
_INNER_ZONES = (".home.arpa",)
_INTERNET_6 = ipaddress.IPv6Network("2000::/3")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # an IPv4 address in it


class AddressRefused(ValueError):
    """No address of an API.

    :param str reason: one of `REFUSALS`
    """

    def __init__(self, reason):
        super().__init__(f"not an address of an API: {reason}")
        self.reason = reason


@dataclass(frozen=True)
class Address:
    """Where an API is: https, or plain http on this machine, where nothing travels.

    :param str scheme: ``http`` or ``https``
    :param str host: small letters; an IPv6 address in brackets
    :param int port: 1 to 65535, also where it is the scheme's own
    :param str path: empty, or begins with a slash and does not end with one
    """

    scheme: str
    host: str
    port: int
    path: str

    @classmethod
    def of(cls, text):
        """Read what somebody typed.

        :rtype: Address
        :raise AddressRefused: it is none, or one that could be read in another way
        """
        if not isinstance(text, str) or len(text) > MAX_LENGTH:
            raise AddressRefused("form")
        if not _is_plain(text) or "%" in text:
            raise AddressRefused("characters")
        if "@" in text:
            raise AddressRefused("user")
        if "?" in text or "#" in text:
            raise AddressRefused("query")
        parts = _parts(text)
        if not parts:
            raise AddressRefused("form")
        scheme, host, port, path = parts
        path = path.removesuffix("/")
        if not is_path(path):
            raise AddressRefused("form")
        if scheme == "http" and not _is_loopback(host):
            raise AddressRefused("unencrypted")
        return cls(scheme, host, port, path)

    @property
    def origin(self):
        """What decides which server a call reaches."""
        return self.scheme, self.host, self.port

    @property
    def url(self):
        """The one way to write it."""
        return f"{_origin_text(*self.origin)}{self.path}"

    def below(self, path):
        """Where a call to ``path`` goes.

        :rtype: str
        :raise ValueError: it is no plain path, and could lead elsewhere
        """
        if not path or not is_path(path):
            raise ValueError("a path below the address is not plain")
        return self.url + path


def origin_of(text):
    """Which server an address leads to, None for what is refused."""
    try:
        return Address.of(text).origin
    except AddressRefused:
        return None


def is_path(text):
    """Say whether these are segments that every reader leaves as they are."""
    return text == "" or (
        text.startswith("/") and all(map(is_segment, text[1:].split("/")))
    )


def is_segment(text):
    """Say whether this is one step of a path, and no other thing: not ``..``."""
    return isinstance(text, str) and bool(_SEGMENT.fullmatch(text))


def web_page(text):
    """Return the address of a page, made anew; None for what a browser would take for
    something else than a page on the server that it names.

    :rtype: str | None
    """
    if not isinstance(text, str) or len(text) > MAX_LENGTH or not _is_plain(text):
        return None
    parts = _parts(text)
    return parts and f"{_origin_text(*parts[:3])}{parts[3]}"


def hindrance(text):
    """Return what keeps people outside of the own network from this page.

    By what it is called alone: nobody inside can tell whether it is reached.

    :return: ``form``: no address of a page; ``internal``: this machine or a network of
        one's own; ``unencrypted``: plain http; None: nothing
    :rtype: str | None
    """
    page = web_page(text)
    if not page:
        return "form"
    scheme, host, _port, _rest = _parts(page)
    if not is_of_the_internet(host):
        return "internal"
    return "unencrypted" if scheme != "https" else None


def is_outside(address):
    """Say whether an address of the network is one of the internet: neither this
    machine, nor a network of one's own, nor a way into one.

    :param str address: IPv4 or IPv6
    :raise ValueError: it is none
    """
    ip = ipaddress.ip_address(address)
    if ip.version == 6 and ip in _NAT64:
        ip = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    if ip.version == 6 and (ip not in _INTERNET_6 or ip.sixtofour):
        return False
    return ip.is_global and not ip.is_multicast


def is_of_the_internet(host):
    """Say whether a host is outside by what it is called.

    :param str host: of an `Address`
    """
    try:
        return is_outside(host.strip("[]"))
    except ValueError:
        last = host.rpartition(".")[2]
        is_inner = last in _INNER_NAMES or host.endswith(_INNER_ZONES)
        return "." in host and not is_inner


def _is_plain(text):
    return text.isascii() and text.isprintable() and _AMBIGUOUS.isdisjoint(text)


def _parts(text):
    """Return scheme, host, port and the rest of a plain text, None where it has none of
    these.
    """
    match = _SHAPE.fullmatch(text)
    if not match:
        return None
    scheme, host, port, rest = match.groups("")
    scheme, host = scheme.lower(), _checked_host(host.lower())
    port = int(port or PORTS[scheme])
    return (scheme, host, port, rest) if host and 1 <= port <= 65535 else None


def _checked_host(host):
    """Return the host as it is written, None for what is no name and no address."""
    labels = host.split(".")
    try:
        if host.startswith("["):
            address = ipaddress.IPv6Address(host[1:-1])
            # versions of Python write an IPv4 one in it in different ways
            return None if address.ipv4_mapped else f"[{address}]"
        if _NUMBER.fullmatch(labels[-1]):
            return str(ipaddress.IPv4Address(host))
    except ValueError:
        return None
    is_name = len(host) <= NAME_LENGTH and all(map(_LABEL.fullmatch, labels))
    return host if is_name else None


def _is_loopback(host):
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _origin_text(scheme, host, port):
    return f"{scheme}://{host}" + ("" if port == PORTS[scheme] else f":{port}")
