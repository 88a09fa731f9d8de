"""What `formats` promises: a valid document becomes a record, with every fact in its place."""

from __future__ import annotations

from datetime import UTC, datetime

from generator import documents
from generator.formats import FORMATS, result
from generator.model import Document
from generator.records import Given, Record, Words
from generator.terms import Capability, Outcome
from tests.support import papers
from tests.support.papers import Paper


def document(paper: Paper) -> Document:
    found = documents.read("x.yaml", papers.written(paper)).document
    assert found is not None
    return found


def record(paper: Paper) -> Record:
    (found,) = FORMATS["meshmark"](document(paper))
    return found


def test_a_minimal_result_has_empty_facts_where_it_says_nothing() -> None:
    found = record(papers.result(run={"status": "completed"}, environment={"kubernetes": "v1.30.0"}))
    assert (found.started_at, found.url, found.platform, found.variant, found.recorded) == (None, "", "", (), None)
    assert found.taken_at == found.issued_at == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def test_a_full_result_keeps_every_fact() -> None:
    item = {
        "test": "A-1",
        "outcome": "failed",
        "capability": "partial",
        "conditions": {"passed": 3, "failed": 1, "skipped": 0},
        "duration": 1.25,
        "message": "one of four",
    }
    run = {"status": "aborted", "phase": "running", "url": "https://ci.example.org/1"}
    paper = papers.result(
        variant={"mode": "ambient", "channel": "standard"},
        evidence=[{"url": "https://example.org/log", "sha256": "0" * 64}],
        run=run,
        results=[item],
    )
    found = record(paper)
    (observation,) = found.observations
    assert (observation.outcome, observation.claim) == (Outcome.FAILED, Capability.PARTIAL)
    assert found.given == (Given("A-1", "failed", "partial", (3, 1, 0)),)
    assert result.words(document(paper)) == {"A-1": Words(1.25, "one of four")}
    assert observation.conditions is not None
    assert observation.conditions.passed == 3
    assert found.variant == (("channel", "standard"), ("mode", "ambient"))
    assert (found.status, found.phase, found.url) == ("aborted", "running", "https://ci.example.org/1")
    assert found.evidence == (("https://example.org/log", "0" * 64),)


def test_a_transcription_keeps_what_its_source_stated_word_for_word() -> None:
    stated = {"percentage": "49.6%", "specifications": [{"specification": "alpha", "capability": "HALF"}]}
    bounds = {"status": "completed", "not_before": "2020-01-01T00:00:00Z", "not_after": "2020-02-01T00:00:00Z"}
    found = record(papers.transcription(recorded=stated, run=bounds))
    assert found.recorded is not None
    assert (found.recorded.percentage, found.recorded.date) == ("49.6%", "")
    assert found.recorded.specifications[0].capability == "HALF"
    assert found.taken_at == datetime(2020, 1, 1, tzinfo=UTC)


def test_the_end_of_a_run_is_its_time_and_its_start_the_next_best() -> None:
    times = {"started_at": "2026-01-01T00:00:00Z", "finished_at": "2026-01-01T01:00:00Z"}
    assert record(papers.result(run={"status": "completed", **times})).taken_at.hour == 1
    del times["finished_at"]
    assert record(papers.result(run={"status": "completed", **times})).taken_at.hour == 0
