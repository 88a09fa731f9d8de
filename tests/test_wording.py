"""What `wording` promises: one phrase for one thing, and nothing unsafe in it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from generator import conformance, terminal, urls, wording
from generator.records import Observation, Recorded
from generator.terms import Capability, Compliance, Outcome
from tests.support.strategies import EPOCH, SUITE, entry, record


def test_every_state_of_a_cell_has_a_meaning() -> None:
    assert {one.value for one in (*Capability, *Compliance)} == set(wording.MEANINGS)


def test_a_long_name_may_break_where_its_words_begin_and_stays_what_it_is() -> None:
    assert wording.breakable("MESH-HTTP.MeshHTTPRoute303Redirect") == "MESH-HTTP.<wbr>MeshHTTPRoute303Redirect"
    assert wording.breakable("GatewayPortRedirect") == "GatewayPort<wbr>Redirect"
    assert wording.breakable("TA-1.1.1") == "TA-1.1.1"
    assert wording.breakable("<b>long.Cd") == "&lt;b&gt;long.<wbr>Cd"


@pytest.mark.parametrize("url", ["javascript:alert(1)", "http://example.org", "//example.org", "data:x", 'x"><b>'])
def test_only_https_becomes_a_link(url: str) -> None:
    assert "<" not in wording.link(url)


def test_a_link_is_escaped_and_short() -> None:
    link = wording.link("https://example.org/" + "a" * 100 + "?q='x'&y=<z>")
    assert link.startswith('<a href="https://example.org/aaa')
    assert "<z>" not in link
    assert len(link.split(">")[1]) < 100


def test_paths_are_written_without_ambiguity() -> None:
    assert terminal.shown_path("results/a/b.yaml") == "results/a/b.yaml"
    assert terminal.shown_path("a\nb\\c") == "a\\x0ab\\x5cc"
    assert terminal.shown_path("k\u0435lp/\udcff") == "k\\xd0\\xb5lp/\\xff"


def test_a_page_is_known_by_its_folder() -> None:
    assert wording.canonical(urls.METHOD) == "method/"
    assert wording.canonical(urls.FRONT) == ""


def stated(date: str) -> Recorded:
    empty = dict.fromkeys(("id", "mesh_name", "mesh_version", "status", "cases", "percentage", "note"), "")
    return Recorded(date=date, specifications=(), **empty)


def test_a_date_is_no_more_exact_than_what_is_known() -> None:
    unknown: dict[str, Any] = {"started_at": None, "finished_at": None}
    near: dict[str, Any] = {"not_before": EPOCH, "not_after": EPOCH + timedelta(days=1)}
    wide: dict[str, Any] = {"not_before": EPOCH, "not_after": EPOCH + timedelta(days=90)}
    assert wording.run_date(record(SUITE, finished_at=EPOCH)) == "2026-01-01 00:00 UTC"
    assert wording.run_date(record(SUITE, **unknown, **near, recorded=stated("1 Jan"))) == "1 Jan, as recorded"
    assert wording.run_date(record(SUITE, **unknown, **near)) == "between 2026-01-01 and 2026-01-02"
    assert (
        wording.run_date(record(SUITE, **unknown, **wide, recorded=stated("x"))) == "between 2026-01-01 and 2026-04-01"
    )
    assert wording.run_date(record(SUITE, **unknown)) == "reported 2026-01-02"


def test_a_time_of_day_is_told_in_utc_or_not_at_all() -> None:
    local = datetime.fromisoformat("2023-07-24T14:26:14-07:00")
    told = stated(local.isoformat())
    assert wording.run_time(record(SUITE, finished_at=local, recorded=told)) == "2023-07-24 21:26 UTC"
    unknown: dict[str, Any] = {"started_at": None, "finished_at": None}
    near: dict[str, Any] = {"not_before": EPOCH, "not_after": EPOCH + timedelta(days=1)}
    assert wording.run_time(record(SUITE, **unknown, **near, recorded=stated("2026-01-01T14:26"))) == "2026-01-01"


def test_a_variant_says_what_is_unknown_and_leaves_out_the_default() -> None:
    assert wording.varied((("channel", "unknown"), ("mode", "default"))) == ("channel unknown",)
    assert wording.varied((("channel", "standard"), ("mode", "ambient"))) == ("standard", "ambient")


def test_a_title_that_the_id_ends_with_is_not_said_twice() -> None:
    assert wording.further("HTTPRouteCORS", "GATEWAY-HTTP.HTTPRouteCORS") == ""
    assert wording.further("Test A-2", "A-2") == "Test A-2"


def test_one_is_told_in_the_singular_and_none_is_not() -> None:
    assert [wording.counted(count, "test") for count in (0, 1, 2)] == ["0 tests", "1 test", "2 tests"]


def test_the_sentence_of_a_cell_has_its_denominator_and_its_remainder() -> None:
    def sentence(**outcomes: Outcome) -> str:
        seen = [Observation(test=name.replace("_", "-"), outcome=one) for name, one in outcomes.items()]
        return wording.sentence(conformance.assess(entry(SUITE, *seen)).cells[0])

    passed, failed = Outcome.PASSED, Outcome.FAILED
    every = {f"alpha_{number}": passed for number in range(1, 5)}
    assert sentence(**every) == "passed 4 of 4 tested"
    assert sentence(alpha_1=passed, alpha_2=failed) == "passed 1 of 2 tested, 2 not tested, capability of 3 unknown"
    assert sentence(alpha_1=failed) == "none of 4 tested, 4 not implemented"
    assert sentence() == "none of 4 tested, capability of 4 unknown"


def test_a_long_text_is_cut_and_a_short_one_is_not() -> None:
    assert wording.capped("x" * 600) == "x" * 600
    assert wording.capped("x" * 601) == "x" * 600 + "…"


def test_days_are_days_in_utc() -> None:
    assert wording.day(datetime.fromisoformat("2026-01-01T01:00:00+05:30")) == "2025-12-31"
    assert wording.moment(datetime(2026, 1, 1, 2, 3, tzinfo=UTC)) == "2026-01-01 02:03 UTC"
