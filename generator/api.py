"""Judgements as data for tools: findings, verdicts, checkpoints and in-toto statements."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, Final, TypeVar

from generator import emitting, terminal, urls
from generator.findings import Finding, Stop
from generator.judgements import Audit, Checkpoint, Entry, Ledger, Output, Step, Verdict
from generator.terms import Outcome

STATEMENT: Final = "https://in-toto.io/Statement/v1"
TEST_RESULT: Final = "https://in-toto.io/attestation/test-result/v0.1"

_PLACE: Final = re.compile(rf"{urls.RESULTS}/([a-z0-9][a-z0-9-]{{0,38}})/")
_Placed = TypeVar("_Placed", Verdict, Finding)


def outputs(ledger: Ledger, folded: AbstractSet[str]) -> Iterator[Output]:
    """Give the audit and the checkpoint; of the runs with an id in `folded` another document tells."""
    yield from _provenance(ledger, [entry for entry in ledger.entries if entry.record.run_id in folded])
    yield _json(urls.CHECKPOINT, checkpoint_data(ledger.audit.judgement.checkpoint))


def statements(entries: Iterable[Entry]) -> Iterator[Output]:
    """Give an in-toto statement about each result."""
    for entry in entries:
        record = entry.record
        yield _json(urls.statement(record.mesh, record.mesh_version, record.run_id), statement(entry))


def _provenance(ledger: Ledger, folded: Sequence[Entry]) -> Iterator[Output]:
    """Give the audit as an index, and one document a mesh with the verdicts at its place in the repository."""
    verdicts, findings = _by_mesh(ledger.verdicts), _by_mesh(ledger.findings)
    out = {entry.verdict.path for entry in folded}
    versions = Counter((entry.record.mesh, entry.record.mesh_version) for entry in folded)
    meshes = sorted(verdicts.keys() - {""})
    index = _report(ledger.audit, [one for one in ledger.findings if _mesh(one.path) not in meshes], verdicts[""])
    places = [
        {
            "id": mesh,
            "states": dict(sorted(Counter(one.state.value for one in verdicts[mesh]).items())),
            "document": urls.provenance(mesh),
        }
        for mesh in meshes
    ]
    yield _json(urls.PROVENANCE, index | {"meshes": places})
    for mesh in meshes:
        report = _report(ledger.audit, findings[mesh], [one for one in verdicts[mesh] if one.path not in out])
        elsewhere = [
            {"mesh_version": version, "results": count, "document": f"{urls.api_version(mesh, version)}.json"}
            for (of, version), count in sorted(versions.items())
            if of == mesh
        ]
        yield _json(urls.provenance(mesh), report | {"folded": elsewhere})


def _by_mesh(found: Iterable[_Placed]) -> dict[str, list[_Placed]]:
    """Put together what stands at the place of one mesh; under no name what stands at none."""
    places: dict[str, list[_Placed]] = defaultdict(list)
    for one in found:
        places[_mesh(one.path)].append(one)
    return places


def _mesh(path: str) -> str:
    place = _PLACE.match(path)
    return place[1] if place else ""


def verify_report(audit: Audit, findings: Sequence[Finding]) -> dict[str, Any]:
    """Give a whole audit; its form is schema/verify-report.schema.json."""
    return _report(audit, findings, audit.judgement.verdicts)


def _report(audit: Audit, findings: Iterable[Finding], verdicts: Iterable[Verdict]) -> dict[str, Any]:
    judgement = audit.judgement
    genesis = judgement.genesis
    root = {"commit": genesis.commit, "digest": genesis.digest, "pinned": judgement.pinned} if genesis else None
    return {
        "head": audit.head,
        "trust_root": root,
        "checkpoint": checkpoint_data(judgement.checkpoint),
        "steps": [step_data(step) for step in audit.steps],
        "findings": [finding_data(finding) for finding in findings],
        "results": [verdict_data(verdict) for verdict in verdicts],
    }


def stopped_import(stop: Stop) -> dict[str, Any]:
    """Give the report of an import that could not begin."""
    return {"written": [], "findings": stop_findings(stop)}


def stop_report(stop: Stop) -> dict[str, Any]:
    """Give the report of an audit that could not even begin: of the same form, with nothing in it."""
    return {
        "head": None,
        "trust_root": None,
        "checkpoint": None,
        "steps": [],
        "findings": stop_findings(stop),
        "results": [],
    }


def stop_findings(stop: Stop) -> list[dict[str, Any]]:
    """Give the findings of a stop; one without any is a finding of its own."""
    found = stop.findings or (Finding(rule="stopped", message=stop.message),)
    return [finding_data(finding) for finding in found]


def finding_data(finding: Finding) -> dict[str, Any]:
    """Give a finding; the names are those of DESIGN section 6."""
    return {
        "rule": finding.rule,
        "severity": finding.severity.value,
        "path": terminal.shown_path(finding.path),
        "line": finding.line,
        "pointer": finding.pointer,
        "commit": finding.commit,
        "message": terminal.plain(finding.message),
        "fix": finding.fix,
    }


def verdict_data(verdict: Verdict) -> dict[str, Any]:
    """Give a verdict with every numbered step."""
    return {
        "path": terminal.shown_path(verdict.path),
        "state": verdict.state.value,
        "reason": terminal.plain(verdict.reason),
        "publisher": verdict.publisher,
        "role": verdict.role.value if verdict.role else "",
        "key": verdict.key,
        "registry_version": verdict.registry_version,
        "commit": verdict.commit,
        "steps": [step_data(step) for step in verdict.steps],
    }


def step_data(step: Step) -> dict[str, Any]:
    """Give a step; `passed` is null where it was not reached, or is shown without deciding."""
    return {"number": step.number, "title": step.title, "passed": step.passed, "detail": terminal.plain(step.detail)}


def checkpoint_data(checkpoint: Checkpoint) -> dict[str, Any]:
    """Give a checkpoint, as `--published-checkpoint` reads it."""
    return {"head": checkpoint.head, "count": checkpoint.count, "root": checkpoint.root}


def statement(entry: Entry) -> dict[str, Any]:
    """Give an in-toto statement about a result file, with the test-result predicate (v0.1)."""
    record = entry.record
    by_outcome = {outcome: [o.test for o in record.observations if o.outcome is outcome] for outcome in Outcome}
    passed, failed = by_outcome[Outcome.PASSED], by_outcome[Outcome.FAILED]
    warned = [o.test for o in record.observations if o.outcome not in {Outcome.PASSED, Outcome.FAILED}]
    predicate: dict[str, Any] = {
        "result": "FAILED" if failed else "WARNED" if warned else "PASSED",
        "configuration": [{"name": entry.suite.path, "digest": _digest(entry.suite.digest)}],
        "passedTests": passed,
        "warnedTests": warned,
        "failedTests": failed,
    }
    if record.url:
        predicate["url"] = record.url
    subject = {"name": entry.verdict.path, "digest": _digest(entry.verdict.digest)}
    return {"_type": STATEMENT, "subject": [subject], "predicateType": TEST_RESULT, "predicate": predicate}


def _digest(digest: str) -> dict[str, str]:
    return {"sha256": digest.removeprefix("sha256:")}


def _json(path: str, data: dict[str, Any]) -> Output:
    return Output(path=path, content=emitting.json_bytes(data))
