"""Who keeps the entries of the directory: the coordinators and the head of the organisation that offers the service."""

from __future__ import annotations

from uuid import UUID

from models import Role
from workflow.identity import Actor

KEEPERS = frozenset({Role.AGENCY_COORDINATOR, Role.AGENCY_HEAD})


def keeps(actor: Actor, organisation_id: UUID) -> bool:
    """Whether somebody keeps the entries of this organisation."""
    return any(actor.holds(role, organisation_id) for role in KEEPERS)
