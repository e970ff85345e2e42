"""The one check that studio and command line call: what cannot run, and what does not make sense."""

from collections.abc import Collection

from workflow.engine import checker, refusals
from workflow.engine.bundle import Bundle
from workflow.engine.findings import Finding
from workflow.engine.refusals.sizes import TOO_LARGE


def check(
    bundle: Bundle,
    *,
    operations: Collection[str],
    roles: Collection[str],
    variables: Collection[str] = frozenset(),
) -> list[Finding]:
    """All findings on a bundle, of all levels; empty means that nothing is to be mended.

    `variables` are the dotted paths that every run is started with. A version with errors may not be published; what
    only does not make sense (levels 2 and 3) hinders publishing, not running.
    """
    found = refusals.check(bundle, operations=operations, roles=roles)
    if any(finding.rule in TOO_LARGE for finding in found):
        return found
    told = {(finding.file, finding.element_id, finding.rule) for finding in found}
    further = checker.analyse(bundle, variables=variables)
    return found + [finding for finding in further if (finding.file, finding.element_id, finding.rule) not in told]
