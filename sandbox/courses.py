"""Courses, the modules attached to them, and the groups those stand in
(dokstamp-api.md 10)."""

from uuid import uuid4

from sqlalchemy import select
from starlette.responses import Response
from starlette.routing import Route

from . import audit, schema
from .answers import Invalid
from .bodies import AttachBody, DetachBody
from .calls import Call, endpoint
from .entities import COURSES, MODULE_GROUPS, MODULES
from .entity import Entity
from .resources import Resource, selected_invalid
from .store import now

# Attaching is a change that the platform logs; no page names its class.
ATTACHMENT = Entity(
    path="attachments",
    table=schema.attachments,
    model="CourseModule",
    body=AttachBody,
    fields=(),
)
PLACEMENT = ("order", "is_required", "workload", "course_module_group_uuid")


class Courses(Resource):
    """Courses with their curriculum."""

    def check(self, call: Call, row: dict) -> dict[str, list[str]]:
        if row["organization_uuid"]:
            table = schema.organizations.c
            query = select(table.institution_uuid).where(
                table.uuid == row["organization_uuid"]
            )
            if call.db.scalar(query) != row["institution_uuid"]:
                return {"organization_uuid": selected_invalid("organization_uuid")}
        return {}

    def extra(self, call: Call, row: dict) -> dict:
        if not call.options.course_shows_modules:
            return {}
        return {"modules": attached_modules(call, row["uuid"])}

    def attachable(self, call: Call) -> Response:
        """GET attach/modules: what is not yet attached, not the curriculum."""
        course = self.find(call, call.path("uuid"))
        modules = Resource(MODULES)
        taken = select(schema.attachments.c.module_uuid).where(
            schema.attachments.c.course_uuid == course["uuid"],
            schema.attachments.c.deleted_at.is_(None),
        )
        query = select(schema.modules).where(
            *modules.live(call),
            schema.modules.c.institution_uuid == course["institution_uuid"],
            schema.modules.c.uuid.not_in(taken),
        )
        rows = call.db.execute(query.order_by(schema.modules.c.id)).mappings()
        return call.data(modules.present(call, [dict(row) for row in rows]))

    def attach(self, call: Call) -> Response:
        """POST attach/modules; modules that are not listed stay as they are."""
        course = self.find(call, call.path("uuid"))
        wished = call.read(AttachBody).modules
        errors: dict[str, list[str]] = {}
        for index, item in enumerate(wished):
            errors |= self._wrong(call, course, index, item)
        if errors:
            raise Invalid(errors)
        for item in wished:
            _attach(call, course, item.model_dump(exclude_unset=True))
        attached = attached_modules(call, course["uuid"])
        return call.data(attached, call.options.attach_status)

    def _wrong(self, call: Call, course: dict, index: int, item) -> dict:
        module, group = item.uuid, item.course_module_group_uuid
        errors = {}
        if not _lives(
            call, schema.modules, module, institution_uuid=course["institution_uuid"]
        ):
            errors[f"modules.{index}.uuid"] = selected_invalid("modules.uuid")
        elif _attachments(call, course["uuid"], module) and (
            call.options.attach_existing == "reject"
        ):
            errors[f"modules.{index}.uuid"] = ["The module is already attached."]
        if group and not _lives(
            call, schema.module_groups, group, course_uuid=course["uuid"]
        ):
            field = f"modules.{index}.course_module_group_uuid"
            errors[field] = selected_invalid("course_module_group_uuid")
        return errors

    def detach(self, call: Call) -> Response:
        """DELETE detach/modules; the modules themselves stay."""
        course = self.find(call, call.path("uuid"))
        for index, module in enumerate(call.read(DetachBody).modules):
            rows = _attachments(call, course["uuid"], module)
            if not rows and call.options.detach_missing == "reject":
                field = f"modules.{index}"
                raise Invalid({field: selected_invalid(field)})
            for row in rows:
                table = schema.attachments
                call.db.execute(table.delete().where(table.c.id == row["id"]))
                audit.note(call, ATTACHMENT, "deleted", row, row, {})
        return call.data(
            attached_modules(call, course["uuid"]), call.options.detach_status
        )

    def routes(self) -> list[Route]:
        attaching, detaching = (
            "/courses/{uuid}/attach/modules",
            "/courses/{uuid}/detach/modules",
        )
        return [
            Route(attaching, endpoint(self.attachable), methods=["GET"]),
            Route(attaching, endpoint(self.attach), methods=["POST"]),
            Route(detaching, endpoint(self.detach), methods=["DELETE"]),
            *super().routes(),
        ]


