"""The tables. Rows refer to each other by uuid, as the API does (dokstamp-api.md 1).

Times are kept as the text that goes over the wire: ISO 8601 UTC with microseconds,
which also sorts rightly.
"""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    text,
)

metadata = MetaData()

ALIVE = text("deleted_at IS NULL")


def _record(name: str, *columns) -> Table:
    """A table of records that a tenant owns and that are only ever soft-deleted."""
    return Table(
        name,
        metadata,
        Column("id", Integer, primary_key=True),
        Column("uuid", Text, nullable=False, unique=True),
        Column("tenant", Text, nullable=False, index=True),
        *columns,
        Column("created_at", Text, nullable=False),
        Column("updated_at", Text, nullable=False),
        Column("deleted_at", Text),
        sqlite_autoincrement=True,
    )


def _link(name: str) -> Column:
    return Column(name, Text, index=True)


institutions = _record(
    "institutions",
    Column("name", Text),
    Column("legal_name", Text),
    Column("tax_id", Text),
    Column("country", Text),
    Column("website", Text),
    Column("linkedin_organization", Text),
    Column("status", Text),
    Column("is_badges_enabled", Boolean),
    Column("badge_image_uuid", Text),
)

organizations = _record(
    "organizations",
    Column("name", Text),
    Column("code", Text),
    _link("institution_uuid"),
)

courses = _record(
    "courses",
    Column("code", Text, index=True),
    Column("name", Text),
    Column("description", Text),
    Column("workload_hours", Integer),
    Column("area", Text),
    Column("version", Text),
    Column("status", Text),
    Column("badge_image_uuid", Text),
    _link("institution_uuid"),
    _link("organization_uuid"),
)

modules = _record(
    "modules",
    Column("code", Text, index=True),
    Column("name", Text),
    Column("description", Text),
    Column("syllabus", Text),
    Column("workload", Integer),
    Column("credits", Integer),
    Column("modality", Text),
    Column("level", Text),
    Column("is_active", Boolean),
    Column("is_required", Boolean),
    _link("institution_uuid"),
)

module_groups = _record(
    "module_groups",
    Column("name", Text),
    Column("order", Integer),
    Column("is_active", Boolean),
    _link("course_uuid"),
)

attachments = _record(
    "attachments",
    _link("course_uuid"),
    _link("module_uuid"),
    Column("order", Integer),
    Column("is_required", Boolean),
    Column("workload", Integer),
    _link("course_module_group_uuid"),
)

cohorts = _record(
    "cohorts",
    Column("code", Text, index=True),
    Column("modality", Text),
    Column("start_date", Text),
    Column("end_date", Text),
    _link("course_uuid"),
)

students = _record(
    "students",
    Column("name", Text),
    Column("email", Text, index=True),
    Column("date_of_birth", Text),
    Column("gender", Text),
    Column("social_name", Text),
)

enrollments = _record(
    "enrollments",
    Column("completion_status", Text),
    Column("grade", Float),
    Column("enrolled_at", Text),
    Column("completed_at", Text),
    _link("student_uuid"),
    _link("course_uuid"),
    _link("cohort_uuid"),
)

files = _record(
    "files",
    Column("original_name", Text),
    Column("mime_type", Text),
    Column("extension", Text),
    Column("size", Integer),
    Column("sha256", Text, index=True),
    Column("used_at", Text),
)

file_contents = Table(
    "file_contents",
    metadata,
    Column("file_uuid", Text, primary_key=True),
    Column("content", LargeBinary, nullable=False),
)

certificate_templates = _record(
    "certificate_templates",
    Column("name", Text),
    Column("version", Text),
    Column("path", Text),
    Column("preview_image_path", Text),
    Column("canva_config", JSON(none_as_null=True)),
    Column("is_default", Boolean),
    Column("status", Text),
    _link("institution_uuid"),
)

certificates = _record(
    "certificates",
    Column("status", Text),
    Column("issued_at", Text),
    Column("revoked_at", Text),
    Column("revocation_reason", Text),
    Column("short_id", Text, index=True),
    Column("blockchain_tx_hash", Text),
    Column("blockchain_tx_url", Text),
    # The pipeline that is still running: what is left of it, and what it will set.
    Column("pending_issued_at", Text),
    Column("pending_reads", Integer),
    Column("pending_until", Text),
    _link("institution_uuid"),
    _link("course_uuid"),
    _link("student_uuid"),
    _link("cohort_uuid"),
    _link("enrollment_uuid"),
    _link("template_uuid"),
    _link("file_uuid"),
)

snapshots = _record(
    "snapshots",
    _link("certificate_uuid"),
    _link("student_uuid"),
    Column("name", Text),
    Column("email", Text),
    Column("document_id", Text),
    Column("date_of_birth", Text),
    Column("country", Text),
)

notifications = _record(
    "notifications",
    _link("certificate_uuid"),
    _link("student_uuid"),
    Column("email", Text),
)

pages = _record(
    "pages",
    Column("slug", Text, index=True),
    Column("is_public", Boolean),
    Column("bio", Text),
    _link("student_uuid"),
)

items = _record(
    "items",
    Column("sort_order", Integer),
    Column("is_visible", Boolean),
    _link("page_uuid"),
    _link("certificate_uuid"),
)

audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("tenant", Text),
    Column("event", Text),
    Column("auditable_type", Text),
    Column("auditable_id", Integer),
    Column("auditable_uuid", Text, index=True),
    Column("user_type", Text),
    Column("user_id", Integer),
    Column("tenant_id", Integer),
    Column("old_values", JSON),
    Column("new_values", JSON),
    Column("url", Text),
    Column("ip_address", Text),
    Column("user_agent", Text),
    Column("created_at", Text),
    sqlite_autoincrement=True,
)

tokens = Table(
    "tokens",
    metadata,
    Column("token", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("actor_id", Integer, nullable=False),
    Column("expires_at", Float, nullable=False),
)

ledger = Table(
    "ledger",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("row", Text, nullable=False),
    sqlite_autoincrement=True,
)

settings = Table(
    "settings",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", JSON, nullable=False),
)

# Rules that hold whatever the options say; the deleted don't count (dokstamp-api.md
# 11 and 13).
Index(
    "students_email",
    students.c.tenant,
    students.c.email,
    unique=True,
    sqlite_where=ALIVE,
)
Index(
    "modules_code",
    modules.c.institution_uuid,
    modules.c.code,
    unique=True,
    sqlite_where=ALIVE,
)
Index("certificates_file", certificates.c.file_uuid, unique=True, sqlite_where=ALIVE)

RECORDS = {
    table.name: table for table in metadata.tables.values() if "deleted_at" in table.c
}
DATA = [table for table in metadata.tables.values() if table.name != "settings"]
