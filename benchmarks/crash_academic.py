"""Odoo is killed at every step of a flush of academic records."""

from collections import Counter

from .crash import LATER, SILENT, SILENT_AFTER, Matrix, Point, call

GROUPS = r"/courses/[^/]*/modules/groups"
ATTACH = r"/courses/[^/]*/attach/modules"
PLAIN = "organizations|courses|modules|students|cohorts|enrollments"
QUEUE_LOCK = "LOCK dokstamp_sync_record IN SHARE MODE"
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


class AcademicMatrix(Matrix):
    """Adds a small school for each point, and knows what must be there in the end."""

    COLUMNS = ("lost", "doubled")

    def __init__(self, stage):
        self.expected = Counter()
        self.batches = 0
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

    def die(self, point, since):
        """A lock on the queue would hold up the save too: only the flush meets it."""
        if point.lock != QUEUE_LOCK:
            super().die(point, since)
            return
        self._send("scheduled")
        self.begin(point)
        self._send("realtime")
        with self.stage.holding(point.lock):
            self.stage.trigger()
            self._wait_for(point, since)
            self.stage.kill()

    def _send(self, mode):
        values = {"sync_mode": mode}
        self.stage.admin.call("dokstamp.account", "write", [self.stage.account], values)

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
            lost, doubled = expected - len(found), len(rows) - len(found)
            yield [entity, expected, len(found), lost, doubled]


def _student(mark, number):
    return {
        "name": f"{mark} Student {number}",
        "email": f"{mark}.{number}@example.com".lower(),
        "date_of_birth": "2001-02-03",
    }
