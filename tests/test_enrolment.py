"""What the registry verbs promise: each writes the next version, and says who still has to sign."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from generator import cli, console, ledger
from tests.support import papers
from tests.support.keys import Key
from tests.support.papers import ALICE, BOB, ROBOT, STRANGER, result
from tests.support.repository import REGISTRY_PATH, Repository, basis, next_registry, pair, signed_registry, toy

Captured = pytest.CaptureFixture[str]
Case = tuple[tuple[str, ...], str]
PATH = "results/kelp/v1.0.0/toy-run-0001.yaml"

pytestmark = pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="ssh-keygen is not on PATH")


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    started = toy(tmp_path / "r")
    started.commit(pair(result()))
    return started


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    folder = tmp_path / "keys"
    folder.mkdir()
    for key in (ALICE, BOB, ROBOT, STRANGER, Key("carol")):
        key.write(folder)
    return folder


def registry(repository: Repository, verb: str, *argv: str | Path) -> int:
    return cli.main(["registry", verb, "--root", str(repository.root), *map(str, argv)])


def sign_by(repository: Repository, keys: Path, *names: str) -> None:
    for name in names:
        assert registry(repository, "sign", "--key", keys / name) == console.CLEAN


def accepted_version(repository: Repository) -> int:
    repository.commit({})
    return ledger.read(repository.root).registry.version


def test_a_new_publisher_is_enrolled_in_three_commands_and_then_publishes(
    repository: Repository, keys: Path, capsys: Captured
) -> None:
    options = ["--mesh", "reed", "--login", "reed-bot", "--account-id", "9", "--key-id", "2026a"]
    code = registry(repository, "add-publisher", "reed-robot", *options, "--public-key", keys / "stranger.pub")
    printed = capsys.readouterr().out
    assert code == console.CLEAN
    assert "wrote version 2" in printed
    assert "still to sign, 2 are needed: alice, bob" in printed
    sign_by(repository, keys, "alice")
    assert "still to sign, 2 are needed: bob" in capsys.readouterr().out
    sign_by(repository, keys, "bob")
    assert "enough maintainers have signed" in capsys.readouterr().out
    assert registry(repository, "check") == console.CLEAN
    assert accepted_version(repository) == 2
    repository.commit(pair(result(mesh="reed", run_id="toy-run-0002", publisher="reed-robot"), STRANGER))
    assert [one.state.value for one in ledger.read(repository.root).verdicts] == ["verified", "verified"]


def test_several_changes_make_one_next_version_and_undo_earlier_signatures(
    repository: Repository, keys: Path, capsys: Captured
) -> None:
    registry(repository, "add-key", "kelp-robot", "--key-id", "2026b", "--public-key", keys / "stranger.pub")
    sign_by(repository, keys, "alice", "bob")
    registry(repository, "retire-key", "kelp-robot", "--key-id", "2026a")
    assert "wrote version 2" in capsys.readouterr().out
    assert registry(repository, "check") == console.STOPPED
    sign_by(repository, keys, "alice", "bob")
    assert accepted_version(repository) == 2
    book = ledger.read(repository.root)
    robot = next(one for one in book.registry.publishers if one.id == "kelp-robot")
    assert [(key.id, key.status.value) for key in robot.keys] == [("2026a", "retired"), ("2026b", "active")]


def test_a_revoked_key_makes_what_came_after_its_last_good_commit_suspect(repository: Repository, keys: Path) -> None:
    good = repository.head
    repository.commit(pair(result(run_id="toy-run-0002")))
    registry(repository, "revoke-key", "kelp-robot", "--key-id", "2026a", "--last-good", good)
    sign_by(repository, keys, "alice", "bob")
    assert accepted_version(repository) == 2
    assert [one.state.value for one in ledger.read(repository.root).verdicts] == ["verified", "suspect"]


def test_a_result_is_withdrawn_by_its_path_and_reattested_by_its_digest(repository: Repository, keys: Path) -> None:
    repository.commit(pair(result(run_id="toy-run-0002")))
    digest = papers.digest(papers.written(result(run_id="toy-run-0002")))
    assert registry(repository, "withdraw", repository.root / PATH, "--reason", "wrong cluster") == console.CLEAN
    assert registry(repository, "reattest", digest, "--reason", "logs agree") == console.CLEAN
    assert registry(repository, "revoke-key", "kelp-robot", "--key-id", "2026a") == console.CLEAN
    sign_by(repository, keys, "alice", "bob")
    assert accepted_version(repository) == 2
    assert [one.state.value for one in ledger.read(repository.root).verdicts] == ["withdrawn", "reattested"]


def test_the_list_in_force_is_shown(repository: Repository, keys: Path, capsys: Captured) -> None:
    registry(repository, "withdraw", repository.root / PATH, "--reason", "wrong\ncluster")
    sign_by(repository, keys, "alice", "bob")
    accepted_version(repository)
    capsys.readouterr()
    assert registry(repository, "show") == console.CLEAN
    printed = capsys.readouterr().out
    for part in ("version 2", "2 must sign", "alice", "kelp-robot (robot), bot on example: kelp", "wrong\\ncluster"):
        assert part in printed


@pytest.mark.parametrize(
    "case",
    [
        (("add-key", "nobody", "--key-id", "a", "--public-key", "stranger.pub"), "no publisher nobody; known: archive"),
        (("add-key", "kelp-robot", "--key-id", "2026a", "--public-key", "stranger.pub"), "has a key 2026a already"),
        (("add-key", "kelp-robot", "--key-id", "b", "--public-key", "alice.pub"), "would not be valid"),
        (("add-key", "kelp-robot", "--key-id", "b", "--public-key", "missing.pub"), "cannot be read"),
        (("add-key", "kelp-robot", "--key-id", "b", "--public-key", "alice"), "would not be valid"),
        (("retire-key", "kelp-robot", "--key-id", "zzz"), "has no key zzz; known: 2026a"),
        (("revoke-key", "kelp-robot", "--key-id", "2026a", "--last-good", "HEAD"), "would not be valid"),
        (("withdraw", "results/nothing.yaml", "--reason", "x"), "is no result of the last commit"),
    ],
)
def test_a_change_that_makes_no_sense_stops_and_writes_nothing(
    repository: Repository, keys: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch, case: Case
) -> None:
    argv, said = case
    monkeypatch.chdir(repository.root)
    places = [str(keys / word) if word.endswith(".pub") or word == "alice" else word for word in argv]
    assert registry(repository, *places) == console.STOPPED
    assert said in capsys.readouterr().err
    assert (repository.root / REGISTRY_PATH).read_bytes() == papers.written(papers.registry())
    assert (repository.root / "registry/sigs/alice.sig").exists()


def test_a_publisher_or_a_digest_is_listed_once(repository: Repository, keys: Path, capsys: Captured) -> None:
    options = ["--mesh", "kelp", "--login", "x", "--key-id", "a", "--public-key", str(keys / "stranger.pub")]
    assert registry(repository, "add-publisher", "kelp-robot", *options) == console.STOPPED
    assert "use add-key for another key" in capsys.readouterr().err
    registry(repository, "withdraw", repository.root / PATH, "--reason", "x")
    assert registry(repository, "withdraw", repository.root / PATH, "--reason", "x") == console.STOPPED
    assert "is withdrawn already" in capsys.readouterr().err


def test_a_work_tree_registry_that_does_not_follow_stops(repository: Repository, keys: Path, capsys: Captured) -> None:
    repository.write({REGISTRY_PATH: papers.written(papers.registry(threshold=1))})
    assert registry(repository, "retire-key", "kelp-robot", "--key-id", "2026a") == console.STOPPED
    assert "does not follow the accepted version 1" in capsys.readouterr().err
    repository.write({REGISTRY_PATH: b"a: no"})
    for verb in (("retire-key", "kelp-robot", "--key-id", "2026a"), ("check",), ("sign", "--key", str(keys / "alice"))):
        assert registry(repository, *verb) == console.STOPPED
        assert "in the work tree cannot be read" in capsys.readouterr().err


def test_the_second_maintainer_adds_a_signature_on_the_branch_of_the_first(
    repository: Repository, keys: Path, capsys: Captured
) -> None:
    repository.git("switch", "--quiet", "--create", "enrol")
    registry(repository, "add-key", "kelp-robot", "--key-id", "2026b", "--public-key", keys / "stranger.pub")
    sign_by(repository, keys, "alice")
    repository.commit({})
    sign_by(repository, keys, "bob")
    assert "enough maintainers have signed" in capsys.readouterr().out
    repository.commit({})
    assert ledger.read(repository.root).registry.version == 2


def test_a_key_that_changes_under_one_id_is_not_counted_for_both_versions(
    repository: Repository, capsys: Captured
) -> None:
    people = [{"id": "alice", "key": Key("carol").line}, {"id": "bob", "key": BOB.line}]
    after = next_registry(repository, papers.registry(), maintainers=people)
    repository.write(signed_registry(after, ("alice", Key("carol")), ("bob", BOB)))
    assert registry(repository, "check") == console.STOPPED
    assert "enough maintainers" not in capsys.readouterr().out


def test_changes_need_a_list_to_change(repository: Repository, capsys: Captured, tmp_path: Path) -> None:
    repository.write({REGISTRY_PATH: None})
    assert registry(repository, "retire-key", "kelp-robot", "--key-id", "2026a") == console.STOPPED
    assert "is not in the work tree" in capsys.readouterr().err
    bare = Repository(tmp_path / "bare").start()
    bare.commit({name: file for name, file in basis().items() if not name.startswith("registry/sigs")})
    assert registry(bare, "retire-key", "kelp-robot", "--key-id", "2026a") == console.STOPPED
    assert "no accepted registry" in capsys.readouterr().err


def test_only_a_maintainers_key_signs_the_registry(repository: Repository, keys: Path, capsys: Captured) -> None:
    registry(repository, "retire-key", "kelp-robot", "--key-id", "2026a")
    assert registry(repository, "sign", "--key", keys / "robot") == console.STOPPED
    assert "is not the key of a maintainer" in capsys.readouterr().err
    assert registry(repository, "sign", "--key", keys / "missing") == console.STOPPED
    assert "ssh-keygen cannot sign" in capsys.readouterr().err


def sign(repository: Repository, *argv: str | Path) -> int:
    return cli.main(["sign", "--root", str(repository.root), *map(str, argv)])


def test_a_good_result_is_signed(repository: Repository, keys: Path, capsys: Captured) -> None:
    content = papers.written(result(run_id="toy-run-0002"))
    path = repository.root / "results/kelp/v1.0.0/toy-run-0002.yaml"
    path.write_bytes(content)
    assert sign(repository, path, "--key", keys / "robot") == console.CLEAN
    assert path.with_name("toy-run-0002.yaml.sig").read_bytes() == ROBOT.sign(content)
    assert capsys.readouterr().out == "no findings\n"


def test_what_check_would_refuse_is_not_signed(repository: Repository, keys: Path, capsys: Captured) -> None:
    path = repository.root / "results/kelp/v1.0.0/toy-run-0002.yaml"
    sidecar = path.with_name(f"{path.name}.sig")
    path.write_bytes(papers.written(result(run_id="toy-run-0002", surprise=1)))
    assert sign(repository, path, "--key", keys / "robot") == console.FINDINGS
    assert "schema-unknown-field" in capsys.readouterr().out
    assert not sidecar.exists()
    path.write_bytes(papers.written(result(run_id="toy-run-0002")))
    sidecar.write_bytes(b"what stood here before")
    assert sign(repository, path, "--key", keys / "stranger") == console.FINDINGS
    assert "unauthorised" in capsys.readouterr().out
    assert sidecar.read_bytes() == b"what stood here before"


@pytest.mark.parametrize("name", ["README.md", "results", "results/kelp/v1.0.0/toy-run-0009.yaml", "meshmark.yaml"])
def test_only_files_at_a_results_path_are_signed(
    repository: Repository, keys: Path, capsys: Captured, name: str
) -> None:
    repository.write({"README.md": b"x"})
    assert sign(repository, repository.root / name, "--key", keys / "robot") == console.STOPPED
    assert "is no file at a result's path" in capsys.readouterr().err
    assert not list(repository.root.glob("*.sig"))


def test_an_unusable_key_leaves_everything_as_it_was(repository: Repository, keys: Path, capsys: Captured) -> None:
    path = repository.root / "results/kelp/v1.0.0/toy-run-0002.yaml"
    path.write_bytes(papers.written(result(run_id="toy-run-0002")))
    assert sign(repository, path, "--key", keys / "missing") == console.STOPPED
    assert "ssh-keygen cannot sign" in capsys.readouterr().err
    assert not path.with_name(f"{path.name}.sig").exists()


def test_without_ssh_keygen_signing_stops(
    repository: Repository, keys: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    git = shutil.which("git")
    assert git
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "git").symlink_to(git)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    assert registry(repository, "sign", "--key", keys / "alice") == console.STOPPED
    assert "ssh-keygen cannot be run" in capsys.readouterr().err
