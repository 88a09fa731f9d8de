"""The demonstration's story as documents, pure: data and days in, the papers of a programme out."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, TypeAlias

from generator import cast, mishaps, sshsig, story, urls
from generator.sshsig import SeededKey
from generator.story import TestSet

Paper: TypeAlias = dict[str, Any]

PHRASE: Final = "meshmark demo, worthless: "
"""What stands before an owner's name where a seed is made; see `key`."""

_TIME: Final = "%Y-%m-%dT%H:%M:%SZ"
_LETTERS: Final[dict[str, Paper]] = {
    "P": {"outcome": "passed"},
    "F": {"outcome": "failed"},
    "S": {"outcome": "skipped"},
    "E": {"outcome": "error", "message": "The cluster did not answer within 300 seconds."},
    "-": {"outcome": "not-run"},
    "?": {"outcome": "unknown", "message": "The source does not say."},
    "N": {"outcome": "skipped", "capability": "none", "message": "This release does not implement it."},
    "X": {"outcome": "failed", "message": "The resource definition was not found."},
    "C": {"outcome": "passed", "capability": "none"},
    "A": {"outcome": "skipped", "capability": "full"},
    "H": {"outcome": "failed", "conditions": {"passed": 3, "failed": 1, "skipped": 0}},
    "h": {"outcome": "passed", "capability": "partial", "conditions": {"passed": 3, "failed": 0, "skipped": 1}},
}
"""What the letters of `cast` stand for."""


def key(owner: str) -> SeededKey:
    """Give the public and worthless key of an owner, such as `ada` or `example-kelp/2023a`."""
    return SeededKey(seed=hashlib.sha256(f"{PHRASE}{owner}".encode()).digest())


def number(text: str) -> int:
    """Give a number below 2**32 that follows from a text and looks like none other."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4])


def robot(mesh: str) -> str:
    """Give the publisher of a mesh."""
    return f"{mesh}-robot"


def account(publisher: str) -> Paper:
    """Give a publisher's account at a forge that does not exist."""
    return {"forge": "example", "login": publisher, "id": number(publisher) % 10_000_000 + 1}


def address(publisher: str) -> str:
    """Give the e-mail address of a publisher's account."""
    found = account(publisher)
    return f"{found['id']}+{found['login']}@users.noreply.{found['forge']}.com"


def programme() -> Paper:
    """Give meshmark.yaml."""
    return {
        "apiVersion": "meshmark/v1",
        "kind": "Programme",
        "title": story.TITLE,
        "summary": story.SUMMARY,
        "base_url": f"{story.ADDRESS}/",
        "repository": f"{story.ADDRESS}.git",
        "freshness": {"fresh": 180, "ageing": 365, "stale": 730},
        "meshes": [{"id": m.id, "title": m.title, "url": f"https://example.org/{m.id}"} for m in cast.MESHES],
        "bundles": [
            {
                "suite": suite.id,
                "version": version,
                "released": day,
                "api_versions": {one.id: _api_version(suite, version) for one in suite.specifications},
            }
            for suite in story.SUITES
            for version, day in reversed(suite.versions)
        ],
    }


def suite(tests: TestSet, version: str) -> Paper:
    """Give one version of a test set."""
    scoring = {"scoring": "meshery-2021"} if version in tests.scoring else {}
    return {
        "apiVersion": "meshmark/v1",
        "kind": "Suite",
        "id": tests.id,
        "version": version,
        "title": f"{tests.title} {version} (fictitious)",
        "summary": f"An invented test set; what {tests.title.lower()} would be if it existed.",
        **scoring,
        "specifications": [
            {"id": one.id, "title": one.title, "api_version": _api_version(tests, version), "kinds": [one.kind]}
            for one in tests.specifications
        ],
        "tests": [_test(tests, version, test) for test in in_version(tests, version)],
    }


def _api_version(tests: TestSet, version: str) -> str:
    return f"v1alpha{[name for name, _ in tests.versions].index(version) + 1}"


