"""Valid documents to start a story from; a test changes what its case is about.

Documents are written as JSON, which strict YAML reads as it stands.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from tests.support.keys import Key

PROJECT = Path(__file__).parent.parent.parent
AUDIENCE = "https://example.org/conformance"
SUITE_PATH = "schema/suites/toy/v1.yaml"
TESTS = ("A-1", "A-2", "B-1", "B-2")

ALICE, BOB, CAROL = Key("alice"), Key("bob"), Key("carol")
ROBOT, OTHER_ROBOT, ARCHIVIST, STRANGER = Key("robot"), Key("other-robot"), Key("archivist"), Key("stranger")

Paper = dict[str, Any]


def written(data: Paper) -> bytes:
    """Write a document to bytes."""
    return json.dumps(data, indent=1).encode() + b"\n"


def digest(content: bytes) -> str:
    """Give the digest by which documents refer to each other."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def suite(**changes: Any) -> Paper:
    """A toy suite: two specifications with a presence and a capability assertion each."""
    tests = [
        {
            "id": test,
            "specification": "alpha" if test.startswith("A") else "beta",
            "assertion": "presence" if test.endswith("1") else "capability",
            "title": f"Test {test}",
            "asserts": f"What {test} says.",
        }
        for test in TESTS
    ]
    specifications = [
        {"id": "alpha", "title": "Alpha", "api_version": "v1", "kinds": ["Alpha"]},
        {"id": "beta", "title": "Beta", "api_version": "v1", "kinds": []},
    ]
    return {
        "apiVersion": "meshmark/v1",
        "kind": "Suite",
        "id": "toy",
        "version": "v1",
        "title": "Toy v1",
        "summary": "A suite for tests.",
        "specifications": specifications,
        "tests": tests,
    } | changes


SUITE = written(suite())


def result(mesh: str = "kelp", version: str = "v1.0.0", run_id: str = "toy-run-0001", **changes: Any) -> Paper:
    """A robot's result in which every test passed."""
    return {
        "apiVersion": "meshmark/v1",
        "kind": "Result",
        "audience": AUDIENCE,
        "run_id": run_id,
        "publisher": "kelp-robot",
        "issued_at": "2026-01-02T03:04:05Z",
        "mesh": {"id": mesh, "version": version},
        "suite": {"id": "toy", "version": "v1", "digest": digest(SUITE)},
        "environment": {"kubernetes": "v1.29.4", "platform": "kind"},
        "harness": {"name": "toy-harness", "version": "v3"},
        "run": {
            "status": "completed",
            "started_at": "2026-01-02T03:00:00Z",
            "finished_at": "2026-01-02T03:04:00Z",
        },
        "results": [{"test": test, "outcome": "passed"} for test in TESTS],
    } | changes


def transcription(**changes: Any) -> Paper:
    """An archivist's result that knows next to nothing."""
    unknown = [{"test": test, "outcome": "unknown"} for test in TESTS]
    facts: Paper = {"publisher": "archive", "transcribed_from": ["https://example.org/old"], "results": unknown}
    return result(**(facts | changes))


def outcomes(**by_test: str) -> list[Paper]:
    """Give the results list with some outcomes changed, such as A_1='failed'."""
    changed = {name.replace("_", "-"): outcome for name, outcome in by_test.items()}
    return [{"test": test, "outcome": changed.get(test, "passed")} for test in TESTS]


def key(owner: Key, key_id: str = "2026a", status: str = "active", **more: Any) -> Paper:
    """One key of a publisher in the registry."""
    return {"id": key_id, "key": owner.line, "status": status} | more


def publisher(*keys: Paper, role: str = "robot", meshes: tuple[str, ...] = ("kelp",)) -> Paper:
    """One publisher in the registry."""
    account = {"forge": "example", "login": "bot", "id": 7}
    return {"role": role, "account": account, "meshes": list(meshes), "keys": list(keys)}


def registry(**changes: Any) -> Paper:
    """Version 1 of a registry with two maintainers, two robots and an archivist."""
    return {
        "apiVersion": "meshmark/v1",
        "kind": "ServiceAccounts",
        "audience": AUDIENCE,
        "version": 1,
        "previous": "none",
        "issued_at": "2026-01-01T00:00:00Z",
        "threshold": 2,
        "maintainers": [{"id": "alice", "key": ALICE.line}, {"id": "bob", "key": BOB.line}],
        "publishers": {
            "archive": publisher(key(ARCHIVIST), role="archivist", meshes=("*",)),
            "kelp-robot": publisher(key(ROBOT)),
            "moss-robot": publisher(key(OTHER_ROBOT), meshes=("moss",)),
        },
    } | changes


def programme(**changes: Any) -> Paper:
    """The programme that the toy results belong to."""
    meshes = [{"id": "kelp", "title": "Kelp Mesh", "url": "https://example.org/kelp"}, {"id": "moss", "title": "Moss"}]
    return {
        "apiVersion": "meshmark/v1",
        "kind": "Programme",
        "title": "Toy programme",
        "summary": "Results of meshes that do not exist.",
        "base_url": "https://example.org/conformance/",
        "meshes": meshes,
        "freshness": {"fresh": 30, "ageing": 60, "stale": 90},
    } | changes
