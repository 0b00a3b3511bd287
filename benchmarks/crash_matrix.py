"""Kill Odoo at every step, start it again, and count what is lost or doubled."""

import os
import sys

from demo_parts.show import Step, say, table

from .crash import NotOnce
from .crash_academic import POINTS as ACADEMIC_POINTS
from .crash_academic import AcademicMatrix
from .crash_certificates import OLDER_POINTS, CertificateMatrix
from .crash_certificates import POINTS as CERTIFICATE_POINTS
from .stage import Stage, run_or_fail

ACADEMIC, CERTIFICATES = "academic", "certificates"


def crash_academic(stage):
    """:return: whether everything arrived once"""
    matrix = AcademicMatrix(stage)
    rows = matrix.kill_at_each(ACADEMIC_POINTS)
    show(rows, matrix)
    table(
        ["entity", "saved in Odoo", "at DokStamp", "lost", "doubled"],
        list(matrix.by_entity()),
    )
    return not any(matrix.compare())


def crash_certificates(stage):
    """:return: whether each certificate is there once, here and there alike"""
    with Step("People complete a course, some have certificates"):
        matrix = CertificateMatrix(stage, CERTIFICATE_POINTS + OLDER_POINTS)
    rows = matrix.kill_at_each(CERTIFICATE_POINTS)
    matrix.use_older_generation()
    rows += matrix.kill_at_each(OLDER_POINTS)
    show(rows, matrix)
    table(["certificates", "in Odoo", "at DokStamp"], matrix.verdicts.summary())
    return not any(matrix.compare())


def show(rows, matrix):
    say()
    table(["Odoo was killed", "calls open", *matrix.COLUMNS, "recovered in"], rows)
    say()


def crash(database, parts):
    """Run the matrices, the academic one first: it counts all that DokStamp holds.

    :param parts: of `ACADEMIC` and `CERTIFICATES`
    :raise NotOnce: something was lost or doubled
    """
    with Stage(database) as stage:
        good = [
            run(stage)
            for part, run in (
                (ACADEMIC, crash_academic),
                (CERTIFICATES, crash_certificates),
            )
            if part in parts
        ]
    if not all(good):
        raise NotOnce("see the tables")


if __name__ == "__main__":
    run_or_fail(
        "scripts/crash-matrix",
        lambda: crash(
            os.environ.get("DOKSTAMP_CRASH_DB", "dokstamp_crash"),
            sys.argv[1:] or (ACADEMIC, CERTIFICATES),
        ),
    )
