"""What a walk came to as plain JSON values, and back: slots with their verdicts, and transitions."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from sys import intern
from typing import Any, Final, NamedTuple

from generator import sshsig, transcript
from generator.arrival import REGULAR
from generator.formats import result
from generator.judgements import Alteration, Step, Verdict
from generator.model import Blob, Change, Transition
from generator.records import Given, Notice, Record, Recorded, RecordedSpecification
from generator.slots import Slot
from generator.terms import Role, State


def told_transition(one: Transition) -> list[Any]:
    """Give plain values from which `heard_transition` makes the same again."""
    changes = [[change.path, _told_blob(change.blob)] for change in one.changes]
    return [one.commit, _told_time(one.committed_at), changes]


def heard_transition(values: Sequence[Any]) -> Transition:
    """Make a transition of what was told."""
    commit, when, changes = values
    return Transition(
        commit=commit,
        committed_at=_heard_time(when),
        changes=tuple(Change(path=path, blob=_heard_blob(blob)) for path, blob in changes),
    )


def told_shard(slots: Mapping[str, Slot], verdicts: Mapping[str, Verdict]) -> list[Any]:
    """Give plain values from which `heard_shard` makes the same slots again; what many hold is told once."""
    shared = _Shared()
    rows = {path: _told_slot(slot, verdicts.get(path), shared) for path, slot in slots.items()}
    steps = [[one.number, one.title, one.passed, one.detail, one.decides] for one in shared.steps]
    given = [[tuple(test) for test in one] for one in shared.given]
    return [steps, given, rows]


def heard_shard(values: Sequence[Any]) -> dict[str, Slot]:
    """Make the slots of what was told."""
    steps, given, rows = values
    shared = _Told(
        [Step(number=n, title=t, passed=p, detail=d, decides=w) for n, t, p, d, w in steps],
        [tuple([Given(test, outcome, word, tuple(parts)) for test, outcome, word, parts in one]) for one in given],
    )
    return {path: _heard_slot(path, row, shared) for path, row in rows.items()}


class _Shared:
    """What is told once: each step, and what results give, with the place of each in its list."""

    def __init__(self) -> None:
        self.steps: dict[Step, int] = {}
        self.given: dict[tuple[Given, ...], int] = {}


class _Told(NamedTuple):
    steps: list[Step]
    given: list[tuple[Given, ...]]


def _told_slot(slot: Slot, verdict: Verdict | None, shared: _Shared) -> list[Any]:
    """Give plain values; an altered result is told as it arrived, and any other as it stands in the end."""
    shown = slot.arrived if slot.altered else verdict
    if shown and not slot.alterations and (slot.result, slot.sidecar) == slot.frozen == _verified(shown):
        return [_told_verdict(shown, shared)]
    return [
        _told_blob(slot.result),
        _told_blob(slot.sidecar),
        slot.frozen and [_told_blob(blob) for blob in slot.frozen],
        slot.altered and [slot.altered[0], _told_time(slot.altered[1])],
        [_told_alteration(one) for one in slot.alterations],
        shown and _told_verdict(shown, shared),
    ]


def _heard_slot(path: str, values: Sequence[Any], shared: _Told) -> Slot:
    if len(values) == 1:
        # It was verified and never touched since, as nearly all are.
        verdict = _heard_verdict(path, values[0], shared)
        pair = _verified(verdict)
        return Slot(result=pair[0], sidecar=pair[1], frozen=pair, settled=verdict)
    result, sidecar, frozen, altered, alterations, shown = values
    known = _heard_verdict(path, shown, shared) if shown else None
    blobs = [_heard_blob(blob) for blob in frozen or ()]
    return Slot(
        result=_heard_blob(result),
        sidecar=_heard_blob(sidecar),
        arrived=known if altered else None,
        frozen=(blobs[0], blobs[1]) if len(blobs) == 2 and blobs[0] and blobs[1] else None,
        altered=(altered[0], _heard_time(altered[1])) if altered else None,
        alterations=[_heard_alteration(one) for one in alterations],
        settled=None if altered else known,
    )


def _verified(verdict: Verdict) -> tuple[Blob, Blob]:
    return Blob(mode=REGULAR, id=verdict.content), Blob(mode=REGULAR, id=verdict.sidecar)


def _told_verdict(one: Verdict, shared: _Shared) -> list[Any]:
    return [
        one.state.value,
        one.reason,
        [shared.steps.setdefault(step, len(shared.steps)) for step in one.steps],
        one.commit,
        _told_time(one.committed_at),
        one.registry_version,
        one.publisher,
        one.role and one.role.value,
        one.key,
        one.public.hex(),
        one.digest,
        one.sidecar_digest,
        one.content,
        one.sidecar,
        [_told_record(record, shared) for record in one.records],
        [transcript.told_finding(finding) for finding in one.findings],
    ]


def _heard_verdict(path: str, values: Sequence[Any], shared: _Told) -> Verdict:
    state, reason, places, commit, when, version, publisher, role, key, public, *digests, records, findings = values
    raw = bytes.fromhex(public)
    digest, sidecar_digest, content, sidecar = digests
    return Verdict(
        path=path,
        state=_STATES[state],
        reason=reason,
        steps=tuple([shared.steps[place] for place in places]),
        commit=commit,
        committed_at=_heard_time(when),
        registry_version=version,
        publisher=publisher,
        role=_ROLES.get(role),
        key=key,
        public=raw,
        fingerprint=sshsig.fingerprint(raw) if raw else "",
        digest=digest,
        sidecar_digest=sidecar_digest,
        content=content,
        sidecar=sidecar,
        records=tuple([_heard_record(record, shared) for record in records]),
        findings=tuple(transcript.heard_finding(finding) for finding in findings),
    )


_STATES: Final[Mapping[str, State]] = {state.value: state for state in State}
_ROLES: Final[Mapping[str, Role]] = {role.value: role for role in Role}


def _told_record(one: Record, shared: _Shared) -> list[Any]:
    texts = [getattr(one, name) for name in _TEXTS]
    times = [when and when.isoformat() for when in (getattr(one, name) for name in _TIMES)]
    lists = [one.variant, one.evidence, one.transcribed_from, [(two.name, two.message) for two in one.notices]]
    recorded = one.recorded and dataclasses.asdict(one.recorded)
    return [texts, times, lists, recorded, shared.given.setdefault(one.given, len(shared.given))]


def _heard_record(values: Sequence[Any], shared: _Told) -> Record:
    texts, times, (variant, evidence, transcribed_from, notices), recorded, place = values
    given, observations = result.alike(shared.given[place])
    facts: dict[str, Any] = dict(zip(_TEXTS, map(intern, texts), strict=True))
    facts |= {name: when and datetime.fromisoformat(when) for name, when in zip(_TIMES, times, strict=True)}
    return Record(
        **facts,
        variant=tuple([(name, value) for name, value in variant]),
        evidence=tuple([(url, digest) for url, digest in evidence]),
        transcribed_from=tuple(transcribed_from),
        recorded=recorded and _heard_recorded(recorded),
        notices=tuple([Notice(name=name, message=message) for name, message in notices]),
        observations=observations,
        given=given,
    )


def _heard_recorded(values: dict[str, Any]) -> Recorded:
    specifications = tuple(RecordedSpecification(**one) for one in values["specifications"])
    return Recorded(**values | {"specifications": specifications})


_TIMES: Final = ("issued_at", "started_at", "finished_at", "not_before", "not_after")
_OTHERS: Final = {"variant", "evidence", "transcribed_from", "recorded", "notices", "observations", "given"}
_TEXTS: Final = tuple(name for name in Record._fields if name not in {*_TIMES, *_OTHERS})


def _told_alteration(one: Alteration) -> list[Any]:
    return [one.path, one.commit, _told_time(one.committed_at), one.before, one.after, one.restored]


def _heard_alteration(values: Sequence[Any]) -> Alteration:
    path, commit, when, before, after, restored = values
    return Alteration(
        path=path, commit=commit, committed_at=_heard_time(when), before=before, after=after, restored=restored
    )


def _told_blob(blob: Blob | None) -> list[str] | None:
    return [blob.mode, blob.id] if blob else None


def _heard_blob(values: Sequence[str] | None) -> Blob | None:
    return Blob(mode=values[0], id=values[1]) if values else None


def _told_time(when: datetime) -> int:
    return int(when.timestamp())


def _heard_time(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
