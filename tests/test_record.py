"""The verb record, as a harness meets it: through a pipe, on a terminal, and interrupted."""

from __future__ import annotations

import io
import json
import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from generator import cli, console, documents
from tests.support import interrupts, papers
from tests.support.papers import PROJECT
from tests.support.repository import Repository, basis

Captured = pytest.CaptureFixture[str]
TOLD = (
    *("--mesh", "kelp", "--mesh-version", "1.20", "--kubernetes", "v1.33.1", "--publisher", "kelp-robot"),
    *("--suite", "toy:v1", "--harness", "toy-runner:3"),
)
LINES = [{"test": test, "outcome": "passed"} for test in papers.TESTS]
END = {"end": "completed"}


@pytest.fixture
def programme(tmp_path: Path) -> Repository:
    repository = Repository(tmp_path / "programme").start()
    names = ("robot", "mapping", "import")
    schemas = {f"schema/{name}.schema.json": (PROJECT / f"schema/{name}.schema.json").read_bytes() for name in names}
    repository.commit({**basis(), **schemas})
    return repository


def stream(*lines: Any) -> bytes:
    return "".join(f"{line if isinstance(line, str) else json.dumps(line)}\n" for line in lines).encode()


def record(
    repository: Repository, content: bytes, monkeypatch: pytest.MonkeyPatch, *arguments: str, told: Sequence[str] = TOLD
) -> int:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
    return cli.main(["record", "--root", str(repository.root), *told, *arguments])


def written(repository: Repository) -> dict[str, Any]:
    (path,) = sorted((repository.root / "results").rglob("*.yaml"))
    document = documents.read(str(path), path.read_bytes()).document
    assert document
    data: dict[str, Any] = document.data
    return data


