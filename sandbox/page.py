"""What people see: the overview at `/`, and the public verification pages."""

import json
from pathlib import Path

from sqlalchemy import select
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.templating import Jinja2Templates

from . import schema
from .accounts import TENANTS
from .control import counts
from .service import Service

SHOWN_REQUESTS = 40
NOTICES = {
    "issued": "This certificate is valid.",
    "revoked": "This certificate has been revoked.",
    "expired": "This certificate has expired.",
}

templates = Jinja2Templates(Path(__file__).parent / "templates")


async def overview(request: Request) -> Response:
    """Records by entity, the last requests, what is switched and broken."""
    service: Service = request.app.state.service
    changed = {
        name: value
        for name, value in service.options.model_dump().items()
        if value != service.defaults.model_dump()[name]
    }
    shown = {
        "tenants": TENANTS.values(),
        "database": service.store.path or "in memory",
        "generation": service.options.generation,
        "counts": counts(service, request, {}),
        "options": changed,
        "faults": [json.dumps(rule.shown()) for rule in service.faults.rules],
        "outage": service.faults.current_outage(),
        "request_count": service.ledger.count(),
        "entries": service.ledger.last(SHOWN_REQUESTS),
    }
    return templates.TemplateResponse(request, "overview.html", shown)


async def verification(request: Request) -> Response:
    """The page that a certificate's link leads to, for anybody (16.4)."""
    service: Service = request.app.state.service
    with service.store.transaction() as db:
        certificate = _certificate(db, request.path_params["short_id"])
    if certificate is None:
        return templates.TemplateResponse(
            request, "unknown.html", status_code=404, context={}
        )
    shown = {
        "certificate": certificate,
        "notice": NOTICES[certificate["status"]],
    }
    return templates.TemplateResponse(request, "verification.html", shown)


def _certificate(db, short_id: str) -> dict | None:
    """The certificate with the names that were true when it was issued."""
    certificate, subject = schema.certificates, schema.snapshots
    course, institution = schema.courses, schema.institutions
    query = (
        select(
            certificate,
            subject.c.name.label("student"),
            course.c.name.label("course"),
            institution.c.name.label("institution"),
        )
        .join(subject, subject.c.certificate_uuid == certificate.c.uuid)
        .join(course, course.c.uuid == certificate.c.course_uuid)
        .join(institution, institution.c.uuid == certificate.c.institution_uuid)
        .where(
            certificate.c.short_id == short_id.lower(),
            certificate.c.status.in_(NOTICES),
            certificate.c.deleted_at.is_(None),
        )
    )
    row = db.execute(query).mappings().first()
    return dict(row) if row else None


ROUTES = [
    Route("/", overview, methods=["GET"]),
    Route("/verify/{short_id}", verification, methods=["GET"]),
]
