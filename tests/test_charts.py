"""What `charts` promises: true lengths, words beside shapes, visible breaks, and nothing a robot wrote as markup."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

from hypothesis import given, settings
from hypothesis import strategies as st

from generator import charts, chronicle, conformance
from generator.charts import Chart
from generator.judgements import Assessment
from generator.records import Observation
from generator.terms import Outcome
from tests.support import strategies
from tests.support.strategies import SUITE, entry, suite
from tests.test_chronicle import FAILED, NEW, OLD, PASSED, run


def chart(*runs: Assessment, specification: str = "") -> Chart:
    (line,) = chronicle.lines(runs)
    drawn = charts.history(line, "Kelp Mesh", specification)
    assert drawn is not None
    return drawn


def parsed(drawing: str) -> ET.Element:
    return ET.fromstring(drawing)  # noqa: S314 - our own drawing


def widths(drawing: str, kind: str) -> list[float]:
    return [float(x.get("width", "").rstrip("%")) for x in parsed(drawing).iter("rect") if x.get("class") == kind]


def words(drawing: str) -> str:
    return " ".join(" ".join(parsed(drawing).itertext()).split())


def test_one_run_is_no_history() -> None:
    (line,) = chronicle.lines([run(OLD, 1)])
    assert charts.history(line, "Kelp Mesh") is None
    assert charts.all_of(line, "Kelp Mesh") == ()


def test_a_line_has_a_chart_of_the_whole_and_one_of_each_specification_with_tests() -> None:
    (line,) = chronicle.lines([run(SUITE, 1), run(SUITE, 2)])
    assert [one.specification for one in charts.all_of(line, "Kelp Mesh")] == ["", "alpha", "beta"]


def test_bars_are_as_long_as_the_shares_and_the_newest_run_comes_first() -> None:
    drawn = chart(run(OLD, 1), run(OLD, 2, PASSED, FAILED))
    assert widths(drawn.capability, "bar full") == [50.0, 100.0]
    assert widths(drawn.capability, "bar unknown") == [50.0]
    assert [point.cell.entry.record.run_id for point in drawn.points] == ["toy-run-0002", "toy-run-0001"]


def test_dots_stand_at_the_fraction_and_a_failure_is_struck_through() -> None:
    drawn = chart(run(OLD, 1), run(OLD, 2, PASSED, FAILED), run(OLD, 3, PASSED, Outcome.SKIPPED))
    dots = [(dot.get("cx"), dot.get("class")) for dot in parsed(drawn.compliance).iter("circle")]
    assert dots == [("99.00%", "dot open"), ("50.00%", "dot"), ("99.00%", "dot")]
    assert drawn.compliance.count('class="slash"') == 1
    assert "1/1 passed , 1 untested" in words(drawn.compliance)
    assert "1/2 passed" in words(drawn.compliance)


def test_every_drawing_has_a_title_and_a_description_that_say_what_it_shows() -> None:
    drawn = chart(run(OLD, 1), run(OLD, 2, PASSED, FAILED))
    root = parsed(drawn.compliance)
    assert root.get("role") == "img"
    title, description = root[0], root[1]
    assert root.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"
    assert title.text == "Compliance: Kelp Mesh, Toy"
    assert description.text == drawn.compliance_sentence
    assert drawn.compliance_sentence == (
        "The newest run (v1.2.0, 2026-01-03): passed 1 of 2 tested, capability of 1 unknown; "
        "the oldest with the same test set (v1.1.0, 2026-01-02): passed 2 of 2 tested."
    )
    assert "implements 1 of 2 tests in full" in drawn.capability_sentence


def test_where_the_test_set_changes_the_line_breaks_and_says_why() -> None:
    drawn = chart(run(OLD, 1), run(OLD, 2), run(NEW, 3), run(NEW, 4))
    assert drawn.breaks == (
        "The test set changed: Toy v1 (2 tests), then Toy v10 (3 tests). "
        "Figures on either side of a change are of different tests and not compared."
    )
    assert chart(run(OLD, 1), run(OLD, 2)).breaks == ""
    for drawing in (drawn.capability, drawn.compliance):
        assert words(drawing).count("test set changed : not comparable") == 1
    joins = [one for one in parsed(drawn.compliance).iter("line") if one.get("class") == "join"]
    assert len(joins) == 2


def test_a_run_without_any_tested_test_has_no_dot_and_breaks_the_line() -> None:
    skipped = run(OLD, 2, Outcome.SKIPPED, Outcome.SKIPPED)
    drawn = chart(run(OLD, 1), skipped, run(OLD, 3))
    assert drawn.compliance.count("<circle") == 2
    assert 'class="join"' not in drawn.compliance
    assert "nothing tested" in words(drawn.compliance)


def test_a_long_history_is_drawn_in_part() -> None:
    drawn = chart(*(run(OLD, number) for number in range(1, charts.MAX_ROWS + 4)))
    assert (drawn.drawn, len(drawn.points)) == (charts.MAX_ROWS, charts.MAX_ROWS + 3)
    assert len(widths(drawn.capability, "bar full")) == charts.MAX_ROWS


def test_text_of_a_source_stays_text() -> None:
    drawn = chart(run(OLD, 1), run(OLD, 2, mesh_version="<script>"))
    assert "<script" not in drawn.capability
    assert "&lt;script&gt;" in drawn.capability


def test_one_test_is_told_in_the_singular() -> None:
    one = suite(("alpha", 0, 1))
    told = chart(run(one, 1), run(one, 2)).capability_sentence
    assert "implements 1 of 1 test in full" in told


def test_drawings_carry_no_style_and_no_script() -> None:
    drawn = chart(run(OLD, 1), run(OLD, 2, PASSED, FAILED))
    for drawing in (drawn.capability, drawn.compliance):
        assert not re.search(r"\bstyle=|<style|<script|\bon[a-z]+=", drawing)


@settings(derandomize=True, deadline=None, max_examples=60)
@given(st.lists(strategies.observed(), min_size=2, max_size=4))
def test_the_bars_of_a_run_fill_the_row_and_nothing_leaves_it(runs: list[tuple[Observation, ...]]) -> None:
    assessed = [conformance.assess(entry(SUITE, *seen, run=number)) for number, seen in enumerate(runs, 1)]
    drawn = chart(*assessed)
    bars = [one for one in parsed(drawn.capability).iter("rect") if (one.get("class") or "").startswith("bar")]
    total = sum(float((one.get("width") or "").rstrip("%")) for one in bars)
    assert 100 * len(runs) - 0.04 * len(bars) <= total <= 100 * len(runs)
    for dot in parsed(drawn.compliance).iter("circle"):
        assert 1 <= float((dot.get("cx") or "").rstrip("%")) <= 99
