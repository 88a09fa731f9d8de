"""What `succession` promises: a registry takes over only with its maintainers and its past."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator import ledger
from tests.support import papers
from tests.support.keys import Key
from tests.support.papers import ALICE, BOB, CAROL, ROBOT, STRANGER, Paper, result
from tests.support.repository import (
    REGISTRY_PATH,
    File,
    Link,
    Repository,
    basis,
    next_registry,
    pair,
    signed_registry,
    states,
    toy,
)

PATH = "results/kelp/v1.0.0/toy-run-0001.yaml"
FIRST = papers.registry()


def with_robot_key(*keys: Paper) -> Paper:
    return {"publishers": {"kelp-robot": papers.publisher(*keys)}}


def refusals(repository: Repository) -> list[str]:
    fatal = ledger.audit(repository.root).judgement.fatal
    assert {finding.rule for finding in fatal} & {"registry-invalid", "unverifiable"}
    return [finding.message for finding in fatal]


def test_a_proper_next_version_takes_over_and_its_new_key_publishes(tmp_path: Path) -> None:
    repository = toy(tmp_path / "r")
    second = next_registry(repository, FIRST, **with_robot_key(papers.key(ROBOT), papers.key(STRANGER, "2026b")))
    repository.commit(signed_registry(second))
    repository.commit(pair(result(), STRANGER))
    audit = ledger.audit(repository.root)
    assert audit.judgement.registry is not None
    assert audit.judgement.registry.version == 2
    assert [verdict.state.value for verdict in audit.judgement.verdicts] == ["verified"]


def test_a_change_never_brings_its_own_authority(tmp_path: Path) -> None:
    repository = toy(tmp_path / "r")
    second = next_registry(repository, FIRST, **with_robot_key(papers.key(STRANGER)))
    repository.commit({**signed_registry(second), **pair(result(), STRANGER)})
    assert states(repository) == {PATH: "unauthorised"}


def test_new_maintainers_and_old_ones_sign_a_change_of_maintainers(tmp_path: Path) -> None:
    repository = toy(tmp_path / "r")
    people = [{"id": "alice", "key": ALICE.line}, {"id": "carol", "key": CAROL.line}]
    second = next_registry(repository, FIRST, maintainers=people)
    repository.commit(signed_registry(second, ("alice", ALICE), ("bob", BOB), ("carol", CAROL)))
    registry = ledger.audit(repository.root).judgement.registry
    assert registry is not None
    assert registry.version == 2


def changed(repository: Repository, **changes: object) -> dict[str, File]:
    return signed_registry(next_registry(repository, FIRST, **changes))


def test_a_skipped_version_is_refused(tmp_path: Path) -> None:
    repository = toy(tmp_path / "r")
    repository.commit(changed(repository, version=3))
    assert refusals(repository) == ["version is 3, not 2"]


def test_a_wrong_previous_is_refused(tmp_path: Path) -> None:
    repository = toy(tmp_path / "r")
    repository.commit(changed(repository, previous="sha256:" + "0" * 64))
    (reason,) = refusals(repository)
    assert reason.startswith("previous is not sha256:")


def test_another_audience_is_refused(tmp_path: Path) -> None:
    repository = toy(tmp_path / "r")
    repository.commit(changed(repository, audience="https://example.net/mine"))
    (reason,) = refusals(repository)
    assert reason.startswith("the audience changed")


def test_an_anchor_that_the_main_line_does_not_have_is_refused(tmp_path: Path) -> None:
    repository = toy(tmp_path / "r")
    repository.commit(changed(repository, anchor="f" * 40))
    (reason,) = refusals(repository)
    assert reason.startswith("anchor ffff")


def test_all_that_is_wrong_with_a_succession_is_said_at_once(tmp_path: Path) -> None:
    repository = toy(tmp_path / "r")
    second = next_registry(repository, FIRST, version=9, anchor="f" * 40)
    repository.commit({**signed_registry(second, ("alice", ALICE)), "registry/sigs/bob.sig": None})
    assert len(refusals(repository)) == 4


@pytest.mark.parametrize(
    "signers",
    [
        pytest.param([("alice", ALICE)], id="one of two"),
        pytest.param([("alice", ALICE), ("bob", ALICE)], id="the same maintainer twice"),
        pytest.param([("alice", ALICE), ("bob", STRANGER)], id="a stranger's key under a maintainer's name"),
        pytest.param([("alice", ALICE), ("carol", CAROL)], id="somebody who is no maintainer"),
    ],
)
def test_too_few_distinct_maintainers_are_refused(tmp_path: Path, signers: list[tuple[str, Key]]) -> None:
    repository = toy(tmp_path / "r")
    files = signed_registry(next_registry(repository, FIRST), *signers)
    repository.commit({"registry/sigs/bob.sig": None, **files})
    assert any(message.startswith("1 of 2 maintainers of version 1") for message in refusals(repository))


def test_new_maintainers_who_never_signed_are_refused(tmp_path: Path) -> None:
    repository = toy(tmp_path / "r")
    people = [{"id": "carol", "key": CAROL.line}, {"id": "dave", "key": STRANGER.line}]
    repository.commit(signed_registry(next_registry(repository, FIRST, maintainers=people)))
    assert refusals(repository) == ["0 of 2 maintainers of version 2 have signed it"]


@pytest.mark.parametrize(
    "sidecar",
    [
        pytest.param(b"x" * 5000, id="too large"),
        pytest.param(b"not a signature", id="not a signature"),
        pytest.param(Link("alice.sig"), id="a link"),
    ],
)
def test_a_broken_signature_counts_for_nothing(tmp_path: Path, sidecar: File) -> None:
    repository = toy(tmp_path / "r")
    repository.commit({**changed(repository), "registry/sigs/bob.sig": sidecar})
    assert any("1 of 2 maintainers" in message for message in refusals(repository))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        pytest.param(None, "the registry is gone", id="removed"),
        pytest.param(Link("elsewhere.yaml"), "the registry has mode 120000, not 100644", id="a link"),
        pytest.param(b"#" * 300_000, "the registry has 300000 bytes, more than 262144", id="too large"),
        pytest.param(b"a: b", "it is not a valid document", id="not valid"),
        pytest.param(
            papers.written(papers.registry(threshold=3)), "it contradicts itself", id="a threshold nobody can meet"
        ),
    ],
)
def test_a_registry_that_cannot_be_read_is_refused_and_the_old_one_stays(
    tmp_path: Path, content: File, reason: str
) -> None:
    repository = toy(tmp_path / "r")
    repository.commit({REGISTRY_PATH: content})
    assert refusals(repository)[0] == reason


def test_restoring_the_old_registry_mends_a_refused_one(tmp_path: Path) -> None:
    repository = toy(tmp_path / "r")
    repository.commit({REGISTRY_PATH: b"a: b"})
    repository.commit(pair(result()))
    repository.commit({REGISTRY_PATH: papers.written(FIRST)})
    audit = ledger.audit(repository.root)
    assert [verdict.state.value for verdict in audit.judgement.verdicts] == ["verified"]
    notices = [finding for finding in audit.judgement.findings if finding.rule == "registry-invalid"]
    assert notices
    assert all(finding.severity.value == "notice" for finding in notices)


def test_a_first_registry_below_its_own_threshold_is_no_registry(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "r").start()
    repository.commit({**basis(), "registry/sigs/bob.sig": None})
    assert refusals(repository) == ["1 of 2 maintainers of version 1 have signed it"]


def test_without_a_registry_nothing_can_be_verified(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "r").start()
    repository.commit({**basis(), REGISTRY_PATH: None, "registry/notes.txt": b"soon"})
    assert refusals(repository) == [f"no {REGISTRY_PATH} on the main line: nobody may publish yet"]
