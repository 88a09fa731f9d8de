"""The demonstration: the invented story, told as the commits of a real git repository."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, TypeAlias

from generator import amendments, cast, commits, documents, fiction, mishaps, sshsig, story, urls
from generator.commits import Person, Scribe
from generator.fiction import Paper
from generator.mishaps import Event
from generator.stage import Stage, at, digest, maintainer, person, robot, signers
from generator.story import TestSet

_SOMEBODY: Final = Person(name="Somebody", email="somebody@example.org")
_PAUSE: Final = timedelta(minutes=40)
"""Between the starts of two runs of one release."""
_REVIEW: Final = timedelta(hours=8)
"""Between the first run of a release and its arrival on the main line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A demonstration that was written: the head, and how many results and commits led there."""

    head: str
    results: int
    commits: int


def write(folder: Path) -> Written:
    """Write the demonstration into `folder`, absent or empty; the same bytes and ids wherever it is.

    Raises `Stop` when the folder is taken, or git refuses.
    """
    with commits.vacant(folder):
        stage = Stage(Scribe(folder))
        stage.found()
        for _, _, happen in sorted(_happenings(), key=lambda one: one[:2]):
            happen(stage)
        stage.scribe.finish()
    return Written(head=stage.tip.id, results=stage.results, commits=stage.tip.mark)


Happening: TypeAlias = tuple[datetime, str, Callable[["Stage"], None]]
"""When it happens, a name that breaks ties, and what happens."""


def _happenings() -> list[Happening]:
    found: list[Happening] = []
    for suite in story.SUITES:
        for version, day in suite.versions:
            if day != story.FOUNDED:
                found.append((at(day, 8), suite.id, _bring_suite(suite, version, at(day, 8))))
    for mesh in cast.ROBOTS:
        found += ((at(day, 10), mesh.id, _release(mesh, version)) for version, day, *_ in mesh.releases)
    for one in cast.TRANSCRIPTIONS:
        copied = at(one.day, 15) + timedelta(days=21)
        found.append((copied, "transcription", _transcribe(one, copied)))
    found += ((at(event.day, 12), event.kind, _event(event)) for event in mishaps.EVENTS)
    return found


def _event(event: Event) -> Callable[[Stage], None]:
    return lambda stage: KINDS[event.kind](stage, event)


def _bring_suite(tests: TestSet, version: str, when: datetime) -> Callable[[Stage], None]:
    def happen(stage: Stage) -> None:
        stage.add(stage.suite_files(tests, version), f"Add {tests.id} {version}", maintainer(when), when)

    return happen


def _release(mesh: cast.Mesh, name: str) -> Callable[[Stage], None]:
    def happen(stage: Stage) -> None:
        version, day, basics, gateway = next(release for release in mesh.releases if release[0] == name)
        plans: list[tuple[TestSet, str, dict[str, Any]]]
        plans = [(story.BASICS, basics, {"back": back}) for back in range(mesh.clusters)]
        plans += [
            (story.GATEWAY, row, {"variant": variant}) for row, variant in zip(gateway, mesh.variants, strict=False)
        ]
        papers = [
            stage.result(
                fiction.Run(
                    tests=tests,
                    letters=row,
                    mesh=mesh.id,
                    version=version,
                    started=at(day, 2) + index * _PAUSE,
                    **more,
                )
            )
            for index, (tests, row, more) in enumerate(plans)
        ]
        stage.publish(papers, _owner(mesh, day), mesh.landing, at(day, 2) + _REVIEW)

    return happen


def _transcribe(one: cast.Transcription, when: datetime) -> Callable[[Stage], None]:
    def happen(stage: Stage) -> None:
        suite = stage.suites[story.BASICS.id, fiction.version_of(story.BASICS, one.day)]
        paper = fiction.transcription(one, suite, when - _PAUSE)
        stage.publish([paper], f"{story.ARCHIVE}/2023a", "squash", when)

    return happen


def _amend(change: Callable[[Stage, Event, Paper], None]) -> Callable[[Stage, Event], None]:
    def happen(stage: Stage, event: Event) -> None:
        before = stage.registry_files[urls.REGISTRY] or b""
        when = at(event.day, 12)
        data = amendments.following(stage.registry, digest(before), stage.tip.id, when)
        change(stage, event, data)
        names = signers(data["version"])
        stage.add(stage.sign_registry(data, names), event.text, person(names[0]), when)

    return happen


def _enrol(_stage: Stage, event: Event, data: Paper) -> None:
    amendments.add_publisher(data, fiction.robot(event.subject), fiction.publisher(_mesh(event)))


def _add_key(_stage: Stage, event: Event, data: Paper) -> None:
    mesh, _, key = event.subject.partition("/")
    amendments.add_key(data, fiction.robot(mesh), key, fiction.line(event.subject))


def _retire_key(_stage: Stage, event: Event, data: Paper) -> None:
    mesh, _, key = event.subject.partition("/")
    amendments.retire_key(data, fiction.robot(mesh), key)


def _revoke_key(stage: Stage, event: Event, data: Paper) -> None:
    mesh, _, key = event.subject.partition("/")
    amendments.revoke_key(data, fiction.robot(mesh), key, stage.before(event.detail))


def _withdraw(stage: Stage, event: Event, data: Paper) -> None:
    amendments.list_digest(data, "withdrawn", digest(stage.published[stage.first(event.subject)][0]), event.text)


def _reattest(stage: Stage, event: Event, data: Paper) -> None:
    amendments.list_digest(data, "reattested", digest(stage.published[stage.first(event.subject)][0]), event.text)


def _bump(_stage: Stage, _event: Event, _data: Paper) -> None:
    """Change nothing: the version itself is the statement."""


def _coup(stage: Stage, event: Event) -> None:
    when, name = at(event.day, 12), event.subject
    before = stage.registry_files[urls.REGISTRY] or b""
    data = amendments.following(stage.registry, digest(before), stage.tip.id, when)
    data["maintainers"].append({"id": name, "key": fiction.line(name)})
    stage.add(stage.sign_registry(data, (name,)), f"Add {name} as a maintainer", person(name), when)


def _restore_registry(stage: Stage, event: Event) -> None:
    files = {urls.registry_signature("mallory"): None, **stage.registry_files}
    stage.add(files, event.text, person(event.subject), at(event.day, 12))


def _tamper(stage: Stage, event: Event) -> None:
    failed = b"outcome: failed"
    path = stage.first(event.subject, holding=failed)
    content = stage.published[path][0].replace(failed, b"outcome: passed", 1)
    stage.add({path: content}, "Fix white space", _SOMEBODY, at(event.day, 12))


def _restore(stage: Stage, event: Event) -> None:
    path = stage.first(event.subject)
    stage.add({path: stage.published[path][0]}, event.text, maintainer(at(event.day, 12)), at(event.day, 12))


def _delete(stage: Stage, event: Event) -> None:
    path = stage.first(event.subject)
    stage.add({path: None, urls.sidecar(path): None}, "Tidy up", _SOMEBODY, at(event.day, 12))


def _abort(stage: Stage, event: Event) -> None:
    mesh, paper = _drafted(stage, event)
    kept = 0 if event.detail.startswith("installing") else 5
    stage.publish(
        [fiction.aborted(paper, event.detail, kept)], _owner(mesh, event.day), mesh.landing, at(event.day, 12)
    )


def _unsigned(stage: Stage, event: Event) -> None:
    _, paper = _drafted(stage, event)
    _bring(stage, event, {fiction.place(paper): documents.write(paper)})


def _forge(stage: Stage, event: Event) -> None:
    mesh, paper = _drafted(stage, event)
    path, content = fiction.place(paper), documents.write(paper)
    sidecar = fiction.key(_owner(mesh, event.day)).sign(content, sshsig.RESULT_NAMESPACE)
    _bring(stage, event, {path: content.replace(b"skipped", b"passed"), urls.sidecar(path): sidecar})


def _malformed(stage: Stage, event: Event) -> None:
    mesh, paper = _drafted(stage, event)
    version = paper["mesh"]["version"]
    content = re.sub(rf"version: ['\"]{version}['\"]".encode(), f"version: {version}".encode(), documents.write(paper))
    _signed(stage, event, fiction.place(paper), content, _owner(mesh, event.day))


def _unauthorised(stage: Stage, event: Event) -> None:
    _, paper = _drafted(stage, event)
    stranger = next(mesh for mesh in cast.MESHES if mesh.id == event.detail)
    _signed(stage, event, fiction.place(paper), documents.write(paper), _owner(stranger, event.day))


def _misplaced(stage: Stage, event: Event) -> None:
    mesh, paper = _drafted(stage, event)
    named = {**paper, "mesh": {**paper["mesh"], "version": event.detail}}
    _signed(stage, event, fiction.place(paper), documents.write(named), _owner(mesh, event.day))


def _replayed(stage: Stage, event: Event) -> None:
    mesh, paper = _drafted(stage, event)
    used = Path(stage.first(event.detail)).stem
    again = {**paper, "run_id": used}
    _signed(stage, event, fiction.place(again), documents.write(again), _owner(mesh, event.day))


def _signed(stage: Stage, event: Event, path: str, content: bytes, owner: str) -> None:
    sidecar = fiction.key(owner).sign(content, sshsig.RESULT_NAMESPACE)
    _bring(stage, event, {path: content, urls.sidecar(path): sidecar})


def _bring(stage: Stage, event: Event, files: dict[str, bytes]) -> None:
    stage.results += 1
    author = robot(fiction.robot(event.subject.partition("/")[0]))
    stage.merge(files, f"{event.subject.replace('/', ' ')}: 1 result", author, at(event.day, 12))


def _drafted(stage: Stage, event: Event) -> tuple[cast.Mesh, Paper]:
    """Give the mesh of an event, and a result for the release that the event names."""
    mesh = _mesh(event)
    row = [release for release in mesh.releases if release[1] <= event.day][-1][2]
    version, started = event.subject.partition("/")[2], at(event.day, 2)
    run = fiction.Run(tests=story.BASICS, letters=row, mesh=mesh.id, version=version, started=started)
    return mesh, stage.result(run)


def _mesh(event: Event) -> cast.Mesh:
    return next(mesh for mesh in cast.MESHES if mesh.id == event.subject.partition("/")[0])


def _owner(mesh: cast.Mesh, day: str) -> str:
    """Name the key with which a robot signs on a day."""
    return f"{mesh.id}/{[name for name, since in mesh.keys if since <= day][-1]}"


KINDS: Final[dict[str, Callable[[Stage, Event], None]]] = {
    "abort": _abort,
    "add-key": _amend(_add_key),
    "bump": _amend(_bump),
    "coup": _coup,
    "delete": _delete,
    "enrol": _amend(_enrol),
    "forge": _forge,
    "malformed": _malformed,
    "misplaced": _misplaced,
    "reattest": _amend(_reattest),
    "replayed": _replayed,
    "restore": _restore,
    "restore-registry": _restore_registry,
    "retire-key": _amend(_retire_key),
    "revoke-key": _amend(_revoke_key),
    "tamper": _tamper,
    "unauthorised": _unauthorised,
    "unsigned": _unsigned,
    "withdraw": _amend(_withdraw),
}
"""What each kind of event in `mishaps` does to the repository."""
