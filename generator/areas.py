"""A suite over time as SVG: how many cells of each state all meshes have together, stacked, a step a change.

As in `drawings`, lengths along the time are percentages and heights are pixels, shapes and words
carry the meaning and colour repeats it, and all text is escaped by `Markup`.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from markupsafe import Markup

from generator import axes, wording
from generator.drawings import patterns
from generator.markup import fill
from generator.terms import Capability, Compliance
from generator.timeline import Kind, Moment, Timeline

_PLOT: Final = 132
MAX_STEPS: Final = 240
"""Steps of a drawing from left to right that a reader can tell apart."""

_ROOM: Final = 15
"""Pixels of height that a label within a band needs."""

CAPABILITIES: Final = (Capability.FULL, Capability.PARTIAL, Capability.NONE, Capability.UNKNOWN)
"""From the bottom up."""
COMPLIANCES: Final = (
    Compliance.PASS,
    Compliance.INCOMPLETE,
    Compliance.FAIL,
    Compliance.NOT_TESTED,
    Compliance.NOT_APPLICABLE,
)
"""From the bottom up."""

LOOKS: Final[dict[Kind, str]] = {
    **{kind: kind.value for kind in CAPABILITIES},
    Compliance.PASS: "pass",
    Compliance.INCOMPLETE: "incomplete",
    Compliance.FAIL: "fail",
    Compliance.NOT_TESTED: "unknown",
    Compliance.NOT_APPLICABLE: "none",
}
"""The class of a band: what is not tested looks like what is unknown, and what does not apply like none."""
_STRIPED: Final = frozenset({"partial", "incomplete", "fail"})


def stack(of: Timeline, kinds: Sequence[Kind], name: str) -> tuple[Markup, int]:
    """Draw the cells by `kinds`, which are `CAPABILITIES` or `COMPLIANCES`.

    Gives the drawing and its height in pixels; `name` makes ids unique in a page. What lasts less than a
    step that can be seen is not drawn.
    """
    moments = visible(of, of.moments)
    most = max(moment.cells for moment in moments) or 1
    base = axes.TOP + _PLOT
    body = patterns(name, *sorted(_STRIPED.intersection(LOOKS[kind] for kind in kinds))) + axes.ticks(of, base)
    for moment in moments:
        where = axes.across(of, moment.start), axes.width(of, moment.start, moment.end)
        for kind, low, high in _bands(moment, kinds, most):
            body += _band(LOOKS[kind], name, where, (base - high, high - low))
    said = Markup()
    for kind, low, high in _bands(moments[-1], kinds, most):
        if high - low >= _ROOM:
            said += fill(
                '<text class="count" x="100%" dx="-6" y="{}">{} {}</text>',
                base - (low + high) // 2 + 4,
                moments[-1].counts[kind],
                kind.value,
            )
    return body + axes.breaks(of, base) + said, base + axes.FOOT


def visible(of: Timeline, moments: Sequence[Moment]) -> Sequence[Moment]:
    """Keep of many moments the last that begins in each step of the drawing, from where the first of them began."""
    if len(moments) <= MAX_STEPS:
        return moments
    groups = itertools.groupby(moments, key=lambda one: (one.start - of.start) * MAX_STEPS // (of.end - of.start))
    steps = [tuple(group) for _, group in groups]
    return [replace(group[-1], start=group[0].start) for group in steps]


def _bands(moment: Moment, kinds: Sequence[Kind], most: int) -> Iterator[tuple[Kind, int, int]]:
    """Give each kind that has cells with its lower and upper edge, in pixels above the base."""
    below = 0
    for kind in kinds:
        if count := moment.counts.get(kind):
            yield kind, below * _PLOT // most, (below + count) * _PLOT // most
            below += count


def _band(look: str, name: str, across: tuple[str, str], down: tuple[int, int]) -> Markup:
    box = fill('x="{}" width="{}" y="{}" height="{}"', *across, *down)
    body = fill('<rect class="bar {}" {}/>', look, box)
    if look == "unknown" or look in _STRIPED:
        body += fill('<rect fill="url(#{}-{})" {}/>', name, look, box)
    return body


def sentence(of: Timeline, kinds: Sequence[Kind]) -> str:
    """Say what the cells of `kinds` are since the last change, and what they were at first."""
    first, last = of.moments[0], of.moments[-1]
    text = f"{_told(last, kinds)} since {axes.begun_at(of, last.start)}"
    if first is not last:
        text += f"; {_told(first, kinds)} on {axes.begun_at(of, first.start)}"
    return f"{text[0].upper()}{text[1:]}."


def _told(moment: Moment, kinds: Sequence[Kind]) -> str:
    parts = ", ".join(f"{moment.counts[kind]} {kind.value}" for kind in kinds if moment.counts.get(kind))
    meshes = f"{moment.meshes} {'mesh' if moment.meshes == 1 else 'meshes'}"
    return f"{wording.counted(moment.cells, 'cell')} of {meshes}{': ' if parts else ''}{parts}"
