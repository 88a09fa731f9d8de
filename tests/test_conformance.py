"""What `conformance` promises: DESIGN section 4 to the letter, and nothing that flatters."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from generator import conformance
from generator.judgements import Cell, Entry
from generator.model import FreshnessPolicy
from generator.records import Conditions, Observation
from generator.terms import Capability, ChangeKind, Compliance, Freshness, Outcome
from tests.support import strategies
from tests.support.strategies import EPOCH, SUITE, entry, observed, suite

ONE = suite(("alpha", 1, 1))
FOUR = suite(("alpha", 0, 4))
RANK = [Capability.UNKNOWN, Capability.NONE, Capability.PARTIAL, Capability.FULL]

examples = settings(derandomize=True, deadline=None, max_examples=200)


def seen(test: str, outcome: Outcome, **more: object) -> Observation:
    return Observation(test=test, outcome=outcome, **more)  # type: ignore[arg-type]


def cell(*outcomes: Outcome | Observation) -> Cell:
    """The cell of a specification of four capability assertions."""
    observations = [
        one if isinstance(one, Observation) else seen(f"alpha-{number}", one) for number, one in enumerate(outcomes, 1)
    ]
    return conformance.assess(entry(FOUR, *observations)).cells[0]


def judged(observation: Observation, presence: Outcome = Outcome.PASSED) -> tuple[Capability, Compliance]:
    """Capability and compliance of alpha-2 beside a presence assertion alpha-1."""
    one = conformance.assess(entry(ONE, seen("alpha-1", presence), observation)).cells[0].assertions[1]
    return one.capability, one.compliance


@pytest.mark.parametrize(
    ("observation", "capability", "compliance"),
    [
        (seen("alpha-2", Outcome.PASSED), Capability.FULL, Compliance.PASS),
        (seen("alpha-2", Outcome.FAILED), Capability.UNKNOWN, Compliance.FAIL),
        (seen("alpha-2", Outcome.SKIPPED), Capability.UNKNOWN, Compliance.NOT_TESTED),
        (seen("alpha-2", Outcome.ERROR), Capability.UNKNOWN, Compliance.NOT_TESTED),
        (seen("alpha-2", Outcome.NOT_RUN), Capability.UNKNOWN, Compliance.NOT_TESTED),
        (seen("alpha-2", Outcome.UNKNOWN), Capability.UNKNOWN, Compliance.NOT_TESTED),
        (seen("alpha-2", Outcome.FAILED, claim=Capability.FULL), Capability.FULL, Compliance.FAIL),
        (seen("alpha-2", Outcome.PASSED, claim=Capability.NONE), Capability.NONE, Compliance.NOT_APPLICABLE),
        (
            seen("alpha-2", Outcome.FAILED, conditions=Conditions(passed=3, failed=1, skipped=0)),
            Capability.PARTIAL,
            Compliance.FAIL,
        ),
        (
            seen("alpha-2", Outcome.SKIPPED, conditions=Conditions(passed=6, failed=0, skipped=1)),
            Capability.PARTIAL,
            Compliance.NOT_TESTED,
        ),
        (
            seen("alpha-2", Outcome.FAILED, conditions=Conditions(passed=0, failed=2, skipped=1)),
            Capability.UNKNOWN,
            Compliance.FAIL,
        ),
        (
            seen("alpha-2", Outcome.ERROR, conditions=Conditions(passed=2, failed=0, skipped=0)),
            Capability.UNKNOWN,
            Compliance.NOT_TESTED,
        ),
    ],
)
def test_one_test_is_judged_by_the_first_rule_that_applies(
    observation: Observation, capability: Capability, compliance: Compliance
) -> None:
    assert judged(observation) == (capability, compliance)


def test_without_the_interface_nothing_behind_it_is_implemented() -> None:
    for outcome in Outcome:
        assert judged(seen("alpha-2", outcome), Outcome.FAILED) == (Capability.NONE, Compliance.NOT_APPLICABLE)


@pytest.mark.parametrize("presence", [outcome for outcome in Outcome if outcome is not Outcome.FAILED])
def test_only_a_failed_presence_assertion_says_that_the_interface_is_absent(presence: Outcome) -> None:
    assert judged(seen("alpha-2", Outcome.PASSED), presence)[0] is Capability.FULL


def test_the_presence_of_one_specification_says_nothing_about_another() -> None:
    two = suite(("alpha", 1, 0), ("beta", 1, 1))
    assessment = conformance.assess(
        entry(two, seen("alpha-1", Outcome.FAILED), seen("beta-1", Outcome.PASSED), seen("beta-2", Outcome.PASSED))
    )
    assert [one.capability for one in assessment.cells] == [Capability.NONE, Capability.FULL]
    assert assessment.whole.capability is Capability.PARTIAL


NONE = Capability.NONE
P, F, U = Outcome.PASSED, Outcome.FAILED, Outcome.UNKNOWN


def absent(number: int) -> Observation:
    return seen(f"alpha-{number}", U, claim=NONE)


@pytest.mark.parametrize(
    ("outcomes", "capability", "compliance"),
    [
        ((P, P, P, P), Capability.FULL, Compliance.PASS),
        ((P, P, P, U), Capability.PARTIAL, Compliance.INCOMPLETE),
        ((P, P, P, F), Capability.PARTIAL, Compliance.FAIL),
        ((U, U, U, U), Capability.UNKNOWN, Compliance.NOT_TESTED),
        ((F, U, U, U), Capability.UNKNOWN, Compliance.FAIL),
        ((absent(1), absent(2), absent(3), absent(4)), Capability.NONE, Compliance.NOT_APPLICABLE),
        ((absent(1), absent(2), absent(3), U), Capability.UNKNOWN, Compliance.NOT_TESTED),
        ((absent(1), absent(2), absent(3), P), Capability.PARTIAL, Compliance.PASS),
        ((absent(1), P, P, U), Capability.PARTIAL, Compliance.INCOMPLETE),
        ((P, F, U, U), Capability.PARTIAL, Compliance.FAIL),
    ],
)
def test_a_specification_is_judged_from_its_tests(
    outcomes: tuple[Outcome | Observation, ...], capability: Capability, compliance: Compliance
) -> None:
    found = cell(*outcomes)
    assert (found.capability, found.compliance) == (capability, compliance)


def test_a_specification_without_tests_is_unknown_and_nothing_applies() -> None:
    found = conformance.assess(entry(suite(("empty", 0, 0)))).cells[0]
    assert (found.capability, found.compliance) == (Capability.UNKNOWN, Compliance.NOT_APPLICABLE)


def test_a_test_that_the_record_does_not_name_is_unknown_never_failed() -> None:
    found = conformance.assess(entry(ONE)).whole
    assert (found.tally.unknown, found.tally.untested, found.tally.failed) == (2, 2, 0)


def test_contradictions_stand_beside_the_test() -> None:
    claimed = seen("alpha-2", P, claim=NONE)
    full = seen("alpha-2", U, claim=Capability.FULL)
    (first,) = conformance.assess(entry(ONE, seen("alpha-1", P), claimed)).cells[0].assertions[1].contradictions
    (second,) = conformance.assess(entry(ONE, seen("alpha-1", F), full)).cells[0].assertions[1].contradictions
    assert (first.rule, second.rule) == ("claimed-none-passed", "claimed-full-absent")


@given(st.lists(strategies.entries(), max_size=6), st.randoms(use_true_random=False))
@examples
def test_the_order_of_entries_does_not_matter(found: list[Entry], random: Random) -> None:
    assume(len({(*conformance.chronological(one), one.record.mesh) for one in found}) == len(found))
    shuffled = list(found)
    random.shuffle(shuffled)
    assert conformance.newest(found) == conformance.newest(shuffled)


@given(st.lists(strategies.entries(), max_size=6), strategies.entries())
@examples
def test_an_unrelated_mesh_changes_no_cell(found: list[Entry], other: Entry) -> None:
    stranger = other._replace(record=other.record._replace(mesh="stranger"))
    before, after = conformance.newest(found), conformance.newest([*found, stranger])
    assert {key: one for key, one in after.items() if key[0] != "stranger"} == before


@given(observed(), st.sets(st.sampled_from([one.id for one in SUITE.assertions])))
@examples
def test_removing_observations_never_raises_capability(found: tuple[Observation, ...], removed: set[str]) -> None:
    # A failed presence assertion is evidence of absence; taking that away is no loss of support.
    assume(all(one.outcome is not Outcome.FAILED for one in found if one.test in removed))
    kept = [one for one in found if one.test not in removed]
    before, after = conformance.assess(entry(SUITE, *found)), conformance.assess(entry(SUITE, *kept))
    pairs = zip((before.whole, *before.cells), (after.whole, *after.cells), strict=True)
    for full, less in pairs:
        assert RANK.index(less.capability) <= RANK.index(full.capability)


@given(observed())
@examples
def test_missing_is_never_failed(found: tuple[Observation, ...]) -> None:
    quiet = [one for one in found if one.outcome is not Outcome.FAILED]
    assessment = conformance.assess(entry(SUITE, *quiet))
    assert all(one.compliance is not Compliance.FAIL for one in (assessment.whole, *assessment.cells))


@given(observed())
@examples
def test_every_tally_adds_up_and_the_whole_is_the_sum_of_its_parts(found: tuple[Observation, ...]) -> None:
    assessment = conformance.assess(entry(SUITE, *found))
    for one in (assessment.whole, *assessment.cells):
        tally = one.tally
        assert tally.full + tally.partial + tally.none + tally.unknown == tally.total
        assert tally.passed + tally.failed + tally.untested + tally.none == tally.total
    assert assessment.whole.tally.total == sum(one.tally.total for one in assessment.cells)


@given(st.integers(0, 10_000), st.integers(1, 10_000))
@examples
def test_percentages_truncate(part: int, whole: int) -> None:
    assume(part <= whole)
    said = conformance.percentage(part, whole)
    assert (said == "100.00") == (part == whole)
    assert 0 <= part * 10_000 - int(said.replace(".", "")) * whole < whole


@pytest.mark.parametrize(("part", "whole"), [(0, 0), (2, 1), (-1, 1)])
def test_what_is_no_share_has_no_percentage(part: int, whole: int) -> None:
    with pytest.raises(ValueError, match="is no share"):
        conformance.percentage(part, whole)


def test_a_run_that_broke_off_never_replaces_one_that_ended() -> None:
    ended, broke = entry(ONE, run=1), entry(ONE, run=2, status="aborted")
    assert list(conformance.newest([ended, broke]).values()) == [ended]
    assert list(conformance.newest([broke]).values()) == [broke]


def test_variants_are_never_merged() -> None:
    plain, special = entry(ONE, run=1), entry(ONE, run=2, variant=(("channel", "standard"),))
    assert len(conformance.newest([plain, special])) == 2


POLICY = FreshnessPolicy(fresh=30, ageing=60, stale=90)


@pytest.mark.parametrize(
    ("days", "state"),
    [
        (-1, Freshness.UNKNOWN),
        (0, Freshness.FRESH),
        (30, Freshness.FRESH),
        (31, Freshness.AGEING),
        (60, Freshness.AGEING),
        (90, Freshness.STALE),
        (91, Freshness.ARCHIVED),
    ],
)
def test_freshness_follows_the_policy(days: int, state: Freshness) -> None:
    assert conformance.freshness(EPOCH, EPOCH + timedelta(days=days), POLICY) is state


def change(before: Observation, after: Observation) -> list[ChangeKind]:
    runs = [conformance.assess(entry(FOUR, one, run=number)) for number, one in enumerate((before, after), 1)]
    return [one.kind for one in conformance.state_changes(*runs)]


def test_state_changes_are_exact() -> None:
    passed, failed, quiet, gone = (seen("alpha-1", P), seen("alpha-1", F), seen("alpha-1", U), absent(1))
    assert change(passed, failed) == [ChangeKind.REGRESSION]
    assert change(failed, passed) == [ChangeKind.PROGRESSION]
    assert change(gone, passed) == [ChangeKind.NEWLY_SUPPORTED]
    assert change(passed, gone) == [ChangeKind.NO_LONGER_SUPPORTED]
    assert change(quiet, failed) == change(passed, quiet) == change(passed, passed) == change(gone, failed) == []


def test_runs_of_different_suites_are_not_compared() -> None:
    other = suite(("alpha", 0, 4), version="v2")
    before = conformance.assess(entry(FOUR, seen("alpha-1", P)))
    after = conformance.assess(entry(other, seen("alpha-1", F)))
    assert conformance.state_changes(before, after) == ()


def test_supported_since_is_the_start_of_the_unbroken_stretch() -> None:
    runs = [cell(one) for one in (P, U, P, P)]
    series = [one._replace(entry=entry(FOUR, run=number)) for number, one in enumerate(runs, 1)]
    found = conformance.supported_since(series)
    assert found is not None
    assert (found.version, found.open_start) == ("v1.3.0", False)
    assert conformance.supported_since(series[:2]) is None
    assert conformance.supported_since([]) is None
    first = conformance.supported_since(series[:1])
    assert first is not None
    assert first.open_start


def test_versions_order_as_people_read_them() -> None:
    versions = ["v1.10.0", "v1.9.0", "v1.9.0-rc1", "main", "v2", "1.2"]
    ordered = sorted(versions, key=conformance.version_order)
    assert ordered.index("v1.9.0") < ordered.index("v1.10.0") < ordered.index("v2")


def test_a_result_lapses_exactly_when_its_freshness_changes() -> None:
    policy = FreshnessPolicy(fresh=30, ageing=60, stale=90)
    for age in (0, 29, 30, 31, 60, 61, 90):
        as_of = EPOCH + timedelta(days=age)
        ends = conformance.lapses(EPOCH, as_of, policy)
        assert ends is not None
        assert conformance.freshness(EPOCH, ends, policy) is conformance.freshness(EPOCH, as_of, policy)
        later = ends + timedelta(seconds=1)
        assert conformance.freshness(EPOCH, later, policy) is not conformance.freshness(EPOCH, as_of, policy)
    assert conformance.lapses(EPOCH, EPOCH + timedelta(days=91), policy) is None


def test_a_run_of_the_future_does_not_stand_in_the_way_of_later_ones() -> None:
    future = entry(SUITE, run=1, finished_at=EPOCH + timedelta(days=3650))
    future = future._replace(verdict=future.verdict._replace(committed_at=EPOCH))
    honest = entry(SUITE, run=2, finished_at=EPOCH + timedelta(days=2))
    assert list(conformance.newest([future, honest]).values()) == [honest]


def test_runs_of_an_unknown_version_are_left_out_of_supported_since() -> None:
    runs = [cell(one) for one in (P, U, P)]
    series = [one._replace(entry=entry(FOUR, run=number)) for number, one in enumerate(runs, 1)]
    series[1] = series[1]._replace(entry=entry(FOUR, run=2, mesh_version="unknown"))
    found = conformance.supported_since(series)
    assert found is not None
    assert (found.version, found.open_start) == ("v1.1.0", True)
    assert conformance.supported_since(series[1:2]) is None
