"""What `timeline` promises: at each moment the run that stood then, and no state across test sets."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from generator import chronicle, conformance, timeline
from generator.judgements import Assessment, Entry
from generator.terms import Outcome
from generator.timeline import Lane, Timeline
from tests.support import strategies
from tests.support.strategies import EPOCH, SUITE, suite
from tests.test_chronicle import FAILED, NEW, OLD, PASSED, run

LATER = EPOCH + timedelta(days=3650)
ORDER = ("moss", "kelp")


def of(*runs: Assessment, as_of: datetime = LATER) -> Timeline:
    (found,) = timeline.timelines(chronicle.lines(runs), ORDER, as_of)
    return found


def told(lane: Lane) -> list[tuple[str, int, int]]:
    """Give (run number, first day, last day) of each stretch."""
    return [(s.run.entry.record.run_id[-1], (s.start - EPOCH).days, (s.end - EPOCH).days) for s in lane.stretches]


def test_each_run_stands_until_the_next_and_the_last_a_little_longer() -> None:
    found = of(run(OLD, 1), run(OLD, 4))
    (lane,) = found.lanes
    assert told(lane) == [("1", 1, 4), ("4", 4, 34)]
    assert (found.start, found.end) == (EPOCH + timedelta(days=1), EPOCH + timedelta(days=34))


def test_nothing_is_known_of_runs_after_the_date_that_is_asked_about() -> None:
    found = of(run(OLD, 1), run(OLD, 4), run(OLD, 9, mesh="moss"), as_of=EPOCH + timedelta(days=5))
    (lane,) = found.lanes
    assert told(lane) == [("1", 1, 4), ("4", 4, 5)]
    assert timeline.timelines(chronicle.lines([run(OLD, 4)]), ORDER, EPOCH) == ()


def test_a_run_that_broke_off_or_had_an_older_test_set_takes_no_place() -> None:
    (lane,) = of(run(OLD, 1), run(OLD, 2, status="aborted"), run(NEW, 3), run(OLD, 4)).lanes
    assert told(lane) == [("1", 1, 3), ("3", 3, 33)]
    (alone,) = of(run(OLD, 2, status="aborted"), run(OLD, 3)).lanes
    assert [number for number, _, _ in told(alone)] == ["2", "3"]


def test_lanes_stand_in_the_order_of_the_programme_and_variants_apart() -> None:
    ambient = run(OLD, 3, variant=(("mode", "ambient"),))
    found = of(run(OLD, 1), ambient, run(OLD, 2, mesh="moss"), run(OLD, 2, mesh="alga"))
    assert [(lane.line.mesh, lane.line.variant) for lane in found.lanes] == [
        ("moss", ()),
        ("kelp", ()),
        ("kelp", (("mode", "ambient"),)),
        ("alga", ()),
    ]


def test_a_mesh_is_counted_once_however_many_variants_it_has() -> None:
    ambient = run(OLD, 3, variant=(("mode", "ambient"),))
    found = of(run(OLD, 1), run(OLD, 2, mesh="moss"), ambient, run(OLD, 4))
    assert [change.meshes for change in found.changes] == [1, 2, 2, 2]


def test_runs_of_one_state_are_one_and_the_changes_that_show_are_the_others() -> None:
    found = of(run(OLD, 1), run(OLD, 2), run(OLD, 3, PASSED, FAILED), run(OLD, 4))
    (lane,) = found.lanes
    states = [(cell.compliance.value, (start - EPOCH).days) for cell, start, _ in timeline.states(lane, "alpha")]
    assert states == [("pass", 1), ("fail", 3), ("pass", 4)]
    assert [change.stretch.run.entry.record.run_id[-1] for change in timeline.turns(found)] == ["1", "3", "4"]


def test_a_change_of_the_test_set_is_a_change_even_when_the_words_stay() -> None:
    found = of(run(OLD, 1), run(NEW, 2), run(NEW, 5, mesh="moss"))
    assert [(one.version, (moment - EPOCH).days) for one, moment in found.sets] == [("v1", 1), ("v10", 2)]
    assert found.newest == NEW
    kelp = next(lane for lane in found.lanes if lane.line.mesh == "kelp")
    assert len(list(timeline.states(kelp, "alpha"))) == 2
    assert len(timeline.turns(found)) == 3


def test_a_specification_without_tests_has_no_state() -> None:
    found = of(run(SUITE, 1, Outcome.PASSED))
    assert [specification.id for specification in found.specifications] == ["alpha", "beta"]
    assert list(timeline.states(found.lanes[0], "empty")) == list(timeline.states(found.lanes[0], "nowhere")) == []


def test_specifications_that_only_older_test_sets_have_come_last() -> None:
    old = suite(("gone", 0, 1), ("alpha", 0, 1))
    found = of(run(old, 1), run(suite(("alpha", 0, 1), ("new", 0, 1), version="v2"), 2))
    assert [specification.id for specification in found.specifications] == ["alpha", "new", "gone"]


@settings(derandomize=True, deadline=None, max_examples=100)
@given(st.lists(strategies.entries(), min_size=1, unique_by=lambda e: e.verdict.path), st.integers(1, 9))
def test_at_every_moment_the_lane_says_what_a_build_of_that_moment_would(entries: list[Entry], day: int) -> None:
    runs = [conformance.assess(one) for one in entries]
    lines = chronicle.lines(runs)
    (found,) = timeline.timelines(lines, ORDER, LATER)
    moment = EPOCH + timedelta(days=day)
    then = [one for one in runs if one.entry.ordered_at <= moment]
    heads = {(line.mesh, line.variant): line.head for line in chronicle.lines(then)}
    shown = {
        (lane.line.mesh, lane.line.variant): stretch.run
        for lane in found.lanes
        for stretch in lane.stretches
        if stretch.start <= moment < stretch.end
    }
    assert shown == heads
