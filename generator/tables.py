"""The same judgements in the forms that other programs read: CSV, EARL, schema.org, sitemap, robots."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from markupsafe import Markup

from generator import conformance, emitting, urls, wording
from generator.chronicle import Line
from generator.judgements import AssertionCell, Assessment, Cell, Entry, Ledger, Output
from generator.markup import fill
from generator.model import Programme
from generator.records import Words
from generator.terms import Compliance, Freshness, Outcome

Age = Callable[[Entry], Freshness]

_MATRIX: Final = (
    "mesh", "mesh_title", "mesh_version", "suite", "suite_version", "channel", "mode", "specification", "capability",
    "full", "partial", "none", "unknown", "compliance", "passed", "tested", "not_tested", "percent", "taken_at",
    "freshness", "provenance", "result",
)  # fmt: skip
_RESULTS: Final = (
    "mesh", "mesh_version", "run_id", "suite", "suite_version", "channel", "mode", "specification", "test", "outcome",
    "capability", "compliance", "duration_seconds", "message", "taken_at", "provenance", "result",
)  # fmt: skip
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
_EARL: Final = {
    "earl": "http://www.w3.org/ns/earl#",
    "dct": "http://purl.org/dc/terms/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}


def outputs(ledger: Ledger, lines: Iterable[Line], titles: Mapping[str, str], age: Age) -> Iterator[Output]:
    """Give the matrix and the description of it all; sitemap and robots.txt come last, from the list of pages."""
    rows = (row for line in lines for row in _matrix_rows(line, titles, age))
    yield Output(path=urls.MATRIX_CSV, content=csv_bytes(_MATRIX, rows))
    yield _json(urls.DATASET, dataset(ledger))


def of_meshes(ledger: Ledger, lines: Iterable[Line], words: Callable[[Entry], Mapping[str, Words]]) -> Iterator[Output]:
    """Give the table and the EARL report of each mesh; `words` gives what a run says about each test."""
    listed = tuple(lines)
    for mesh in sorted({line.mesh for line in listed}):
        runs = [run for line in listed if line.mesh == mesh for run in line.runs]
        results = (
            _result_row(run, one, words(run.entry)[one.assertion.id]) for run in runs for one in run.whole.assertions
        )
        yield Output(path=urls.mesh_csv(mesh), content=csv_bytes(_RESULTS, results))
        report = json.dumps(earl(runs, ledger.programme), separators=(",", ":"))
        yield Output(path=urls.mesh_earl(mesh), content=report.encode() + b"\n")


def csv_bytes(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """Write a table as RFC 4180 has it: a header, CRLF, quotes where needed, UTF-8.

    Text that a spreadsheet would run as a formula begins with an apostrophe.
    """
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([harmless(value) for value in row] for row in rows)
    return target.getvalue().encode()


def harmless(value: object) -> object:
    """Take from a text the power to be a formula; numbers stay numbers."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def _matrix_rows(line: Line, titles: Mapping[str, str], age: Age) -> Iterator[tuple[object, ...]]:
    for segment in line.segments:
        run = segment.head
        for cell in (run.whole, *run.cells):
            if cell.tally.total:
                yield _matrix_row(cell, titles, age)


def _matrix_row(cell: Cell, titles: Mapping[str, str], age: Age) -> tuple[object, ...]:
    record, verdict, tally = cell.entry.record, cell.entry.verdict, cell.tally
    variant = dict(record.variant)
    tested = tally.passed + tally.failed
    return (
        record.mesh, titles.get(record.mesh, record.mesh), record.mesh_version, record.suite, record.suite_version,
        variant.get("channel", ""), variant.get("mode", ""), cell.specification.id if cell.specification else "all",
        cell.capability.value, tally.full, tally.partial, tally.none, tally.unknown, cell.compliance.value,
        tally.passed, tested, tally.untested, conformance.percentage(tally.passed, tested) if tested else "",
        wording.timestamp(record.taken_at), age(cell.entry).value, wording.trust(verdict), verdict.path,
    )  # fmt: skip


def _result_row(run: Assessment, one: AssertionCell, words: Words) -> tuple[object, ...]:
    record, seen = run.entry.record, one.observation
    variant = dict(record.variant)
    return (
        record.mesh, record.mesh_version, record.run_id, record.suite, record.suite_version,
        variant.get("channel", ""), variant.get("mode", ""), one.assertion.specification, one.assertion.id,
        seen.outcome.value, one.capability.value, one.compliance.value,
        "" if words.duration is None else words.duration, wording.capped(words.message),
        wording.timestamp(record.taken_at), wording.trust(run.entry.verdict), run.entry.verdict.path,
    )  # fmt: skip


