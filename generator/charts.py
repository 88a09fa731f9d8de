"""History as inline SVG: every run a row, its shares a bar or a dot; words and shapes, never colour alone.

Text keeps its size on any screen because lengths along the row are percentages and heights are
pixels. All text is escaped by `Markup`, and nothing needs a script or a style attribute.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from generator import chronicle, conformance, urls, wording
from generator.chronicle import Line
from generator.judgements import Cell, Tally
from generator.model import Suite
from generator.records import UNKNOWN_VERSION, Record
from generator.terms import Capability

MAX_ROWS: Final = 9
"""Runs that a drawing holds, the newest."""

MAX_ROWS_SPECIFICATION: Final = 8
"""The same for one specification: its page holds a drawing for every mesh."""

MAX_LISTED: Final = 12
"""Runs that the table beside it lists; CSV and API hold them all."""

_ROW: Final = 38
_HEADING: Final = 30
_BREAK: Final = 4
_NAME: Final = 20
_TITLE: Final = 22
_SHARES: Final = (
    (Capability.FULL, "full"),
    (Capability.PARTIAL, "partial"),
    (Capability.NONE, "none"),
    (Capability.UNKNOWN, "unknown"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One run in a chart, with the test set it used."""

    suite: Suite
    cell: Cell


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """The history of one line: two drawings with a sentence each, and the numbers behind both.

    `points` are newest first and hold every run; `drawn` is how many of them the drawings show.
    """

    id: str
    title: str
    line: Line
    specification: str
    capability: Markup
    capability_sentence: str
    compliance: Markup
    compliance_sentence: str
    breaks: str
    points: tuple[Point, ...]
    drawn: int
    data: str


def history(line: Line, mesh_title: str, specification: str = "") -> Chart | None:
    """Draw the history of a line, or of one specification in it; None below two runs.

    `specification` is an id; runs whose test set has no test for it are left out.
    """
    points = tuple(
        Point(suite=segment.suite, cell=cell)
        for segment in reversed(line.segments)
        for cell in reversed(segment.cells(specification))
        if cell.tally.total
    )
    if len(points) < 2:
        return None
    newest = points[0].cell
    subject = newest.specification.title if newest.specification else _family(points[0].suite)
    title = " ".join((mesh_title, *(value for _, value in line.variant))) + f", {subject}"
    name = wording.slug("-".join(("history", line.mesh, line.suite, urls.variant(line.variant), specification)))
    drawn = points[: MAX_ROWS_SPECIFICATION if specification else MAX_ROWS]
    capability, compliance = _capability_sentence(points), _compliance_sentence(points)
    return Chart(
        id=name,
        title=title,
        line=line,
        specification=specification,
        capability=_drawing(f"{name}-capability", f"Capability: {title}", capability, _bars(drawn, name)),
        capability_sentence=capability,
        compliance=_drawing(f"{name}-compliance", f"Compliance: {title}", compliance, _dots(drawn)),
        compliance_sentence=compliance,
        breaks=_breaks(points),
        points=points,
        drawn=len(drawn),
        data=urls.chart(line.mesh, line.suite, line.variant, specification),
    )


def _breaks(points: Sequence[Point]) -> str:
    sets = [points[-1]]
    for point in reversed(points):
        if point.suite.digest != sets[-1].suite.digest:
            sets.append(point)
    if len(sets) == 1:
        return ""
    told = ", then ".join(f"{point.suite.title} ({point.cell.tally.total} tests)" for point in sets)
    return f"The test set changed: {told}. Figures on either side of a change are of different tests and not compared."


def _family(suite: Suite) -> str:
    """Name a suite without its version."""
    return " ".join(suite.title.replace(suite.version, "").split()) or suite.title


def _capability_sentence(points: Sequence[Point]) -> str:
    newest, oldest = points[0], _oldest(points)
    now, then = newest.cell.tally, oldest.cell.tally
    text = f"The newest run {_named(newest)} implements {now.full} of {now.total} tests in full"
    text += f" and {now.partial} in part" if now.partial else ""
    if oldest is not newest:
        text += f"; the oldest with the same test set {_named(oldest)} {then.full} in full"
        text += f" and {then.partial} in part" if then.partial else ""
    return f"{text}. {len(points)} runs are shown, the newest first."


