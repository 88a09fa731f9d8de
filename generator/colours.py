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
_HEX: Final = r"(#[0-9a-fA-F]{6})"
_VALUE: Final = re.compile(rf"--([a-z-]+):\s*(?:{_HEX}|light-dark\(\s*{_HEX}\s*,\s*{_HEX}\s*\))\s*;")


def palettes(sheet: str) -> dict[str, Palette]:
    """Read the light and the dark palette of a sheet from its first `:root`; a plain colour is of both."""
    _, _, behind = sheet.partition(":root")
    found = _VALUE.findall(behind.partition("}")[0])
    return {
        LIGHT: {name: both or light for name, both, light, _ in found},
        DARK: {name: both or dark for name, both, _, dark in found},
    }


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
    """Write what differs from a sheet's palettes as a rule to stand behind it; a colour may be missing there."""
    whole = {LIGHT: {**sheet[LIGHT], **light}, DARK: {**sheet[DARK], **dark}}
    values = " ".join(f"--{name}: {_both(name, whole)};" for name in sorted({*light, *dark}))
    return f":root {{ {values} }}\n" if values else ""


def _both(name: str, whole: Mapping[str, Palette]) -> str:
    first = whole[LIGHT].get(name) or whole[DARK][name]
    return f"light-dark({first.lower()}, {(whole[DARK].get(name) or first).lower()})"
