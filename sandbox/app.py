"""The whole sandbox as one ASGI app."""

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from . import (
    academic,
    auth,
    certificates,
    control,
    courses,
    files,
    page,
    portfolio,
)
from .answers import ApiError, NotFound
from .service import Service
from .traffic import Traffic

ROUTES = [
    *control.ROUTES,
    *auth.ROUTES,
    *academic.ROUTES,
    *courses.ROUTES,
    *files.ROUTES,
    *certificates.ROUTES,
    *portfolio.ROUTES,
    *page.ROUTES,
]


def create_app(service: Service) -> ASGIApp:
    """The app around one service."""
    app = Starlette(routes=ROUTES, exception_handlers={HTTPException: _unrouted})
    app.state.service = service
    return Traffic(app, service)


async def _unrouted(request: Request, error: HTTPException) -> Response:
    """An address or method that no route takes, and forms that can't be read."""
    refusal = ApiError(error.detail, error.status_code)
    if error.status_code == 404:
        refusal = NotFound()
    return refusal.response(request.app.state.service.options)
