"""Foreign JSON to frozen nodes or to a finding: every scalar is the text that stood there."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from json.decoder import scanstring  # type: ignore[attr-defined]
from typing import Final, NamedTuple

from generator import decoding
from generator.drafts import MAX_SOURCE
from generator.findings import Finding, shortened

MAX_DEPTH: Final = 32
MAX_NODES: Final = 200_000

_BLANK: Final = re.compile(r"[ \t\r\n]*")
# RFC 8259 has no NaN, no Infinity, no leading zero and no plus sign.
_BARE: Final = re.compile(r"(?:-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?|true|false|null)(?![\w.+-])")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_WRONG: Final = "name the right format, or write whole JSON"


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One value and the line where it begins: a text, a list of nodes, or nodes by name.

    A number is the text that stood there, so 1.20 stays 1.20; true and false are these words; null
    says nothing and is the empty text.
    """

    line: int = 0
    text: str = ""
    items: tuple[Node, ...] = ()
    fields: Mapping[str, Node] = field(default_factory=dict)
    kind: str = "text"
    """`text`, `list` or `mapping`."""


class Reading(NamedTuple):
    """The outcome of reading: the root, or None and the finding that says why."""

    root: Node | None
    findings: tuple[Finding, ...]


class _Refused(Exception):  # noqa: N818 - control flow: reading ends here
    """The document is not read further: what is wrong, and how to mend it."""

    def __init__(self, message: str, fix: str = _WRONG) -> None:
        super().__init__(message)
        self.message = message
        self.fix = fix


class _Parser:
    """Descends through a text; the depth is bounded, so recursion is too."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.line = 1
        self.nodes = 0

    def document(self) -> Node:
        root = self._value(1)
        self._blank()
        if self.at < len(self.text):
            raise _Refused("something follows the value", "write one value only")
        return root

    def _advance(self, end: int) -> None:
        self.line += self.text.count("\n", self.at, end)
        self.at = end

    def _blank(self) -> str:
        """Pass over blanks and give the character that follows, or nothing at the end."""
        match = _BLANK.match(self.text, self.at)
        self._advance(match.end() if match else self.at)
        return self.text[self.at : self.at + 1]

    def _value(self, depth: int) -> Node:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise _Refused(f"more than {MAX_NODES} values", "split the report")
        if depth > MAX_DEPTH:
            raise _Refused(f"nested deeper than {MAX_DEPTH} levels", "flatten the report")
        first, line = self._blank(), self.line
        if first == "{":
            return Node(line=line, kind="mapping", fields=self._mapping(depth))
        if first == "[":
            return Node(line=line, kind="list", items=self._list(depth))
        if first == '"':
            return Node(line=line, text=self._string())
        match = _BARE.match(self.text, self.at)
        if not match:
            found = shortened(self.text[self.at : self.at + 20]) if first else "the end"
            raise _Refused(f"{found} stands where a value should")
        self.at = match.end()
        return Node(line=line, text="" if match[0] == "null" else match[0])

    def _string(self) -> str:
        try:
            value, end = scanstring(self.text, self.at + 1, True)  # noqa: FBT003 - the package's signature
        except json.JSONDecodeError as error:
            self._advance(min(error.pos, len(self.text)))
            raise _Refused(error.msg[:1].lower() + error.msg[1:]) from error
        if _SURROGATE.search(value):
            raise _Refused("an escape is half a character", "write the whole character")
        self.at = end
        return str(value)

    def _list(self, depth: int) -> tuple[Node, ...]:
        self.at += 1
        if self._blank() == "]":
            self.at += 1
            return ()
        items = [self._value(depth + 1)]
        while self._more("]"):
            items.append(self._value(depth + 1))
        return tuple(items)

    def _mapping(self, depth: int) -> dict[str, Node]:
        found: dict[str, Node] = {}
        self.at += 1
        if self._blank() == "}":
            self.at += 1
            return found
        self._member(found, depth)
        while self._more("}"):
            self._member(found, depth)
        return found

    def _member(self, found: dict[str, Node], depth: int) -> None:
        if self._blank() != '"':
            raise _Refused("a key does not begin with a double quote")
        key = self._string()
        if key in found:
            raise _Refused(f"key {shortened(key)} stands twice", "keep one of them")
        if self._blank() != ":":
            raise _Refused(f"no colon follows key {shortened(key)}")
        self.at += 1
        found[key] = self._value(depth + 1)

    def _more(self, end: str) -> bool:
        """Pass over a comma and say that more follows, or over the end and say that nothing does."""
        found = self._blank()
        if found not in {",", end}:
            raise _Refused(f"{shortened(found) if found else 'the end'} stands where a comma or {end} should")
        self.at += 1
        return found == ","


def read(path: str, content: bytes) -> Reading:
    """Read one JSON value (RFC 8259) in UTF-8; `path` is used in the finding only.

    A byte order mark is passed over. Refused are keys that stand twice, NaN and Infinity, halves of
    characters, and what exceeds the limits above. Raises nothing.
    """
    text = decoding.source(path, content, MAX_SOURCE)
    return Reading(None, (text,)) if isinstance(text, Finding) else read_text(path, text)


def read_text(path: str, text: str, line: int = 1) -> Reading:
    """Read one JSON value from a text that begins at `line` of the file at `path`."""
    parser = _Parser(text)
    parser.line = line
    try:
        return Reading(parser.document(), ())
    except _Refused as refused:
        finding = Finding(rule="import-source", path=path, line=parser.line, message=refused.message, fix=refused.fix)
        return Reading(None, (finding,))
