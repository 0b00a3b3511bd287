"""Interrupt the work at every step in every way, and count what is lost or doubled."""

import argparse
import os
from dataclasses import dataclass

from demo_parts.show import Step, say, table

from .crash import NotOnce
from .crash_academic import FAULTS as ACADEMIC_FAULTS
from .crash_academic import POINTS as ACADEMIC_POINTS
from .crash_academic import AcademicMatrix
from .crash_certificates import FAULTS as CERTIFICATE_FAULTS
from .crash_certificates import OLDER_POINTS, CertificateMatrix
from .crash_certificates import POINTS as CERTIFICATE_POINTS
from .crash_servers import POINTS as SERVER_POINTS
from .crash_servers import OneServerKilled
from .interruptions import DokStampFails, OdooKilled, PostgresRestarted, SessionEnded
from .postgres import Postgres
from .report import Report
from .stage import Stage, run_or_fail

WORKERS = 2  # as in production
AFTER_START = tuple(
    point
    for point in ACADEMIC_POINTS
    if point.title in ("claimed, nothing sent", "done there: enrollment")
)
# Where a scheduled action is kept from running no session is at work.
AT_WORK = tuple(p for p in CERTIFICATE_POINTS if not (p.lock and p.reached))
INTRODUCTION = """\
# Killed, restarted, refused: the last runs of `scripts/crash-matrix`

[reliability.md](../reliability.md) tells what each part does, and what columns count.
`scripts/crash-matrix --write` runs all of it again, with names of parts only these.
"""


@dataclass(frozen=True)
class Part:
    """A way to interrupt, and the points at which it is done.

    :param type interruption: what happens at each
    :param academic: points of a flush of academic records
    :param certificates: points of a certificate's way
    :param older: those of the API's older generation
    :param int workers: of Odoo
    """

    interruption: type
    academic: tuple = ()
    certificates: tuple = ()
    older: tuple = ()
    workers: int = 0


# Name → what is done; `academic` and `certificates` kill Odoo.
PARTS = {
    "academic": (
        Part(OdooKilled, academic=ACADEMIC_POINTS),
        Part(OdooKilled, academic=AFTER_START, workers=WORKERS),
    ),
    "certificates": (
        Part(OdooKilled, certificates=CERTIFICATE_POINTS, older=OLDER_POINTS),
    ),
    "sessions": (Part(SessionEnded, ACADEMIC_POINTS, AT_WORK, OLDER_POINTS),),
    "postgres": (
        Part(
            PostgresRestarted,
            *(ACADEMIC_POINTS, CERTIFICATE_POINTS, OLDER_POINTS),
            workers=WORKERS,
        ),
    ),
    "faults": (Part(DokStampFails, ACADEMIC_FAULTS, CERTIFICATE_FAULTS),),
    "servers": (Part(OneServerKilled, academic=SERVER_POINTS),),
}


class Crash:
    """Runs parts one after the other, the academic halves first: their matrix counts
    all that DokStamp holds.

    :param names: of `PARTS`
    """

    def __init__(self, stage, names, report):
        self.stage, self.report = stage, report
        self.parts = [(name, part) for name in names for part in PARTS[name]]
        self.is_good = True

    def run(self):
        if any(part.academic for _name, part in self.parts):
            self._run(AcademicMatrix(self.stage), "academic")
        points = [p for _, part in self.parts for p in part.certificates + part.older]
        if points:
            with Step("People complete a course, some have certificates"):
                matrix = CertificateMatrix(self.stage, points)
            self._run(matrix, "certificates")
            if any(part.older for _name, part in self.parts):
                matrix.use_older_generation()
                self._run(matrix, "older")

    def _run(self, matrix, kind):
        for name, part in self.parts:
            if points := getattr(part, kind):
                with self.report.timed(name):
                    found = self._interrupt(matrix, part, points)
                self.report.add(name, *found)
        table(*matrix.summary())
        if matrix.late:
            say(f"    went on, or was done, too late: {matrix.late} times")
        self.is_good = self.is_good and not any(matrix.compare()) and not matrix.late

    def _interrupt(self, matrix, part, points):
        self.stage.use_workers(part.workers)
        interruption = part.interruption()
        with interruption.prepared(self.stage):
            return matrix.interrupt_at_each(points, interruption)


def crash(database, names, is_written):
    """:raise NotOnce: something was lost or doubled, or went on too late"""
    report = Report("crash-matrix", INTRODUCTION)
    with Postgres(database) as postgres, Stage(database) as stage:
        stage.postgres = postgres
        crashes = Crash(stage, names, report)
        crashes.run()
    if is_written:
        report.write()
    if not crashes.is_good:
        raise NotOnce("see the tables")


def _arguments():
    parser = argparse.ArgumentParser("scripts/crash-matrix", description=__doc__)
    parser.add_argument("part", nargs="*", help=f"of {', '.join(PARTS)}; default: all")
    parser.add_argument("--write", action="store_true", help="the page in docs/proof")
    arguments = parser.parse_args()
    if unknown := set(arguments.part) - PARTS.keys():
        parser.error(f"no such part: {', '.join(unknown)}")
    return arguments


if __name__ == "__main__":
    given = _arguments()
    run_or_fail(
        "scripts/crash-matrix",
        lambda: crash(
            os.environ.get("DOKSTAMP_CRASH_DB", "dokstamp_crash"),
            given.part or tuple(PARTS),
            given.write,
        ),
    )
