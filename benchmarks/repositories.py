"""Large signed repositories, the same bytes in every run: one result a commit, written by fast-import.

They grow as programmes do: each mesh has about four minor versions a year with patches, a version is run
several times, under the Kubernetes versions of its day, and a test that begins to fail fails for a while.
"""

from __future__ import annotations

import functools
import subprocess
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from generator import documents
from tests.support import papers
from tests.support.keys import Key
from tests.support.papers import PROJECT
from tests.support.repository import SCHEMAS, signed_registry

SUITES = ("schema/suites/smi/v0.6.0.yaml", "schema/suites/gateway-api/v1.4.yaml")
"""Test sets of 24 and of 61 tests; four of five results are of the first."""
MESHES = 20
VERSIONS = 100
"""Versions that a mesh has once it is full-grown, over five years; a young programme has its first ones."""
RUNS = 2
"""Runs of a version in a programme that is not full-grown."""
ROBOTS = tuple(Key(f"robot-{number:02}") for number in range(MESHES))

_START = datetime(2021, 1, 1, 2, tzinfo=UTC)
_QUARTER, _BETWEEN_PATCHES, _WATCHED = timedelta(days=91), timedelta(days=24), timedelta(days=40)
_PATCHES = (8, 3, 5, 4, 6, 2, 7, 5)
"""How many versions a minor version gets, in turn: five on average."""
_STRETCH = 70
"""Days for which a test fails once it does; one stretch in thirty is a bad one."""


class _Run(NamedTuple):
    """One run: of which mesh and suite, the how manieth of that mesh, of which version, and when it ended."""

    mesh: int
    suite: int
    number: int
    version: str
    ended: datetime

    @property
    def id(self) -> str:
        return f"bench-{self.ended:%Y%m%dt%H%M%Sz}-{self.mesh:02}-{self.number:05}".lower()


def build(folder: Path, results: int) -> None:
    """Make a repository with one verified result a commit, over 20 meshes, in the order of their runs."""
    folder.mkdir(parents=True)
    subprocess.run(["git", "init", "--quiet", "--initial-branch=main"], cwd=folder, check=True)
    process = subprocess.Popen(["git", "fast-import", "--quiet", "--done"], cwd=folder, stdin=subprocess.PIPE)
    assert process.stdin
    with process.stdin as stream:
        for when, files in _commits(results):
            stream.write(_commit(when, files))
        stream.write(b"done\n")
    if process.wait():
        raise SystemExit("git fast-import failed")
    subprocess.run(["git", "symbolic-ref", "HEAD", "refs/heads/main"], cwd=folder, check=True)


def _commits(results: int) -> Iterator[tuple[datetime, dict[str, bytes]]]:
    suites = [_Suite(path) for path in SUITES]
    publishers = {
        f"robot-{number:02}": papers.publisher(papers.key(robot), meshes=(_mesh(number),))
        for number, robot in enumerate(ROBOTS)
    }
    begun = f"{_START - timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}"
    registry = signed_registry(papers.registry(publishers=publishers, issued_at=begun))
    schemas = {f"schema/{name}.schema.json": (PROJECT / f"schema/{name}.schema.json").read_bytes() for name in SCHEMAS}
    meshes = [{"id": _mesh(number), "title": f"Mesh {number:02}"} for number in range(MESHES)]
    yield (
        _START,
        {
            **schemas,
            **{name: content for name, content in registry.items() if isinstance(content, bytes)},
            **{suite.path: suite.content for suite in suites},
            "meshmark.yaml": papers.written(papers.programme(meshes=meshes)),
        },
    )
    for run in _runs(results):
        content = _result(run, suites[run.suite])
        path = f"results/{_mesh(run.mesh)}/{run.version}/{run.id}.yaml"
        yield run.ended + timedelta(minutes=20), {path: content, f"{path}.sig": ROBOTS[run.mesh].sign(content)}