def in_version(tests: TestSet, version: str) -> tuple[tuple[str, str, str, str], ...]:
    """Give the tests of one version of a test set; a version keeps what the one before had."""
    known = [name for name, _ in tests.versions]
    return tuple(test for test in tests.tests if known.index(test[3]) <= known.index(version))


def _test(tests: TestSet, version: str, test: tuple[str, str, str, str]) -> Paper:
    name, specification, title, first = test
    kinds = {one.id: one.kind for one in tests.specifications}
    presence = name.endswith("0")
    found: Paper = {
        "id": name,
        "specification": specification,
        "assertion": "presence" if presence else "capability",
        "title": title,
        "asserts": f"The resource definition {kinds[specification]} exists."
        if presence
        else "It holds for each of 50 requests.",
    }
    if first != version:
        found["aliases"] = [{"version": first, "test": name}]
    return found


def version_of(tests: TestSet, day: str) -> str:
    """Give the version of a test set that was in use on a day; empty before the first."""
    return next((version for version, since in reversed(tests.versions) if since <= day), "")


def kubernetes(day: str, back: int = 0) -> str:
    """Give the Kubernetes version in use on a day, or one some versions before it."""
    return [version for since, version in story.KUBERNETES if since <= day][-1 - back]


def observations(tests: TestSet, version: str, letters: str) -> list[Paper]:
    """Give the results list of a run from its row of letters."""
    by_test = dict(zip((test[0] for test in tests.tests), letters.replace(" ", ""), strict=True))
    return [{"test": test[0], **_LETTERS[by_test[test[0]]]} for test in in_version(tests, version)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A run of a test set against a release, with the letters that say how it went.

    `back` says how many versions of Kubernetes it stays behind.
    """

    tests: TestSet
    letters: str
    mesh: str
    version: str
    started: datetime
    variant: tuple[tuple[str, str], ...] = ()
    back: int = 0

    @property
    def day(self) -> str:
        """Give the day of the run."""
        return self.started.strftime("%Y-%m-%d")


def result(run: Run, digest: str) -> Paper:
    """Give a robot's result of a run; `digest` is that of the suite's file."""
    suite_version = version_of(run.tests, run.day)
    stamp, short = run.started.strftime("%Y%m%dt%H%Mz"), run.mesh.removeprefix("example-")
    run_id = f"{run.tests.id}-{suite_version}-{stamp}-{short}"
    page = f"https://ci.example.org/runs/{number(run_id) % 1_000_000}"
    finished = run.started + timedelta(seconds=600 + number(run_id) % 1200)
    found = observations(run.tests, suite_version, run.letters)
    for one in found:
        _elaborate(one, run_id)
    paper: Paper = {
        "apiVersion": "meshmark/v1",
        "kind": "Result",
        "audience": story.ADDRESS,
        "run_id": run_id,
        "publisher": robot(run.mesh),
        "issued_at": (finished + timedelta(seconds=20)).strftime(_TIME),
        "mesh": {"id": run.mesh, "version": run.version},
        "suite": {"id": run.tests.id, "version": suite_version, "digest": digest},
        "environment": {"kubernetes": kubernetes(run.day, run.back), "platform": "kind"},
        "harness": {"name": "example-harness", "version": f"v0.{run.started.year - 2020}.{run.started.month}"},
        "run": {
            "status": "completed",
            "started_at": run.started.strftime(_TIME),
            "finished_at": finished.strftime(_TIME),
            "url": page,
        },
        "evidence": [{"url": f"{page}/log.txt", "sha256": hashlib.sha256(run_id.encode()).hexdigest()}],
        "results": found,
    }
    return paper | ({"variant": dict(run.variant)} if run.variant else {})


def _elaborate(one: Paper, run_id: str) -> None:
    """Give a test that ran its duration, and one that failed its message."""
    chance = number(f"{run_id} {one['test']}")
    if one["outcome"] in {"passed", "failed"}:
        one["duration"] = chance % 3000 / 100
    if one["outcome"] == "failed" and "message" not in one:
        one["message"] = f"{chance % 40 + 5} of 50 requests did not do what was asked."


def aborted(paper: Paper, phase: str, kept: int) -> Paper:
    """Give a run that broke off in `phase`, after its first `kept` tests."""
    found = [
        one if index < kept else {"test": one["test"], "outcome": "not-run"}
        for index, one in enumerate(paper["results"])
    ]
    return {**paper, "run": {**paper["run"], "status": "aborted", "phase": phase}, "results": found}


def transcription(one: cast.Transcription, digest: str, issued_at: datetime) -> Paper:
    """Give what the archivist copied from a public tracker that does not exist."""
    tests, mesh = story.BASICS, cast.TIDE.id
    version = version_of(tests, one.day)
    found = observations(tests, version, one.letters)
    failed = next((item["test"] for item in found if item["outcome"] == "failed"), "")
    stated = {test[0]: test[1] for test in tests.tests}.get(failed, "")
    recorded: Paper = {"id": str(number(one.day) % 900 + 100), "date": one.day, "cases": one.cases}
    recorded |= {"percentage": one.percentage} if one.percentage else {}
    recorded["note"] = one.note
    if failed:
        recorded["specifications"] = [{"specification": stated, "failed_step": failed, "capability": "FULL"}]
    return {
        "apiVersion": "meshmark/v1",
        "kind": "Result",
        "audience": story.ADDRESS,
        "run_id": f"{tests.id}-{version}-{one.day.replace('-', '')}-tide",
        "publisher": story.ARCHIVE,
        "issued_at": issued_at.strftime(_TIME),
        "mesh": {"id": mesh, "version": one.version},
        "suite": {"id": tests.id, "version": version, "digest": digest},
        "environment": {"kubernetes": "unknown"},
        "harness": {"name": "example-harness", "version": "unknown"},
        "run": {
            "status": "completed",
            "not_before": f"{one.day}T00:00:00Z",
            "not_after": f"{one.day}T23:59:59Z",
        },
        "transcribed_from": [f"https://tracker.example.org/{recorded['id']}"],
        "recorded": recorded,
        "results": found,
    }


def registry() -> Paper:
    """Give version 1 of the registry: its maintainers, the robots of the first day, the archivist."""
    publishers = {robot(mesh.id): publisher(mesh) for mesh in cast.ROBOTS if not mesh.enrolled}
    publishers[story.ARCHIVE] = {
        "role": "archivist",
        "account": account(story.ARCHIVE),
        "meshes": ["*"],
        "keys": [{"id": "2023a", "key": line(f"{story.ARCHIVE}/2023a"), "status": "active"}],
    }
    return {
        "apiVersion": "meshmark/v1",
        "kind": "ServiceAccounts",
        "audience": story.ADDRESS,
        "version": 1,
        "previous": "none",
        "issued_at": f"{story.FOUNDED}T09:00:00Z",
        "threshold": story.THRESHOLD,
        "maintainers": [{"id": name, "key": line(name)} for name in story.MAINTAINERS],
        "publishers": publishers,
    }


def publisher(mesh: cast.Mesh) -> Paper:
    """Give a robot with its first key, as the registry lists it."""
    first, _ = mesh.keys[0]
    key_data = {"id": first, "key": line(f"{mesh.id}/{first}"), "status": "active"}
    return {"role": "robot", "account": account(robot(mesh.id)), "meshes": [mesh.id], "keys": [key_data]}


def line(owner: str) -> str:
    """Give the public line of an owner's key."""
    return sshsig.key_line(key(owner).public)


def place(paper: Paper) -> str:
    """Give the path at which a result belongs."""
    return urls.result(paper["mesh"]["id"], paper["mesh"]["version"], paper["run_id"])


def chronicle() -> tuple[tuple[str, str], ...]:
    """Give (day, what happened) for the README."""
    return ((story.FOUNDED, "The programme is founded."), *((one.day, one.text) for one in mishaps.EVENTS))
