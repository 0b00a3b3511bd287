"""How long the flush takes to take its next rows."""

from demo_parts.show import Step

from .bench_report import Spread
from .cast import CONNECTOR
from .within import figures

NOTE = (
    "The flush's own claim of 100 rows, in a queue that SQL has filled; each batch "
    "goes through all that is written of its rows, but for the calls. While it is "
    "held, somebody's snapshot (`REPEATABLE READ`) is open from before the first claim "
    "until after the last, as of a long import."
)
TURNS = 3
TIMES = 1.5  # the longest that a claim may take, of the same without


def measure_claims(cast, report, scale):
    with report.section("Taking the next rows", NOTE):
        few = min(scale.taken, 6_000)
        kinds = {
            "1,000 wait": {"settled": 0, "waiting": 1_000, "taken": 1_000},
            f"{few:,} wait, {scale.settled:,} are done": {
                "settled": scale.settled,
                "waiting": few,
                "taken": few,
            },
            f"{scale.settled:,} wait": {
                "settled": 0,
                "waiting": scale.settled,
                "taken": few,
            },
        }
        free = f"{scale.taken:,} go through"
        held = f"{free}, a snapshot is held"
        kinds[free] = {"settled": 0, "waiting": scale.taken, "taken": scale.taken}
        kinds[held] = kinds[free] | {"is_held": True}
        found = {title: [] for title in kinds}
        for turn in range(TURNS):
            for title, arguments in kinds.items():
                if (
                    turn
                    and arguments["settled"] + arguments["waiting"] > scale.taken * 2
                ):
                    continue  # filling it takes long
                with Step(title):
                    found[title].append(_claims(cast, arguments))
        report.table(
            ["the queue", "claims", "median", "the last tenth"],
            [_row(title, turns) for title, turns in found.items()],
        )
        for what, part in (("median", _median), ("median of the last tenth", _end)):
            ratio = Spread.of_ratios(map(part, found[held]), map(part, found[free]))
            report.goal(
                f"a claim while a snapshot is held, {what}",
                f"at most {TIMES} ×",
                ratio.text("{:.2f} ×"),
                is_met=ratio.median <= TIMES,
            )


def _claims(cast, arguments):
    """Milliseconds of each claim, without the first ones, which fill caches."""
    name = cast.names[CONNECTOR]
    seconds = figures(
        cast.work, "claim", database=name, account=cast.account, **arguments
    )
    return [1000 * one for one in seconds[2:]]


def _median(claims):
    return Spread.of(claims).median


def _end(claims):
    return Spread.of(claims[-max(1, len(claims) // 10) :]).median


def _row(title, turns):
    shown = [Spread.of(map(part, turns)).text("{:.1f} ms") for part in (_median, _end)]
    return [title, sum(map(len, turns)), *shown]
