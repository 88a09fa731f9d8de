"""Findings, verdicts and explanations as text for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from generator import conformance, sshsig, terminal, wording
from generator.judgements import Assessment, Audit, Cell, Step, Verdict
from generator.model import Registry
from generator.records import Words


def verdict_lines(verdict: Verdict) -> Iterator[str]:
    """Write one line on a verdict, and one on why it does not count where it does not."""
    who = f"  {verdict.publisher} ({verdict.role.value})" if verdict.role else ""
    yield f"{verdict.state.value:<18} {terminal.shown_path(verdict.path)}{who}"
    if verdict.reason:
        yield f"{'':<18}   {terminal.plain(verdict.reason)}"


def audit_lines(audit: Audit, *, every_step: bool) -> Iterator[str]:
    """Write an audit for people: the steps that concern everything, then each result."""
    judgement = audit.judgement
    yield from _step_lines(audit.steps)
    yield ""
    for verdict in judgement.verdicts:
        yield from verdict_lines(verdict)
        if every_step or not verdict.state.counts:
            yield from _step_lines(verdict.steps)
    findings = (*judgement.fatal, *judgement.findings)
    if judgement.fatal:
        yield from terminal.finding_lines(judgement.fatal)
    counted = sum(verdict.state.counts for verdict in judgement.verdicts)
    yield f"{counted} of {len(judgement.verdicts)} results count at {audit.head}; {terminal.count_line(findings)}"


def _step_lines(steps: Sequence[Step]) -> Iterator[str]:
    for step in steps:
        yield f"  {step.number:>4}  {step.title:<30} {wording.answer(step):<11} {terminal.plain(step.detail)}"


def registry_lines(registry: Registry) -> Iterator[str]:
    """Write a registry for people."""
    yield f"version {registry.version} of {registry.audience}, {registry.digest}"
    yield f"maintainers, of whom {registry.threshold} must sign:"
    for maintainer in registry.maintainers:
        yield f"  {maintainer.id:<20} {sshsig.fingerprint(maintainer.public)}"
    yield "publishers:"
    for publisher in registry.publishers:
        meshes = ", ".join(publisher.meshes)
        account = f"{publisher.account.login} on {publisher.account.forge}"
        yield f"  {publisher.id} ({publisher.role.value}), {account}: {meshes}"
        for key in publisher.keys:
            yield f"    {key.id:<18} {key.status.value:<12} {sshsig.fingerprint(key.public)}"
    for section, listed in (("withdrawn", registry.withdrawn), ("reattested", registry.reattested)):
        for digest, reason in listed:
            yield f"{section}: {digest} ({terminal.plain(reason)})"


def explanation(assessment: Assessment, words: Mapping[str, Words], specification: str | None) -> Iterator[str]:
    """Say why the cells of one run say what they say: down to observation, file, commit and what the run said."""
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
            yield from _assertions(cell, words)


def _cell(cell: Cell) -> str:
    if not cell.tally.total:
        return "no tests in this suite"
    return f"capability {cell.capability.value}, compliance {cell.compliance.value}: {wording.sentence(cell)}"


def _assertions(cell: Cell, words: Mapping[str, Words]) -> Iterator[str]:
    for one in cell.assertions:
        judged = f"{one.capability.value} / {one.compliance.value}"
        claim = ", claimed" if one.observation.claim else ""
        outcome = one.observation.outcome.value
        yield f"    {one.assertion.id:<12} {outcome:<8} -> {judged}{claim}  ({one.assertion.title})"
        if message := words[one.assertion.id].message:
            yield f"    {'':<12} {terminal.plain(wording.capped(message))}"


def newest(assessments: Sequence[Assessment]) -> list[Assessment]:
    """Give the newest run of each suite version and variant, newest suite first."""
    standing = conformance.newest(assessment.entry for assessment in assessments)
    chosen = [a for a in assessments if a.entry in standing.values()]
    return sorted(chosen, key=lambda a: conformance.version_order(a.entry.record.suite_version), reverse=True)


def explanations(
    runs: Sequence[Assessment], words: Sequence[Mapping[str, Words]], specification: str | None
) -> Iterator[str]:
    """Explain runs, each with its words."""
    for index, (run, said) in enumerate(zip(runs, words, strict=True)):
        if index:
            yield ""
        yield from explanation(run, said, specification)
