"""What `lanes` promises: drawings of a suite over time that are escaped, bounded, and say all in words."""

from __future__ import annotations

import itertools
import re
from datetime import datetime, timedelta
from typing import Any
from xml.etree.ElementTree import Element, fromstring

from markupsafe import Markup

from generator import areas, axes, chronicle, drawings, lanes, timeline
from generator.judgements import Assessment
from generator.terms import Outcome
from generator.timeline import Timeline
from tests.support.strategies import EPOCH, suite
from tests.test_chronicle import FAILED, NEW, OLD, PASSED, run
from tests.test_timeline import LATER, of

TITLES = {"kelp": "Kelp <&> Mesh"}
WIDE = suite(("alpha", 0, 3))


def parsed(made: tuple[Markup, int]) -> Element:
    return fromstring(drawings.drawing("d", "T", "S", made))  # noqa: S314 - what we drew ourselves


def drawn(found: Timeline, specification: str = "alpha") -> Element:
    return parsed(lanes.lanes(found, specification, TITLES, "d"))


def words(picture: Element) -> list[str]:
    return ["".join(text.itertext()) for text in picture.iter("text")]


def test_each_mesh_has_a_lane_with_its_name_and_its_state_in_words() -> None:
    found = of(run(OLD, 1), run(OLD, 2, PASSED, FAILED, mesh="moss"))
    assert words(drawn(found)) == ["2026-01", "moss", "partial, 1/2 passed", "Kelp <&> Mesh", "full, 2/2 passed"]


def test_a_variant_stands_beside_the_name_unless_it_is_the_default() -> None:
    found = of(run(OLD, 1, variant=(("channel", "standard"), ("mode", "default"))))
    assert lanes.label(found.lanes[0], {}) == "kelp standard"


def test_states_follow_each_other_without_gaps_and_fill_the_width() -> None:
    found = of(run(OLD, 1), run(OLD, 5, PASSED, FAILED), run(OLD, 9))
    bars = [bar for bar in drawn(found).iter("rect") if bar.get("class", "").startswith("bar ")]
    spans = [(float(bar.get("x", "")[:-1]), float(bar.get("width", "")[:-1])) for bar in bars]
    assert spans[0][0] == 0
    assert all(abs(x + width - after) < 0.011 for (x, width), (after, _) in itertools.pairwise(spans))
    assert abs(sum(spans[-1]) - 100) < 0.011


def test_compliance_is_a_line_of_its_own_kind_and_none_where_nothing_was_tested() -> None:
    found = of(
        run(WIDE, 1),
        run(WIDE, 2, PASSED, FAILED),
        run(WIDE, 3, PASSED, Outcome.SKIPPED),
        run(WIDE, 4, Outcome.SKIPPED, Outcome.SKIPPED, Outcome.SKIPPED),
    )
    kinds = [line.get("class") for line in drawn(found).iter("line") if "kept" in line.get("class", "")]
    assert kinds == ["kept pass", "kept fail", "kept incomplete"]


def test_a_lane_breaks_where_the_test_set_changes_and_nowhere_else() -> None:
    assert len(list(drawn(of(run(OLD, 1), run(OLD, 2, PASSED, FAILED))).iter("g"))) == 0
    breaks = [group for group in drawn(of(run(OLD, 1), run(NEW, 2))).iter("g") if group.get("class") == "break"]
    assert len(breaks) == 1


def test_a_mesh_without_tests_for_a_specification_has_no_lane() -> None:
    old, new = suite(("alpha", 0, 1)), suite(("alpha", 0, 1), ("beta", 0, 1), version="v2")
    found = of(run(old, 1), run(new, 2, mesh="moss"))
    assert [text for text in words(drawn(found, "beta")) if text in {"moss", TITLES["kelp"]}] == ["moss"]


def test_the_sentence_counts_every_state_once() -> None:
    found = of(run(OLD, 1), run(OLD, 2, PASSED, FAILED, mesh="moss"), run(OLD, 3, mesh="reed"))
    assert lanes.sentence(found, "alpha") == (
        "First tested 2026-01-02; of 3 meshes and variants now: capability 2 full, 1 partial; "
        "compliance 2 pass, 1 fail."
    )


def test_a_run_between_two_days_is_first_tested_on_the_earlier_or_later() -> None:
    bounds: dict[str, Any] = {
        "started_at": None,
        "finished_at": None,
        "not_before": EPOCH,
        "not_after": EPOCH + timedelta(days=90),
    }
    found = of(run(OLD, 1, **bounds), run(OLD, 5, PASSED, FAILED))
    assert lanes.sentence(found, "alpha").startswith("First tested 2026-01-01 or later; ")
    assert axes.begun(found) == {EPOCH: "2026-01-01 or later", EPOCH + timedelta(days=5): "2026-01-06"}
    exact = run(OLD, 2, mesh="moss", started_at=EPOCH, finished_at=EPOCH)
    assert lanes.sentence(of(run(OLD, 1, **bounds), exact), "alpha").startswith("First tested 2026-01-01; ")


def ticks(days: int) -> list[str]:
    runs: list[Assessment] = [run(OLD, 1), run(OLD, days)]
    (found,) = timeline.timelines(chronicle.lines(runs), (), LATER)
    return [name for _, name in axes._moments(found)]


def test_a_short_time_is_told_in_quarters_and_a_long_one_in_years() -> None:
    assert ticks(200) == ["2026-01", "2026-04", "2026-07"]
    assert ticks(1200) == ["2026-01", "2027", "2028", "2029"]


def test_one_run_at_one_moment_draws_without_dividing_by_nothing() -> None:
    (found,) = timeline.timelines(chronicle.lines([run(OLD, 1)]), (), EPOCH + timedelta(days=1))
    assert found.start == found.end == datetime.fromisoformat("2026-01-02T00:00:00Z")
    assert drawn(found) is not None
    assert parsed(areas.stack(found, areas.CAPABILITIES, "d")) is not None


def test_every_place_lies_within_the_drawing() -> None:
    found = of(*(run(OLD, day, *([FAILED] * (day % 2)), mesh=f"m{day % 3}") for day in range(1, 60)))
    for element in drawn(found).iter():
        for name in ("x", "x1", "x2", "width"):
            value = element.get(name, "0")
            if re.fullmatch(r"[0-9.]+%", value):
                assert 0 <= float(value[:-1]) <= 100


def test_the_year_is_told_rather_than_the_month_just_before_it() -> None:
    found = of(run(OLD, 340), run(OLD, 1400))
    assert words(drawn(found))[:2] == ["2027", "2028"]
