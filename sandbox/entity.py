"""What a resource is made of: its rows, its body, its rules, and what leans on it."""

from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy import Column, Select, Table, select

from . import schema
from .bodies import Body, partial
from .options import Options

# Which table a link leads to, and what an answer shows of the other record.
LINKS = {
    "institution": (schema.institutions, "name"),
    "organization": (schema.organizations, "name"),
    "course": (schema.courses, "name"),
    "student": (schema.students, "name"),
    "cohort": (schema.cohorts, "code"),
    "enrollment": (schema.enrollments, "completion_status"),
    "template": (schema.certificate_templates, "name"),
}

# Which table a uuid in a body must be found in.
REFERENCES = {f"{name}_uuid": table for name, (table, _shown) in LINKS.items()} | {
    "badge_image_uuid": schema.files,
    "file_uuid": schema.files,
    "certificate_uuid": schema.certificates,
}


@dataclass(frozen=True)
class Unique:
    """No two live records of a tenant share this field.

    :param within: further columns that must be equal too; None: no rule at present
    :param deleted_block: whether deleted records keep their value
    """

    field: str
    within: Callable[[Options], tuple[str, ...] | None]
    deleted_block: Callable[[Options], bool]


@dataclass(frozen=True)
class Entity:
    """A resource: `path` in the URL, `model` in messages, `fields` in answers."""

    path: str
    table: Table
    model: str
    body: type[Body]
    fields: tuple[str, ...]
    links: tuple[str, ...] = ()
    filters: frozenset[str] = frozenset()
    unique: tuple[Unique, ...] = ()
    blocked_by: tuple[Callable[[str], Select], ...] = ()
    patch_body: type[Body] = field(init=False)

    def __post_init__(self):
        object.__setattr__(self, "patch_body", partial(self.body))

    def known_filters(self, options: Options) -> frozenset[str]:
        """The fields that `where` takes (dokstamp-api.md 5)."""
        if self.path == "enrollments" and options.enrollments_filter_student:
            return self.filters | {"student_uuid"}
        return self.filters


def refers(column: Column) -> Callable[[str], Select]:
    """Live rows whose column holds the uuid."""

    def rows(uuid: str) -> Select:
        return select(column.table.c.id).where(
            column == uuid, column.table.c.deleted_at.is_(None)
        )

    return rows


def attached(uuid: str) -> Select:
    """Attachments of a module to courses that are not deleted."""
    course = schema.courses.c
    attachment = schema.attachments.c
    joined = schema.attachments.join(
        schema.courses, course.uuid == attachment.course_uuid
    )
    return (
        select(attachment.id)
        .select_from(joined)
        .where(
            attachment.module_uuid == uuid,
            attachment.deleted_at.is_(None),
            course.deleted_at.is_(None),
        )
    )