def earl(runs: Iterable[Assessment], programme: Programme) -> dict[str, Any]:
    """Give an EARL 1.0 report in JSON-LD: one assertion a test and run, with a context that is no address."""
    graph = [_assertion(run, one, programme) for run in runs for one in run.whole.assertions]
    return {"@context": _EARL, "@graph": graph}


def _assertion(run: Assessment, one: AssertionCell, programme: Programme) -> dict[str, Any]:
    record, base = run.entry.record, programme.base_url
    page = base + wording.canonical(urls.run(record.mesh, record.mesh_version, record.run_id))
    test = base + wording.canonical(urls.test(record.suite, record.suite_version, one.assertion.id))
    return {
        "@id": f"{page}#{one.assertion.id}",
        "@type": "earl:Assertion",
        "earl:assertedBy": {"@id": f"{base}{wording.canonical(urls.ACCOUNTS)}#{record.publisher}"},
        "earl:subject": {
            "@id": base + wording.canonical(urls.mesh_version(record.mesh, record.mesh_version)),
            "@type": "earl:TestSubject",
            "dct:title": f"{record.mesh} {record.mesh_version}",
        },
        "earl:test": {"@id": test, "@type": "earl:TestCriterion", "dct:title": one.assertion.title},
        "earl:mode": {"@id": "earl:unknownMode" if record.transcribed_from else "earl:automatic"},
        "earl:result": {
            "@type": "earl:TestResult",
            "earl:outcome": {"@id": f"earl:{outcome(one)}"},
            "dct:date": {"@value": wording.timestamp(record.taken_at), "@type": "xsd:dateTime"},
        },
    }


def outcome(one: AssertionCell) -> str:
    """Name the outcome value of EARL 1.0 (section 2.7) for one test."""
    if one.compliance is Compliance.NOT_APPLICABLE:
        return "inapplicable"
    known = {Outcome.PASSED: "passed", Outcome.FAILED: "failed", Outcome.ERROR: "cantTell", Outcome.UNKNOWN: "cantTell"}
    return known.get(one.observation.outcome, "untested")


def dataset(ledger: Ledger) -> dict[str, Any]:
    """Describe the results as a schema.org Dataset in JSON-LD, with where each form of them is."""
    base, programme = ledger.programme.base_url, ledger.programme
    taken = sorted(entry.record.taken_at for entry in ledger.entries)
    forms = (
        ("text/csv", urls.MATRIX_CSV),
        ("application/json", f"{urls.API_INDEX}.json"),
        ("application/yaml", f"{urls.API_INDEX}.yaml"),
    )
    described: dict[str, Any] = {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "@id": f"{base}{urls.DATASET}",
        "name": programme.title,
        "description": programme.summary,
        "url": base,
        "version": ledger.head,
        "dateModified": wording.timestamp(ledger.committed_at),
        "isAccessibleForFree": True,
        "distribution": [
            {"@type": "DataDownload", "encodingFormat": kind, "contentUrl": base + path} for kind, path in forms
        ],
    }
    if taken:
        described["temporalCoverage"] = f"{wording.day(taken[0])}/{wording.day(taken[-1])}"
    return described


def sitemap(pages: Iterable[str], base_url: str) -> Output:
    """List every page by its public address, as sitemaps.org has it; the page for lost readers is none."""
    listed = sorted(wording.canonical(page) for page in pages if page != urls.NOT_FOUND)
    rows = Markup().join(fill("<url><loc>{}{}</loc></url>\n", base_url, page) for page in listed)
    xml = fill(
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{}</urlset>\n',
        rows,
    )
    return Output(path=urls.SITEMAP, content=xml.encode())


def robots(base_url: str) -> Output:
    """Welcome every crawler (RFC 9309) and tell it where the list of pages is."""
    return Output(path=urls.ROBOTS, content=f"User-agent: *\nAllow: /\n\nSitemap: {base_url}{urls.SITEMAP}\n".encode())


def _json(path: str, data: dict[str, Any]) -> Output:
    return Output(path=path, content=emitting.json_bytes(data))
