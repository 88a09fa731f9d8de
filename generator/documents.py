"""Bytes to a `Document` or to findings: strict YAML, built in one pass over the parser's events."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple, NoReturn, TypeAlias

import yaml

from generator import decoding
from generator.findings import Finding, pointer, shortened
from generator.model import Data, Document
from generator.scalars import AMBIGUOUS, BAD_VALUE, CONSTANTS, DECIMAL, INTEGER, MAX_DIGITS, is_text, name

MAX_BYTES: Final = 256 * 1024
MAX_DEPTH: Final = 16
MAX_NODES: Final = 50_000
Loader: Final[type[Any]] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_TIGHT_COLON: Final = re.compile(r"[ \n]*:[,\[\]{}]")
_TIGHT_COMMENT: Final = re.compile(r"[|>][-+0-9]*#")


_Taker: TypeAlias = Callable[[Any, Any, int], None]


class Reading(NamedTuple):
    """The outcome of reading: a document, or None and the findings that say why."""

    document: Document | None
    findings: tuple[Finding, ...]


class _Fatal(Exception):  # noqa: N818 - control flow: reading ends here, the findings are kept
    """The document cannot be read further."""


class _Frame:
    """An open mapping or sequence and the place in it where the next value goes."""

    __slots__ = ("container", "is_list", "key")

    def __init__(self, container: Any) -> None:
        self.container = container
        self.is_list = isinstance(container, list)
        self.key: str | None = None


class _Builder:
    """Builds data straight from parser events and collects what strict YAML refuses.

    It runs for each of a document's hundreds of events, so common cases come first and are short.
    """

    def __init__(self, path: str, text: str, *, typed: bool = True) -> None:
        self.path = path
        self.text = text
        self.typed = typed
        # Bad characters of the source are found before; a value can hold others only by an escape.
        self.escapes = "\\" in text
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
        return len(frame.container) if frame.is_list else frame.key or ""

    def drain(self, next_event: Callable[[], Any]) -> None:
        node_taker, other_taker = _NODES.get, _OTHERS.get
        while event := next_event():
            kind, line = type(event), event.start_mark.line + 1
            if take := node_taker(kind):
                self.nodes += 1
                if self.nodes > MAX_NODES:
                    self._overflow(line)
                if event.anchor is not None or event.tag is not None:
                    self._adorned(event, line)
                take(self, event, line)
            elif take := other_taker(kind):
                take(self, event, line)

    def _overflow(self, line: int) -> NoReturn:
        self.report("yaml-nodes", line, f"more than {MAX_NODES} nodes", "split the data or drop what is not needed")
        raise _Fatal

    def _adorned(self, event: Any, line: int) -> None:
        if event.anchor is not None:
            self.report("yaml-anchor", line, f"anchor &{event.anchor}", "remove the anchor and write values out")
        if event.tag is not None:
            self.report("yaml-tag", line, f"explicit tag {event.tag}", "remove the tag; quote the value if it is text")

    def end(self, _event: Any, line: int) -> None:
        self.flow -= self.flow > 0
        self._put(self.stack.pop().container, line)

    def alias(self, event: Any, line: int) -> None:
        self.report("yaml-anchor", line, f"alias *{event.anchor}", "write the value out")
        self._mark(line)
        self._put(None, line)

    def document(self, event: Any, line: int) -> None:
        self.documents += 1
        if self.documents > 1:
            self.report("yaml-second-document", line, "a second document begins here", "keep one document a file")
            raise _Fatal
        if event.version or event.tags or self.text.startswith("%", event.start_mark.index):
            self.report("yaml-directive", line, "a %YAML or %TAG directive stands here", "remove the directive")

    def opened(self, container: dict[str, Data] | list[Data], event: Any, line: int) -> None:
        if len(self.stack) == MAX_DEPTH:
            self.report("yaml-depth", line, f"nested deeper than {MAX_DEPTH} levels", "flatten the data")
            raise _Fatal
        self._mark(line)
        self.stack.append(_Frame(container))
        self.flow += self.flow > 0 or bool(event.flow_style)

    def _mark(self, line: int) -> None:
        """Note the line of a node: that of an item or of the document; a field has that of its key."""
        if not self.stack or self.stack[-1].is_list:
            self.lines.append(line)

    def scalar(self, event: Any, line: int) -> None:
        text: str = event.value
        plain = not event.style
        if (self.flow if plain else event.style in "|>") and (wrong := self._disputed(event, plain=plain)):
            self.report("yaml-syntax", line, wrong, "quote the text or add a blank")
            raise _Fatal
        if self.escapes and not plain and (found := BAD_VALUE.search(text)):
            self.report("yaml-character", line, f"an escape stands for {name(found[0])}", "remove the character")
        self._mark(line)
        if plain and self.typed and event.tag is None and not is_text(text):
            self._put(self._resolve(text, line), line)
        else:
            self._put(text, line)

    def _disputed(self, event: Any, *, plain: bool) -> str:
        """Name what one of the two parsers (libyaml, pure Python) reads and the other refuses.

        It happens between brackets and in block texts only.
        """
        if not plain:
            opens = _TIGHT_COMMENT.match(self.text, event.start_mark.index)
            return "no blank stands before a comment" if opens else ""
        if "?" in event.value:
            return "a question mark stands in an unquoted text between brackets"
        return "no blank follows the colon of a key" if _TIGHT_COLON.match(self.text, event.end_mark.index) else ""

    def _resolve(self, text: str, line: int) -> Data:
        if text in CONSTANTS:
            return CONSTANTS[text]
        integer = INTEGER.fullmatch(text)
        if integer or DECIMAL.fullmatch(text):
            if len(text) > MAX_DIGITS and sum(character.isdigit() for character in text) > MAX_DIGITS:
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
        return bool(self.stack) and not self.stack[-1].is_list and self.stack[-1].key is None

    def _put(self, value: Data, line: int) -> None:
        if not self.stack:
            self.root = value
            return
        frame = self.stack[-1]
        if frame.is_list:
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


_NODES: Final[dict[type[Any], _Taker]] = {
    yaml.ScalarEvent: _Builder.scalar,
    yaml.MappingStartEvent: lambda builder, event, line: builder.opened({}, event, line),
    yaml.SequenceStartEvent: lambda builder, event, line: builder.opened([], event, line),
}
_OTHERS: Final[dict[type[Any], _Taker]] = {
    yaml.MappingEndEvent: _Builder.end,
    yaml.SequenceEndEvent: _Builder.end,
    yaml.AliasEvent: _Builder.alias,
    yaml.DocumentStartEvent: _Builder.document,
}


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
        builder.drain(loader.get_event)
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
