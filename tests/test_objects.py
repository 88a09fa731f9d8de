"""What `objects` promises: every object in its order, none that is missing, and no end to it."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from generator.objects import Objects
from tests.support.repository import Repository

MISSING = "0" * 40


class Case:
    """A repository with its objects, and the commands that were started."""

    def __init__(self, folder: Path) -> None:
        self.repository = Repository(folder).start()
        self.repository.commit({"a": b"1\n", "b": b"", "c": b"x" * 1000})
        self.started: list[str] = []
        self.objects = Objects(self._start)

    def _start(self, how: str) -> Any:
        self.started.append(how)
        return subprocess.Popen(
            ["git", "cat-file", how],
            cwd=self.repository.root,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )

    def id(self, name: str) -> str:
        return self.repository.git("rev-parse", f"HEAD:{name}")


@pytest.fixture
def case(tmp_path: Path) -> Iterator[Case]:
    made = Case(tmp_path / "r")
    yield made
    made.objects.close()


def test_objects_come_in_the_order_of_their_ids(case: Case) -> None:
    a, b, c = map(case.id, "abc")
    assert case.objects.read([c, MISSING, a, b, a]) == [
        ("blob", b"x" * 1000),
        None,
        ("blob", b"1\n"),
        ("blob", b""),
        ("blob", b"1\n"),
    ]
    assert case.objects.headers([b, case.id(""), MISSING]) == [("blob", 0), ("tree", 87), None]
    assert case.objects.read([]) == []


def test_only_blobs_within_the_limit_are_read(case: Case) -> None:
    a, b, c = map(case.id, "abc")
    assert case.objects.blobs([a, c, case.id(""), MISSING, b, a], 999) == [b"1\n", None, None, None, b"", b"1\n"]
    assert case.objects.blobs([c], 1000) == [b"x" * 1000]


def test_any_number_of_objects_is_read_through_one_process(case: Case) -> None:
    a, c = case.id("a"), case.id("c")
    assert case.objects.blobs([a, c] * 1_500, 10_000) == [b"1\n", b"x" * 1000] * 1_500
    assert len(case.started) == 1


def test_a_broken_object_costs_only_itself(case: Case) -> None:
    a, b, c = map(case.id, "abc")
    file = case.repository.root / ".git/objects" / b[:2] / b[2:]
    file.chmod(0o644)
    file.write_bytes(b"this is no object")
    assert case.objects.read([a, b, c]) == [("blob", b"1\n"), None, ("blob", b"x" * 1000)]
    assert case.objects.blobs([a, b, c], 10) == [b"1\n", None, None]


def test_a_process_that_was_killed_is_started_again(case: Case) -> None:
    a = case.id("a")
    assert case.objects.headers([a]) == [("blob", 2)]
    case.objects._processes["--batch-check"].kill()
    case.objects._processes["--batch-check"].wait()
    assert case.objects.headers([a, a]) == [("blob", 2)] * 2


def test_closing_ends_the_processes_even_in_the_middle_of_an_answer(case: Case) -> None:
    case.repository.commit({"big": b"y" * 10**6})
    process = case._start("--batch")
    case.objects._processes["--batch"] = process
    process.stdin.write(f"{case.id('big')}\n".encode())
    process.stdin.flush()
    case.objects.close()
    assert process.poll() is not None
