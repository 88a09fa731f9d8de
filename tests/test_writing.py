"""What `writing` promises: a site that is whole at any time, and no file written that stands already."""

from __future__ import annotations

import contextlib
import os
import signal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator import files, machine, writing
from generator.findings import Stop
from generator.judgements import Output


def output(path: str, content: bytes = b"x") -> Output:
    return Output(path=path, content=content)


def listing(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_a_new_site_takes_the_place_of_the_old_one_whole(tmp_path: Path) -> None:
    out = tmp_path / "deep" / "public"
    writing.write([output("a/b.html"), output("old.html")], out)
    writing.write([output("a/b.html", b"new")], out)
    assert listing(out) == [writing.MARKER, "a/b.html"]
    assert (out / "a/b.html").read_bytes() == b"new"
    assert listing(tmp_path) == ["deep/public/.meshmark", "deep/public/a/b.html"]


def test_only_files_with_other_bytes_are_written(tmp_path: Path) -> None:
    out = tmp_path / "public"
    writing.write([output("a/same"), output("a/other"), output("a/longer"), output("gone")], out)
    before = {path.name: path.stat().st_ino for path in (out / "a").iterdir()}
    writing.write([output("a/same"), output("a/other", b"y"), output("a/longer", b"xx"), output("new")], out)
    after = {path.name: path.stat().st_ino for path in (out / "a").iterdir()}
    assert {name for name, file in after.items() if file == before[name]} == {"same"}
    assert {path: (out / path).read_bytes() for path in listing(out)[1:]} == {
        "a/longer": b"xx", "a/other": b"y", "a/same": b"x", "new": b"x",
    }  # fmt: skip


def test_what_somebody_put_in_the_place_of_a_file_is_not_taken_over(tmp_path: Path) -> None:
    out = tmp_path / "public"
    writing.write([output("a"), output("b"), output("c")], out)
    (tmp_path / "elsewhere").write_bytes(b"x")
    (out / "a").unlink()
    (out / "a").symlink_to(tmp_path / "elsewhere")
    (out / "b").unlink()
    (out / "b").mkdir()
    (out / "c").write_bytes(b"y")
    writing.write([output("a"), output("b"), output("c")], out)
    assert not (out / "a").is_symlink()
    assert {path: (out / path).read_bytes() for path in listing(out)[1:]} == {"a": b"x", "b": b"x", "c": b"x"}


@pytest.mark.parametrize("renames", [0, 1, 2])
def test_an_interrupt_in_the_middle_of_the_swap_leaves_a_whole_site(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, renames: int
) -> None:
    out = tmp_path / "public"
    writing.write([output("a", b"old")], out)
    rename, done = Path.rename, list[Path]()

    def interrupted(self: Path, target: Path) -> Path:
        if len(done) == renames:
            done.append(target)
            raise KeyboardInterrupt
        done.append(target)
        return rename(self, target)

    with monkeypatch.context() as patched, contextlib.suppress(KeyboardInterrupt):
        patched.setattr(Path, "rename", interrupted)
        writing.write([output("a", b"new")], out)
    assert listing(tmp_path) == ["public/.meshmark", "public/a"]
    assert (out / "a").read_bytes() == (b"new" if renames == 2 else b"old")


def test_an_empty_folder_is_taken_and_a_strangers_is_not(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    writing.write([output("a")], tmp_path / "empty")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_bytes(b"precious")
    for taken in (tmp_path / "mine", tmp_path / "mine" / "thesis.txt"):
        with pytest.raises(Stop, match="not a site that meshmark wrote"):
            writing.write([output("a")], taken)
    assert listing(tmp_path / "mine") == ["thesis.txt"]


def test_the_old_site_stays_whole_when_writing_breaks_off(tmp_path: Path) -> None:
    out = tmp_path / "public"
    writing.write([output("a", b"old")], out)
    with pytest.raises(IsADirectoryError):
        writing.write([output("a", b"new"), output("a/b", b"cannot be below a file")], out)
    assert listing(tmp_path) == ["public/.meshmark", "public/a"]
    assert (out / "a").read_bytes() == b"old"


MANY = [output(f"many/{number}") for number in range(40)]


def inodes(out: Path) -> dict[str, int]:
    return {path: (out / path).stat().st_ino for path in listing(out)}


def test_where_little_is_new_all_else_stays_as_it_lies_there(tmp_path: Path) -> None:
    out = tmp_path / "public"
    writing.write([*MANY, output("gone/deep/a"), output("stays/a"), output("stays/b")], out)
    folder, before = out.stat().st_ino, inodes(out)
    told = list[int]()
    writing.write([*MANY[1:], output("many/0", b"new"), output("fresh/deep/a"), output("stays/a")], out, told.append)
    after = inodes(out)
    assert out.stat().st_ino == folder
    assert {path for path in after if after[path] != before.get(path)} == {"many/0", "fresh/deep/a"}
    assert set(before) - set(after) == {"gone/deep/a", "stays/b"}
    assert sorted(path.name for path in out.iterdir()) == [writing.MARKER, "fresh", "many", "stays"]
    assert ((out / "many/0").read_bytes(), (out / "fresh/deep/a").read_bytes()) == (b"new", b"x")
    assert told[-1] == len(MANY) + 2
    assert [path.name for path in tmp_path.iterdir()] == ["public"]


@pytest.mark.parametrize(
    "put", [output("many/0/a"), output("deep")], ids=["a folder for a file", "a file for a folder"]
)
def test_what_stands_in_the_way_of_a_new_file_goes_with_the_old_site(tmp_path: Path, put: Output) -> None:
    out = tmp_path / "public"
    writing.write([*MANY, output("deep/a")], out)
    writing.write([*MANY[1:], put], out)
    assert set(listing(out)) == {writing.MARKER, put.path, *(one.path for one in MANY[1:])}


def test_what_goes_may_have_gone_already(tmp_path: Path) -> None:
    out = tmp_path / "public"
    writing.write([*MANY, output("gone/deep/a"), output("gone/b")], out)
    rows = files.rows(out)
    (out / "gone/deep/a").unlink()
    (out / "gone/deep").rmdir()
    assert writing.write(MANY, out, left=writing.Left(rows=rows)) == frozenset({"gone/deep/a", "gone/b"})
    assert set(listing(out)) == {writing.MARKER, *(one.path for one in MANY)}
    assert not (out / "gone").exists()


@pytest.mark.parametrize("folder", ["empty", "many/empty", "many/a/b"])
def test_an_empty_folder_that_somebody_put_there_goes(tmp_path: Path, folder: str) -> None:
    out = tmp_path / "public"
    writing.write(MANY, out)
    (out / folder).mkdir(parents=True)
    writing.write([*MANY[1:], output("many/0", b"new")], out)
    assert [path.name for path in out.rglob("*") if path.is_dir()] == ["many"]
    assert (out / "many/0").read_bytes() == b"new"


def test_a_site_is_the_same_however_many_processes_write_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "_AT_ONCE", 7)
    made = [output(f"{number % 5}/{number}/a", f"{number}".encode()) for number in range(90)]
    for count in (1, 3):
        monkeypatch.setattr(machine, "cores", lambda count=count: count)
        told = list[int]()
        writing.write(made, tmp_path / f"public-{count}", tell=told.append)
        assert told[-1] == len(made)
    sites = [{path: (out / path).read_bytes() for path in listing(out)} for out in sorted(tmp_path.iterdir())]
    assert sites[0] == sites[1]
    assert len(sites[0]) == len(made) + 1


@pytest.mark.parametrize("name", ["many", "many/0", "more"])
def test_nothing_is_written_through_a_link_that_somebody_put_there(tmp_path: Path, name: str) -> None:
    out, elsewhere = tmp_path / "public", tmp_path / "elsewhere"
    writing.write(MANY, out)
    if (out / name).exists():
        (out / name).rename(elsewhere)
    else:
        elsewhere.mkdir()
    (out / name).symlink_to(elsewhere)
    writing.write([*MANY[1:], output("many/0", b"new"), output("more/a")], out)
    assert not any(path.is_symlink() for path in out.rglob("*"))
    assert (out / "many/0").read_bytes() == b"new"
    assert not any(b"new" in path.read_bytes() for path in elsewhere.rglob("*") if path.is_file())


@pytest.mark.parametrize("moment", range(5))
def test_an_interrupt_while_files_take_their_places_waits_until_all_have(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: int
) -> None:
    out = tmp_path / "public"
    old, new = [*MANY, output("gone")], [*(output(f"many/{n}", b"new") for n in range(4)), *MANY[4:]]
    writing.write(old, out)
    replace, calls = Path.replace, list[Path]()

    def interrupted(self: Path, target: Path) -> Path:
        calls.append(target)
        if len(calls) == moment:
            os.kill(os.getpid(), signal.SIGINT)
        return replace(self, target)

    def early(_done: int) -> None:
        if moment == 0:
            raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    monkeypatch.setattr(Path, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        writing.write(new, out, early)
    monkeypatch.undo()
    signal.signal(signal.SIGINT, before)
    assert {path: (out / path).read_bytes() for path in listing(out)[1:]} == {
        one.path: one.content for one in (old if moment == 0 else new)
    }
    assert [path.name for path in tmp_path.iterdir()] == ["public"]


paths = st.lists(st.sampled_from("abc"), min_size=1, max_size=3).map("/".join)
sites = st.dictionaries(paths, st.sampled_from([b"", b"x", b"y"]), max_size=6).filter(
    lambda files: not any(a != b and b.startswith(f"{a}/") for a in files for b in files)
)


@settings(derandomize=True, deadline=None, max_examples=150)
@given(st.lists(sites, min_size=2, max_size=4))
def test_whatever_stood_there_before_the_site_is_the_new_one(
    tmp_path_factory: pytest.TempPathFactory, history: list[dict[str, bytes]]
) -> None:
    out = tmp_path_factory.mktemp("x") / "public"
    for wanted in history:
        writing.write([*MANY, *(output(path, content) for path, content in wanted.items())], out)
        assert {path: (out / path).read_bytes() for path in listing(out)[1:] if not path.startswith("many/")} == wanted
