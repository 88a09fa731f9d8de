"""What `arrival` promises: step 7, each check on its own, in its order, with its state."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from generator import arrival, settings
from generator.arrival import CHECKS, Against, Pair
from generator.model import Blob
from tests.support import papers
from tests.support.keys import REGISTRY
from tests.support.papers import ARCHIVIST, OTHER_ROBOT, PROJECT, ROBOT, STRANGER, Paper, result
from tests.support.repository import File, Link, basis, pair, states, toy, verdicts

PATH = "results/kelp/v1.0.0/toy-run-0001.yaml"
SIGNED = pair(result())
BYTES = papers.written(result())


def signed(content: bytes, path: str = PATH) -> dict[str, File]:
    return {path: content, f"{path}.sig": ROBOT.sign(content)}


def other(**changes: Any) -> dict[str, File]:
    """A validly signed file at the usual path whose fields differ from what the case wants."""
    return signed(papers.written(result(**changes)))


def test_an_honest_result_is_verified_and_every_step_holds(tmp_path: Path) -> None:
    repository = toy(tmp_path / "r")
    commit = repository.commit(SIGNED)
    verdict = verdicts(repository)[PATH]
    assert (verdict.state.value, verdict.reason, verdict.commit) == ("verified", "", commit)
    assert (verdict.publisher, verdict.key, verdict.registry_version) == ("kelp-robot", "2026a", 1)
    assert [step.number for step in verdict.steps] == ["4", "6", *(f"7.{n}" for n in range(1, 10)), "8", "9"]
    assert all(step.passed for step in verdict.steps if step.decides)


def test_an_honest_transcription_is_verified(tmp_path: Path) -> None:
    repository = toy(tmp_path / "r")
    repository.commit(pair(papers.transcription(), ARCHIVIST))
    assert states(repository) == {PATH: "verified"}


def large(content: bytes) -> bytes:
    return content + b"#" * (256 * 1024)


CASES: dict[str, tuple[dict[str, File], str, str]] = {
    "no sidecar": ({PATH: BYTES}, "unsigned", "7.1"),
    "a result that is a link": ({PATH: Link("/etc/passwd"), f"{PATH}.sig": ROBOT.sign(BYTES)}, "malformed", "7.1"),
    "a sidecar that is a link": ({PATH: BYTES, f"{PATH}.sig": Link("elsewhere")}, "malformed", "7.1"),
    "upper case in the path": (signed(BYTES, "results/Kelp/v1.0.0/toy-run-0001.yaml"), "malformed", "7.1"),
    "a file of another kind": (signed(BYTES, "results/kelp/README.md"), "malformed", "7.1"),
    "too deep": (signed(BYTES, "results/kelp/v1.0.0/x/toy-run-0001.yaml"), "malformed", "7.1"),
    "a newline in the name": (signed(BYTES, "results/kelp/v1.0.0/toy-run-0001\n.yaml"), "malformed", "7.1"),
    "a look-alike letter": (signed(BYTES, "results/k\u0435lp/v1.0.0/toy-run-0001.yaml"), "malformed", "7.1"),
    "a name that is not UTF-8": (signed(BYTES, "results/kelp/v1.0.0/toy-run-\udcff.yaml"), "malformed", "7.1"),
    "larger than 256 KiB": (signed(large(BYTES)), "malformed", "7.2"),
    "a sidecar larger than 2 KiB": ({PATH: BYTES, f"{PATH}.sig": b"x" * 3000}, "invalid-signature", "7.3"),
    "an empty sidecar": ({PATH: BYTES, f"{PATH}.sig": b""}, "invalid-signature", "7.3"),
    "a signature over other bytes": (
        {PATH: BYTES + b"\n", f"{PATH}.sig": ROBOT.sign(BYTES)},
        "invalid-signature",
        "7.3",
    ),
    "another namespace": ({PATH: BYTES, f"{PATH}.sig": ROBOT.sign(BYTES, REGISTRY)}, "invalid-signature", "7.3"),
    "an unknown key": (pair(result(), STRANGER), "unauthorised", "7.4"),
    "a robot of another mesh": (pair(result(), OTHER_ROBOT), "unauthorised", "7.4"),
    "a maintainer's key": (pair(result(), papers.ALICE), "unauthorised", "7.4"),
    "not YAML at all": (signed(b"[" * 1000), "malformed", "7.5"),
    "an empty file": (signed(b""), "malformed", "7.5"),
    "a key twice": (signed(b"a: b\na: c\n"), "malformed", "7.5"),
    "an unknown field": (other(surprise="x"), "malformed", "7.6"),
    "an unknown outcome of a robot": (other(results=papers.outcomes(A_1="unknown")), "malformed", "7.6"),
    "an unknown suite": (
        other(suite={"id": "toy", "version": "v1", "digest": "sha256:" + "0" * 64}),
        "malformed",
        "7.7",
    ),
    "the digest of another suite version": (
        other(suite={"id": "toy", "version": "v2", "digest": papers.digest(papers.SUITE)}),
        "malformed",
        "7.7",
    ),
    "a missing test": (other(results=papers.outcomes()[1:]), "malformed", "7.7"),
    "a foreign test": (other(results=[*papers.outcomes(), {"test": "C-1", "outcome": "passed"}]), "malformed", "7.7"),
    "a foreign test in place of another": (
        other(results=[*papers.outcomes()[1:], {"test": "C-1", "outcome": "passed"}]),
        "malformed",
        "7.7",
    ),
    "a test twice": (other(results=[*papers.outcomes(), papers.outcomes()[0]]), "malformed", "7.7"),
    "fields of another run": (other(run_id="toy-run-0002"), "misplaced", "7.8"),
    "fields of another version": (other(version="v1.0.1"), "misplaced", "7.8"),
    "fields of another mesh": (other(mesh="moss"), "misplaced", "7.8"),
    "another publisher's name": (other(publisher="moss-robot"), "misplaced", "7.8"),
    "another audience": (other(audience="https://example.net/other"), "misplaced", "7.8"),
    "a robot that transcribes": (
        signed(papers.written(papers.transcription(publisher="kelp-robot"))),
        "unauthorised",
        "7.8",
    ),
    "an archivist's own run": (pair(result(publisher="archive"), ARCHIVIST), "unauthorised", "7.8"),
}


@pytest.mark.parametrize("case", CASES)
def test_a_refused_arrival_names_its_state_and_its_step(tmp_path: Path, case: str) -> None:
    files, state, step = CASES[case]
    repository = toy(tmp_path / "r")
    repository.commit(files)
    (verdict,) = verdicts(repository).values()
    refused = [one.number for one in verdict.steps if one.passed is False]
    assert (verdict.state.value, refused) == (state, [step])
    assert verdict.reason
    later = [one for one in verdict.steps if one.number.startswith("7.") and one.number > step]
    assert all(one.passed is None for one in later)


def test_every_check_refuses_in_some_case() -> None:
    covered = {step for _, _, step in CASES.values()} | {"7.9"}
    assert covered == {number for number, _, _ in CHECKS} == {f"7.{number}" for number in range(1, len(CHECKS) + 1)}


def test_tests_may_stand_in_any_order(tmp_path: Path) -> None:
    repository, document = toy(tmp_path / "r"), result()
    document["results"].reverse()
    repository.commit(pair(document))
    assert states(repository) == {PATH: "verified"}
    assert "exactly the" in next(step.detail for step in verdicts(repository)[PATH].steps if step.number == "7.7")


def test_an_executable_result_is_malformed(tmp_path: Path) -> None:
    repository = toy(tmp_path / "r")
    repository.commit(SIGNED, executable=(PATH,))
    assert states(repository) == {PATH: "malformed"}


def test_an_executable_sidecar_is_malformed(tmp_path: Path) -> None:
    repository = toy(tmp_path / "r")
    repository.commit(SIGNED, executable=(f"{PATH}.sig",))
    assert states(repository) == {PATH: "malformed"}


def test_a_run_id_is_used_once_whatever_the_version(tmp_path: Path) -> None:
    repository = toy(tmp_path / "r")
    repository.commit(SIGNED)
    repository.commit(pair(result(version="v1.1.0")))
    assert states(repository) == {PATH: "verified", "results/kelp/v1.1.0/toy-run-0001.yaml": "replayed"}


def test_yaml_trouble_comes_with_line_and_rule(tmp_path: Path) -> None:
    repository = toy(tmp_path / "r")
    repository.commit(signed(b"apiVersion: meshmark/v1\nmesh: {id: kelp, version: 1.20}\nissued_at: 2026-01-02\n"))
    verdict = verdicts(repository)[PATH]
    assert [(finding.line, finding.rule) for finding in verdict.findings] == [(3, "yaml-ambiguous")]
    assert "line 3" in verdict.reason


@pytest.mark.parametrize("status", ["retired", "compromised"])
def test_a_key_that_is_not_active_cannot_publish(tmp_path: Path, status: str) -> None:
    publishers: Paper = {"kelp-robot": papers.publisher(papers.key(ROBOT, status=status))}
    repository = toy(tmp_path / "r")
    other_repository = type(repository)(tmp_path / "s").start()
    other_repository.commit(basis(papers.registry(publishers=publishers)))
    other_repository.commit(SIGNED)
    assert states(other_repository) == {PATH: "unauthorised"}


def test_the_same_bytes_are_replayed_even_if_nobody_remembers_their_run_id() -> None:
    # Double cover: bytes bind their path, so in a walk the run id speaks first.
    files = {"1": BYTES, "2": ROBOT.sign(BYTES)}
    schemas = settings.schemas(lambda path: (PROJECT / path).read_bytes())
    accounts = settings.document("x", papers.written(papers.registry()), schemas["ServiceAccounts"]).document
    tests = settings.document("x", papers.SUITE, schemas["Suite"]).document
    assert accounts
    assert tests
    registry, (suite, _) = settings.registry(accounts)[0], settings.suite(tests)
    assert registry
    found = arrival.judge(
        Pair(path=PATH, result=Blob(mode="100644", id="1"), sidecar=Blob(mode="100644", id="2")),
        Against(
            registry=registry,
            suites={suite.digest: suite},
            schema=schemas["Result"],
            contents=lambda blob_id, _: files[blob_id],
            run_ids=set(),
            digests={papers.digest(BYTES)},
        ),
    )
    assert (found.state.value, found.reason) == ("replayed", "the same bytes were published before")