def _compliance_sentence(points: Sequence[Point]) -> str:
    newest, oldest = points[0], _oldest(points)
    text = f"The newest run {_named(newest)}: {wording.sentence(newest.cell)}"
    if oldest is not newest:
        text += f"; the oldest with the same test set {_named(oldest)}: {wording.sentence(oldest.cell)}"
    return f"{text}."


def _oldest(points: Sequence[Point]) -> Point:
    return [point for point in points if point.suite.digest == points[0].suite.digest][-1]


def _named(point: Point) -> str:
    return f"({label(point.cell.entry.record)})"


def _drawing(name: str, title: str, sentence: str, drawn: tuple[Markup, int]) -> Markup:
    body, height = drawn
    return Markup(
        '<svg class="drawing" role="img" aria-labelledby="{name}-title {name}-text" width="100%" height="{height}">'
        '<title id="{name}-title">{title}</title><desc id="{name}-text">{sentence}</desc>\n{body}</svg>'
    ).format(name=name, title=title, sentence=sentence, height=height, body=body)


def _rows(points: Sequence[Point]) -> Iterator[tuple[Point, int, Markup]]:
    """Give each point with the height at which its row begins, and what stands above the row."""
    top, digest = 0, ""
    for point in points:
        above = Markup()
        if point.suite.digest != digest:
            if digest:
                above += Markup(
                    '<g class="break"><line x1="0" x2="100%" y1="{y}" y2="{y}"/>'
                    '<text x="100%" y="{text}">test set changed'
                    '<tspan class="when">: not comparable</tspan></text></g>\n'
                ).format(y=top + 6, text=top + 22)
                top += _BREAK
            above += Markup('<text class="set" x="0" y="{}">{}</text>\n').format(
                top + 18, _short(point.suite.title, 22)
            )
            top, digest = top + _HEADING, point.suite.digest
        yield point, top, above
        top += _ROW


def _set(suite: Suite) -> str:
    return suite.title if len(suite.title) <= _TITLE else f"test set {_short(suite.version, 13)}"


def _name(point: Point, top: int) -> Markup:
    record = point.cell.entry.record
    if record.mesh_version == UNKNOWN_VERSION:
        stated = record.recorded.date if record.recorded else ""
        return Markup('<text class="name" x="0" y="{}">{}</text>').format(
            top + 12, _short(stated[:16].replace("T", " ") or wording.run_day(record), _NAME)
        )
    return Markup('<text class="name" x="0" y="{}">{}<tspan class="when" dx="7">{}</tspan></text>').format(
        top + 12, _short(record.mesh_version, _NAME), wording.run_day(record)
    )


def _short(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 1]}…"


def share(part: int, whole: int) -> str:
    """Write a share as a percentage for a coordinate: two decimals, by whole numbers only."""
    hundredths = part * 10_000 // whole
    return f"{hundredths // 100}.{hundredths % 100:02}%"


def _bars(points: Sequence[Point], name: str) -> tuple[Markup, int]:
    body = Markup(
        '<defs><pattern id="{0}-partial" width="5" height="5" patternUnits="userSpaceOnUse" '
        'patternTransform="rotate(45)"><rect class="hatch" width="2.4" height="5"/></pattern>'
        '<pattern id="{0}-unknown" width="6" height="6" patternUnits="userSpaceOnUse">'
        '<circle class="speck" cx="2" cy="2" r="0.9"/></pattern></defs>\n'
    ).format(name)
    top = 0
    for point, top, above in _rows(points):
        body += above + Markup("<g>{}{}{}</g>\n").format(
            _name(point, top), _counts(point.cell.tally, top), _bar(point.cell.tally, top, name)
        )
    return body, top + _ROW


