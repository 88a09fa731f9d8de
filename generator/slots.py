"""Step 6 of provenance, pure: a result path over time, and the verdict that it amounts to."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from generator import sshsig, urls
from generator.arrival import Arrival
from generator.findings import Finding, Severity
from generator.judgements import Alteration, Step, Verdict
from generator.model import Blob, Registry, Transition
from generator.terms import State

_LATER: Final = frozenset({"6", "8", "9"})
"""Steps that say what became of a result after it had arrived."""


@dataclass(slots=True, kw_only=True)
class Slot:
    """A result path: what stands there now, the verdict on what arrived last, and what was verified.

    `frozen` holds the verified pair; `altered` the transition since which other bytes stand there.
    `settled` is the whole verdict that an earlier walk came to, as long as nothing touches the slot.
    """

    result: Blob | None = None
    sidecar: Blob | None = None
    arrived: Verdict | None = None
    frozen: tuple[Blob, Blob] | None = None
    altered: tuple[str, datetime] | None = None
    alterations: list[Alteration] = field(default_factory=list)
    settled: Verdict | None = None

    def unsettle(self) -> None:
        """Forget what an earlier walk concluded; that it was verified, and how, stays."""
        if self.settled:
            self.arrived = as_arrived(self.settled) if self.frozen else self.settled
            self.settled = None

    def alter(self, path: str, before: tuple[Blob | None, Blob | None], commit: str, when: datetime) -> None:
        """Note what a transition did to a verified pair; `before` is what stood there until then."""
        now, frozen = (self.result, self.sidecar), self.frozen
        self.altered = None if now == frozen else self.altered or (commit, when)
        for name, old, new, good in zip((path, urls.sidecar(path)), before, now, frozen or (), strict=True):
            if old != new:
                self.alterations.append(
                    Alteration(
                        path=name,
                        commit=commit,
                        committed_at=when,
                        before=old.id if old else "",
                        after=new.id if new else "",
                        restored=new == good,
                    )
                )


def arrived(found: Arrival, transition: Transition, registry: Registry) -> Verdict:
    """Give the verdict on what a transition brought, judged by the `registry` before it (steps 4 and 7)."""
    facts = found.facts
    before = f"registry version {registry.version}, as it stood before {_named(transition.commit)}"
    step = Step(number="4", title="registry before arrival", passed=True, detail=f"judged by {before}")
    return Verdict(
        path=facts.pair.path,
        state=found.state,
        reason=found.reason,
        steps=(step, *found.steps),
        commit=transition.commit,
        committed_at=transition.committed_at,
        registry_version=registry.version,
        publisher=facts.publisher.id if facts.publisher else "",
        role=facts.publisher.role if facts.publisher else None,
        key=facts.key.id if facts.key else "",
        public=facts.signature.public if facts.signature else b"",
        fingerprint=sshsig.fingerprint(facts.signature.public) if facts.signature else "",
        digest=facts.digest,
        sidecar_digest=facts.sidecar_digest,
        content=facts.pair.result.id,
        sidecar=facts.pair.sidecar.id if facts.pair.sidecar else "",
        document=facts.document,
        findings=found.findings,
    )


def as_arrived(settled: Verdict) -> Verdict:
    """Give the verdict on a verified result, never altered, as it was when the result arrived."""
    steps = tuple(step for step in settled.steps if step.number not in _LATER)
    return settled._replace(state=State.VERIFIED, reason="", steps=steps)


def verdict(slot: Slot, arrived: Verdict) -> Verdict:
    """Give the verdict on a slot (steps 4 to 7) before the final registry has had its say (step 8)."""
    unchanged = _unchanged(slot)
    steps = (arrived.steps[0], unchanged, *arrived.steps[1:])
    if slot.altered is None:
        return arrived._replace(steps=steps)
    commit, committed_at = slot.altered
    return arrived._replace(
        state=State.TAMPERED if slot.result else State.DELETED,
        reason=unchanged.detail,
        steps=steps,
        commit=commit,
        committed_at=committed_at,
    )


def orphan(path: str, registry: Registry) -> Verdict:
    """Give the verdict on a signature that stands alone at `path`."""
    reason = "a signature without its result"
    return Verdict(
        path=path,
        state=State.MALFORMED,
        reason=reason,
        steps=(Step(number="7.1", title="mode and path", passed=False, detail=reason),),
        commit="",
        committed_at=registry.issued_at,
        registry_version=registry.version,
    )


def _named(commit: str) -> str:
    return commit if " " in commit else commit[:12]


def _unchanged(slot: Slot) -> Step:
    title = "unchanged since verified"
    if slot.frozen is None:
        return Step(number="6", title=title, passed=None, detail="never verified, so not frozen")
    if slot.altered is None:
        return Step(number="6", title=title, passed=True, detail="the same bytes ever since")
    of_result = slot.result != slot.frozen[0]
    now = slot.result if of_result else slot.sidecar
    what, how = "the result" if of_result else "the signature", "changed" if now else "removed"
    detail = f"{what} was {how} in {_named(slot.altered[0])}, after it had been verified"
    return Step(number="6", title=title, passed=False, detail=detail)


_SIGN: Final = f"ssh-keygen -Y sign -f KEY -n {sshsig.RESULT_NAMESPACE} FILE"
_FIXES: Final = {
    State.UNSIGNED: f"sign it: {_SIGN}",
    State.INVALID_SIGNATURE: f"remove the .sig file and sign again, last of all: {_SIGN}",
    State.UNAUTHORISED: "have the maintainers name the key in the registry first, then publish a new run",
    State.MISPLACED: "move the file to the path that its fields give, or correct the fields and sign again",
    State.REPLAYED: "publish a new run under a new run id",
    State.MALFORMED: "correct the file and sign it again",
    State.TAMPERED: "restore the verified bytes",
    State.DELETED: f"restore it; to take a result back, name its digest under `withdrawn` in {urls.REGISTRY}",
    State.SUSPECT: "run again with a new key, or have the maintainers name the digest under `reattested`",
}


def remedy(state: State) -> str:
    """Say what would make a result in this state count; empty where nothing needs mending."""
    return _FIXES.get(state, "")


def reported(judgement: Verdict) -> tuple[Finding, ...]:
    """Give the findings that a verdict amounts to: none when verified."""
    if judgement.state is State.VERIFIED:
        return ()
    quiet = judgement.state in {State.REATTESTED, State.WITHDRAWN}
    whole = Finding(
        rule=judgement.state.value,
        severity=Severity.NOTICE if quiet else Severity.ERROR,
        path=judgement.path,
        commit=judgement.commit,
        message=judgement.reason,
        fix=remedy(judgement.state),
    )
    return (whole, *judgement.findings)
