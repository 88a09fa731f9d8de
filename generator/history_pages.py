"""Pages across runs: specifications, test sets, single tests, transitions and comparisons."""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from generator import chronicle, comparison, conformance, rendering, urls, wording
from generator.chronicle import Line, Move, Segment
from generator.comparison import Difference
from generator.judgements import AssertionCell, Assessment, Output
from generator.model import Assertion, Specification, Suite
from generator.records import UNKNOWN_VERSION, Record
from generator.rendering import Environment, Scene, page
from generator.terms import Capability, Compliance, Outcome

MAX_MOVES: Final = 300
"""Transitions on one page; the feed and the API go on where it ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """The run that stands for a line under one test set, that line, and all its runs under that set."""

    line: Line
    segment: Segment
    run: Assessment


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One test in one run."""

    run: Assessment
    cell: AssertionCell


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Neighbouring runs in which one test stood alike: the first, the last with its cell, and how many."""

    first: Assessment
    last: Seen
    runs: int


Span: TypeAlias = "tuple[Assessment, ...]"
"""Neighbouring runs in which every test stood alike, the oldest first."""


def render(scene: Scene) -> Iterator[Output]:
    """Give every page that tells of more than one mesh and more than one test set."""
    environment = rendering.environment(scene)
    yield from _specifications(scene, environment)
    yield _transitions(scene, environment)
    yield page(
        environment,
        "compare.html",
        urls.COMPARE,
        title="Compare",
        description="Any two runs, test by test, where they used the same test set.",
        pairs=_neighbours(scene),
        lines=scene.told,
        choices=_choices(scene),
        rule=comparison.NEWLY,
        folded=len(scene.folded),
    )


def of_suite(scene: Scene, suite: Suite) -> Iterator[Output]:
    """Give the page of a test set, and one of each of its tests."""
    environment, stands = rendering.environment(scene), _stands(scene, suite)
    scene.recall(run.entry for stand in stands for run in _in_full(scene, stand))
    yield _test_set(scene, environment, suite, stands)
    told = [
        (stand, tuple(chronicle.spans(stand.segment.runs, lambda run: run)) if _is_folded(scene, stand) else ())
        for stand in stands
    ]
    for place, cell in enumerate(stands[0].run.whole.assertions):
        lines = [_seen(stand, spans, place) for stand, spans in told]
        yield _test(scene, environment, suite, cell.assertion, lines)


def of_meshes(scene: Scene) -> Iterator[Output]:
    """Give the comparisons of neighbouring runs, each of which tells of one mesh alone."""
    environment = rendering.environment(scene)
    for line, neighbours in _neighbours(scene):
        for before, after in neighbours:
            yield _comparison(scene, environment, line, comparison.difference(before, after))


def _neighbours(scene: Scene) -> list[tuple[Line, list[tuple[Assessment, Assessment]]]]:
    return [(line, list(itertools.pairwise(line.runs))[::-1]) for line in scene.told if len(line.runs) > 1]


def _choices(scene: Scene) -> dict[str, str]:
    """Name every run to choose from, by its id: those that read alike by more than their day."""
    runs = [run.entry for line in scene.told for run in line.runs]
    found = {run.record.run_id: "" for run in runs}
    names: tuple[Callable[[Record], Sequence[str]], ...] = (
        lambda record: [wording.run_day(record)],
        lambda record: [*wording.varied(record.variant), wording.run_date(record)],
        lambda record: [*wording.varied(record.variant), wording.run_date(record), record.run_id],
    )
    for name in names:
        alike = Counter(found.values())
        for run in runs:
            record = run.record
            if alike[found[record.run_id]] > 1 or not found[record.run_id]:
                start = f"{_title(scene, record.mesh)} {wording.version_text(record)}"
                found[record.run_id] = ", ".join((start, run.suite.version, *name(record)))
    return found


def suites(scene: Scene) -> list[Suite]:
    """Give every test set with results, one a path, the newest of each suite first."""
    found = {segment.suite.digest: segment.suite for line in scene.told for segment in line.segments}
    by_path = {suite.path: suite for suite in found.values()}
    return sorted(
        by_path.values(), key=lambda suite: (suite.id, conformance.version_order(suite.version)), reverse=True
    )


def _title(scene: Scene, mesh: str) -> str:
    return next((one.title for one in scene.ledger.programme.meshes if one.id == mesh), mesh)


def _stands(scene: Scene, suite: Suite) -> list[Stand]:
    """Give the runs that stand for each line under a test set, in the programme's order of meshes."""
    order = {mesh.id: place for place, mesh in enumerate(scene.ledger.programme.meshes)}
    found = [
        Stand(line=line, segment=segment, run=segment.head)
        for line in scene.lines
        for segment in line.segments
        if segment.suite.digest == suite.digest
    ]
    return sorted(found, key=lambda stand: (order.get(stand.line.mesh, len(order)), stand.line.mesh))


def _specifications(scene: Scene, environment: Environment) -> Iterator[Output]:
    found: dict[tuple[str, str], list[tuple[Suite, Specification]]] = defaultdict(list)
    for suite in suites(scene):
        for specification in suite.specifications:
            found[suite.id, specification.id].append((suite, specification))
    for (suite_id, specification_id), versions in sorted(found.items()):
        title = versions[0][1].title
        charts = [one for one in scene.charts if one.line.suite == suite_id and one.specification == specification_id]
        yield page(
            environment,
            "specification.html",
            urls.specification(suite_id, specification_id),
            title=title,
            description=f"How each mesh stands by {title}, and how it came there.",
            specification_id=specification_id,
            versions=[
                (suite, specification, [(s, chronicle.cell_of(s.run, specification_id)) for s in _stands(scene, suite)])
                for suite, specification in versions
            ],
            charts=charts,
        )


