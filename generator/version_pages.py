"""Pages of mesh versions: each run as a row, and what stands at the address of a run that has no other place."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from generator import chronicle, conformance, folding, rendering, urls, wording
from generator.chronicle import Variant
from generator.judgements import Assessment, Entry, Output
from generator.markup import fill
from generator.model import Suite
from generator.rendering import Environment, Scene, page
from generator.terms import Compliance

MAX_OTHERS: Final = 30
"""Versions of a mesh up to which each of their pages lists all others; beyond, those of its own minor version."""

MAX_NAMED: Final = 8
"""Failed tests that the row of a folded run names; its file and the API hold them all."""

_FORWARD: Final = (
    '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{id}</title>'
    '<meta name="robots" content="noindex"><meta http-equiv="refresh" content="0; url={to}">'
    '<link rel="canonical" href="{canonical}"></head>'
    '<body><main><h1>{id}</h1><p>A row in <a href="{to}">the page of its version</a>.</p></main></body></html>\n'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The runs of one mesh version with one test set in one variant, each list newest first."""

    suite: Suite
    variant: Variant
    runs: tuple[Assessment, ...]
    folded: tuple[Assessment, ...]


def render(scene: Scene) -> Iterator[Output]:
    """Give the page of every mesh version, and a small page that leads on for every folded run."""
    environment = rendering.environment(scene)
    by_mesh: dict[str, dict[str, list[Assessment]]] = defaultdict(lambda: defaultdict(list))
    for run in scene.ledger.assessments:
        by_mesh[run.entry.record.mesh][run.entry.record.mesh_version].append(run)
    for _, versions in sorted(by_mesh.items()):
        neighbours = _neighbours(versions)
        for version, runs in sorted(versions.items()):
            yield _version(scene, environment, runs, neighbours[version])
            yield from (_forward(scene, run.entry) for run in runs if run.entry.record.run_id in scene.folded)


def _neighbours(versions: Mapping[str, object]) -> dict[str, tuple[str, ...]]:
    """Give for each version those that its page leads to, the newest first."""
    ordered = sorted(versions, key=conformance.version_order, reverse=True)
    if len(ordered) <= MAX_OTHERS:
        return dict.fromkeys(ordered, tuple(ordered))
    minors: dict[str, list[str]] = defaultdict(list)
    for version in ordered:
        minors[folding.minor(version)].append(version)
    return {version: tuple(minors[folding.minor(version)]) for version in ordered}


def _version(scene: Scene, environment: Environment, runs: Sequence[Assessment], others: tuple[str, ...]) -> Output:
    record = runs[0].entry.record
    mesh, version = record.mesh, record.mesh_version
    title = f"{environment.filters['mesh_title'](mesh)} {wording.version_text(record)}"
    return page(
        environment,
        "version.html",
        urls.mesh_version(mesh, version),
        title=title,
        description=f"Every result of {title}.",
        mesh=mesh,
        count=len(runs),
        groups=groups(runs, scene.folded),
        files=urls.relative(urls.results(mesh, version), urls.mesh_version(mesh, version)),
        failed=failed,
        others=others,
        version=version,
    )


def groups(runs: Sequence[Assessment], folded: frozenset[str]) -> list[Group]:
    """Put the runs of one mesh version together by test set and variant, the newest test set first."""
    found = []
    for line in chronicle.lines(runs):
        for segment in line.segments[::-1]:
            out = [run.entry.record.run_id in folded for run in segment.runs]
            parts: tuple[list[Assessment], list[Assessment]] = [], []
            for run, is_out in zip(segment.runs[::-1], out[::-1], strict=True):
                parts[is_out].append(run)
            found.append(Group(suite=segment.suite, variant=line.variant, runs=tuple(parts[0]), folded=tuple(parts[1])))
    return found


def failed(run: Assessment) -> tuple[tuple[str, ...], int]:
    """Name the tests of a run that failed, and say how many more did."""
    names = [cell.assertion.id for cell in run.whole.assertions if cell.compliance is Compliance.FAIL]
    return tuple(names[:MAX_NAMED]), len(names[MAX_NAMED:])


def _forward(scene: Scene, entry: Entry) -> Output:
    """Lead from the address that a folded run once had, or would have, to its row."""
    record = entry.record
    place = urls.mesh_version(record.mesh, record.mesh_version)
    html = fill(
        _FORWARD,
        id=record.run_id,
        to=f"../{urls.FRONT}#{urls.row(record.run_id)}",
        canonical=scene.ledger.programme.base_url + wording.canonical(place),
    )
    return Output(path=rendering.run_page(entry), content=html.encode())
