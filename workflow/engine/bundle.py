"""A bundle: the files of one process version, by name, and the hash that identifies them."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from workflow.engine.errors import BundleRefused
from workflow.engine.gathering import SUFFIXES, gather

__all__ = ["SUFFIXES", "Bundle"]

PIECE = 64 * 1024


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
        digest = hashlib.sha256()
        for piece in _canonical(sorted(self.files.items())):
            digest.update(piece.encode())
        return digest.hexdigest()

    def named(self, suffix: str) -> dict[str, str]:
        """The files with this suffix, in the order of their names."""
        return {name: text for name, text in sorted(self.files.items()) if name.endswith(suffix)}


def _canonical(files: Iterable[tuple[str, str]]) -> Iterator[str]:
    """The JSON text of a list of pairs, piece by piece: a text of 50 MB must not stand in memory three times."""
    yield "["
    for number, pair in enumerate(files):
        yield ", [" if number else "["
        for place, text in enumerate(pair):
            yield ', "' if place else '"'
            for begin in range(0, len(text), PIECE):
                yield json.dumps(text[begin : begin + PIECE], ensure_ascii=False)[1:-1]
            yield '"'
        yield "]"
    yield "]"
