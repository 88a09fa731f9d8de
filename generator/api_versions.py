"""The API's documents of mesh versions: where each run is told, and all that is known of the folded ones.

The form is that of schema/api-version.schema.json.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from generator import api_nouns, chronicle, urls, wording
from generator.api_nouns import Paper, View
from generator.chronicle import Line, Segment
from generator.judgements import AssertionCell, Assessment, Output
from generator.terms import Capability, Compliance, Outcome, Role


def outputs(view: View) -> Iterator[Output]:
    """Give the document of every version of every mesh in both forms."""
    by_version: dict[tuple[str, str], list[Assessment]] = defaultdict(list)
    for line in view.lines:
        for run in line.runs:
            by_version[line.mesh, run.entry.record.mesh_version].append(run)
    for (mesh, version), runs in sorted(by_version.items()):
        yield from api_nouns.written(urls.api_version(mesh, version), document(view, mesh, version, runs))


def document(view: View, mesh: str, version: str, runs: list[Assessment]) -> Paper:
    """Give one version of a mesh by test set and variant, with every run."""
    return {
        "schema": urls.api_schema("version"),
        "mesh": mesh,
        "mesh_version": version,
        "page": urls.mesh_version(mesh, version),
        "groups": [_group(view, line, segment) for line in chronicle.lines(runs) for segment in line.segments[::-1]],
    }


def _group(view: View, line: Line, segment: Segment) -> Paper:
    newest_first = segment.runs[::-1]
    return {
        "suite": api_nouns.suite_reference(segment.suite),
        "variant": dict(line.variant),
        "runs": [_told(run) for run in newest_first if run.entry.record.run_id not in view.folded],
        "folded": [folded(run) for run in newest_first if run.entry.record.run_id in view.folded],
    }


def _told(run: Assessment) -> Paper:
    record = run.entry.record
    return {
        "run_id": record.run_id,
        "taken_at": wording.timestamp(record.taken_at),
        "document": f"{urls.api_run(record.mesh, record.mesh_version, record.run_id)}.json",
    }


def folded(run: Assessment) -> Paper:
    """Give a run that has no document of its own; tests that passed and are implemented in full are left out."""
    record, verdict = run.entry.record, run.entry.verdict
    return {
        "run_id": record.run_id,
        "status": record.status,
        "taken_at": wording.timestamp(record.taken_at),
        "issued_at": wording.timestamp(record.issued_at),
        "kubernetes": record.kubernetes,
        "provenance": {
            "state": verdict.state.value,
            "transcribed": verdict.role is Role.ARCHIVIST,
            "publisher": verdict.publisher,
            "key": verdict.key,
            "registry_version": verdict.registry_version,
            "digest": verdict.digest,
            "commit": verdict.commit,
        },
        "summary": api_nouns.cell(run.whole),
        "exceptions": [_exception(one) for one in run.whole.assertions if not _plain(one)],
        "result": verdict.path,
    }


def _plain(one: AssertionCell) -> bool:
    judged = one.capability is Capability.FULL and one.compliance is Compliance.PASS
    return judged and one.observation.outcome is Outcome.PASSED


def _exception(one: AssertionCell) -> Paper:
    return {
        "id": one.assertion.id,
        "outcome": one.observation.outcome.value,
        "capability": one.capability.value,
        "compliance": one.compliance.value,
    }
