"""Kill Odoo at every step of a flush, start it again, and count what DokStamp holds.

No hooks in the addon: the sandbox's faults and locks in PostgreSQL stop the flush where
it shall die.
"""

import os
import time
from collections import Counter
from dataclasses import dataclass

from demo_parts.show import DemoFailed, Step, say, table

from .stage import Stage, run_or_fail, wait_for

REACHED_WITHIN = 30  # seconds for a flush to get to the step where it dies
FOREVER = 60  # seconds, longer than Odoo lives then
SLOW = 2  # seconds
GROUPS = r"/courses/[^/]*/modules/groups"
ATTACH = r"/courses/[^/]*/attach/modules"
PLAIN = "organizations|courses|modules|students|cohorts|enrollments"
CREATES = rf"/({PLAIN})|{GROUPS}|{ATTACH}"

# Entity of the sandbox → what tells two of its records apart.
KEYS = {
    "organizations": ("name",),
    "courses": ("code",),
    "modules": ("code",),
    "students": ("email",),
    "cohorts": ("code", "course_uuid"),
    "module_groups": ("name", "course_uuid"),
    "attachments": ("course_uuid", "module_uuid"),
    "enrollments": ("student_uuid", "course_uuid"),
}


class NotOnce(DemoFailed):
    """Something was lost or doubled."""


@dataclass
class Point:
    """Where Odoo dies.

    :param title: as the table names it
    :param fault: of the sandbox, as sandbox/faults.py takes it
    :param arrives: path of the request whose arrival says that the step is reached
    :param lock: statement that stops Odoo in the database instead
    :param answered: die when so many creations were answered
    """

    title: str
    fault: dict | None = None
    arrives: str | None = None
    lock: str | None = None
    answered: int = 0


def call(effect, path, method="POST"):
    """A point in the middle of a call."""
    fault = {"method": method, "path": path, "times": None, **effect}
    return {"fault": fault, "arrives": path}


SILENT = {"drop": "hang", "seconds": FOREVER}
SILENT_AFTER = {"drop": "hang_after", "seconds": FOREVER}
POINTS = (
    Point("saved, nothing claimed yet", lock="LOCK dokstamp_sync_record IN SHARE MODE"),
    Point("claimed, nothing sent", **call(SILENT, "/oauth/token")),
    Point("searching", **call(SILENT, "/students|/courses", "GET")),
    Point("call left, not done there", **call(SILENT, "/students|/courses|/modules")),
    Point("call left, done there later", **call({"delay": SLOW}, "/students|/courses")),
    Point("done there: student, course", **call(SILENT_AFTER, "/students|/courses")),
    Point("done there: module, cohort", **call(SILENT_AFTER, "/modules|/cohorts")),
    Point("done there: group, organization", **call(SILENT_AFTER, f"{GROUPS}|/org.*")),
    Point("done there: attached", **call(SILENT_AFTER, ATTACH)),
    Point("done there: enrollment", **call(SILENT_AFTER, "/enrollments")),
    Point("answered, not noted", lock="LOCK dokstamp_binding IN SHARE MODE"),
    Point("some noted, others not", answered=15),
)


