"""What `history` promises: the whole main line or a clear stop, and bytes from the object database."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest

from generator import history
from generator.findings import Stop
from generator.history import WorkTree
from generator.model import Blob, Change
from tests.support.repository import Link, Repository

_OPENED: Final[list[history.Repository]] = []


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    while _OPENED:
        _OPENED.pop().close()


def opened(repository: Repository, revision: str = "HEAD") -> history.Repository:
    _OPENED.append(history.Repository(repository.root, revision))
    return _OPENED[-1]


def started(root: Path) -> Repository:
    repository = Repository(root).start()
    repository.commit({"a": b"1\n", "b": b"2\n"})
    return repository


def test_transitions_are_the_first_parent_line_oldest_first(tmp_path: Path) -> None:
    repository = started(tmp_path / "r")
    first = repository.head
    repository.git("switch", "--quiet", "--create", "side")
    repository.commit({"side": b"x"})
    repository.git("switch", "--quiet", "main")
    second = repository.commit({"a": None, "c": b"3"})
    merge = repository.merge("side")
    walked = [(one.commit, [change.path for change in one.changes]) for one in opened(repository).transitions()]
    assert walked == [(first, ["a", "b"]), (second, ["a", "c"]), (merge, ["side"])]


def test_a_transition_has_blob_mode_time_and_removals(tmp_path: Path) -> None:
    repository = started(tmp_path / "r")
    repository.commit({"a": None, "l": Link("b"), "x": b"run"}, executable=("x",))
    *_, last = opened(repository).transitions()
    modes = {change.path: change.blob.mode if change.blob else None for change in last.changes}
    assert modes == {"a": None, "l": "120000", "x": "100755"}
    assert last.committed_at == datetime(2026, 2, 1, 2, tzinfo=UTC)


def test_an_empty_commit_is_a_transition_without_changes(tmp_path: Path) -> None:
    repository = started(tmp_path / "r")
    repository.commit({})
    assert [len(one.changes) for one in opened(repository).transitions()] == [2, 0]


def test_odd_names_come_through_whole(tmp_path: Path) -> None:
    repository = started(tmp_path / "r")
    names = ["new\nline", "tab\there", 'quote"', "ümlaut", "byte\udcff", "-dash", ":colon"]
    repository.commit(dict.fromkeys(names, b"x"))
    *_, last = opened(repository).transitions()
    assert sorted(change.path for change in last.changes) == sorted(names)


def test_content_comes_from_the_object_database_whatever_filters_say(tmp_path: Path) -> None:
    repository = started(tmp_path / "r")
    repository.commit({".gitattributes": b"* text eol=crlf\n"})
    repository.git("rm", "--quiet", "--cached", "-r", ".")
    repository.git("reset", "--quiet", "--hard")
    assert (repository.root / "a").read_bytes() == b"1\r\n"
    blob = opened(repository).tree()["a"]
    assert opened(repository).content(blob.id, 100) == b"1\n"


def test_content_over_the_limit_is_only_its_size(tmp_path: Path) -> None:
    repository = opened(started(tmp_path / "r"))
    blob = repository.tree()["a"]
    assert (repository.content(blob.id, 2), repository.content(blob.id, 1)) == (b"1\n", 2)


def test_only_full_object_ids_are_asked_for(tmp_path: Path) -> None:
    repository = opened(started(tmp_path / "r"))
    for name in ("HEAD", "--help", "abc", "0" * 41):
        with pytest.raises(ValueError, match="is not an object id"):
            repository.content(name, 10)


def test_a_missing_object_and_an_object_of_another_kind_stop(tmp_path: Path) -> None:
    repository = opened(started(tmp_path / "r"))
    with pytest.raises(Stop, match="is missing"):
        repository.content("0" * 40, 10)
    with pytest.raises(Stop, match="is not a blob"):
        repository.content(repository.head, 10)


def test_a_commit_is_read_raw_and_anything_else_is_nothing(tmp_path: Path) -> None:
    repository = opened(started(tmp_path / "r"))
    (content, *others) = repository.commits([repository.head, "0" * 40, repository.tree()["a"].id])
    assert content.startswith(b"tree ")
    assert others == [b"", b""]
    with pytest.raises(ValueError, match="not all of these are object ids"):
        repository.commits(["HEAD"])


def test_another_revision_can_be_the_head(tmp_path: Path) -> None:
    repository = started(tmp_path / "r")
    first = repository.head
    repository.commit({"c": b"3"})
    assert opened(repository, "HEAD~1").head == first
    assert sorted(opened(repository, first[:10]).tree()) == ["a", "b"]


@pytest.mark.parametrize("revision", ["nowhere", "--version", "HEAD:a", ""])
def test_a_revision_that_is_no_commit_stops(tmp_path: Path, revision: str) -> None:
    with pytest.raises(Stop, match="has no commit"):
        opened(started(tmp_path / "r"), revision)


def test_a_folder_that_is_no_repository_or_not_its_top_stops(tmp_path: Path) -> None:
    with pytest.raises(Stop, match="not a git repository"):
        history.Repository(tmp_path)
    repository = started(tmp_path / "r")
    repository.commit({"sub/file": b"x"})
    with pytest.raises(Stop, match="not the top folder"):
        history.Repository(repository.root / "sub")


def test_an_empty_repository_stops(tmp_path: Path) -> None:
    with pytest.raises(Stop, match="has no commit"):
        opened(Repository(tmp_path / "r").start())


def clone(repository: Repository, target: Path, *options: str) -> history.Repository:
    repository.git("config", "uploadpack.allowFilter", "true")
    repository.git("clone", "--quiet", *options, repository.root.as_uri(), str(target))
    return history.Repository(target)


def test_a_shallow_and_a_partial_clone_stop(tmp_path: Path) -> None:
    repository = started(tmp_path / "r")
    repository.commit({"c": b"3"})
    with pytest.raises(Stop, match="shallow"):
        clone(repository, tmp_path / "shallow", "--depth=1")
    with pytest.raises(Stop, match="partial"):
        clone(repository, tmp_path / "partial", "--filter=blob:none")
    assert clone(repository, tmp_path / "whole").head == repository.head


def test_replaced_and_grafted_history_stop(tmp_path: Path) -> None:
    replaced = started(tmp_path / "replaced")
    replaced.commit({"c": b"3"})
    replaced.git("replace", "HEAD", "HEAD~1")
    with pytest.raises(Stop, match="replace refs"):
        opened(replaced)
    grafted = started(tmp_path / "grafted")
    (grafted.root / ".git/info").mkdir(exist_ok=True)
    (grafted.root / ".git/info/grafts").write_text(f"{grafted.head}\n")
    with pytest.raises(Stop, match="grafts"):
        opened(grafted)


def test_settings_of_log_and_diff_change_nothing(tmp_path: Path) -> None:
    repository = started(tmp_path / "r")
    plain = list(opened(repository).transitions())
    for name, value in (("log.showSignature", "true"), ("diff.renames", "copies"), ("diff.noprefix", "true")):
        repository.git("config", name, value)
    repository.git("config", "diff.external", "false")
    repository.git("config", "core.quotePath", "true")
    assert list(opened(repository).transitions()) == plain


def test_a_date_beyond_all_calendars_is_only_shown_late(tmp_path: Path) -> None:
    repository = started(tmp_path / "r")
    tree = repository.git("write-tree")
    commit = f"tree {tree}\nauthor A <a@b> 0 +0000\ncommitter A <a@b> 99999999999999 +0000\n\nfar\n"
    far = repository.git("hash-object", "-t", "commit", "-w", "--stdin", "--literally", stdin=commit.encode())
    repository.git("update-ref", "refs/heads/main", far)
    assert opened(repository).committed_at.year >= 1970


def test_the_work_tree_is_seen_as_git_would_store_it(tmp_path: Path) -> None:
    repository = started(tmp_path / "r")
    repository.commit({"l": Link("a"), "x": b"run", "d/e": b"deep"}, executable=("x",))
    (repository.root / "x").chmod(0o755)
    work = WorkTree(repository.root, 40)
    tree = opened(repository).tree()
    assert work.tree(["a", "b", "l", "x", "d", "nowhere"]) == tree
    assert history.difference(tree, tree) == ()


def test_the_work_tree_serves_its_own_files_and_asks_for_others(tmp_path: Path) -> None:
    repository = started(tmp_path / "r")
    (repository.root / "a").write_bytes(b"new")
    work = WorkTree(repository.root, 40)
    blob = work.tree(["a"])["a"]
    content = work.over(opened(repository).content)
    assert (content(blob.id, 10), content(blob.id, 2)) == (b"new", 3)
    assert content(opened(repository).tree()["a"].id, 10) == b"1\n"


def test_difference_lists_added_changed_and_gone_by_path() -> None:
    one, two = Blob(mode="100644", id="1" * 40), Blob(mode="100644", id="2" * 40)
    changes = history.difference({"gone": one, "kept": one, "moved": one}, {"kept": one, "moved": two, "new": two})
    assert changes == (Change(path="gone", blob=None), Change(path="moved", blob=two), Change(path="new", blob=two))


def test_sha256_repositories_are_read_too(tmp_path: Path) -> None:
    root = tmp_path / "r"
    root.mkdir()
    made = subprocess.run(
        ["git", "init", "-q", "--object-format=sha256", "--initial-branch=main"], cwd=root, check=False
    )
    if made.returncode:
        pytest.skip("this git has no sha256 repositories")
    repository = Repository(root)
    repository.commit({"a": b"1\n"})
    found = opened(repository)
    assert len(found.head) == 64
    assert WorkTree(root, len(found.head)).tree(["a"]) == found.tree()
    assert [one.commit for one in found.transitions()] == [found.head]


def test_a_path_twice_in_a_tree_and_a_misleading_variable_stop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repository = started(tmp_path / "r")
    blob = bytes.fromhex(repository.git("rev-parse", "HEAD:a"))
    other = bytes.fromhex(repository.git("rev-parse", "HEAD:b"))
    raw = b"100644 a\0" + other + b"100644 a\0" + blob + b"100644 b\0" + other
    tree = repository.git("hash-object", "-t", "tree", "-w", "--literally", "--stdin", stdin=raw)
    commit = repository.git("commit-tree", tree, "-p", "HEAD", "-m", "twice")
    repository.git("update-ref", "refs/heads/main", commit)
    with pytest.raises(Stop, match="stands twice in a tree"):
        list(opened(repository).transitions())
    monkeypatch.setenv("GIT_DIR", str(tmp_path))
    with pytest.raises(Stop, match="GIT_DIR would mislead git"):
        opened(repository)


def test_a_tree_that_is_missing_stops_and_is_no_bug(tmp_path: Path) -> None:
    repository = started(tmp_path / "r")
    repository.commit({"c": b"3"})
    tree = repository.git("rev-parse", "HEAD~1^{tree}")
    (repository.root / ".git/objects" / tree[:2] / tree[2:]).unlink()
    with pytest.raises(Stop, match="cannot compare the trees"):
        list(opened(repository).transitions())


def test_the_line_after_a_commit_is_its_end_and_is_none_for_what_is_not_on_it(tmp_path: Path) -> None:
    repository = started(tmp_path / "r")
    first = repository.head
    repository.git("switch", "--quiet", "--create", "side")
    side = repository.commit({"c": b"3"})
    repository.git("switch", "--quiet", "main")
    repository.commit({"d": b"4"})
    merge = repository.merge("side")
    found = opened(repository)
    assert found.line_after(first) == found.main_line[1:]
    assert found.line_after(merge) == ()
    assert (found.line_after(side), found.line_after("0" * 40)) == (None, None)
    (changes,) = [one.changes for one in found.transitions(found.line_after(found.main_line[1][0]))]
    assert [change.path for change in changes] == ["c"]
    assert opened(repository, first).line_after(merge) is None
