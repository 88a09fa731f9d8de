"""Step 8 of provenance, pure: what the registry of today says about results verified before."""

from __future__ import annotations

from collections.abc import Mapping

from generator.judgements import Step, Verdict
from generator.model import Key, Registry
from generator.terms import KeyStatus, State


class Overlay:
    """The registry of today as it looks at results; `order` gives the position of each main-line commit."""

    def __init__(self, final: Registry, order: Mapping[str, int]) -> None:
        self._order = order
        self._withdrawn, self._reattested = dict(final.withdrawn), dict(final.reattested)
        self._keys = {key.public: key for publisher in final.publishers for key in publisher.keys}

    def judge(self, verdict: Verdict) -> Verdict:
        """Look at a verdict again; only a verified one can become withdrawn, suspect or reattested."""
        if verdict.state is not State.VERIFIED:
            return verdict
        key = self._keys.get(verdict.public)
        if verdict.digest in self._withdrawn:
            return _with_step(verdict, State.WITHDRAWN, self._withdrawn[verdict.digest])
        if key and key.status is KeyStatus.COMPROMISED and not self._is_good(verdict, key):
            if verdict.digest in self._reattested:
                return _with_step(verdict, State.REATTESTED, self._reattested[verdict.digest])
            return _with_step(verdict, State.SUSPECT, f"key {verdict.key} was declared compromised")
        gone = key is None or key.status is KeyStatus.RETIRED
        harmless = "; the key has since been retired, which does no harm" if gone else ""
        return _with_step(verdict, State.VERIFIED, "", f"not withdrawn, not suspect{harmless}")

    def _is_good(self, verdict: Verdict, key: Key) -> bool:
        order = self._order
        return key.last_good in order and order[verdict.commit] <= order[key.last_good]


def _with_step(verdict: Verdict, state: State, reason: str, detail: str = "") -> Verdict:
    said = detail or f"{state.value}: {reason}"
    step = Step(number="8", title="registry today", passed=state.counts, detail=said)
    return verdict._replace(state=state, reason=reason, steps=(*verdict.steps, step))
