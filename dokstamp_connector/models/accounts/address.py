"""What an address of the API consists of."""

import ipaddress
from urllib.parse import urlsplit

PORTS = {"http": 80, "https": 443}


def split_address(url):
    """The parts of an address, or None for what cannot be one.

    :rtype: urllib.parse.SplitResult | None
    """
    try:
        parts = urlsplit(url or "")
        is_address = parts.hostname and parts.port != 0
    except ValueError:  # a port out of range, an open bracket
        return None
    return parts if is_address else None


def origin_of(url):
    """What decides which server an address leads to: scheme, host and port."""
    parts = split_address(url)
    if not parts:
        return url
    return parts.scheme, parts.hostname, parts.port or PORTS.get(parts.scheme)


def is_loopback(hostname):
    """Whether a server's name means this machine, where nothing travels."""
    if hostname == "localhost":
        return True
    try:
        return ipaddress.ip_address(hostname).is_loopback
    except ValueError:
        return False
