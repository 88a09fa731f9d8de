"""The reading half as one story: transitions, documents, verdicts, records, rules."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from generator import formats, history, provenance, rules, settings, urls
from generator.arrival import Contents
from generator.findings import Finding, Stop, ordered
from generator.history import Repository, WorkTree
from generator.judgements import Entry, Ledger
from generator.model import Blob, Transition
from generator.provenance import Judgement

Watch = Callable[[Iterable[Transition], int], Iterable[Transition]]
"""Passes transitions through and may show how many of how many are done."""

_SCOPE: Final = (urls.PROGRAMME, urls.REGISTRY_FOLDER, urls.RESULTS, urls.SCHEMAS)
_NO_LIMIT: Final = 1 << 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """The provenance of a whole repository at one commit."""

    head: str
    committed_at: datetime
    judgement: Judgement


def unwatched(transitions: Iterable[Transition], _count: int) -> Iterable[Transition]:
    """Pass transitions through and show nothing."""
    return transitions


def audit(root: Path, revision: str = "HEAD", watch: Watch = unwatched) -> Audit:
    """Judge every result on the main line; raises `Stop` when the repository cannot be judged."""
    with closing(Repository(root, revision)) as repository:
        files = _files(repository.tree(), repository.content)
        transitions = watch(repository.transitions(), len(repository.main_line))
        walk = provenance.judge(transitions, repository.content, settings.schemas(files))
        return Audit(head=repository.head, committed_at=repository.committed_at, judgement=walk.judgement())


def read(root: Path, revision: str = "HEAD", watch: Watch = unwatched) -> Ledger:
    """Read everything from one commit; raises `Stop` when it cannot be believed as a whole."""
    with closing(Repository(root, revision)) as repository:
        transitions = watch(repository.transitions(), len(repository.main_line))
        return _conclude(repository, repository.tree(), repository.content, transitions)


def check(root: Path, paths: Sequence[str] = (), watch: Watch = unwatched) -> tuple[Finding, ...]:
    """Judge files of the work tree as if they arrived next on top of HEAD; no path means all.

    `paths` are relative to `root` and name files or folders; a result brings its signature along.
    Raises `Stop` for a path that is nowhere, and for what concerns the repository as a whole.
    """
    chosen = [path.removesuffix(".sig") for path in paths] or list(_SCOPE)
    with closing(Repository(root)) as repository:
        work = WorkTree(root, len(repository.head))
        after = work.tree([*chosen, *map(urls.sidecar, chosen)])
        before = repository.tree()
        touched = {path: blob for path, blob in before.items() if _is_chosen(path, chosen)}
        for path in chosen if paths else ():
            if not any(_is_chosen(name, [path]) for name in (*touched, *after)):
                raise Stop(f"{path}: neither the work tree nor HEAD has it")
        arrival = Transition(
            commit="the work tree",
            committed_at=repository.committed_at,
            changes=history.difference(touched, after),
        )
        ledger = _conclude(
            repository,
            {path: blob for path, blob in before.items() if path not in touched} | after,
            work.over(repository.content),
            itertools.chain(watch(repository.transitions(), len(repository.main_line)), (arrival,)),
        )
        return tuple(finding for finding in ledger.findings if _is_chosen(finding.path, chosen))


def files(root: Path, revision: str, folders: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    """Give (path, bytes) of the regular files at or below `folders` in a commit, sorted by path."""
    with closing(Repository(root, revision)) as repository:
        for path, blob in sorted(repository.tree().items()):
            if _is_chosen(path, folders) and blob.mode.startswith("100"):
                content = repository.content(blob.id, _NO_LIMIT)
                if isinstance(content, bytes):
                    yield path, content


def _conclude(
    repository: Repository, tree: Mapping[str, Blob], contents: Contents, transitions: Iterable[Transition]
) -> Ledger:
    at_head = _files(tree, contents)
    schemas = settings.schemas(at_head)
    programme = settings.programme(at_head, schemas)
    judgement = provenance.judge(transitions, contents, schemas).judgement()
    entries = _entries(judgement)
    scene = rules.Scene(entries=entries, programme=programme, current_suites=judgement.current_suites)
    return Ledger(
        head=repository.head,
        committed_at=repository.committed_at,
        programme=programme,
        registry=judgement.registry,
        entries=entries,
        verdicts=judgement.verdicts,
        suites=judgement.suites,
        findings=ordered((*judgement.findings, *rules.apply(scene))),
    )


def _entries(judgement: Judgement) -> tuple[Entry, ...]:
    suites = {suite.digest: suite for suite in judgement.suites}
    return tuple(
        Entry(record=record, suite=suites[record.suite_digest], verdict=verdict)
        for verdict in judgement.verdicts
        if verdict.state.counts and verdict.document
        for record in formats.FORMATS["meshmark"](verdict.document)
    )


def _files(tree: Mapping[str, Blob], contents: Contents) -> Callable[[str], bytes | None]:
    def content(path: str) -> bytes | None:
        blob = tree.get(path)
        found = contents(blob.id, _NO_LIMIT) if blob and blob.mode.startswith("100") else None
        return found if isinstance(found, bytes) else None

    return content


def _is_chosen(path: str, chosen: Sequence[str]) -> bool:
    return any(path in {name, urls.sidecar(name)} or path.startswith(f"{name}/") for name in chosen)
