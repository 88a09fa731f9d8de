"""Runs in their order, pure: lines of runs, which of them stands, and what moved between them."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

from generator import conformance
from generator.judgements import Assessment, Cell, Entry, Since, StateChange
from generator.model import Assertion, Specification, Suite
from generator.terms import Capability

_Thing = TypeVar("_Thing")
Variant: TypeAlias = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """Runs of one mesh with one and the same test set, oldest first; never empty."""

    suite: Suite
    runs: tuple[Assessment, ...]

    @property
    def head(self) -> Assessment:
        """The run that stands for the segment: the newest that ended, or the newest if none did."""
        return standing(self.runs)

    def cells(self, specification: str = "") -> tuple[Cell, ...]:
        """Give one cell a run: of that specification, or of the whole suite; none where it has none."""
        return tuple(cell for run in self.runs if (cell := cell_of(run, specification)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """All runs of one mesh with one suite in one variant, cut where the test set changes."""

    mesh: str
    suite: str
    variant: Variant
    segments: tuple[Segment, ...]

    @property
    def newest(self) -> Segment:
        """The runs that stand for the line: those with the newest test set of which any run says something.

        A listing without outcomes does not take the place of a run that has some.
        """
        return (self.telling or self.segments)[-1]

    @property
    def telling(self) -> tuple[Segment, ...]:
        """The parts in which any run says something."""
        return tuple(part for part in self.segments if any(map(tells, part.runs)))

    @property
    def runs(self) -> tuple[Assessment, ...]:
        """Every run: by test set, and by time within one."""
        return tuple(run for segment in self.segments for run in segment.runs)

    @property
    def head(self) -> Assessment:
        """The run that stands for the line today: the newest that ended of `newest`."""
        return self.newest.head


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One exact state change of one test between two neighbouring runs of a line."""

    before: Entry
    after: Entry
    change: StateChange
    assertion: Assertion


def cell_of(run: Assessment, specification: str = "") -> Cell | None:
    """Give the cell of a specification in a run; no name means the whole suite."""
    if not specification:
        return run.whole
    # A plain loop: this is asked by the hundred thousand.
    for cell in run.cells:
        if cell.specification and cell.specification.id == specification:
            return cell
    return None


def lines(assessments: Iterable[Assessment]) -> tuple[Line, ...]:
    """Give the lines in order of mesh, suite and variant; test sets in order of their versions.

    Two files of one suite version never share a segment: what tells test sets apart is the digest.
    """
    grouped: dict[tuple[str, str, Variant], list[Assessment]] = defaultdict(list)
    for run in assessments:
        record = run.entry.record
        grouped[record.mesh, record.suite, record.variant].append(run)
    return tuple(
        Line(mesh=mesh, suite=suite, variant=variant, segments=tuple(_segments(runs)))
        for (mesh, suite, variant), runs in sorted(grouped.items())
    )


def _segments(runs: Sequence[Assessment]) -> Iterator[Segment]:
    def place(run: Assessment) -> tuple[tuple[tuple[int, str], ...], str]:
        return conformance.version_order(run.entry.suite.version), run.entry.suite.digest

    ordered = sorted(runs, key=lambda run: (place(run), conformance.chronological(run.entry)))
    for _, group in itertools.groupby(ordered, key=place):
        members = tuple(group)
        yield Segment(suite=members[0].entry.suite, runs=members)


def spans(things: Iterable[_Thing], run: Callable[[_Thing], Assessment]) -> Iterator[tuple[_Thing, ...]]:
    """Put neighbours together whose runs gave the same: they hold the very same cells (`conformance.assess`)."""
    for _, group in itertools.groupby(things, key=lambda thing: id(run(thing).whole.assertions)):
        yield tuple(group)


def tells(run: Assessment) -> bool:
    """Tell whether a run says anything on what the mesh implements."""
    return run.whole.capability is not Capability.UNKNOWN


def standing(runs: Sequence[Assessment]) -> Assessment:
    """Give the newest of runs in their order that ended, or the newest if none did."""
    ended = [run for run in runs if run.entry.record.status == conformance.COMPLETED]
    return (ended or runs)[-1]


def foremost(every: Iterable[Line]) -> dict[tuple[str, str], Line]:
    """Give one line for each mesh and suite: the one with the newest test set, then the newest run.

    It stands for the others where there is room for one, as on a badge.
    """
    ordered = sorted(
        every,
        key=lambda line: (
            conformance.version_order(line.newest.suite.version),
            conformance.chronological(line.head.entry),
        ),
    )
    return dict(sorted({(line.mesh, line.suite): line for line in ordered}.items()))


def specifications(line: Line) -> tuple[Specification, ...]:
    """Give every specification that any test set of a line has tests for, as the newest describes it."""
    found: dict[str, Specification] = {}
    for segment in line.segments:
        found |= {s.id: s for s in segment.suite.specifications if segment.suite.of(s.id)}
    return tuple(found.values())


def moves(line: Line) -> tuple[Move, ...]:
    """Give every state change between neighbouring runs of a line, oldest first."""
    found = []
    for segment in line.segments:
        assertions = {assertion.id: assertion for assertion in segment.suite.assertions}
        for before, after in itertools.pairwise(segment.runs):
            found += [
                Move(before=before.entry, after=after.entry, change=change, assertion=assertions[change.test])
                for change in conformance.state_changes(before, after)
            ]
    return tuple(found)


def log(every: Iterable[Line]) -> tuple[Move, ...]:
    """Give the moves of all lines, the newest first; ties in the order of mesh, run and test."""
    found = [move for line in every for move in moves(line)]
    found.sort(key=lambda move: (move.after.record.mesh, move.after.record.run_id, move.change.test))
    return tuple(sorted(found, key=lambda move: move.after.record.taken_at, reverse=True))


def since(segment: Segment) -> tuple[tuple[Specification, Since], ...]:
    """Give the version from which each specification is supported without a break, where it is."""
    columns = ((s, segment.cells(s.id)) for s in segment.suite.specifications if segment.suite.of(s.id))
    ranges = ((specification, conformance.supported_since(cells)) for specification, cells in columns)
    return tuple((specification, range_) for specification, range_ in ranges if range_)
