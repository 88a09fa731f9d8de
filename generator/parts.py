"""The site in parts that know nothing of each other: what makes each, and what it is made of."""

from __future__ import annotations

import functools
import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Final, NamedTuple, TypeAlias, TypeVar

from generator import (
    api,
    api_v1,
    api_versions,
    badges,
    data_pages,
    feeds,
    figures,
    history_pages,
    pages,
    programme_pages,
    rendering,
    seals,
    tables,
    text_pages,
    urls,
    version_pages,
)
from generator.api_nouns import View
from generator.judgements import Ledger, Output, Step, Verdict
from generator.model import Suite
from generator.rendering import Scene

_Thing = TypeVar("_Thing")
Make: TypeAlias = Callable[[], Iterable[Output]]


class Part(NamedTuple):
    """Some files of the site, by a name that lasts: that of their mesh, or of what tells of all.

    `made_of` gives the digest of all that goes into them but the ages of results, which the almanac notes: two parts
    with one digest and the same ages are the same, byte for byte. It is empty where that is nearly everything, as
    for the front page.
    """

    name: str
    make: Make
    made_of: Callable[[], str] = str


def parts(scene: Scene) -> tuple[Part, ...]:
    """Give every part; what tells of more than one mesh comes first, and takes longest."""
    rendering.environment(scene)
    digests = _Digests(scene)
    across = [Part(f"/{name}", task) for name, task in _across(scene).items()]
    across.append(Part("/library", lambda: [figures.library()] if scene.lines else [], digests.of_library))
    across += [
        Part(f"/{suite.path}", partial(history_pages.of_suite, scene, suite), partial(digests.of_suite, suite))
        for suite in history_pages.suites(scene)
    ]
    of_meshes = (
        Part(one.lines[0].mesh, partial(_of_mesh, one), partial(digests.of_mesh, one)) for one in _meshes(scene)
    )
    return (*across, *of_meshes)


def _across(scene: Scene) -> dict[str, Make]:
    ledger, titles = scene.ledger, _titles(scene)
    age = scene.almanac.freshness
    return {
        "history": lambda: history_pages.render(scene),
        "pages": lambda: pages.render(scene),
        "api": lambda: api_v1.outputs(_view(scene)),
        "tables": lambda: tables.outputs(ledger, scene.told, titles, age),
        "feeds": lambda: feeds.outputs(ledger, scene.lines, scene.log, titles, scene.place),
        "provenance": lambda: api.outputs(ledger, scene.folded),
        "programme": lambda: programme_pages.render(scene),
        "texts": lambda: text_pages.render(scene),
        "data": lambda: data_pages.render(scene),
    }


def _of_mesh(scene: Scene) -> Iterator[Output]:
    """Make all that tells of no mesh but the one of `scene`, and nothing of the commit that is read."""
    view = _view(scene)
    scene.recall(run.entry for line in scene.told for run in line.runs)
    yield from pages.of_meshes(scene)
    yield from version_pages.render(scene)
    yield from history_pages.of_meshes(scene)
    yield from data_pages.of_meshes(scene)
    yield from api_v1.of_meshes(view)
    yield from api_versions.outputs(view)
    yield from api_v1.latest(scene.told, scene.originals)
    yield from api.statements(run.entry for line in scene.told for run in line.runs)
    yield from tables.of_meshes(scene.ledger, scene.told, scene.words)
    yield from badges.outputs(scene.told, _titles(scene), scene.almanac.age)
    yield from figures.outputs(scene.charts)
    yield from feeds.of_meshes(scene.ledger, scene.lines, scene.log, _titles(scene), scene.place)


def _titles(scene: Scene) -> dict[str, str]:
    return {mesh.id: mesh.title for mesh in scene.ledger.programme.meshes}


def _view(scene: Scene) -> View:
    return View(
        ledger=scene.ledger,
        lines=scene.lines,
        told=scene.told,
        folded=scene.folded,
        log=scene.log,
        almanac=scene.almanac,
        words=scene.words,
    )


def _meshes(scene: Scene) -> Iterator[Scene]:
    """Give the same scene for each mesh, with nothing in it of the others but what all pages know."""
    lines, told, charts, log, assessments = (
        _grouped((one.mesh, one) for one in scene.lines),
        _grouped((one.mesh, one) for one in scene.told),
        _grouped((one.line.mesh, one) for one in scene.charts),
        _grouped((one.after.record.mesh, one) for one in scene.log),
        _grouped((one.entry.record.mesh, one) for one in scene.ledger.assessments),
    )
    for mesh, ledger in _ledgers(scene.ledger, tuple(lines)):
        yield replace(
            scene,
            ledger=replace(ledger, assessments=assessments[mesh]),
            lines=lines[mesh],
            told=told[mesh],
            log=log.get(mesh, ()),
            charts=charts.get(mesh, ()),
        )


