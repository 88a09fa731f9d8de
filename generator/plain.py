"""The plain part of strict YAML, line by line: what nearly every result keeps to, in a fraction of the time.

It knows `key: value` and `- value` in blocks, texts that end with their line, and flat collections
between brackets, all in ASCII. Whatever else stands in a document, be it right or wrong, it gives the
whole document up: `generator.documents` alone says what strict YAML is and what is wrong. Where this
module gives data, that one gives the same; property tests hold them together
(docs/decisions/0017-plain-lines.md).
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from typing import Any, Final, NamedTuple

from generator.model import Data
from generator.scalars import CONSTANTS, DECIMAL, INTEGER, MAX_DIGITS, is_text

MAX_PLACES: Final = 20_000
"""Keys and items; each is at most two of the nodes that strict YAML counts."""
_REMEMBERED: Final = 80
"""Characters of a line up to which its reading is remembered: results repeat each other's lines."""

_KEY: Final = r"[A-Za-z_][A-Za-z0-9_.-]{0,99}"
# A mapping begins further to the right than what is around it, so lines that begin within this many
# blanks are not nested deeper than strict YAML allows.
_LINE: Final = re.compile(rf"( {{0,10}})(?:(- )?({_KEY}):(?: (.+))?|- (.+))")
_ENTRY: Final = re.compile(rf"({_KEY}): (.+)")
_SINGLE: Final = re.compile(r"'([^']*(?:''[^']*)*)'")
_DOUBLE: Final = re.compile(r'"([^"\\]*(?:\\["\\][^"\\]*)*)"')
_ESCAPED: Final = re.compile(r"\\(.)")
# All of ASCII that is seen, but number sign and colon: one begins a comment, the other ends a key.
_BLOCK_TEXT: Final = re.compile(r'[\w/][!"$-9;-~]*(?:(?: +|:+)[!"$-9;-~]+)*', re.ASCII)
_FLOW_TEXT: Final = re.compile(r"[\w/][\w./+@()=~-]*(?: +[\w./+@()=~-]+)*", re.ASCII)

_SCALAR: Final = -1
_LATER: Final = -2


class Plain(NamedTuple):
    """Data, and the lines where they, each key and each item begin, in the order of the document."""

    data: dict[str, Data]
    lines: list[int]


class _Line(NamedTuple):
    column: int
    is_item: bool
    key: str
    """Empty when the item is no mapping."""
    value: Any
    inner: int
    """Keys or items between brackets, or one of the two constants: a scalar, or what later lines say."""


class _Other(Exception):  # noqa: N818 - control flow: another reader takes over
    """Something that is not plain stands here."""


def read(text: str) -> Plain | None:
    """Read a document of good characters (`generator.decoding`), or give None when it is not plain.

    Raises nothing.
    """
    if not text.isascii():
        return None
    reader = _Reader()
    try:
        for number, line in enumerate(text.split("\n"), 1):
            if line:
                reader.take(number, _remembered(line) if len(line) <= _REMEMBERED else _line(line))
    except _Other:
        return None
    places = reader.places
    if reader.waiting or not 0 < len(places) < MAX_PLACES:
        return None
    return Plain(reader.root, [places[0], *places])


class _Reader:
    """Puts one line after the other where it belongs."""

    def __init__(self) -> None:
        self.root: dict[str, Data] = {}
        self.places: list[int] = []
        self.waiting = ""
        """The key whose value begins in the next line."""
        # The innermost collection whose lines go on, the column where they begin, and those around it.
        self._inmost: Any = self.root
        self._column = 0
        self._around: list[tuple[int, Any]] = []

    def take(self, number: int, line: _Line) -> None:
        column, is_item, key, value, inner = line
        if self.waiting:
            self._begin(column, is_item=is_item)
        elif column != self._column or is_item != (type(self._inmost) is list):
            self._return(column, is_item=is_item)
        self.places.append(number)
        if is_item and key:
            self.places.append(number)
            item: dict[str, Data] = {}
            self._inmost.append(item)
            self._enter(item, column + 2)
        if inner >= 0:
            self.places.extend([number] * inner)
            # What is remembered stays as it is.
            value = value.copy()
        if not key:
            self._inmost.append(value)
        elif key in self._inmost:
            raise _Other
        elif inner == _LATER:
            self.waiting = key
        else:
            self._inmost[key] = value

    def _begin(self, column: int, *, is_item: bool) -> None:
        # Only a list may begin in the column of its key.
        if column < self._column or (column == self._column and not is_item):
            raise _Other
        begun: Any = [] if is_item else {}
        self._inmost[self.waiting] = begun
        self._enter(begun, column)
        self.waiting = ""

    def _return(self, column: int, *, is_item: bool) -> None:
        # The outermost collection is a mapping in the first column.
        while column < self._column or (type(self._inmost) is list and not is_item):
            self._column, self._inmost = self._around.pop()
        if column != self._column or is_item != (type(self._inmost) is list):
            raise _Other

    def _enter(self, collection: Any, column: int) -> None:
        self._around.append((self._column, self._inmost))
        self._inmost, self._column = collection, column


def _line(line: str) -> _Line:
    match = _LINE.fullmatch(line)
    if not match:
        raise _Other
    blanks, dash, key, value, item = match.groups()
    if item:
        return _Line(len(blanks), True, "", *_value(item))  # noqa: FBT003 - it is an item
    if not is_text(key):
        raise _Other
    return _Line(len(blanks), bool(dash), key, *(_value(value) if value else (None, _LATER)))


_remembered: Final[Callable[[str], _Line]] = functools.lru_cache(maxsize=8192)(_line)


def _value(text: str) -> tuple[Any, int]:
    first, last = text[0], text[-1]
    if first == "{" and last == "}":
        entries = [_entry(part) for part in text[1:-1].split(", ")]
        mapping = dict(entries)
        if len(mapping) < len(entries):
            raise _Other
        return mapping, len(mapping)
    if first == "[" and last == "]":
        items = [_scalar(part, _FLOW_TEXT) for part in text[1:-1].split(", ")]
        return items, len(items)
    return _scalar(text, _BLOCK_TEXT), _SCALAR


def _entry(part: str) -> tuple[str, Data]:
    match = _ENTRY.fullmatch(part)
    if not match or not is_text(match[1]):
        raise _Other
    return match[1], _scalar(match[2], _FLOW_TEXT)


def _scalar(text: str, unquoted: re.Pattern[str]) -> Data:
    if match := _DOUBLE.fullmatch(text):
        return _ESCAPED.sub(r"\1", match[1])
    if match := _SINGLE.fullmatch(text):
        return match[1].replace("''", "'")
    if not unquoted.fullmatch(text):
        raise _Other
    if is_text(text):
        return text
    if text in CONSTANTS:
        return CONSTANTS[text]
    if len(text) <= MAX_DIGITS:
        if INTEGER.fullmatch(text):
            return int(text)
        if DECIMAL.fullmatch(text):
            return float(text)
    raise _Other
