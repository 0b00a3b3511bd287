"""The pipeline that turns a draft into an issued certificate (dokstamp-api.md 16.2,
16.5): at once, or some reads or milliseconds later."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from sqlalchemy import select

from . import audit, schema
from .calls import Call
from .entities import CERTIFICATES
from .store import now, wire

SHORT_ID = 8  # first characters of the uuid


def begin(call: Call, row: dict, issued_at: str) -> dict:
    """Start the pipeline; a synchronous one ends here too.

    :return: the row as it is afterwards
    """
    if call.options.certificate_pipeline == "sync":
        return _finish(call, row, issued_at)
    delay = timedelta(milliseconds=call.options.async_ready_after_ms)
    pending = {
        "pending_issued_at": issued_at,
        "pending_reads": call.options.async_ready_after_reads,
        "pending_until": wire(datetime.now(UTC) + delay),
    }
    return _store(call, row, pending)


def advance(call: Call, row: dict) -> dict:
    """Let a read take the pipeline one step further, if there is one running."""
    if row["pending_issued_at"] is None:
        return row
    if row["pending_reads"] > 0:
        _store(call, row, {"pending_reads": row["pending_reads"] - 1})
        return row
    if now() < row["pending_until"]:
        return row
    return _finish(call, row, row["pending_issued_at"])


def _finish(call: Call, row: dict, issued_at: str) -> dict:
    issued = {
        "status": "issued",
        "issued_at": issued_at,
        "short_id": row["uuid"][:SHORT_ID],
    }
    old = {name: row[name] for name in issued}
    audit.note(call, CERTIFICATES, "updated", row, old, issued)
    _freeze_subject(call, row)
    return _store(call, row, issued | {"pending_issued_at": None})


def _store(call: Call, row: dict, values: dict) -> dict:
    table = schema.certificates
    values = values | {"updated_at": now()}
    call.db.execute(table.update().where(table.c.id == row["id"]), values)
    return row | values


def _freeze_subject(call: Call, row: dict) -> None:
    """Keep the student as of now; the newer generation also writes to the student."""
    table = schema.students
    query = select(table).where(table.c.uuid == row["student_uuid"])
    student = call.db.execute(query).mappings().one()
    about = {"certificate_uuid": row["uuid"], "student_uuid": student["uuid"]}
    subject = {name: student[name] for name in ("name", "email", "date_of_birth")}
    call.db.execute(schema.snapshots.insert(), _record(call, about | subject))
    if call.options.generation == "newer":
        told = about | {"email": student["email"]}
        call.db.execute(schema.notifications.insert(), _record(call, told))


def _record(call: Call, values: dict) -> dict:
    moment = now()
    own = {"uuid": str(uuid4()), "tenant": call.tenant}
    return own | {"created_at": moment, "updated_at": moment} | values
