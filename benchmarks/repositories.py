"""Large signed repositories, the same bytes in every run: one result a commit, written by fast-import."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from generator import documents
from tests.support import papers
from tests.support.keys import Key
from tests.support.papers import PROJECT
from tests.support.repository import EPOCH, SCHEMAS, signed_registry

SUITES = ("schema/suites/smi/v0.6.0.yaml", "schema/suites/gateway-api/v1.4.yaml")
"""Test sets of 24 and of 61 tests; a mesh reports on one of them, four of five on the first."""
MESHES = 20
ROBOTS = tuple(Key(f"robot-{number:02}") for number in range(MESHES))


def build(folder: Path, results: int) -> None:
    """Make a repository with one verified result a commit, over 20 meshes."""
    folder.mkdir(parents=True)
    subprocess.run(["git", "init", "--quiet", "--initial-branch=main"], cwd=folder, check=True)
    process = subprocess.Popen(["git", "fast-import", "--quiet", "--done"], cwd=folder, stdin=subprocess.PIPE)
    assert process.stdin
    with process.stdin as stream:
        for number, files in enumerate(_commits(results)):
            stream.write(_commit(number, files))
        stream.write(b"done\n")
    if process.wait():
        raise SystemExit("git fast-import failed")
    subprocess.run(["git", "symbolic-ref", "HEAD", "refs/heads/main"], cwd=folder, check=True)


def _commits(results: int) -> Iterator[dict[str, bytes]]:
    suites = [_Suite(path) for path in SUITES]
    publishers = {
        f"robot-{number:02}": papers.publisher(papers.key(robot), meshes=(_mesh(number),))
        for number, robot in enumerate(ROBOTS)
    }
    registry = signed_registry(papers.registry(publishers=publishers))
    schemas = {f"schema/{name}.schema.json": (PROJECT / f"schema/{name}.schema.json").read_bytes() for name in SCHEMAS}
    meshes = [{"id": _mesh(number), "title": f"Mesh {number:02}"} for number in range(MESHES)]
    programme = papers.written(papers.programme(meshes=meshes))
    yield {
        **schemas,
        **{name: content for name, content in registry.items() if isinstance(content, bytes)},
        **{suite.path: suite.content for suite in suites},
        "meshmark.yaml": programme,
    }
    for number in range(results):
        content = _result(number, suites[number % 5 == 4])
        robot = ROBOTS[number % MESHES]
        path = f"results/{_mesh(number % MESHES)}/{_version(number)}/{_run_id(number)}.yaml"
        yield {path: content, f"{path}.sig": robot.sign(content)}


class _Suite:
    def __init__(self, path: str) -> None:
        self.path = path
        self.content = (PROJECT / path).read_bytes()
        data: Any = documents.read(path, self.content).document
        self.id, self.version = data.data["id"], data.data["version"]
        self.tests = [test["id"] for test in data.data["tests"]]


def _result(number: int, suite: _Suite) -> bytes:
    items = "\n".join(
        f"  - test: {test}\n"
        f"    outcome: {'failed' if (number + index) % 11 == 0 else 'passed'}\n"
        f"    duration: {1 + (number * 7 + index) % 90}.25\n"
        f'    message: "step {index} of run {number}, as the harness reported it"'
        if len(suite.tests) < 30
        else f"  - {{test: {test}, outcome: {'failed' if (number + index) % 11 == 0 else 'passed'}}}"
        for index, test in enumerate(suite.tests)
    )
    day = f"2026-{1 + number // 28 % 12:02}-{1 + number % 28:02}"
    return f"""\
apiVersion: meshmark/v1
kind: Result
audience: {papers.AUDIENCE}
run_id: {_run_id(number)}
publisher: robot-{number % MESHES:02}
issued_at: "{day}T03:04:05Z"
mesh: {{id: {_mesh(number % MESHES)}, version: {_version(number)}}}
suite: {{id: {suite.id}, version: {suite.version}, digest: "{papers.digest(suite.content)}"}}
environment: {{kubernetes: v1.{24 + number % 9}.{number % 15}, platform: kind}}
harness: {{name: meshery, version: v0.7.{number % 40}}}
run:
  status: completed
  started_at: "{day}T02:00:00Z"
  finished_at: "{day}T03:00:00Z"
  url: https://ci.example.org/runs/{number}
results:
{items}
""".encode()


def _mesh(number: int) -> str:
    return f"mesh-{number:02}"


def _version(number: int) -> str:
    release = number // MESHES
    return f"v{1 + release // 200}.{release // 10 % 20}.{release % 10}"


def _run_id(number: int) -> str:
    return f"bench-run-{number:07}"


def _commit(number: int, files: dict[str, bytes]) -> bytes:
    when = EPOCH + 60 * number
    parts = [b"commit refs/heads/main\n", b"committer Bench <bench@example.org> %d +0000\n" % when, _data(b"result\n")]
    for path, content in files.items():
        parts += (b"M 100644 inline %s\n" % path.encode(), _data(content))
    return b"".join(parts)


def _data(content: bytes) -> bytes:
    return b"data %d\n%s\n" % (len(content), content)
