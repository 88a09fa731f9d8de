"""A suite over time as SVG: how many meshes have results, and a lane a mesh for each specification.

As in `drawings`, lengths along the time are percentages and heights are pixels, shapes and words
carry the meaning and colour repeats it, and all text is escaped by `Markup`.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from markupsafe import Markup

from generator import timeline, wording
from generator.drawings import share
from generator.judgements import Cell
from generator.terms import Compliance
from generator.timeline import Lane, Timeline

_TOP: Final = 20
_LANE: Final = 48
_PLOT: Final = 84
_QUARTERLY: Final = timedelta(days=550)
_APART: Final = 700
"""Hundredths of a percent between two labels that both find room."""

_JUDGED: Final = ("pass", "fail", "incomplete", "not tested", "n/a")
_LINES: Final = {Compliance.PASS: "pass", Compliance.FAIL: "fail", Compliance.INCOMPLETE: "incomplete"}


def _place(of: Timeline, moment: datetime) -> int:
    """Give where a moment stands, in hundredths of a percent of the width."""
    whole = max(1, int((of.end - of.start).total_seconds()))
    return min(10_000, int((moment - of.start).total_seconds()) * 10_000 // whole)


def _across(of: Timeline, moment: datetime) -> str:
    return share(_place(of, moment), 10_000)


def _width(of: Timeline, start: datetime, end: datetime) -> str:
    return share(_place(of, end) - _place(of, start), 10_000)


def _axis(of: Timeline, height: int) -> Markup:
    """Draw a line at the first day of each year, or of each quarter where the time is short, with its name."""
    body, last = Markup(), -2 * _APART
    places = [(_place(of, moment), name) for moment, name in _ticks(of)]
    # A year is worth more than the month in which everything began.
    crowded = len(places) > 1 and places[1][0] < 2 * _APART
    for place, name in places[crowded:]:
        body += Markup('<line class="tick" x1="{0}" x2="{0}" y1="{1}" y2="{2}"/>').format(
            share(place, 10_000), _TOP - 4, height
        )
        if place - last >= 2 * _APART and place <= 9_300:
            body += Markup('<text class="when axis" x="{}" y="12">{}</text>').format(share(place, 10_000), name)
            last = place
    return body


def _ticks(of: Timeline) -> Iterator[tuple[datetime, str]]:
    short = of.end - of.start <= _QUARTERLY
    yield of.start, of.start.astimezone(UTC).strftime("%Y-%m")
    for year, month in itertools.product(range(of.start.year, of.end.year + 1), (1, 4, 7, 10) if short else (1,)):
        moment = datetime(year, month, 1, tzinfo=UTC)
        if of.start < moment < of.end:
            yield moment, f"{year}-{month:02}" if short else str(year)


def counts(of: Timeline) -> tuple[Markup, int]:
    """Draw how many meshes had results; gives the drawing and its height in pixels."""
    height = _TOP + _PLOT + 20
    most = of.changes[-1].meshes
    body, said, base, last = _axis(of, _TOP + _PLOT), Markup(), _TOP + _PLOT, -_APART
    steps = [next(group) for _, group in itertools.groupby(of.changes, key=lambda change: change.meshes)]
    ends = [step.stretch.start for step in steps[1:]] + [of.end]
    for step, end in zip(steps, ends, strict=True):
        start, tall = step.stretch.start, (_PLOT - 18) * step.meshes // most
        body += Markup('<rect class="bar full" x="{}" y="{}" width="{}" height="{}"/>').format(
            _across(of, start), base - tall, _width(of, start, end), tall
        )
        if _place(of, start) - last >= _APART // 2:
            last = min(_place(of, start), 9_600)
            said += Markup('<text x="{}" dx="2" y="{}">{}</text>').format(
                share(last, 10_000), base - tall - 5, step.meshes
            )
    return body + _breaks(of, base) + said, height


def _breaks(of: Timeline, base: int) -> Markup:
    body, last = Markup(), -_APART
    for suite, moment in of.sets:
        place = _place(of, moment)
        if place:
            body += Markup('<g class="break"><line x1="{0}" x2="{0}" y1="{1}" y2="{2}"/></g>').format(
                share(place, 10_000), _TOP, base
            )
        if place - last >= _APART and place <= 9_500:
            body += Markup('<text class="when set" x="{}" y="{}">{}</text>').format(
                share(place, 10_000), base + 16, _short(suite.version, 8)
            )
            last = place
    return body


def lanes(of: Timeline, specification: str, titles: dict[str, str], name: str) -> tuple[Markup, int]:
    """Draw a specification, a lane a mesh; gives the drawing and its height in pixels. `name` makes ids unique."""
    shown = [lane for lane in of.lanes if next(timeline.states(lane, specification), None)]
    height = _TOP + _LANE * len(shown)
    body = Markup(
        '<defs><pattern id="{0}-partial" width="5" height="5" patternUnits="userSpaceOnUse" '
        'patternTransform="rotate(45)"><rect class="hatch" width="2.4" height="5"/></pattern>'
        '<pattern id="{0}-unknown" width="6" height="6" patternUnits="userSpaceOnUse">'
        '<circle class="speck" cx="2" cy="2" r="0.9"/></pattern></defs>\n'
    ).format(name) + _axis(of, height)
    for place, lane in enumerate(shown):
        body += _lane(of, lane, specification, titles, (name, _TOP + _LANE * place)) + Markup("\n")
    return body, height


def _lane(of: Timeline, lane: Lane, specification: str, titles: dict[str, str], where: tuple[str, int]) -> Markup:
    name, top = where
    found = list(timeline.states(lane, specification))
    body = Markup('<text class="name" x="0" y="{}">{}</text><text class="count" x="100%" y="{}">{}</text>').format(
        top + 14, _short(label(lane, titles), 26), top + 14, _said(found[-1][0])
    )
    digest = ""
    for cell, start, end in found:
        x, width = _across(of, start), _width(of, start, end)
        kind = cell.capability.value
        body += Markup('<rect class="bar {}" x="{}" y="{}" width="{}" height="11"/>').format(kind, x, top + 20, width)
        if kind in {"partial", "unknown"}:
            body += Markup('<rect fill="url(#{}-{})" x="{}" y="{}" width="{}" height="11"/>').format(
                name, kind, x, top + 20, width
            )
        if line := _LINES.get(cell.compliance):
            body += Markup('<line class="kept {}" x1="{}" x2="{}" y1="{y}" y2="{y}"/>').format(
                line, x, _across(of, end), y=top + 36
            )
        if digest not in {"", cell.entry.suite.digest}:
            body += Markup('<g class="break"><line x1="{0}" x2="{0}" y1="{1}" y2="{2}"/></g>').format(
                x, top + 17, top + 40
            )
        digest = cell.entry.suite.digest
    return body


def _said(cell: Cell) -> str:
    tested = cell.tally.passed + cell.tally.failed
    return f"{cell.capability.value}, " + (f"{cell.tally.passed}/{tested} passed" if tested else cell.compliance.value)


def label(lane: Lane, titles: dict[str, str]) -> str:
    """Name a lane: the mesh, and what its variant has of its own."""
    own = [value for _, value in lane.line.variant if value != "default"]
    return " ".join((titles.get(lane.line.mesh, lane.line.mesh), *own))


def sentence(of: Timeline, specification: str) -> str:
    """Say how the lanes of a specification stand at the end, and how they stood at first."""
    last = [list(timeline.states(lane, specification)) for lane in of.lanes]
    cells = [found[-1][0] for found in last if found]
    kinds = [cell.capability.value for cell in cells]
    told = ", ".join(f"{kinds.count(kind)} {kind}" for kind in ("full", "partial", "none", "unknown") if kind in kinds)
    judged = [cell.compliance.value for cell in cells]
    held = ", ".join(f"{judged.count(kind)} {kind}" for kind in _JUDGED if kind in judged)
    first = min(found[0][1] for found in last if found)
    runs = "mesh and variant" if len(cells) == 1 else "meshes and variants"
    return f"First tested {wording.day(first)}; of {len(cells)} {runs} now: capability {told}; compliance {held}."


def count_sentence(of: Timeline) -> str:
    """Say how many meshes have results, since when, and when anything last changed."""
    first, last = of.changes[0], of.changes[-1]
    meshes = "mesh has" if last.meshes == 1 else "meshes have"
    return (
        f"{last.meshes} {meshes} results; the first run is of {wording.day(first.stretch.start)}, "
        f"and nothing changed after {wording.day(last.stretch.start)}."
    )


def _short(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 1]}…"