class ModuleGroups(Resource):
    """Semesters or other sections, always below their course."""

    def live(self, call: Call) -> list:
        of_course = self.table.c.course_uuid == self._course(call)["uuid"]
        return [*super().live(call), of_course]

    def insert(self, call: Call, values: dict) -> dict:
        return super().insert(
            call, values | {"course_uuid": self._course(call)["uuid"]}
        )

    def remove(self, call: Call, row: dict) -> None:
        super().remove(call, row)
        table = schema.attachments
        in_group = table.c.course_module_group_uuid == row["uuid"]
        call.db.execute(
            table.update().where(in_group), {"course_module_group_uuid": None}
        )

    def _course(self, call: Call) -> dict:
        return Resource(COURSES).find(call, call.path("course"))

    def routes(self) -> list[Route]:
        every = "/courses/{course}/modules/groups"
        one = f"{every}/{{uuid}}"
        return [
            Route(every, endpoint(self.browse), methods=["GET"]),
            Route(every, endpoint(self.create), methods=["POST"]),
            Route(one, endpoint(self.read), methods=["GET"]),
            Route(one, endpoint(self.update), methods=["PATCH", "PUT"]),
            Route(one, endpoint(self.delete), methods=["DELETE"]),
        ]


def attached_modules(call: Call, course: str) -> list[dict]:
    """The curriculum in order: each module with its place in the course."""
    module, place = schema.modules.c, schema.attachments.c
    query = (
        select(module.uuid, module.code, module.name, *(place[n] for n in PLACEMENT))
        .select_from(schema.attachments)
        .join(schema.modules, module.uuid == place.module_uuid)
        .where(place.course_uuid == course, place.deleted_at.is_(None))
        .order_by(place.order, place.id)
    )
    return [dict(row) for row in call.db.execute(query).mappings()]


def _attachments(call: Call, course: str, module: str) -> list[dict]:
    table = schema.attachments
    query = select(table).where(
        table.c.course_uuid == course,
        table.c.module_uuid == module,
        table.c.deleted_at.is_(None),
    )
    return [dict(row) for row in call.db.execute(query).mappings()]


def _lives(call: Call, table, uuid: str, **equal) -> bool:
    query = select(table.c.id).where(
        table.c.uuid == uuid,
        table.c.tenant == call.tenant,
        table.c.deleted_at.is_(None),
        *(table.c[name] == value for name, value in equal.items()),
    )
    return call.db.scalar(query) is not None


def _attach(call: Call, course: dict, item: dict) -> None:
    table = schema.attachments
    module = item.pop("uuid")
    existing = _attachments(call, course["uuid"], module)
    if existing and call.options.attach_existing == "update":
        row = existing[0]
        old = {name: row[name] for name in item}
        changes = item | {"updated_at": now()}
        call.db.execute(table.update().where(table.c.id == row["id"]), changes)
        audit.note(call, ATTACHMENT, "updated", row, old, item)
        return
    moment = now()
    row = {name: item.get(name) for name in PLACEMENT}
    row |= {"course_uuid": course["uuid"], "module_uuid": module}
    row |= {"uuid": str(uuid4()), "tenant": call.tenant}
    row |= {"created_at": moment, "updated_at": moment}
    row["id"] = call.db.execute(table.insert(), row).inserted_primary_key[0]
    audit.note(call, ATTACHMENT, "created", row, {}, item)


ROUTES = [*Courses(COURSES).routes(), *ModuleGroups(MODULE_GROUPS).routes()]
