"""What a plain scalar stands for, and which characters no text may hold."""

from __future__ import annotations

import functools
import re
from typing import Final

MAX_DIGITS: Final = 15
"""Decimal digits that every double keeps (IEEE 754 binary64, DBL_DIG)."""

# Controls (tab and carriage return among them), surrogates, noncharacters, and everything that is
# invisible or turns the reading direction: what a person reviews must be what a parser reads.
_FORBIDDEN: Final = (
    "\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ud800-\udfff\ufdd0-\ufdef\ufe00-\ufe0e\ufeff\uffa0"
    "\ufff0-\ufffb\ufffe\uffff\U000e0000-\U000e0fff"
)
BAD_SOURCE: Final = re.compile(f"[\t{_FORBIDDEN}]")
BAD_VALUE: Final = re.compile(f"[{_FORBIDDEN}]")

INTEGER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)")
DECIMAL: Final = re.compile(r"-?(?:0|[1-9][0-9]*)\.[0-9]+")
CONSTANTS: Final[dict[str, bool | None]] = {"true": True, "false": False, "null": None}

# What YAML 1.1 (yaml.org/type) or the YAML 1.2 core schema would not read as text.
AMBIGUOUS: Final = re.compile(
    r"""
      | ~ | = | <<
      | [Nn]ull | NULL
      | [Yy] | [Yy]es | YES | [Nn] | [Nn]o | NO | [Tt]rue | TRUE | [Ff]alse | FALSE | [Oo]n | ON | [Oo]ff | OFF
      | [-+]?0b[01_]+ | [-+]?0o[0-7_]+ | [-+]?0x[0-9a-fA-F_]+
      | [-+]?[0-9][0-9_]*(?::[0-5]?[0-9])*(?:\.[0-9_]*)?(?:[eE][-+]?[0-9]+)?
      | [-+]?\.[0-9][0-9_]*(?:[eE][-+]?[0-9]+)?
      | [-+]?\.(?:inf|Inf|INF) | \.(?:nan|NaN|NAN)
      | [0-9]{4}-[0-9]{1,2}-[0-9]{1,2}
        (?:(?:[Tt]|[ ]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]*)?(?:[ ]*(?:Z|[-+][0-9]{1,2}(?::?[0-9]{2})?))?)?
    """,
    re.VERBOSE,
)


_SHORT: Final = 48
"""Characters up to which an answer is remembered: names of fields, of tests, of outcomes."""


def is_text(plain: str) -> bool:
    """Say whether every reader takes a plain scalar for text."""
    return _is_short_text(plain) if len(plain) <= _SHORT else _is_text(plain)


def _is_text(plain: str) -> bool:
    return plain not in CONSTANTS and not AMBIGUOUS.fullmatch(plain)


_is_short_text: Final = functools.lru_cache(maxsize=4096)(_is_text)


def name(character: str) -> str:
    """Name a character that nobody would see."""
    known = {"\t": "a tab", "\r": "a carriage return", "\ufeff": "a byte order mark"}
    return known.get(character, f"U+{ord(character):04X}")
