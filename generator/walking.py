"""Walks along the whole main line, with the help of a cache and of other processes where there is one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import closing, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from generator import evidence, sshsig
from generator.documents import MAX_BYTES
from generator.examination import Examined, examine
from generator.foresight import Foresight
from generator.history import WORK_TREE, Repository
from generator.judgements import Checkpoint, Judgement, Step, Verdict
from generator.model import Publisher, Transition
from generator.provenance import Walk

if TYPE_CHECKING:
    from generator.cache import Cache


_AT_ONCE: Final = 500
"""Verdicts whose commits are read at once."""


@contextmanager
def opened(folder: Path | None, walk: Walk) -> Iterator[Cache | None]:
    """Open the cache in a folder for a walk, where one is named."""
    if folder is None:
        yield None
    else:
        from generator.cache import Cache

        with closing(Cache(folder, walk.schemas["Result"], bare=not walk.keep_documents)) as cache:
            yield cache


def take(walk: Walk, transitions: Iterable[Transition], repository: Repository, kept: Cache | None) -> None:
    """Take all transitions; what the bytes say by themselves may come from elsewhere, the judgement never."""
    schema = walk.schemas["Result"]
    with closing(Foresight(repository.small_blobs, schema, walk.trusted)) as foresight:
        foresight.bare = not walk.keep_documents
        walk.known = foresight.known
        if kept:
            foresight.has = kept.has
            walk.known = partial(_remembered, kept, foresight, walk, repository)
        for transition in foresight.ahead(transitions):
            walk.advance(transition)


def _remembered(kept: Cache, foresight: Foresight, walk: Walk, repository: Repository, *pair: str) -> Examined | None:
    path, result, sidecar = pair
    found = kept.known(path, result, sidecar)
    if found is None:
        found = foresight.known(path, result, sidecar) or _examined(walk, repository, path, result, sidecar)
        if found:
            kept.keep(path, result, sidecar, found)
    return found


def _examined(walk: Walk, repository: Repository, path: str, result: str, sidecar: str) -> Examined | None:
    content = repository.small_blobs([result], MAX_BYTES)[0]
    signature = repository.small_blobs([sidecar], sshsig.MAX_BYTES)[0] if sidecar else None
    if content is None or signature is None:
        return None
    return examine(path, content, signature, walk.schemas["Result"], walk.trusted())


def ended(walk: Walk, repository: Repository, published: Checkpoint | None) -> Judgement:
    """End the walk, with what the commits say about their authors shown beside the verdicts (step 9)."""
    judgement = walk.judgement(repository.head, published)
    if judgement.registry is None:
        return judgement
    publishers = {publisher.id: publisher for publisher in judgement.registry.publishers}
    known = walk.order.keys() - {WORK_TREE}
    verdicts = tuple(
        verdict._replace(steps=walk.shared((*verdict.steps, step))) if step else verdict
        for batch in _batches(judgement.verdicts)
        for verdict, step in zip(batch, _evidence(repository, batch, publishers, known), strict=True)
    )
    return replace(judgement, verdicts=verdicts)


def _batches(verdicts: Sequence[Verdict]) -> Iterator[Sequence[Verdict]]:
    return (verdicts[start : start + _AT_ONCE] for start in range(0, len(verdicts), _AT_ONCE))


def _evidence(
    repository: Repository,
    verdicts: Sequence[Verdict],
    publishers: Mapping[str, Publisher],
    known: AbstractSet[str],
) -> Iterator[Step | None]:
    """Give step 9 of each verdict; None where it has one, and where no commit of the main line decided."""
    ids = sorted({verdict.commit for verdict in verdicts if not _has_evidence(verdict)} & known)
    commits = dict(zip(ids, repository.commits(ids), strict=True))
    behind = {commit: evidence.merged(content) for commit, content in commits.items()}
    merged = sorted({name for name in behind.values() if name})
    sides = dict(zip(merged, repository.commits(merged), strict=True))
    for verdict in verdicts:
        commit = None if _has_evidence(verdict) else commits.get(verdict.commit)
        if commit is None:
            yield None
        else:
            yield evidence.step(commit, sides.get(behind[verdict.commit]), publishers.get(verdict.publisher))


def _has_evidence(verdict: Verdict) -> bool:
    return verdict.steps[-1].number == evidence.STEP
