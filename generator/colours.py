"""The colours of a site, pure: the names and values of a sheet, what differs, and whether it can be read.

Contrast is that of WCAG 2.2: relative luminance (G17), 4.5 to 1 for text (1.4.3), 3 to 1 for the ring
around what has the focus (1.4.11).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final, TypeAlias

Palette: TypeAlias = Mapping[str, str]
"""Colours as #rrggbb by name."""

LIGHT, DARK = "light", "dark"
TEXT: Final = 4.5
SHAPE: Final = 3.0
_GROUNDS: Final = ("paper", "panel")
_TEXTS: Final = ("ink", "soft", "accent", "full", "partial", "none", "unknown", "good", "bad", "warn")
_PAIRS: Final = (
    *((text, ground, TEXT) for text in _TEXTS for ground in _GROUNDS),
    *((text, "bad-panel", TEXT) for text in ("ink", "soft", "bad", "good", "accent")),
    *(("focus", ground, SHAPE) for ground in _GROUNDS),
)
_DARK_RULE: Final = "@media screen and (prefers-color-scheme: dark)"
_VALUE: Final = re.compile(r"--([a-z-]+):\s*(#[0-9a-fA-F]{6})\s*;")


def palettes(sheet: str) -> dict[str, Palette]:
    """Read the light and the dark palette of a sheet: the first `:root` of each."""
    light, _, dark = sheet.partition(_DARK_RULE)
    return {LIGHT: _root(light), DARK: _root(light) | _root(dark)}


def _root(part: str) -> dict[str, str]:
    _, _, behind = part.partition(":root")
    return dict(_VALUE.findall(behind.partition("}")[0]))


def ratio(first: str, second: str) -> float:
    """Give the contrast of two colours, 1 to 21."""
    darker, lighter = sorted((_luminance(first), _luminance(second)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    shares = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def faults(name: str, palette: Palette) -> Iterator[str]:
    """Say of each pair of colours that meet on a page and cannot be told apart, with its contrast."""
    for text, ground, least in _PAIRS:
        if text in palette and ground in palette:
            found = ratio(palette[text], palette[ground])
            if found < least:
                # Cut, not rounded: 4.499 is not enough, and must not look as if it were.
                shown = int(found * 100) / 100
                yield (
                    f"{name}: {text} {palette[text]} on {ground} {palette[ground]} "
                    f"has a contrast of {shown:.2f}:1, less than {least}:1"
                )


def rules(light: Palette, dark: Palette, sheet: Mapping[str, Palette]) -> str:
    """Write what differs from a sheet's palettes as rules to stand behind it."""
    # A light value comes behind the sheet's dark one, so the dark one has to be said again.
    again = {name: value for name, value in sheet[DARK].items() if name in light}
    return _block(":root", light) + _block(f"{_DARK_RULE} {{ :root", again | {**dark}, " }")


def _block(opening: str, palette: Palette, closing: str = "") -> str:
    values = " ".join(f"--{name}: {value.lower()};" for name, value in sorted(palette.items()))
    return f"{opening} {{ {values} }}{closing}\n" if values else ""
