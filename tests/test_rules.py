"""What `rules` promises: each rule speaks when it should and is silent when it should."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from typing import Any

from generator import rules
from generator.findings import RULES, Finding
from generator.judgements import Entry
from generator.model import FreshnessPolicy, Mesh, Programme
from generator.records import Observation, Recorded
from generator.terms import Outcome
from tests.support.strategies import EPOCH, SUITE, entry

PROGRAMME = Programme(
    title="Toy",
    summary="Toy.",
    base_url="https://example.org/",
    repository="",
    meshes=(Mesh(id="kelp", title="Kelp", url="", names=()),),
    bundles=(),
    aliases=(),
    freshness=FreshnessPolicy(fresh=1, ageing=2, stale=3),
)


def found(*entries: Entry, current: frozenset[str] = frozenset({SUITE.digest})) -> list[Finding]:
    return list(rules.apply(rules.Scene(entries=entries, programme=PROGRAMME, current_suites=current)))


def test_an_ordinary_entry_breaks_no_rule() -> None:
    assert found(entry(SUITE)) == []


def test_a_mesh_that_the_programme_does_not_list_is_named_once() -> None:
    first = entry(SUITE, mesh="moss")
    (finding,) = found(first, entry(SUITE, mesh="moss", run=2))
    assert (finding.rule, finding.path) == ("mesh-unlisted", first.verdict.path)
    assert "moss" in finding.message


def test_a_suite_that_is_gone_is_named_once() -> None:
    (finding,) = found(entry(SUITE), entry(SUITE, run=2), current=frozenset())
    assert (finding.rule, finding.path) == ("suite-changed", SUITE.path)


def test_times_in_the_wrong_order_are_found() -> None:
    late = entry(SUITE, started_at=EPOCH + timedelta(days=9))
    early = entry(SUITE, issued_at=EPOCH)
    assert [finding.rule for finding in found(late, early)] == ["run-order", "run-order"]


def test_a_run_that_is_dated_after_its_arrival_is_found_but_for_two_days_of_leeway() -> None:
    def arrived(delay: timedelta, commit: str = "c" * 40) -> Entry:
        one = entry(SUITE)
        when = one.record.taken_at - delay
        return one._replace(verdict=one.verdict._replace(committed_at=when, commit=commit))

    assert found(arrived(timedelta(hours=47))) == []
    (finding,) = found(arrived(timedelta(hours=49)))
    assert (finding.rule, finding.severity.value) == ("run-order", "warning")
    assert "counts as taken when it arrived" in finding.message
    assert found(arrived(timedelta(days=9), "the work tree")) == []


def test_bounds_and_missing_times_are_in_order() -> None:
    day = timedelta(days=1)
    bounds: dict[str, Any] = {"started_at": None, "finished_at": None, "not_before": EPOCH - day, "not_after": EPOCH}
    assert found(entry(SUITE, **bounds)) == []


def test_a_recorded_total_that_its_own_formula_does_not_give_is_a_notice() -> None:
    scored = dataclasses.replace(SUITE, scoring="meshery-2021")
    passed = [Observation(test=one.id, outcome=Outcome.PASSED) for one in SUITE.assertions]
    empty = dict.fromkeys(("id", "date", "mesh_name", "mesh_version", "status", "note"), "")
    recorded = Recorded(cases="1", percentage="100.00", specifications=(), **empty)
    (finding,) = found(entry(scored, *passed, recorded=recorded))
    assert (finding.rule, finding.severity.value) == ("recorded-differs", "notice")
    assert finding.message == "cases passed: recorded 1, recomputed 8/8"


def test_every_rule_function_is_named_after_its_rule_id() -> None:
    assert {rule.__name__.replace("_", "-") for rule in rules.RULES} <= RULES.keys()
