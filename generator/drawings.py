"""Runs as rows of SVG: a bar of shares, or a dot on a track; words and shapes, never colour alone.

Text keeps its size on any screen because lengths along the row are percentages and heights are
pixels. All text is escaped by `Markup`, and nothing needs a script or a style attribute.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from generator import wording
from generator.judgements import Cell, Tally
from generator.markup import fill
from generator.model import Suite
from generator.records import UNKNOWN_VERSION

_ROW: Final = 38
_HEADING: Final = 30
_BREAK: Final = 4
_NAME: Final = 20
_ALONE, _BESIDE = 36, 22
"""Characters of a test set's title that fit above a drawing, and beside what is said of a break."""
_TURNS: Final = {"partial": 45, "incomplete": 90, "fail": -45}
_SHARES: Final = ("full", "partial", "none", "unknown")


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One run in a chart, with the test set it used."""

    suite: Suite
    cell: Cell


def drawing(name: str, title: str, sentence: str, drawn: tuple[Markup, int]) -> Markup:
    """Frame what `bars` or `dots` drew: `title` names it, `sentence` says what it shows."""
    body, height = drawn
    return fill(
        '<svg class="drawing" role="img" aria-labelledby="{name}-title {name}-text" width="100%" height="{height}">'
        '<title id="{name}-title">{title}</title><desc id="{name}-text">{sentence}</desc>\n{body}</svg>',
        name=name,
        title=title,
        sentence=sentence,
        height=height,
        body=body,
    )


def shortened(text: str, length: int) -> str:
    """Cut a text that is longer than `length` characters, and show that it was."""
    return text if len(text) <= length else f"{text[: length - 1]}…"


def headed(suite: Suite, length: int) -> str:
    """Give a test set's title in `length` characters, cut before its version: that tells sets apart."""
    title, version = suite.title, suite.version
    if len(title) <= length or version not in title or len(version) + 2 > length:
        return shortened(title, length)
    return f"{shortened(title[: title.index(version)].rstrip() + '…', length - len(version) - 1)} {version}"


def patterns(name: str, *striped: str) -> Markup:
    """Define the patterns of bars that are unknown, or `striped`; `name` makes their ids unique in a page."""
    stripes = Markup().join(
        fill(
            '<pattern id="{}-{}" width="5" height="5" patternUnits="userSpaceOnUse" '
            'patternTransform="rotate({})"><rect class="hatch {}" width="2.4" height="5"/></pattern>',
            name,
            kind,
            _TURNS[kind],
            kind,
        )
        for kind in striped
    )
    specks = fill(
        '<pattern id="{}-unknown" width="6" height="6" patternUnits="userSpaceOnUse">'
        '<circle class="speck" cx="2" cy="2" r="0.9"/></pattern>',
        name,
    )
    return fill("<defs>{}{}</defs>\n", stripes, specks)


def _rows(points: Sequence[Point]) -> Iterator[tuple[Point, int, Markup]]:
    """Give each point with the height at which its row begins, and what stands above the row."""
    top, digest = 0, ""
    for point in points:
        above = Markup()
        if point.suite.digest != digest:
            if digest:
                above += fill(
                    '<g class="break"><line x1="0" x2="100%" y1="{y}" y2="{y}"/>'
                    '<text x="100%" y="{text}">test set changed'
                    '<tspan class="when">: not comparable</tspan></text></g>\n',
                    y=top + 6,
                    text=top + 22,
                )
                top += _BREAK
            above += fill(
                '<text class="set" x="0" y="{}">{}</text>\n',
                top + 18,
                headed(point.suite, _BESIDE if digest else _ALONE),
            )
            top, digest = top + _HEADING, point.suite.digest
        yield point, top, above
        top += _ROW


def _name(point: Point, top: int) -> Markup:
    record = point.cell.entry.record
    if record.mesh_version == UNKNOWN_VERSION:
        return fill('<text class="name" x="0" y="{}">{}</text>', top + 12, shortened(wording.run_time(record), _NAME))
    return fill(
        '<text class="name" x="0" y="{}">{}<tspan class="when" dx="7">{}</tspan></text>',
        top + 12,
        shortened(record.mesh_version, _NAME),
        wording.run_day(record),
    )


