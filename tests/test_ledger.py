"""What `ledger` promises: the reading half as one story, for a commit and for the work tree."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator import ledger, originals
from generator.findings import Finding, Stop
from tests.support import papers
from tests.support.papers import ROBOT, SUITE_PATH, result
from tests.support.repository import REGISTRY_PATH, Link, Repository, next_registry, pair, signed_registry, toy

PATH = "results/kelp/v1.0.0/toy-run-0001.yaml"
OTHER = "results/kelp/v1.0.0/toy-run-0002.yaml"


def rules_of(findings: tuple[Finding, ...]) -> list[tuple[str, str]]:
    return [(finding.path, finding.rule) for finding in findings]


def with_result(root: Path) -> Repository:
    repository = toy(root)
    repository.commit(pair(result()))
    return repository


def test_a_whole_programme_is_read_from_its_commit(tmp_path: Path) -> None:
    repository = with_result(tmp_path / "r")
    repository.write({PATH: b"the work tree says something else"})
    book = ledger.read(repository.root)
    assert book.head == repository.head
    assert [entry.record.run_id for entry in book.entries] == ["toy-run-0001"]
    assert book.entries[0].suite.title == "Toy v1"
    assert book.programme.title == "Toy programme"
    assert book.findings == ()


def test_of_what_was_read_only_the_record_is_kept_and_what_is_equal_once(tmp_path: Path) -> None:
    repository = with_result(tmp_path / "r")
    repository.commit(pair(result(run_id="toy-run-0002")))
    one, other = ledger.read(repository.root).entries
    assert one.verdict.document is None
    assert one.verdict.records == (one.record,)
    assert one.record.observations[0] is other.record.observations[0]
    shared = {id(step) for step in one.verdict.steps} & {id(step) for step in other.verdict.steps}
    assert len(shared) >= len(one.verdict.steps) - 2


def test_an_older_commit_can_be_read(tmp_path: Path) -> None:
    repository = with_result(tmp_path / "r")
    assert ledger.read(repository.root, "HEAD~1").entries == ()


def test_a_quarantined_result_is_a_finding_and_no_entry(tmp_path: Path) -> None:
    repository = with_result(tmp_path / "r")
    repository.commit({PATH: b"changed"})
    book = ledger.read(repository.root)
    assert book.entries == ()
    assert rules_of(book.findings) == [(PATH, "tampered")]


def test_files_are_those_of_the_commit_below_the_folders(tmp_path: Path) -> None:
    repository = with_result(tmp_path / "r")
    repository.commit({"results/link.yaml": Link("../meshmark.yaml"), "other/file": b"x"})
    repository.write({PATH: b"the work tree says something else"})
    found = dict(originals.at(repository.root, "HEAD", ("results",)).contents())
    assert sorted(found) == [PATH, f"{PATH}.sig"]
    assert found[PATH] == papers.written(result())


def test_a_clean_work_tree_has_no_findings(tmp_path: Path) -> None:
    assert ledger.check(with_result(tmp_path / "r").root) == ()


def test_a_good_new_result_has_no_findings_before_it_is_committed(tmp_path: Path) -> None:
    repository = with_result(tmp_path / "r")
    repository.write(pair(result(run_id="toy-run-0002")))
    assert ledger.check(repository.root) == ()
    assert ledger.check(repository.root, [OTHER]) == ()
    assert ledger.check(repository.root, [f"{OTHER}.sig"]) == ()


@pytest.mark.parametrize("paths", [(), (PATH,), (f"{PATH}.sig",), ("results",), ("results/kelp",)])
def test_one_corrupted_byte_of_a_result_is_named(tmp_path: Path, paths: tuple[str, ...]) -> None:
    repository = with_result(tmp_path / "r")
    content = (repository.root / PATH).read_bytes()
    repository.write({PATH: content[:40] + bytes([content[40] ^ 1]) + content[41:]})
    assert rules_of(ledger.check(repository.root, paths)) == [(PATH, "tampered")]


def test_one_corrupted_byte_of_a_sidecar_is_named(tmp_path: Path) -> None:
    repository = with_result(tmp_path / "r")
    sidecar = (repository.root / f"{PATH}.sig").read_bytes()
    repository.write({f"{PATH}.sig": sidecar.replace(b"U1NI", b"U1NJ")})
    assert rules_of(ledger.check(repository.root)) == [(PATH, "tampered")]


def test_a_removed_result_is_named(tmp_path: Path) -> None:
    repository = with_result(tmp_path / "r")
    repository.write({PATH: None, f"{PATH}.sig": None})
    assert rules_of(ledger.check(repository.root, [PATH])) == [(PATH, "deleted")]


def test_only_chosen_files_are_judged(tmp_path: Path) -> None:
    repository = with_result(tmp_path / "r")
    repository.write({PATH: b"corrupted", OTHER: b"unsigned"})
    assert rules_of(ledger.check(repository.root, [OTHER])) == [(OTHER, "unsigned"), (OTHER, "schema-type")]


def test_an_unsigned_result_is_told_all_else_that_is_wrong_with_it(tmp_path: Path) -> None:
    repository = with_result(tmp_path / "r")
    repository.write({OTHER: papers.written(result(run_id="toy-run-0002", surprise=1))})
    assert rules_of(ledger.check(repository.root)) == [(OTHER, "unsigned"), (OTHER, "schema-unknown-field")]
    repository.write({OTHER: b"#" * 300_000})
    assert rules_of(ledger.check(repository.root)) == [(OTHER, "unsigned")]


def test_a_new_result_of_a_stranger_is_unauthorised(tmp_path: Path) -> None:
    repository = with_result(tmp_path / "r")
    repository.write(pair(result(run_id="toy-run-0002"), papers.STRANGER))
    assert rules_of(ledger.check(repository.root)) == [(OTHER, "unauthorised")]


def test_a_signed_next_registry_is_fine_and_its_new_key_has_to_wait(tmp_path: Path) -> None:
    repository = with_result(tmp_path / "r")
    second = next_registry(
        repository, papers.registry(), publishers={"kelp-robot": papers.publisher(papers.key(papers.STRANGER))}
    )
    repository.write({**signed_registry(second), **pair(result(run_id="toy-run-0002"), papers.STRANGER)})
    assert ledger.check(repository.root, ["registry"]) == ()
    assert rules_of(ledger.check(repository.root)) == [(OTHER, "unauthorised")]


def test_an_unsigned_registry_stops(tmp_path: Path) -> None:
    repository = with_result(tmp_path / "r")
    repository.write({REGISTRY_PATH: papers.written(papers.registry(threshold=1))})
    with pytest.raises(Stop, match="nothing can be published"):
        ledger.check(repository.root)


def test_a_new_suite_and_a_result_for_it_may_arrive_together(tmp_path: Path) -> None:
    repository = with_result(tmp_path / "r")
    suite = papers.written(papers.suite(version="v2"))
    named = {"id": "toy", "version": "v2", "digest": papers.digest(suite)}
    repository.write({"schema/suites/toy/v2.yaml": suite, **pair(result(run_id="toy-run-0002", suite=named))})
    assert ledger.check(repository.root) == ()


def test_a_broken_suite_in_the_work_tree_is_named_with_its_line(tmp_path: Path) -> None:
    repository = with_result(tmp_path / "r")
    repository.write({SUITE_PATH: papers.SUITE.replace(b'"title": "Toy v1"', b'"title": no')})
    findings = ledger.check(repository.root, ["schema"])
    assert ("yaml-ambiguous", SUITE_PATH) in [(finding.rule, finding.path) for finding in findings]
    assert all(finding.line for finding in findings if finding.rule == "yaml-ambiguous")


def test_a_broken_programme_file_stops_with_its_findings(tmp_path: Path) -> None:
    repository = with_result(tmp_path / "r")
    repository.write({"meshmark.yaml": papers.written(papers.programme(tilte="x"))})
    with pytest.raises(Stop) as stopped:
        ledger.check(repository.root)
    (finding,) = stopped.value.findings
    assert (finding.rule, "title" in finding.message) == ("schema-unknown-field", True)


def test_a_path_that_is_nowhere_stops(tmp_path: Path) -> None:
    repository = with_result(tmp_path / "r")
    with pytest.raises(Stop, match="neither the work tree nor HEAD"):
        ledger.check(repository.root, ["results/nowhere.yaml"])


def test_a_claim_that_contradicts_its_outcome_is_a_warning(tmp_path: Path) -> None:
    repository = with_result(tmp_path / "r")
    claims = [item | {"capability": "none"} for item in papers.outcomes()][:1] + papers.outcomes()[1:]
    repository.write(pair(result(run_id="toy-run-0002", results=claims)))
    (finding,) = ledger.check(repository.root)
    assert (finding.rule, finding.path, finding.severity.value) == ("claimed-none-passed", OTHER, "warning")


def test_findings_of_all_files_come_at_once_in_order(tmp_path: Path) -> None:
    repository = with_result(tmp_path / "r")
    bad = b"a: no\nb: 010\n"
    third = "results/kelp/v1.0.0/toy-run-0003.yaml"
    repository.write({OTHER: bad, f"{OTHER}.sig": ROBOT.sign(bad), third: b"x"})
    assert rules_of(ledger.check(repository.root)) == [
        (OTHER, "malformed"),
        (OTHER, "yaml-ambiguous"),
        (OTHER, "yaml-ambiguous"),
        (third, "unsigned"),
        (third, "schema-type"),
    ]


def test_a_missing_schema_stops(tmp_path: Path) -> None:
    repository = with_result(tmp_path / "r")
    repository.commit({"schema/result.schema.json": None})
    with pytest.raises(Stop, match=r"schema/result\.schema\.json is missing"):
        ledger.read(repository.root)