def _ledgers(ledger: Ledger, meshes: Sequence[str]) -> Iterator[tuple[str, Ledger]]:
    """Give the ledger of each mesh: what stands, or stood, in its place in the repository."""
    audit, judgement = ledger.audit, ledger.audit.judgement
    entries = _grouped((one.record.mesh, one) for one in ledger.entries)
    verdicts, findings, alterations = (
        _grouped((_place(one.path), one) for one in judgement.verdicts),
        _grouped((_place(one.path), one) for one in ledger.findings),
        _grouped((_place(one.path), one) for one in ledger.alterations),
    )
    for mesh in meshes:
        own = replace(judgement, verdicts=verdicts.get(mesh, ()), alterations=(), findings=findings.get(mesh, ()))
        yield (
            mesh,
            replace(
                ledger,
                audit=replace(audit, judgement=own),
                entries=entries[mesh],
                alterations=alterations.get(mesh, ()),
                findings=findings.get(mesh, ()),
            ),
        )


def _place(path: str) -> str:
    """Name the mesh at whose place in the repository a path is; nothing for any other place."""
    top, *below = path.split("/")
    return below[0] if top == urls.RESULTS and below else ""


def _grouped(pairs: Iterable[tuple[str, _Thing]]) -> dict[str, tuple[_Thing, ...]]:
    found: dict[str, list[_Thing]] = defaultdict(list)
    for mesh, one in pairs:
        found[mesh].append(one)
    return {mesh: tuple(some) for mesh, some in found.items()}


class _Digests:
    """Digests of what parts are made of; what goes into more than one is looked at once."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._verdicts: dict[str, str] = {}

    @functools.cached_property
    def _common(self) -> str:
        """What goes into every part: the program, the theme, the programme, the registry, and the past."""
        scene = self._scene
        theme, ledger = scene.theme, scene.ledger
        files = [
            (name, path, _digest(some[path]))
            for name, some in (("", theme.defaults), ("own", theme.own))
            for path in sorted(some)
        ]
        past = (ledger.head, ledger.committed_at.isoformat()) if scene.past else ()
        settings = (repr(ledger.programme), ledger.registry.digest, ledger.registry.audience, bool(scene.folded))
        return _digest(repr((seals.program(), files, _digest(theme.sheet), theme.logo, settings, past)).encode())

    def of_library(self) -> str:
        """The program, and whether there is anything to draw."""
        return self._of([str(bool(self._scene.lines))])

    def of_mesh(self, scene: Scene) -> str:
        """All that stands in the place of a mesh, to which `scene` is cut down."""
        ledger = scene.ledger
        told = [self._verdict(verdict) for verdict in ledger.verdicts]
        told += [repr((one.suite.path, one.suite.digest)) for one in ledger.entries]
        told += [repr(ledger.alterations), repr(ledger.findings)]
        return self._of(told)

    def of_suite(self, suite: Suite) -> str:
        """All runs with a test set, and which other test sets there are."""
        scene = self._scene
        told = [repr((suite.path, [(one.path, one.digest) for one in history_pages.suites(scene)]))]
        segments = (one for line in scene.lines for one in line.segments if one.suite.digest == suite.digest)
        entries = (run.entry for segment in segments for run in segment.runs)
        told += [f"{self._verdict(entry.verdict)}{scene.place(entry)}" for entry in entries]
        return self._of(told)

    def _of(self, told: Iterable[str]) -> str:
        return _digest("\n".join((self._common, *told)).encode("utf-8", "surrogateescape"))

    def _verdict(self, found: Verdict) -> str:
        if found.path not in self._verdicts:
            told = f"{_facts(found)!r}{''.join(map(_written, found.steps))}"
            self._verdicts[found.path] = _digest(told.encode("utf-8", "surrogateescape"))
        return self._verdicts[found.path]


def _facts(found: Verdict) -> Sequence[object]:
    """Tell what a page can tell of a verdict but its steps; of the result itself its digest tells all."""
    return (
        found.path, found.state.value, found.reason, found.commit, found.committed_at.isoformat(),
        found.registry_version, found.publisher, found.role and found.role.value, found.key, found.fingerprint,
        found.digest, found.sidecar_digest, found.findings,
    )  # fmt: skip


# Nearly all results went through the same steps.
_written: Final[Callable[[Step], str]] = functools.lru_cache(maxsize=1 << 14)(repr)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
