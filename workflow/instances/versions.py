"""Published process versions: publishing one, finding the current one, and their compiled form, cached by content."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from models import ProcessVersion, Role
from workflow import audit, engine, forms, operations, permissions, settings
from workflow.audit import Kind
from workflow.engine import Bundle, Finding, Process, Severity
from workflow.errors import NotFound
from workflow.identity import Actor
from workflow.instances.diagram import Diagram

ROLES = frozenset(role.value for role in Role)
MOST = 128
"""Compiled versions held by one process of the service."""


@dataclass(frozen=True)
class Compiled:
    """A version ready to run: the process, its forms by id, and its drawing."""

    process: Process
    forms: Mapping[str, forms.Form]
    diagram: Diagram


_cache: OrderedDict[str, Compiled] = OrderedDict()
_findings: OrderedDict[str, tuple[Finding, ...]] = OrderedDict()
_lock = Lock()


def publish(session: Session, actor: Actor | None, bundle: Bundle) -> ProcessVersion:
    """Make this bundle the version that new cases start with; running ones stay on theirs.

    A bundle equal to the current version changes nothing. `actor` None: the installation itself. Raises BundleRefused.
    """
    if actor is not None:
        permissions.require(actor, permissions.Permission.VERSION_PUBLISH, None)
    compiled = build(bundle)
    process = compiled.process
    # Two publishers at once would give two versions the same number.
    session.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"publish:{process.process_id}"))))
    current = session.scalar(
        select(ProcessVersion).where(ProcessVersion.process_key == process.process_id, ProcessVersion.is_current)
    )
    if current is not None and current.content_hash == process.content_hash:
        return current

    newest = session.scalar(
        select(func.max(ProcessVersion.number)).where(ProcessVersion.process_key == process.process_id)
    )
    session.execute(
        update(ProcessVersion).where(ProcessVersion.process_key == process.process_id).values(is_current=False)
    )
    version = ProcessVersion(
        process_key=process.process_id,
        number=(newest or 0) + 1,
        content_hash=process.content_hash,
        files=dict(bundle.files),
        name_zh=process.name.zh,
        name_en=process.name.en,
        published_at=func.now(),
        published_by_id=actor.user_id if actor else None,
        is_current=True,
    )
    session.add(version)
    session.flush()
    details = {"process": version.process_key, "number": version.number, "hash": version.content_hash}
    at = session.scalars(select(func.now())).one()
    audit.record(session, Kind.VERSION_PUBLISHED, at=at, actor_id=version.published_by_id, details=details)
    return version


def check(bundle: Bundle) -> list[Finding]:
    """Everything that is wrong with a bundle, its forms included; the same content is looked at once."""
    with _lock:
        if bundle.content_hash in _findings:
            return list(_findings[bundle.content_hash])
    found = engine.check(bundle, operations=operations.NAMES, roles=ROLES, variables=settings.VARIABLES)
    told = {(finding.file, finding.element_id, finding.message.en) for finding in found}
    for name, text in bundle.named(".form.json").items():
        found += [each for each in forms.check(name, text) if (each.file, each.element_id, each.message.en) not in told]
    with _lock:
        _findings[bundle.content_hash] = tuple(found)
        while len(_findings) > MOST:
            _findings.popitem(last=False)
    return found


def build(bundle: Bundle) -> Compiled:
    """Compile a bundle that is to be published. Raises BundleRefused with every finding when one is an error."""
    findings = check(bundle)
    if any(finding.severity is Severity.ERROR for finding in findings):
        raise engine.BundleRefused(findings)
    return _compile(bundle)


def current(session: Session, process_key: str) -> ProcessVersion:
    """The version that new cases of this process start with. Raises NotFound."""
    found = session.scalar(
        select(ProcessVersion).where(ProcessVersion.process_key == process_key, ProcessVersion.is_current)
    )
    if found is None:
        raise NotFound("process_not_published", process=process_key)
    return found


def compiled(session: Session, version_id: UUID, content_hash: str) -> Compiled:
    """The compiled version with this hash; its files are read from the database only when it is not at hand."""
    with _lock:
        if content_hash in _cache:
            _cache.move_to_end(content_hash)
            return _cache[content_hash]
    files = session.scalars(select(ProcessVersion.files).where(ProcessVersion.id == version_id)).one()
    return _compile(Bundle.from_texts(files))


def _compile(bundle: Bundle) -> Compiled:
    """Compile without checking anew: what was published must go on running under stricter rules of a later release."""
    process = engine.compile(bundle, operations=operations.NAMES, roles=ROLES, published=True)
    loaded = [forms.load(text) for text in bundle.named(".form.json").values()]
    drawings = bundle.named(".bpmn")
    drawing = drawings.get(f"{process.process_id}.bpmn") or next(iter(drawings.values()))
    made = Compiled(process, {form.id: form for form in loaded}, Diagram(drawing, process.steps))
    with _lock:
        _cache[process.content_hash] = made
        while len(_cache) > MOST:
            _cache.popitem(last=False)
    return made
