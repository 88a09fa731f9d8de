"""What a walk came to at a commit, sealed in the cache, so that a later walk along the same line goes on from there.

Only what became of results is remembered. What decides about them, the registry and the test sets, is
taken from git and judged again; and once anything new of that kind comes, nothing is remembered at
all, so no verdict outlives what it was given under.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from generator import sshsig, transcript, urls
from generator.arrival import REGULAR
from generator.history import Repository
from generator.judgements import Alteration, Judgement, Step, Verdict
from generator.model import Blob, Change, Transition
from generator.provenance import Walk
from generator.slots import Slot
from generator.terms import Role, State

if TYPE_CHECKING:
    from generator.cache import Cache

_DECIDING: Final = (f"{urls.REGISTRY_FOLDER}/", f"{urls.SUITES}/")
_RESULTS: Final = f"{urls.RESULTS}/"


class _Past(NamedTuple):
    """Where an earlier walk stood: its main line, what decided on it, and for each mesh its last commit with news."""

    commits: list[str]
    decisive: list[Transition]
    meshes: dict[str, str]


class Recollection:
    """The memory of one walk: `resume` before it, `noted` along it, `keep` behind it."""

    def __init__(self, cache: Cache | None, walk: Walk) -> None:
        self._cache = cache
        self._walk = walk
        root = walk.trust_root
        schemas = (schema.content.decode("utf-8", "replace") for _, schema in sorted(walk.schemas.items()))
        self._key = ("walk", *((root.commit, root.digest) if root else ("", "")), *schemas)
        self._past = _Past([], [], {})
        self._stored: dict[str, str] = {}
        self._touched: set[str] = set()
        self._has_news = False

    def resume(self, repository: Repository) -> tuple[Iterable[Transition], int]:
        """Bring the walk as far as memory reaches; give the transitions that remain, and how many there are."""
        fresh = self._resumed(repository)
        return (repository.transitions(), len(repository.main_line)) if fresh is None else (fresh, len(fresh))

    def _resumed(self, repository: Repository) -> list[Transition] | None:
        found = self._cache.recall(*self._key) if self._cache else None
        if not found or not self._cache:
            return None
        past = _Past(found[0].split(), [_heard_transition(one) for one in found[1]], found[2])
        self._stored = dict(past.meshes)
        line = repository.line_after(past.commits[-1])
        fresh = [] if line is None else list(repository.transitions(line))
        slots = None if line is None or any(map(self._decides, fresh)) else self._slots(self._cache, past)
        if slots is None:
            return None
        self._past = past
        self._walk.resume(past.commits, {one.commit: one for one in past.decisive}, slots)
        return fresh

    def _slots(self, cache: Cache, past: _Past) -> dict[str, Slot] | None:
        found = dict[str, Slot]()
        for mesh, commit in past.meshes.items():
            told = cache.recall(*self._key, mesh, commit)
            if told is None:
                return None
            steps = [Step(number=n, title=t, passed=p, detail=d, decides=w) for n, t, p, d, w in told[0]]
            found.update((path, _heard_slot(path, row, steps)) for path, row in told[1].items())
        return found

    def _decides(self, transition: Transition) -> bool:
        root = self._walk.trust_root
        named = root is not None and root.commit == transition.commit
        return named or any(change.path.startswith(_DECIDING) for change in transition.changes)

    def noted(self, transitions: Iterable[Transition]) -> Iterator[Transition]:
        """Pass transitions through and note what has to be known of them."""
        for transition in transitions:
            if self._decides(transition):
                changes = tuple(change for change in transition.changes if change.path.startswith(_DECIDING))
                self._past.decisive.append(replace(transition, changes=changes))
            self._touched.update(_mesh(change.path) for change in transition.changes if _is_result(change.path))
            self._past.commits.append(transition.commit)
            self._has_news = True
            yield transition

    def keep(self, judgement: Judgement) -> None:
        """Remember the end of the walk, if anything can be published there and anything is new."""
        past, verdicts = self._past, {verdict.path: verdict for verdict in judgement.verdicts}
        if self._cache is None or judgement.fatal or not self._has_news:
            return
        shards = defaultdict[str, dict[str, Slot]](dict)
        for path, slot in self._walk.slots.items():
            if (mesh := _mesh(path)) in self._touched:
                shards[mesh][path] = slot
        for mesh, shard in shards.items():
            past.meshes[mesh] = past.commits[-1]
            steps = dict[Step, int]()
            rows = {path: _told_slot(slot, verdicts.get(path), steps) for path, slot in shard.items()}
            told = [[one.number, one.title, one.passed, one.detail, one.decides] for one in steps]
            self._cache.remember([told, rows], *self._key, mesh, past.meshes[mesh])
        for mesh, commit in self._stored.items():
            if past.meshes.get(mesh) != commit:
                self._cache.forget(*self._key, mesh, commit)
        decisive = [_told_transition(one) for one in past.decisive]
        self._cache.remember([" ".join(past.commits), decisive, past.meshes], *self._key)


def _is_result(path: str) -> bool:
    return path.startswith(_RESULTS)


def _mesh(path: str) -> str:
    return path.split("/")[1]


def _told_transition(one: Transition) -> list[Any]:
    changes = [[change.path, _told_blob(change.blob)] for change in one.changes]
    return [one.commit, _told_time(one.committed_at), changes]


def _heard_transition(values: Sequence[Any]) -> Transition:
    commit, when, changes = values
    return Transition(
        commit=commit,
        committed_at=_heard_time(when),
        changes=tuple(Change(path=path, blob=_heard_blob(blob)) for path, blob in changes),
    )


def _told_slot(slot: Slot, verdict: Verdict | None, steps: dict[Step, int]) -> list[Any]:
    """Give plain values; an altered result is told as it arrived, and any other as it stands in the end."""
    shown = slot.arrived if slot.altered else verdict
    if shown and not slot.alterations and (slot.result, slot.sidecar) == slot.frozen == _verified(shown):
        return [_told_verdict(shown, steps)]
    return [
        _told_blob(slot.result),
        _told_blob(slot.sidecar),
        slot.frozen and [_told_blob(blob) for blob in slot.frozen],
        slot.altered and [slot.altered[0], _told_time(slot.altered[1])],
        [_told_alteration(one) for one in slot.alterations],
        shown and _told_verdict(shown, steps),
    ]


def _heard_slot(path: str, values: Sequence[Any], steps: Sequence[Step]) -> Slot:
    if len(values) == 1:
        # It was verified and never touched since, as nearly all are.
        verdict = _heard_verdict(path, values[0], steps)
        pair = _verified(verdict)
        return Slot(result=pair[0], sidecar=pair[1], frozen=pair, settled=verdict)
    result, sidecar, frozen, altered, alterations, shown = values
    known = _heard_verdict(path, shown, steps) if shown else None
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


def _told_verdict(one: Verdict, steps: dict[Step, int]) -> list[Any]:
    return [
        one.state.value,
        one.reason,
        [steps.setdefault(step, len(steps)) for step in one.steps],
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
        [transcript.told_finding(finding) for finding in one.findings],
    ]


def _heard_verdict(path: str, values: Sequence[Any], steps: Sequence[Step]) -> Verdict:
    state, reason, places, commit, when, version, publisher, role, key, public, *digests, findings = values
    raw = bytes.fromhex(public)
    digest, sidecar_digest, content, sidecar = digests
    return Verdict(
        path=path,
        state=_STATES[state],
        reason=reason,
        steps=tuple([steps[place] for place in places]),
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
        findings=tuple(transcript.heard_finding(finding) for finding in findings),
    )


_STATES: Final[Mapping[str, State]] = {state.value: state for state in State}
_ROLES: Final[Mapping[str, Role]] = {role.value: role for role in Role}


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
