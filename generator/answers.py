"""Findings as GitHub annotations and as Markdown tables; every text in them is untrusted."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from generator import terminal, wording
from generator.assembly import REMARKS
from generator.findings import Finding
from generator.judgements import Assessment

if TYPE_CHECKING:
    from generator.importing import Outcome
    from generator.review import Review

_CLEAN, _LENIENT, _REFUSED = "clean", "with liberties", "refused"
_MARKDOWN: Final = re.compile(r"([\\`*_{}\[\]()#+.!|<>~&@:-])")


def github(findings: Sequence[Finding]) -> Iterator[str]:
    """Write findings as workflow commands, which GitHub shows beside the lines of the change.

    The escapes are those of actions/toolkit, packages/core/src/command.ts.
    """
    for finding in findings:
        place = {"file": terminal.shown_path(finding.path), "line": str(finding.line or ""), "title": finding.rule}
        said = ",".join(f"{name}={_property(value)}" for name, value in place.items() if value)
        fix = f" Fix: {finding.fix}" if finding.fix else ""
        yield f"::{finding.severity.value} {said}::{_data(terminal.plain(finding.message) + terminal.plain(fix))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def markdown(found: Review) -> Iterator[str]:
    """Write a review as Markdown: the verdict, the findings, and the rows that would change."""
    yield from markdown_findings(found.findings)
    yield ""
    yield f"{len(found.paths)} {'file' if len(found.paths) == 1 else 'files'} changed."
    if found.rows:
        yield ""
        yield "| Row of the matrix | Before | After |"
        yield "|---|---|---|"
    for row in found.rows:
        record = row.after.entry.record
        parts = (record.mesh, record.suite, record.suite_version, *(value for _, value in record.variant))
        before = _assessment(row.before) if row.before else "no result"
        yield f"| {_text(' '.join(parts))} | {before} | {_assessment(row.after)} |"


def markdown_findings(findings: Sequence[Finding]) -> Iterator[str]:
    """Write findings as a Markdown table under a one-line verdict."""
    yield f"**Meshmark: {terminal.count_line(findings)}**"
    if findings:
        yield ""
        yield "| Where | Rule | What is wrong | How to mend it |"
        yield "|---|---|---|---|"
    for finding in findings:
        cells = (terminal.place(finding), f"{finding.severity.value} {finding.rule}", finding.message, finding.fix)
        yield f"| {' | '.join(_text(cell) for cell in cells)} |"


def import_table(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """Write what becomes of each foreign file: clean, with the liberties named, or refused and why."""
    rows = [_import_row(outcome) for outcome in outcomes]
    counts = ", ".join(f"{sum(row[1] == how for row in rows)} {how}" for how in (_CLEAN, _LENIENT, _REFUSED))
    yield f"{len(rows)} {'file' if len(rows) == 1 else 'files'}: {counts}."
    yield ""
    yield "| File | Import | Liberties or reasons |"
    yield "|---|---|---|"
    for row in rows:
        yield f"| {' | '.join(row)} |"


def _import_row(outcome: Outcome) -> tuple[str, str, str]:
    liberties = sorted({name for made in outcome.results for name in made.notices} - REMARKS)
    reasons = list(dict.fromkeys(f"{finding.rule}: {finding.message}" for finding in outcome.findings))
    how = _REFUSED if reasons else _LENIENT if liberties else _CLEAN
    said = ", ".join(f"`{name}`" for name in liberties) if not reasons else "; ".join(map(_text, reasons))
    return f"`{terminal.shown_path(outcome.source)}`", how, said


def _assessment(assessment: Assessment) -> str:
    whole, record = assessment.whole, assessment.entry.record
    judged = f"{whole.capability.value}, {whole.compliance.value}: {wording.sentence(whole)}"
    return _text(f"{record.mesh_version}: {judged}")


def _text(text: str) -> str:
    return _MARKDOWN.sub(r"\\\1", terminal.plain(text))
