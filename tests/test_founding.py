"""A new programme stands at once, keeps its secrets outside, and touches nothing that was there."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from generator import cli, founding, ledger, urls
from generator.history import Repository
from tests.support.papers import PROJECT

pytestmark = pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="ssh-keygen is not on PATH")

MARKER = b"PRIVATE" + b" KEY-----"
WHO = ("--name", "Ada", "--email", "ada@example.org")


def init(folder: Path, *more: str) -> int:
    return cli.main(["init", str(folder), *WHO, *more])


def private_keys(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and MARKER in path.read_bytes()]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """An environment in which `meshmark` is this checkout, and git knows nobody by itself."""
    tools = tmp_path / "bin"
    tools.mkdir()
    meshmark = tools / "meshmark"
    meshmark.write_text(f'#!/bin/sh\nPYTHONPATH={PROJECT} exec {sys.executable} -m generator "$@"\n')
    meshmark.chmod(0o755)
    who = {f"GIT_{role}_{key}": "ada@example.org" for role in ("AUTHOR", "COMMITTER") for key in ("NAME", "EMAIL")}
    return {**os.environ, **who, "GIT_CONFIG_GLOBAL": os.devnull, "PATH": f"{tools}:{os.environ['PATH']}"}


def test_a_new_programme_is_clean_and_builds(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert init(tmp_path / "new") == 0
    said = capsys.readouterr().out
    for verb in ("build", "check", "verify"):
        assert cli.main([verb, "--root", str(tmp_path / "new")]) == 0
    capsys.readouterr()
    audit = ledger.audit(tmp_path / "new")
    assert audit.judgement.genesis
    root = f"{audit.judgement.genesis.commit}:{audit.judgement.genesis.digest}"
    assert f"trust root, to keep outside of the repository: {root}\n" in said
    assert cli.main(["verify", "--root", str(tmp_path / "new"), "--trust-root", root]) == 0
    front = (tmp_path / "new" / "public" / urls.FRONT).read_text()
    assert "No result counts yet" in front
    assert (tmp_path / "new" / "results").is_dir()


def test_its_first_commit_holds_everything_and_nothing_else_is_pending(tmp_path: Path) -> None:
    assert init(tmp_path / "new") == 0
    status = subprocess.run(["git", "status", "--short"], cwd=tmp_path / "new", capture_output=True, check=True)
    assert status.stdout == b""
    repository = Repository(tmp_path / "new")
    assert len(repository.main_line) == 1
    assert {".gitattributes", ".gitignore", ".ci/publish", "README.md", "meshmark.yaml", "requirements.txt"} <= set(
        repository.tree()
    )
    assert subprocess.run(
        ["git", "symbolic-ref", "HEAD"], cwd=tmp_path / "new", capture_output=True, check=True
    ).stdout == (b"refs/heads/main\n")


def test_the_private_keys_lie_outside_and_are_their_owners_only(tmp_path: Path) -> None:
    assert init(tmp_path / "new", "--maintainer", "ada", "--maintainer", "ben", "--mesh", "kelp", "--mesh", "moss") == 0
    keys = tmp_path / "new-keys"
    assert {key.name for key in private_keys(tmp_path)} == {"ada", "ben", "kelp-robot", "moss-robot"}
    assert {key.parent for key in private_keys(tmp_path)} == {keys}
    assert all(key.stat().st_mode & 0o777 == 0o600 for key in private_keys(keys))
    assert keys.stat().st_mode & 0o777 == 0o700
    with closing(Repository(tmp_path / "new")) as repository:
        for blob in repository.tree().values():
            content = repository.content(blob.id, 1 << 30)
            assert isinstance(content, bytes)
            assert MARKER not in content


def test_the_registry_is_signed_by_all_maintainers_and_needs_most_of_them(tmp_path: Path) -> None:
    people = ("ada", "ben", "cyd")
    flags = [word for name in people for word in ("--maintainer", name)]
    assert init(tmp_path / "new", *flags, "--mesh", "kelp", "--audience", "https://example.org/a") == 0
    registry = ledger.read(tmp_path / "new").registry
    assert (registry.version, registry.threshold, registry.audience) == (1, 2, "https://example.org/a")
    assert sorted(path.stem for path in (tmp_path / "new" / urls.REGISTRY_SIGNATURES).iterdir()) == list(people)
    assert [(one.id, one.meshes) for one in registry.publishers] == [("kelp-robot", ("kelp",))]


def test_the_readme_tells_the_truth_about_the_first_steps(tmp_path: Path, environment: dict[str, str]) -> None:
    assert init(tmp_path / "new", "--mesh", "kelp", "--mesh", "moss") == 0
    blocks = re.findall(r"^```sh\n(.*?)^```$", (tmp_path / "new" / "README.md").read_text(), re.MULTILINE | re.DOTALL)
    for block in blocks:
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", block],
            cwd=tmp_path / "new",
            env={**environment, "KEYS": str(tmp_path / "new-keys")},
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, (block, done.stdout, done.stderr)
    assert ledger.audit(tmp_path / "new").judgement.verdicts == ()
    (tried,) = ledger.audit(tmp_path / "new", "trial").judgement.verdicts
    assert (tried.state.value, tried.publisher) == ("verified", "kelp-robot")


def test_the_commands_that_init_prints_work_as_they_stand(
    tmp_path: Path, environment: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert init(tmp_path / "a new one", "--keys", str(tmp_path / "my keys")) == 0
    build, sign, publish = (line for line in capsys.readouterr().out.splitlines() if line.startswith("  "))
    forge = tmp_path / "forge.git"
    subprocess.run(["git", "init", "--quiet", "--bare", str(forge)], check=True)
    commit = "git add results && git commit --quiet --message first"
    script = "\n".join((build, sign, commit, publish.replace("URL", str(forge)), "meshmark build"))
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script], cwd=tmp_path, env=environment, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert b"1 result counts; no findings" in done.stdout


@pytest.mark.parametrize(
    ("place", "keys", "reason"),
    [
        ("full", "keys", "is there already"),
        ("file", "keys", "is there already"),
        ("new", "full", "is there already"),
        ("new", "new/keys", "must not contain each other"),
        ("new", "new", "must not contain each other"),
        ("keys/new", "keys", "must not contain each other"),
        ("new", "checkout/deep/keys", "where private keys do not belong"),
        ("new", "checkout", "where private keys do not belong"),
        ("checkout/new", "", "where private keys do not belong"),
    ],
)
def test_a_place_that_will_not_do_is_refused_and_nothing_is_written(
    tmp_path: Path, place: str, keys: str, reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine").write_text("mine")
    (tmp_path / "file").write_text("mine")
    (tmp_path / "checkout" / ".git").mkdir(parents=True)
    before = sorted(tmp_path.rglob("*"))
    assert init(tmp_path / place, *(("--keys", str(tmp_path / keys)) if keys else ())) == 2
    assert reason in capsys.readouterr().err
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize(
    ("flags", "reason"),
    [
        (("--mesh", "Kelp Mesh"), "meshmark.yaml would not be valid"),
        (("--mesh", "../kelp"), "meshmark.yaml would not be valid"),
        (("--mesh", "kelp", "--mesh", "kelp"), "has a name of its own"),
        (("--mesh", "kelp", "--maintainer", "kelp-robot"), "has a name of its own"),
        (("--maintainer", "../ada"), "is no id"),
        (("--maintainer", "Ada"), "service-accounts.yaml would not be valid"),
        (("--base-url", "http://example.org/"), "would not be valid"),
        (("--title", "x" * 101), "meshmark.yaml would not be valid"),
        (("--title", "a\x00b"), "meshmark.yaml cannot be written"),
        (("--mesh", "k" * 39), "would not be valid"),
    ],
)
def test_a_charter_that_makes_no_valid_programme_leaves_nothing_behind(
    tmp_path: Path, flags: tuple[str, ...], reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "new").mkdir()
    assert init(tmp_path / "new", *flags) == 2
    assert reason in capsys.readouterr().err
    assert list(tmp_path.rglob("*")) == [tmp_path / "new"]


def test_without_an_identity_it_names_the_flags(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.delenv("GIT_AUTHOR_EMAIL", raising=False)
    assert cli.main(["init", "new", "--name", "Ada"]) == 2
    assert "give --email, or set user.name and user.email" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_without_ssh_keygen_it_stops_and_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "git").symlink_to(str(shutil.which("git")))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    assert init(tmp_path / "new") == 2
    assert "ssh-keygen cannot be run" in capsys.readouterr().err
    assert not (tmp_path / "new").exists()
    assert not (tmp_path / "new-keys").exists()


def test_an_address_that_nobody_chose_is_said_to_be_an_example(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert init(tmp_path / "one") == 0
    assert "which never changes; --base-url names yours" in capsys.readouterr().out
    assert init(tmp_path / "two", "--base-url", "https://example.org/two") == 0
    assert "--base-url" not in capsys.readouterr().out
    programme = ledger.read(tmp_path / "two").programme
    assert programme.base_url == "https://example.org/two/"


def test_the_example_result_names_the_example_suite(tmp_path: Path) -> None:
    assert init(tmp_path / "new") == 0
    example = (tmp_path / "new" / founding.EXAMPLE_RESULT).read_text()
    (suite,) = (tmp_path / "new" / urls.SUITES).rglob("*.yaml")
    assert founding._digest(suite.read_bytes()) in example
