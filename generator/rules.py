"""Rules across records, pure: what is plausible on its own but not beside the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from generator import historic
from generator.findings import Finding, Severity
from generator.judgements import Entry
from generator.model import Programme

_LEEWAY: Final = timedelta(days=2)
"""Clocks of a harness and a committer, and the time zones that they forget, differ by this much."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What the rules look at: all entries, the programme, and the suites that stand at the head."""

    entries: tuple[Entry, ...]
    programme: Programme
    current_suites: AbstractSet[str]


def mesh_unlisted(scene: Scene) -> Iterator[Finding]:
    """Find meshes with results that the programme does not introduce, each at its first result."""
    listed = {mesh.id for mesh in scene.programme.meshes}
    first: dict[str, str] = {}
    for entry in scene.entries:
        first.setdefault(entry.record.mesh, entry.verdict.path)
    for mesh in sorted(first.keys() - listed):
        yield Finding(
            rule="mesh-unlisted",
            severity=Severity.WARNING,
            path=first[mesh],
            message=f"mesh {mesh} has results but is not listed in meshmark.yaml",
            fix=f"add it under meshes with its title; until then it is shown as {mesh}",
        )


def suite_changed(scene: Scene) -> Iterator[Finding]:
    """Find suites that results refer to and that no longer stand where they stood."""
    gone = {
        (entry.suite.path, entry.suite.digest)
        for entry in scene.entries
        if entry.suite.digest not in scene.current_suites
    }
    for path, digest in sorted(gone):
        yield Finding(
            rule="suite-changed",
            severity=Severity.WARNING,
            path=path,
            message=f"results refer to {digest}, which is not the suite at this path any more",
            fix="restore the file; a changed test set is a new version in a new file",
        )


def run_order(scene: Scene) -> Iterator[Finding]:
    """Find runs whose times contradict each other, or the commit that brought them."""
    for entry in scene.entries:
        record = entry.record
        if record.taken_at > entry.verdict.committed_at + _LEEWAY and " " not in entry.verdict.commit:
            yield Finding(
                rule="run-order",
                severity=Severity.WARNING,
                path=entry.verdict.path,
                message="the run ends after the commit that brought it; it counts as taken when it arrived",
                fix="correct the clock of the harness; the file itself stays as it was signed",
            )
            continue
        starts = [time for time in (record.started_at, record.not_before) if time]
        ends = [time for time in (record.finished_at, record.not_after) if time]
        times = [*starts, *ends, record.issued_at]
        if times != sorted(times):
            yield Finding(
                rule="run-order",
                severity=Severity.WARNING,
                path=entry.verdict.path,
                message="the run ends before it starts, or was reported before it ended",
                fix="correct the clock of the harness; the file itself stays as it was signed",
            )


def recorded_differs(scene: Scene) -> Iterator[Finding]:
    """Find transcriptions whose source recorded other totals than its own formula gives."""
    for entry in scene.entries:
        for row in historic.compare(entry.record, entry.suite):
            if row.differs:
                yield Finding(
                    rule="recorded-differs",
                    severity=Severity.NOTICE,
                    path=entry.verdict.path,
                    message=f"{row.label}: recorded {row.recorded}, recomputed {row.recomputed}",
                )


RULES: Final[tuple[Callable[[Scene], Iterator[Finding]], ...]] = (
    mesh_unlisted,
    suite_changed,
    run_order,
    recorded_differs,
)


def apply(scene: Scene) -> tuple[Finding, ...]:
    """Apply every rule."""
    return tuple(finding for rule in RULES for finding in rule(scene))