def _runs(results: int) -> list[_Run]:
    """Give every run of every mesh in the order of their ends, in which they are committed."""
    found = []
    for mesh in range(MESHES):
        own = len(range(mesh, results, MESHES))
        versions = _versions(min(VERSIONS, max(1, own // RUNS)))
        for number in range(own):
            place = number * len(versions) // own
            first = -(-place * own // len(versions))
            each = max(1, own // len(versions))
            version, released = versions[place]
            ended = released + _WATCHED * (number - first) / each + timedelta(days=mesh % 7, minutes=61 * mesh)
            found.append(_Run(mesh, _suite_of(mesh, number), number, version, ended.replace(microsecond=0)))
    return sorted(found, key=lambda run: (run.ended, run.mesh, run.number))


def _versions(count: int) -> list[tuple[str, datetime]]:
    """Give the first versions of a mesh with their releases: patches of a minor version go on behind the next."""
    found = list[tuple[str, datetime]]()
    minor = 0
    while len(found) < count:
        for patch in range(_PATCHES[minor % len(_PATCHES)]):
            released = _START + _QUARTER * minor + _BETWEEN_PATCHES * patch
            found.append((f"v{1 + minor // 12}.{minor % 12}.{patch}", released))
        minor += 1
    return found[:count]


def _suite_of(mesh: int, number: int) -> int:
    """Give the test set of a run: two meshes report on the second, four on both in turn, the others on the first."""
    return 1 if mesh in {4, 9} or (mesh % 5 == 0 and number % 2) else 0


class _Suite:
    def __init__(self, path: str) -> None:
        self.path = path
        self.content = (PROJECT / path).read_bytes()
        data: Any = documents.read(path, self.content).document
        self.id, self.version = data.data["id"], data.data["version"]
        self.tests = [test["id"] for test in data.data["tests"]]


def _result(run: _Run, suite: _Suite) -> bytes:
    day = (run.ended - _START).days
    outcomes = ["failed" if _fails(run.mesh, test, day) else "passed" for test in suite.tests]
    items = "\n".join(
        f"  - test: {test}\n"
        f"    outcome: {outcome}\n"
        f"    duration: {1 + (run.number * 7 + index) % 90}.25\n"
        f'    message: "step {index} of run {run.number}, as the harness reported it"'
        if len(suite.tests) < 30
        else f"  - {{test: {test}, outcome: {outcome}}}"
        for index, (test, outcome) in enumerate(zip(suite.tests, outcomes, strict=True))
    )
    started, reported = run.ended - timedelta(hours=1), run.ended + timedelta(minutes=4)
    return f"""\
apiVersion: meshmark/v1
kind: Result
audience: {papers.AUDIENCE}
run_id: {run.id}
publisher: robot-{run.mesh:02}
issued_at: "{reported:%Y-%m-%dT%H:%M:%SZ}"
mesh: {{id: {_mesh(run.mesh)}, version: {run.version}}}
suite: {{id: {suite.id}, version: {suite.version}, digest: "{papers.digest(suite.content)}"}}
environment: {{kubernetes: v1.{20 + day // 120 + run.number % 3}.{run.number // 3 % 8}, platform: kind}}
harness: {{name: meshery, version: v0.7.{day // 60}}}
run:
  status: completed
  started_at: "{started:%Y-%m-%dT%H:%M:%SZ}"
  finished_at: "{run.ended:%Y-%m-%dT%H:%M:%SZ}"
  url: https://ci.example.org/{_mesh(run.mesh)}/runs/{run.number}
results:
{items}
""".encode()


def _fails(mesh: int, test: str, day: int) -> bool:
    phase = zlib.crc32(f"{mesh} {test}".encode()) % _STRETCH
    return _bad(mesh, test, (day + phase) // _STRETCH)


@functools.cache
def _bad(mesh: int, test: str, stretch: int) -> bool:
    return zlib.crc32(f"{test} {stretch} {mesh}".encode()) % 30 == 0


def _mesh(number: int) -> str:
    return f"mesh-{number:02}"


def _commit(when: datetime, files: dict[str, bytes]) -> bytes:
    seconds = int(when.timestamp())
    parts = [b"commit refs/heads/main\n", b"committer Bench <bench@example.org> %d +0000\n" % seconds]
    parts.append(_data(b"result\n"))
    for path, content in files.items():
        parts += (b"M 100644 inline %s\n" % path.encode(), _data(content))
    return b"".join(parts)


def _data(content: bytes) -> bytes:
    return b"data %d\n%s\n" % (len(content), content)
