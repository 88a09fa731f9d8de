"""A new programme: keys outside the repository, a signed registry, and one first commit."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final, TypeAlias

from generator import commits, documents, letters, seed, settings, sshsig, urls
from generator.commits import Person
from generator.findings import Stop
from generator.settings import Schemas

Paper: TypeAlias = dict[str, Any]

EXAMPLE_RESULT: Final = "examples/first-result.yaml"
README: Final = "README.md"
_SUITE, _VERSION = "example", "v1.0.0"
_KEY_ID: Final = "first"
_TIME: Final = "%Y-%m-%dT%H:%M:%SZ"

_SPECIFICATIONS: Final = (
    ("routing", "Example routing", "ExampleRoute"),
    ("splitting", "Example splitting", "ExampleSplit"),
)
_TESTS: Final = (
    ("R-1", "routing", "presence", "The interface of routing", "The resource definition ExampleRoute exists."),
    ("R-2", "routing", "capability", "One route", "All of 50 requests reach the service that the route names."),
    ("R-3", "routing", "capability", "No route", "A request without a route is refused."),
    ("S-1", "splitting", "presence", "The interface of splitting", "The resource definition ExampleSplit exists."),
    ("S-2", "splitting", "capability", "Only one", "With weights 1 and 0, all of 50 requests reach the first service."),
    ("S-3", "splitting", "capability", "More of one", "With weights 3 and 1, the first service gets more requests."),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Charter:
    """What a new programme is to be: its name, its address, its meshes and its maintainers by id."""

    title: str
    base_url: str
    audience: str
    meshes: tuple[str, ...]
    maintainers: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Founded:
    """A programme that was made: its first commit, its registry's digest, and what to try next.

    `result` is where the example result belongs, `robot` the publisher whose key signs it.
    """

    head: str
    digest: str
    result: str
    robot: str


def found(folder: Path, keys: Path, charter: Charter, person: Person, when: datetime) -> Founded:
    """Make the programme in `folder` and its private keys in `keys`; both absent or empty, and apart.

    Raises `Stop` for a place that will not do, for a charter that makes no valid programme, and when
    git or ssh-keygen refuse; then nothing is left behind.
    """
    _refuse_places(folder, keys)
    robots = tuple(f"{mesh}-robot" for mesh in charter.meshes)
    names = (*charter.maintainers, *robots)
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise Stop(f"{', '.join(twice)}: every maintainer, mesh and robot has a name of its own")
    stamp = when.strftime(_TIME)
    with commits.vacant(folder, keys):
        files = dict(seed.files())
        schemas = settings.schemas(files.get)
        suite = _valid(urls.suite(_SUITE, _VERSION), _suite(), "Suite", schemas)
        result, example = _example_result(charter, robots[0], suite, stamp)
        files[urls.PROGRAMME] = _valid(urls.PROGRAMME, _programme(charter), "Programme", schemas)
        files[urls.suite(_SUITE, _VERSION)] = suite
        files[EXAMPLE_RESULT] = _valid(EXAMPLE_RESULT, example, "Result", schemas)
        signed = _registry(charter, robots, keys, schemas, stamp)
        files |= signed
        readme = letters.programme(
            title=charter.title,
            audience=charter.audience,
            maintainers=charter.maintainers,
            robot=robots[0],
            result=result,
        )
        files[README] = readme.encode()
        head = _first_commit(folder, files, charter, person, when)
        (folder / urls.RESULTS).mkdir()
    return Founded(head=head, digest=_digest(signed[urls.REGISTRY]), result=result, robot=robots[0])


def _first_commit(folder: Path, files: Mapping[str, bytes], charter: Charter, person: Person, when: datetime) -> str:
    scribe = commits.Scribe(folder)
    message = f"Found the programme\n\nRegistry version 1, signed by {', '.join(charter.maintainers)}."
    step = commits.Step(files=files, message=message, author=person, committer=person, when=when)
    made = scribe.commit(step)
    scribe.finish()
    return made.id


def _refuse_places(folder: Path, keys: Path) -> None:
    top, apart = folder.resolve(), keys.resolve()
    if top == apart or top in apart.parents or apart in top.parents:
        raise Stop(f"private keys stay outside of the repository: {keys} and {folder} must not contain each other")
    if tree := next((above for above in (apart, *apart.parents) if (above / ".git").exists()), None):
        raise Stop(f"{keys} lies in the git repository {tree}, where private keys do not belong: choose another --keys")


def _valid(path: str, data: Paper, kind: str, schemas: Schemas) -> bytes:
    try:
        content = documents.write(data)
    except ValueError as error:
        raise Stop(f"{path} cannot be written: {error}") from error
    reading = settings.document(path, content, schemas[kind])
    if reading.document is None:
        raise Stop(f"{path} would not be valid; nothing was written", reading.findings)
    if kind == "ServiceAccounts":
        registry, findings = settings.registry(reading.document)
        if registry is None:
            raise Stop(f"{path} would not be valid; nothing was written", findings)
    return content


def _registry(charter: Charter, robots: tuple[str, ...], keys: Path, schemas: Schemas, stamp: str) -> dict[str, bytes]:
    """Make the keys, and give version 1 of the registry with the signatures of all maintainers."""
    keys.chmod(0o700)
    lines = {}
    for name in (*charter.maintainers, *robots):
        # An id becomes a file name here, before a schema has seen it.
        if "/" in name or name.startswith((".", "-")):
            raise Stop(f"{name!r} is no id: lower-case letters, digits and hyphens")
        lines[name] = sshsig.generate(keys / name, f"{name} of {charter.audience}")
    data: Paper = {
        "apiVersion": "meshmark/v1",
        "kind": "ServiceAccounts",
        "audience": charter.audience,
        "version": 1,
        "previous": "none",
        "issued_at": stamp,
        "threshold": len(charter.maintainers) // 2 + 1,
        "maintainers": [{"id": name, "key": lines[name]} for name in charter.maintainers],
        "publishers": {
            robot: {
                "role": "robot",
                "account": {"forge": "example", "login": robot},
                "meshes": [mesh],
                "keys": [{"id": _KEY_ID, "key": lines[robot], "status": "active"}],
            }
            for mesh, robot in zip(charter.meshes, robots, strict=True)
        },
    }
    content = _valid(urls.REGISTRY, data, "ServiceAccounts", schemas)
    signatures = {
        urls.registry_signature(name): sshsig.sign(content, keys / name, sshsig.REGISTRY_NAMESPACE)
        for name in charter.maintainers
    }
    return {urls.REGISTRY: content, **signatures}


def _programme(charter: Charter) -> Paper:
    return {
        "apiVersion": "meshmark/v1",
        "kind": "Programme",
        "title": charter.title,
        "summary": "Conformance results that anyone can check, of an example test set.",
        "base_url": charter.base_url,
        "freshness": {"fresh": 180, "ageing": 365, "stale": 730},
        "meshes": [{"id": mesh, "title": mesh.replace("-", " ").title()} for mesh in charter.meshes],
    }


def _suite() -> Paper:
    return {
        "apiVersion": "meshmark/v1",
        "kind": "Suite",
        "id": _SUITE,
        "version": _VERSION,
        "title": f"Example suite {_VERSION}",
        "summary": "An example to learn from: two specifications, with a presence and two capability assertions each.",
        "specifications": [
            {"id": name, "title": title, "api_version": "v1alpha1", "kinds": [kind]}
            for name, title, kind in _SPECIFICATIONS
        ],
        "tests": [
            {"id": test, "specification": specification, "assertion": assertion, "title": title, "asserts": asserts}
            for test, specification, assertion, title, asserts in _TESTS
        ],
    }


def _example_result(charter: Charter, robot: str, suite: bytes, stamp: str) -> tuple[str, Paper]:
    """Give the path at which the example result belongs, and its data."""
    mesh, version, run_id = charter.meshes[0], "v1.0.0", f"{_SUITE}-{_VERSION}-first"
    data: Paper = {
        "apiVersion": "meshmark/v1",
        "kind": "Result",
        "audience": charter.audience,
        "run_id": run_id,
        "publisher": robot,
        "issued_at": stamp,
        "mesh": {"id": mesh, "version": version},
        "suite": {"id": _SUITE, "version": _VERSION, "digest": _digest(suite)},
        "environment": {"kubernetes": "v1.34.2", "platform": "kind"},
        "harness": {"name": "by hand", "version": "1"},
        "run": {"status": "completed", "finished_at": stamp},
        "results": [{"test": test, "outcome": "passed"} for test, *_ in _TESTS],
    }
    return urls.result(mesh, version, run_id), data


def _digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"
