"""The demonstration's repository while it is written: its main line, registry, suites and results."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, TypeAlias

from generator import cast, commits, documents, fiction, letters, seed, sshsig, story, urls
from generator.commits import Made, Person, Scribe
from generator.fiction import Paper
from generator.story import TestSet

Files: TypeAlias = dict[str, bytes | None]

_FORGE: Final = Person(name="Example Forge", email="noreply@forge.example.org")


class Stage:
    """The repository so far: its tip, its registry, its suites, and every result that was published."""

    def __init__(self, scribe: Scribe) -> None:
        self.scribe = scribe
        self.registry: Paper = {}
        self.registry_files: Files = {}
        self.suites: dict[tuple[str, str], str] = {}
        self.published: dict[str, tuple[bytes, bytes]] = {}
        self.results = 0
        self._line: list[tuple[datetime, Made]] = []

    @property
    def tip(self) -> Made:
        """The head of the main line."""
        return self._line[-1][1]

    def before(self, day: str) -> str:
        """Give the id of the last main-line commit before a day."""
        return [made.id for when, made in self._line if when < at(day, 0)][-1]

    def add(
        self,
        files: Mapping[str, bytes | None],
        message: str,
        author: Person,
        when: datetime,
        *,
        by: Person | None = None,
    ) -> None:
        """Put one commit on the main line; `by` is its committer where that is not the author."""
        step = commits.Step(files=files, message=message, author=author, committer=by or author, when=when)
        self._line.append((when, self.scribe.commit(step, self.tip if self._line else None)))

    def merge(self, files: Mapping[str, bytes], message: str, author: Person, when: datetime) -> None:
        """Put a merge on the main line, of a branch that left it one commit ago."""
        base = self._line[-2][1] if len(self._line) > 1 else self.tip
        early = when - timedelta(hours=5)
        side = commits.Step(files=files, message=message, author=author, committer=author, when=early)
        keeper = maintainer(when)
        step = replace(side, message=f"Merge: {message}", author=keeper, committer=keeper, when=when)
        branch = self.scribe.commit(side, base)
        self._line.append((when, self.scribe.commit(step, self.tip, branch)))

    def found(self) -> None:
        """Make the first commit: the whole programme without results."""
        files: Files = dict(seed.files())
        readme = letters.demonstration(
            title=story.TITLE,
            meshes=tuple((mesh.title, mesh.note) for mesh in cast.MESHES),
            events=fiction.chronicle(),
        )
        files |= {"README.md": readme.encode(), urls.PROGRAMME: documents.write(fiction.programme())}
        for suite in story.SUITES:
            for version, day in suite.versions:
                if day == story.FOUNDED:
                    files |= self.suite_files(suite, version)
        files |= self.sign_registry(fiction.registry(), signers(1))
        self.add(files, "Found the programme", person(story.MAINTAINERS[0]), at(story.FOUNDED, 9))

    def suite_files(self, tests: TestSet, version: str) -> Files:
        """Give the file of a suite, and know its digest from now on."""
        content = documents.write(fiction.suite(tests, version))
        self.suites[tests.id, version] = digest(content)
        return {urls.suite(tests.id, version): content}

    def sign_registry(self, data: Paper, names: tuple[str, ...]) -> Files:
        """Give the files of a registry, with those of the last one that go."""
        content = documents.write(data)
        signed = {
            urls.registry_signature(name): fiction.key(name).sign(content, sshsig.REGISTRY_NAMESPACE) for name in names
        }
        gone = dict.fromkeys(self.registry_files)
        if all(name in story.MAINTAINERS for name in names):
            self.registry, self.registry_files = data, {urls.REGISTRY: content, **signed}
        return {**gone, urls.REGISTRY: content, **signed}

    def result(self, run: fiction.Run) -> Paper:
        """Give the result of a run, with the suite in use on its day."""
        return fiction.result(run, self.suites[run.tests.id, fiction.version_of(run.tests, run.day)])

    def publish(self, papers: list[Paper], owner: str, landing: str, when: datetime) -> None:
        """Sign results with an owner's key and let them arrive by a pull request."""
        pairs = []
        for paper in papers:
            content = documents.write(paper)
            path = fiction.place(paper)
            sidecar = fiction.key(owner).sign(content, sshsig.RESULT_NAMESPACE)
            self.published[path] = (content, sidecar)
            pairs.append({path: content, urls.sidecar(path): sidecar})
        self.results += len(papers)
        mesh = papers[0]["mesh"]
        what = f"{len(pairs)} results" if len(pairs) > 1 else "1 result"
        author = robot(papers[0]["publisher"])
        LANDINGS[landing](self, pairs, f"{mesh['id']} {mesh['version']}: {what}", author, when)

    def first(self, subject: str, holding: bytes = b"") -> str:
        """Give the path of the first published result of MESH/VERSION that holds some bytes."""
        return min(
            path
            for path, (content, _) in self.published.items()
            if path.startswith(f"{urls.RESULTS}/{subject}/") and holding in content
        )


def _merged(stage: Stage, pairs: list[dict[str, bytes]], message: str, author: Person, when: datetime) -> None:
    stage.merge({path: content for pair in pairs for path, content in pair.items()}, message, author, when)


def _squashed(stage: Stage, pairs: list[dict[str, bytes]], message: str, author: Person, when: datetime) -> None:
    files = {path: content for pair in pairs for path, content in pair.items()}
    stage.add(files, message, author, when, by=_FORGE)


def _rebased(stage: Stage, pairs: list[dict[str, bytes]], message: str, author: Person, when: datetime) -> None:
    """Put each result in a commit of its own; of a single result the signature comes second."""
    steps = pairs if len(pairs) > 1 else [{path: content} for path, content in sorted(pairs[0].items())]
    for index, files in enumerate(steps, 1):
        said = f"{message}, {index} of {len(steps)}"
        stage.add(files, said, author, when + timedelta(seconds=index), by=maintainer(when))


LANDINGS: Final = {"merge": _merged, "squash": _squashed, "rebase": _rebased}


def at(day: str, hour: int) -> datetime:
    """Give an hour of a day, in UTC."""
    return datetime.fromisoformat(f"{day}T{hour:02}:00:00Z")


def digest(content: bytes) -> str:
    """Give the digest by which documents refer to each other."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def person(name: str) -> Person:
    """Give an invented person as git names people."""
    return Person(name=f"{name.capitalize()} Example", email=f"{name}@example.org")


def maintainer(when: datetime) -> Person:
    """Give the maintainer whose turn it is."""
    return person(story.MAINTAINERS[when.toordinal() % len(story.MAINTAINERS)])


def signers(version: int) -> tuple[str, ...]:
    """Give the maintainers who sign a version of the registry: as many as it takes, in turns."""
    count = len(story.MAINTAINERS)
    return tuple(sorted(story.MAINTAINERS[(version + turn) % count] for turn in range(story.THRESHOLD)))


def robot(publisher: str) -> Person:
    """Give a robot as git names it, with the address of its account."""
    return Person(name=publisher, email=fiction.address(publisher))
