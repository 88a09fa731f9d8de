"""Walks along the whole main line, with the help of a cache and of other processes where there is one."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from generator import sshsig
from generator.documents import MAX_BYTES
from generator.examination import Examined, examine
from generator.foresight import Foresight
from generator.history import Repository
from generator.model import Transition
from generator.provenance import Walk
from generator.schemas import Schema

if TYPE_CHECKING:
    from generator.cache import Cache


def take(walk: Walk, transitions: Iterable[Transition], repository: Repository, cache: Path | None = None) -> None:
    """Take all transitions; what the bytes say by themselves may come from elsewhere, the judgement never."""
    schema = walk.schemas["Result"]
    with ExitStack() as stack:
        kept = stack.enter_context(closing(_opened(cache, schema))) if cache else None
        foresight = stack.enter_context(closing(Foresight(repository.small_blobs, schema, walk.trusted)))

        walk.known = foresight.known
        if kept:
            foresight.has = kept.has
            walk.known = partial(_remembered, kept, foresight, walk, repository)
        for transition in foresight.ahead(transitions):
            walk.advance(transition)


def _opened(folder: Path, schema: Schema) -> Cache:
    from generator.cache import Cache

    return Cache(folder, schema)


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
