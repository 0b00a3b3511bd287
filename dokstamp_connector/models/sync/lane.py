"""One account's share of a running flush: its worker threads and what is under way in
them.
"""

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from ...dokstamp_api import BREAKER_OPENS_AFTER
from .memory import Memory
from .messages import Message, Probe
from .verdict import judge

LEAST, MOST = 50, 200  # rows claimed at once, while it is not known how fast they go
BATCH = 25  # likewise, for each thread
AHEAD = 1.5  # seconds for which rows are claimed; what is urgent comes after them
FEW = 4  # rows for each thread that are claimed however slow it goes
BATCH_BYTES = 16 * 1024 * 1024  # of documents that are held until they are sent
TELL_EVERY = 1  # seconds, while there is more to come
SUSPECTS = 3  # records that are refused before anything was ever written
LOOK_BACK = 5  # seconds until rows are claimed from the start of the queue again


@dataclass(frozen=True)
class Job:
    """A claimed queue row with the message that came of it; plain values, safe to hold
    without a transaction.

    :param row_id: None for a probe
    """

    row_id: int | None
    message: Message


@dataclass
class Lane:
    """What one account has under way: claimed rows, and the threads that send them.

    :param int account_id: the `dokstamp.account`
    :param str lang: in which failures are told
    :param Client client: shared by the lane's threads
    :param int width: requests at once
    :param bool is_probing: after an outage, one reading call before any row is claimed
    :param bool is_stopped: claims nothing more in this flush
    :param float patience: seconds that a row is waited for which is due soon
    """

    account_id: int
    lang: str | None
    client: object
    width: int
    is_probing: bool = False
    is_stopped: bool = False
    patience: float = 0
    memory: Memory = field(default_factory=Memory)
    jobs: dict = field(default_factory=dict)  # future → Job
    fault: Exception | None = None  # of our own, that has stopped it
    untold: set = field(default_factory=set)  # rows that users have not heard of yet

    def __post_init__(self):
        self._failures = 0  # in a row
        self._refused = Counter()  # row id → how often, before anything was written
        self._told_at = 0.0
        self._place, self._looked_at = None, 0.0
        self._pace = None  # answers a second
        self._answers, self._counted_at = 0, 0.0
        self._threads = ThreadPoolExecutor(
            self.width, thread_name_prefix=f"dokstamp-{self.account_id}"
        )

    @property
    def room(self):
        """How many rows may be claimed now."""
        if self.is_stopped or self.is_probing or self.room_bytes <= 0:
            return 0
        batch = self._batch()
        is_running_low = len(self.jobs) < batch // 2
        return batch - len(self.jobs) if is_running_low else 0

    def _batch(self):
        """How many rows are under way at most: more than the threads can send while the
        next ones are read, and not so many that a person waits for them.
        """
        if self._pace is None:
            return min(max(self.width * BATCH, LEAST), MOST)
        return min(max(int(self._pace * AHEAD), self.width * FEW), MOST)

    @property
    def room_bytes(self):
        """How many bytes of documents may be held besides those that are."""
        return BATCH_BYTES - sum(job.message.size for job in self.jobs.values())

    @property
    def place(self):
        """Behind which row the next ones are claimed: priority, rank and id; None: from
        the start, as that was long ago.

        What was before is claimed by then. To pass it again costs the more the longer
        somebody's snapshot keeps it in the index.
        """
        is_fresh = time.monotonic() - self._looked_at < LOOK_BACK
        return self._place if is_fresh else None

    def look_from_the_start(self):
        self._looked_at = time.monotonic()

    def go_on_behind(self, claimed):
        """:param claimed: as of `_claim_where`"""
        self._place = tuple(claimed[0][-1]) if claimed else None

    @property
    def is_to_tell(self):
        """Whether users hear of what has moved: each time costs as much as noting an
        answer.
        """
        is_long_ago = time.monotonic() - self._told_at >= TELL_EVERY
        return bool(self.untold) and (is_long_ago or not self.jobs)

    def told(self):
        self.untold.clear()
        self._told_at = time.monotonic()

    def start(self, jobs):
        if not self.jobs:
            self._answers, self._counted_at = 0, time.monotonic()
        for job in jobs:
            self.jobs[self._threads.submit(self._send, job.message)] = job

    def _send(self, message):
        """In a thread: send, unless an earlier answer says that this is no use now."""
        if self.is_stopped:
            return
        message.send(self.client, self.memory)
        verdict = judge(message.error, 0) if message.error else None
        self._failures = self._failures + 1 if verdict and verdict.is_outage else 0
        if self._failures >= BREAKER_OPENS_AFTER or (verdict and verdict.stops_account):
            self.is_stopped = True

    def suspect(self, row_id):
        """A record was refused, and these credentials have not written anything yet:
        perhaps they may only read, and no record is to blame.

        :return: `fail`: the record it is; `later`: the next ones will tell; `pause`
        """
        if self.client.has_written:
            return "fail"
        self._refused[row_id] += 1
        if len(self._refused) >= SUSPECTS:
            return "pause"
        return "later" if self._refused[row_id] == 1 else "fail"

    def probe(self):
        """Ask whether DokStamp works again, unless that is under way."""
        if self.is_probing and not self.is_stopped and not self.jobs:
            self.start([Job(None, Probe())])

    def take(self, futures):
        """The jobs among ``futures`` that are ours, no longer under way.

        :rtype: list[Job]
        """
        jobs = [self.jobs.pop(future) for future in futures if future in self.jobs]
        self._count(len(jobs))
        return jobs

    def _count(self, answers):
        self._answers += answers
        seconds = time.monotonic() - self._counted_at
        if seconds >= 1:
            self._pace = self._answers / seconds
            self._answers, self._counted_at = 0, time.monotonic()

    def drop_unstarted(self):
        """Call off what no thread has begun, and name it.

        :rtype: list[Job]
        """
        return self.take([future for future in self.jobs if future.cancel()])

    def close(self):
        """Wait for what is under way: whoever takes the account over must not meet our
        calls.
        """
        self._threads.shutdown(wait=True, cancel_futures=True)
