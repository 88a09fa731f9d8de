"""The whole site as a sorted list of files, checked before anybody writes it."""

from __future__ import annotations

import heapq
import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Final

from generator import (
    charts,
    chronicle,
    folding,
    forking,
    links,
    parts,
    recount,
    rendering,
    sshsig,
    tables,
    theme,
    urls,
)
from generator.almanac import Almanac
from generator.findings import Stop
from generator.forking import Tell, silent
from generator.judgements import Ledger, Output
from generator.originals import Originals
from generator.recount import Evidence
from generator.rendering import Scene
from generator.shelf import Kept, Shelf
from generator.terms import KeyStatus
from generator.theme import Theme

_BLANKS: Final = re.compile(
    rb"(\"[^\"\n]*\"|'[^'\n]*')|/\*.*?\*/\s*|\s*([{};,>])\s*(?:/\*.*?\*/\s*)*|(?<=:)[ ]+", re.DOTALL
)
"""In a style sheet: strings, which stay as they are, and what can go around them."""

MANY: Final = 150
"""Results from which on other processes save more than it takes to hear from them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How a site is made: pages of the `past` say that they are; `tell` hears how many files there are.

    `cache` is a folder for finished parts; it changes nothing but the time.
    """

    past: bool = False
    tell: Tell = silent
    cache: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Every file of a site: what was `made`, sorted by path, and `originals`, read when they are written."""

    made: tuple[Output, ...]
    originals: Originals

    def __len__(self) -> int:
        """Give the number of files."""
        return len(self.made) + len(self.originals.ids)

    def __iter__(self) -> Iterator[Output]:
        """Give every file, sorted by path."""
        raw = (Output(path=path, content=content) for path, content in self.originals.contents())
        return heapq.merge(self.made, raw, key=lambda output: output.path)


def plan(ledger: Ledger, originals: Originals, as_of: datetime, templates: Path, manner: Manner = Manner()) -> Site:
    """Give every file of the site.

    `originals` are the files of the commit below results/, registry/ and schema/; of the
    results only those that count are published. `templates` is the folder of the work tree with the
    programme's own templates, texts and assets; what it lacks is Meshmark's. Raises `Stop` when two outputs
    claim one path, when a figure is another when counted again, when a link of a page leads nowhere, and
    for what is wrong with the theme.
    """
    raw = originals.only(_counting(ledger))
    evidence = _evidence(ledger, raw)
    look = theme.read(templates, ledger.programme.site)
    scene = _scene(ledger, as_of, raw, look, past=manner.past)
    shelf = Shelf(manner.cache) if manner.cache else None
    count = None if len(ledger.entries) >= MANY else 1
    every = parts.parts(scene, kept=shelf is not None)
    kept = {part.made_of: found for part in every if shelf and (found := shelf.taken(part.made_of))}
    new = [part for part in every if part.made_of not in kept]
    made = forking.shared([part.make for part in new], count=count, tell=manner.tell)
    outputs = [*_assets(look), _allowed_signers(ledger), *itertools.chain(*made)]
    outputs += itertools.chain(*(one.outputs for one in kept.values()))
    leading_on = {rendering.run_page(entry) for entry in ledger.entries if entry.record.run_id in scene.folded}
    listed = [one.path for one in outputs if one.path.endswith(".html") and one.path not in leading_on]
    outputs += (tables.sitemap(listed, ledger.programme.base_url), tables.robots(ledger.programme.base_url))
    outputs.sort(key=lambda output: output.path)
    for first, second in itertools.pairwise(sorted((*raw.ids, *(output.path for output in outputs)))):
        if first == second or second.startswith(f"{first}/"):
            raise Stop(f"two files of the site claim the path {second}")
    _check(outputs, scene, evidence, tuple(kept.values()), count)
    if shelf:
        for part, files in zip(new, made, strict=True):
            if part.made_of:
                shelf.put(part.made_of, files, links.outward(files, ledger.programme.base_url))
        shelf.close()
    return Site(made=tuple(outputs), originals=raw)


def _counting(ledger: Ledger) -> Callable[[str], bool]:
    results = {entry.verdict.path for entry in ledger.entries}
    return lambda path: not path.startswith(f"{urls.RESULTS}/") or path.removesuffix(".sig") in results


def _check(
    outputs: Sequence[Output], scene: Scene, evidence: Evidence, kept: Sequence[Kept], count: int | None
) -> None:
    """Count every figure again and follow every link; of parts that were checked before, what leads out of them."""
    base_url, published = scene.ledger.programme.base_url, scene.originals.ids.keys()
    before = frozenset(output.path for part in kept for output in part.outputs)
    outward = {(part.outputs[0].path, *target) for part in kept for target in part.outward}
    checks = (
        partial(recount.verify, outputs, evidence, before),
        partial(links.verify, outputs, base_url, published, before, sorted(outward)),
    )
    forking.shared([partial(_checked, check) for check in checks], count=count)


def _evidence(ledger: Ledger, originals: Originals) -> Evidence:
    """Give what figures are counted from; raise `Stop` when it is not what is published."""
    ids = originals.ids
    for entry in ledger.entries:
        if ids.get(entry.verdict.path) != entry.verdict.content:
            raise Stop(f"{entry.verdict.path} is not published as it was judged")
    suites = sorted({urls.suite(entry.suite.id, entry.suite.version) for entry in ledger.entries} & ids.keys())
    return Evidence(
        results={entry.verdict.path: entry.record.given for entry in ledger.entries},
        suites=dict(originals.contents(suites)),
    )


def _checked(check: Callable[[], int]) -> tuple[Output, ...]:
    check()
    return ()


def _scene(ledger: Ledger, as_of: datetime, originals: Originals, look: Theme, *, past: bool) -> Scene:
    titles = {mesh.id: mesh.title for mesh in ledger.programme.meshes}
    lines = chronicle.lines(ledger.assessments)
    folded = folding.folded(ledger.entries, ledger.programme.site.fold_above)
    told = folding.told(lines, folded)
    drawn = (
        chart
        for line, part in zip(lines, told, strict=True)
        for chart in charts.all_of(line, titles.get(line.mesh, line.mesh), part)
    )
    return Scene(
        ledger=ledger,
        lines=lines,
        told=told,
        folded=folded,
        log=chronicle.log(lines),
        charts=tuple(drawn),
        almanac=Almanac.of(ledger, as_of),
        originals=originals,
        past=past,
        theme=look,
    )


def _assets(look: Theme) -> Iterable[Output]:
    for path, content in look.assets():
        if path == urls.STYLE:
            yield Output(path=path, content=_slim(content))
        elif path in {urls.SCRIPT, urls.COMPARING}:
            # Every page loads one script: those that do more than remember colours load both as one.
            yield Output(path=path, content=_script(look, urls.COLOURS) + _script(look, path))
        elif path == urls.COLOURS:
            yield Output(path=path, content=_script(look, path))
        else:
            yield Output(path=path, content=content)


def _script(look: Theme, path: str) -> bytes:
    """Give a script; of ours without the lines that are comments, and without indents, which no text spans."""
    content = look.content(path)
    if path in look.own and look.own[path] != look.defaults.get(path):
        return content
    lines = (line.strip() for line in content.splitlines())
    return b"".join(line + b"\n" for line in lines if line and not line.startswith((b"//", b"/*")))


def _slim(css: bytes) -> bytes:
    """Leave out comments and blanks that say nothing: every page is weighed with its style sheet."""
    return _BLANKS.sub(lambda found: found[1] or found[2] or b"", css.strip()) + b"\n"


def _allowed_signers(ledger: Ledger) -> Output:
    """List keys for ssh-keygen, each with its exact principal and namespace.

    These are the keys that may publish or once did, and those behind every result that counts: such
    a key may have left the registry since, or be compromised after its last good commit.
    """
    keys = {(entry.verdict.publisher, entry.verdict.public) for entry in ledger.entries}
    keys |= {
        (publisher.id, key.public)
        for publisher in ledger.registry.publishers
        for key in publisher.keys
        if key.status is not KeyStatus.COMPROMISED
    }
    lines = (
        f'{name} namespaces="{sshsig.RESULT_NAMESPACE}" {sshsig.key_line(public)}\n' for name, public in sorted(keys)
    )
    return Output(path=urls.ALLOWED_SIGNERS, content="".join(lines).encode())
