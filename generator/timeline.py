"""A suite over time, pure: which run stood for each mesh at each moment, and what all of them said."""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, TypeAlias

from generator import chronicle, conformance
from generator.chronicle import Line, Variant
from generator.judgements import Assessment, Cell
from generator.model import Specification, Suite
from generator.terms import Capability, Compliance

Kind: TypeAlias = Capability | Compliance

_MARGIN: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """The time during which one run stood for a line: until a later one did, or the end of the timeline."""

    run: Assessment
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """One line of runs as stretches without gaps, oldest first; never empty."""

    line: Line
    stretches: tuple[Stretch, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A moment at which another run began to stand for a line, with how many meshes had results then."""

    lane: Lane
    stretch: Stretch
    meshes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """What all lanes together said from `start` to `end`: a cell is one specification in one lane.

    `counts` holds how many cells are of each capability, and how many of each compliance. Each lane
    brings the cells for which its own test set has tests.
    """

    start: datetime
    end: datetime
    meshes: int
    cells: int
    counts: dict[Kind, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """One suite over all its versions, from its first run to a little after its last change.

    `sets` are its test sets with the moment from which on a run with each stood somewhere, oldest first; `changes`
    are in order of time, `moments` those at which any count changed, oldest first, and `specifications` as the
    newest test set lists them, then those that only older ones have tests for.
    """

    suite: str
    start: datetime
    end: datetime
    lanes: tuple[Lane, ...]
    sets: tuple[tuple[Suite, datetime], ...]
    changes: tuple[Change, ...]
    moments: tuple[Moment, ...]
    specifications: tuple[Specification, ...]

    @property
    def newest(self) -> Suite:
        """The newest test set with results."""
        return max((suite for suite, _ in self.sets), key=lambda suite: conformance.version_order(suite.version))


def timelines(lines: Iterable[Line], order: Sequence[str], as_of: datetime) -> tuple[Timeline, ...]:
    """Give a timeline for each suite with a run up to `as_of`; `order` ranks mesh ids, others follow."""
    ranks = {mesh: place for place, mesh in enumerate(order)}
    by_suite: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        if any(run.entry.ordered_at <= as_of for run in line.runs):
            by_suite[line.suite].append(line)
    return tuple(
        _timeline(suite, sorted(found, key=lambda line: (ranks.get(line.mesh, len(ranks)), line.mesh)), as_of)
        for suite, found in sorted(by_suite.items())
    )


def _timeline(suite: str, lines: Sequence[Line], as_of: datetime) -> Timeline:
    stood = [(line, list(_standing(line, as_of))) for line in lines]
    moments = sorted(moment for _, runs in stood for moment, _ in runs)
    start, last = moments[0], moments[-1]
    end = min(as_of, last + max(_MARGIN, (last - start) / 10))
    lanes = tuple(Lane(line=line, stretches=tuple(_stretches(runs, end))) for line, runs in stood)
    changes = tuple(_changes(lanes))
    return Timeline(
        suite=suite,
        start=start,
        end=end,
        lanes=lanes,
        sets=_sets(lanes),
        changes=changes,
        moments=tuple(_moments(changes, end)),
        specifications=_specifications(lanes),
    )


def _standing(line: Line, as_of: datetime) -> Iterator[tuple[datetime, Assessment]]:
    """Give each run that came to stand for a line, with when, by the rule of `Line.head`."""
    places = {run.entry.verdict.path: place for place, part in enumerate(line.segments) for run in part.runs}
    heads: dict[int, Assessment] = {}
    telling: set[int] = set()
    last: Assessment | None = None
    for run in sorted(line.runs, key=lambda run: conformance.chronological(run.entry)):
        if run.entry.ordered_at > as_of:
            return
        place = places[run.entry.verdict.path]
        heads[place] = chronicle.standing((heads[place], run) if place in heads else (run,))
        if chronicle.tells(run):
            telling.add(place)
        standing = heads[max(telling or heads)]
        if standing is not last:
            yield run.entry.ordered_at, standing
            last = standing


def _stretches(runs: Sequence[tuple[datetime, Assessment]], end: datetime) -> Iterator[Stretch]:
    ends = [moment for moment, _ in runs[1:]] + [end]
    for (start, run), until in zip(runs, ends, strict=True):
        yield Stretch(run=run, start=start, end=until)


def _sets(lanes: Sequence[Lane]) -> tuple[tuple[Suite, datetime], ...]:
    first: dict[str, tuple[Suite, datetime]] = {}
    for stretch in sorted((s for lane in lanes for s in lane.stretches), key=lambda stretch: stretch.start):
        suite = stretch.run.entry.suite
        first.setdefault(suite.digest, (suite, stretch.start))
    return tuple(first.values())


def _changes(lanes: Sequence[Lane]) -> Iterator[Change]:
    every = [(stretch.start, place, lane, stretch) for place, lane in enumerate(lanes) for stretch in lane.stretches]
    meshes: set[str] = set()
    for _, _, lane, stretch in sorted(every, key=lambda one: one[:2]):
        meshes.add(lane.line.mesh)
        yield Change(lane=lane, stretch=stretch, meshes=len(meshes))


def _specifications(lanes: Sequence[Lane]) -> tuple[Specification, ...]:
    suites = {s.run.entry.suite.digest: s.run.entry.suite for lane in lanes for s in lane.stretches}
    newest = sorted(suites.values(), key=lambda suite: conformance.version_order(suite.version), reverse=True)
    found: dict[str, Specification] = {}
    for suite in newest:
        for specification in suite.specifications:
            if suite.of(specification.id):
                found.setdefault(specification.id, specification)
    return tuple(found.values())


def _moments(changes: Iterable[Change], end: datetime) -> list[Moment]:
    standing: dict[tuple[str, Variant], tuple[Kind, ...]] = {}
    counts: Counter[Kind] = Counter()
    found: list[Moment] = []
    for start, group in itertools.groupby(changes, key=lambda change: change.stretch.start):
        moved = False
        for change in group:
            line = change.lane.line
            kinds = _kinds(change.stretch.run)
            before = standing.get((line.mesh, line.variant))
            if kinds != before:
                counts.subtract(before or ())
                counts.update(kinds)
                standing[line.mesh, line.variant] = kinds
                moved = True
        if not moved:
            continue
        told = dict(+counts)
        total = sum(count for kind, count in told.items() if isinstance(kind, Capability))
        now = Moment(start=start, end=end, meshes=len({mesh for mesh, _ in standing}), cells=total, counts=told)
        if found and replace(now, start=found[-1].start) == found[-1]:
            continue
        if found:
            found[-1] = replace(found[-1], end=start)
        found.append(now)
    return found


def _kinds(run: Assessment) -> tuple[Kind, ...]:
    return tuple([kind for cell in run.cells if cell.tally.total for kind in (cell.capability, cell.compliance)])


def turns(of: Timeline) -> tuple[Change, ...]:
    """Give the changes that show: a mesh's first run, another test set, another state of a specification."""
    last: dict[object, object] = {}
    told: dict[tuple[str, int], object] = {}
    found = []
    for change in of.changes:
        run = change.stretch.run
        given = run.entry.suite.digest, id(run.whole.assertions)
        if given not in told:
            cells = (chronicle.cell_of(run, one.id) for one in of.specifications)
            told[given] = given[0], tuple((c.capability, c.compliance) if c else None for c in cells)
        state = told[given]
        lane = change.lane.line.mesh, change.lane.line.variant
        if last.get(lane) != state:
            found.append(change)
        last[lane] = state
    return tuple(found)


def states(lane: Lane, specification: str) -> Iterator[tuple[Cell, datetime, datetime]]:
    """Give each state of a specification in a lane with its time, neighbours of one state as one.

    States of two test sets never become one. Where a test set has no test for it there is no state.
    """

    def key(span: tuple[Stretch, ...]) -> object:
        run = span[-1].run
        cell = chronicle.cell_of(run, specification)
        if cell is None or not cell.tally.total:
            return None
        return run.entry.suite.digest, cell.capability, cell.compliance

    spans = chronicle.spans(lane.stretches, lambda stretch: stretch.run)
    for state, group in itertools.groupby(spans, key=key):
        members = list(group)
        first, last = members[0][0], members[-1][-1]
        cell = chronicle.cell_of(last.run, specification)
        if state is not None and cell is not None:
            yield cell, first.start, last.end
