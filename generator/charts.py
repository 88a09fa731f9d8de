"""The history of a line as a chart: two drawings, a sentence for each, and the numbers behind both."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from generator import chronicle, conformance, drawings, urls, wording
from generator.chronicle import Line
from generator.drawings import Point
from generator.judgements import Tally
from generator.model import Suite
from generator.records import Record

MAX_ROWS: Final = 9
"""Runs that a drawing holds, the newest."""

MAX_ROWS_SPECIFICATION: Final = 8
"""The same for one specification: its page holds a drawing for every mesh."""

MAX_LISTED: Final = MAX_ROWS
"""Runs that the table beside it lists; CSV and API hold them all."""


@dataclass(frozen=True, kw_only=True)
class Chart:
    """The history of one line: two drawings with a sentence each, and the numbers behind both.

    `points` are newest first and hold every run that has a page of its own, of `runs` in all; `drawn` is how
    many of them the drawings show. These are made when a page first asks for them.
    """

    id: str
    title: str
    line: Line
    specification: str
    capability_sentence: str
    compliance_sentence: str
    breaks: str
    points: tuple[Point, ...]
    runs: int
    drawn: int
    data: str

    @functools.cached_property
    def capability(self) -> Markup:
        """How much is implemented, a bar a run."""
        bars = drawings.bars(self.points[: self.drawn], self.id)
        return drawings.drawing(f"{self.id}-capability", f"Capability: {self.title}", self.capability_sentence, bars)

    @functools.cached_property
    def compliance(self) -> Markup:
        """How much of that behaves as specified, a dot a run."""
        dots = drawings.dots(self.points[: self.drawn])
        return drawings.drawing(f"{self.id}-compliance", f"Compliance: {self.title}", self.compliance_sentence, dots)


def history(line: Line, mesh_title: str, specification: str = "", told: Line | None = None) -> Chart | None:
    """Give the history of a line, or of one specification in it; None below two runs.

    `specification` is an id; runs whose test set has no test for it are left out. `told` is the line with
    only the runs that have pages of their own, which are shown, where not all have.
    """
    points = tuple(
        Point(suite=segment.suite, cell=cell)
        for segment in reversed((told or line).segments)
        for cell in reversed(segment.cells(specification))
        if cell.tally.total
    )
    if len(points) < 2:
        return None
    newest = points[0].cell
    subject = newest.specification.title if newest.specification else family(points[0].suite)
    title = " ".join((mesh_title, *wording.varied(line.variant))) + f", {subject}"
    name = wording.slug("-".join(("history", line.mesh, line.suite, urls.variant(line.variant), specification)))
    runs = sum(len(one.runs) for one in line.segments if not specification or one.suite.of(specification))
    return Chart(
        id=name,
        title=title,
        line=line,
        specification=specification,
        capability_sentence=_capability_sentence(points, runs),
        compliance_sentence=_compliance_sentence(points),
        breaks=_breaks(points),
        points=points,
        runs=runs,
        drawn=min(len(points), MAX_ROWS_SPECIFICATION if specification else MAX_ROWS),
        data=urls.chart(line.mesh, line.suite, line.variant, specification),
    )


def _breaks(points: Sequence[Point]) -> str:
    sets = [points[-1]]
    for point in reversed(points):
        if point.suite.digest != sets[-1].suite.digest:
            sets.append(point)
    if len(sets) == 1:
        return ""
    told = ", then ".join(f"{point.suite.title} ({wording.counted(point.cell.tally.total, 'test')})" for point in sets)
    return f"The test set changed: {told}. Figures on either side of a change are of different tests and not compared."


def family(suite: Suite) -> str:
    """Name a suite without its version."""
    return " ".join(suite.title.replace(suite.version, "").split()) or suite.title


def _capability_sentence(points: Sequence[Point], runs: int) -> str:
    newest, oldest = points[0], _oldest(points)
    now, then = newest.cell.tally, oldest.cell.tally
    text = f"The newest run {_named(newest)} implements {now.full} of {wording.counted(now.total, 'test')} in full"
    text += f" and {now.partial} in part" if now.partial else ""
    if oldest is not newest:
        text += f"; the oldest with the same test set {_named(oldest)} {then.full} in full"
        text += f" and {then.partial} in part" if then.partial else ""
    folded = (
        ""
        if runs == len(points)
        else f" {runs - len(points)} of them {'is' if runs - len(points) == 1 else 'are'} folded and not drawn."
    )
    return f"{text}. There are {runs} runs; the newest stands first.{folded}"


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


def percent(tally: Tally) -> str:
    """Write passed among tested in percent, truncated; empty where nothing was tested."""
    tested = tally.passed + tally.failed
    return conformance.percentage(tally.passed, tested) if tested else ""


def label(record: Record) -> str:
    """Name a run on an axis, by version and day."""
    return f"{wording.version_text(record)}, {wording.run_day(record)}"


def all_of(line: Line, mesh_title: str, told: Line | None = None) -> tuple[Chart, ...]:
    """Draw every chart of a line: the whole suite first, then each specification."""
    names = ("", *(specification.id for specification in chronicle.specifications(line)))
    return tuple(chart for name in names if (chart := history(line, mesh_title, name, told)))
