"""Operations that tell people something: for now a line in the case's history that its readers see."""

from __future__ import annotations

from typing import Any

from models import Role
from workflow.audit import Kind
from workflow.engine import Text
from workflow.operations.scene import Refused, Scene

PARTIES = frozenset({"ward", "station", "agency"})


def notify(scene: Scene, inputs: dict[str, Any]) -> None:
    """Note that `audience` (a role or a party) is to be told `about` a code; never personal data (domain.md §3.2)."""
    audience, about = str(inputs.get("audience") or ""), str(inputs.get("about") or "")
    if audience not in PARTIES and audience not in {role.value for role in Role}:
        raise Refused(Text(f"不知道要通知谁：“{audience}”。", f'Nobody is known as "{audience}" to be told.'))
    scene.record(Kind.NOTIFIED, audience=audience, about=about)
