"""The one check that studio and command line call: what cannot run, and what does not make sense."""

from collections.abc import Collection

from workflow.engine import refusals
from workflow.engine.bundle import Bundle
from workflow.engine.findings import Finding


def check(bundle: Bundle, *, operations: Collection[str], roles: Collection[str]) -> list[Finding]:
    """All findings on a bundle; empty means that nothing is to be mended."""
    return refusals.check(bundle, operations=operations, roles=roles)
