"""The nouns of the API, version 1: a run, a judgement, a test, a transition as plain data."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from generator import conformance, emitting, urls, wording
from generator.almanac import Almanac
from generator.chronicle import Line, Move
from generator.judgements import AssertionCell, Assessment, Cell, Entry, Ledger, Output
from generator.model import Suite
from generator.records import Words
from generator.terms import Role

Paper: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What the documents are made of: all lines, those of runs with a document of their own, what moved.

    `words` gives what a run says about each test beside what is judged.
    """

    ledger: Ledger
    lines: tuple[Line, ...]
    told: tuple[Line, ...]
    folded: frozenset[str]
    log: tuple[Move, ...]
    almanac: Almanac
    words: Callable[[Entry], Mapping[str, Words]]

    @property
    def as_of(self) -> datetime:
        """The date by which ages are computed."""
        return self.almanac.as_of


def written(path: str, paper: Paper) -> Iterator[Output]:
    """Give a document in both forms: JSON in one line, and YAML, which is the one for eyes."""
    yield Output(path=f"{path}.json", content=json.dumps(paper, ensure_ascii=True).encode() + b"\n")
    yield Output(path=f"{path}.yaml", content=emitting.yaml_bytes(paper))


def run_reference(view: View, run: Assessment) -> Paper:
    """Give a run in short: what it is, how fresh, how believed, how it stands, and where more is."""
    record, verdict = run.entry.record, run.entry.verdict
    age = view.almanac.age(run.entry)
    return {
        "run_id": record.run_id,
        "mesh": record.mesh,
        "mesh_version": record.mesh_version,
        "suite": suite_reference(run.entry.suite),
        "variant": dict(record.variant),
        "status": record.status,
        "taken_at": wording.timestamp(record.taken_at),
        "issued_at": wording.timestamp(record.issued_at),
        "freshness": age.state.value,
        "freshness_ends": wording.timestamp(age.until) if age.until else None,
        "freshness_by_version": {"newer_minors": age.newer, "lapses_after": age.left} if age.by_version else None,
        "provenance": {
            "state": verdict.state.value,
            "transcribed": verdict.role is Role.ARCHIVIST,
            "publisher": verdict.publisher,
            "digest": verdict.digest,
            "commit": verdict.commit,
        },
        "summary": cell(run.whole),
        "page": urls.run(record.mesh, record.mesh_version, record.run_id),
        "document": f"{urls.api_run(record.mesh, record.mesh_version, record.run_id)}.json",
        "result": verdict.path,
        "signature": urls.sidecar(verdict.path),
    }


def cell(judged: Cell) -> Paper:
    """Give a judgement in figures; `percent` is passed among tested, truncated, null where nothing was tested."""
    tally = judged.tally
    tested = tally.passed + tally.failed
    return {
        "capability": judged.capability.value,
        "tests": tally.total,
        "full": tally.full,
        "partial": tally.partial,
        "none": tally.none,
        "unknown": tally.unknown,
        "compliance": judged.compliance.value,
        "passed": tally.passed,
        "tested": tested,
        "not_tested": tally.untested,
        "percent": conformance.percentage(tally.passed, tested) if tested else None,
    }


def specifications(run: Assessment) -> list[Paper]:
    """Give the judgement on each specification of a run."""
    return [{"id": one.specification.id, **cell(one)} for one in run.cells if one.specification]


def test(one: AssertionCell, words: Words) -> Paper:
    """Give one test of a run: what was observed, what was claimed, what follows, and what was said."""
    seen = one.observation
    parts = seen.conditions
    return {
        "id": one.assertion.id,
        "specification": one.assertion.specification,
        "outcome": seen.outcome.value,
        "capability": one.capability.value,
        "claimed": seen.claim is not None,
        "compliance": one.compliance.value,
        "conditions": {"passed": parts.passed, "failed": parts.failed, "skipped": parts.skipped} if parts else None,
        "duration": words.duration,
        "message": wording.capped(words.message),
        "findings": [found.rule for found in one.contradictions],
    }


def move(moved: Move) -> Paper:
    """Give one state change between two runs."""
    record = moved.after.record
    return {
        "kind": moved.change.kind.value,
        "mesh": record.mesh,
        "suite": suite_reference(moved.after.suite),
        "variant": dict(record.variant),
        "specification": moved.assertion.specification,
        "test": moved.change.test,
        "taken_at": wording.timestamp(record.taken_at),
        "before": {
            "run_id": moved.before.record.run_id,
            "mesh_version": moved.before.record.mesh_version,
            "kubernetes": moved.before.record.kubernetes,
            "state": moved.change.before,
        },
        "after": {
            "run_id": record.run_id,
            "mesh_version": record.mesh_version,
            "kubernetes": record.kubernetes,
            "state": moved.change.after,
        },
    }


def suite_reference(suite: Suite) -> Paper:
    """Name a test set; its digest tells it from every other."""
    return {"id": suite.id, "version": suite.version, "digest": suite.digest}