def test_a_run_becomes_a_result_at_its_path(
    programme: Repository, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    assert record(programme, stream(*LINES, END), monkeypatch) == console.CLEAN
    printed = capsys.readouterr()
    result = written(programme)
    assert printed.out.strip() == f"results/kelp/1.20/{result['run_id']}.yaml"
    assert result["run"]["status"] == "completed"
    assert result["run"]["started_at"] <= result["run"]["finished_at"] == result["issued_at"]
    assert [item["outcome"] for item in result["results"]] == ["passed"] * 4
    assert "1 written" in printed.err
    programme.commit({})


def test_a_stream_that_breaks_off_is_an_aborted_run_and_says_so(
    programme: Repository, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    assert record(programme, stream(*LINES[:2]), monkeypatch) == console.FINDINGS
    assert "the stream ended without its end line; the result says that the run was aborted" in capsys.readouterr().err
    result = written(programme)
    assert (result["run"]["status"], result["run"]["phase"]) == ("aborted", "A-2")
    assert [item["outcome"] for item in result["results"]] == ["passed", "passed", "not-run", "not-run"]


def test_a_run_that_is_told_to_be_aborted_is_no_fault_of_the_stream(
    programme: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert record(programme, stream(*LINES[:2], {"end": "aborted", "phase": "installing"}), monkeypatch) == 0
    assert written(programme)["run"]["phase"] == "installing"


def test_a_stream_without_a_line_makes_no_result(
    programme: Repository, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    assert record(programme, b"", monkeypatch) == console.FINDINGS
    assert "the stream ended before its first line" in capsys.readouterr().err
    assert not (programme.root / "results").exists()


@pytest.mark.parametrize(
    "case",
    [
        (TOLD[:2] + TOLD[4:], LINES[0], "which version of the mesh was tested"),
        (TOLD[:-2], LINES[0], "what ran the tests"),
        (TOLD[:8] + TOLD[10:], LINES[0], "nobody has said which suite is run"),
        (TOLD[:2] + TOLD[4:], {"mesh_version": "1 6 0/../x"}, "does not fit a path"),
    ],
    ids=["version", "harness", "suite", "bad-version"],
)
def test_what_keeps_a_run_from_becoming_a_result_is_said_after_its_first_line(
    programme: Repository,
    case: tuple[Sequence[str], dict[str, str], str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: Captured,
) -> None:
    told, first, said = case
    assert record(programme, stream(first, "what follows is not read"), monkeypatch, told=told) == console.FINDINGS
    printed = capsys.readouterr().err
    assert said in printed
    assert "standard input:2" not in printed


def test_the_last_line_ends_the_command_even_if_the_pipe_stays_open(programme: Repository) -> None:
    process = started(programme, stderr=subprocess.PIPE)
    assert process.stdin
    process.stdin.write(stream(*LINES, END))
    process.stdin.flush()
    assert process.wait(timeout=60) == console.CLEAN
    process.communicate()


def test_bad_lines_are_findings_and_the_rest_is_written(
    programme: Repository, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    content = stream(LINES[0], "oops", LINES[1]) + b"x" * 200_000 + b"\n" + stream(*LINES[2:], END)
    assert record(programme, content, monkeypatch) == console.FINDINGS
    printed = capsys.readouterr()
    assert "standard input:2: error import-source" in printed.err
    assert "standard input:4: error import-source" in printed.err
    result = written(programme)
    assert [item["outcome"] for item in result["results"]] == ["passed"] * 4
    assert result["notices"] == [{"name": "lines-refused", "message": "2 of 7 lines were refused"}]


def test_what_no_stream_can_tell_is_asked_for_before_the_run(
    programme: Repository, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    told = ("--suite", "toy:v1")
    assert record(programme, stream(*LINES), monkeypatch, "--format", "json", told=told) == console.FINDINGS
    answer = json.loads(capsys.readouterr().out)
    assert [finding["message"] for finding in answer["findings"]] == [
        "a stream cannot tell --publisher",
        "a stream cannot tell --kubernetes",
    ]
    assert answer["written"] == []
    assert not (programme.root / "results").exists()


def test_the_first_line_may_tell_of_mesh_harness_and_suite(
    programme: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = {"mesh": "Kelp", "mesh_version": "1.20", "suite": "toy:v1", "harness": "toy-runner", "harness_version": "3"}
    meshes = [{"id": "kelp", "title": "Kelp Mesh", "names": ["Kelp"]}]
    programme.commit({"meshmark.yaml": papers.written(papers.programme(meshes=meshes))})
    told = ("--kubernetes", "v1.33.1", "--publisher", "kelp-robot")
    assert record(programme, stream(first, *LINES, END), monkeypatch, told=told) == console.CLEAN
    result = written(programme)
    assert (result["mesh"], result["harness"]) == (
        {"id": "kelp", "version": "1.20"},
        {"name": "toy-runner", "version": "3"},
    )


def started(repository: Repository, **streams: Any) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "generator", "record", "--root", str(repository.root), *TOLD]
    environment = {**os.environ, "PYTHONPATH": str(PROJECT), "TERM": "xterm", "COLUMNS": "100"}
    with interrupts.heard():
        return subprocess.Popen(
            command, cwd=repository.root, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, **streams
        )


def drained(terminal: int, until: bytes) -> bytes:
    """Read what is drawn on a terminal until something stands there."""
    seen, limit = b"", time.monotonic() + 60
    while until not in seen and time.monotonic() < limit:
        seen += os.read(terminal, 4096)
    return seen


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupted_run_is_drawn_while_it_lasts_and_written_when_it_ends(
    programme: Repository, number: signal.Signals
) -> None:
    terminal, theirs = pty.openpty()
    process = started(programme, stderr=theirs)
    os.close(theirs)
    assert process.stdin
    process.stdin.write(stream(*LINES[:3]))
    process.stdin.flush()
    drawn = drained(terminal, b"3 passed")
    assert b"B-1: 3 passed" in drawn
    assert b"3/4" in drawn
    process.send_signal(number)
    out, _ = process.communicate(timeout=60)
    os.close(terminal)
    assert process.returncode == console.INTERRUPTED
    result = written(programme)
    assert out.decode().strip().endswith(f"{result['run_id']}.yaml")
    assert (result["run"]["status"], result["run"]["phase"]) == ("aborted", "B-1")


def test_in_a_pipe_nothing_is_drawn(programme: Repository) -> None:
    process = started(programme, stderr=subprocess.PIPE)
    _, errors = process.communicate(stream(*LINES, END), timeout=60)
    assert errors == b"1 written; no findings\n"
