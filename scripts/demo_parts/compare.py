"""What Odoo holds and what DokStamp holds, entity by entity, field by field."""

from dataclasses import dataclass, field

from .show import say, table

SHOWN_DIFFERENCES = 10
ARCHIVED_TOO = {"active_test": False}


@dataclass(frozen=True)
class Kind:
    """One entity.

    :param name: the sandbox's
    :param model: the registry's
    :param plain: fields that have the same name on both sides
    :param links: field → key of DokStamp's uuid
    :param archived: what an archived record looks like at DokStamp
    :param lasting: values that an archived record keeps
    :param key: what two records are compared by; DokStamp gives attachments no uuid
    """

    name: str
    model: str
    plain: tuple
    links: dict = field(default_factory=dict)
    archived: dict = field(default_factory=dict)
    lasting: tuple = ()
    key: tuple = ("uuid",)

    @property
    def label(self):
        return self.name.replace("_", " ")


INSTITUTION = {"institution_id": "institution_uuid"}
COURSE = {"course_id": "course_uuid"}

KINDS = (
    Kind(
        "institutions",
        "dokstamp.institution",
        ("name", "country", "legal_name", "tax_id", "website", "status"),
        archived={"status": "inactive"},
    ),
    Kind("organizations", "dokstamp.organization", ("name", "code"), INSTITUTION),
    Kind(
        "courses",
        "dokstamp.course",
        ("name", "code", "description", "workload_hours", "area", "version", "status"),
        INSTITUTION,
        archived={"status": "archived"},
    ),
    Kind(
        "modules",
        "dokstamp.module",
        ("name", "code", "description", "workload", "is_active", "is_required"),
        INSTITUTION,
        archived={"is_active": None},
    ),
    Kind(
        "module_groups",
        "dokstamp.module.group",
        ("name", "order", "is_active"),
        COURSE,
        archived={"is_active": None},
    ),
    Kind(
        "attachments",
        "dokstamp.curriculum.line",
        ("order", "is_required", "workload"),
        {
            **COURSE,
            "module_id": "module_uuid",
            "group_id": "course_module_group_uuid",
        },
        key=("course_uuid", "module_uuid"),
    ),
    Kind("cohorts", "dokstamp.cohort", ("code", "modality"), COURSE),
    Kind(
        "students",
        "dokstamp.student",
        ("name", "email", "date_of_birth", "gender", "social_name"),
    ),
    Kind(
        "enrollments",
        "dokstamp.enrollment",
        ("completion_status", "grade", "enrolled_at", "completed_at"),
        {**COURSE, "student_id": "student_uuid", "cohort_id": "cohort_uuid"},
        archived={"completion_status": "dropped"},
        lasting=("completed",),
    ),
)


class Comparison:
    """Both sides as they are now.

    :param dict elearning: how many eLearning has, by kind: `elearning_counts`
    :ivar list rows: kind; counts in eLearning, registry and DokStamp; the verdict
    :ivar list differences: one sentence each
    """

    def __init__(self, reader, sandbox, elearning=None):
        self._reader, self._sandbox = reader, sandbox
        self._uuids = {kind.model: self._uuids_of(kind) for kind in KINDS}
        self._elearning = elearning or {}
        self.rows, self.differences = [], []
        for kind in KINDS:
            self._compare(kind)

    @property
    def is_equal(self):
        return not self.differences

    def show(self):
        table(["", "eLearning", "registry", "DokStamp", "field by field"], self.rows)
        for difference in self.differences[:SHOWN_DIFFERENCES]:
            say(f"    {difference}")

    def _compare(self, kind):
        ours, theirs = self._registry(kind), self._dokstamp(kind)
        before = len(self.differences)
        source = self._elearning.get(kind.name, len(ours))
        if source != len(ours):
            self.differences.append(f"{kind.name}: {source} in eLearning")
        for key in sorted({*ours, *theirs}, key=str):
            self._compare_record(kind, ours.get(key), theirs.get(key), key)
        differing = len(self.differences) - before
        if ours or theirs:
            verdict = f"{differing} differ" if differing else "equal"
            shown = self._elearning.get(kind.name, "")
            self.rows.append([kind.label, shown, len(ours), len(theirs), verdict])

    def _compare_record(self, kind, ours, theirs, key):
        if ours is None or theirs is None:
            missing = "Odoo" if ours is None else "DokStamp"
            self.differences.append(f"{kind.name} {key}: not in {missing}")
            return
        other = {
            name: (value, theirs[name])
            for name, value in ours.items()
            if not _is_same(value, theirs[name])
        }
        if other:
            self.differences.append(f"{kind.name} {key}: {other}")

    def _uuids_of(self, kind):
        rows = self._reader.read(
            kind.model, [], ["dokstamp_uuid"], context=ARCHIVED_TOO
        )
        return {row["id"]: row["dokstamp_uuid"] for row in rows}

    def _registry(self, kind):
        """Key → the record as DokStamp should have it; no uuid is a key of its own."""
        names = [*kind.plain, *kind.links, "active"]
        rows = self._reader.read(kind.model, [], names, context=ARCHIVED_TOO)
        records = {}
        for row in rows:
            uuid = self._uuids[kind.model][row["id"]]
            is_attached = kind.key != ("uuid",)
            if not row["active"] and (is_attached or not uuid):
                continue  # never sent, or taken out again
            record = self._as_sent(kind, row) | {"uuid": uuid}
            key = tuple(record[name] or f"no uuid, {row['id']}" for name in kind.key)
            if is_attached:
                del record["uuid"]
            records[key] = record
        return records

    def _as_sent(self, kind, row):
        record = {name: row[name] for name in kind.plain}
        for name, key in kind.links.items():
            model = f"dokstamp.{LINKED[name]}"
            record[key] = self._uuids[model].get(row[name])
        is_lasting = any(record[name] in kind.lasting for name in kind.archived)
        return record if row["active"] or is_lasting else record | kind.archived

    def _dokstamp(self, kind):
        rows = self._sandbox.rows(kind.name)
        return {tuple(row[name] for name in kind.key): row for row in rows}


LINKED = {
    "institution_id": "institution",
    "course_id": "course",
    "module_id": "module",
    "group_id": "module.group",
    "student_id": "student",
    "cohort_id": "cohort",
}


def elearning_counts(reader):
    """What eLearning's own tables hold, by the kind that it feeds.

    :rtype: dict[str, int]
    """
    # documentation is no course
    training = ("channel_id.channel_type", "=", "training")
    sections = [("is_category", "=", True), training]
    members = reader.read(
        "slide.channel.partner",
        [("member_status", "!=", "invited"), training],
        ["partner_id"],
    )
    return {
        "courses": reader.count(
            "slide.channel", ("channel_type", "=", "training"), context=ARCHIVED_TOO
        ),
        "modules": reader.count("slide.slide", *sections, context=ARCHIVED_TOO),
        "attachments": reader.count("slide.slide", *sections),
        "students": len({member["partner_id"] for member in members}),
        "enrollments": len(members),
    }


def _is_same(ours, theirs):
    """Empty is empty, however it is written; dates come back as datetimes."""
    ours, theirs = ours or None, theirs or None
    if (
        isinstance(ours, str)
        and isinstance(theirs, str)
        and len(ours) == len("2026-01-01")
    ):
        return theirs == ours or theirs.startswith(f"{ours}T")
    return ours == theirs
