"""What `commits` promises: the same values make the same repository, whoever runs it."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from generator import commits
from generator.commits import Made, Person, Scribe, Step
from generator.findings import Stop
from generator.history import Repository

ADA = Person(name="Ada Example", email="ada@example.org")
BEN = Person(name="Ben Example", email="ben@example.org")
NOON = datetime(2024, 2, 29, 12, tzinfo=UTC)


def step(message: str = "step", **files: bytes | None) -> Step:
    return Step(files=files, message=message, author=ADA, committer=BEN, when=NOON)


def git(root: Path, *command: str) -> str:
    done = subprocess.run(["git", *command], cwd=root, capture_output=True, check=True, text=True)
    return done.stdout.strip()


def story(root: Path) -> Made:
    root.mkdir()
    scribe = Scribe(root)
    first = scribe.commit(step("first", a=b"1\n", b=b"2\n"))
    side = scribe.commit(step("side", c=b"\0binary\n"), first)
    second = scribe.commit(step("second", b=None), first)
    merge = scribe.commit(step("merge", c=b"\0binary\n"), second, side)
    scribe.finish()
    return merge


def test_a_story_becomes_commits_with_its_people_dates_and_parents(tmp_path: Path) -> None:
    merge = story(tmp_path / "r")
    assert git(tmp_path / "r", "log", "--date-order", "--format=%s|%an|%ce|%at|%ct", "main").splitlines() == [
        f"{message}|Ada Example|ben@example.org|1709208000|1709208000"
        for message in ("merge", "second", "side", "first")
    ]
    repository = Repository(tmp_path / "r")
    assert (repository.head, len(repository.main_line)) == (merge.id, 3)
    assert sorted(repository.tree()) == ["a", "c"]


def test_the_work_tree_is_that_of_the_last_commit(tmp_path: Path) -> None:
    story(tmp_path / "r")
    assert git(tmp_path / "r", "status", "--short") == ""
    assert (tmp_path / "r" / "c").read_bytes() == b"\0binary\n"
    assert not (tmp_path / "r" / "b").exists()


def test_the_ids_do_not_depend_on_the_folder_or_on_the_users_configuration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = story(tmp_path / "one")
    hooks = tmp_path / "template" / "hooks"
    hooks.mkdir(parents=True)
    (hooks / "post-checkout").write_text("#!/bin/sh\ntouch hooked\n")
    (hooks / "post-checkout").chmod(0o755)
    (tmp_path / "config").write_text(
        f"[user]\nname = Mallory\n[commit]\ngpgSign = true\n[core]\nautocrlf = true\n"
        f"[init]\ndefaultBranch = trunk\ntemplateDir = {tmp_path / 'template'}\n"
    )
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "config"))
    monkeypatch.setenv("GIT_DEFAULT_HASH", "sha256")
    monkeypatch.setenv("GIT_AUTHOR_NAME", "Mallory")
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    assert story(tmp_path / "two") == plain
    assert not (tmp_path / "two" / "hooked").exists()
    assert (tmp_path / "two" / "a").read_bytes() == b"1\n"


@pytest.mark.parametrize("name", ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY"])
def test_a_variable_that_would_make_git_write_elsewhere_stops(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, str(tmp_path / "elsewhere"))
    with pytest.raises(Stop, match="would mislead git"):
        Scribe(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "email"),
    [("", "a@example.org"), ("A", " "), ("A\ncommitter B", "a@example.org"), ("A", "<a@example.org>")],
)
def test_a_person_is_what_git_can_write(name: str, email: str) -> None:
    with pytest.raises(Stop, match="is no name and e-mail address"):
        Person(name=name, email=email)


def test_what_git_refuses_is_a_stop_with_its_reason(tmp_path: Path) -> None:
    scribe = Scribe(tmp_path)
    with pytest.raises(Stop, match=r"fast-import failed: .*mpty path"):
        scribe.commit(Step(files={"a//b": b"1"}, message="step", author=ADA, committer=BEN, when=NOON))


def fill_and_fail(old: Path, new: Path) -> None:
    (old / "file").write_text("x")
    (new / "folder").mkdir()
    raise ZeroDivisionError


def test_folders_are_made_and_emptied_again_when_the_work_fails(tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "deep" / "new"
    old.mkdir(mode=0o750)
    with pytest.raises(ZeroDivisionError), commits.vacant(old, new):
        fill_and_fail(old, new)
    assert list(old.iterdir()) == []
    assert old.stat().st_mode & 0o777 == 0o750
    assert not new.exists()


def test_a_disk_that_refuses_is_a_stop(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(Stop, match="Not a directory"), commits.vacant(tmp_path / "file" / "below"):
        pass


@pytest.mark.parametrize("taken", ["file", "full", "link"])
def test_a_place_that_is_taken_is_left_alone(tmp_path: Path, taken: str) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine").write_text("x")
    (tmp_path / "link").symlink_to("nowhere")
    with pytest.raises(Stop, match="nothing is ever overwritten"), commits.vacant(tmp_path / taken):
        pass
    assert (tmp_path / "full" / "mine").read_text() == "x"


def test_who_commits_is_told_by_flags_then_the_environment_then_gits_configuration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "config"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.delenv("GIT_AUTHOR_NAME", raising=False)
    monkeypatch.delenv("GIT_AUTHOR_EMAIL", raising=False)
    with pytest.raises(Stop, match="give --name and --email"):
        commits.configured(tmp_path)
    (tmp_path / "config").write_text("[user]\nname = Ben\nemail = ben@example.org\n")
    assert commits.configured(tmp_path) == Person(name="Ben", email="ben@example.org")
    monkeypatch.setenv("GIT_AUTHOR_NAME", "Cyd")
    assert commits.configured(tmp_path).name == "Cyd"
    assert commits.configured(tmp_path, "Ada", "ada@example.org") == Person(name="Ada", email="ada@example.org")
