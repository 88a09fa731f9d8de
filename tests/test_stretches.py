"""What `stretches` promises: what git says of a line is the same in one stretch and in many."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest

from generator import history, stretches
from generator.findings import Stop
from tests.support import repository


@pytest.fixture
def line(tmp_path: Path) -> repository.Repository:
    """Eleven commits of a main line, a merge among them."""
    written = repository.Repository(tmp_path / "r").start()
    for number in range(9):
        written.commit({f"file-{number % 4}": b"%d\n" % number})
    written.git("switch", "--quiet", "--create", "side")
    written.commit({"aside": b"1\n"})
    written.git("switch", "--quiet", "main")
    written.commit({"file-0": b"in the main line\n"})
    written.merge("side")
    return written


def opened(written: repository.Repository) -> history.Repository:
    return history.Repository(written.root)


@pytest.mark.parametrize("length", [1, 2, 5, 11])
def test_the_transitions_of_a_line_are_those_of_its_stretches(
    line: repository.Repository, monkeypatch: pytest.MonkeyPatch, length: int
) -> None:
    whole = list(opened(line).transitions())
    monkeypatch.setattr(stretches, "_LENGTH", length)
    assert list(opened(line).transitions()) == whole
    assert len(whole) == 11


def test_a_tree_that_is_missing_stops_when_its_stretch_is_reached(
    line: repository.Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree = line.git("rev-parse", "HEAD~4^{tree}")
    (line.root / ".git/objects" / tree[:2] / tree[2:]).unlink()
    monkeypatch.setattr(stretches, "_LENGTH", 2)
    read = list[str]()
    with pytest.raises(Stop, match="cannot compare the trees"):
        read.extend(one.commit for one in opened(line).transitions())
    # The last commit of a stretch is whole only when the next one begins.
    assert len(read) == 5


def test_whoever_stops_listening_leaves_no_process_behind(
    line: repository.Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stretches, "_LENGTH", 1)
    transitions = opened(line).transitions()
    first = next(iter(transitions))
    assert first.changes
    del transitions
    # What had been left behind would be complained of here, and fail the test.
    gc.collect()
