"""How much is measured."""

from dataclasses import dataclass


@dataclass
class Scale:
    """:param tuple latencies: seconds that DokStamp waits with an answer
    :param tuple in_flight: requests at once
    :param int drains: turns of each backlog
    :param int arrivals: saves that are followed
    :param int waiting: rows that wait meanwhile
    :param tuple saves: records in a save, and turns
    :param int settled: rows of a long queue
    :param int taken: rows that are claimed while a snapshot is open
    :param int records: that have not changed
    """

    latencies: tuple = (0, 0.02, 0.05, 0.1)
    in_flight: tuple = (1, 4, 16)
    drains: int = 3
    arrivals: int = 30
    waiting: int = 10_000
    saves: tuple = ((1, 200), (100, 30), (10_000, 3))
    settled: int = 1_000_000
    taken: int = 24_000
    records: int = 20_000


QUICK = {
    "latencies": (0, 0.05),
    "in_flight": (4,),
    "drains": 1,
    "arrivals": 8,
    "waiting": 2_000,
    "saves": ((1, 40), (100, 6), (2_000, 1)),
    "settled": 100_000,
    "taken": 6_000,
    "records": 2_000,
}
