"""Keep below a number of requests per minute without bunching them."""

import threading
import time

WINDOW = 60  # seconds
LARGEST_BURST = 5  # requests that may go at once after a quiet time, besides the first


class RateLimit:
    """Smooth the calls of all threads that share it.

    Not more than `per_minute` start within any 60 s: a few may go at once after a quiet
    time, the others follow evenly. DokStamp documents no numbers (dokstamp-api.md 6);
    the school sets one.

    :param per_minute: requests per minute; 0 or None: no limit
    :param clock: returns seconds that never go back
    :param sleep: waits the given seconds
    """

    def __init__(self, per_minute=None, *, clock=time.monotonic, sleep=time.sleep):
        self.per_minute = per_minute or 0
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()
        self._next_start = float("-inf")
        if self.per_minute:
            burst = min(LARGEST_BURST, self.per_minute // 10)
            # the burst is taken off the steady rate, so both together stay in the limit
            self._interval = WINDOW / (self.per_minute - burst)
            self._head_start = burst * self._interval

    def wait(self):
        """Block the calling thread until its request may start."""
        if not self.per_minute:
            return
        delay = self._reserve()
        if delay > 0:
            self._sleep(delay)

    def _reserve(self):
        with self._lock:
            now = self._clock()
            start = max(self._next_start, now - self._head_start)
            self._next_start = start + self._interval
            return start - now
