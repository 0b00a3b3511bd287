"""Each resource in one table entry: its rows, its body, its rules."""

from . import schema
from .bodies import (
    CertificateBody,
    CohortBody,
    CourseBody,
    EnrollmentBody,
    FileBody,
    InstitutionBody,
    ItemBody,
    ModuleBody,
    ModuleGroupBody,
    OrganizationBody,
    PageBody,
    StudentBody,
    TemplateBody,
)
from .entity import Entity, Unique, attached, refers
from .options import Options


def _deleted_code(options: Options) -> bool:
    return options.deleted_code_blocks


def _course_code_scope(options: Options) -> tuple[str, ...] | None:
    scopes = {"none": None, "institution": ("institution_uuid",), "tenant": ()}
    return scopes[options.course_code_unique]


INSTITUTIONS = Entity(
    path="institutions",
    table=schema.institutions,
    model="Institution",
    body=InstitutionBody,
    fields=(
        *("uuid", "name", "legal_name", "tax_id", "country", "website"),
        *("linkedin_organization", "status", "is_badges_enabled", "badge_image_uuid"),
        *("created_at", "updated_at"),
    ),
    blocked_by=(
        refers(schema.courses.c.institution_uuid),
        refers(schema.modules.c.institution_uuid),
        refers(schema.certificates.c.institution_uuid),
    ),
)

ORGANIZATIONS = Entity(
    path="organizations",
    table=schema.organizations,
    model="Organization",
    body=OrganizationBody,
    fields=("uuid", "name", "code", "created_at"),
    links=("institution",),
)

COURSES = Entity(
    path="courses",
    table=schema.courses,
    model="Course",
    body=CourseBody,
    fields=(
        *("uuid", "code", "name", "description", "workload_hours", "area"),
        *("version", "status", "created_at"),
    ),
    links=("institution", "organization"),
    filters=frozenset({"status", "code"}),
    unique=(Unique("code", _course_code_scope, _deleted_code),),
    blocked_by=(
        refers(schema.cohorts.c.course_uuid),
        refers(schema.enrollments.c.course_uuid),
        refers(schema.certificates.c.course_uuid),
    ),
)

MODULE_GROUPS = Entity(
    path="modules/groups",
    table=schema.module_groups,
    model="CourseModuleGroup",
    body=ModuleGroupBody,
    fields=("uuid", "name", "order", "is_active"),
    links=("course",),
)

MODULES = Entity(
    path="modules",
    table=schema.modules,
    model="Module",
    body=ModuleBody,
    fields=(
        *("uuid", "code", "name", "description", "syllabus", "workload", "credits"),
        *("modality", "level", "is_active", "is_required"),
    ),
    links=("institution",),
    filters=frozenset({"level", "code", "institution_uuid"}),
    unique=(Unique("code", lambda options: ("institution_uuid",), _deleted_code),),
    blocked_by=(attached,),
)

COHORTS = Entity(
    path="cohorts",
    table=schema.cohorts,
    model="Cohort",
    body=CohortBody,
    fields=("uuid", "code", "modality", "start_date", "end_date"),
    links=("course",),
    filters=frozenset({"course_uuid", "code"}),
    unique=(
        Unique(
            "code",
            lambda options: (
                ("course_uuid",) if options.cohort_code_scope == "course" else ()
            ),
            _deleted_code,
        ),
    ),
    blocked_by=(
        refers(schema.enrollments.c.cohort_uuid),
        refers(schema.certificates.c.cohort_uuid),
    ),
)

STUDENTS = Entity(
    path="students",
    table=schema.students,
    model="Student",
    body=StudentBody,
    fields=(
        *("uuid", "name", "email", "date_of_birth", "gender", "social_name"),
        "created_at",
    ),
    filters=frozenset({"email"}),
    unique=(
        Unique(
            "email", lambda options: (), lambda options: options.deleted_email_blocks
        ),
    ),
    blocked_by=(
        refers(schema.certificates.c.student_uuid),
        refers(schema.enrollments.c.student_uuid),
        refers(schema.snapshots.c.student_uuid),
    ),
)

ENROLLMENTS = Entity(
    path="enrollments",
    table=schema.enrollments,
    model="Enrollment",
    body=EnrollmentBody,
    fields=("uuid", "completion_status", "grade", "enrolled_at", "completed_at"),
    links=("student", "course", "cohort"),
    filters=frozenset({"completion_status", "course_uuid"}),
    unique=(
        Unique(
            "student_uuid",
            lambda options: ("course_uuid",) if options.enrollment_unique else None,
            lambda options: False,
        ),
    ),
)

FILES = Entity(
    path="files",
    table=schema.files,
    model="File",
    body=FileBody,
    fields=("uuid", "original_name", "mime_type", "extension", "size", "used_at"),
    filters=frozenset({"used_at"}),
    blocked_by=(refers(schema.certificates.c.file_uuid),),
)

CERTIFICATES = Entity(
    path="certificates",
    table=schema.certificates,
    model="Certificate",
    body=CertificateBody,
    fields=(
        *("uuid", "status", "issued_at", "revoked_at", "revocation_reason"),
        *("blockchain_tx_hash", "blockchain_tx_url"),
    ),
    links=("institution", "course", "student", "cohort", "enrollment", "template"),
    filters=frozenset(
        {"status", "course_uuid", "institution_uuid", "student_uuid", "cohort_uuid"}
    ),
)

TEMPLATES = Entity(
    path="certificate-templates",
    table=schema.certificate_templates,
    model="CertificateTemplate",
    body=TemplateBody,
    fields=(
        *("uuid", "name", "version", "path", "preview_image_path", "canva_config"),
        *("is_default", "status"),
    ),
    links=("institution",),
    filters=frozenset({"status"}),
)

PAGES = Entity(
    path="pages",
    table=schema.pages,
    model="StudentPage",
    body=PageBody,
    fields=("uuid", "slug", "is_public", "bio", "created_at"),
    links=("student",),
)

ITEMS = Entity(
    path="items",
    table=schema.items,
    model="StudentPageItem",
    body=ItemBody,
    fields=("uuid", "certificate_uuid", "sort_order", "is_visible"),
)
