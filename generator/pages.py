"""Judgements to HTML pages; knows nothing of git or YAML, and writes nothing."""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import Any, Final

from generator import (
    conformance,
    historic,
    overview,
    rendering,
    urls,
    wording,
)
from generator.judgements import Assessment, Cell, Entry, Output
from generator.model import Mesh
from generator.rendering import Environment, Scene, page, run_page
from generator.terms import Role

MAX_RUNS: Final = 4
"""Runs of one test set that a mesh's page tells in full; the pages of its versions tell the others."""

MAX_CHANGES: Final = 100
"""Changes between runs that a mesh's page tells of one test set, the newest."""

MAX_LISTED: Final = 500
"""Results in quarantine that the page lists; the documents of provenance hold them all."""


def render(scene: Scene) -> Iterator[Output]:
    """Give the front page, and the pages about the programme."""
    environment = rendering.environment(scene)
    yield _front(scene, environment)
    yield _accounts(scene, environment)
    yield _quarantine(scene, environment)
    yield _audit(scene, environment)


def of_meshes(scene: Scene) -> Iterator[Output]:
    """Give the pages of meshes and runs, each of which tells of one mesh alone."""
    environment = rendering.environment(scene)
    yield from _meshes(scene, environment)
    shown = (run for run in scene.ledger.assessments if run.entry.record.run_id not in scene.folded)
    yield from (_run(run, environment) for run in shown)


def _front(scene: Scene, environment: Environment) -> Output:
    programme, entries = scene.ledger.programme, scene.ledger.entries
    order = {mesh.id: index for index, mesh in enumerate(programme.meshes)}
    figures = {
        "meshes": len({entry.record.mesh for entry in entries}),
        "results": len(entries),
        "transcribed": sum(entry.verdict.role is Role.ARCHIVIST for entry in entries),
        "quarantined": sum(not verdict.state.counts for verdict in scene.ledger.verdicts),
    }
    return page(
        environment,
        "front.html",
        urls.FRONT,
        title=programme.title,
        description=programme.summary,
        overviews=overview.overviews(scene.lines, order),
        figures=figures,
        dated={entry.suite.id for entry in entries if entry.ordered_at <= scene.as_of},
        as_of=scene.as_of,
        head=scene.ledger.head,
    )


def _meshes(scene: Scene, environment: Environment) -> Iterator[Output]:
    known = {mesh.id: mesh for mesh in scene.ledger.programme.meshes}
    by_mesh = defaultdict(list)
    for assessment in scene.ledger.assessments:
        by_mesh[assessment.entry.record.mesh].append(assessment)
    refused = Counter(v.path.split("/")[1] for v in scene.ledger.verdicts if not v.state.counts)
    for mesh_id, assessments in sorted(by_mesh.items()):
        mesh = known.get(mesh_id, Mesh(id=mesh_id, title=mesh_id, url="", names=()))
        yield page(
            environment,
            "mesh.html",
            urls.mesh(mesh_id),
            title=mesh.title,
            description=f"Conformance of {mesh.title}, run by run.",
            mesh=mesh,
            count=len(assessments),
            refused=refused[mesh_id],
            history=_history(assessments),
            folded=sum(run.entry.record.run_id in scene.folded for run in assessments),
            versions=_versions(assessments) if scene.folded else [],
            charts=[one for one in scene.charts if one.line.mesh == mesh_id and not one.specification],
        )


def _history(assessments: Sequence[Assessment]) -> list[dict[str, Any]]:
    rows = defaultdict(list)
    for assessment in sorted(assessments, key=lambda a: conformance.chronological(a.entry)):
        rows[conformance.row_key(assessment.entry)].append(assessment)
    newest_first = sorted(rows.items(), key=lambda item: conformance.chronological(item[1][-1].entry), reverse=True)
    return [
        {
            "anchor": wording.slug("-".join((suite, version, *(value for _, value in variant)))),
            "suite": series[-1].entry.suite,
            "variant": variant,
            "rows": series[::-1][:MAX_RUNS],
            "older": list(dict.fromkeys(run.entry.record.mesh_version for run in series[-MAX_RUNS - 1 :: -1])),
            "since": _since(series),
            **_changes(series),
        }
        for (_, suite, version, variant), series in newest_first
    ]


