"""The answer to a pull request: a change judged as one transition on top of its base."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from generator import conformance, disclosure, entries, ledger, provenance, settings, urls
from generator.documents import MAX_BYTES
from generator.findings import Finding, ordered
from generator.history import Repository
from generator.judgements import Assessment, Judgement
from generator.model import Change, Transition
from generator.schemas import Schema

_RESULTS: Final = f"{urls.RESULTS}/"


@dataclass(frozen=True, slots=True, kw_only=True)
class RowChange:
    """One row of the matrix before and after the change; None where there was no result."""

    before: Assessment | None
    after: Assessment


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """All that is to be said about a change; `fatal` when it must not be merged by any rule."""

    findings: tuple[Finding, ...]
    fatal: bool
    paths: tuple[str, ...]
    rows: tuple[RowChange, ...]


def review(root: Path, base: str, *, with_rows: bool = False) -> Review:
    """Judge what HEAD changed since it left `base`, under the registry of `base`.

    Only files that the change touches are looked at, and the results that could collide with them;
    with rows also the other results of the same meshes. Raises `Stop` when a commit is missing.
    """
    with closing(Repository(root)) as head:
        before = head.at(base)
        changes = head.since_fork(before.head)
        schemas = settings.schemas(ledger.files_of(before.tree(urls.SCHEMAS), before.content))
        walk = provenance.Walk(contents=head.content, schemas=schemas)
        for transition in before.transitions(wanted=_wanted(changes, with_rows=with_rows)):
            walk.advance(transition)
        old = walk.judgement(before.head)
        walk.advance(Transition(commit=head.head, committed_at=head.committed_at, changes=changes))
        new = walk.judgement(head.head)
        paths = tuple(sorted(change.path for change in changes))
        touched = {path.removesuffix(".sig") for path in paths}
        found = [
            *(finding for finding in new.findings if finding.path.removesuffix(".sig") in touched),
            *ledger.unread((v for v in new.verdicts if v.path in touched), head.content, schemas["Result"]),
            *new.fatal,
            *_programme(head, changes, schemas["Programme"]),
            *_disclosed(head, before, changes, new),
        ]
        return Review(
            findings=ordered(found),
            fatal=bool(new.fatal),
            paths=paths,
            rows=tuple(_rows(old, new)) if with_rows else (),
        )


def _wanted(changes: Sequence[Change], *, with_rows: bool) -> Callable[[str], bool]:
    """Say of the paths of past transitions which can matter to the change.

    Those are the registry, the suites, the touched results, those of the same run id, which is in the
    file's name, and, for rows, those of the same mesh.
    """
    touched = {change.path.removesuffix(".sig") for change in changes}
    runs = {path.rsplit("/", 1)[-1] for path in touched}
    meshes = {path.split("/")[1] for path in touched if path.count("/") >= 2 and with_rows}

    def wanted(path: str) -> bool:
        slot = path.removesuffix(".sig")
        if not path.startswith(_RESULTS) or slot in touched or slot.rsplit("/", 1)[-1] in runs:
            return True
        return bool(meshes) and slot.split("/")[1] in meshes

    return wanted


def _programme(head: Repository, changes: Iterable[Change], schema: Schema) -> tuple[Finding, ...]:
    for change in changes:
        if change.path == urls.PROGRAMME and change.blob:
            content = head.content(change.blob.id, MAX_BYTES)
            if isinstance(content, bytes):
                return settings.document(urls.PROGRAMME, content, schema).findings
    return ()


def _disclosed(
    head: Repository, base: Repository, changes: Iterable[Change], judgement: Judgement
) -> Iterator[Finding]:
    """Find secrets in the change as a whole, in each commit that leads there, and in their messages.

    What one commit adds and the next one takes away is merged with both.
    """
    yield from ledger.disclosed(changes, head.content, judgement.verdicts)
    known = {change.blob.id for change in changes if change.blob}
    standing = functools.cache(lambda: {blob.id for blob in base.tree().values()})
    for commit in head.commits_since(base.head):
        brought = (change for change in head.changes_of(commit) if change.blob and change.blob.id not in known)
        passing = [change for change in brought if change.blob and change.blob.id not in standing()]
        known |= {change.blob.id for change in passing if change.blob}
        yield from ledger.disclosed(passing, head.content, (), commit)
        message = head.commits([commit])[0].partition(b"\n\n")[2]
        yield from disclosure.message_findings(commit, message.decode("utf-8", "replace"))


def _rows(old: Judgement, new: Judgement) -> Iterator[RowChange]:
    before = conformance.newest(entries.entries_of(old))
    for key, entry in conformance.newest(entries.entries_of(new)).items():
        past = before.get(key)
        if past is None or past.verdict.path != entry.verdict.path:
            yield RowChange(before=conformance.assess(past) if past else None, after=conformance.assess(entry))
