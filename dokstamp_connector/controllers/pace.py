"""How often one address may ask for what is not there: who guesses is slowed down, and
costs the database nothing meanwhile.
"""

import ipaddress
import threading
import time

WINDOW = 60  # seconds
MOST = 300  # misses of one address within them; a school may sit behind one
REMEMBERED = 10_000  # addresses; whoever has many gains no memory of ours
OF_ONE_HOUSE = 64  # bits of an IPv6 address that one customer has in common


class Pace:
    """Misses of each address, as this process has seen them.

    :param int most: misses within `WINDOW`
    :param clock: returns seconds that never go back
    """

    def __init__(self, most=MOST, *, clock=time.monotonic):
        self._most = most
        self._clock = clock
        self._lock = threading.Lock()
        self._seen = {}  # house → when its window ends, misses in it

    def wait(self, address):
        """Seconds that an address has to wait before it is answered; 0: none.

        :rtype: int
        """
        with self._lock:
            ends_at, misses = self._seen.get(_house(address), (0, 0))
            left = ends_at - self._clock()
        return int(left) + 1 if left > 0 and misses >= self._most else 0

    def miss(self, address):
        """Note that an address asked for what is not there."""
        house, now = _house(address), self._clock()
        with self._lock:
            # the latest stands last, and the first is forgotten
            ends_at, misses = self._seen.pop(house, (0, 0))
            if ends_at <= now:
                ends_at, misses = now + WINDOW, 0
            self._seen[house] = (ends_at, misses + 1)
            if len(self._seen) > REMEMBERED:
                del self._seen[next(iter(self._seen))]


def _house(address):
    """Whose address it is: with IPv6 everybody has billions."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return address
    if ip.version == 4:
        return str(ip)
    return str(ipaddress.ip_network((int(ip), OF_ONE_HOUSE), strict=False))


GUESSES = Pace()  # of tokens
