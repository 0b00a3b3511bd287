"""One account's share of a running flush: its worker threads and what is under way in them."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from .memory import Memory
from .message import Message

BATCH = 100  # rows claimed at once


@dataclass(frozen=True)
class Job:
    """A claimed queue row with the message that came of it; plain values, safe to hold without a transaction."""

    row_id: int
    res_model: str
    res_id: int
    message: Message


@dataclass
class Lane:
    """:param int account_id: the `dokstamp.account`
    :param Client client: shared by the lane's threads
    :param int width: requests at once
    :param bool is_probing: after an outage, only one request until DokStamp answers again
    """

    account_id: int
    client: object
    width: int
    is_probing: bool = False
    is_stopped: bool = False
    memory: Memory = field(default_factory=Memory)
    jobs: dict = field(default_factory=dict)  # future → Job

    def __post_init__(self):
        self._threads = ThreadPoolExecutor(
            self.width, thread_name_prefix=f"dokstamp-{self.account_id}"
        )

    @property
    def room(self):
        """How many rows may be claimed now."""
        if self.is_stopped:
            return 0
        if self.is_probing:
            return 0 if self.jobs else 1
        return BATCH - len(self.jobs) if len(self.jobs) < self.width * 2 else 0

    def start(self, jobs):
        for job in jobs:
            future = self._threads.submit(job.message.send, self.client, self.memory)
            self.jobs[future] = job

    def take(self, futures):
        """The jobs among ``futures`` that are ours, no longer under way.

        :rtype: list[Job]
        """
        return [self.jobs.pop(future) for future in futures if future in self.jobs]

    def drop_unstarted(self):
        """Call off what no thread has begun, and name it.

        :rtype: list[Job]
        """
        return self.take([future for future in self.jobs if future.cancel()])

    def close(self):
        self._threads.shutdown(wait=False, cancel_futures=True)
