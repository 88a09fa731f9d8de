"""What is concluded from the facts, as frozen values that keep the facts they rest on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from generator.findings import Finding
from generator.model import Assertion, Document, Programme, Registry, Specification, Suite
from generator.records import Observation, Record
from generator.terms import Capability, ChangeKind, Compliance, Role, State


class Step(NamedTuple):
    """One numbered step of the provenance checklist; `passed` is None when it was not reached.

    A step that does not decide is only shown.
    """

    number: str
    title: str
    passed: bool | None
    detail: str
    decides: bool = True


class Verdict(NamedTuple):
    """What provenance says about one result path, with the steps that led there.

    `digest` and `sidecar_digest` are those of the bytes that were judged; `commit` is the
    transition that decided; `findings` explain a refusal line by line. A walk that keeps no documents may
    keep what it made of them, in `records`.
    """

    path: str
    state: State
    reason: str
    steps: tuple[Step, ...]
    commit: str
    committed_at: datetime
    registry_version: int
    publisher: str = ""
    role: Role | None = None
    key: str = ""
    public: bytes = b""
    fingerprint: str = ""
    digest: str = ""
    sidecar_digest: str = ""
    content: str = ""
    sidecar: str = ""
    document: Document | None = None
    records: tuple[Record, ...] = ()
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Alteration:
    """One change of a file after it had been verified; object ids are empty where nothing stood.

    `difference` holds the lines of a unified diff, cut where it is long.
    """

    path: str
    commit: str
    committed_at: datetime
    before: str
    after: str
    restored: bool
    difference: tuple[str, ...] = ()


class Entry(NamedTuple):
    """A result that counts: the record, the suite it was taken with, and why it is believed."""

    record: Record
    suite: Suite
    verdict: Verdict

    @property
    def ordered_at(self) -> datetime:
        """When the run counts as taken: never later than it arrived, or a wrong clock would win for years."""
        return min(self.record.taken_at, self.verdict.committed_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class AssertionCell:
    """The judgement on one test, beside the observation it rests on; contradictions name no file."""

    assertion: Assertion
    observation: Observation
    capability: Capability
    compliance: Compliance
    contradictions: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many tests there are and how they stand; `none` are not implemented, so not applicable."""

    total: int
    full: int
    partial: int
    none: int
    unknown: int
    passed: int
    failed: int
    untested: int


class Cell(NamedTuple):
    """The judgement on one specification of one entry, or on the whole suite (no specification)."""

    entry: Entry
    specification: Specification | None
    capability: Capability
    compliance: Compliance
    tally: Tally
    assertions: tuple[AssertionCell, ...]


class Assessment(NamedTuple):
    """All that one entry amounts to: the whole suite, and each specification in the suite's order."""

    entry: Entry
    whole: Cell
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StateChange:
    """One test that stands otherwise in a later run than in an earlier one of the same suite."""

    kind: ChangeKind
    test: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Since:
    """The version from which support is unbroken; `open_start` when nothing older was tested."""

    version: str
    open_start: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustRoot:
    """Where trust starts: the digest of the first registry, and its commit where one is named."""

    digest: str
    commit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """A published state: the head commit, how many results had ever been verified, their hash."""

    head: str
    count: int
    root: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """The end of the walk.

    `registry` is the one in force, `genesis` where trust started, `pinned` whether the caller said
    so. `fatal` findings concern the repository as a whole: with any, nothing may be published.
    """

    registry: Registry | None
    genesis: TrustRoot | None
    pinned: bool
    checkpoint: Checkpoint
    verdicts: tuple[Verdict, ...]
    alterations: tuple[Alteration, ...]
    suites: tuple[Suite, ...]
    current_suites: frozenset[str]
    findings: tuple[Finding, ...]
    fatal: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """The provenance of a whole repository at one commit, with the steps that concern all of it."""

    head: str
    committed_at: datetime
    judgement: Judgement
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """All that was read from one commit: its audit, what counts, and everything that is wrong.

    `assessments` say what each of the `entries` amounts to, in their order, and `alterations` are those of the
    audit with the lines that differ.
    """

    audit: Audit
    programme: Programme
    registry: Registry
    entries: tuple[Entry, ...]
    assessments: tuple[Assessment, ...]
    alterations: tuple[Alteration, ...]
    findings: tuple[Finding, ...]

    @property
    def head(self) -> str:
        """The commit that was read."""
        return self.audit.head

    @property
    def committed_at(self) -> datetime:
        """The committer time of that commit."""
        return self.audit.committed_at

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """The verdict on every result, counted or not."""
        return self.audit.judgement.verdicts


class Output(NamedTuple):
    """One file of the site: its path below the site's root, and its bytes."""

    path: str
    content: bytes
