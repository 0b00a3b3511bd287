"""The tenants, and who may act for them. Fixed: a reset leaves them as they are."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Tenant:
    """A root under which everything is isolated; `domain` is what X-Tenant takes."""

    id: int
    uuid: str
    domain: str
    name: str


@dataclass(frozen=True)
class Actor:
    """A person (`login`) or an integration (`client_id`) with its secret."""

    id: int
    uuid: str
    kind: str  # "client" or "user"
    identifier: str
    secret: str
    name: str
    tenant: Tenant
    may_write: bool = True


DEMO = Tenant(1, "6f0d6c1e-5d0b-4a3c-9b0e-1d5a4f1c7a01", "demo-school", "Demo School")
OTHER = Tenant(
    2, "2b8f1d7a-0c64-4f0e-8f55-6c3e9d2b7a02", "other-school", "Other School"
)

TENANTS = {tenant.domain: tenant for tenant in (DEMO, OTHER)}

ACTORS = (
    Actor(
        11,
        "a3e1f6b0-7f3d-4c55-8a41-0b9f2f6d1c11",
        "client",
        "demo-client",
        "demo-secret",
        "Demo integration",
        DEMO,
    ),
    Actor(
        12,
        "b7c2a4d8-1e6f-4b7a-9c3d-5e8f0a1b2c12",
        "client",
        "readonly-client",
        "readonly-secret",
        "Demo integration without rights",
        DEMO,
        may_write=False,
    ),
    Actor(
        13,
        "c9d4e6f2-3a5b-4c8d-8e1f-7a9b0c2d4e13",
        "user",
        "integration@example.com",
        "demo-password",
        "Ines Registrar",
        DEMO,
    ),
    Actor(
        21,
        "d1f3a5c7-9b2d-4e6f-8a0c-2e4a6c8e0f21",
        "client",
        "other-client",
        "other-secret",
        "Other integration",
        OTHER,
    ),
    Actor(
        22,
        "e5a7c9b1-2d4f-4a6c-9e8b-1c3e5a7f9b22",
        "user",
        "integration@other.example.com",
        "other-password",
        "Otto Registrar",
        OTHER,
    ),
)


def find_actor(kind: str, identifier: str) -> Actor | None:
    """The client with this id, or the user with this e-mail address."""
    for actor in ACTORS:
        if actor.kind == kind and actor.identifier == identifier:
            return actor
    return None
