"""What `historic` promises: Meshery's formula in all its 175 outcomes, and honest comparisons."""

from __future__ import annotations

import dataclasses
import itertools
from decimal import Decimal

import pytest

from generator import historic
from generator.records import Observation, Recorded, RecordedSpecification
from generator.terms import Outcome
from tests.support.strategies import record, suite

STEPS = {"traffic-access": 7, "traffic-split": 11, "traffic-specs": 6}
FAILING: dict[str, tuple[int | None, ...]] = {
    "traffic-access": (None, 1, 2, 4, 6),
    "traffic-split": (None, 1, 2, 4, 6, 8, 10),
    "traffic-specs": (None, 1, 2, 3, 5),
}
ALL = list(itertools.product(*FAILING.values()))
# The table of the programme's own analysis: the specification and the failing step give the word.
HALF = {("traffic-access", 4), ("traffic-access", 6), ("traffic-specs", 5)} | {
    ("traffic-split", step) for step in (6, 8, 10)
}


def test_there_are_175_outcomes() -> None:
    assert len(ALL) == 175


@pytest.mark.parametrize("failing", ALL)
def test_the_formula_in_every_outcome(failing: tuple[int | None, ...]) -> None:
    by_specification = dict(zip(STEPS, failing, strict=True))
    score = historic.meshery_2021(STEPS, by_specification)
    passed = sum(count if step is None else step - 1 for count, step in zip(STEPS.values(), failing, strict=True))
    exact = (Decimal(passed) * 100 / 24).quantize(Decimal("0.01"))
    words = {
        name: "FULL" if step is None else "HALF" if (name, step) in HALF else "NONE"
        for name, step in by_specification.items()
    }
    assert (score.cases, score.total) == (passed, 24)
    assert Decimal(score.percentage) == exact
    assert dict(score.capabilities) == words


def test_the_figures_that_the_record_knows() -> None:
    assert historic.meshery_2021(STEPS, dict(zip(STEPS, (None, 4, 3), strict=True))).percentage == "50.00"
    assert historic.meshery_2021(STEPS, dict(zip(STEPS, (4, 4, 3), strict=True))).percentage == "33.33"
    assert historic.meshery_2021(STEPS, dict(zip(STEPS, (1, 1, 1), strict=True))).percentage == "0.00"


@pytest.mark.parametrize("step", [0, 8, -1])
def test_a_step_that_does_not_exist_is_refused(step: int) -> None:
    with pytest.raises(ValueError, match="has no step"):
        historic.meshery_2021({"traffic-access": 7}, {"traffic-access": step})


def test_a_run_without_steps_has_no_score() -> None:
    with pytest.raises(ValueError, match="has no score"):
        historic.meshery_2021({}, {})


PLAIN = suite(("alpha", 1, 2), ("none", 0, 0))
SCORED = dataclasses.replace(
    PLAIN,
    scoring=historic.MESHERY_2021,
    assertions=tuple(dataclasses.replace(one, scored=one.id != "alpha-2") for one in PLAIN.assertions),
)


def outcomes(*found: Outcome) -> list[Observation]:
    return [Observation(test=f"alpha-{number}", outcome=one) for number, one in enumerate(found, 1)]


P, F, U, N = Outcome.PASSED, Outcome.FAILED, Outcome.UNKNOWN, Outcome.NOT_RUN


@pytest.mark.parametrize(
    ("found", "cases"),
    [((P, U, P), 3), ((P, U, F), 2), ((F, N, N), 0), ((U, U, U), None), ((P, U, U), None), ((P, U, N), None)],
)
def test_a_score_needs_a_failing_step_or_every_scored_step_passed(
    found: tuple[Outcome, ...], cases: int | None
) -> None:
    score = historic.recompute(record(SCORED, *outcomes(*found)), SCORED)
    assert (score.cases if score else None) == cases


def test_a_suite_without_the_formula_is_never_scored() -> None:
    assert historic.recompute(record(PLAIN, *outcomes(P, P, P)), PLAIN) is None


def recorded(cases: str = "", percentage: str = "", capability: str = "") -> Recorded:
    stated = RecordedSpecification(
        specification="alpha",
        api_version="",
        assertions="",
        duration="",
        failed_step="",
        reason="",
        capability=capability,
        status="",
    )
    return Recorded(
        id="",
        date="",
        mesh_name="",
        mesh_version="",
        status="",
        cases=cases,
        percentage=percentage,
        note="",
        specifications=(stated,),
    )


def compared(stated: Recorded | None, *found: Outcome) -> dict[str, tuple[str, str, bool]]:
    rows = historic.compare(record(SCORED, *outcomes(*found), recorded=stated), SCORED)
    return {row.label: (row.recorded, row.recomputed, row.differs) for row in rows}


def test_equal_figures_are_equal_whatever_their_spelling() -> None:
    rows = compared(recorded("2", "66.67%", "half"), P, U, F)
    assert rows == {
        historic.CASES: ("2", "2/3", False),
        "percentage": ("66.67%", "66.67", False),
        "alpha capability": ("half", "HALF", False),
    }


def test_different_figures_differ() -> None:
    rows = compared(recorded("3/3", "100%", "FULL"), P, U, F)
    assert all(differs for _, _, differs in rows.values())


def test_what_one_side_does_not_say_is_no_difference() -> None:
    assert compared(recorded(percentage="50.00"), U, U, U) == {"percentage": ("50.00", "", False)}
    assert not any(differs for _, _, differs in compared(recorded(), P, U, P).values())


def test_nothing_recorded_is_nothing_to_compare() -> None:
    assert compared(None, P, U, P) == {}
