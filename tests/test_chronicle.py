"""What `chronicle` promises: runs in order, cut where the test set changes, and only like compared with like."""

from __future__ import annotations

import itertools
from dataclasses import replace
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from generator import chronicle, comparison, conformance
from generator.judgements import Assessment
from generator.model import Suite
from generator.records import Observation
from generator.terms import Capability, ChangeKind, Outcome
from tests.support import strategies
from tests.support.strategies import SUITE, entry, suite

OLD = suite(("alpha", 1, 1))
NEW = suite(("alpha", 1, 2), version="v10")
NINTH = suite(("alpha", 1, 1), version="v9")
FAILED, PASSED = Outcome.FAILED, Outcome.PASSED

examples = settings(derandomize=True, deadline=None, max_examples=100)


def run(of: Suite, number: int, *outcomes: Outcome, mesh: str = "kelp", **changes: object) -> Assessment:
    names = [assertion.id for assertion in of.assertions]
    given_ = [*outcomes, *[PASSED] * (len(names) - len(outcomes))]
    seen = [Observation(test=test, outcome=outcome) for test, outcome in zip(names, given_, strict=True)]
    return conformance.assess(entry(of, *seen, mesh=mesh, run=number, **changes))


def ids(runs: tuple[Assessment, ...]) -> list[str]:
    return [one.entry.record.run_id[-1] for one in runs]


def test_runs_stand_in_lines_by_mesh_suite_and_variant() -> None:
    ambient = run(OLD, 3, variant=(("mode", "ambient"),))
    found = chronicle.lines([run(OLD, 2, mesh="moss"), ambient, run(OLD, 1)])
    assert [(line.mesh, line.variant) for line in found] == [
        ("kelp", ()),
        ("kelp", (("mode", "ambient"),)),
        ("moss", ()),
    ]


def test_a_line_is_cut_where_the_test_set_changes_even_when_runs_interleave() -> None:
    (line,) = chronicle.lines([run(NEW, 1), run(OLD, 2), run(NEW, 3), run(NINTH, 4), run(OLD, 5)])
    assert [(segment.suite.version, ids(segment.runs)) for segment in line.segments] == [
        ("v1", ["2", "5"]),
        ("v9", ["4"]),
        ("v10", ["1", "3"]),
    ]
    assert ids(line.runs) == ["2", "5", "4", "1", "3"]


def test_a_run_that_broke_off_does_not_stand_for_its_line() -> None:
    (line,) = chronicle.lines([run(OLD, 1), run(OLD, 2, status="aborted")])
    assert ids((line.head,)) == ["1"]
    (alone,) = chronicle.lines([run(OLD, 2, status="aborted")])
    assert ids((alone.head,)) == ["2"]


def test_the_log_holds_exact_changes_newest_first_and_none_across_test_sets() -> None:
    lines = chronicle.lines(
        [run(OLD, 1), run(OLD, 2, PASSED, FAILED), run(OLD, 3), run(NEW, 4, PASSED, FAILED), run(OLD, 5, mesh="moss")]
    )
    log = chronicle.log(lines)
    assert [(move.change.kind, move.after.record.run_id[-1], move.assertion.id) for move in log] == [
        (ChangeKind.PROGRESSION, "3", "alpha-2"),
        (ChangeKind.REGRESSION, "2", "alpha-2"),
    ]


def test_support_is_dated_from_the_oldest_run_of_the_same_test_set_only() -> None:
    (line,) = chronicle.lines([run(OLD, 1), run(NEW, 2, FAILED), run(NEW, 3)])
    ((specification, since),) = chronicle.since(line.newest)
    assert (specification.id, since.version, since.open_start) == ("alpha", "v1.3.0", False)
    ((_, earlier),) = chronicle.since(line.segments[0])
    assert (earlier.version, earlier.open_start) == ("v1.1.0", True)


def test_a_specification_without_tests_has_no_series() -> None:
    (line,) = chronicle.lines([run(SUITE, 1)])
    assert [specification.id for specification in chronicle.specifications(line)] == ["alpha", "beta"]
    assert line.newest.cells("nowhere") == ()
    assert [cell.tally.total for cell in line.newest.cells("beta")] == [4]


def test_two_runs_of_one_test_set_are_compared_test_by_test() -> None:
    wide = suite(("alpha", 0, 5))
    before = run(wide, 1, PASSED, FAILED, Outcome.SKIPPED, PASSED)
    after = run(wide, 2, FAILED, PASSED, FAILED, Outcome.NOT_RUN)
    found = comparison.difference(before, after)
    assert found.reason == ""
    assert [pair.test for pair in found.newly_failing] == ["alpha-1"]
    assert [pair.test for pair in found.newly_passing] == ["alpha-2"]
    assert [pair.test for pair in found.otherwise] == ["alpha-3", "alpha-4"]
    assert found.unchanged == 1


def test_a_test_that_was_not_run_before_is_not_newly_passing() -> None:
    one = suite(("alpha", 0, 1))
    found = comparison.difference(run(one, 1, Outcome.NOT_RUN), run(one, 2, PASSED))
    assert ([pair.test for pair in found.otherwise], found.newly_passing) == (["alpha-1"], ())


