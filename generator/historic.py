"""Meshery's scoring formula of March 2021, kept to show recorded totals beside recomputed ones.

Source: layer5io/learn-layer5 grpc/handlers.go from 2021-03-17 on. It counts every step after the
first failing one as failed and never looked at behaviour, so no judgement of this programme rests
on it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from generator.model import Suite
from generator.records import Record
from generator.terms import Outcome

MESHERY_2021: Final = "meshery-2021"
CASES: Final = "cases passed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """Cases passed of all, percent with two decimals, and (specification, FULL | HALF | NONE)."""

    cases: int
    total: int
    percentage: str
    capabilities: tuple[tuple[str, str], ...]


def meshery_2021(steps: Mapping[str, int], failing: Mapping[str, int | None]) -> Score:
    """Score a run from the number of steps of each specification and its first failing step.

    Steps count from 1; None means that no step failed. Raises `ValueError` for a step that does
    not exist, and when there are no steps at all. The percentage
    rounds half to even on the binary value, as Go's `%.2f` did.
    """
    total = sum(steps.values())
    if not total:
        raise ValueError("a run without steps has no score")
    capabilities, lost = [], 0
    for specification, count in steps.items():
        step = failing[specification]
        if step is not None and not 1 <= step <= count:
            raise ValueError(f"{specification} has no step {step}")
        passed = count if step is None else step - 1
        lost += count - passed
        half = "HALF" if passed >= count // 2 else "NONE"
        capabilities.append((specification, "FULL" if step is None else half))
    cases = total - lost
    return Score(
        cases=cases,
        total=total,
        percentage=f"{cases / total * 100:.2f}",
        capabilities=tuple(capabilities),
    )


def recompute(record: Record, suite: Suite) -> Score | None:
    """Score a record with the formula that its suite names; None where the facts do not suffice.

    They suffice when every specification either shows its first failing step or passed every step
    that the harness scored at all.
    """
    if suite.scoring != MESHERY_2021:
        return None
    outcomes = {observation.test: observation.outcome for observation in record.observations}
    steps, failing = dict[str, int](), dict[str, int | None]()
    for specification in suite.specifications:
        assertions = suite.of(specification.id)
        if not assertions:
            continue
        found = [outcomes[assertion.id] for assertion in assertions]
        failed = Outcome.FAILED in found
        if not failed and any(outcomes[a.id] is not Outcome.PASSED for a in assertions if a.scored):
            return None
        steps[specification.id] = len(assertions)
        failing[specification.id] = found.index(Outcome.FAILED) + 1 if failed else None
    return meshery_2021(steps, failing)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One figure as a source recorded it and as the formula gives it; empty where there is none."""

    label: str
    recorded: str
    recomputed: str
    specification: str = ""

    @property
    def differs(self) -> bool:
        """Whether both sides say something, and not the same."""
        return bool(self.recorded and self.recomputed) and _plain(self.recorded) != _plain(self.recomputed)


def compare(record: Record, suite: Suite) -> tuple[Comparison, ...]:
    """Set what the source recorded beside what the formula gives; empty when it recorded nothing."""
    if record.recorded is None:
        return ()
    score = recompute(record, suite)
    cases, percentage = (f"{score.cases}/{score.total}", score.percentage) if score else ("", "")
    capabilities = dict(score.capabilities) if score else {}
    rows = [
        Comparison(label=CASES, recorded=record.recorded.cases, recomputed=cases),
        Comparison(label="percentage", recorded=record.recorded.percentage, recomputed=percentage),
    ]
    rows += (
        Comparison(
            label=f"{stated.specification} capability",
            recorded=stated.capability,
            recomputed=capabilities.get(stated.specification, ""),
            specification=stated.specification,
        )
        for stated in record.recorded.specifications
    )
    return tuple(row for row in rows if row.recorded or row.recomputed)


def _plain(text: str) -> str:
    """Fold what only spelling sets apart: case, a percent sign, a denominator, trailing zeros."""
    bare = text.strip().removesuffix("%").split("/")[0].strip().lower()
    return f"{float(bare):.2f}" if re.fullmatch(r"[0-9]+(\.[0-9]+)?", bare) else bare
