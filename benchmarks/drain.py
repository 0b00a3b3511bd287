"""How fast a backlog empties, beside OCA's queue_job and beside what is possible."""

from collections import defaultdict

from demo_parts.show import Step

from .bench_report import Spread
from .rivals import Connector, Limit, People, QueueJob

NOTE = (
    "People wait in a queue; each is searched for at DokStamp and created, two calls. "
    "`queue_job` is OCA's, with its own runner and as many slots in its channel; it "
    "runs in the same Odoo, in turn with the connector. The limit is a client that "
    "does nothing but call, from as many threads. Time counts from the first call's "
    "arrival at the sandbox to the last one's answer. At 0 ms all of them compete with "
    "the sandbox for the machine."
)
SHARE, TIMES = 0.95, 4  # of the limit from `SLOW` on; queue_job's at no latency
SLOW = 0.02  # seconds
SECONDS = 3  # that the limit takes for a backlog
FEWEST, MOST = 40, 300  # people in a backlog
CALLS = 2


def measure_drain(stage, report, scale):
    """:param Scale scale: how much of it"""
    with report.section("A backlog empties", NOTE):
        found = {}
        people = People()
        for in_flight in scale.in_flight:
            stage.allow(in_flight)
            rivals = [kind(stage) for kind in (Limit, Connector, QueueJob)]
            for rival in rivals:  # the first ones fill caches
                rival.rate(people.next(FEWEST), 0)
            for latency in scale.latencies:
                with Step(f"{latency * 1000:.0f} ms, {in_flight} in flight"):
                    found[latency, in_flight] = _rates(
                        rivals, people, latency, in_flight, scale.drains
                    )
        report.curves = {
            place: {name: Spread.of(values) for name, values in rates.items()}
            for place, rates in found.items()
        }
        report.table(
            [
                *("latency", "in flight", "connector, records/s", "limit"),
                *("of the limit", "queue_job", "times queue_job"),
            ],
            [_row(*place, found[place]) for place in sorted(found)],
        )
        _judge(report, found)


def _rates(rivals, people, latency, in_flight, rounds):
    """Name → records a second of each round."""
    count = MOST if not latency else int(in_flight / latency / CALLS * SECONDS)
    count = min(max(count, FEWEST), MOST)
    rates = defaultdict(list)
    for number in range(rounds):
        turn = number % len(rivals)
        for rival in rivals[turn:] + rivals[:turn]:
            rates[rival.name].append(rival.rate(people.next(count), latency))
    return rates


def _row(latency, in_flight, rates):
    ours, limit, theirs = (rates[n] for n in ("connector", "limit", "queue_job"))
    return [
        f"{latency * 1000:.0f} ms",
        in_flight,
        Spread.of(ours).text("{:.1f}"),
        Spread.of(limit).text("{:.1f}"),
        Spread.of_ratios(ours, limit).text("{:.0%}"),
        Spread.of(theirs).text("{:.1f}"),
        Spread.of_ratios(ours, theirs).text("{:.1f}"),
    ]


def _judge(report, found):
    for (latency, in_flight), rates in sorted(found.items()):
        where = f"at {latency * 1000:.0f} ms, {in_flight} in flight"
        is_slow = latency >= SLOW
        if not (is_slow or latency == 0):
            continue
        other, least, shape = (
            ("limit", SHARE, "{:.0%}") if is_slow else ("queue_job", TIMES, "{:.1f} ×")
        )
        ratio = Spread.of_ratios(rates["connector"], rates[other])
        report.goal(
            f"a backlog {where}, of {other}",
            f"at least {shape.format(least)}",
            ratio.text(shape),
            is_met=round(ratio.median, 2) >= least,
        )