class Matrix:
    """Adds a small school for each point, and knows what must be there in the end."""

    def __init__(self, stage):
        self.stage = stage
        self.expected = Counter()
        self.batches = 0
        self.wrong = (0, 0)  # lost and doubled so far

    def save_school(self):
        """A few records of every kind, as a registrar's import makes them."""
        self.batches += 1
        mark = f"B{self.batches:02}"
        courses = self._create(
            "course",
            [{"name": f"{mark} Course {n}", "code": f"{mark}-C{n}"} for n in range(3)],
        )
        modules = self._create(
            "module",
            [{"name": f"{mark} Module {n}", "code": f"{mark}-M{n}"} for n in range(3)],
        )
        students = self._create(
            "student",
            [
                {
                    "name": f"{mark} Student {n}",
                    "email": f"{mark}.{n}@example.com".lower(),
                    "date_of_birth": "2001-02-03",
                }
                for n in range(4)
            ],
        )
        self._create("organization", [{"name": f"{mark} Faculty"}])
        groups = self._create(
            "module.group", [{"name": "Term", "course_id": id_} for id_ in courses]
        )
        self._create(
            "curriculum.line",
            [
                {"course_id": course, "module_id": module, "group_id": group}
                for course, group in zip(courses, groups, strict=True)
                for module in modules[:2]
            ],
        )
        cohorts = self._create(
            "cohort",
            [{"code": f"{mark}-{id_}", "course_id": id_} for id_ in courses],
        )
        self._create(
            "enrollment",
            [
                {
                    "student_id": student,
                    "course_id": courses[0],
                    "cohort_id": cohorts[0],
                    "enrolled_at": "2026-09-01",
                }
                for student in students
            ],
        )

    def _create(self, kind, values):
        entities = {"curriculum.line": "attachments", "module.group": "module_groups"}
        self.expected[entities.get(kind, f"{kind}s")] += len(values)
        return self.stage.admin.call(f"dokstamp.{kind}", "create", values)

    def kill_at(self, point):
        """Save a school, kill Odoo at the point, start it again.

        :return: the table's row for the point
        """
        since = self.stage.sandbox.last_request_id()
        if point.lock:
            self._die_at_lock(point.lock)
        else:
            self._die_in_call(point, since)
        self.stage.sandbox.speed_up()
        open_calls = self._under_way(since)
        time.sleep(SLOW if (point.fault or {}).get("delay") else 0)
        self.stage.start()
        self.stage.wake()
        seconds = self.stage.wait_until_quiet()
        wrong, self.wrong = self.wrong, self.compare()
        lost, doubled = (
            now - before for now, before in zip(self.wrong, wrong, strict=True)
        )
        return [point.title, open_calls, lost, doubled, f"{seconds:.1f} s"]

    def _die_at_lock(self, statement):
        stops_saves_too = "sync_record" in statement
        if stops_saves_too:
            self._send("scheduled")
            self.save_school()
            self._send("realtime")
        with self.stage.holding(statement):
            if stops_saves_too:
                self.stage.trigger()
            else:
                self.save_school()
            wait_for(self.stage.is_blocked, REACHED_WITHIN, statement)
            time.sleep(0.5)  # for the answers of the other threads
            self.stage.kill()

    def _send(self, mode):
        values = {"sync_mode": mode}
        self.stage.admin.call("dokstamp.account", "write", [self.stage.account], values)

    def _die_in_call(self, point, since):
        if point.fault:
            self.stage.control("faults", point.fault)
        if point.arrives == "/oauth/token":
            self.stage.control("tokens/expire", {})
        self.save_school()
        wait_for(lambda: self._is_reached(point, since), REACHED_WITHIN, point.title)
        self.stage.kill()

    def _is_reached(self, point, since):
        sandbox = self.stage.sandbox
        if point.answered:
            rows = sandbox.requests(since, method="POST", path=CREATES)
            return sum(row["status"] is not None for row in rows) >= point.answered
        method = point.fault["method"]
        return bool(sandbox.requests(since, method=method, path=point.arrives))

    def _under_way(self, since):
        rows = self.stage.sandbox.requests(since)
        return sum(row["status"] is None for row in rows)

    def compare(self):
        """:return: how many records are lost, and how many doubled, deleted ones too"""
        lost = doubled = 0
        for entity, names in KEYS.items():
            rows = self.stage.sandbox.rows(entity, deleted=True)
            found = Counter(tuple(row[name] for name in names) for row in rows)
            lost += max(self.expected[entity] - len(found), 0)
            doubled += sum(count - 1 for count in found.values())
        return lost, doubled

    def by_entity(self):
        for entity, names in KEYS.items():
            rows = self.stage.sandbox.rows(entity, deleted=True)
            found = {tuple(row[name] for name in names) for row in rows}
            expected = self.expected[entity]
            yield [
                entity,
                expected,
                len(found),
                expected - len(found),
                len(rows) - len(found),
            ]


def crash(points=POINTS, database="dokstamp_crash"):
    """Run the matrix, or a part of it.

    :raise NotOnce: something was lost or doubled
    """
    rows = []
    with Stage(database) as stage:
        matrix = Matrix(stage)
        for point in points:
            with Step(f"Killed: {point.title}"):
                rows.append(matrix.kill_at(point))
        say()
        table(
            ["Odoo was killed", "calls open", "lost", "doubled", "recovered in"], rows
        )
        say()
        table(
            ["entity", "saved in Odoo", "at DokStamp", "lost", "doubled"],
            list(matrix.by_entity()),
        )
        if sum(matrix.compare()):
            raise NotOnce("see the table")


if __name__ == "__main__":
    run_or_fail(
        "scripts/crash-matrix",
        lambda: crash(database=os.environ.get("DOKSTAMP_CRASH_DB", "dokstamp_crash")),
    )
