"""Who produced each result, pure: main-line transitions in, one verdict a result out.

The numbered steps are those of DESIGN section 3. Order on the main line decides everything; dates
decide nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from generator import arrival, settings, slots, succession, urls
from generator.arrival import Against, Contents, Facts, Pair
from generator.documents import MAX_BYTES
from generator.findings import Finding, Severity, Stop
from generator.judgements import Step, Verdict
from generator.model import Blob, Registry, Suite, Transition
from generator.schemas import Schema
from generator.slots import Judged, Slot
from generator.terms import KeyStatus, State

_RESULTS: Final = f"{urls.RESULTS}/"
_REGISTRY: Final = f"{urls.REGISTRY_FOLDER}/"
_SUITES: Final = f"{urls.SUITES}/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """The end of the walk: the registry in force, every verdict by path, every suite by digest."""

    registry: Registry
    verdicts: tuple[Verdict, ...]
    suites: tuple[Suite, ...]
    current_suites: frozenset[str]
    findings: tuple[Finding, ...]


@dataclass(slots=True, kw_only=True)
class Walk:
    """The walk along the main line; `advance` takes one transition, `judgement` ends it."""

    contents: Contents
    schemas: Mapping[str, Schema]
    registry: Registry | None = None
    registry_findings: tuple[Finding, ...] = ()
    suites: dict[str, Suite] = field(default_factory=dict)
    order: dict[str, int] = field(default_factory=dict)
    _suite_files: dict[str, tuple[str, tuple[Finding, ...]]] = field(default_factory=dict)
    _past_findings: list[Finding] = field(default_factory=list)
    _slots: dict[str, Slot] = field(default_factory=dict)
    _registry_tree: dict[str, Blob] = field(default_factory=dict)
    _run_ids: set[str] = field(default_factory=set)
    _digests: set[str] = field(default_factory=set)
    _touched: set[str] = field(default_factory=set)

    def advance(self, transition: Transition) -> None:
        """Take one transition: suites first, then results under the registry before it (steps 4-7)."""
        changes = {change.path: change.blob for change in transition.changes}
        self._take_suites(changes)
        self._place(changes)
        before = self.registry
        if any(path.startswith(_REGISTRY) for path in changes):
            self._succeed(changes, transition.commit)
        # The first registry also judges the tree that it came with.
        authority = before or self.registry
        self.order[transition.commit] = len(self.order)
        if authority:
            for path in sorted(self._touched):
                self._judge(path, authority, transition)
            self._touched.clear()

    def _take_suites(self, changes: Mapping[str, Blob | None]) -> None:
        for path, blob in sorted(changes.items()):
            if not path.startswith(_SUITES):
                continue
            self._suite_files.pop(path, None)
            content = self.contents(blob.id, MAX_BYTES) if blob and blob.mode == arrival.REGULAR else 0
            if isinstance(content, int):
                continue
            reading = settings.document(path, content, self.schemas["Suite"])
            found, findings = settings.suite(reading.document) if reading.document else (None, reading.findings)
            if found and not findings:
                self.suites[found.digest] = found
            self._suite_files[path] = (found.digest if found and not findings else "", findings)

    def _place(self, changes: Mapping[str, Blob | None]) -> None:
        for path, blob in changes.items():
            if not path.startswith(_RESULTS):
                continue
            owner = path.removesuffix(".sig")
            slot = self._slots.setdefault(owner, Slot())
            if owner == path:
                slot.result = blob
            else:
                slot.sidecar = blob
            self._touched.add(owner)

    def _succeed(self, changes: Mapping[str, Blob | None], commit: str) -> None:
        for path, blob in changes.items():
            if not path.startswith(_REGISTRY):
                continue
            self._registry_tree.pop(path, None)
            if blob:
                self._registry_tree[path] = blob
        if self.registry is None and urls.REGISTRY not in self._registry_tree:
            return
        step = succession.judge(
            self._registry_tree, self.registry, self.order.keys(), self.schemas["ServiceAccounts"], self.contents
        )
        self.registry = step.registry
        self.registry_findings = step.findings
        self._past_findings += (replace(finding, severity=Severity.NOTICE, commit=commit) for finding in step.findings)

    def _judge(self, path: str, authority: Registry, transition: Transition) -> None:
        """Step 6: a verified slot is frozen; any other is evaluated whenever both files exist."""
        slot = self._slots[path]
        if slot.frozen:
            whole = slot.frozen == (slot.result, slot.sidecar)
            slot.altered = None if whole else slot.altered or (transition.commit, transition.committed_at)
            return
        if slot.result is None:
            slot.judged = None
            return
        pair = Pair(path=path, result=slot.result, sidecar=slot.sidecar)
        found = arrival.judge(
            pair,
            Against(
                registry=authority,
                suites=self.suites,
                schema=self.schemas["Result"],
                contents=self.contents,
                run_ids=self._run_ids,
                digests=self._digests,
            ),
        )
        slot.judged = Judged(
            arrival=found,
            commit=transition.commit,
            committed_at=transition.committed_at,
            order=self.order[transition.commit],
            registry=authority,
        )
        if found.state is State.VERIFIED and slot.sidecar:
            slot.frozen = (slot.result, slot.sidecar)
            self._run_ids.add(_run_id(found.facts))
            self._digests.add(found.facts.digest)

    def judgement(self) -> Judgement:
        """End the walk: overlay the final registry (step 8) and give every verdict, sorted by path.

        Raises `Stop` when there is no registry, or when the one at the end is not accepted.
        """
        if self.registry_findings:
            raise Stop("the registry is not valid", self.registry_findings)
        if self.registry is None:
            message = f"no {urls.REGISTRY} on the main line: nobody may publish yet"
            raise Stop(message, [Finding(rule="unverifiable", path=urls.REGISTRY, message=message)])
        verdicts = tuple(self._verdicts(self.registry))
        return Judgement(
            registry=self.registry,
            verdicts=verdicts,
            suites=tuple(sorted(self.suites.values(), key=lambda s: (s.id, s.version, s.digest))),
            current_suites=frozenset(digest for digest, _ in self._suite_files.values() if digest),
            findings=(
                *(finding for _, findings in self._suite_files.values() for finding in findings),
                *self._past_findings,
                *(finding for verdict in verdicts for finding in slots.reported(verdict)),
            ),
        )

    def _verdicts(self, final: Registry) -> Iterator[Verdict]:
        for path, slot in sorted(self._slots.items()):
            if slot.judged:
                yield self._overlaid(slots.verdict(path, slot, slot.judged), slot.judged, final)
            elif slot.sidecar:
                yield slots.orphan(urls.sidecar(path), final)

    def _overlaid(self, verdict: Verdict, judged: Judged, final: Registry) -> Verdict:
        """Step 8: withdrawn, suspect and reattested, by the registry at the end."""
        if verdict.state is not State.VERIFIED:
            return verdict
        withdrawn, reattested = dict(final.withdrawn), dict(final.reattested)
        key = _status(final, judged.arrival.facts)
        if verdict.digest in withdrawn:
            return _stepped(verdict, State.WITHDRAWN, withdrawn[verdict.digest])
        if key and key[0] is KeyStatus.COMPROMISED and not self._is_good(judged.order, key[1]):
            if verdict.digest in reattested:
                return _stepped(verdict, State.REATTESTED, reattested[verdict.digest])
            return _stepped(verdict, State.SUSPECT, f"key {verdict.key} was declared compromised")
        detail = "not withdrawn, key not compromised"
        if key is None or key[0] is KeyStatus.RETIRED:
            detail = "not withdrawn; the key has since been retired, which does no harm"
        return _stepped(verdict, State.VERIFIED, "", detail)

    def _is_good(self, order: int, last_good: str) -> bool:
        return last_good in self.order and order <= self.order[last_good]


def judge(transitions: Iterable[Transition], contents: Contents, schemas: Mapping[str, Schema]) -> Walk:
    """Walk the whole main line, oldest first (DESIGN section 3, steps 2 to 7)."""
    walk = Walk(contents=contents, schemas=schemas)
    for transition in transitions:
        walk.advance(transition)
    return walk


def _stepped(verdict: Verdict, state: State, reason: str, detail: str = "") -> Verdict:
    step = Step(number="8", title="registry today", passed=state.counts, detail=detail or f"{state.value}: {reason}")
    return replace(verdict, state=state, reason=reason, steps=(*verdict.steps, step))


def _status(final: Registry, facts: Facts) -> tuple[KeyStatus, str] | None:
    public = facts.signature.public if facts.signature else b""
    keys = (key for publisher in final.publishers for key in publisher.keys if key.public == public)
    return next(((key.status, key.last_good) for key in keys), None)


def _run_id(facts: Facts) -> str:
    return str(facts.document.data["run_id"]) if facts.document else ""
