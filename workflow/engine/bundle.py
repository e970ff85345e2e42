"""A bundle: the files of one process version, by name, and the hash that identifies them."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from workflow.engine.errors import BundleRefused
from workflow.engine.gathering import SUFFIXES, gather

__all__ = ["SUFFIXES", "Bundle"]


@dataclass(frozen=True)
class Bundle:
    """File name -> text of the diagrams, decision tables and forms that belong together."""

    files: Mapping[str, str]

    @classmethod
    def from_texts(cls, files: Mapping[str, str]) -> "Bundle":
        """A bundle of texts at hand, e.g. out of the database."""
        return cls(dict(files))

    @classmethod
    def from_folder(cls, path: Path | str) -> "Bundle":
        """The bundle of a process folder: its .bpmn, .dmn and .form.json files, and those of the processes it calls.

        Raises BundleRefused when two of these have a file of the same name and it is not the same.
        """
        texts, findings = gather(Path(path))
        if findings:
            raise BundleRefused(findings)
        return cls(texts)

    @cached_property
    def content_hash(self) -> str:
        """SHA-256 over names and texts, independent of their order; the identity of a process version."""
        canonical = json.dumps(sorted(self.files.items()), ensure_ascii=False)
        return hashlib.sha256(canonical.encode()).hexdigest()

    def named(self, suffix: str) -> dict[str, str]:
        """The files with this suffix, in the order of their names."""
        return {name: text for name, text in sorted(self.files.items()) if name.endswith(suffix)}
