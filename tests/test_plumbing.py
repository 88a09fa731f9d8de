"""What `plumbing` promises: git hears nothing but what it is asked, and whatever it cannot do is a clear stop."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.findings import Stop
from generator.plumbing import Plumbing
from tests.support.repository import Repository


def test_an_answer_is_given_as_bytes_or_as_text_without_its_end(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "r").start()
    repository.commit({"a": b"1\n"})
    git = Plumbing(repository.root)
    assert git.text("rev-parse", "HEAD") == repository.head
    assert git.bytes("cat-file", "blob", "HEAD:a") == b"1\n"
    assert git.done("rev-parse", "--verify", "no-such-thing").returncode


def test_a_command_that_fails_stops_with_the_reason_of_git(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "r").start()
    with pytest.raises(Stop, match="bad revision 'nothing'"):
        Plumbing(repository.root).text("rev-list", "nothing", "--")


def test_a_command_that_fails_without_a_word_stops_too(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "r").start()
    with pytest.raises(Stop, match=r"git config no\.such\.thing gave no answer"):
        Plumbing(repository.root).bytes("config", "no.such.thing")


def test_a_folder_that_is_none_stops(tmp_path: Path) -> None:
    git = Plumbing(tmp_path / "nowhere")
    for ask in (git.done, git.start):
        with pytest.raises(Stop, match=r"git cannot be run in .*nowhere: No such file"):
            ask("version")


def test_neither_the_language_nor_the_configuration_of_the_user_is_heard(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository = Repository(tmp_path / "r").start()
    (tmp_path / ".gitconfig").write_text("[user]\n\tname = Somebody\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    assert Plumbing(repository.root).done("config", "user.name").stdout == b""
    monkeypatch.setenv("GIT_DIR", str(tmp_path))
    with pytest.raises(Stop, match="GIT_DIR would mislead git"):
        Plumbing(repository.root)
