"""The platform's own log of every change (dokstamp-api.md 21.6).

No API call reads it; the control API shows it as `audit`.
"""

from . import schema
from .calls import Call
from .entity import Entity
from .store import now

LEFT_OUT = {"id", "created_at", "updated_at"}


def note(call: Call, entity: Entity, event: str, row: dict, old: dict, new: dict):
    """Log one change: the changed fields only, before and after."""
    call.db.execute(
        schema.audit.insert(),
        {
            "tenant": call.tenant,
            "event": event,
            "auditable_type": rf"App\Models\{entity.model}",
            "auditable_id": row["id"],
            "auditable_uuid": row["uuid"],
            "user_type": r"App\Models\User",
            "user_id": call.actor.id,
            "tenant_id": call.actor.tenant.id,
            "old_values": _fields(old),
            "new_values": _fields(new),
            "url": str(call.request.url),
            "ip_address": call.request.client.host,
            "user_agent": call.request.headers.get("user-agent"),
            "created_at": now(),
        },
    )


def _fields(values: dict) -> dict:
    return {name: value for name, value in values.items() if name not in LEFT_OUT}
