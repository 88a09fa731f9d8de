"""What `entries` promises: what stands as before is not judged again, and nobody can tell by what comes out."""

from __future__ import annotations

from pathlib import Path

from generator import entries, ledger
from generator.judgements import Assessment, Ledger
from generator.ledger import Reader
from tests.support import papers
from tests.support.papers import result
from tests.support.repository import Repository, pair, toy


def by_run(book: Ledger) -> dict[str, Assessment]:
    return {one.entry.record.run_id: one for one in book.assessments}


def programme(root: Path) -> Repository:
    repository = toy(root)
    for number in range(1, 4):
        repository.commit(pair(result(run_id=f"toy-run-000{number}")))
    return repository


def test_a_new_result_is_judged_and_those_before_it_stay_the_very_same(tmp_path: Path) -> None:
    repository = programme(tmp_path / "r")
    reader = Reader(repository.root)
    before = by_run(reader.read())
    repository.commit(pair(result(run_id="toy-run-0004", results=papers.outcomes(A_2="failed"))))
    book = reader.read()
    after = by_run(book)
    assert {run for run in after if after[run] is not before.get(run)} == {"toy-run-0004"}
    assert book == ledger.read(repository.root)
    assert book.entries == entries.entries_of(book.audit.judgement)


def test_runs_that_observed_the_same_share_what_it_amounts_to_whenever_they_came(tmp_path: Path) -> None:
    repository = programme(tmp_path / "r")
    reader = Reader(repository.root)
    reader.read()
    repository.commit(pair(result(run_id="toy-run-0004")))
    cells = {id(run.whole.assertions) for run in reader.read().assessments}
    assert len(cells) == 1


def test_a_result_that_counts_no_more_is_no_entry_and_neither_is_what_took_its_place(tmp_path: Path) -> None:
    repository = programme(tmp_path / "r")
    reader = Reader(repository.root)
    assert len(reader.read().entries) == 3
    path = "results/kelp/v1.0.0/toy-run-0002.yaml"
    repository.commit({path: b"tampered: 1\n"})
    assert path not in {entry.verdict.path for entry in ledger.read(repository.root).entries}
    assert reader.read() == ledger.read(repository.root)


def test_another_test_set_has_everything_judged_anew(tmp_path: Path) -> None:
    repository = programme(tmp_path / "r")
    reader = Reader(repository.root)
    before = by_run(reader.read())
    suite = repository.root / "schema" / "suites" / "toy" / "v1.yaml"
    other = suite.read_bytes().replace(b"id: toy", b"id: other", 1)
    repository.commit({"schema/suites/other/v1.yaml": other})
    after = by_run(reader.read())
    assert after == before
    assert not any(after[run] is before[run] for run in after)
