"""Foreign XML to frozen elements or to a finding: no DTD, no entities, no references, with limits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple
from xml.parsers import expat

from generator import decoding
from generator.drafts import MAX_SOURCE
from generator.findings import Finding, shortened

MAX_DEPTH: Final = 32
MAX_ELEMENTS: Final = 100_000
MAX_ATTRIBUTES: Final = 64
"""Of one element."""
MAX_TEXT: Final = 64 * 1024
"""Characters that are kept of one element's own text; the rest is a log, and no result holds it."""

_ENCODINGS: Final = frozenset({"", "utf-8", "us-ascii", "ascii"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """One element: its own text without that of its children, and the line where it begins."""

    tag: str
    line: int = 0
    attributes: Mapping[str, str] = field(default_factory=dict)
    text: str = ""
    children: tuple[Element, ...] = ()

    def named(self, *tags: str) -> Iterator[Element]:
        """Give the children with one of these tags."""
        return (child for child in self.children if child.tag in tags)


class Reading(NamedTuple):
    """The outcome of reading: the root element, or None and the finding that says why."""

    root: Element | None
    findings: tuple[Finding, ...]


class _Refused(Exception):  # noqa: N818 - control flow: reading ends here
    """The document is not read further: what is wrong, and how to mend it."""

    def __init__(self, message: str, fix: str) -> None:
        super().__init__(message)
        self.message = message
        self.fix = fix


class _Open:
    """An element whose end has not come yet."""

    __slots__ = ("attributes", "children", "length", "line", "tag", "texts")

    def __init__(self, tag: str, line: int, attributes: dict[str, str]) -> None:
        self.tag = tag
        self.line = line
        self.attributes = attributes
        self.texts: list[str] = []
        self.length = 0
        self.children: list[Element] = []


class _Builder:
    """Builds elements from the parser's events and refuses what no report needs."""

    def __init__(self) -> None:
        self.parser = expat.ParserCreate("utf-8")
        self.parser.buffer_text = True
        self.parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
        self.parser.XmlDeclHandler = self._declaration
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.EntityDeclHandler = self._doctype
        self.parser.ExternalEntityRefHandler = self._doctype
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.stack: list[_Open] = []
        self.root: Element | None = None
        self.elements = 0

    def _declaration(self, version: str, encoding: str | None, _standalone: int) -> None:
        if (encoding or "").lower() not in _ENCODINGS:
            raise _Refused(f"the declared encoding is {shortened(encoding)}", "write the file in UTF-8, and say so")
        if version != "1.0":
            raise _Refused(f"XML version {shortened(version)}", "write XML 1.0")

    def _doctype(self, *_what: object) -> int:
        raise _Refused("a document type or an entity is declared", "write plain XML without <!DOCTYPE")

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self.elements += 1
        if self.elements > MAX_ELEMENTS:
            raise _Refused(f"more than {MAX_ELEMENTS} elements", "split the report")
        if len(self.stack) == MAX_DEPTH:
            raise _Refused(f"nested deeper than {MAX_DEPTH} levels", "flatten the report")
        if len(attributes) > MAX_ATTRIBUTES:
            raise _Refused(f"an element has more than {MAX_ATTRIBUTES} attributes", "leave out what is no result")
        self.stack.append(_Open(tag, self.parser.CurrentLineNumber, attributes))

    def _text(self, data: str) -> None:
        top = self.stack[-1]
        if kept := data[: MAX_TEXT - top.length]:
            top.texts.append(kept)
            top.length += len(kept)

    def _end(self, _tag: str) -> None:
        done = self.stack.pop()
        element = Element(
            tag=done.tag,
            line=done.line,
            attributes=done.attributes,
            text="".join(done.texts).strip(),
            children=tuple(done.children),
        )
        if self.stack:
            self.stack[-1].children.append(element)
        else:
            self.root = element


def read(path: str, content: bytes) -> Reading:
    """Read one XML document in UTF-8; `path` is used in the finding only.

    Refused are document types, entities and external references, other encodings, and what
    exceeds the limits above. Raises nothing.
    """
    text = decoding.source(path, content, MAX_SOURCE)
    if isinstance(text, Finding):
        return Reading(None, (text,))
    builder = _Builder()
    try:
        builder.parser.Parse(text.encode(), True)  # noqa: FBT003 - expat names no arguments
    except _Refused as refused:
        return _refused(path, builder.parser.CurrentLineNumber, refused.message, refused.fix)
    except expat.ExpatError as error:
        return _refused(path, error.lineno, expat.ErrorString(error.code), "name the right format, or write whole XML")
    return Reading(builder.root, ())


def _refused(path: str, line: int, message: str, fix: str) -> Reading:
    return Reading(None, (Finding(rule="import-source", path=path, line=line, message=message, fix=fix),))
