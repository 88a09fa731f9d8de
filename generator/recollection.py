"""What a walk came to at a commit, sealed in the cache, so that a later walk along the same line goes on from there.

Only what became of results is remembered. What decides about them, the registry and the test sets, is
taken from git and judged again; and once anything new of that kind comes, nothing is remembered at
all, so no verdict outlives what it was given under.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Final, NamedTuple

from generator import retelling, urls
from generator.history import Repository
from generator.judgements import Judgement, Verdict
from generator.model import Transition
from generator.provenance import Walk, no_records
from generator.slots import Slot

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

    def __init__(self, cache: Cache | None, walk: Walk, before: Recollection | None = None) -> None:
        """Look into the cache, or at what the walk `before` this one left in this process, which is no more after."""
        self._cache = cache
        self._walk = walk
        self._before = before
        root = walk.trust_root
        schemas = (schema.content.decode("utf-8", "replace") for _, schema in sorted(walk.schemas.items()))
        # Who makes records of documents wants them back.
        kind = "walk" if walk.records is no_records else "reading"
        self.key = (kind, *((root.commit, root.digest) if root else ("", "")), *schemas)
        self.past = _Past([], [], {})
        self._stored: dict[str, str] = {}
        self._touched: set[str] = set()
        self._has_news = False
        self.settled: dict[str, Slot] | None = None

    def resume(self, repository: Repository) -> tuple[Iterable[Transition], int]:
        """Bring the walk as far as memory reaches; give the transitions that remain, and how many there are."""
        fresh = self._resumed(repository)
        return (repository.transitions(), len(repository.main_line)) if fresh is None else (fresh, len(fresh))

    def _resumed(self, repository: Repository) -> list[Transition] | None:
        past = self._recalled()
        if past is None:
            return None
        line = repository.line_after(past.commits[-1])
        fresh = [] if line is None else list(repository.transitions(line))
        slots = None if line is None or any(map(self._decides, fresh)) else self._slots(past)
        if slots is None:
            return None
        self.past = past
        self._walk.resume(past.commits, {one.commit: one for one in past.decisive}, slots)
        return fresh

    def _recalled(self) -> _Past | None:
        found = self._cache.recall(*self.key) if self._cache else None
        past = (
            _Past(found[0].split(), [retelling.heard_transition(one) for one in found[1]], found[2]) if found else None
        )
        self._stored = dict(past.meshes) if past else {}
        before = self._before
        return before.past if before and before.settled is not None and before.key == self.key else past

    def _slots(self, past: _Past) -> dict[str, Slot] | None:
        if self._before and self._before.past is past:
            return self._before.settled
        cache, found = self._cache, dict[str, Slot]()
        if cache is None:
            return None
        for mesh, commit in past.meshes.items():
            told = cache.recall(*self.key, mesh, commit)
            if told is None:
                return None
            found.update(retelling.heard_shard(told))
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
                self.past.decisive.append(transition._replace(changes=changes))
            self._touched.update(_mesh(change.path) for change in transition.changes if _is_result(change.path))
            self.past.commits.append(transition.commit)
            self._has_news = True
            yield transition

    def keep(self, judgement: Judgement) -> None:
        """Remember the end of the walk, if anything can be published there and anything is new."""
        past, verdicts = self.past, {verdict.path: verdict for verdict in judgement.verdicts}
        if judgement.fatal or not past.commits:
            return
        if self._cache and self._has_news:
            self._write(self._cache, past, verdicts)
        self.settled = self._walk.slots
        for path, slot in self.settled.items():
            if not slot.altered and path in verdicts:
                slot.settled, slot.arrived = verdicts[path], None

    def _write(self, cache: Cache, past: _Past, verdicts: Mapping[str, Verdict]) -> None:
        shards = defaultdict[str, dict[str, Slot]](dict)
        for path, slot in self._walk.slots.items():
            if (mesh := _mesh(path)) in self._touched:
                shards[mesh][path] = slot
        for mesh, shard in shards.items():
            past.meshes[mesh] = past.commits[-1]
            cache.remember(retelling.told_shard(shard, verdicts), *self.key, mesh, past.meshes[mesh])
        for mesh, commit in self._stored.items():
            if past.meshes.get(mesh) != commit:
                cache.forget(*self.key, mesh, commit)
        decisive = [retelling.told_transition(one) for one in past.decisive]
        cache.remember([" ".join(past.commits), decisive, past.meshes], *self.key)


def _is_result(path: str) -> bool:
    return path.startswith(_RESULTS)


def _mesh(path: str) -> str:
    return path.split("/")[1]
