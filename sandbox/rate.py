"""The rate limit (dokstamp-api.md 6 leaves its numbers and scope open)."""

import time
from collections import defaultdict, deque

from .options import RateLimit

MINUTE = 60  # seconds


class RateMeter:
    """Counts each tenant's requests in a sliding window."""

    def __init__(self):
        self._seen: dict[str, deque[float]] = defaultdict(deque)

    def refuse(self, tenant: str, limit: RateLimit) -> float | None:
        """Seconds until the next request is allowed; None when this one is."""
        at = time.monotonic()
        seen = self._seen[tenant]
        while seen and seen[0] <= at - limit.window_seconds:
            seen.popleft()
        allowed = max(1, int(limit.per_minute * limit.window_seconds / MINUTE))
        if len(seen) < allowed:
            seen.append(at)
            return None
        return seen[0] + limit.window_seconds - at
