"""Capability and compliance, pure: entries in, cells out; nothing else knows this arithmetic.

The rules are DESIGN section 4. Capability says how much a mesh implements, compliance whether what
it implements behaves as specified; the two never mix, and missing is never failed.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from generator.findings import Finding, Severity
from generator.judgements import AssertionCell, Assessment, Cell, Entry, Since, StateChange, Tally
from generator.model import Assertion, FreshnessPolicy, Suite
from generator.records import UNKNOWN_VERSION, Observation
from generator.terms import AssertionKind, Capability, ChangeKind, Compliance, Freshness, Outcome

SUPPORTED: Final = frozenset({Capability.FULL, Capability.PARTIAL})

COMPLETED: Final = "completed"

RowKey = tuple[str, str, str, tuple[tuple[str, str], ...]]
"""Mesh, suite, suite version and variant: results that differ in one of them are never merged."""


class _Judged(NamedTuple):
    """What observations amount to, in a suite or in one specification of it, whoever made them."""

    capability: Capability
    compliance: Compliance
    tally: Tally
    assertions: tuple[AssertionCell, ...]


class _Pattern(NamedTuple):
    """A suite, observations of its tests, and what they amount to: the whole, and each specification."""

    suite: Suite
    observations: tuple[Observation, ...]
    whole: _Judged
    parts: tuple[_Judged, ...]


Shared = dict[tuple[int, int], _Pattern]
"""By the identities of a suite and of observations. What stands here keeps both, so that no other can get them."""


def assess(entry: Entry, shared: Shared | None = None) -> Assessment:
    """Judge one entry: every test, every specification, and the suite as a whole.

    Entries that hold the very same observations share what these amount to, as far as it stands in `shared`.
    """
    suite, observations = entry.suite, entry.record.observations
    known: Shared = {} if shared is None else shared
    key = id(suite), id(observations)
    if key not in known:
        known[key] = _pattern(suite, observations)
    pattern = known[key]
    parts = zip(suite.specifications, pattern.parts, strict=True)
    cells = tuple([Cell(entry, specification, *judged) for specification, judged in parts])
    return Assessment(entry=entry, whole=Cell(entry, None, *pattern.whole), cells=cells)


def _pattern(suite: Suite, observations: tuple[Observation, ...]) -> _Pattern:
    observed = {observation.test: observation for observation in observations}
    parts = tuple(_concluded(_judged(suite.of(one.id), observed)) for one in suite.specifications)
    whole = _concluded(tuple(cell for part in parts for cell in part.assertions))
    return _Pattern(suite, observations, whole, parts)


def _judged(assertions: Sequence[Assertion], observed: Mapping[str, Observation]) -> tuple[AssertionCell, ...]:
    pairs = [(a, observed.get(a.id) or Observation(test=a.id, outcome=Outcome.UNKNOWN)) for a in assertions]
    absent = any(a.kind is AssertionKind.PRESENCE and o.outcome is Outcome.FAILED for a, o in pairs)
    return tuple(_cell(assertion, observation, interface_absent=absent) for assertion, observation in pairs)


def _cell(assertion: Assertion, observation: Observation, *, interface_absent: bool) -> AssertionCell:
    capability = capability_of(observation, interface_absent=interface_absent)
    found = _contradictions(observation, interface_absent=interface_absent) if observation.claim else ()
    return AssertionCell(
        assertion=assertion,
        observation=observation,
        capability=capability,
        compliance=compliance_of(observation, capability),
        contradictions=tuple(found),
    )


def capability_of(observation: Observation, *, interface_absent: bool) -> Capability:
    """Give the capability of one test; `interface_absent` when a presence assertion beside it failed."""
    if observation.claim is not None:
        return observation.claim
    if interface_absent:
        return Capability.NONE
    if observation.outcome is Outcome.PASSED:
        return Capability.FULL
    parts = observation.conditions
    if parts and parts.passed and (parts.failed or parts.skipped):
        return Capability.PARTIAL
    return Capability.UNKNOWN


def compliance_of(observation: Observation, capability: Capability) -> Compliance:
    """Give the compliance of one test: what is not implemented cannot fail."""
    if capability is Capability.NONE:
        return Compliance.NOT_APPLICABLE
    if observation.outcome is Outcome.PASSED:
        return Compliance.PASS
    return Compliance.FAIL if observation.outcome is Outcome.FAILED else Compliance.NOT_TESTED


def _contradictions(observation: Observation, *, interface_absent: bool) -> Iterable[Finding]:
    test = observation.test
    if observation.claim is Capability.NONE and observation.outcome is Outcome.PASSED:
        message = f"{test} is claimed as not implemented, but passed"
        yield Finding(rule="claimed-none-passed", severity=Severity.WARNING, message=message)
    if observation.claim is Capability.FULL and interface_absent:
        message = f"{test} is claimed as fully implemented, but its interface is absent"
        yield Finding(rule="claimed-full-absent", severity=Severity.WARNING, message=message)


def _concluded(judged: tuple[AssertionCell, ...]) -> _Judged:
    tally = _tally(judged)
    return _Judged(_capability(tally), _compliance(tally), tally, judged)


def _tally(judged: Sequence[AssertionCell]) -> Tally:
    capabilities = [cell.capability for cell in judged]
    compliances = [cell.compliance for cell in judged]
    return Tally(
        total=len(judged),
        full=capabilities.count(Capability.FULL),
        partial=capabilities.count(Capability.PARTIAL),
        none=capabilities.count(Capability.NONE),
        unknown=capabilities.count(Capability.UNKNOWN),
        passed=compliances.count(Compliance.PASS),
        failed=compliances.count(Compliance.FAIL),
        untested=compliances.count(Compliance.NOT_TESTED),
    )


def _capability(tally: Tally) -> Capability:
    if tally.total == 0:
        return Capability.UNKNOWN
    if tally.full == tally.total:
        return Capability.FULL
    if tally.none == tally.total:
        return Capability.NONE
    if tally.unknown and not (tally.full or tally.partial):
        return Capability.UNKNOWN
    return Capability.PARTIAL


def _compliance(tally: Tally) -> Compliance:
    if tally.failed:
        return Compliance.FAIL
    if tally.passed:
        return Compliance.INCOMPLETE if tally.untested else Compliance.PASS
    return Compliance.NOT_TESTED if tally.untested else Compliance.NOT_APPLICABLE


def percentage(part: int, whole: int) -> str:
    """Write a share in percent with two decimals, truncated: 100.00 means all of it.

    Raises `ValueError` unless 0 <= part <= whole and whole > 0.
    """
    if not 0 <= part <= whole or whole == 0:
        raise ValueError(f"{part} of {whole} is no share")
    hundredths = part * 10_000 // whole
    return f"{hundredths // 100}.{hundredths % 100:02}"


def row_key(entry: Entry) -> RowKey:
    """Give what a row of the matrix stands for."""
    record = entry.record
    return record.mesh, record.suite, record.suite_version, record.variant


def newest(entries: Iterable[Entry]) -> dict[RowKey, Entry]:
    """Give the newest entry of each row, ordered by key; the run id breaks ties of time.

    A run that broke off never takes the place of one that ended.
    """
    rows: dict[RowKey, Entry] = {}
    for entry in sorted(entries, key=lambda e: (e.record.status == COMPLETED, *chronological(e))):
        rows[row_key(entry)] = entry
    return dict(sorted(rows.items()))


@functools.lru_cache(maxsize=1 << 14)
def version_order(version: str) -> tuple[tuple[int, str], ...]:
    """Give a key that orders versions as people read them: numbers by value, words by letter."""
    parts = re.findall(r"[0-9]+|[^0-9]+", version)
    return tuple((int(part), "") if part.isdigit() else (-1, part) for part in parts)


def chronological(entry: Entry) -> tuple[datetime, datetime, str]:
    """Order entries by the time of their run, or of their arrival where that was earlier."""
    return entry.ordered_at, entry.record.taken_at, entry.record.run_id


def lapses(taken_at: datetime, as_of: datetime, policy: FreshnessPolicy) -> datetime | None:
    """Give the moment at which a result will count as older than it does; None once it is archived."""
    moments = (taken_at + timedelta(days=days) for days in (policy.fresh, policy.ageing, policy.stale))
    return next((moment for moment in moments if moment >= as_of), None)


def freshness(taken_at: datetime, as_of: datetime, policy: FreshnessPolicy) -> Freshness:
    """Say how old a result is under the policy; one from the future is of unknown age."""
    age = (as_of - taken_at).total_seconds() / 86_400
    if age < 0:
        return Freshness.UNKNOWN
    limits = (
        (policy.fresh, Freshness.FRESH),
        (policy.ageing, Freshness.AGEING),
        (policy.stale, Freshness.STALE),
    )
    return next((state for days, state in limits if age <= days), Freshness.ARCHIVED)


def state_changes(before: Assessment, after: Assessment) -> tuple[StateChange, ...]:
    """Give the tests that moved between two runs: exact changes on tests present in both.

    Runs of different suite digests share no tests, whatever their ids, so nothing is compared.
    """
    earlier, later = before.whole.assertions, after.whole.assertions
    # Neighbours mostly observed the same, and then hold the very same cells.
    if earlier is later or before.entry.suite.digest != after.entry.suite.digest:
        return ()
    changes = []
    for past, cell in zip(earlier, later, strict=True):
        if past.capability is cell.capability and past.compliance is cell.compliance:
            continue
        was, now = past.capability in SUPPORTED, cell.capability in SUPPORTED
        moves = (
            (past.compliance is Compliance.PASS and cell.compliance is Compliance.FAIL, ChangeKind.REGRESSION),
            (past.compliance is Compliance.FAIL and cell.compliance is Compliance.PASS, ChangeKind.PROGRESSION),
            (past.capability is Capability.NONE and now, ChangeKind.NEWLY_SUPPORTED),
            (was and cell.capability is Capability.NONE, ChangeKind.NO_LONGER_SUPPORTED),
        )
        changes += [
            StateChange(kind=kind, test=cell.assertion.id, before=_state(past), after=_state(cell))
            for moved, kind in moves
            if moved
        ]
    return tuple(changes)


def _state(cell: AssertionCell) -> str:
    return f"{cell.capability.value}, {cell.compliance.value}"


def supported_since(cells: Sequence[Cell]) -> Since | None:
    """Give the version from which support is unbroken to the last of `cells`, oldest first.

    Support is a full or partial capability. None when the last one has none; the start is open
    when the oldest version tested already had it: it may be older still. Runs whose mesh version is
    unknown have no place among versions and are left out.
    """
    named = [cell for cell in cells if cell.entry.record.mesh_version != UNKNOWN_VERSION]
    first = len(named)
    while first and named[first - 1].capability in SUPPORTED:
        first -= 1
    if first == len(named):
        return None
    return Since(version=named[first].entry.record.mesh_version, open_start=first == 0)
