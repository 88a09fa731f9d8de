"""Plain data as YAML text, of any size, that strict readers and YAML 1.1 readers take for the same data.

`documents.write` reads back what it wrote and keeps to the limits of a result file; what a site
publishes for tools is larger and made by the thousand, so it is written here without a parser.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

from generator.scalars import AMBIGUOUS

_PLAIN: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_./+-]*(?: [A-Za-z0-9_./+-]+)*")
"""Text that needs no quotes, unless some reader takes it for another type."""
_SURROGATES: Final = re.compile(r"\\u(d[89ab][0-9a-f]{2})\\u(d[c-f][0-9a-f]{2})")


def yaml_bytes(data: Mapping[str, Any]) -> bytes:
    """Write mappings, lists and scalars in block style; keys keep their order, everything is ASCII.

    Raises `TypeError` for anything but text, whole and decimal numbers, true, false, null, lists
    and mappings with text as keys.
    """
    return "".join(f"{line}\n" for line in _mapping(data, "")).encode()


def _mapping(data: Mapping[str, Any], indent: str) -> Iterator[str]:
    for key, value in data.items():
        yield from _entry(f"{indent}{_text(key)}:", value, indent)


def _entry(head: str, value: Any, indent: str) -> Iterator[str]:
    if isinstance(value, Mapping) and value:
        yield head
        yield from _mapping(value, f"{indent}  ")
    elif isinstance(value, list) and value:
        yield head
        yield from _list(value, indent)
    else:
        yield f"{head} {_scalar(value)}"


def _list(items: list[Any], indent: str) -> Iterator[str]:
    for item in items:
        if isinstance(item, Mapping) and item:
            lines = _mapping(item, f"{indent}  ")
            yield f"{indent}- {next(lines).lstrip(' ')}"
            yield from lines
        elif isinstance(item, list):
            raise TypeError("a list directly in a list has no place in our documents")
        else:
            yield f"{indent}- {_scalar(item)}"


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


def _text(text: str) -> str:
    if _PLAIN.fullmatch(text) and not AMBIGUOUS.fullmatch(text) and text not in {"true", "false", "null"}:
        return text
    quoted = json.dumps(text).replace("\x7f", "\\x7f")
    return _SURROGATES.sub(_joined, quoted)


def _joined(pair: re.Match[str]) -> str:
    """JSON writes a character beyond the first plane as two halves; YAML has one escape for it."""
    high, low = int(pair[1], 16), int(pair[2], 16)
    return f"\\U{0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00):08x}"
