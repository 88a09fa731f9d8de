"""The facts of one result file, as frozen values: what was observed and what was claimed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

from generator.terms import Capability, Outcome

UNKNOWN_VERSION: Final = "unknown"
"""What a transcription says when its source names no version."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """How many parts of one test passed, failed and were skipped."""

    passed: int
    failed: int
    skipped: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """What a result says about one test; `claim` is the publisher's own word on capability."""

    test: str
    outcome: Outcome
    claim: Capability | None = None
    conditions: Conditions | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported(Observation):
    """An observation with what its source says beside it: how many seconds the test took, and a message."""

    duration: float | None = None
    message: str = ""


class Words(NamedTuple):
    """What a result says about one test beside what is judged: its seconds, and a message."""

    duration: float | None = None
    message: str = ""


class Given(NamedTuple):
    """What is judged of one test, as the plain values that stand in the file."""

    test: str
    outcome: str
    capability: str
    conditions: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedSpecification:
    """What a source itself stated about one specification, as text exactly as it stood there."""

    specification: str
    api_version: str
    assertions: str
    duration: str
    failed_step: str
    reason: str
    capability: str
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What a source itself stated about the whole run, as text; empty where it said nothing."""

    id: str
    date: str
    mesh_name: str
    mesh_version: str
    status: str
    cases: str
    percentage: str
    note: str
    specifications: tuple[RecordedSpecification, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A liberty that was taken when a foreign file was read: its name, and what was done."""

    name: str
    message: str


class Record(NamedTuple):
    """The facts of one result file; no percentage and no judgement.

    Runs that observed the same hold the very same `observations` and `given`, the two forms of one thing:
    figures are computed from the first and counted again from the second. The words of a result are no part
    of it, for only the pages of a run show them (`formats.result.words`).
    """

    run_id: str
    publisher: str
    issued_at: datetime
    mesh: str
    mesh_version: str
    suite: str
    suite_version: str
    suite_digest: str
    kubernetes: str
    platform: str
    variant: tuple[tuple[str, str], ...]
    harness: str
    harness_version: str
    status: str
    phase: str
    started_at: datetime | None
    finished_at: datetime | None
    not_before: datetime | None
    not_after: datetime | None
    url: str
    evidence: tuple[tuple[str, str], ...]
    transcribed_from: tuple[str, ...]
    recorded: Recorded | None
    notices: tuple[Notice, ...]
    observations: tuple[Observation, ...]
    given: tuple[Given, ...]

    @property
    def taken_at(self) -> datetime:
        """When the run ended; where only bounds are known the earlier one, so age never flatters."""
        return self.finished_at or self.started_at or self.not_before or self.issued_at