def share(part: int, whole: int) -> str:
    """Write a share as a percentage for a coordinate: two decimals, by whole numbers only."""
    hundredths = part * 10_000 // whole
    return f"{hundredths // 100}.{hundredths % 100:02}%"


def bars(points: Sequence[Point], name: str) -> tuple[Markup, int]:
    """Draw capability, a bar a run; gives the drawing and its height in pixels. `name` makes ids unique."""
    body = patterns(name, "partial")
    top = 0
    for point, top, above in _rows(points):
        body += above + fill(
            "<g>{}{}{}</g>\n", _name(point, top), _counts(point.cell.tally, top), _bar(point.cell.tally, top, name)
        )
    return body, top + _ROW


def _counts(tally: Tally, top: int) -> Markup:
    """Write the four counts, each behind its shape, against the right edge."""
    shown = [(kind, getattr(tally, kind)) for kind in _SHARES if getattr(tally, kind)]
    body = Markup()
    for place, (kind, count) in enumerate(reversed(shown)):
        right = -38 * place
        body += fill(
            '<use class="shape {kind}" href="#{kind}" x="{at}" y="{y}" width="11" height="11"/>'
            '<text class="count" x="{right}" y="{text}">{count}</text>',
            kind=kind,
            at=right - 15 - 8 * len(str(count)),
            y=top + 2,
            right=right,
            text=top + 12,
            count=count,
        )
    return fill('<svg x="100%" width="1" height="1" class="edge">{}</svg>', body)


def _bar(tally: Tally, top: int, name: str) -> Markup:
    body, start = Markup(), 0
    for kind in _SHARES:
        count = getattr(tally, kind)
        if not count:
            continue
        box = fill(
            'x="{}" y="{}" width="{}" height="12"', share(start, tally.total), top + 18, share(count, tally.total)
        )
        body += fill('<rect class="bar {}" {}/>', kind, box)
        if kind in {"partial", "unknown"}:
            body += fill('<rect class="pattern {0}" fill="url(#{1}-{0})" {2}/>', kind, name, box)
        start += count
    return body


def dots(points: Sequence[Point]) -> tuple[Markup, int]:
    """Draw compliance, a dot a run, joined within one test set; gives the drawing and its height in pixels."""
    body, joins, marks = Markup(), Markup(), Markup()
    last: tuple[str, str, int] | None = None
    top = 0
    for point, top, above in _rows(points):
        tally, middle = point.cell.tally, top + 24
        tested = tally.passed + tally.failed
        body += (
            above
            + _name(point, top)
            + fill(
                '<text class="count" x="100%" y="{}">{}</text><line class="track" x1="1%" x2="99%" y1="{m}" y2="{m}"/>'
                '<line class="track end" x1="99%" x2="99%" y1="{}" y2="{}"/>\n',
                top + 12,
                _passed(tally),
                middle - 5,
                middle + 5,
                m=middle,
            )
        )
        if not tested:
            last = None
            continue
        x = _across(tally.passed, tested)
        if last and last[0] == point.suite.digest:
            joins += fill('<line class="join" x1="{}" y1="{}" x2="{}" y2="{}"/>', *last[1:], x, middle)
        marks += _mark(tally, x, middle)
        last = (point.suite.digest, x, middle)
    return joins + body + marks, top + _ROW


def _passed(tally: Tally) -> Markup:
    tested = tally.passed + tally.failed
    if not tested:
        return Markup("nothing tested")
    rest = fill('<tspan class="when">, {} untested</tspan>', tally.untested) if tally.untested else ""
    return fill("{}/{} passed{}", tally.passed, tested, rest)


def _across(part: int, whole: int) -> str:
    hundredths = 100 + part * 9_800 // whole
    return f"{hundredths // 100}.{hundredths % 100:02}%"


def _mark(tally: Tally, x: str, y: int) -> Markup:
    """Draw a disc where all was tested, a ring where not, and a stroke through it where something failed."""
    body = fill('<circle class="dot{}" cx="{}" cy="{}" r="5"/>', " open" if tally.untested else "", x, y)
    if tally.failed:
        body += fill(
            '<svg class="edge" x="{}" y="{}" width="1" height="1"><path class="slash" d="M-7 7L7-7"/></svg>', x, y
        )
    return body
