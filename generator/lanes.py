"""A specification over time as SVG: a lane a mesh, with its capability and, below, its compliance.

As in `drawings`, lengths along the time are percentages and heights are pixels, shapes and words
carry the meaning and colour repeats it, and all text is escaped by `Markup`.
"""

from __future__ import annotations

from typing import Final

from markupsafe import Markup

from generator import axes, timeline, wording
from generator.drawings import patterns, shortened
from generator.judgements import Cell
from generator.markup import fill
from generator.terms import Compliance
from generator.timeline import Lane, Timeline

_LANE: Final = 48

_JUDGED: Final = ("pass", "fail", "incomplete", "not tested", "n/a")
_LINES: Final = {Compliance.PASS: "pass", Compliance.FAIL: "fail", Compliance.INCOMPLETE: "incomplete"}


def lanes(of: Timeline, specification: str, titles: dict[str, str], name: str) -> tuple[Markup, int]:
    """Draw a specification, a lane a mesh; gives the drawing and its height in pixels. `name` makes ids unique."""
    shown = [lane for lane in of.lanes if next(timeline.states(lane, specification), None)]
    height = axes.TOP + _LANE * len(shown)
    body = patterns(name, "partial") + axes.ticks(of, height)
    for place, lane in enumerate(shown):
        body += _lane(of, lane, specification, titles, (name, axes.TOP + _LANE * place)) + Markup("\n")
    return body, height


def _lane(of: Timeline, lane: Lane, specification: str, titles: dict[str, str], where: tuple[str, int]) -> Markup:
    name, top = where
    found = list(timeline.states(lane, specification))
    body = fill(
        '<text class="name" x="0" y="{}">{}</text><text class="count" x="100%" y="{}">{}</text>',
        top + 14,
        shortened(label(lane, titles), 26),
        top + 14,
        _said(found[-1][0]),
    )
    digest = ""
    for cell, start, end in found:
        x, width = axes.across(of, start), axes.width(of, start, end)
        kind = cell.capability.value
        body += fill('<rect class="bar {}" x="{}" y="{}" width="{}" height="11"/>', kind, x, top + 20, width)
        if kind in {"partial", "unknown"}:
            body += fill(
                '<rect fill="url(#{}-{})" x="{}" y="{}" width="{}" height="11"/>', name, kind, x, top + 20, width
            )
        if line := _LINES.get(cell.compliance):
            body += fill(
                '<line class="kept {}" x1="{}" x2="{}" y1="{y}" y2="{y}"/>', line, x, axes.across(of, end), y=top + 36
            )
        if digest not in {"", cell.entry.suite.digest}:
            body += fill('<g class="break"><line x1="{0}" x2="{0}" y1="{1}" y2="{2}"/></g>', x, top + 17, top + 40)
        digest = cell.entry.suite.digest
    return body


def _said(cell: Cell) -> str:
    tested = cell.tally.passed + cell.tally.failed
    return f"{cell.capability.value}, " + (f"{cell.tally.passed}/{tested} passed" if tested else cell.compliance.value)


def label(lane: Lane, titles: dict[str, str]) -> str:
    """Name a lane: the mesh, and what its variant has of its own."""
    return " ".join((titles.get(lane.line.mesh, lane.line.mesh), *wording.varied(lane.line.variant)))


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
    return f"First tested {axes.begun_at(of, first)}; of {len(cells)} {runs} now: capability {told}; compliance {held}."