def _counts(tally: Tally, top: int) -> Markup:
    """Write the four counts, each behind its shape, against the right edge."""
    shown = [(kind, getattr(tally, kind)) for _, kind in _SHARES if getattr(tally, kind)]
    body = Markup()
    for place, (kind, count) in enumerate(reversed(shown)):
        right = -38 * place
        body += Markup(
            '<use class="shape {kind}" href="#{kind}" x="{at}" y="{y}" width="11" height="11"/>'
            '<text class="count" x="{right}" y="{text}">{count}</text>'
        ).format(kind=kind, at=right - 15 - 8 * len(str(count)), y=top + 2, right=right, text=top + 12, count=count)
    return Markup('<svg x="100%" width="1" height="1" class="edge">{}</svg>').format(body)


def _bar(tally: Tally, top: int, name: str) -> Markup:
    body, start = Markup(), 0
    for _, kind in _SHARES:
        count = getattr(tally, kind)
        if not count:
            continue
        box = Markup('x="{}" y="{}" width="{}" height="12"').format(
            share(start, tally.total), top + 18, share(count, tally.total)
        )
        body += Markup('<rect class="bar {}" {}/>').format(kind, box)
        if kind in {"partial", "unknown"}:
            body += Markup('<rect class="pattern {0}" fill="url(#{1}-{0})" {2}/>').format(kind, name, box)
        start += count
    return body


def _dots(points: Sequence[Point]) -> tuple[Markup, int]:
    body, joins, marks = Markup(), Markup(), Markup()
    last: tuple[str, str, int] | None = None
    top = 0
    for point, top, above in _rows(points):
        tally, middle = point.cell.tally, top + 24
        tested = tally.passed + tally.failed
        body += (
            above
            + _name(point, top)
            + Markup(
                '<text class="count" x="100%" y="{}">{}</text><line class="track" x1="1%" x2="99%" y1="{m}" y2="{m}"/>'
                '<line class="track end" x1="99%" x2="99%" y1="{}" y2="{}"/>\n'
            ).format(top + 12, _passed(tally), middle - 5, middle + 5, m=middle)
        )
        if not tested:
            last = None
            continue
        x = _across(tally.passed, tested)
        if last and last[0] == point.suite.digest:
            joins += Markup('<line class="join" x1="{}" y1="{}" x2="{}" y2="{}"/>').format(*last[1:], x, middle)
        marks += _mark(tally, x, middle)
        last = (point.suite.digest, x, middle)
    return joins + body + marks, top + _ROW


def _passed(tally: Tally) -> Markup:
    tested = tally.passed + tally.failed
    if not tested:
        return Markup("nothing tested")
    rest = Markup('<tspan class="when">, {} untested</tspan>').format(tally.untested) if tally.untested else ""
    return Markup("{}/{} passed{}").format(tally.passed, tested, rest)


def _across(part: int, whole: int) -> str:
    hundredths = 100 + part * 9_800 // whole
    return f"{hundredths // 100}.{hundredths % 100:02}%"


def _mark(tally: Tally, x: str, y: int) -> Markup:
    """Draw a disc where all was tested, a ring where not, and a stroke through it where something failed."""
    body = Markup('<circle class="dot{}" cx="{}" cy="{}" r="5"/>').format(" open" if tally.untested else "", x, y)
    if tally.failed:
        body += Markup(
            '<svg class="edge" x="{}" y="{}" width="1" height="1"><path class="slash" d="M-7 7L7-7"/></svg>'
        ).format(x, y)
    return body


def percent(tally: Tally) -> str:
    """Write passed among tested in percent, truncated; empty where nothing was tested."""
    tested = tally.passed + tally.failed
    return conformance.percentage(tally.passed, tested) if tested else ""


def label(record: Record) -> str:
    """Name a run on an axis, by version and day."""
    return f"{wording.version_text(record)}, {wording.run_day(record)}"


def all_of(line: Line, mesh_title: str) -> tuple[Chart, ...]:
    """Draw every chart of a line: the whole suite first, then each specification."""
    names = ("", *(specification.id for specification in chronicle.specifications(line)))
    return tuple(chart for name in names if (chart := history(line, mesh_title, name)))
