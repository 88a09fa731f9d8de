"""What `areas` promises: all cells of all meshes, stacked without gaps, each kind once, and said in words."""

from __future__ import annotations

import itertools
from datetime import timedelta
from xml.etree.ElementTree import Element, fromstring

from hypothesis import given, settings
from hypothesis import strategies as st

from generator import areas, chronicle, conformance, drawings, timeline
from generator.judgements import Entry
from generator.terms import Capability, Compliance, Outcome
from generator.timeline import Timeline
from tests.support import strategies
from tests.support.strategies import suite
from tests.test_chronicle import FAILED, NEW, OLD, PASSED, run
from tests.test_timeline import LATER, of

WIDE = suite(("alpha", 0, 3), ("beta", 1, 1))


def drawn(found: Timeline, kinds: tuple[Capability, ...] | tuple[Compliance, ...] = areas.CAPABILITIES) -> Element:
    picture = drawings.drawing("d", "T", "S", areas.stack(found, kinds, "d"))
    return fromstring(picture)  # noqa: S314 - what we drew ourselves


def bands(picture: Element) -> dict[str, list[tuple[str, int, int]]]:
    """Give (kind, top, bottom) of each band by the place at which it begins."""
    found: dict[str, list[tuple[str, int, int]]] = {}
    for bar in picture.iter("rect"):
        name = bar.get("class", "")
        if name.startswith("bar "):
            top = int(bar.get("y", ""))
            found.setdefault(bar.get("x", ""), []).append((name[4:], top, top + int(bar.get("height", ""))))
    return found


def test_each_cell_counts_once_and_the_newest_counts_stand_in_the_drawing() -> None:
    found = of(run(OLD, 1), run(OLD, 20, PASSED, FAILED, mesh="moss"))
    (first, last) = found.moments
    assert (first.meshes, first.cells, first.counts) == (1, 1, {Capability.FULL: 1, Compliance.PASS: 1})
    assert last.counts == {Capability.FULL: 1, Capability.PARTIAL: 1, Compliance.PASS: 1, Compliance.FAIL: 1}
    words = ["".join(text.itertext()) for text in drawn(found).iter("text")]
    assert {"1 full", "1 partial"} <= set(words)
    assert areas.sentence(found, areas.CAPABILITIES) == (
        "2 cells of 2 meshes: 1 full, 1 partial since 2026-01-21; 1 cell of 1 mesh: 1 full on 2026-01-02."
    )


def test_runs_that_change_no_count_make_no_step() -> None:
    found = of(run(OLD, 1), run(OLD, 2), run(OLD, 3, PASSED, FAILED), run(OLD, 4, PASSED, FAILED))
    assert len(found.moments) == 2
    assert areas.sentence(of(run(OLD, 1)), areas.COMPLIANCES) == "1 cell of 1 mesh: 1 pass since 2026-01-02."


def test_every_compliance_has_a_band_of_its_own_look() -> None:
    skipped = Outcome.SKIPPED
    found = of(
        run(WIDE, 1, PASSED, PASSED, PASSED, PASSED, FAILED),
        run(WIDE, 1, PASSED, skipped, skipped, skipped, skipped, mesh="moss"),
        run(WIDE, 1, PASSED, PASSED, PASSED, FAILED, skipped, mesh="reed"),
    )
    (stack,) = bands(drawn(found, areas.COMPLIANCES)).values()
    assert [kind for kind, _, _ in stack] == ["pass", "incomplete", "fail", "unknown", "none"]
    fills = {one.get("fill") for one in drawn(found, areas.COMPLIANCES).iter("rect") if one.get("fill")}
    ids = {f"url(#{one.get('id')})" for one in drawn(found, areas.COMPLIANCES).iter("pattern")}
    assert fills == {"url(#d-incomplete)", "url(#d-fail)", "url(#d-unknown)"}
    assert fills <= ids


def test_a_change_of_the_test_set_is_marked_with_its_version() -> None:
    picture = drawn(of(run(OLD, 1), run(NEW, 60)))
    assert [group.get("class") for group in picture.iter("g")] == ["break"]
    assert {"v1", "v10"} <= {"".join(text.itertext()) for text in picture.iter("text")}


def test_a_suite_without_a_test_for_anything_draws_an_empty_plot() -> None:
    found = of(run(suite(("empty", 0, 0)), 1))
    assert bands(drawn(found)) == {}
    assert areas.sentence(found, areas.CAPABILITIES) == "0 cells of 1 mesh since 2026-01-02."


@settings(derandomize=True, deadline=None, max_examples=100)
@given(st.lists(strategies.entries(), min_size=1, unique_by=lambda e: e.verdict.path))
def test_the_bands_of_a_moment_lie_on_each_other_without_gap(entries: list[Entry]) -> None:
    lines = chronicle.lines([conformance.assess(one) for one in entries])
    (found,) = timeline.timelines(lines, (), LATER)
    for moment in found.moments:
        for kinds in (areas.CAPABILITIES, areas.COMPLIANCES):
            assert sum(moment.counts.get(kind, 0) for kind in kinds) == moment.cells
    for kinds in (areas.CAPABILITIES, areas.COMPLIANCES):
        for stack in bands(drawn(found, kinds)).values():
            assert all(upper == bottom for (_, upper, _), (_, _, bottom) in itertools.pairwise(stack))


def test_a_drawing_has_no_more_steps_than_can_be_told_apart() -> None:
    runs = [run(OLD, 1 + 3 * day, PASSED, FAILED if day % 2 else PASSED) for day in range(300)]
    found = of(*runs, as_of=strategies.EPOCH + timedelta(days=2000))
    every = found.moments
    assert len(every) == 300
    shown = areas.visible(found, every)
    assert 1 < len(shown) <= areas.MAX_STEPS + 1
    assert (shown[0].start, shown[-1].end) == (every[0].start, every[-1].end)
    assert all(one.end == other.start for one, other in itertools.pairwise(shown))
    assert shown[-1].counts == every[-1].counts
