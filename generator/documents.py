"""Bytes to a `Document` or to findings: strict YAML, built in one pass over the parser's events."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import yaml

from generator import decoding
from generator.findings import Finding, pointer, shortened
from generator.model import Data, Document
from generator.scalars import AMBIGUOUS, BAD_VALUE, CONSTANTS, DECIMAL, INTEGER, MAX_DIGITS, name

MAX_BYTES: Final = 256 * 1024
MAX_DEPTH: Final = 16
MAX_NODES: Final = 50_000
Loader: Final[type[Any]] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_TIGHT_COLON: Final = re.compile(r"[ \n]*:[,\[\]{}]")
_TIGHT_COMMENT: Final = re.compile(r"[|>][-+0-9]*#")


class Reading(NamedTuple):
    """The outcome of reading: a document, or None and the findings that say why."""

    document: Document | None
    findings: tuple[Finding, ...]


class _Fatal(Exception):  # noqa: N818 - control flow: reading ends here, the findings are kept
    """The document cannot be read further."""


class _Frame:
    """An open mapping or sequence and the place in it where the next value goes."""

    __slots__ = ("container", "key")

    def __init__(self, container: dict[str, Data] | list[Data]) -> None:
        self.container = container
        self.key: str | None = None


class _Builder:
    """Builds data straight from parser events and collects what strict YAML refuses."""

    def __init__(self, path: str, text: str, *, typed: bool = True) -> None:
        self.path = path
        self.text = text
        self.typed = typed
        self.flow = 0
        self.findings: list[Finding] = []
        self.lines: list[int] = []
        self.stack: list[_Frame] = []
        self.nodes = 0
        self.documents = 0
        self.root: Data = None

    def report(self, rule: str, line: int, message: str, fix: str) -> None:
        where = pointer(place for frame in self.stack if (place := self._place(frame)) != "")
        self.findings.append(Finding(rule=rule, path=self.path, line=line, pointer=where, message=message, fix=fix))

    @staticmethod
    def _place(frame: _Frame) -> str | int:
        return len(frame.container) if isinstance(frame.container, list) else frame.key or ""

    def feed(self, event: Any) -> None:
        line = event.start_mark.line + 1
        match event:
            case yaml.ScalarEvent():
                self._node(event, line)
                self._scalar(event, line)
            case yaml.MappingStartEvent():
                self._node(event, line)
                self._open({}, line)
                self.flow += self.flow > 0 or bool(event.flow_style)
            case yaml.SequenceStartEvent():
                self._node(event, line)
                self._open([], line)
                self.flow += self.flow > 0 or bool(event.flow_style)
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                self.flow -= self.flow > 0
                self._close(line)
            case yaml.AliasEvent():
                self.report("yaml-anchor", line, f"alias *{event.anchor}", "write the value out")
                self._put(None, line)
            case yaml.DocumentStartEvent():
                self._document(event, line)

    def _document(self, event: Any, line: int) -> None:
        self.documents += 1
        if self.documents > 1:
            self.report("yaml-second-document", line, "a second document begins here", "keep one document a file")
            raise _Fatal
        if event.version or event.tags or self.text.startswith("%", event.start_mark.index):
            self.report("yaml-directive", line, "a %YAML or %TAG directive stands here", "remove the directive")

    def _node(self, event: Any, line: int) -> None:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            self.report("yaml-nodes", line, f"more than {MAX_NODES} nodes", "split the data or drop what is not needed")
            raise _Fatal
        if event.anchor is not None:
            self.report("yaml-anchor", line, f"anchor &{event.anchor}", "remove the anchor and write values out")
        if event.tag is not None:
            self.report("yaml-tag", line, f"explicit tag {event.tag}", "remove the tag; quote the value if it is text")

    def _open(self, container: dict[str, Data] | list[Data], line: int) -> None:
        if len(self.stack) == MAX_DEPTH:
            self.report("yaml-depth", line, f"nested deeper than {MAX_DEPTH} levels", "flatten the data")
            raise _Fatal
        self._mark(line)
        self.stack.append(_Frame(container))

    def _close(self, line: int) -> None:
        self._put(self.stack.pop().container, line, marked=True)

    def _mark(self, line: int) -> None:
        if not self.stack or isinstance(self.stack[-1].container, list):
            self.lines.append(line)

    def _scalar(self, event: Any, line: int) -> None:
        plain = event.style in {None, ""}
        if wrong := self._disputed(event, plain=plain):
            self.report("yaml-syntax", line, wrong, "quote the text or add a blank")
            raise _Fatal
        value = self._resolve(event.value, line) if plain and event.tag is None else event.value
        if not plain and (found := BAD_VALUE.search(event.value)):
            self.report("yaml-character", line, f"an escape stands for {name(found[0])}", "remove the character")
        self._put(value, line)

    def _disputed(self, event: Any, *, plain: bool) -> str:
        """Name what one of the two parsers (libyaml, pure Python) reads and the other refuses."""
        if plain and self.flow and "?" in event.value:
            return "a question mark stands in an unquoted text between brackets"
        if plain and self.flow and _TIGHT_COLON.match(self.text, event.end_mark.index):
            return "no blank follows the colon of a key"
        if event.style in {"|", ">"} and _TIGHT_COMMENT.match(self.text, event.start_mark.index):
            return "no blank stands before a comment"
        return ""

    def _resolve(self, text: str, line: int) -> Data:
        if not self.typed:
            return text
        if text in CONSTANTS:
            return CONSTANTS[text]
        if not AMBIGUOUS.fullmatch(text):
            return text
        integer = INTEGER.fullmatch(text)
        if integer or DECIMAL.fullmatch(text):
            if sum(character.isdigit() for character in text) > MAX_DIGITS:
                self.report("yaml-number", line, f"{shortened(text)} has more than {MAX_DIGITS} digits", "quote it")
                return text
            return int(text) if integer else float(text)
        if text == "<<" and self._wants_key():
            self.report("yaml-merge-key", line, "merge key <<", "write the merged fields out")
        else:
            shown = shortened(text) if text else "an empty value"
            self.report("yaml-ambiguous", line, f"{shown} is read as different types by different readers", "quote it")
        return text

    def _wants_key(self) -> bool:
        return bool(self.stack) and isinstance(self.stack[-1].container, dict) and self.stack[-1].key is None

    def _put(self, value: Data, line: int, *, marked: bool = False) -> None:
        if not self.stack:
            self.root = value
            if not marked:
                self.lines.append(line)
            return
        frame = self.stack[-1]
        if isinstance(frame.container, list):
            if not marked:
                self.lines.append(line)
            frame.container.append(value)
        elif frame.key is None:
            frame.key = self._key(value, line)
        else:
            if frame.key in frame.container:
                self.report("yaml-duplicate-key", line, f"key {shortened(frame.key)} stands twice", "keep one of them")
            frame.container[frame.key] = value
            frame.key = None

    def _key(self, value: Data, line: int) -> str:
        self.lines.append(line)
        if isinstance(value, str) and value and "\n" not in value:
            return value
        self.report("yaml-key", line, "a mapping key is not a one-line text", "quote the key or rename it")
        return f"?{self.nodes}"


def read(path: str, content: bytes) -> Reading:
    """Read one strict YAML document.

    `path` is used in findings only. All findings of a document are given at once; reading stops
    early only at broken syntax, at a second document and at the limits. The rules are those of
    DESIGN section 2, "Strict YAML". Raises nothing.
    """
    text = decoding.text(path, content, MAX_BYTES)
    if not isinstance(text, str):
        return Reading(None, text)
    return _built(_Builder(path, text), content)


def read_texts(path: str, content: bytes) -> Reading:
    """Read one YAML document of another project, every scalar as the text that stands there.

    A version 1.20 stays 1.20. Byte order mark, carriage returns and tabs are allowed, for the file
    was not written for us; all else is as in `read`. Raises nothing.
    """
    text = decoding.text(path, content, MAX_BYTES, foreign=True)
    if not isinstance(text, str):
        return Reading(None, text)
    return _built(_Builder(path, text, typed=False), content)


def _built(builder: _Builder, content: bytes) -> Reading:
    _drive(builder, builder.text)
    if not builder.findings and not isinstance(builder.root, dict):
        builder.report("schema-type", 1, "the document is not a mapping", "start with `apiVersion:`")
    if builder.findings or not isinstance(builder.root, dict):
        return Reading(None, tuple(builder.findings))
    digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
    return Reading(Document(path=builder.path, data=builder.root, lines=tuple(builder.lines), digest=digest), ())


def write(data: Mapping[str, Any]) -> bytes:
    """Write data as YAML that every reader, and `read`, takes for the same data.

    Keys keep their order. Raises `ValueError` when strict YAML cannot hold the data.
    """
    text: str = yaml.dump(data, Dumper=_Writer, sort_keys=False, allow_unicode=False, width=1000)
    content = text.encode()
    reading = read("written", content)
    if reading.document is None or reading.document.data != data:
        raise ValueError("strict YAML cannot hold these data")
    return content


class _Writer(yaml.SafeDumper):
    """Quotes whatever some reader would not take for text."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - the signature is the package's
        return True


def _represent_text(writer: _Writer, text: str) -> yaml.ScalarNode:
    style = '"' if AMBIGUOUS.fullmatch(text) else None
    return writer.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Writer.add_representer(str, _represent_text)


def _drive(builder: _Builder, text: str) -> None:
    loader = Loader(text)
    try:
        while loader.check_event():
            builder.feed(loader.get_event())
        if not builder.documents:
            builder.report("yaml-empty", 1, "there is no document", "write the document")
    except _Fatal:
        pass
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or "not well-formed"
        # At the end of the file libyaml counts one line more than there is.
        line = min(mark.line, text.count("\n")) + 1 if mark else 1
        if "nesting depth" in problem:
            # Newer versions of libyaml look ahead and refuse a thousand levels before their first event.
            builder.report("yaml-depth", line, f"nested deeper than {MAX_DEPTH} levels", "flatten the data")
        else:
            builder.report("yaml-syntax", line, str(problem), "correct the syntax")
    except (ValueError, OverflowError):
        # The pure parser hands an escape above U+10FFFF to chr().
        builder.report("yaml-syntax", 1, "an escape is not a Unicode character", "correct the escape")
    finally:
        loader.dispose()
