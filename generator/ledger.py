"""The reading half as one story: transitions, documents, verdicts, records, rules."""

from __future__ import annotations

import difflib
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from generator import disclosure, documents, formats, history, rules, settings, urls, walking
from generator.documents import MAX_BYTES
from generator.entries import Assessor
from generator.examination import Contents
from generator.findings import Finding, Stop, ordered
from generator.history import Repository, WorkTree
from generator.judgements import (
    Alteration,
    Assessment,
    Audit,
    Checkpoint,
    Judgement,
    Ledger,
    Step,
    TrustRoot,
    Verdict,
)
from generator.model import Blob, Change, Programme, Transition
from generator.provenance import Walk
from generator.recollection import Recollection
from generator.schemas import Schema
from generator.terms import State

Watch = Callable[[Iterable[Transition], int], Iterable[Transition]]
"""Passes transitions through and may show how many of how many are done."""

_SCOPE: Final = (urls.PROGRAMME, urls.REGISTRY_FOLDER, urls.RESULTS, urls.SCHEMAS)
_NO_LIMIT: Final = 1 << 40
_UNREAD: Final = frozenset({State.UNSIGNED, State.INVALID_SIGNATURE, State.UNAUTHORISED})
_MAX_LINES: Final = 300
"""Lines of an altered file that are compared: the audit log shows what happened, not a whole file."""
_MAX_WIDTH: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What the caller brings along: the trust root, the last published checkpoint, and a cache.

    `cache` is a folder for what bytes say by themselves; it changes nothing but the time.
    """

    trust_root: TrustRoot | None = None
    published: Checkpoint | None = None
    cache: Path | None = None


def unwatched(transitions: Iterable[Transition], _count: int) -> Iterable[Transition]:
    """Pass transitions through and show nothing."""
    return transitions


def audit(root: Path, revision: str = "HEAD", expected: Expected = Expected(), watch: Watch = unwatched) -> Audit:
    """Judge every result on the main line; `judgement.fatal` says what is wrong with all of it.

    Raises `Stop` when the repository cannot be read as a whole.
    """
    with closing(Repository(root, revision)) as repository:
        schemas = settings.schemas(files_of(repository.tree(urls.SCHEMAS), repository.content))
        walk = Walk(contents=repository.content, schemas=schemas, trust_root=expected.trust_root, keep_documents=False)
        judgement, _ = _walked(repository, walk, expected, watch)
        return _audit(repository, walk, judgement, expected)


def _walked(
    repository: Repository, walk: Walk, expected: Expected, watch: Watch, before: Recollection | None = None
) -> tuple[Judgement, Recollection]:
    """Walk along the main line, from where the cache or this process knows that an earlier walk stood."""
    with walking.opened(expected.cache, walk) as cache:
        memory = Recollection(cache, walk, before)
        transitions = memory.noted(watch(*memory.resume(repository)))
        walking.take(walk, transitions, repository, cache)
        judgement = walking.ended(walk, repository, expected.published)
        memory.keep(judgement)
    return judgement, memory


def _audit(repository: Repository, walk: Walk, judgement: Judgement, expected: Expected) -> Audit:
    return Audit(
        head=repository.head,
        committed_at=repository.committed_at,
        judgement=judgement,
        steps=_steps(judgement, expected, len(walk.order.keys() - {history.WORK_TREE})),
    )


def _steps(judgement: Judgement, expected: Expected, commits: int) -> tuple[Step, ...]:
    """Tell the steps of DESIGN section 3 that concern the repository and not one result."""
    genesis, checkpoint = judgement.genesis, judgement.checkpoint
    rules_broken = {finding.rule for finding in judgement.fatal}
    root = f"{genesis.commit}:{genesis.digest}" if genesis else "none"
    pinned = "pinned by the caller" if judgement.pinned else "not pinned: the first registry on the main line"
    version = f"version {judgement.registry.version} in force" if judgement.registry else "none in force"
    extends = f"extends {expected.published.head}" if expected.published else "no published checkpoint was given"
    rows = (
        ("1", "complete history", True, "not shallow, not partial, nothing replaced or grafted"),
        ("2", "main line and trust root", "unverifiable" not in rules_broken, f"{root} ({pinned})"),
        ("3", "transitions", True, f"{commits} {'commit' if commits == 1 else 'commits'} on the first-parent line"),
        ("5", "registry", "registry-invalid" not in rules_broken, version),
        (
            "10",
            "checkpoint",
            "history-rewritten" not in rules_broken,
            f"{checkpoint.count} {'result' if checkpoint.count == 1 else 'results'}, {checkpoint.root}; {extends}",
        ),
    )
    return tuple(Step(number=n, title=title, passed=passed, detail=detail) for n, title, passed, detail in rows)


class Reader:
    """Reads one repository, again and again if need be: it goes on from where it stood the last time."""

    def __init__(self, root: Path, expected: Expected = Expected()) -> None:
        self._root = root
        self._expected = expected
        self._memory: Recollection | None = None
        self._assessor = Assessor()

    def read(self, revision: str = "HEAD", watch: Watch = unwatched) -> Ledger:
        """Read everything from one commit; raises `Stop` when it cannot be believed as a whole."""
        # A walk that stops half way has spoilt what it went on from.
        before, self._memory = self._memory, None
        with closing(Repository(self._root, revision)) as repository:
            files = files_of(repository.tree(urls.SCHEMAS, urls.PROGRAMME), repository.content)
            schemas = settings.schemas(files)
            walk = _walk(repository.content, schemas, self._expected, keep_documents=False)
            programme = settings.programme(files, schemas)
            judgement, self._memory = _walked(repository, walk, self._expected, watch, before)
            audit = _audit(repository, walk, judgement, self._expected)
            return _concluded(audit, walk, programme, self._assessor)


def read(root: Path, revision: str = "HEAD", expected: Expected = Expected(), watch: Watch = unwatched) -> Ledger:
    """Read everything from one commit; raises `Stop` when it cannot be believed as a whole."""
    return Reader(root, expected).read(revision, watch)


def check(
    root: Path,
    paths: Sequence[str] = (),
    revision: str = "HEAD",
    watch: Watch = unwatched,
    cache: Path | None = None,
) -> tuple[Finding, ...]:
    """Judge files of the work tree as if they arrived next on top of `revision`; no path means all.

    `paths` are relative to `root` and name files or folders; a result brings its signature along.
    Raises `Stop` for a path that is nowhere, and for what concerns the repository as a whole.
    """
    chosen = [path.removesuffix(".sig") for path in paths] or list(_SCOPE)
    with closing(Repository(root, revision)) as repository:
        work = WorkTree(root, len(repository.head))
        after = work.tree([*chosen, *map(urls.sidecar, chosen)])
        before = repository.tree()
        touched = {path: blob for path, blob in before.items() if _is_chosen(path, chosen)}
        for path in chosen if paths else ():
            if not any(_is_chosen(name, [path]) for name in (*touched, *after)):
                raise Stop(f"{path}: neither the work tree nor {revision} has it")
        arrival = Transition(
            commit=history.WORK_TREE,
            committed_at=repository.committed_at,
            changes=history.difference(touched, after),
        )
        contents = work.over(repository.content)
        tree = {path: blob for path, blob in before.items() if path not in touched} | after
        transitions = itertools.chain(watch(repository.transitions(), len(repository.main_line)), (arrival,))
        files, expected = files_of(tree, contents), Expected(cache=cache)
        schemas = settings.schemas(files)
        # Whoever works on a file wants to know the line; a whole site would need them all at once.
        walk = _walk(contents, schemas, expected, keep_documents=True)
        programme = settings.programme(files, schemas)
        with walking.opened(cache, walk) as kept:
            walking.take(walk, transitions, repository, kept)
        judgement = walking.ended(walk, repository, expected.published)
        ledger = _concluded(_audit(repository, walk, judgement, expected), walk, programme, Assessor())
        found = (
            *ledger.findings,
            *unread(ledger.verdicts, contents, schemas["Result"]),
            *disclosed(history.difference({}, after), contents, ledger.verdicts),
        )
        return ordered(finding for finding in found if _is_chosen(finding.path, chosen))


def unread(verdicts: Iterable[Verdict], contents: Contents, schema: Schema) -> Iterator[Finding]:
    """Give what else is wrong with results that were refused before they were read.

    A courtesy to whoever is still working on them: provenance reads nothing that nobody signed.
    """
    for verdict in verdicts:
        if verdict.state in _UNREAD and verdict.content and verdict.document is None:
            content = contents(verdict.content, MAX_BYTES)
            if isinstance(content, bytes):
                yield from settings.document(verdict.path, content, schema).findings


def disclosed(
    changes: Iterable[Change], contents: Contents, verdicts: Iterable[Verdict], commit: str = ""
) -> Iterator[Finding]:
    """Give what stands in files below results/ and never belongs in public, signed or not.

    A result that the maintainers withdrew is known to be out already, and is passed over.
    """
    judged = {verdict.content: verdict for verdict in verdicts if verdict.content}
    for change in changes:
        if not change.blob or not change.path.startswith(f"{urls.RESULTS}/") or change.path.endswith(".sig"):
            continue
        verdict = judged.get(change.blob.id)
        content = contents(change.blob.id, MAX_BYTES)
        if isinstance(content, bytes) and (verdict is None or verdict.state is not State.WITHDRAWN):
            document = verdict.document if verdict else None
            document = document or documents.read(change.path, content).document
            yield from disclosure.findings(change.path, content, document, commit)


def _walk(contents: Contents, schemas: settings.Schemas, expected: Expected, *, keep_documents: bool) -> Walk:
    return Walk(
        contents=contents,
        schemas=schemas,
        trust_root=expected.trust_root,
        keep_documents=keep_documents,
        records=formats.FORMATS["meshmark"],
    )


def _concluded(audit: Audit, walk: Walk, programme: Programme, assessor: Assessor) -> Ledger:
    judgement = audit.judgement
    if judgement.fatal or judgement.registry is None:
        reasons = "; ".join(finding.message for finding in judgement.fatal)
        raise Stop(f"nothing can be published: {reasons}", judgement.fatal)
    assessments = assessor.assess(judgement)
    entries = tuple(one.entry for one in assessments)
    scene = rules.Scene(entries=entries, programme=programme, current_suites=judgement.current_suites)
    return Ledger(
        audit=audit,
        programme=programme,
        registry=judgement.registry,
        entries=entries,
        assessments=assessments,
        alterations=tuple(_compared(alteration, walk.contents) for alteration in judgement.alterations),
        findings=ordered((*judgement.findings, *rules.apply(scene), *_contradictions(assessments))),
    )


def _contradictions(assessments: Iterable[Assessment]) -> Iterator[Finding]:
    for run in assessments:
        for cell in run.whole.assertions:
            for finding in cell.contradictions:
                yield replace(finding, path=run.entry.verdict.path)


def _compared(alteration: Alteration, contents: Contents) -> Alteration:
    before, after = (_lines(blob_id, contents) for blob_id in (alteration.before, alteration.after))
    difference = tuple(difflib.unified_diff(before, after, "before", "after", lineterm="", n=1))
    return replace(alteration, difference=difference[:_MAX_LINES])


def _lines(blob_id: str, contents: Contents) -> list[str]:
    content = contents(blob_id, MAX_BYTES) if blob_id else b""
    if isinstance(content, int):
        return [f"({content} bytes)"]
    return [line[:_MAX_WIDTH] for line in content.decode("utf-8", "replace").split("\n")[:_MAX_LINES]]


def files_of(tree: Mapping[str, Blob], contents: Contents) -> Callable[[str], bytes | None]:
    """Give a reader of the regular files of a tree by path; None where there is none."""

    def content(path: str) -> bytes | None:
        blob = tree.get(path)
        found = contents(blob.id, _NO_LIMIT) if blob and blob.mode.startswith("100") else None
        return found if isinstance(found, bytes) else None

    return content


def _is_chosen(path: str, chosen: Sequence[str]) -> bool:
    return any(path in {name, urls.sidecar(name)} or path.startswith(f"{name}/") for name in chosen)
