"""List, create, read, update, delete: the same for every resource (dokstamp-api.md 7).

A resource with rules of its own extends `Resource`.
"""

from uuid import uuid4

from sqlalchemy import ColumnElement, select
from starlette.responses import Response
from starlette.routing import Route

from . import audit, queries
from .answers import ApiError, Invalid, NotFound
from .bodies import BatchBody
from .calls import Call, endpoint
from .entity import LINKS, REFERENCES, Entity, Unique
from .store import now
from .validation import attribute


def selected_invalid(field: str) -> list[str]:
    """What is said about a uuid that is unknown, deleted, or somebody else's."""
    return [f"The selected {attribute(field)} is invalid."]


class Resource:
    """One resource: the rules that all share, around one `Entity`."""

    def __init__(self, entity: Entity):
        self.entity = entity
        self.table = entity.table

    # What a resource may add

    def extra(self, call: Call, row: dict) -> dict:
        """Further fields of the answer."""
        return {}

    def check(self, call: Call, row: dict) -> dict[str, list[str]]:
        """Messages by field for a row whose values don't go together."""
        return {}

    # Handlers

    def browse(self, call: Call) -> Response:
        options = call.options
        wished = queries.filtered(self.entity, call.query, options)
        conditions = [*self.live(call), *wished]
        rows, meta = queries.listed(
            call.db, self.entity, conditions, call.query, options
        )
        return call.data(self.present(call, rows), meta=meta)

    def create(self, call: Call) -> Response:
        values = call.read(self.entity.body).model_dump()
        row = self.insert(call, values)
        return call.data(self.present_one(call, row), 201)

    def read(self, call: Call) -> Response:
        return call.data(self.present_one(call, self.find(call, call.path("uuid"))))

    def update(self, call: Call) -> Response:
        row = self.find(call, call.path("uuid"))
        return self.answer_updated(call, self.change(call, row, self.changes(call)))

    def delete(self, call: Call) -> Response:
        self.remove(call, self.find(call, call.path("uuid")))
        return self.answer_deleted(call)

    def batch_destroy(self, call: Call) -> Response:
        """DELETE /{resource}/batch/destroy: what happens to protected ones is open."""
        uuids = list(dict.fromkeys(call.read(BatchBody).uuids))
        kept = []
        for uuid in uuids:
            try:
                self.remove(call, self.find(call, uuid))
            except ApiError:
                if call.options.batch_destroy == "all_or_nothing":
                    raise
                kept.append(uuid)
        deleted = [uuid for uuid in uuids if uuid not in kept]
        status = call.options.batch_destroy_status
        return call.data({"deleted": deleted, "failed": kept}, status)

    # Rows

    def live(self, call: Call) -> list[ColumnElement]:
        """The tenant's records that are not deleted."""
        return [self.table.c.tenant == call.tenant, self.table.c.deleted_at.is_(None)]

    def find(self, call: Call, uuid: str, **equal) -> dict:
        """The live row with this uuid.

        :raise NotFound: also for another tenant's
        """
        conditions = [self.table.c[name] == value for name, value in equal.items()]
        query = select(self.table).where(
            self.table.c.uuid == uuid, *self.live(call), *conditions
        )
        row = call.db.execute(query).mappings().first()
        if row is None:
            raise NotFound(self.entity.model, uuid)
        return dict(row)

    def changes(self, call: Call) -> dict:
        """The values that a PATCH or PUT wants to set."""
        if call.request.method == "PUT" and call.options.put_clears:
            return call.read(self.entity.body).model_dump()
        return call.read(self.entity.patch_body).model_dump(exclude_unset=True)

    def insert(self, call: Call, values: dict) -> dict:
        """Store a new row.

        :raise Invalid: when a rule across rows is broken
        """
        moment = now()
        row = {column.name: None for column in self.table.c} | values
        row |= {"uuid": str(uuid4()), "tenant": call.tenant}
        row |= {"created_at": moment, "updated_at": moment}
        del row["id"]
        self.validate(call, row, values)
        row["id"] = call.db.execute(self.table.insert(), row).inserted_primary_key[0]
        audit.note(call, self.entity, "created", row, {}, values)
        return row

    def change(self, call: Call, row: dict, values: dict) -> dict:
        """Store the values that differ.

        :return: the row as it is afterwards
        :raise Invalid: when a rule across rows is broken
        """
        new = {name: value for name, value in values.items() if row[name] != value}
        changed = row | new
        self.validate(call, changed, new)
        if not new:
            return row
        old = {name: row[name] for name in new}
        changed["updated_at"] = now()
        stored = new | {"updated_at": changed["updated_at"]}
        call.db.execute(self.table.update().where(self.table.c.id == row["id"]), stored)
        audit.note(call, self.entity, "updated", row, old, new)
        return changed

    def remove(self, call: Call, row: dict) -> None:
        """Soft-delete a row.

        :raise ApiError: when something leans on it (dokstamp-api.md 21.5)
        """
        for blocking in self.entity.blocked_by:
            if call.db.scalar(blocking(row["uuid"]).limit(1)) is not None:
                raise self.refused_deletion(call)
        moment = now()
        gone = self.table.update().where(self.table.c.id == row["id"])
        call.db.execute(gone, {"deleted_at": moment})
        new = {"deleted_at": moment}
        audit.note(call, self.entity, "deleted", row, {"deleted_at": None}, new)

    def refused_deletion(self, call: Call) -> ApiError:
        """The error whose status and body no page gives."""
        status = call.options.blocked_delete_status
        message = f"This {self.entity.model} is in use and cannot be deleted."
        if status == 422:
            return Invalid({"uuid": [message]})
        return ApiError("Server Error" if status == 500 else message, status)

    # Rules across rows

    def validate(self, call: Call, row: dict, new: dict) -> None:
        """Check references, uniqueness and the resource's own rules.

        :param row: the row as it would be
        :param new: its values that are new; only their references are looked up
        :raise Invalid: with all that is wrong
        """
        errors = {
            field: selected_invalid(field)
            for field, uuid in new.items()
            if uuid is not None
            and field in REFERENCES
            and not self._exists(call, field, uuid)
        }
        errors = errors or self.check(call, row)
        for rule in self.entity.unique:
            if self._taken(call, rule, row):
                message = f"The {attribute(rule.field)} has already been taken."
                errors.setdefault(rule.field, []).append(message)
        if errors:
            raise Invalid(errors)

    def _exists(self, call: Call, field: str, uuid: str) -> bool:
        table = REFERENCES[field].c
        query = select(table.id).where(
            table.uuid == uuid,
            table.tenant == call.tenant,
            table.deleted_at.is_(None),
        )
        return call.db.scalar(query) is not None

    def _taken(self, call: Call, rule: Unique, row: dict) -> bool:
        within = rule.within(call.options)
        if within is None or row[rule.field] is None:
            return False
        table = self.table.c
        conditions = [table.tenant == call.tenant, table.uuid != row["uuid"]]
        conditions += [table[name] == row[name] for name in within]
        column = table[rule.field]
        conditions.append(queries.equals(column, row[rule.field], call.options))
        if not rule.deleted_block(call.options):
            conditions.append(table.deleted_at.is_(None))
        return call.db.scalar(select(table.id).where(*conditions)) is not None

    # Answers

    def present_one(self, call: Call, row: dict) -> dict:
        return self.present(call, [row])[0]

    def present(self, call: Call, rows: list[dict]) -> list[dict]:
        """Rows as the API shows them: links as small objects."""
        shown = [{name: row[name] for name in self.entity.fields} for row in rows]
        for link in self.entity.links:
            objects = self._linked(call, link, rows)
            for row, answer in zip(rows, shown, strict=True):
                answer[link] = objects.get(row[f"{link}_uuid"])
        for row, answer in zip(rows, shown, strict=True):
            answer |= self.extra(call, row)
        return shown

    def _linked(self, call: Call, link: str, rows: list[dict]) -> dict[str, dict]:
        table, label = LINKS[link]
        uuids = {row[f"{link}_uuid"] for row in rows} - {None}
        if not uuids:
            return {}
        query = select(table.c.uuid, table.c[label]).where(table.c.uuid.in_(uuids))
        found = call.db.execute(query).mappings()
        return {row["uuid"]: dict(row) for row in found}

    def answer_updated(self, call: Call, row: dict) -> Response:
        status = call.options.update_status
        return call.data(self.present_one(call, row), status)

    def answer_deleted(self, call: Call) -> Response:
        body = {"message": "Deleted."}
        return call.data(body, call.options.delete_status)

    def routes(self) -> list[Route]:
        """All endpoints of the resource."""
        path = f"/{self.entity.path}"
        return [
            Route(path, endpoint(self.browse), methods=["GET"]),
            Route(path, endpoint(self.create), methods=["POST"]),
            Route(
                f"{path}/batch/destroy",
                endpoint(self.batch_destroy),
                methods=["DELETE"],
            ),
            Route(f"{path}/{{uuid}}", endpoint(self.read), methods=["GET"]),
            Route(f"{path}/{{uuid}}", endpoint(self.update), methods=["PATCH", "PUT"]),
            Route(f"{path}/{{uuid}}", endpoint(self.delete), methods=["DELETE"]),
        ]
