"""What `provenance` and `slots` promise: the walk along the main line, from first to last commit."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator import ledger
from generator.terms import State
from tests.support import papers
from tests.support.papers import ARCHIVIST, ROBOT, STRANGER, SUITE_PATH, Paper, result
from tests.support.repository import Repository, basis, next_registry, pair, signed_registry, states, toy, verdicts

PATH = "results/kelp/v1.0.0/toy-run-0001.yaml"
SECOND = "results/kelp/v1.0.0/toy-run-0002.yaml"
FIRST = papers.registry()
CONTENT = papers.written(result())


def robot_keys(*keys: Paper) -> Paper:
    return {"publishers": {"kelp-robot": papers.publisher(*keys)}}


def test_the_first_commit_is_judged_by_its_own_registry(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "r").start()
    repository.commit({**basis(), **pair(result())})
    assert states(repository) == {PATH: "verified"}


def test_results_older_than_the_first_registry_are_judged_when_it_comes(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "r").start()
    files = basis()
    registry = {name: files.pop(name) for name in [*files] if name.startswith("registry/")}
    repository.commit({**files, **pair(result())})
    commit = repository.commit(registry)
    verdict = verdicts(repository)[PATH]
    assert (verdict.state, verdict.commit) == (State.VERIFIED, commit)


def test_a_merge_commit_brings_a_result(tmp_path: Path) -> None:
    repository = toy(tmp_path / "r")
    repository.git("switch", "--quiet", "--create", "robot")
    repository.commit(pair(result()))
    repository.git("switch", "--quiet", "main")
    repository.commit({"README": b"meanwhile"})
    merge = repository.merge("robot")
    assert verdicts(repository)[PATH].commit == merge


def test_a_squash_and_a_rebase_bring_a_result(tmp_path: Path) -> None:
    for how in (("merge", "--squash", "robot"), ("rebase", "--quiet", "main", "robot")):
        repository = toy(tmp_path / how[1])
        repository.git("switch", "--quiet", "--create", "robot")
        repository.commit(pair(result()))
        repository.git("switch", "--quiet", "main")
        repository.commit({"README": b"meanwhile"})
        repository.git(*how)
        repository.commit({})
        assert states(repository) == {PATH: "verified"}


def test_the_two_files_may_come_one_after_the_other(tmp_path: Path) -> None:
    files = pair(result())
    for order in (files, dict(reversed(files.items()))):
        repository = toy(tmp_path / next(iter(order)).replace("/", "-"))
        for name, content in order.items():
            repository.commit({name: content})
        assert states(repository) == {PATH: "verified"}


def test_junk_placed_first_does_not_block_the_robot(tmp_path: Path) -> None:
    repository = toy(tmp_path / "r")
    repository.commit({PATH: b"junk", f"{PATH}.sig": b"junk"})
    assert states(repository) == {PATH: "invalid-signature"}
    repository.commit(pair(result()))
    assert states(repository) == {PATH: "verified"}


@pytest.mark.parametrize("content", [b"a: b\n", b"[]\n", b"just a word\n", b"{run_id: [1]}\n"])
def test_what_a_robot_signed_but_is_no_result_at_all_costs_only_itself(tmp_path: Path, content: bytes) -> None:
    repository = toy(tmp_path / "r")
    repository.commit(pair(result()))
    repository.commit({SECOND: content, f"{SECOND}.sig": ROBOT.sign(content)})
    assert states(repository) == {PATH: "verified", SECOND: "malformed"}


def test_junk_that_was_removed_again_leaves_no_trace(tmp_path: Path) -> None:
    repository = toy(tmp_path / "r")
    repository.commit({PATH: b"junk"})
    repository.commit({PATH: None})
    assert states(repository) == {}


def test_a_signature_without_its_result_is_malformed(tmp_path: Path) -> None:
    repository = toy(tmp_path / "r")
    repository.commit({f"{PATH}.sig": ROBOT.sign(b"")})
    assert states(repository) == {f"{PATH}.sig": "malformed"}


def test_a_verified_result_with_other_bytes_is_tampered_even_if_signed_again(tmp_path: Path) -> None:
    repository = toy(tmp_path / "r")
    repository.commit(pair(result()))
    commit = repository.commit(pair(result(results=papers.outcomes(A_1="failed"))))
    verdict = verdicts(repository)[PATH]
    assert (verdict.state, verdict.commit) == (State.TAMPERED, commit)
    assert "the result was changed" in verdict.reason


def test_a_changed_and_a_removed_sidecar_are_tampering(tmp_path: Path) -> None:
    for name, sidecar, said in (("changed", STRANGER.sign(CONTENT), "changed"), ("removed", None, "removed")):
        repository = toy(tmp_path / name)
        repository.commit(pair(result()))
        repository.commit({f"{PATH}.sig": sidecar})
        verdict = verdicts(repository)[PATH]
        assert verdict.state is State.TAMPERED
        assert f"the signature was {said}" in verdict.reason


def test_a_removed_result_is_deleted_and_the_same_bytes_heal_it(tmp_path: Path) -> None:
    repository = toy(tmp_path / "r")
    arrival = repository.commit(pair(result()))
    repository.commit({PATH: None, f"{PATH}.sig": None})
    assert states(repository) == {PATH: "deleted"}
    repository.commit(pair(result()))
    verdict = verdicts(repository)[PATH]
    assert (verdict.state, verdict.commit) == (State.VERIFIED, arrival)


def test_the_commit_that_altered_first_is_named_not_the_last(tmp_path: Path) -> None:
    repository = toy(tmp_path / "r")
    repository.commit(pair(result()))
    culprit = repository.commit({PATH: b"other"})
    repository.commit({PATH: b"yet another"})
    assert verdicts(repository)[PATH].commit == culprit


def test_an_evil_merge_that_changes_a_result_is_seen(tmp_path: Path) -> None:
    repository = toy(tmp_path / "r")
    repository.commit(pair(result()))
    repository.git("switch", "--quiet", "--create", "side")
    repository.commit({"README": b"harmless"})
    repository.git("switch", "--quiet", "main")
    repository.commit({"NEWS": b"harmless"})
    repository.git("merge", "--quiet", "--no-commit", "--no-ff", "side")
    repository.commit({PATH: b"evil"})
    assert states(repository) == {PATH: "tampered"}


def test_a_merge_that_drops_a_result_is_seen(tmp_path: Path) -> None:
    repository = toy(tmp_path / "r")
    repository.git("switch", "--quiet", "--create", "other")
    repository.commit({"README": b"harmless"})
    repository.git("switch", "--quiet", "main")
    repository.commit(pair(result()))
    repository.git("switch", "--quiet", "other")
    repository.merge("main", "--strategy=ours")
    repository.git("switch", "--quiet", "main")
    repository.git("reset", "--quiet", "--hard", "main~0")
    repository.git("merge", "--quiet", "--no-commit", "--no-ff", "other~1")
    repository.commit({PATH: None, f"{PATH}.sig": None})
    assert states(repository) == {PATH: "deleted"}


def test_a_copy_to_another_place_is_misplaced(tmp_path: Path) -> None:
    repository = toy(tmp_path / "r")
    repository.commit(pair(result()))
    repository.commit(pair(result(), path=SECOND))
    assert states(repository) == {PATH: "verified", SECOND: "misplaced"}


def test_a_result_that_came_before_its_key_stays_unauthorised(tmp_path: Path) -> None:
    repository = toy(tmp_path / "r")
    repository.commit(pair(result(), STRANGER))
    second = next_registry(repository, FIRST, **robot_keys(papers.key(STRANGER)))
    repository.commit(signed_registry(second))
    assert states(repository) == {PATH: "unauthorised"}


def test_a_retired_key_does_no_harm_to_what_it_signed(tmp_path: Path) -> None:
    repository = toy(tmp_path / "r")
    repository.commit(pair(result()))
    second = next_registry(repository, FIRST, **robot_keys(papers.key(ROBOT, status="retired")))
    repository.commit(signed_registry(second))
    repository.commit(pair(result(run_id="toy-run-0002")))
    found = verdicts(repository)
    assert found[PATH].state is State.VERIFIED
    assert "retired" in next(step.detail for step in found[PATH].steps if step.number == "8")
    assert found[SECOND].state is State.UNAUTHORISED


def test_a_key_that_left_the_registry_counts_as_retired(tmp_path: Path) -> None:
    repository = toy(tmp_path / "r")
    repository.commit(pair(result()))
    repository.commit(signed_registry(next_registry(repository, FIRST, **robot_keys(papers.key(STRANGER)))))
    assert states(repository) == {PATH: "verified"}


def test_what_a_compromised_key_signed_after_its_last_good_commit_is_suspect(tmp_path: Path) -> None:
    repository = toy(tmp_path / "r")
    good = repository.commit(pair(result()))
    repository.commit(pair(result(run_id="toy-run-0002")))
    compromised = papers.key(ROBOT, status="compromised", last_good=good)
    repository.commit(signed_registry(next_registry(repository, FIRST, **robot_keys(compromised))))
    assert states(repository) == {PATH: "verified", SECOND: "suspect"}


def test_without_a_known_last_good_commit_all_that_a_compromised_key_signed_is_suspect(tmp_path: Path) -> None:
    for name, more in (("none", {}), ("unknown", {"last_good": "f" * 40})):
        repository = toy(tmp_path / name)
        repository.commit(pair(result()))
        compromised = papers.key(ROBOT, status="compromised", **more)
        repository.commit(signed_registry(next_registry(repository, FIRST, **robot_keys(compromised))))
        assert states(repository) == {PATH: "suspect"}


def test_maintainers_can_reattest_and_withdraw(tmp_path: Path) -> None:
    repository = toy(tmp_path / "r")
    repository.commit(pair(result()))
    repository.commit(pair(result(run_id="toy-run-0002")))
    second = next_registry(
        repository,
        FIRST,
        **robot_keys(papers.key(ROBOT, status="compromised")),
        reattested=[{"digest": papers.digest(CONTENT), "reason": "logs agree"}],
        withdrawn=[{"digest": papers.digest(papers.written(result(run_id="toy-run-0002"))), "reason": "wrong cluster"}],
    )
    repository.commit(signed_registry(second))
    audit = ledger.audit(repository.root)
    assert {v.path: (v.state.value, v.reason) for v in audit.judgement.verdicts} == {
        PATH: ("reattested", "logs agree"),
        SECOND: ("withdrawn", "wrong cluster"),
    }
    assert {finding.severity.value for finding in audit.judgement.findings} == {"notice"}


def test_a_withdrawn_result_whose_bytes_changed_is_still_an_alarm(tmp_path: Path) -> None:
    repository = toy(tmp_path / "r")
    repository.commit(pair(result()))
    second = next_registry(repository, FIRST, withdrawn=[{"digest": papers.digest(CONTENT), "reason": "wrong"}])
    repository.commit({**signed_registry(second), PATH: b"other"})
    assert states(repository) == {PATH: "tampered"}


def test_back_dated_commits_change_nothing(tmp_path: Path) -> None:
    repository = toy(tmp_path / "r")
    repository.commit(
        signed_registry(next_registry(repository, FIRST, **robot_keys(papers.key(ROBOT, status="retired"))))
    )
    repository.commit(pair(result()), when=200_000_000)
    assert states(repository) == {PATH: "unauthorised"}


def test_a_changed_suite_file_leaves_old_results_as_they_were(tmp_path: Path) -> None:
    repository = toy(tmp_path / "r")
    repository.commit(pair(result()))
    repository.commit({SUITE_PATH: papers.written(papers.suite(title="Other"))})
    judgement = ledger.audit(repository.root).judgement
    assert [verdict.state for verdict in judgement.verdicts] == [State.VERIFIED]
    assert len(judgement.suites) == 2
    assert judgement.current_suites == {papers.digest(papers.written(papers.suite(title="Other")))}


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        pytest.param(b"a: no", "yaml-ambiguous", id="not strict"),
        pytest.param(papers.written(papers.suite(id="other")), "schema-condition", id="at the wrong path"),
    ],
)
def test_a_broken_suite_is_reported_while_it_stands(tmp_path: Path, content: bytes, rule: str) -> None:
    repository = toy(tmp_path / "r")
    repository.commit({SUITE_PATH: content})
    assert rule in {finding.rule for finding in ledger.audit(repository.root).judgement.findings}
    repository.commit({SUITE_PATH: papers.SUITE})
    assert not ledger.audit(repository.root).judgement.findings


def test_a_removed_or_huge_suite_is_no_suite(tmp_path: Path) -> None:
    repository = toy(tmp_path / "r")
    repository.commit({SUITE_PATH: None, "schema/suites/toy/v2.yaml": b"#" * 300_000})
    assert not ledger.audit(repository.root).judgement.current_suites


def test_a_refused_result_is_reported_with_its_rule_and_its_fix(tmp_path: Path) -> None:
    repository = toy(tmp_path / "r")
    repository.commit({PATH: CONTENT})
    (finding,) = ledger.audit(repository.root).judgement.findings
    assert (finding.rule, finding.path) == ("unsigned", PATH)
    assert "ssh-keygen -Y sign" in finding.fix


def test_an_archivist_and_a_robot_live_side_by_side(tmp_path: Path) -> None:
    repository = toy(tmp_path / "r")
    repository.commit(pair(result()))
    repository.commit(pair(papers.transcription(run_id="toy-run-0002"), ARCHIVIST))
    assert {v.role.value for v in verdicts(repository).values() if v.role} == {"robot", "archivist"}