def test_of_two_meshes_it_is_said_which_one_alone_passes() -> None:
    wide = suite(("alpha", 0, 4))
    one = run(wide, 1, Outcome.NOT_RUN, PASSED, FAILED)
    found = comparison.difference(one, run(wide, 2, PASSED, Outcome.NOT_RUN, Outcome.NOT_RUN, mesh="moss"))
    assert [pair.test for pair in found.newly_passing] == ["alpha-1"]
    assert [pair.test for pair in found.newly_failing] == ["alpha-2"]
    assert [pair.test for pair in found.otherwise] == ["alpha-3"]
    assert found.unchanged == 1


def test_a_test_that_is_merely_no_longer_tested_is_neither_passing_nor_failing() -> None:
    one = suite(("alpha", 0, 1))
    found = comparison.difference(run(one, 1, FAILED), run(one, 2, Outcome.SKIPPED))
    assert [pair.test for pair in found.otherwise] == ["alpha-1"]


def test_runs_of_different_test_sets_are_not_compared_and_it_is_said_why() -> None:
    found = comparison.difference(run(OLD, 1), run(NEW, 2, FAILED))
    assert "different test sets" in found.reason
    assert (found.newly_failing, found.newly_passing, found.unchanged) == ((), (), 0)
    assert [assertion.id for assertion in found.added] == ["alpha-3"]
    back = comparison.difference(run(NEW, 2), run(OLD, 1))
    assert [assertion.id for assertion in back.removed] == ["alpha-3"]


def aliased(of: Suite, **names: str) -> Suite:
    """A suite some of whose tests say what they are called in another version, such as alpha_1='v1/alpha-2'."""
    told = {name.replace("_", "-"): where.partition("/") for name, where in names.items()}
    aliases = {test: ((version, there),) for test, (version, _, there) in told.items()}
    return replace(of, assertions=tuple(replace(a, aliases=aliases.get(a.id, ())) for a in of.assertions))


def test_tests_are_paired_across_versions_by_alias_first_and_by_id_otherwise() -> None:
    swapped = aliased(NEW, alpha_1="v1/alpha-2", alpha_3="v1/alpha-1")
    assert comparison.same_tests(OLD, swapped) == {"alpha-1": "alpha-2", "alpha-3": "alpha-1"}
    found = comparison.difference(run(OLD, 1), run(swapped, 2))
    assert [(old.id, new.id) for old, new in found.renamed] == [("alpha-2", "alpha-1"), ("alpha-1", "alpha-3")]
    assert [[a.id for a in side] for side in (found.added, found.removed)] == [["alpha-2"], []]
    assert found.kept == 0


def test_aliases_pair_tests_in_both_directions_of_a_comparison() -> None:
    renamed = aliased(NEW, alpha_3="v1/alpha-2")
    there, back = comparison.same_tests(OLD, renamed), comparison.same_tests(renamed, OLD)
    assert there == {later: earlier for earlier, later in back.items()} == {"alpha-1": "alpha-1", "alpha-3": "alpha-2"}


def test_an_alias_in_a_version_that_is_not_compared_pairs_nothing() -> None:
    assert comparison.same_tests(OLD, aliased(NEW, alpha_3="v7/alpha-2")) == {
        "alpha-1": "alpha-1",
        "alpha-2": "alpha-2",
    }


def test_suites_of_different_ids_share_no_tests() -> None:
    other = replace(NEW, id="other")
    assert comparison.same_tests(OLD, other) == {}
    found = comparison.difference(run(OLD, 1), run(other, 2))
    assert (len(found.added), len(found.removed), found.kept) == (3, 2, 0)


@examples
@given(st.lists(strategies.entries(), unique_by=lambda e: e.verdict.path), st.randoms(use_true_random=False))
def test_the_order_of_the_files_changes_nothing_and_no_run_is_lost(entries: list[object], shuffled: Random) -> None:
    runs = [conformance.assess(one) for one in entries]  # type: ignore[arg-type]
    lines = chronicle.lines(runs)
    mixed = runs[:]
    shuffled.shuffle(mixed)
    assert chronicle.lines(mixed) == lines
    assert sorted(ids_of(runs)) == sorted(ids_of([one for line in lines for one in line.runs]))


def ids_of(runs: list[Assessment]) -> list[str]:
    return [one.entry.verdict.path for one in runs]


@examples
@given(st.lists(strategies.observed(), min_size=2, max_size=2))
def test_each_test_falls_into_exactly_one_group(pair: list[tuple[Observation, ...]]) -> None:
    before, after = (conformance.assess(entry(SUITE, *seen, run=number)) for number, seen in enumerate(pair, 1))
    found = comparison.difference(before, after)
    groups = (found.newly_passing, found.newly_failing, found.capability_changed, found.otherwise)
    listed = [one.test for one in itertools.chain(*groups)]
    assert len(listed) == len(set(listed))
    assert len(listed) + found.unchanged == len(SUITE.assertions)
    assert all(one.after and one.after.capability is not Capability.NONE for one in found.newly_failing)
