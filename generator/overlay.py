"""Step 8 of provenance, pure: what the registry of today says about results verified before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from generator.judgements import Step, Verdict
from generator.model import Key, Registry
from generator.slots import Judged
from generator.terms import KeyStatus, State


def judge(verdict: Verdict, judged: Judged, final: Registry, order: Mapping[str, int]) -> Verdict:
    """Overlay `final` on a verdict; only a verified one can become withdrawn, suspect or reattested.

    `order` gives the position of each main-line commit.
    """
    if verdict.state is not State.VERIFIED:
        return verdict
    withdrawn, reattested = dict(final.withdrawn), dict(final.reattested)
    key = _key(final, judged)
    if verdict.digest in withdrawn:
        return _with_step(verdict, State.WITHDRAWN, withdrawn[verdict.digest])
    if key and key.status is KeyStatus.COMPROMISED and not _is_good(judged, key, order):
        if verdict.digest in reattested:
            return _with_step(verdict, State.REATTESTED, reattested[verdict.digest])
        return _with_step(verdict, State.SUSPECT, f"key {verdict.key} was declared compromised")
    gone = key is None or key.status is KeyStatus.RETIRED
    harmless = "; the key has since been retired, which does no harm" if gone else ""
    return _with_step(verdict, State.VERIFIED, "", f"not withdrawn, not suspect{harmless}")


def _key(final: Registry, judged: Judged) -> Key | None:
    signature = judged.arrival.facts.signature
    keys = (key for publisher in final.publishers for key in publisher.keys)
    return next((key for key in keys if signature and key.public == signature.public), None)


def _is_good(judged: Judged, key: Key, order: Mapping[str, int]) -> bool:
    return key.last_good in order and judged.order <= order[key.last_good]


def _with_step(verdict: Verdict, state: State, reason: str, detail: str = "") -> Verdict:
    said = detail or f"{state.value}: {reason}"
    step = Step(number="8", title="registry today", passed=state.counts, detail=said)
    return replace(verdict, state=state, reason=reason, steps=(*verdict.steps, step))
