"""What never belongs in public: text -> findings where secrets and private addresses stand."""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final, NamedTuple

from generator import leaks
from generator.findings import Finding
from generator.model import Data, Document

SAMPLE: Final = 20
"""Places of one file that are listed one by one: a log with a thousand addresses says one thing."""

_FIX: Final = "remove it and sign again; revoke a secret that was ever pushed, for git keeps every version"
_FIX_COMMIT: Final = "rewrite the commit, for a later one only hides it; revoke a secret that was ever pushed"


def findings(path: str, content: bytes, document: Document | None, commit: str = "") -> tuple[Finding, ...]:
    """Give a finding for each secret and private address in a file, never with the secret itself.

    The bytes are searched as they stand and, where they are strict YAML (`document`), once more as
    the texts they stand for: an escape or a folded line hides a secret from the eye only. `commit`
    is the one that brought bytes which a later one took away. Raises nothing.
    """
    found = _places(content.decode("utf-8", "replace"))
    if document is not None:
        found |= _unseen(document, found)
    where = f" in commit {commit}" if commit else ""
    template = Finding(rule="secret", path=path, commit=commit, message="", fix=_FIX_COMMIT if commit else _FIX)
    return tuple(_listed(found, template, f"stands here{where}"))


def message_findings(commit: str, message: str) -> tuple[Finding, ...]:
    """Give a finding for each secret and private address in the message of a commit."""
    template = Finding(rule="secret", commit=commit, message="", fix=_FIX_COMMIT)
    return tuple(_listed(_places(message), template, f"stands in the message of commit {commit}"))


class _Place(NamedTuple):
    line: int
    kind: str


def _places(text: str) -> set[_Place]:
    """Give what stands on which line, counted from 1."""
    ends = [match.start() for match in re.finditer("\n", text)]
    return {_Place(bisect.bisect_left(ends, offset) + 1, kind) for offset, _, kind in leaks.search(text)}


def _unseen(document: Document, seen: set[_Place]) -> set[_Place]:
    """Give what shows only once the texts of a document are read, by the line where each begins."""
    starts, lines, parts, length = list[int](), list[int](), list[str](), 0
    for (where, value), line in zip(_nodes("", document.data), document.lines, strict=True):
        starts.append(length)
        lines.append(line)
        parts.append(f"{where}: {value}\n")
        length += len(parts[-1])
    found = set[_Place]()
    for offset, _, kind in leaks.search("".join(parts)):
        index = bisect.bisect_right(starts, offset) - 1
        extent = range(lines[index], max(lines[index : index + 2]) + 1) if index + 1 < len(lines) else _TO_THE_END
        if not any(place.kind == kind and place.line in extent for place in seen):
            found.add(_Place(lines[index], kind))
    return found


_TO_THE_END: Final = range(1 << 40)


def _nodes(name: str, node: Data) -> Iterator[tuple[str, str]]:
    """Give each node with its key, in document order; of a mapping or a list only that it is there."""
    children = (
        node.items() if isinstance(node, dict) else [("", child) for child in node] if isinstance(node, list) else ()
    )
    yield name, node if isinstance(node, str) else ""
    for key, child in children:
        yield from _nodes(key, child)


def _listed(found: set[_Place], template: Finding, where: str) -> Iterator[Finding]:
    places = sorted(found)
    for index, place in enumerate(places[:SAMPLE], 1):
        more = f" (and {len(places) - SAMPLE} more follow)" if index == SAMPLE < len(places) else ""
        yield replace(template, line=place.line, message=f"{place.kind} {where}{more}")
