"""A flush of academic records is interrupted at every step."""

from collections import Counter

from demo_parts.dokstamp import KEYS

from .crash import LATER, SILENT, SILENT_AFTER, Matrix, Point, call
from .faults import SOME, answered, dropped, end_tokens, outage
from .stage import UNSENT

GROUPS = r"/courses/[^/]*/modules/groups"
ATTACH = r"/courses/[^/]*/attach/modules"
PLAIN = "organizations|courses|modules|students|cohorts|enrollments"
QUEUE_LOCK = "LOCK dokstamp_sync_record IN SHARE MODE"
CREATES = rf"/({PLAIN})|{GROUPS}|{ATTACH}"

POINTS = (
    Point("saved, nothing claimed yet", lock=QUEUE_LOCK),
    Point("claimed, nothing sent", **call(SILENT, "/oauth/token")),
    Point("searching", **call(SILENT, "/students|/courses", "GET")),
    Point("call left, not done there", **call(SILENT, "/students|/courses|/modules")),
    Point("call left, done there later", **call(LATER, "/students|/courses")),
    Point("done there: student, course", **call(SILENT_AFTER, "/students|/courses")),
    Point("done there: module, cohort", **call(SILENT_AFTER, "/modules|/cohorts")),
    Point("done there: group, organization", **call(SILENT_AFTER, f"{GROUPS}|/org.*")),
    Point("done there: attached", **call(SILENT_AFTER, ATTACH)),
    Point("done there: enrollment", **call(SILENT_AFTER, "/enrollments")),
    Point("answered, not noted", lock="LOCK dokstamp_binding IN SHARE MODE"),
    Point("some noted, others not", arrives=CREATES, answered=15),
)


# What DokStamp may do wrong, to the first calls that it is done to.
FAULTS = (
    Point("connection lost, not done", **call(dropped("before"), CREATES)),
    Point("connection lost, done", **call(dropped("after"), CREATES)),
    Point("no answer, not done", **call(SILENT | SOME, CREATES)),
    Point("no answer, done", **call(SILENT_AFTER | SOME, CREATES)),
    Point("500, not done", **call(answered(500), CREATES)),
    Point("500, done", **call({"after_status": 500} | SOME, CREATES)),
    Point("503", **call(answered(503), CREATES)),
    Point("503, come back in 5 s", **call(answered(503, 5), CREATES)),
    Point("429, come back in 5 s", **call(answered(429, 5), CREATES)),
    Point("a proxy's page, not done", **call({"html": 502} | SOME, CREATES)),
    Point("half an answer, done", **call({"truncate": True} | SOME, CREATES)),
    Point("half an answer to a search", **call({"truncate": True} | SOME, ".*", "GET")),
    Point("the token ends", arrives=CREATES, answered=5, then=end_tokens),
    Point("out for a minute", arrives=CREATES, answered=5, then=outage("drop")),
)


class AcademicMatrix(Matrix):
    """Adds a small school for each point, and knows what must be there in the end."""

    COLUMNS = ("lost", "doubled")

    def __init__(self, stage):
        self.expected = Counter(institutions=1)  # the stage's own
        self.batches = self.saves = 0
        super().__init__(stage)

    def begin(self, point):
        if point.arrives == "/oauth/token":
            self.stage.control("tokens/expire", {})
        self.save_school()

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
        students = self._create("student", [_student(mark, n) for n in range(4)])
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

    def bring_there(self, point, since):
        """A lock on the queue would hold up the save too: only the flush meets it."""
        if point.lock != QUEUE_LOCK:
            super().bring_there(point, since)
            return
        self._send("scheduled")
        self.begin(point)
        self._send("realtime")
        with self.stage.holding(point.lock):
            self.stage.trigger()
            self.strike_when_reached(point, since)

    def _send(self, mode):
        values = {"sync_mode": mode}
        self.stage.admin.call("dokstamp.account", "write", [self.stage.account], values)

    def save_something(self, person):
        """Somebody new; each save is expected at DokStamp like all others."""
        self.saves += 1
        person.call("dokstamp.student", "create", [_student("Meanwhile", self.saves)])
        self.expected["students"] += 1

    def is_unsettled(self):
        return bool(self.stage.number(UNSENT))

    def compare(self):
        """:return: how many records are lost, and how many doubled, deleted ones too"""
        lost = doubled = 0
        for entity, names in KEYS.items():
            rows = self.stage.sandbox.rows(entity, deleted=True)
            found = Counter(tuple(row[name] for name in names) for row in rows)
            lost += max(self.expected[entity] - len(found), 0)
            doubled += sum(count - 1 for count in found.values())
        return lost, doubled

    def summary(self):
        headings = ["entity", "saved in Odoo", "at DokStamp", "lost", "doubled"]
        return headings, list(self._by_entity())

    def _by_entity(self):
        for entity, names in KEYS.items():
            rows = self.stage.sandbox.rows(entity, deleted=True)
            found = {tuple(row[name] for name in names) for row in rows}
            expected = self.expected[entity]
            lost, doubled = expected - len(found), len(rows) - len(found)
            yield [entity, expected, len(found), lost, doubled]


def _student(mark, number):
    return {
        "name": f"{mark} Student {number}",
        "email": f"{mark}.{number}@example.com".lower(),
        "date_of_birth": "2001-02-03",
    }
