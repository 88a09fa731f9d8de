"""What `workers` promises: what they say is what we would find out, and they never outlive their use."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks import repositories
from generator import machine
from generator.examination import examine
from generator.schemas import Schema
from generator.workers import Gone, Parcel, Worker
from tests.support import interrupts, papers
from tests.support.papers import PROJECT, ROBOT, STRANGER, result

SCHEMA = Schema("result", (PROJECT / "schema/result.schema.json").read_bytes())
PATH = "results/kelp/v1.0.0/toy-run-0001.yaml"
CONTENT = papers.written(result(results=papers.outcomes(A_1="é ☃ \U0001f600")))
TRUSTED = frozenset({ROBOT.public})
PARCELS = [
    Parcel(PATH, content, sidecar)
    for content in (CONTENT, papers.written(result()), b"", b"[", b"a: no\n", b"a: 1.0\nb: -0.0\nc: 1\n", b"\xff")
    for sidecar in (ROBOT.sign(content), STRANGER.sign(content), ROBOT.sign(b"other"), b"")
]


@pytest.fixture
def worker() -> Iterator[Worker]:
    made = Worker(SCHEMA)
    yield made
    made.end()


def test_a_worker_says_what_this_process_would_find_out(worker: Worker) -> None:
    worker.send(PARCELS, TRUSTED)
    ours = [examine(*parcel, SCHEMA, TRUSTED) for parcel in PARCELS]
    theirs = worker.receive([PATH] * len(PARCELS))
    assert theirs == ours
    assert repr(theirs) == repr(ours)


def test_a_worker_believes_the_keys_that_it_was_told_last(worker: Worker) -> None:
    parcels = [Parcel(PATH, CONTENT, ROBOT.sign(CONTENT)), Parcel(PATH, CONTENT, STRANGER.sign(CONTENT))]
    told = (frozenset[bytes](), TRUSTED, TRUSTED, frozenset({STRANGER.public}))
    for trusted in told:
        worker.send(parcels, trusted)
    read = [[one.reading is not None for one in worker.receive([PATH, PATH])] for _ in told]
    assert read == [[False, False], [True, False], [True, False], [False, True]]


def test_neither_side_ever_waits_for_the_other(worker: Worker) -> None:
    content = papers.written(result(harness={"name": "x", "version": "y" * 200_000}))
    parcels = [Parcel(PATH, content, ROBOT.sign(content))] * 10
    for _ in range(10):
        worker.send(parcels, TRUSTED)
    for _ in range(10):
        assert len(worker.receive([PATH] * 10)) == 10


def test_a_worker_that_was_killed_is_gone(worker: Worker) -> None:
    worker.send(PARCELS, TRUSTED)
    worker._process.kill()
    worker._process.wait()
    with pytest.raises(Gone):
        worker.receive([PATH] * len(PARCELS))
    with pytest.raises(Gone):
        worker.send(PARCELS * 100, TRUSTED)


def test_a_worker_that_says_something_else_is_gone(worker: Worker) -> None:
    worker.send(PARCELS, TRUSTED)
    with pytest.raises(Gone):
        worker.receive([PATH])


def test_a_machine_that_cannot_start_one_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with pytest.raises(Gone):
        Worker(SCHEMA)


def test_ending_a_worker_twice_is_once_too_often_but_harmless(worker: Worker) -> None:
    worker.end()
    assert worker._process.poll() is not None


def test_there_is_always_a_core() -> None:
    assert 1 <= machine.cores() <= 16


# Whole programs that come to a sudden end.


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("large") / "r"
    repositories.build(folder, 700)
    return folder


def _children(parent: int) -> set[int]:
    found = set()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            if int(fields[1]) == parent and b"workers.serve" in (folder / "cmdline").read_bytes():
                found.add(int(folder.name))
        except OSError:
            continue
    return found


def _wait(ready: object) -> None:
    assert callable(ready)
    deadline = time.monotonic() + 60
    while not ready():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def _alive(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


needs_proc = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks for processes in /proc")
PROGRAM = (
    "import sys; from generator import cli, foresight, machine; foresight.LEAST = 50; machine.cores = lambda: 2; "
    "sys.exit(cli.main(sys.argv[1:]))"
)


def _started(folder: Path) -> tuple[subprocess.Popen[str], set[int]]:
    with interrupts.heard():
        process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, "verify", "--root", str(folder)],
            cwd=PROJECT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
    _wait(lambda: process.poll() is not None or len(_children(process.pid)) == 2)
    return process, _children(process.pid)


@needs_proc
def test_an_interrupt_ends_the_program_and_all_its_workers(large: Path) -> None:
    process, children = _started(large)
    assert len(children) == 2
    os.killpg(process.pid, signal.SIGINT)
    printed, said = process.communicate(timeout=60)
    assert (process.returncode, said) == (130, "interrupted; nothing was changed\n")
    assert "Traceback" not in printed + said
    _wait(lambda: not any(map(_alive, children)))


@needs_proc
def test_workers_end_when_the_program_was_killed(large: Path) -> None:
    process, children = _started(large)
    assert len(children) == 2
    process.kill()
    process.communicate(timeout=60)
    _wait(lambda: not any(map(_alive, children)))


@needs_proc
@pytest.mark.parametrize("killed", [1, 2])
def test_whatever_happens_to_workers_the_report_is_the_same(large: Path, killed: int) -> None:
    process, children = _started(large)
    assert len(children) == 2
    for child in sorted(children)[:killed]:
        os.kill(child, signal.SIGKILL)
    printed, said = process.communicate(timeout=60)
    alone = subprocess.run(
        [sys.executable, "-m", "generator", "verify", "--root", str(large)],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert (process.returncode, printed, said) == (0, alone.stdout, "")
    assert not any(map(_alive, children))


def test_a_program_that_is_no_module_has_workers_too(large: Path) -> None:
    script = (
        f"import sys; sys.path.insert(0, {str(PROJECT)!r}); from generator import foresight, machine, workers\n"
        "class Watched(workers.Worker):\n"
        "    def receive(self, paths):\n"
        "        found = super().receive(paths); print(len(found), file=sys.stderr); return found\n"
        "foresight.Worker, machine.cores = Watched, lambda: 2\n"
        "from generator import cli; sys.exit(cli.main(sys.argv[1:]))"
    )
    done = subprocess.run(
        [sys.executable, "-", "verify", "--root", str(large)],
        cwd=large,
        input=script,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "700 of 700 results count" in done.stdout
    assert sum(map(int, done.stderr.split())) == 700
