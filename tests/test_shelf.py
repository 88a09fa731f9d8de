"""What `shelf` promises: a part comes back byte for byte, or not at all."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from generator.judgements import Output
from generator.shelf import Kept, Shelf

OUTPUTS = (Output(path="a/b.html", content=b"<p>\x00"), Output(path="c", content=b""))
OUTWARD = (("index.html", ""), ("tests/x/index.html", "main"))
NAME = "a" * 64


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def kept(cache: Path, name: str = NAME) -> Path:
    shelf = Shelf(cache)
    shelf.put(name, OUTPUTS, set(OUTWARD))
    shelf.close()
    return cache / "parts" / name


def test_a_part_comes_back_as_it_was(tmp_path: Path) -> None:
    kept(tmp_path)
    assert Shelf(tmp_path).taken(NAME) == Kept(OUTPUTS, OUTWARD)
    assert Shelf(tmp_path).taken("b" * 64) is None
    assert Shelf(tmp_path).taken("") is None


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "other bytes": lambda content: content[:-1] + b"!",
    "fewer": lambda content: content[:-1],
    "more": lambda content: content + b"!",
    "another seal": lambda content: bytes(32) + content[32:],
    "none": lambda _: b"",
    "a stranger's": lambda _: b"x" * 100,
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_what_is_broken_is_not_there(tmp_path: Path, damage: str) -> None:
    file = kept(tmp_path)
    file.write_bytes(DAMAGES[damage](file.read_bytes()))
    assert Shelf(tmp_path).taken(NAME) is None


def test_a_part_under_another_name_is_another_part(tmp_path: Path) -> None:
    file = kept(tmp_path)
    file.rename(file.with_name("b" * 64))
    assert Shelf(tmp_path).taken("b" * 64) is None


def test_what_another_user_sealed_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "other"))
    assert Shelf(tmp_path).taken(NAME) is None


def test_without_a_secret_or_a_folder_nothing_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    kept(tmp_path / "file")
    assert Shelf(tmp_path / "file").taken(NAME) is None
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    assert not kept(tmp_path).exists()
    assert Shelf(tmp_path).taken(NAME) is None


def test_only_what_a_build_used_stays(tmp_path: Path) -> None:
    kept(tmp_path)
    shelf = Shelf(tmp_path)
    assert shelf.taken(NAME)
    shelf.put("b" * 64, OUTPUTS, ())
    shelf.close()
    assert sorted(path.name for path in (tmp_path / "parts").iterdir()) == [NAME, "b" * 64]
    kept(tmp_path, "c" * 64)
    assert [path.name for path in (tmp_path / "parts").iterdir()] == ["c" * 64]
