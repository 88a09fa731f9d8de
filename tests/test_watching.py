"""What `watching` promises: every change of commit and files is told once, when it stands still."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from generator import watching
from generator.findings import Stop
from generator.watching import State
from tests.support.papers import result
from tests.support.repository import pair, toy


def test_the_state_follows_commits_templates_and_the_programme(tmp_path: Path) -> None:
    repository = toy(tmp_path / "r")
    seen = [watching.state(repository.root, "HEAD")]

    def changed() -> State:
        seen.append(watching.state(repository.root, "HEAD"))
        assert seen[-1] != seen[-2]
        return seen[-1]

    repository.commit(pair(result()))
    assert changed().templates == seen[0].templates
    repository.write({"site_templates/front.html": b"x"})
    assert changed().head == seen[1].head
    repository.write({"site_templates/front.html": b"other"})
    assert changed().programme == seen[0].programme
    repository.write({"site_templates/front.html": None})
    assert changed().templates == seen[0].templates
    (repository.root / "meshmark.yaml").write_bytes(b"x")
    assert changed().programme != seen[0].programme
    assert watching.state(repository.root, "HEAD") == seen[-1]


def test_a_folder_without_a_commit_has_a_state_all_the_same(tmp_path: Path) -> None:
    assert watching.state(tmp_path, "HEAD").head == ""
    with pytest.raises(Stop):
        watching.head(tmp_path, "HEAD")


def test_a_change_is_told_once_it_stands_still_and_only_with_a_commit() -> None:
    def found(head: str, *files: str) -> State:
        named = frozenset((file, 0, 0) for file in files)
        return State(head=head, templates=named, programme=frozenset())

    first, half, whole = found("a"), found("b", "x"), found("b", "x", "y")
    looks: Iterator[State] = iter([first, found(""), half, whole, whole, whole, whole, first, first])
    told = watching.changes(lambda: next(looks), first, lambda: False)
    assert next(told) == (first, whole)
    assert next(told) == (whole, first)


def test_nobody_looks_again_once_it_is_over() -> None:
    waits = iter([False, True, True])
    looks = iter([State(head=head, templates=frozenset(), programme=frozenset()) for head in "bc"])
    known = State(head="a", templates=frozenset(), programme=frozenset())
    assert list(watching.changes(lambda: next(looks), known, lambda: next(waits))) == []
    assert next(looks).head == "c"
    assert list(waits) == []