def _since(series: Sequence[Assessment]) -> list[tuple[Any, Any]]:
    columns = zip(*(assessment.cells for assessment in series), strict=True)
    ranges = ((column[-1].specification, conformance.supported_since(column)) for column in columns)
    return [(specification, since) for specification, since in ranges if since]


def _changes(series: Sequence[Assessment]) -> dict[str, Any]:
    found = (
        (after.entry, wording.clusters(before.entry.record, after.entry.record), change)
        for after, before in itertools.pairwise(series[::-1])
        for change in conformance.state_changes(before, after)[::-1]
    )
    newest: list[tuple[Entry, str, Any]] = list(itertools.islice(found, MAX_CHANGES))
    return {"changes": newest, "more": next(found, None) is not None}


def _versions(assessments: Sequence[Assessment]) -> list[tuple[str, int]]:
    counts = Counter(run.entry.record.mesh_version for run in assessments)
    return sorted(counts.items(), key=lambda item: conformance.version_order(item[0]), reverse=True)


def _run(assessment: Assessment, environment: Environment) -> Output:
    entry = assessment.entry
    record = entry.record
    mesh = environment.filters["mesh_title"](record.mesh)
    suite = ", ".join((entry.suite.title, *wording.varied(record.variant)))
    return page(
        environment,
        "run.html",
        run_page(entry),
        title=f"{mesh} {wording.version_text(record)}: {suite}, {wording.run_day(record)}",
        description=f"{entry.suite.title}: {wording.sentence(assessment.whole)}",
        entry=entry,
        assessment=assessment,
        comparison=_comparison(assessment),
        recomputable=historic.recompute(record, entry.suite) is not None,
        stated=wording.stated(record.recorded) if record.recorded else (),
    )


def _comparison(assessment: Assessment) -> list[dict[str, Any]]:
    """Set each recorded figure beside the recomputed one and the cell that the evidence supports."""
    entry = assessment.entry
    cells: dict[str, Cell] = {cell.specification.id: cell for cell in assessment.cells if cell.specification}
    rows = []
    for figure in historic.compare(entry.record, entry.suite):
        cell = cells.get(figure.specification)
        label = f"{cell.specification.title}: capability" if cell and cell.specification else figure.label
        rows.append(
            {"figure": figure, "label": label, "judged": cell, "supported": _supported(figure, assessment.whole)}
        )
    return rows


def _supported(figure: historic.Comparison, whole: Cell) -> str:
    tested = whole.tally.passed + whole.tally.failed
    if figure.label == historic.CASES or not tested:
        return wording.sentence(whole)
    share = conformance.percentage(whole.tally.passed, tested)
    return f"{share} % of the {wording.counted(tested, 'test')} with an outcome"


def _accounts(scene: Scene, environment: Environment) -> Output:
    registry = scene.ledger.registry
    return page(
        environment,
        "accounts.html",
        urls.ACCOUNTS,
        title="Service accounts",
        description="Who may publish results, and who says so.",
        registry=registry,
        maintainers=[
            (
                maintainer,
                signature if (signature := urls.registry_signature(maintainer.id)) in scene.originals.ids else "",
            )
            for maintainer in registry.maintainers
        ],
    )


def _quarantine(scene: Scene, environment: Environment) -> Output:
    refused = [verdict for verdict in scene.ledger.verdicts if not verdict.state.counts]
    return page(
        environment,
        "quarantine.html",
        urls.QUARANTINE,
        title="Quarantine",
        description="Files that do not count, and why.",
        verdicts=refused[:MAX_LISTED],
        total=len(refused),
    )


def _audit(scene: Scene, environment: Environment) -> Output:
    ledger = scene.ledger
    return page(
        environment,
        "audit.html",
        urls.AUDIT,
        title="Audit log",
        description="Every change of a result after it had been verified, and the steps of this audit.",
        alterations=ledger.alterations[::-1],
        steps=ledger.audit.steps,
        registries=[one for one in ledger.audit.judgement.findings if one.rule == "registry-invalid"],
    )
