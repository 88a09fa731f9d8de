"""Who produced each result, pure: main-line transitions in, one verdict a result out.

The numbered steps are those of DESIGN section 3. Order on the main line decides everything; dates
decide nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from generator import arrival, checkpoint, settings, slots, succession, urls
from generator.arrival import Against, Facts, Pair
from generator.checkpoint import Leaf
from generator.documents import MAX_BYTES
from generator.examination import Contents, Known, nothing_known
from generator.findings import Finding, Severity
from generator.judgements import Checkpoint, Judgement, Step, TrustRoot, Verdict
from generator.model import Blob, Document, Registry, Suite, Transition
from generator.overlay import Overlay
from generator.records import Record
from generator.schemas import Schema
from generator.slots import Slot
from generator.terms import State

_RESULTS: Final = f"{urls.RESULTS}/"
_REGISTRY: Final = f"{urls.REGISTRY_FOLDER}/"
_SUITES: Final = f"{urls.SUITES}/"


def no_records(_: Document) -> tuple[Record, ...]:
    """Make nothing of a document."""
    return ()


@dataclass(slots=True, kw_only=True)
class Walk:
    """The walk along the main line (DESIGN section 3, steps 2 to 7); oldest transitions come first.

    `advance` takes one transition, `judgement` ends it. Without documents the verdicts are the same
    and take a tenth of the memory; `records` then makes of a verified one what is kept in its place.
    """

    contents: Contents
    schemas: Mapping[str, Schema]
    trust_root: TrustRoot | None = None
    keep_documents: bool = True
    records: Callable[[Document], tuple[Record, ...]] = no_records
    known: Known = nothing_known
    registry: Registry | None = None
    genesis: TrustRoot | None = None
    registry_findings: tuple[Finding, ...] = ()
    suites: dict[str, Suite] = field(default_factory=dict)
    order: dict[str, int] = field(default_factory=dict)
    _suite_files: dict[str, tuple[str, tuple[Finding, ...]]] = field(default_factory=dict)
    _past_findings: list[Finding] = field(default_factory=list)
    slots: dict[str, Slot] = field(default_factory=dict)
    _registry_tree: dict[str, Blob] = field(default_factory=dict)
    _run_ids: set[str] = field(default_factory=set)
    _digests: set[str] = field(default_factory=set)
    _touched: dict[str, tuple[Blob | None, Blob | None]] = field(default_factory=dict)
    _steps: dict[Step, Step] = field(default_factory=dict)
    _trusted: tuple[Registry | None, frozenset[bytes]] = (None, frozenset())

    def advance(self, transition: Transition) -> None:
        """Take one transition: suites first, then results under the registry before it (steps 4-7)."""
        if not (transition.changes or self._touched or self._starts_at(transition.commit)):
            self.order[transition.commit] = len(self.order)
            return
        changes = {change.path: change.blob for change in transition.changes}
        self._take_suites(changes)
        self._place(changes)
        before = self.registry
        if self._place_registry(changes) or self._starts_at(transition.commit):
            self._succeed(transition.commit)
        # The first registry also judges the tree that it came with.
        authority = before or self.registry
        self.order[transition.commit] = len(self.order)
        if authority:
            for path in sorted(self._touched):
                self._judge(path, authority, transition)
            self._touched.clear()

    def resume(self, commits: Sequence[str], decisive: Mapping[str, Transition], past: Mapping[str, Slot]) -> None:
        """Stand behind `commits`, where an earlier walk along them left the slots `past`.

        Transitions that decide are taken again without their results; of the others only the order counts.
        """
        for commit in commits:
            if commit in decisive:
                self.advance(decisive[commit])
            else:
                self.order[commit] = len(self.order)
        self.slots.update(past)
        for path, slot in past.items():
            if slot.frozen and (verdict := slot.arrived or slot.settled):
                # A verified result stands where its fields say, so the file has the name of the run.
                self._run_ids.add(path.rpartition("/")[2].removesuffix(".yaml"))
                self._digests.add(verdict.digest)

    def trusted(self) -> frozenset[bytes]:
        """Give the raw keys of the publishers that the registry in force names, whatever their status."""
        if self._trusted[0] is not self.registry:
            publishers = self.registry.publishers if self.registry else ()
            self._trusted = self.registry, frozenset(key.public for one in publishers for key in one.keys)
        return self._trusted[1]

    def shared(self, steps: Sequence[Step]) -> tuple[Step, ...]:
        """Give the same steps, but one object for all that are equal: nearly every result passes the same ones."""
        return tuple([self._steps.setdefault(step, step) for step in steps])

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
            slot = self.slots.setdefault(owner, Slot())
            slot.unsettle()
            self._touched.setdefault(owner, (slot.result, slot.sidecar))
            if owner == path:
                slot.result = blob
            else:
                slot.sidecar = blob

    def _place_registry(self, changes: Mapping[str, Blob | None]) -> bool:
        touched = False
        for path, blob in changes.items():
            if path.startswith(_REGISTRY):
                touched = True
                self._registry_tree.pop(path, None)
                if blob:
                    self._registry_tree[path] = blob
        return touched

    def _starts_at(self, commit: str) -> bool:
        return self.trust_root is not None and self.trust_root.commit == commit

    def _succeed(self, commit: str) -> None:
        """Step 5, and step 2 where trust has not started yet."""
        root = self.trust_root
        if self.registry is None:
            waits = root is not None and root.commit not in {"", commit}
            if waits or urls.REGISTRY not in self._registry_tree:
                return
        step = succession.judge(
            self._registry_tree, self.registry, self.order.keys(), self.schemas["ServiceAccounts"], self.contents
        )
        self.registry_findings = step.findings
        self._past_findings += (replace(finding, severity=Severity.NOTICE, commit=commit) for finding in step.findings)
        if self.genesis is None and step.registry:
            self.genesis = TrustRoot(digest=step.registry.digest, commit=commit)
        if root is None or self.genesis is None or self.genesis.digest == root.digest:
            self.registry = step.registry

    def _judge(self, path: str, authority: Registry, transition: Transition) -> None:
        """Step 6: a verified slot is frozen; any other is evaluated whenever both files exist."""
        slot = self.slots[path]
        if slot.frozen:
            slot.alter(path, self._touched[path], transition.commit, transition.committed_at)
            return
        if slot.result is None:
            slot.arrived = None
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
                known=self.known,
            ),
        )
        if found.state is State.VERIFIED and slot.sidecar:
            slot.frozen = (slot.result, slot.sidecar)
            self._run_ids.add(_run_id(found.facts))
            self._digests.add(found.facts.digest)
        slot.arrived = slots.arrived(found, transition, authority)
        if not self.keep_documents:
            verified = found.facts.document if found.state is State.VERIFIED else None
            records = self.records(verified) if verified else ()
            steps = self.shared(slot.arrived.steps)
            slot.arrived = slot.arrived._replace(document=None, records=records, steps=steps)

    def judgement(self, head: str, published: Checkpoint | None = None) -> Judgement:
        """End the walk: overlay the final registry (step 8) and give every verdict, sorted by path.

        `published` is the checkpoint of the last build, which this history has to continue.
        """
        verdicts = tuple(self._verdicts(self.registry)) if self.registry else ()
        altered = (alteration for slot in self.slots.values() for alteration in slot.alterations)
        return Judgement(
            registry=self.registry,
            genesis=self.genesis,
            pinned=self.trust_root is not None,
            checkpoint=checkpoint.take(head, self._leaves(len(self.order))),
            verdicts=verdicts,
            alterations=tuple(sorted(altered, key=lambda one: (self.order[one.commit], one.path))),
            suites=tuple(sorted(self.suites.values(), key=lambda s: (s.id, s.version, s.digest))),
            current_suites=frozenset(digest for digest, _ in self._suite_files.values() if digest),
            findings=(
                *(finding for _, findings in self._suite_files.values() for finding in findings),
                *(self._past_findings if not self.registry_findings else ()),
                *(finding for verdict in verdicts for finding in slots.reported(verdict)),
            ),
            fatal=(*self.registry_findings, *self._groundless(), *self._rewritten(published)),
        )

    def _leaves(self, before: int) -> list[Leaf]:
        """Give the results verified in the first `before` transitions, in main-line order."""
        frozen = [
            (self.order[verdict.commit], path, verdict)
            for path, slot in self.slots.items()
            if slot.frozen and (verdict := slot.arrived or slot.settled) and self.order[verdict.commit] < before
        ]
        frozen.sort(key=lambda item: item[:2])
        return [Leaf(path=path, digest=v.digest, sidecar_digest=v.sidecar_digest) for _, path, v in frozen]

    def _groundless(self) -> Iterator[Finding]:
        """Step 2: say why there is no registry to start from."""
        root = self.trust_root
        if self.registry or self.registry_findings:
            return
        if root and root.commit and root.commit not in self.order:
            yield _unverifiable(f"the commit {root.commit} of the trust root is not on the main line")
        elif root and self.genesis:
            yield _unverifiable(f"the first registry is {self.genesis.digest}, but the trust root is {root.digest}")
        else:
            yield _unverifiable(f"no {urls.REGISTRY} on the main line: nobody may publish yet")

    def _rewritten(self, published: Checkpoint | None) -> Iterator[Finding]:
        """Steps 2 and 10: say how the history fails to continue what was published."""
        if published is None:
            return
        if published.head not in self.order:
            yield _rewritten(f"the published head {published.head} is not on the main line")
            return
        then = checkpoint.take(published.head, self._leaves(self.order[published.head] + 1))
        if then != published:
            yield _rewritten(
                f"at {published.head} there are {then.count} results with {then.root}, "
                f"but {published.count} with {published.root} were published"
            )

    def _verdicts(self, final: Registry) -> Iterator[Verdict]:
        today = Overlay(final, self.order)
        for path, slot in sorted(self.slots.items()):
            if slot.settled:
                yield slot.settled
            elif slot.arrived:
                yield today.judge(slots.verdict(slot, slot.arrived))
            elif slot.sidecar:
                yield slots.orphan(urls.sidecar(path), final)


def _run_id(facts: Facts) -> str:
    return str(facts.document.data["run_id"]) if facts.document else ""


def _unverifiable(message: str) -> Finding:
    return Finding(rule="unverifiable", path=urls.REGISTRY, message=message, fix="see docs/provenance.md, step 2")


def _rewritten(message: str) -> Finding:
    return Finding(rule="history-rewritten", message=message, fix="restore the main line that was published")
