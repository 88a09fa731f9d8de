"""What results say beside what is judged, read again from their files where somebody shows it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from generator import documents
from generator.findings import Stop
from generator.formats import result
from generator.originals import Originals
from generator.records import Words


def of(originals: Originals, paths: Iterable[str]) -> Iterator[tuple[str, Mapping[str, Words]]]:
    """Give the path of each result, and its words by test; raise `Stop` for one that never was a result."""
    for path, content in originals.contents(paths):
        document = documents.read(path, content).document
        if document is None:
            raise Stop(f"{path} cannot be read again")
        yield path, result.words(document)
