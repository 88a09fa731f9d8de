"""Judgements to HTML pages; knows nothing of git or YAML, and writes nothing."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import jinja2
from markupsafe import Markup

from generator import arrival, conformance, documents, historic, scalars, sshsig, texts, urls, wording
from generator.judgements import Assessment, Cell, Entry, Ledger, Output
from generator.model import Mesh
from generator.records import UNKNOWN_VERSION
from generator.terms import Capability, Compliance, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """All that pages are made of: the ledger, one assessment an entry, the one clock, the raw files."""

    ledger: Ledger
    assessments: tuple[Assessment, ...]
    as_of: datetime
    published: frozenset[str]


NAVIGATION: Final = (
    ("Results", urls.FRONT),
    ("Method", urls.METHOD),
    ("Service accounts", urls.ACCOUNTS),
    ("Quarantine", urls.QUARANTINE),
    ("Audit log", urls.AUDIT),
)
_CAPABILITIES: Final = (Capability.FULL, Capability.PARTIAL, Capability.NONE, Capability.UNKNOWN)
_COMPLIANCES: Final = (
    Compliance.PASS,
    Compliance.FAIL,
    Compliance.INCOMPLETE,
    Compliance.NOT_TESTED,
    Compliance.NOT_APPLICABLE,
)


def render(scene: Scene, templates: Path) -> Iterator[Output]:
    """Give every page; `templates` is the folder with the Jinja templates and content/*.md."""
    environment = _environment(scene, templates)
    yield _front(scene, environment)
    yield from _meshes(scene, environment)
    yield from (_run(assessment, environment) for assessment in scene.assessments)
    yield _accounts(scene, environment)
    yield _quarantine(scene, environment)
    yield _audit(scene, environment)
    yield _method(scene, environment)


def _environment(scene: Scene, templates: Path) -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(templates),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    titles = {mesh.id: mesh.title for mesh in scene.ledger.programme.meshes}
    policy = scene.ledger.programme.freshness
    environment.filters |= wording.FILTERS | {
        "mesh_title": lambda mesh: titles.get(mesh, mesh),
        "fresh": lambda entry: conformance.freshness(entry.record.taken_at, scene.as_of, policy),
        "run_page": _run_page,
        "contradictions": lambda cell: [found for one in cell.assertions for found in one.contradictions],
        "fingerprint": sshsig.fingerprint,
    }
    environment.globals |= {
        "urls": urls,
        "href": _href,
        "navigation": NAVIGATION,
        "programme": scene.ledger.programme,
        "capabilities": _CAPABILITIES,
        "compliances": _COMPLIANCES,
        "meanings": wording.MEANINGS,
        "namespace": sshsig.RESULT_NAMESPACE,
    }
    return environment


@jinja2.pass_context
def _href(context: jinja2.runtime.Context, target: str) -> str:
    return urls.relative(target, context["page"])


def _page(environment: jinja2.Environment, template: str, path: str, **facts: Any) -> Output:
    html = environment.get_template(template).render(page=path, **facts)
    return Output(path=path, content=html.encode())


def _run_page(entry: Entry) -> str:
    return urls.run(entry.record.mesh, entry.record.mesh_version, entry.record.run_id)


def _front(scene: Scene, environment: jinja2.Environment) -> Output:
    programme, entries = scene.ledger.programme, scene.ledger.entries
    assessed = {assessment.entry.verdict.path: assessment for assessment in scene.assessments}
    order = {mesh.id: index for index, mesh in enumerate(programme.meshes)}
    by_suite = defaultdict(list)
    for entry in conformance.newest(entries).values():
        by_suite[entry.suite.id, entry.suite.version].append(assessed[entry.verdict.path])
    matrices = [
        {
            "anchor": wording.slug(f"{suite_id}-{version}"),
            "suite": rows[0].entry.suite,
            "rows": sorted(rows, key=lambda a: (order.get(a.entry.record.mesh, len(order)), a.entry.verdict.path)),
        }
        for (suite_id, version), rows in sorted(
            by_suite.items(), key=lambda item: (item[0][0], conformance.version_order(item[0][1])), reverse=True
        )
    ]
    figures = {
        "meshes": len({entry.record.mesh for entry in entries}),
        "results": len(entries),
        "transcribed": sum(entry.verdict.role is Role.ARCHIVIST for entry in entries),
        "quarantined": sum(not verdict.state.counts for verdict in scene.ledger.verdicts),
    }
    return _page(
        environment,
        "front.html",
        urls.FRONT,
        title=programme.title,
        description=programme.summary,
        matrices=matrices,
        figures=figures,
        as_of=scene.as_of,
        head=scene.ledger.head,
    )


def _meshes(scene: Scene, environment: jinja2.Environment) -> Iterator[Output]:
    known = {mesh.id: mesh for mesh in scene.ledger.programme.meshes}
    by_mesh = defaultdict(list)
    for assessment in scene.assessments:
        by_mesh[assessment.entry.record.mesh].append(assessment)
    for mesh_id, assessments in sorted(by_mesh.items()):
        mesh = known.get(mesh_id, Mesh(id=mesh_id, title=mesh_id, url="", names=()))
        yield _page(
            environment,
            "mesh.html",
            urls.mesh(mesh_id),
            title=mesh.title,
            description=f"Conformance of {mesh.title}, run by run.",
            mesh=mesh,
            count=len(assessments),
            history=_history(assessments),
        )


def _history(assessments: Sequence[Assessment]) -> list[dict[str, Any]]:
    rows = defaultdict(list)
    for assessment in sorted(assessments, key=lambda a: conformance.chronological(a.entry)):
        rows[conformance.row_key(assessment.entry)].append(assessment)
    newest_first = sorted(
        rows.items(), key=lambda item: (item[0][1], conformance.version_order(item[0][2]), item[0][3]), reverse=True
    )
    return [
        {
            "anchor": wording.slug("-".join((suite, version, *(value for _, value in variant)))),
            "suite": series[-1].entry.suite,
            "variant": variant,
            "rows": series[::-1],
            "since": _since(series),
            "changes": _changes(series),
        }
        for (_, suite, version, variant), series in newest_first
    ]


def _since(series: Sequence[Assessment]) -> list[tuple[Any, Any]]:
    columns = zip(*(assessment.cells for assessment in series), strict=True)
    ranges = ((column[-1].specification, conformance.supported_since(column)) for column in columns)
    return [(spec, since) for spec, since in ranges if since and since.version != UNKNOWN_VERSION]


def _changes(series: Sequence[Assessment]) -> list[tuple[Entry, Any]]:
    pairs = itertools.pairwise(series)
    found = [(after.entry, change) for before, after in pairs for change in conformance.state_changes(before, after)]
    return found[::-1]


def _run(assessment: Assessment, environment: jinja2.Environment) -> Output:
    entry = assessment.entry
    record = entry.record
    return _page(
        environment,
        "run.html",
        _run_page(entry),
        title=f"{record.run_id}",
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
    return f"{conformance.percentage(whole.tally.passed, tested)} % of the {tested} tests with an outcome"


def _accounts(scene: Scene, environment: jinja2.Environment) -> Output:
    registry = scene.ledger.registry
    return _page(
        environment,
        "accounts.html",
        urls.ACCOUNTS,
        title="Service accounts",
        description="Who may publish results, and who says so.",
        registry=registry,
        maintainers=[
            (maintainer, signature if (signature := urls.registry_signature(maintainer.id)) in scene.published else "")
            for maintainer in registry.maintainers
        ],
    )


def _quarantine(scene: Scene, environment: jinja2.Environment) -> Output:
    return _page(
        environment,
        "quarantine.html",
        urls.QUARANTINE,
        title="Quarantine",
        description="Files that do not count, and why.",
        verdicts=[verdict for verdict in scene.ledger.verdicts if not verdict.state.counts],
    )


def _audit(scene: Scene, environment: jinja2.Environment) -> Output:
    ledger = scene.ledger
    return _page(
        environment,
        "audit.html",
        urls.AUDIT,
        title="Audit log",
        description="Every change of a result after it had been verified, and the steps of this audit.",
        alterations=ledger.alterations[::-1],
        steps=ledger.audit.steps,
    )


def _method(scene: Scene, environment: jinja2.Environment) -> Output:
    facts = {
        "page": urls.METHOD,
        "checks": [(f"7.{number}", title) for number, (title, _) in enumerate(arrival.CHECKS, 1)],
        "limits": {
            "result": documents.MAX_BYTES // 1024,
            "sidecar": sshsig.MAX_BYTES // 1024,
            "depth": documents.MAX_DEPTH,
            "nodes": documents.MAX_NODES,
            "digits": scalars.MAX_DIGITS,
        },
        "policy": scene.ledger.programme.freshness,
        "bundles": scene.ledger.programme.bundles,
        "registry": scene.ledger.registry,
        "registry_namespace": sshsig.REGISTRY_NAMESPACE,
    }
    # Markdown escapes what it renders, so the text must not be escaped before.
    markdown = environment.overlay(autoescape=False).get_template("content/method.md").render(facts)
    return _page(
        environment,
        "text.html",
        urls.METHOD,
        title="Method",
        description="How results are verified, judged and shown.",
        body=Markup(texts.html(markdown)),  # noqa: S704 - raw HTML is off in texts.html
    )
