"""The front matrix: one row a mesh, in the newest test set that says something about it."""

from __future__ import annotations

from typing import Any

from generator import chronicle, conformance
from generator.judgements import Assessment
from generator.overview import Overview, overviews
from generator.records import Observation
from generator.terms import Outcome
from tests.support.strategies import entry, suite

OLD = suite(("alpha", 0, 1), ("gone", 0, 1), version="v1.9")
NEW = suite(("alpha", 0, 1), ("beta", 0, 1), version="v1.10")


def _run(of: Any, outcome: Outcome, mesh: str, run: int, **changes: Any) -> Assessment:
    seen = [Observation(test=assertion.id, outcome=outcome) for assertion in of.assertions]
    facts = {"suite_version": of.version, **changes}
    return conformance.assess(entry(of, *seen, mesh=mesh, run=run, **facts))


def of(runs: list[Assessment], order: dict[str, int] | None = None) -> tuple[Overview, ...]:
    return overviews(chronicle.lines(runs), order or {})


def _rows(found: Overview) -> list[tuple[str, str]]:
    return [(row.assessment.entry.record.mesh, row.assessment.entry.suite.version) for row in found.rows]


def test_each_mesh_stands_in_its_newest_test_set_and_versions_are_ordered_by_number() -> None:
    runs = [
        _run(OLD, Outcome.PASSED, "kelp", 1),
        _run(NEW, Outcome.PASSED, "kelp", 2),
        _run(OLD, Outcome.PASSED, "moss", 3),
    ]
    (found,) = of(runs, {"moss": 0, "kelp": 1})
    assert _rows(found) == [("moss", "v1.9"), ("kelp", "v1.10")]
    assert [one.version for one in found.test_sets] == ["v1.10", "v1.9"]
    assert found.title == "Toy"


def test_a_column_that_the_test_set_of_a_row_lacks_is_empty_there_and_not_unknown() -> None:
    (found,) = of([_run(NEW, Outcome.PASSED, "kelp", 1), _run(OLD, Outcome.PASSED, "moss", 2)])
    assert [column.id for column in found.columns] == ["alpha", "beta", "gone"]
    kelp, moss = (row.cells for row in found.rows)
    assert [cell is None for cell in kelp] == [False, False, True]
    assert [cell is None for cell in moss] == [False, True, False]


def test_a_newer_test_set_of_which_nothing_is_known_does_not_hide_an_older_one() -> None:
    runs = [_run(OLD, Outcome.PASSED, "kelp", 1), _run(NEW, Outcome.UNKNOWN, "kelp", 2)]
    assert _rows(of(runs)[0]) == [("kelp", "v1.9")]
    (row,) = of(runs)[0].rows
    assert row.silent is not None
    assert row.silent.entry.suite == NEW
    assert of(runs[:1])[0].rows[0].silent is None
    assert _rows(of(runs[1:])[0]) == [("kelp", "v1.10")]


def test_a_newest_run_that_says_nothing_stands_where_an_earlier_one_of_its_test_set_said_something() -> None:
    runs = [
        _run(OLD, Outcome.PASSED, "kelp", 1),
        _run(NEW, Outcome.PASSED, "kelp", 2),
        _run(NEW, Outcome.UNKNOWN, "kelp", 3),
    ]
    (found,) = of(runs)
    assert _rows(found) == [("kelp", "v1.10")]
    assert found.rows[0].assessment.entry.record.run_id == "toy-run-0003"


def test_variants_of_the_chosen_test_set_each_have_their_row() -> None:
    runs = [
        _run(OLD, Outcome.PASSED, "kelp", 1, variant=(("channel", "old"),)),
        _run(NEW, Outcome.PASSED, "kelp", 2, variant=(("channel", "a"),)),
        _run(NEW, Outcome.FAILED, "kelp", 3, variant=(("channel", "b"),)),
    ]
    (found,) = of(runs)
    assert [row.assessment.entry.record.variant for row in found.rows] == [(("channel", "a"),), (("channel", "b"),)]


def test_without_results_there_is_no_table() -> None:
    assert of([]) == ()
