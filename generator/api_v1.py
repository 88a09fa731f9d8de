"""Version 1 of the API: every judgement as JSON and as YAML, and each mesh's newest result at a fixed address.

The forms are those of schema/api-*.schema.json. Paths in a document are relative to the site's root.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

from generator import api_nouns, chronicle, conformance, urls, wording
from generator.api_nouns import Paper, View
from generator.chronicle import Line
from generator.judgements import Assessment, Output
from generator.model import Suite
from generator.originals import Originals

MAX_TRANSITIONS: Final = 300
"""Transitions in one document, the newest; `total` says how many there are."""


def outputs(view: View) -> Iterator[Output]:
    """Give every document but those of runs, in both forms."""
    for path, paper in _documents(view):
        yield from api_nouns.written(path, paper)


def of_meshes(view: View) -> Iterator[Output]:
    """Give the document of every run in both forms."""
    for run in (run for line in view.told for run in line.runs):
        record = run.entry.record
        path = urls.api_run(record.mesh, record.mesh_version, record.run_id)
        yield from api_nouns.written(path, run_document(view, run))


def _documents(view: View) -> Iterator[tuple[str, Paper]]:
    runs = [run for line in view.told for run in line.runs]
    suites = _suites(runs)
    yield urls.API_INDEX, index(view, suites)
    yield urls.API_MESHES, meshes(view)
    yield urls.API_TRANSITIONS, transitions(view)
    for mesh in _mesh_ids(view):
        yield urls.api_mesh(mesh), mesh_document(view, mesh)
    for suite in suites:
        yield urls.api_suite(suite.id, suite.version), suite_document(view, suite)


def latest(lines: Iterable[Line], originals: Originals) -> Iterator[Output]:
    """Give the newest result of each mesh, suite and variant with its signature, byte for byte."""
    listed = tuple(lines)
    places: dict[str, Assessment] = {}
    for line in sorted(chronicle.foremost(listed).values(), key=lambda one: conformance.chronological(one.head.entry)):
        places[urls.latest(line.mesh)] = places[urls.latest(line.mesh, line.suite)] = line.head
    for line in listed:
        if line.variant:
            places[urls.latest(line.mesh, line.suite, urls.variant(line.variant))] = line.head
    pairs = dict(_pairs((place, run.entry.verdict.path) for place, run in places.items()))
    contents = dict(originals.contents(dict.fromkeys(pairs.values())))
    yield from (Output(path=place, content=contents[source]) for place, source in pairs.items())


def _pairs(sources: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    for place, source in sources:
        yield place, source
        yield urls.sidecar(place), urls.sidecar(source)


def index(view: View, suites: Iterable[Suite]) -> Paper:
    """Give the way in: what there is, and where."""
    programme = view.ledger.programme
    return {
        "schema": urls.api_schema("index"),
        "title": programme.title,
        "summary": programme.summary,
        "base_url": programme.base_url,
        "repository": programme.repository,
        "head": view.ledger.head,
        "as_of": wording.timestamp(view.as_of),
        "documents": {
            "meshes": f"{urls.API_MESHES}.json",
            "transitions": f"{urls.API_TRANSITIONS}.json",
            "provenance": urls.PROVENANCE,
            "checkpoint": urls.CHECKPOINT,
            "matrix": urls.MATRIX_CSV,
            "feed": urls.SITE_FEED,
        },
        "meshes": [
            {"id": mesh, "title": _title(view, mesh), "document": f"{urls.api_mesh(mesh)}.json"}
            for mesh in _mesh_ids(view)
        ],
        "suites": [
            api_nouns.suite_reference(suite)
            | {"title": suite.title, "document": f"{urls.api_suite(suite.id, suite.version)}.json"}
            for suite in suites
        ],
    }


def meshes(view: View) -> Paper:
    """Give every mesh with the run that stands for each test set and variant today."""
    return {
        "schema": urls.api_schema("meshes"),
        **_state(view),
        "meshes": [
            {
                "id": mesh,
                "title": _title(view, mesh),
                "document": f"{urls.api_mesh(mesh)}.json",
                "page": urls.mesh(mesh),
                "standing": [
                    api_nouns.run_reference(view, segment.head)
                    for line in view.told
                    if line.mesh == mesh
                    for segment in line.segments[::-1]
                ],
            }
            for mesh in _mesh_ids(view)
        ],
    }


def mesh_document(view: View, mesh: str) -> Paper:
    """Give one mesh: each of its lines with every run that has a document, the newest first, and what moved."""
    own = itertools.islice((move for move in view.log if move.after.record.mesh == mesh), MAX_TRANSITIONS)
    return {
        "schema": urls.api_schema("mesh"),
        **_state(view),
        "id": mesh,
        "title": _title(view, mesh),
        "page": urls.mesh(mesh),
        "feed": urls.mesh_feed(mesh),
        "csv": urls.mesh_csv(mesh),
        "earl": urls.mesh_earl(mesh),
        "latest": urls.latest(mesh),
        "versions": _versions(view, mesh),
        "lines": [
            _line(view, line, told) for line, told in zip(view.lines, view.told, strict=True) if line.mesh == mesh
        ],
        "transitions": [api_nouns.move(move) for move in own],
    }


def _versions(view: View, mesh: str) -> list[Paper]:
    records = [run.entry.record for line in view.lines if line.mesh == mesh for run in line.runs]
    runs = Counter(record.mesh_version for record in records)
    folded = Counter(record.mesh_version for record in records if record.run_id in view.folded)
    return [
        {
            "mesh_version": version,
            "runs": runs[version],
            "folded": folded[version],
            "page": urls.mesh_version(mesh, version),
            "document": f"{urls.api_version(mesh, version)}.json",
        }
        for version in sorted(runs, key=conformance.version_order, reverse=True)
    ]


def _line(view: View, line: Line, told: Line) -> Paper:
    return {
        "suite": line.suite,
        "variant": dict(line.variant),
        "supported_since": [
            {
                "suite_version": segment.suite.version,
                "specification": specification.id,
                "mesh_version": since.version,
                "or_earlier": since.open_start,
            }
            for segment in line.segments[::-1]
            for specification, since in chronicle.since(segment)
        ],
        "runs": [api_nouns.run_reference(view, run) for run in told.runs[::-1]],
    }


def suite_document(view: View, suite: Suite) -> Paper:
    """Give one test set: its specifications and tests, and how each mesh stands by it."""
    standing = [segment.head for line in view.told for segment in line.segments if segment.suite.digest == suite.digest]
    return {
        "schema": urls.api_schema("suite"),
        **_state(view),
        **api_nouns.suite_reference(suite),
        "title": suite.title,
        "summary": suite.summary,
        "source": suite.source,
        "file": suite.path,
        "specifications": [
            {
                "id": one.id,
                "title": one.title,
                "api_version": one.api_version,
                "kinds": list(one.kinds),
                "note": one.note,
            }
            for one in suite.specifications
        ],
        "tests": [
            {
                "id": one.id,
                "specification": one.specification,
                "assertion": one.kind.value,
                "title": one.title,
                "asserts": one.asserts,
                "aliases": [{"version": version, "test": test} for version, test in one.aliases],
                "page": urls.test(suite.id, suite.version, one.id),
            }
            for one in suite.assertions
        ],
        "standing": [
            {**api_nouns.run_reference(view, run), "specifications": api_nouns.specifications(run)} for run in standing
        ],
    }


def run_document(view: View, run: Assessment) -> Paper:
    """Give one run: where and how it was made, every specification, every test."""
    record, words = run.entry.record, view.words(run.entry)
    return {
        "schema": urls.api_schema("run"),
        **api_nouns.run_reference(view, run),
        "environment": {"kubernetes": record.kubernetes, "platform": record.platform},
        "harness": {"name": record.harness, "version": record.harness_version},
        "url": record.url,
        "evidence": [{"url": url, "sha256": digest} for url, digest in record.evidence],
        "transcribed_from": list(record.transcribed_from),
        "specifications": api_nouns.specifications(run),
        "tests": [api_nouns.test(one, words[one.assertion.id]) for one in run.whole.assertions],
    }


def transitions(view: View) -> Paper:
    """Give what moved between runs of one test set, the newest first."""
    log = view.log
    return {
        "schema": urls.api_schema("transitions"),
        **_state(view),
        "total": len(log),
        "transitions": [api_nouns.move(move) for move in log[:MAX_TRANSITIONS]],
    }


def _state(view: View) -> Paper:
    return {"head": view.ledger.head, "as_of": wording.timestamp(view.as_of)}


def _suites(runs: Iterable[Assessment]) -> list[Suite]:
    found = {run.entry.suite.path: run.entry.suite for run in runs}
    return sorted(found.values(), key=lambda suite: (suite.id, conformance.version_order(suite.version)))


def _mesh_ids(view: View) -> list[str]:
    return sorted({line.mesh for line in view.lines})


def _title(view: View, mesh: str) -> str:
    return next((one.title for one in view.ledger.programme.meshes if one.id == mesh), mesh)
