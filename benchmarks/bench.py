"""Measure what people wait for, on a database of its own."""

import os
import sys

from demo_parts.show import DemoFailed

from .issuing import measure_issuing
from .latency import measure_saves
from .sending import measure_sending
from .stage import Stage, run_or_fail

CERTIFICATES, SENDING, SAVES = "certificates", "sending", "saves"
# Saves come last: they end with DokStamp off.
PARTS = {
    CERTIFICATES: measure_issuing,
    SENDING: measure_sending,
    SAVES: measure_saves,
}


def measure(database, parts):
    """Measure one part after the other, also when one is too slow.

    :param parts: of `PARTS`
    :raise DemoFailed: the first that was too slow, or did not work
    """
    failures = []
    with Stage(database) as stage:
        for run in [PARTS[part] for part in PARTS if part in parts]:
            try:
                run(stage)
            except DemoFailed as error:
                failures.append(error)
    if failures:
        raise failures[0]


if __name__ == "__main__":
    run_or_fail(
        "scripts/bench",
        lambda: measure(
            os.environ.get("DOKSTAMP_BENCH_DB", "dokstamp_bench"),
            sys.argv[1:] or PARTS,
        ),
    )
