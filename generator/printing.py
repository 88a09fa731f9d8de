"""Findings, verdicts and explanations as text for people and as JSON for tools."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from generator import conformance, wording
from generator.findings import Finding, Severity
from generator.judgements import Assessment, Cell, Verdict


def plain(text: str) -> str:
    """Make a text of unknown origin safe for a terminal: one line, no control characters."""
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text.encode("utf-8", "replace").decode())


def finding_lines(findings: Sequence[Finding]) -> Iterator[str]:
    """Write findings for people: where, how bad, which rule, what, and how to mend it."""
    for finding in findings:
        where = ":".join(part for part in (wording.shown_path(finding.path), str(finding.line or "")) if part)
        yield f"{where or 'repository'}: {finding.severity.value} {finding.rule}: {plain(finding.message)}"
        if finding.fix:
            yield f"    fix: {plain(finding.fix)}"


def count_line(findings: Sequence[Finding]) -> str:
    """Sum findings up in one line."""
    counts = [(severity, sum(f.severity is severity for f in findings)) for severity in reversed(Severity)]
    said = [f"{count} {severity.value}{'' if count == 1 else 's'}" for severity, count in counts if count]
    return ", ".join(said) or "no findings"


def finding_json(finding: Finding) -> dict[str, Any]:
    """Give a finding as JSON data; the names are those of DESIGN section 6."""
    return {
        "rule": finding.rule,
        "severity": finding.severity.value,
        "path": wording.shown_path(finding.path),
        "line": finding.line,
        "pointer": finding.pointer,
        "commit": finding.commit,
        "message": plain(finding.message),
        "fix": finding.fix,
    }


def verdict_json(verdict: Verdict) -> dict[str, Any]:
    """Give a verdict as JSON data, with every numbered step."""
    return {
        "path": wording.shown_path(verdict.path),
        "state": verdict.state.value,
        "reason": plain(verdict.reason),
        "publisher": verdict.publisher,
        "role": verdict.role.value if verdict.role else "",
        "key": verdict.key,
        "registry_version": verdict.registry_version,
        "commit": verdict.commit,
        "steps": [
            {"number": step.number, "title": step.title, "passed": step.passed, "detail": plain(step.detail)}
            for step in verdict.steps
        ],
    }


def verdict_lines(verdicts: Sequence[Verdict]) -> Iterator[str]:
    """Write one line a verdict, and the step that refused it where one did."""
    for verdict in verdicts:
        who = f"  {verdict.publisher} ({verdict.role.value})" if verdict.role else ""
        yield f"{verdict.state.value:<18} {wording.shown_path(verdict.path)}{who}"
        if verdict.reason:
            yield f"{'':<18}   {plain(verdict.reason)}"


def explanation(assessment: Assessment, specification: str | None) -> Iterator[str]:
    """Say why the cells of one run say what they say: down to observation, file and commit."""
    record, verdict = assessment.entry.record, assessment.entry.verdict
    yield f"{record.mesh} {wording.version_text(record)}, {assessment.entry.suite.title}"
    yield f"  newest run: {record.run_id} ({wording.run_date(record)})"
    yield f"  file:       {verdict.path}"
    yield f"  commit:     {verdict.commit}"
    yield f"  provenance: {wording.trust(verdict)}, signed by {verdict.publisher} with key {verdict.key}"
    if specification is None:
        yield f"  all tests:  {_cell(assessment.whole)}"
    for cell in assessment.cells:
        if cell.specification and specification in {None, cell.specification.id}:
            yield ""
            yield f"  {cell.specification.id}: {_cell(cell)}"
            yield from _assertions(cell)


def _cell(cell: Cell) -> str:
    if not cell.tally.total:
        return "no tests in this suite"
    return f"capability {cell.capability.value}, compliance {cell.compliance.value}: {wording.sentence(cell)}"


def _assertions(cell: Cell) -> Iterator[str]:
    for one in cell.assertions:
        judged = f"{one.capability.value} / {one.compliance.value}"
        claim = ", claimed" if one.observation.claim else ""
        outcome = one.observation.outcome.value
        yield f"    {one.assertion.id:<12} {outcome:<8} -> {judged}{claim}  ({one.assertion.title})"
        if one.observation.message:
            yield f"    {'':<12} {plain(wording.capped(one.observation.message))}"


def explanations(assessments: Sequence[Assessment], specification: str | None) -> Iterator[str]:
    """Explain the newest run of each suite version and variant, newest suite first."""
    newest = conformance.newest(assessment.entry for assessment in assessments)
    chosen = [a for a in assessments if a.entry in newest.values()]
    chosen.sort(key=lambda a: conformance.version_order(a.entry.record.suite_version), reverse=True)
    for index, assessment in enumerate(chosen):
        if index:
            yield ""
        yield from explanation(assessment, specification)
