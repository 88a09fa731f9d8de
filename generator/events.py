"""Strict YAML from the parser's events: data and their lines in one pass, or what is wrong with them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final, NamedTuple, NoReturn

import yaml

from generator.findings import Finding, pointer, shortened
from generator.model import Data
from generator.scalars import BAD_VALUE, CONSTANTS, DECIMAL, INTEGER, MAX_DIGITS, is_text, name

MAX_DEPTH: Final = 16
MAX_NODES: Final = 50_000
Loader: Final[type[Any]] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_TIGHT_COLON: Final = re.compile(r"[ \n]*:[,\[\]{}]")
_TIGHT_COMMENT: Final = re.compile(r"[|>][-+0-9]*#")

_SCALAR: Final = yaml.ScalarEvent
_MAPPING_END: Final = yaml.MappingEndEvent
_SEQUENCE_END: Final = yaml.SequenceEndEvent


class Built(NamedTuple):
    """What the events of a text say; with findings, the data are not to be used."""

    data: Data
    lines: tuple[int, ...]
    """Where the document, each key and each item begin, in the order of the document."""
    findings: tuple[Finding, ...]


class _Fatal(Exception):  # noqa: N818 - control flow: reading ends here, the findings are kept
    """The document cannot be read further."""


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
        self.loader = Loader(text)
        self.next_event: Callable[[], Any] = self.loader.get_event
        self.findings: list[Finding] = []
        self.lines: list[int] = []
        self.line = 1
        self.where: list[str | int] = []
        self.in_flow = False
        self.nodes = 0
        self.documents = 0
        self.root: Data = None

    def report(self, rule: str, message: str, fix: str) -> None:
        """Note what is wrong in the line of the last event; a mapping that waits for a key has no place yet."""
        where = pointer(part for part in self.where if part != "")
        self.findings.append(
            Finding(rule=rule, path=self.path, line=self.line, pointer=where, message=message, fix=fix)
        )

    def drain(self) -> None:
        while event := self.next_event():
            self.line = _line(event)
            if isinstance(event, yaml.DocumentStartEvent):
                self._document(event)
            elif isinstance(event, yaml.NodeEvent):
                self.lines.append(self.line)
                self.root = self._node(event)

    def _document(self, event: Any) -> None:
        self.documents += 1
        if self.documents > 1:
            self.report("yaml-second-document", "a second document begins here", "keep one document a file")
            raise _Fatal
        if event.version or event.tags or self.text.startswith("%", event.start_mark.index):
            self.report("yaml-directive", "a %YAML or %TAG directive stands here", "remove the directive")

    def _node(self, event: Any) -> Data:
        """Build what begins with an event."""
        self.line = event.start_mark.line + 1
        self.nodes += 1
        if self.nodes > MAX_NODES:
            self.report("yaml-nodes", f"more than {MAX_NODES} nodes", "split the data or drop what is not needed")
            raise _Fatal
        if type(event) is not _SCALAR:
            return self._no_scalar(event)
        if event.anchor is not None or event.tag is not None:
            self._adorned(event)
        text: str = event.value
        style = event.style
        if not style:
            if self.in_flow:
                self._check_flow(event)
            return text if not self.typed or is_text(text) or event.tag is not None else self._resolve(text)
        if style in "|>":
            self._check_block(event)
        if self.escapes and (bad := BAD_VALUE.search(text)):
            self.report("yaml-character", f"an escape stands for {name(bad[0])}", "remove the character")
        return text

    def _adorned(self, event: Any) -> None:
        if event.anchor is not None:
            self.report("yaml-anchor", f"anchor &{event.anchor}", "remove the anchor and write values out")
        if event.tag is not None:
            self.report("yaml-tag", f"explicit tag {event.tag}", "remove the tag; quote the value if it is text")

    def _no_scalar(self, event: Any) -> Data:
        if isinstance(event, yaml.AliasEvent):
            self.report("yaml-anchor", f"alias *{event.anchor}", "write the value out")
            return None
        self._adorned(event)
        if len(self.where) == MAX_DEPTH:
            self.report("yaml-depth", f"nested deeper than {MAX_DEPTH} levels", "flatten the data")
            raise _Fatal
        around = self.in_flow
        self.in_flow = around or bool(event.flow_style)
        found = self._mapping() if isinstance(event, yaml.MappingStartEvent) else self._sequence()
        self.in_flow = around
        self.where.pop()
        return found

    def _mapping(self) -> Data:
        found: dict[str, Data] = {}
        where, next_event = self.where, self.next_event
        where.append("")
        while type(event := next_event()) is not _MAPPING_END:
            key = self._node(event)
            self.lines.append(self.line)
            if not (isinstance(key, str) and key) or "\n" in key:
                key = self._odd_key()
            where[-1] = key
            value = self._node(next_event())
            if key in found:
                self.report("yaml-duplicate-key", f"key {shortened(key)} stands twice", "keep one of them")
            found[key] = value
            where[-1] = ""
        self.line = _line(event)
        return found

    def _sequence(self) -> Data:
        found: list[Data] = []
        self.where.append(0)
        while type(event := self.next_event()) is not _SEQUENCE_END:
            self.lines.append(_line(event))
            found.append(self._node(event))
            self.where[-1] = len(found)
        self.line = _line(event)
        return found

    def _odd_key(self) -> str:
        self.report("yaml-key", "a mapping key is not a one-line text", "quote the key or rename it")
        return f"?{self.nodes}"

    # What one of the two parsers (libyaml, pure Python) reads and the other refuses, which happens
    # between brackets and in block texts only.

    def _check_block(self, event: Any) -> None:
        if _TIGHT_COMMENT.match(self.text, event.start_mark.index):
            self._dispute("no blank stands before a comment")

    def _check_flow(self, event: Any) -> None:
        if "?" in event.value:
            self._dispute("a question mark stands in an unquoted text between brackets")
        if _TIGHT_COLON.match(self.text, event.end_mark.index):
            self._dispute("no blank follows the colon of a key")

    def _dispute(self, wrong: str) -> NoReturn:
        self.report("yaml-syntax", wrong, "quote the text or add a blank")
        raise _Fatal

    def _resolve(self, text: str) -> Data:
        if text in CONSTANTS:
            return CONSTANTS[text]
        integer = INTEGER.fullmatch(text)
        if integer or DECIMAL.fullmatch(text):
            if len(text) > MAX_DIGITS and sum(character.isdigit() for character in text) > MAX_DIGITS:
                self.report("yaml-number", f"{shortened(text)} has more than {MAX_DIGITS} digits", "quote it")
                return text
            return int(text) if integer else float(text)
        if text == "<<" and self.where and self.where[-1] == "":
            self.report("yaml-merge-key", "merge key <<", "write the merged fields out")
        else:
            shown = shortened(text) if text else "an empty value"
            self.report("yaml-ambiguous", f"{shown} is read as different types by different readers", "quote it")
        return text


def _line(event: Any) -> int:
    line: int = event.start_mark.line + 1
    return line


def build(path: str, text: str, *, typed: bool = True) -> Built:
    """Build the data of a text of good characters (`generator.decoding`), which `path` names in findings.

    Every scalar stays the text that stands there when the data are not `typed`. All findings are
    given at once; building stops early only at broken syntax, at a second document and at the
    limits. Raises nothing.
    """
    builder = _Builder(path, text, typed=typed)
    _drive(builder)
    if not builder.findings and not isinstance(builder.root, dict):
        builder.line = 1
        builder.report("schema-type", "the document is not a mapping", "start with `apiVersion:`")
    return Built(builder.root, tuple(builder.lines), tuple(builder.findings))


def _drive(builder: _Builder) -> None:
    try:
        builder.drain()
        if not builder.documents:
            builder.line = 1
            builder.report("yaml-empty", "there is no document", "write the document")
    except _Fatal:
        pass
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or "not well-formed"
        # At the end of the file libyaml counts one line more than there is.
        builder.line = min(mark.line, builder.text.count("\n")) + 1 if mark else 1
        if "nesting depth" in problem:
            # Newer versions of libyaml look ahead and refuse a thousand levels before their first event.
            builder.report("yaml-depth", f"nested deeper than {MAX_DEPTH} levels", "flatten the data")
        else:
            builder.report("yaml-syntax", str(problem), "correct the syntax")
    except (ValueError, OverflowError):
        # The pure parser hands an escape above U+10FFFF to chr().
        builder.line = 1
        builder.report("yaml-syntax", "an escape is not a Unicode character", "correct the escape")
    finally:
        builder.loader.dispose()
