"""Students' public pages and the certificates on them (dokstamp-api.md 13.1)."""

from sqlalchemy import select
from starlette.routing import Route

from .calls import Call, endpoint
from .entities import ITEMS, PAGES, STUDENTS
from .resources import Resource


class Nested(Resource):
    """A resource that stands below another one in the path and needs no batch."""

    base: str

    def routes(self) -> list[Route]:
        one = f"{self.base}/{{uuid}}"
        return [
            Route(self.base, endpoint(self.browse), methods=["GET"]),
            Route(self.base, endpoint(self.create), methods=["POST"]),
            Route(one, endpoint(self.read), methods=["GET"]),
            Route(one, endpoint(self.update), methods=["PATCH", "PUT"]),
            Route(one, endpoint(self.delete), methods=["DELETE"]),
        ]


class Pages(Nested):
    """Portfolio pages; a slug is unique across all tenants."""

    base = "/students/{student}/pages"

    def live(self, call: Call) -> list:
        student = Resource(STUDENTS).find(call, call.path("student"))
        return [*super().live(call), self.table.c.student_uuid == student["uuid"]]

    def insert(self, call: Call, values: dict) -> dict:
        student = Resource(STUDENTS).find(call, call.path("student"))
        return super().insert(call, values | {"student_uuid": student["uuid"]})

    def check(self, call: Call, row: dict) -> dict[str, list[str]]:
        table = self.table.c
        taken = select(table.id).where(
            table.slug == row["slug"],
            table.uuid != row["uuid"],
            table.deleted_at.is_(None),
        )
        if call.db.scalar(taken) is None:
            return {}
        return {"slug": ["The slug has already been taken."]}


class Items(Nested):
    """Certificates on a page."""

    base = f"{Pages.base}/{{page}}/items"

    def live(self, call: Call) -> list:
        return [*super().live(call), self.table.c.page_uuid == self._page(call)["uuid"]]

    def insert(self, call: Call, values: dict) -> dict:
        return super().insert(call, values | {"page_uuid": self._page(call)["uuid"]})

    def _page(self, call: Call) -> dict:
        return Pages(PAGES).find(call, call.path("page"))


ROUTES = [*Items(ITEMS).routes(), *Pages(PAGES).routes()]