def _test_set(scene: Scene, environment: Environment, suite: Suite, stands: Sequence[Stand]) -> Output:
    cells = [{cell.assertion.id: cell for cell in stand.run.whole.assertions} for stand in stands]
    return page(
        environment,
        "suite.html",
        urls.test_set(suite.id, suite.version),
        title=suite.title,
        description=f"Every test of {suite.title}, and its outcome in each mesh's newest run.",
        suite=suite,
        stands=stands,
        rows={assertion.id: [found[assertion.id] for found in cells] for assertion in suite.assertions},
        others=[one for one in suites(scene) if one.id == suite.id],
    )


def _test(
    scene: Scene,
    environment: Environment,
    suite: Suite,
    assertion: Assertion,
    lines: Sequence[tuple[Stand, Seen, list[Seen], list[Stretch]]],
) -> Output:
    known = {(one.id, one.version): one for one in suites(scene)}
    aliases = [
        (known[suite.id, version], test)
        for version, test in assertion.aliases
        if (suite.id, version) in known and any(a.id == test for a in known[suite.id, version].assertions)
    ]
    specification = next(one for one in suite.specifications if one.id == assertion.specification)
    return page(
        environment,
        "test.html",
        urls.test(suite.id, suite.version, assertion.id),
        title=f"{assertion.id}: {assertion.title}",
        description=f"{assertion.asserts} The outcome in every run with {suite.title}.",
        suite=suite,
        assertion=assertion,
        specification=specification,
        lines=lines,
        aliases=aliases,
    )


def _seen(stand: Stand, spans: Sequence[Span], place: int) -> tuple[Stand, Seen, list[Seen], list[Stretch]]:
    """Give the test at a place of its set in the run that stands, and by stretches or else in every run."""
    if spans:
        return stand, _cell(stand.run, place), [], stretches(spans, place)
    return stand, _cell(stand.run, place), [_cell(run, place) for run in reversed(stand.segment.runs)], []


def _cell(run: Assessment, place: int) -> Seen:
    return Seen(run=run, cell=run.whole.assertions[place])


def _in_full(scene: Scene, stand: Stand) -> Sequence[Assessment]:
    """Give the runs of which the pages of tests show every word."""
    return [stand.run] if _is_folded(scene, stand) else stand.segment.runs


def _is_folded(scene: Scene, stand: Stand) -> bool:
    return any(run.entry.record.run_id in scene.folded for run in stand.segment.runs)


def stretches(spans: Sequence[Span], place: int) -> list[Stretch]:
    """Put neighbouring runs together in which a test stood alike; the newest come first, as `spans` do not."""
    groups = itertools.groupby(spans, key=lambda span: _stood(span[-1].whole.assertions[place]))
    alike = (tuple(group) for _, group in groups)
    return [Stretch(first=group[0][0], last=_cell(group[-1][-1], place), runs=sum(map(len, group))) for group in alike][
        ::-1
    ]


def _stood(cell: AssertionCell) -> tuple[Outcome, Capability, Compliance]:
    return cell.observation.outcome, cell.capability, cell.compliance


def _grouped(moves: Sequence[Move]) -> list[tuple[str, tuple[Move, ...]]]:
    """Put together what moved in one way between the same two runs; the order stays."""
    groups: dict[tuple[str, str, str], list[Move]] = defaultdict(list)
    for move in moves:
        groups[move.before.record.run_id, move.after.record.run_id, move.change.kind.value].append(move)
    return [(kind, tuple(group)) for (_, _, kind), group in groups.items()]


def _transitions(scene: Scene, environment: Environment) -> Output:
    log = scene.log
    kinds: dict[str, int] = defaultdict(int)
    for move in log:
        kinds[move.change.kind.value] += 1
    return page(
        environment,
        "transitions.html",
        urls.TRANSITIONS,
        title="Transitions",
        description="What changed from one run of a mesh to the next, test by test.",
        groups=_grouped(log[:MAX_MOVES]),
        shown=min(len(log), MAX_MOVES),
        total=len(log),
        kinds=dict(kinds),
        nameless=any(
            entry.record.mesh_version == UNKNOWN_VERSION for move in log for entry in (move.before, move.after)
        ),
        since=[(line, found) for line in scene.lines if (found := chronicle.since(line.newest))],
    )


def _comparison(scene: Scene, environment: Environment, line: Line, difference: Difference) -> Output:
    old, new = difference.before.entry.record, difference.after.entry.record
    mesh = _title(scene, line.mesh)
    labels = [f"{wording.version_text(record)} ({wording.run_day(record)})" for record in (old, new)]
    return page(
        environment,
        "comparison.html",
        urls.comparison(old.run_id, new.run_id),
        title=f"{mesh}: {labels[0]} and {labels[1]}",
        description=f"What differs between two runs of {mesh}, test by test.",
        mesh=line.mesh,
        difference=difference,
        groups=_groups(difference),
        rule=comparison.NEWLY,
    )


def _groups(difference: Difference) -> list[tuple[str, str, Any]]:
    groups = (
        ("Newly failing", "regression", difference.newly_failing),
        ("Newly passing", "progression", difference.newly_passing),
        ("Capability changed", "capability", difference.capability_changed),
        ("Otherwise changed", "otherwise", difference.otherwise),
    )
    return [group for group in groups if group[2]]
