"""What `forking` promises: the same files in the same order, however many processes make them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from generator import forking, machine, site
from generator.findings import Stop
from generator.forking import Count, Task
from generator.judgements import Output
from tests.support import interrupts
from tests.support.papers import PROJECT
from tests.test_site import planned, story

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only there processes are copied")


def files(name: str, made: Count) -> list[Output]:
    found = []
    for number in range(3):
        found.append(Output(path=f"{name}/{number}", content=name.encode() * 50_000))
        made()
    return found


TASKS = [partial(files, name) for name in "abcdefg"]
EACH = [task(lambda: None) for task in TASKS]


@pytest.mark.parametrize("count", [1, 2, 3, 20])
def test_what_is_made_and_its_order_are_those_of_one_process(count: int) -> None:
    assert forking.shared(TASKS, count=count) == EACH
    assert forking.shared([], count=count) == []


@pytest.mark.parametrize("count", [1, 3])
def test_it_is_told_how_many_files_there_are_so_far(count: int) -> None:
    told = list[int]()
    forking.shared(TASKS, count=count, tell=told.append)
    assert told == sorted(told)
    assert all(0 < files <= 21 for files in told)
    assert count > 1 or told == list(range(1, 22))


def test_it_is_told_too_while_only_a_copy_is_at_work() -> None:
    first = os.getpid()

    def slow(made: Count) -> int:
        for _ in range(6):
            time.sleep(0.15 if os.getpid() != first else 0)
            made()
        return 6

    told = list[int]()
    # The first process takes what is left when it comes back from making the copy.
    assert forking.shared([slow, slow], count=2, tell=told.append) == [6, 6]
    assert told[-1] > 6


def at(_made: Count) -> int:
    return os.getpid()


def meeting(first: int, second: int, _made: Count) -> int:
    """Wait for another task to be at work at the same time, in another process."""
    os.write(second, b"x")
    assert os.read(first, 1) == b"x"
    return os.getpid()


def test_tasks_are_done_at_the_same_time_by_copies() -> None:
    ways = [os.pipe(), os.pipe()]
    tasks = [partial(meeting, ways[0][0], ways[1][1]), partial(meeting, ways[1][0], ways[0][1])]
    assert len(set(forking.shared(tasks, count=2))) == 2
    for end in (end for way in ways for end in way):
        os.close(end)


def killed(process: int, name: str, made: Count) -> list[Output]:
    if os.getpid() != process:
        os.kill(os.getpid(), signal.SIGKILL)
    return files(name, made)


def ended(process: int, name: str, made: Count) -> list[Output]:
    if os.getpid() != process:
        os._exit(0)
    return files(name, made)


def broken(process: int, name: str, made: Count) -> list[Output]:
    if os.getpid() != process:
        raise ValueError
    return files(name, made)


class Deadly:
    """Ends the process that tries to write it down, when all that stood before it is written."""

    def __reduce__(self) -> str:
        os.kill(os.getpid(), signal.SIGKILL)
        return ""


def cut_short(process: int, name: str, made: Count) -> list[Any]:
    return files(name, made) if os.getpid() == process else [*files(name, made), Deadly()]


def unwritable(process: int, name: str, made: Count) -> list[Any]:
    return files(name, made) if os.getpid() == process else [lambda: name]


@pytest.mark.parametrize("accident", [killed, ended, broken, cut_short, unwritable])
def test_a_copy_that_meets_with_an_accident_is_done_without(
    accident: Callable[[int, str, Count], list[Output]],
) -> None:
    tasks = [partial(accident, os.getpid(), name) for name in "abcdefg"]
    assert forking.shared(tasks, count=3) == EACH


def test_without_a_place_for_files_there_are_no_copies(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    assert forking.shared([at] * 9, count=3) == [os.getpid()] * 9


def test_a_copy_does_a_task_meanwhile() -> None:
    with forking.meanwhile(os.getpid) as found:
        assert found() != os.getpid()


def test_what_a_copy_could_not_do_is_done_when_it_is_asked_for(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for accident in (killed, ended, broken, cut_short, unwritable):
        with forking.meanwhile(partial(accident, os.getpid(), "a", lambda: None)) as found:
            assert found() == EACH[0]
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    with forking.meanwhile(os.getpid) as found:
        assert found() == os.getpid()


def test_what_nobody_asks_a_copy_for_ends_with_the_block(tmp_path: Path) -> None:
    def slow() -> None:
        (tmp_path / str(os.getpid())).touch()
        time.sleep(60)

    began = time.monotonic()
    with forking.meanwhile(slow):
        while not list(tmp_path.iterdir()):
            time.sleep(0.01)
    assert time.monotonic() - began < 30
    (copy,) = tmp_path.iterdir()
    with pytest.raises(ProcessLookupError):
        os.kill(int(copy.name), 0)


def stopped(_made: Count) -> list[Output]:
    raise Stop("as always")


def test_a_task_that_stops_is_heard_as_from_one_process(monkeypatch: pytest.MonkeyPatch) -> None:
    fork, copies = os.fork, list[int]()

    def noted() -> int:
        copies.append(fork())
        return copies[-1]

    monkeypatch.setattr(os, "fork", noted)
    tasks: list[Task[list[Output]]] = [*TASKS, stopped, *TASKS]
    with pytest.raises(Stop, match="as always"):
        forking.shared(tasks, count=3)
    assert len(copies) == 2
    for copy in copies:
        with pytest.raises(ProcessLookupError):
            os.kill(copy, 0)


def test_beside_another_thread_there_are_no_copies() -> None:
    waiting = threading.Event()
    thread = threading.Thread(target=waiting.wait)
    thread.start()
    found = forking.shared([at] * 9, count=3)
    waiting.set()
    thread.join()
    assert found == [os.getpid()] * 9


def test_an_interrupt_ends_the_copies_too(tmp_path: Path) -> None:
    code = (
        "import os, sys, time\n"
        "from generator import forking\n"
        "def task(made):\n"
        "    open(f'{sys.argv[1]}/{os.getpid()}', 'x').close()\n"
        "    time.sleep(60)\n"
        "forking.shared([task] * 3, count=3)\n"
    )
    with interrupts.heard():
        process = subprocess.Popen(
            [sys.executable, "-c", code, str(tmp_path)], cwd=PROJECT, stderr=subprocess.PIPE, start_new_session=True
        )
    while len(found := list(tmp_path.iterdir())) < 3:
        pass
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate()
    assert said.count(b"Traceback") == 1
    for one in found:
        with pytest.raises(ProcessLookupError):
            os.kill(int(one.name), 0)


@pytest.mark.parametrize("count", [2, 3])
def test_a_site_made_by_copies_is_the_same_byte_for_byte(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    repository = story(tmp_path / "r")
    alone = planned(repository)
    monkeypatch.setattr(site, "MANY", 0)
    monkeypatch.setattr(machine, "cores", lambda: count)
    assert planned(repository) == alone
