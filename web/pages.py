"""What templates may call besides plain data, and the list of blueprints."""

import hashlib
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

from flask import Flask, current_app, request, url_for
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from web.access import local_path
from web.services import now
from web.views import (
    account,
    actions,
    admin,
    agency,
    cases,
    consents,
    directory,
    files,
    health,
    inbox,
    instances,
    oversight,
    people,
    printing,
    readings,
    referrals,
    session,
    tasks,
    team,
    tokens,
    workload,
)

BLUEPRINTS = (
    admin,
    session,
    account,
    inbox,
    referrals,
    tasks,
    cases,
    people,
    printing,
    team,
    readings,
    oversight,
    agency,
    consents,
    directory,
    actions,
    instances,
    files,
    health,
    tokens,
    workload,
)

NAVIGATION: tuple[tuple[str, str, LazyString], ...] = (
    ("task:read", "inbox.show", _l("待办")),
    ("referral:open", "referrals.new", _l("发起转介")),
    ("referral:open", "referrals.index", _l("我发出的转介")),
    ("case:list", "cases.index", _l("个案")),
    ("case:assign", "workload.index", _l("工作量")),
    ("outgoing:list", "agency.sent", _l("转出")),
    ("incoming:list", "agency.received", _l("收到的转介")),
    ("service:read", "directory.index", _l("服务目录")),
    ("override:review", "consents.overrides", _l("共享复核")),
    ("person:search", "people.index", _l("人员查询")),
    ("oversight:list", "oversight.index", _l("查阅监督")),
    ("admin:open", "admin.home.show", _l("管理")),
)
"""Permission, endpoint and words; people see the entries that one of their roles opens."""


def install(app: Flask) -> None:
    """Register the blueprints and the template helpers."""
    for module in BLUEPRINTS:
        app.register_blueprint(module.blueprint)
    app.jinja_env.globals.update(
        static_url=static_url,
        here=here,
        back=back,
        navigation=lambda: NAVIGATION,
        current_moment=now,
        file_url=file_url,
        new_token=uuid4,
    )


def static_url(name: str) -> str:
    """Return the address of a static file with a mark of its content, so that browsers keep it until it changes."""
    path = Path(current_app.static_folder or "") / name
    mark = _mark(path, path.stat().st_mtime_ns) if path.exists() else None  # a missing file must not take the page down
    return url_for("static", filename=name, v=mark)


@cache
def _mark(path: Path, _changed_at: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:10]


def file_url(attachment_id: Any) -> str:
    """Return where an attachment can be downloaded."""
    return url_for("files.download", attachment_id=attachment_id)


def here() -> str:
    """Return the page the reader is on, to come back to after switching the language."""
    return request.full_path.rstrip("?") if request.method == "GET" else back()


def back() -> str:
    """Return the page of ours that the reader came from, or ""."""
    came_from = local_path(request.referrer)
    return "" if came_from == request.full_path.rstrip("?") else came_from
