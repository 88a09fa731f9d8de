"""How two runs differ, as text for people and as data for tools."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final, TypeAlias

from generator import terminal, wording
from generator.api_nouns import suite_reference
from generator.comparison import Difference, Pairing
from generator.judgements import AssertionCell, Assessment
from generator.model import Assertion

Paper: TypeAlias = dict[str, Any]

GROUPS: Final = ("newly_failing", "newly_passing", "capability_changed", "otherwise")
"""The fields of a `Difference` that hold pairings, in the order in which they are told."""


def lines(difference: Difference) -> Iterator[str]:
    """Write a difference for people; texts of suites are made safe for a terminal."""
    before, after = difference.before.entry.record, difference.after.entry.record
    yield f"from {_run(difference.before)}"
    yield f"to   {_run(difference.after)}"
    if clusters := wording.clusters(before, after):
        yield f"the clusters differ: {clusters}"
    yield ""
    if difference.reason:
        yield f"not comparable: {difference.reason}"
        yield from _apart(difference)
        return
    words = _words(difference)
    for name in GROUPS:
        yield from _pairings(words[name], getattr(difference, name))
    total = len(difference.after.whole.assertions)
    yield f"{difference.unchanged} of {wording.counted(total, 'test')} stand as they did"


def _run(run: Assessment) -> str:
    record = run.entry.record
    names = (record.mesh, wording.version_text(record), *wording.varied(record.variant))
    text = f"{' '.join(names)}, {run.entry.suite.title}, Kubernetes {record.kubernetes}"
    return terminal.plain(f"{text} ({record.run_id}, {wording.run_date(record)}, {wording.trust(run.entry.verdict)})")


def _pairings(label: str, pairings: Sequence[Pairing]) -> Iterator[str]:
    if pairings:
        yield f"{label}: {len(pairings)}"
    for pairing in pairings:
        if pairing.before and pairing.after:
            title = pairing.after.assertion.title
            yield terminal.plain(f"  {pairing.test}: {_state(pairing.before)} -> {_state(pairing.after)}  ({title})")


def _apart(difference: Difference) -> Iterator[str]:
    both = difference.kept + len(difference.renamed)
    are = "test is" if both == 1 else "tests are"
    yield f"{both} {are} in both test sets, {difference.kept} of them with one id"
    if difference.renamed:
        yield f"renamed: {len(difference.renamed)}"
    for old, new in difference.renamed:
        yield terminal.plain(f"  {old.id} -> {new.id}  ({new.title})")
    for label, tests in (("added", difference.added), ("removed", difference.removed)):
        if tests:
            yield f"{label}: {len(tests)}"
        for one in tests:
            yield terminal.plain(f"  {one.id}  ({one.title})")


def _words(difference: Difference) -> dict[str, str]:
    """Name the groups: of two meshes neither came after the other, so nothing is new."""
    before, after = difference.before.entry.record.mesh, difference.after.entry.record.mesh
    if before == after:
        labels = ("newly failing", "newly passing", "capability changed", "otherwise changed")
    else:
        labels = (f"only {before} passes", f"only {after} passes", "capability differs", "otherwise different")
    return dict(zip(GROUPS, labels, strict=True))


def _state(cell: AssertionCell) -> str:
    return f"{cell.capability.value}, {cell.compliance.value} ({cell.observation.outcome.value})"


def data(difference: Difference) -> Paper:
    """Give a difference; its form is schema/difference.schema.json."""
    return {
        "from": _run_data(difference.before),
        "to": _run_data(difference.after),
        "comparable": not difference.reason,
        "reason": difference.reason,
        **{name: [_pairing_data(pairing) for pairing in getattr(difference, name)] for name in GROUPS},
        "unchanged": difference.unchanged,
        "renamed": [{"from": _test(old), "to": _test(new)} for old, new in difference.renamed],
        "added": [_test(one) for one in difference.added],
        "removed": [_test(one) for one in difference.removed],
        "kept": difference.kept,
        "findings": [],
    }


def nothing(findings: list[Paper]) -> Paper:
    """Give the same form where two runs could not be compared at all."""
    lists: Paper = {name: [] for name in (*GROUPS, "renamed", "added", "removed")}
    numbers = {"unchanged": 0, "kept": 0}
    return {"from": None, "to": None, "comparable": False, "reason": "", **lists, **numbers, "findings": findings}


def _run_data(run: Assessment) -> Paper:
    record = run.entry.record
    return {
        "run_id": record.run_id,
        "mesh": record.mesh,
        "mesh_version": record.mesh_version,
        "kubernetes": record.kubernetes,
        "suite": suite_reference(run.entry.suite),
        "variant": dict(record.variant),
        "taken_at": wording.timestamp(record.taken_at),
        "provenance": wording.trust(run.entry.verdict),
        "result": run.entry.verdict.path,
    }


def _test(assertion: Assertion) -> Paper:
    return {"test": assertion.id, "title": assertion.title, "specification": assertion.specification}


def _pairing_data(pairing: Pairing) -> Paper:
    sides = {"before": pairing.before, "after": pairing.after}
    states = {
        name: {
            "outcome": cell.observation.outcome.value,
            "capability": cell.capability.value,
            "compliance": cell.compliance.value,
        }
        for name, cell in sides.items()
        if cell
    }
    return (_test(pairing.after.assertion) if pairing.after else {}) | states
