"""What each call may send: names, types, lengths, enums (dokstamp-api.md 8 to 18)."""

from copy import copy
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, create_model

from .values import (
    Day,
    DayAsMoment,
    Email,
    Grade,
    LongText,
    Moment,
    Slug,
    Text,
    Url,
    Uuid,
    Whole,
    text,
)


class Body(BaseModel):
    """A JSON object that a call sends. Keys that it does not name are dropped."""

    model_config = ConfigDict(strict=True, extra="ignore")


class InstitutionBody(Body):
    name: Text
    country: Text
    legal_name: Text | None = None
    tax_id: Text | None = None
    website: Url | None = None
    linkedin_organization: Text | None = None
    status: Literal["active", "inactive", "suspended"] = "active"
    is_badges_enabled: bool = False
    badge_image_uuid: Uuid | None = None


class OrganizationBody(Body):
    name: Text
    institution_uuid: Uuid
    code: Text | None = None


class CourseBody(Body):
    name: Text
    institution_uuid: Uuid
    code: Text | None = None
    description: LongText | None = None
    workload_hours: Whole | None = None
    area: Text | None = None
    version: Text | None = None
    status: Literal["draft", "active", "archived"] = "draft"
    organization_uuid: Uuid | None = None
    badge_image_uuid: Uuid | None = None


class ModuleBody(Body):
    name: text(150)
    institution_uuid: Uuid
    code: text(20) | None = None
    description: LongText | None = None
    syllabus: LongText | None = None
    workload: Whole | None = None
    credits: Whole | None = None
    modality: Literal["in_person", "online", "hybrid"] | None = None
    level: Literal["undergraduate", "graduate", "technical", "open"] | None = None
    is_active: bool = True
    is_required: bool = False


class ModuleGroupBody(Body):
    name: Text
    order: Whole | None = None
    is_active: bool = True


class AttachedModule(Body):
    uuid: Uuid
    order: Whole | None = None
    is_required: bool | None = None
    workload: Whole | None = None
    course_module_group_uuid: Uuid | None = None


class AttachBody(Body):
    modules: Annotated[list[AttachedModule], Field(min_length=1)]


class DetachBody(Body):
    modules: Annotated[list[Uuid], Field(min_length=1)]


class CohortBody(Body):
    course_uuid: Uuid
    code: Text
    modality: Literal["presential", "remote", "hybrid"] | None = None
    start_date: Moment | None = None
    end_date: Moment | None = None


class StudentBody(Body):
    name: Text
    email: Email
    date_of_birth: Day
    gender: Text | None = None
    social_name: Text | None = None


class EnrollmentBody(Body):
    student_uuid: Uuid
    course_uuid: Uuid
    enrolled_at: DayAsMoment
    cohort_uuid: Uuid | None = None
    completion_status: Literal["enrolled", "completed", "dropped"] = "enrolled"
    grade: Grade | None = None
    completed_at: DayAsMoment | None = None


class FileBody(Body):
    original_name: Text


class TemplateBody(Body):
    name: Text
    version: Text
    institution_uuid: Uuid
    path: Text
    preview_image_path: Text | None = None
    canva_config: dict[str, Any] | None = None
    is_default: bool = False
    status: Literal["active", "inactive"] = "active"


class CertificateBody(Body):
    institution_uuid: Uuid
    course_uuid: Uuid
    student_uuid: Uuid
    file_uuid: Uuid
    cohort_uuid: Uuid | None = None
    enrollment_uuid: Uuid | None = None
    template_uuid: Uuid | None = None
    status: Literal["draft", "issued"] = "draft"
    issued_at: Moment | None = None
    finish: bool = False


class RevokeBody(Body):
    revocation_reason: LongText | None = None


class PageBody(Body):
    slug: Slug
    is_public: bool = False
    bio: LongText | None = None


class ItemBody(Body):
    certificate_uuid: Uuid
    sort_order: Whole | None = None
    is_visible: bool = True


class BatchBody(Body):
    uuids: Annotated[list[Uuid], Field(min_length=1)]


class LoginBody(Body):
    email: Email
    password: str


class RefreshBody(Body):
    refresh_token: str


def partial(model: type[Body]) -> type[Body]:
    """The same fields and rules with nothing required: what PATCH takes."""
    fields = {}
    for name, field in model.model_fields.items():
        optional = copy(field)
        optional.default = None
        fields[name] = (field.annotation, optional)
    return create_model(f"Partial{model.__name__}", __base__=Body, **fields)
