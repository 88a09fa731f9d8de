"""Plain data as YAML and as JSON text, of any size; of the YAML every reader, strict or YAML 1.1, reads the same.

`documents.write` reads back what it wrote and keeps to the limits of a result file; what a site
publishes for tools is larger and made by the thousand, so it is written here without a parser. For
the same reason the JSON is put together here: with an indent, the standard library writes it slowly.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from json.encoder import encode_basestring_ascii as _quoted
from typing import Any, Final

from generator.scalars import AMBIGUOUS

_PLAIN: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_./+-]*(?: [A-Za-z0-9_./+-]+)*")
"""Text that needs no quotes, unless some reader takes it for another type."""
_SURROGATES: Final = re.compile(r"\\u(d[89ab][0-9a-f]{2})\\u(d[c-f][0-9a-f]{2})")
_REMEMBERED: Final = 4096
"""Texts whose form is remembered: names of fields, of tests and of outcomes come by the thousand."""


_CONSTANTS: Final = {None: "null", True: "true", False: "false"}


def json_bytes(data: Mapping[str, Any]) -> bytes:
    """Write what `json.dumps` writes with an indent of one, in ASCII, and a line end behind it."""
    return f"{_json(data, chr(10))}\n".encode("ascii")


def _json(value: Any, line: str) -> str:
    """Write a value; `line` is a line end and the indent of what stands around it."""
    kind = type(value)
    if kind is str:
        return _quoted(value)
    if value:
        inner = f"{line} "
        if kind is dict:
            items = [
                f"{_quoted(key)}: {_quoted(one) if type(one) is str else _json(one, inner)}"
                for key, one in value.items()
            ]
            return f"{{{inner}{f',{inner}'.join(items)}{line}}}"
        if kind is list or kind is tuple:
            return f"[{inner}{f',{inner}'.join([_json(one, inner) for one in value])}{line}]"
    if value is None or kind is bool:
        return _CONSTANTS[value]
    return str(value) if kind is int else json.dumps(value)


def yaml_bytes(data: Mapping[str, Any]) -> bytes:
    """Write mappings, lists and scalars in block style; keys keep their order, everything is ASCII.

    Raises `TypeError` for anything but text, whole and decimal numbers, true, false, null, lists
    and mappings with text as keys.
    """
    lines: list[str] = []
    _mapping(data, "", "", lines)
    lines.append("")
    return "\n".join(lines).encode("ascii")


def _mapping(data: Mapping[str, Any], first: str, indent: str, lines: list[str]) -> None:
    """Write a mapping whose first line begins with `first` and every other with `indent`."""
    for key, value in data.items():
        kind = type(value)
        if kind is str:
            lines.append(f"{first}{_text(key)}: {_text(value)}")
        elif kind is int:
            lines.append(f"{first}{_text(key)}: {value}")
        elif value is None or kind is bool:
            lines.append(f"{first}{_text(key)}: {_CONSTANTS[value]}")
        elif value and isinstance(value, Mapping):
            lines.append(f"{first}{_text(key)}:")
            _mapping(value, f"{indent}  ", f"{indent}  ", lines)
        elif value and isinstance(value, list):
            lines.append(f"{first}{_text(key)}:")
            _list(value, indent, lines)
        else:
            lines.append(f"{first}{_text(key)}: {_scalar(value)}")
        first = indent


def _list(items: Sequence[Any], indent: str, lines: list[str]) -> None:
    for item in items:
        if item and isinstance(item, Mapping):
            _mapping(item, f"{indent}- ", f"{indent}  ", lines)
        elif isinstance(item, list):
            raise TypeError("a list directly in a list has no place in our documents")
        else:
            lines.append(f"{indent}- {_scalar(item)}")


def _scalar(value: Any) -> str:
    match value:
        case str():
            return _text(value)
        case bool() | None:
            return json.dumps(value)
        case int():
            return str(value)
        case float():
            return _decimal(value)
        case Mapping() | list():
            return "{}" if isinstance(value, Mapping) else "[]"
    raise TypeError(f"{type(value).__name__} has no place in a document")


def _decimal(value: float) -> str:
    """Write without an exponent, which YAML 1.1 readers take for text."""
    text = format(Decimal(repr(value)), "f")
    return text if "." in text else f"{text}.0"


@functools.lru_cache(_REMEMBERED)
def _text(text: str) -> str:
    if _PLAIN.fullmatch(text) and not AMBIGUOUS.fullmatch(text) and text not in {"true", "false", "null"}:
        return text
    quoted = json.dumps(text).replace("\x7f", "\\x7f")
    return _SURROGATES.sub(_joined, quoted)


def _joined(pair: re.Match[str]) -> str:
    """JSON writes a character beyond the first plane as two halves; YAML has one escape for it."""
    high, low = int(pair[1], 16), int(pair[2], 16)
    return f"\\U{0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00):08x}"
