"""The resources that need little beside the common rules: institutions,
organizations, modules, cohorts, students, enrollments, templates."""

from sqlalchemy import select
from starlette.responses import Response
from starlette.routing import Route

from . import schema
from .answers import NotFound, reply
from .calls import Call, endpoint
from .entities import (
    COHORTS,
    ENROLLMENTS,
    INSTITUTIONS,
    MODULES,
    ORGANIZATIONS,
    STUDENTS,
    TEMPLATES,
)
from .resources import Resource, selected_invalid

OPEN_BADGES = "https://w3id.org/openbadges/v2"


class Institutions(Resource):
    """Issuing bodies, and their Open Badges profile (dokstamp-api.md 8 and 18)."""

    def check(self, call: Call, row: dict) -> dict[str, list[str]]:
        if row["is_badges_enabled"] and not row["badge_image_uuid"]:
            message = "The badge image uuid field is required when badges are enabled."
            return {"badge_image_uuid": [message]}
        return {}

    def badge_issuers(self, call: Call) -> Response:
        """GET badges/issuers: the profile as JSON-LD, not wrapped in `data`."""
        row = self.find(call, call.path("uuid"))
        if not row["is_badges_enabled"]:
            raise NotFound(self.entity.model, row["uuid"])
        image = f"{call.base_url}/files/{row['badge_image_uuid']}/download"
        profile = {
            "@context": OPEN_BADGES,
            "type": "Issuer",
            "id": f"{call.base_url}/institutions/{row['uuid']}/badges/issuers",
            "name": row["name"],
            "url": row["website"],
            "image": image,
        }
        return reply(profile)

    def routes(self) -> list[Route]:
        issuers = "/institutions/{uuid}/badges/issuers"
        return [
            Route(issuers, endpoint(self.badge_issuers), methods=["GET"]),
            *super().routes(),
        ]


class Enrollments(Resource):
    """Students in courses (dokstamp-api.md 14)."""

    def check(self, call: Call, row: dict) -> dict[str, list[str]]:
        return cohort_of_other_course(call, row)


def cohort_of_other_course(call: Call, row: dict) -> dict[str, list[str]]:
    """The message for a cohort that belongs to another course than the row's."""
    if row["cohort_uuid"] is None:
        return {}
    table = schema.cohorts.c
    query = select(table.course_uuid).where(table.uuid == row["cohort_uuid"])
    if call.db.scalar(query) == row["course_uuid"]:
        return {}
    return {"cohort_uuid": selected_invalid("cohort_uuid")}


RESOURCES = (
    Institutions(INSTITUTIONS),
    Resource(ORGANIZATIONS),
    Resource(MODULES),
    Resource(COHORTS),
    Resource(STUDENTS),
    Enrollments(ENROLLMENTS),
    Resource(TEMPLATES),
)
ROUTES = [route for resource in RESOURCES for route in resource.routes()]
