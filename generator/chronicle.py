"""Runs in their order, pure: lines of runs, what moved between them, and how two of them differ."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from generator import conformance
from generator.judgements import AssertionCell, Assessment, Cell, Entry, Since, StateChange
from generator.model import Assertion, Specification, Suite
from generator.terms import Capability, Compliance

Variant: TypeAlias = tuple[tuple[str, str], ...]

DIFFERENT_SETS: Final = "the runs used different test sets, so their tests are not the same and nothing is compared"

NEWLY: Final = (
    "Newly failing means passed, then failed; newly passing means failed, then passed. "
    "What one of the runs did not test stands under otherwise changed."
)
"""How two runs of one mesh are told apart, as the method has it; said wherever they are compared."""


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
        return self.telling[-1] if self.telling else self.segments[-1]

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairing:
    """One test in two runs; None where a run's test set lacks it."""

    test: str
    before: AssertionCell | None
    after: AssertionCell | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """How two runs differ.

    `reason` is empty when they used the same test set; else it says why the lists of changes are
    empty, `added` and `removed` name the tests that only one of the two sets has, `renamed` those that
    both have under two ids (earlier, later), and `kept` counts those with one id in both.
    Of two meshes, `newly_passing` holds what only the second passes, `newly_failing` what only the first does.
    """

    before: Assessment
    after: Assessment
    reason: str
    newly_passing: tuple[Pairing, ...] = ()
    newly_failing: tuple[Pairing, ...] = ()
    capability_changed: tuple[Pairing, ...] = ()
    otherwise: tuple[Pairing, ...] = ()
    unchanged: int = 0
    added: tuple[Assertion, ...] = ()
    removed: tuple[Assertion, ...] = ()
    renamed: tuple[tuple[Assertion, Assertion], ...] = ()
    kept: int = 0


def cell_of(run: Assessment, specification: str = "") -> Cell | None:
    """Give the cell of a specification in a run; no name means the whole suite."""
    if not specification:
        return run.whole
    return next((c for c in run.cells if c.specification and c.specification.id == specification), None)


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


def difference(before: Assessment, after: Assessment) -> Difference:
    """Compare two runs test by test, if they used the same test set; else say what is not comparable."""
    if before.entry.suite.digest != after.entry.suite.digest:
        return _apart(before, after)
    earlier = {cell.assertion.id: cell for cell in before.whole.assertions}
    groups: dict[str, list[Pairing]] = defaultdict(list)
    kind = _kind if before.entry.record.mesh == after.entry.record.mesh else _kind_of_two
    for cell in after.whole.assertions:
        past = earlier[cell.assertion.id]
        groups[kind(past, cell)].append(Pairing(test=cell.assertion.id, before=past, after=cell))
    return Difference(
        before=before,
        after=after,
        reason="",
        newly_passing=tuple(groups["passing"]),
        newly_failing=tuple(groups["failing"]),
        capability_changed=tuple(groups["capability"]),
        otherwise=tuple(groups["otherwise"]),
        unchanged=len(groups["same"]),
    )


def _apart(before: Assessment, after: Assessment) -> Difference:
    """Say which tests of two test sets are the same, and which only one of them has."""
    old, new = before.entry.suite, after.entry.suite
    known = {assertion.id: assertion for assertion in old.assertions}
    pairs = same_tests(old, new)
    back = set(pairs.values())
    return Difference(
        before=before,
        after=after,
        reason=DIFFERENT_SETS,
        added=tuple(a for a in new.assertions if a.id not in pairs),
        removed=tuple(a for a in old.assertions if a.id not in back),
        renamed=tuple((known[pairs[a.id]], a) for a in new.assertions if pairs.get(a.id, a.id) != a.id),
        kept=sum(later == earlier for later, earlier in pairs.items()),
    )


def same_tests(old: Suite, new: Suite) -> dict[str, str]:
    """Pair the tests of two versions of one suite: id in `new` -> id in `old`, each at most once.

    What a test set says of its tests in another version (`aliases`, of either side) goes before
    equal ids. Suites of different ids share no tests, whatever these are called.
    """
    if old.id != new.id:
        return {}
    told = [(a.id, test) for a in new.assertions for version, test in a.aliases if version == old.version]
    told += [(test, a.id) for a in old.assertions for version, test in a.aliases if version == new.version]
    told += [(a.id, a.id) for a in new.assertions]
    new_ids, old_ids = ({a.id for a in suite.assertions} for suite in (new, old))
    pairs: dict[str, str] = {}
    for later, earlier in told:
        if later in new_ids and earlier in old_ids:
            pairs[later] = earlier
            new_ids.remove(later)
            old_ids.remove(earlier)
    return pairs


def _kind(past: AssertionCell, now: AssertionCell) -> str:
    """Sort a test of one mesh: a test that only one of its runs tested has neither got better nor worse."""
    match past.compliance, now.compliance:
        case Compliance.FAIL, Compliance.PASS:
            return "passing"
        case Compliance.PASS, Compliance.FAIL:
            return "failing"
        case (Compliance.NOT_TESTED, (Compliance.PASS | Compliance.FAIL)) | (
            (Compliance.PASS | Compliance.FAIL),
            Compliance.NOT_TESTED,
        ):
            return "otherwise"
    return _stance(past, now)


def _kind_of_two(one: AssertionCell, other: AssertionCell) -> str:
    """Sort a test of two meshes, of which neither came after the other."""
    if one.compliance is not other.compliance:
        if other.compliance is Compliance.PASS:
            return "passing"
        if one.compliance is Compliance.PASS:
            return "failing"
    return _stance(one, other)


def _stance(past: AssertionCell, now: AssertionCell) -> str:
    if past.capability is not now.capability:
        return "capability"
    return "same" if past.compliance is now.compliance else "otherwise"
