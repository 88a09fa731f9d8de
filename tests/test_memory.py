"""What `memory` promises: a build that has nothing to do does nothing, and any change makes it build."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from generator import console, memory, writing
from generator.memory import Memory, Told
from tests.support import papers
from tests.support.papers import PROJECT, result
from tests.support.repository import Repository, pair, toy
from tests.test_cli import run

Captured = pytest.CaptureFixture[str]
TOLD = Told(lines=("one", "two"), code=1)


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


@pytest.fixture
def out(tmp_path: Path) -> Path:
    (tmp_path / "out" / "a").mkdir(parents=True)
    (tmp_path / "out" / "a" / "b").write_bytes(b"x")
    return tmp_path / "out"


def told(cache: Path, out: Path, made_of: str = "x") -> Told | None:
    return Memory(cache, out, made_of).told()


def test_what_was_said_is_remembered(tmp_path: Path, out: Path) -> None:
    assert told(tmp_path, out) is None
    Memory(tmp_path, out, "x").keep(TOLD)
    assert told(tmp_path, out) == TOLD
    assert told(tmp_path, out, "y") is None
    assert told(tmp_path, tmp_path / "other") is None


def replaced(out: Path) -> None:
    (out / "a" / "b").unlink()
    (out / "a" / "b").write_bytes(b"x")


TOUCHES: dict[str, Callable[[Path], object]] = {
    "other bytes": lambda out: (out / "a" / "b").write_bytes(b"y"),
    "the same bytes again": lambda out: (out / "a" / "b").write_bytes(b"x"),
    "another file of that name": replaced,
    "a file more": lambda out: (out / "c").touch(),
    "a folder more": lambda out: (out / "c").mkdir(),
    "a file less": lambda out: (out / "a" / "b").unlink(),
    "another name": lambda out: (out / "a" / "b").rename(out / "a" / "c"),
    "another mode": lambda out: (out / "a" / "b").chmod(0o600),
}


@pytest.mark.parametrize("touch", TOUCHES)
def test_a_site_that_somebody_touched_is_built_again(tmp_path: Path, out: Path, touch: str) -> None:
    Memory(tmp_path, out, "x").keep(TOLD)
    TOUCHES[touch](out)
    assert told(tmp_path, out) is None


@pytest.mark.parametrize(
    "damage",
    [
        lambda kept: kept | {"code": 0},
        lambda kept: kept | {"lines": ["three"]},
        lambda kept: kept | {"mac": "00" * 32},
        lambda kept: kept | {"mac": 5},
        lambda kept: {name: value for name, value in kept.items() if name != "lines"},
        lambda _: [],
        lambda _: "x",
    ],
)
def test_what_this_user_did_not_seal_is_not_there(tmp_path: Path, out: Path, damage: Callable[[Any], object]) -> None:
    Memory(tmp_path, out, "x").keep(TOLD)
    (file,) = (tmp_path / "builds").iterdir()
    file.write_text(json.dumps(damage(json.loads(file.read_text()))))
    assert told(tmp_path, out) is None
    file.write_bytes(b"\xff[")
    assert told(tmp_path, out) is None


def test_without_a_place_for_a_secret_nothing_is_kept(
    tmp_path: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    Memory(tmp_path, out, "x").keep(TOLD)
    assert not (tmp_path / "builds").exists()
    assert told(tmp_path, out) is None


def test_a_cache_that_cannot_be_written_is_no_trouble(tmp_path: Path, out: Path) -> None:
    (tmp_path / "file").touch()
    Memory(tmp_path / "file", out, "x").keep(TOLD)
    assert told(tmp_path / "file", out) is None


def test_the_digest_knows_facts_templates_and_where_they_come_from(tmp_path: Path) -> None:
    (tmp_path / "t").mkdir()
    seen = {memory.made_of(["a"], tmp_path / "t"), memory.made_of(["b"], tmp_path / "t")}
    for content in (b"x", b"y"):
        (tmp_path / "t" / "front.html").write_bytes(content)
        seen.add(memory.made_of(["a"], tmp_path / "t"))
    (tmp_path / "t" / "front.html").rename(tmp_path / "elsewhere.html")
    (tmp_path / "t" / "front.html").symlink_to(tmp_path / "elsewhere.html")
    seen.add(memory.made_of(["a"], tmp_path / "t"))
    assert len(seen) == 5
    assert memory.made_of(["a"], tmp_path / "t") in seen


def built(repository: Repository, tmp_path: Path, *words: str) -> tuple[int, int]:
    """Build with a cache; gives the exit code and a time that changes when the site is made."""
    code = run(repository, "build", "--cache", str(tmp_path / "cache"), "--out", str(tmp_path / "site"), *words)
    (kept,) = (tmp_path / "cache" / "builds").iterdir()
    return code, kept.stat().st_mtime_ns


def test_a_build_without_news_says_the_same_and_writes_nothing(tmp_path: Path, capsys: Captured) -> None:
    repository = toy(tmp_path / "r")
    repository.commit({"results/kelp/v1.0.0/toy-run-0002.yaml": b"unsigned"})
    first = built(repository, tmp_path)
    said = capsys.readouterr().out
    assert first[0] == console.FINDINGS
    assert built(repository, tmp_path) == first
    assert capsys.readouterr().out == said


def test_whatever_is_new_is_built(tmp_path: Path) -> None:
    repository = toy(tmp_path / "r")
    checkpoint = tmp_path / "checkpoint.json"

    def commit() -> None:
        repository.commit(pair(result()))

    def template() -> None:
        ours = (PROJECT / "site_templates" / "front.html").read_bytes()
        repository.write({"site_templates/front.html": ours + b"\n"})

    def touch() -> None:
        (tmp_path / "site" / "index.html").write_bytes(b"defaced")

    def published() -> None:
        checkpoint.write_bytes((tmp_path / "site" / "checkpoint.json").read_bytes())

    news: list[tuple[Callable[[], None], tuple[str, ...]]] = [
        (lambda: None, ()),
        (commit, ()),
        (template, ()),
        (touch, ()),
        (lambda: None, ("--as-of", "2027-01-01")),
        (lambda: None, ("--at", "HEAD")),
        (
            lambda: None,
            ("--trust-root", papers.digest((repository.root / "registry/service-accounts.yaml").read_bytes())),
        ),
        (published, ("--published-checkpoint", str(checkpoint))),
    ]
    seen = set()
    for change, words in news:
        change()
        found = built(repository, tmp_path, *words)
        assert found not in seen, words
        assert found == built(repository, tmp_path, *words), words
        seen.add(found)
    assert (tmp_path / "site" / "index.html").read_bytes() != b"defaced"


def test_another_head_while_it_builds_is_not_taken_for_this_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository = toy(tmp_path / "r")
    write = writing.write

    def overtaken(*given: Any) -> None:
        write(*given)
        monkeypatch.setattr(writing, "write", write)
        repository.commit(pair(result()))

    monkeypatch.setattr(writing, "write", overtaken)
    run(repository, "build", "--cache", str(tmp_path / "cache"), "--out", str(tmp_path / "site"))
    assert not list((tmp_path / "cache").glob("builds/*"))
