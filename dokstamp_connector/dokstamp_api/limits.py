"""When a request may start: within the school's pace, and not while DokStamp asks us
to wait.
"""

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


class Hold:
    """A wait that the server asked for: nobody calls before it is over, whatever else
    comes back meanwhile. Shared by all threads.

    :param clock: returns seconds that never go back
    """

    def __init__(self, *, clock=time.monotonic):
        self._clock = clock
        self._lock = threading.Lock()
        self._until = float("-inf")

    @property
    def remaining(self):
        """Seconds until a call may be made; 0 when it may be made now."""
        return max(self._until - self._clock(), 0.0)

    def extend(self, seconds):
        """Wait at least so long from now."""
        with self._lock:
            self._until = max(self._until, self._clock() + seconds)

    def release(self):
        """The wait is over by a clock that others go by."""
        with self._lock:
            self._until = float("-inf")
