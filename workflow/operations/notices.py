"""Operations that tell people something: for now a line in the case's history that its readers see."""

from __future__ import annotations

from typing import Any

from models import Role
from workflow.audit import Kind
from workflow.engine import Text
from workflow.operations.scene import Refused, Scene

PARTIES = frozenset({"ward", "station", "agency"})
OFFICES = frozenset({"duty_leader"})
"""Whom nobody has an account for: the line says who is to phone them."""


def notify(scene: Scene, inputs: dict[str, Any]) -> None:
    """Note that `audience` (a role, a party or an office) is to be told `about` a code; never personal data (§3.2).

    `secret` ("P3"): only those who read restricted values know of it.
    """
    audience, about = str(inputs.get("audience") or ""), str(inputs.get("about") or "")
    if audience not in PARTIES | OFFICES and audience not in {role.value for role in Role}:
        raise Refused(Text(f"不知道要通知谁：“{audience}”。", f'Nobody is known as "{audience}" to be told.'))
    secret: dict[str, Any] = {"secret": str(inputs["secret"])} if inputs.get("secret") else {}
    scene.record(Kind.NOTIFIED, audience=audience, about=about, **secret)
