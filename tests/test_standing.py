"""What `standing` promises: what is the same and untouched is not made again, and everything else is."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from generator import console, seals, standing, writing
from generator.judgements import Output
from generator.links import Link
from generator.standing import Part, Standing, Told
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
    return Standing(cache, out).told(made_of)


def keep(cache: Path, out: Path) -> None:
    Standing(cache, out).keep([], {}, ("x", TOLD))


def test_what_was_said_is_remembered(tmp_path: Path, out: Path) -> None:
    assert told(tmp_path, out) is None
    keep(tmp_path, out)
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
    keep(tmp_path, out)
    TOUCHES[touch](out)
    assert told(tmp_path, out) is None


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "other bytes": lambda content: content[:-1] + b" ",
    "fewer": lambda content: content[:-1],
    "more": lambda content: content + b" ",
    "another seal": lambda content: bytes(32) + content[32:],
    "none": lambda _: b"",
    "a stranger's": lambda _: b"x" * 100,
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_what_this_user_did_not_seal_is_not_there(tmp_path: Path, out: Path, damage: str) -> None:
    keep_parts(tmp_path, out)
    for file in (tmp_path / "builds").iterdir():
        file.write_bytes(DAMAGES[damage](file.read_bytes()))
    assert told(tmp_path, out) is None
    assert Standing(tmp_path, out).part(PART.made_of, AGES.__getitem__) is None
    assert Standing(tmp_path, out).originals({"b": BLOB}) == frozenset()


def test_what_another_user_sealed_is_not_there(tmp_path: Path, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep_parts(tmp_path, out)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "other"))
    assert told(tmp_path, out) is None
    assert Standing(tmp_path, out).part(PART.made_of, AGES.__getitem__) is None


def test_what_was_sealed_in_one_place_holds_in_no_other(tmp_path: Path) -> None:
    seals.write(tmp_path / "a", b"x")
    assert seals.read(tmp_path / "a") == b"x"
    (tmp_path / "a").rename(tmp_path / "b")
    assert seals.read(tmp_path / "b") is None


# Parts.

OUTPUTS = [Output(path="a/b", content=b"x")]
LINKS = (Link("index.html", "", "a/b", "../index.html"), Link("index.html", "main", "a/b", "../index.html#main"))
AGES = {"results/kelp/v1/run.yaml": "young"}
PART = standing.part("p" * 64, OUTPUTS, LINKS, AGES)
BLOB = hashlib.sha1(b"blob 2\0yz", usedforsecurity=False).hexdigest()


def keep_parts(cache: Path, out: Path) -> None:
    (out / "b").write_bytes(b"yz")
    Standing(cache, out).keep([PART], {"b": BLOB}, ("x", TOLD))


def test_a_part_and_originals_are_known_where_they_stand(tmp_path: Path, out: Path) -> None:
    keep_parts(tmp_path, out)
    known = Standing(tmp_path, out)
    assert known.part(PART.made_of, AGES.__getitem__) == PART == Part("p" * 64, PART.files, LINKS, AGES)
    assert known.part("q" * 64, AGES.__getitem__) is None
    assert known.part("", AGES.__getitem__) is None
    assert known.originals({"b": BLOB, "c": BLOB}) == {"b"}
    assert known.originals({"b": "0" * 40}) == frozenset()
    assert known.content("b") == b"yz"
    assert Standing(tmp_path, tmp_path / "other").part(PART.made_of, AGES.__getitem__) is None


def test_a_part_that_tells_an_age_which_is_another_now_does_not_stand(tmp_path: Path, out: Path) -> None:
    keep_parts(tmp_path, out)
    assert Standing(tmp_path, out).part(PART.made_of, lambda _: "older") is None


def test_what_another_version_kept_is_not_there(tmp_path: Path, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as other:
        other.setattr(seals, "program", lambda: "another")
        keep_parts(tmp_path, out)
    (file,) = (tmp_path / "builds").glob("*.parts")
    kept = seals.heard(seals.read(file) or b"")
    for shape in (seals.told({**kept, "parts": [["p" * 64, "in another shape"]]}), b"as another Python tells"):
        seals.write(file, shape)
        known = Standing(tmp_path, out)
        assert known.part(PART.made_of, AGES.__getitem__) is None
        assert known.originals({"b": BLOB}) == frozenset()


BYTES_STAY = {"the same bytes again", "another file of that name", "another mode", "a file more", "a folder more"}


@pytest.mark.parametrize("touch", TOUCHES)
def test_what_the_disk_does_not_vouch_for_the_bytes_do_or_it_is_made_again(
    tmp_path: Path, out: Path, touch: str
) -> None:
    keep_parts(tmp_path, out)
    TOUCHES[touch](out)
    assert (Standing(tmp_path, out).part(PART.made_of, AGES.__getitem__) is not None) == (touch in BYTES_STAY)


def test_a_copy_of_a_site_is_vouched_for_by_its_bytes(tmp_path: Path, out: Path) -> None:
    keep_parts(tmp_path, out)
    shutil.copytree(out, tmp_path / "copy")
    shutil.rmtree(out)
    (tmp_path / "copy").rename(out)
    known = Standing(tmp_path, out)
    assert known.part(PART.made_of, AGES.__getitem__) == PART
    assert known.originals({"b": BLOB}) == {"b"}
    (out / "b").write_bytes(b"zy")
    assert Standing(tmp_path, out).originals({"b": BLOB}) == frozenset()


def test_a_link_to_the_same_bytes_is_no_file_of_ours(tmp_path: Path, out: Path) -> None:
    keep_parts(tmp_path, out)
    (out / "a" / "b").rename(out / "a" / "c")
    # Its own size, that of the name it holds, is that of the bytes it leads to.
    (out / "a" / "b").symlink_to("c")
    assert Standing(tmp_path, out).part(PART.made_of, AGES.__getitem__) is None


def test_what_is_not_named_as_written_is_remembered_as_it_was_found(tmp_path: Path, out: Path) -> None:
    known = Standing(tmp_path, out)
    assert known.rows["a/b"].split()[2] == "1"
    (out / "new").mkdir()
    (out / "new" / "c").write_bytes(b"c")
    known.keep([PART], {}, ("x", TOLD), ["new/c", "gone"])
    assert told(tmp_path, out) == TOLD
    (out / "a" / "b").write_bytes(b"somebody's")
    known.keep([PART], {}, ("x", TOLD), ["new/c"])
    assert told(tmp_path, out) is None
    assert Standing(tmp_path, out).part(PART.made_of, AGES.__getitem__) is None


def test_without_a_place_for_a_secret_nothing_is_kept(
    tmp_path: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    keep(tmp_path, out)
    assert not (tmp_path / "builds").exists()
    assert told(tmp_path, out) is None


def test_a_cache_that_cannot_be_written_is_no_trouble(tmp_path: Path, out: Path) -> None:
    (tmp_path / "file").touch()
    keep(tmp_path / "file", out)
    assert told(tmp_path / "file", out) is None


def test_the_digest_knows_facts_templates_and_where_they_come_from(tmp_path: Path) -> None:
    (tmp_path / "t").mkdir()
    seen = {standing.made_of(["a"], tmp_path / "t"), standing.made_of(["b"], tmp_path / "t")}
    for content in (b"x", b"y"):
        (tmp_path / "t" / "front.html").write_bytes(content)
        seen.add(standing.made_of(["a"], tmp_path / "t"))
    (tmp_path / "t" / "front.html").rename(tmp_path / "elsewhere.html")
    (tmp_path / "t" / "front.html").symlink_to(tmp_path / "elsewhere.html")
    seen.add(standing.made_of(["a"], tmp_path / "t"))
    assert len(seen) == 5
    assert standing.made_of(["a"], tmp_path / "t") in seen


def built(repository: Repository, tmp_path: Path, *words: str) -> tuple[int, int]:
    """Build with a cache; gives the exit code and a time that changes when the site is made."""
    code = run(repository, "build", "--cache", str(tmp_path / "cache"), "--out", str(tmp_path / "site"), *words)
    (kept,) = (tmp_path / "cache" / "builds").glob("*.json")
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
    assert not list((tmp_path / "cache").glob("builds/*.json"))
    assert list((tmp_path / "cache").glob("builds/*.parts"))
