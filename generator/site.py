"""The whole site as a sorted list of files, checked before anybody writes it."""

from __future__ import annotations

import functools
import heapq
import itertools
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple

from generator import (
    assets,
    charts,
    chronicle,
    folding,
    forking,
    links,
    parts,
    rendering,
    sshsig,
    standing,
    tables,
    theme,
    urls,
)
from generator.almanac import Almanac
from generator.findings import Stop
from generator.forking import Count, Tell, silent
from generator.judgements import Entry, Ledger, Output
from generator.links import Link
from generator.originals import Originals
from generator.parts import Part
from generator.recount import Evidence, Recount, Sheet
from generator.rendering import Scene
from generator.standing import Standing
from generator.templating import Compiled
from generator.terms import KeyStatus
from generator.theme import Theme

MANY: Final = 20
"""Results from which on other processes save more than it takes to hear from them."""
_POLITE: Final = 0.001
"""Seconds between two looks whether somebody still waits for a file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How a site is made: pages of the `past` say that they are; `tell` hears how many files there are.

    `standing` is what an earlier build left in the folder of the site, and `places` says which part of it each file
    belonged to, `compiled` has the templates that were used before; all three change nothing but the time.
    """

    past: bool = False
    tell: Tell = silent
    standing: Standing | None = None
    places: Mapping[str, str] = field(default_factory=dict)
    compiled: Compiled = field(default_factory=Compiled)


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Every file of a site: what was `made`, sorted by path, what is `kept` as it stands, and `originals`.

    These are read when they are written. `parts` tell what is made of what, and `places` which part what was made
    belongs to, for the next build.
    """

    made: tuple[Output, ...]
    kept: frozenset[str]
    originals: Originals
    parts: tuple[standing.Part, ...]
    places: Mapping[str, str]

    def __len__(self) -> int:
        """Give the number of files."""
        return len(self.made) + len(self.kept) + len(self.originals.ids)

    def __iter__(self) -> Iterator[Output]:
        """Give every file that is not kept, sorted by path."""
        raw = (Output(path=path, content=content) for path, content in self.originals.contents())
        return heapq.merge(self.made, raw, key=lambda output: output.path)


class _Made(NamedTuple):
    """The files of a part, each figure counted again, the links that lead out of it, and whose ages it tells."""

    outputs: list[Output]
    outward: tuple[Link, ...]
    aged: tuple[str, ...]


class Draft:
    """A site in the making: each part is made when its turn comes, or sooner when somebody asks for a file of it."""

    def __init__(
        self, ledger: Ledger, originals: Originals, as_of: datetime, templates: Path, manner: Manner = Manner()
    ) -> None:
        """Look at what the site will be made of, as `plan` does; nothing is made yet."""
        self._ledger, self._before, self._tell = ledger, manner.standing, manner.tell
        self._originals = originals.only(_counting(ledger))
        self._recount = Recount(_evidence(ledger, self._originals))
        look = theme.read(templates, ledger.programme.site)
        scene = _scene(ledger, as_of, self._originals, look, past=manner.past)
        self._scene = replace(scene, compiled=manner.compiled)
        own = (Part("/assets", lambda: assets.outputs(look)), Part("/signers", lambda: [_allowed_signers(ledger)]))
        self._parts = (*parts.parts(self._scene), *own)
        self._places = manner.places
        self._made: dict[str, list[Output]] = {}
        self._aged: dict[str, tuple[str, ...]] = {}
        self._lock, self._asked = threading.RLock(), list[str]()

    def file(self, path: str) -> bytes | None:
        """Give a file before the whole is finished, to any thread; None where none is known to stand there."""
        if path in self._originals.ids:
            return self._originals.content(path)
        own = [part for part in self._parts if part.name in {self._places.get(path), *path.split("/")}]
        self._asked.append(path)
        try:
            made = (output for part in own for output in list(self._outputs(part)))
            return next((output.content for output in made if output.path == path), None)
        finally:
            self._asked.remove(path)

    def _outputs(self, part: Part) -> Iterator[Output]:
        with self._lock:
            if part.name in self._made:
                yield from self._made[part.name]
                return
            almanac, found = self._scene.almanac, []
            almanac.asked.clear()
            for output in part.make():
                found.append(output)
                yield output
            self._aged[part.name] = tuple(sorted(almanac.asked))
            # Else nobody could ask for it again, and there may be much of it.
            if self._asked or threading.active_count() > 1:
                self._made[part.name] = found

    def _in_turn(self, part: Part, count: Count) -> _Made:
        while self._asked:
            time.sleep(_POLITE)
        outputs = []
        for output in self._outputs(part):
            outputs.append(output)
            count()
        self._recount.verify(outputs)
        return _Made(outputs, links.outward(outputs, self._ledger.programme.base_url), self._aged[part.name])

    def finished(self) -> Site:
        """Make what is not made yet, and check it all; raises `Stop` as `plan` does."""
        digests = [(part, part.made_of() if self._before else "") for part in self._parts]
        kept = [found for _, digest in digests if self._before and (found := self._before.part(digest, self._age))]
        known = {one.made_of for one in kept}
        new = [(part, digest) for part, digest in digests if digest not in known]
        tasks = [partial(self._in_turn, part) for part, _ in new]
        made = forking.shared(tasks, count=_processes(self._ledger), tell=self._tell)
        paths = frozenset(path for part in kept for path in part.files)
        outputs = list(itertools.chain.from_iterable(one.outputs for one in made))
        outputs += _indexes(self._ledger, self._scene, [*paths, *(output.path for output in outputs)])
        outputs.sort(key=lambda output: output.path)
        _unclaimed([*self._originals.ids, *paths, *(output.path for output in outputs)])
        # What stands led to what stands when the last build followed all links, and neither is another now.
        anew = (link for part in kept for link in part.outward if link.path not in paths)
        led = itertools.chain(anew, *(one.outward for one in made))
        self._follow(led, {output.path: output.content for output in outputs}, paths)
        return Site(
            made=tuple(outputs),
            kept=paths,
            originals=self._originals,
            parts=(
                *kept,
                *(self._described(of, one) for (_, of), one in zip(new, made, strict=True) if of),
            ),
            places={
                output.path: part.name for (part, _), some in zip(new, made, strict=True) for output in some.outputs
            },
        )

    def _described(self, digest: str, made: _Made) -> standing.Part:
        return standing.part(digest, made.outputs, made.outward, {path: self._age(path) for path in made.aged})

    def _age(self, path: str) -> str:
        entry = self._entries.get(path)
        return repr(self._scene.almanac.age(entry)) if entry else ""

    @functools.cached_property
    def _entries(self) -> Mapping[str, Entry]:
        return {entry.verdict.path: entry for entry in self._ledger.entries}

    def _follow(self, led: Iterable[Link], made: Mapping[str, bytes], kept: frozenset[str]) -> None:
        def content(path: str) -> bytes:
            if path in made:
                return made[path]
            # Nobody links to the middle of an original.
            return self._before.content(path) if self._before and path in kept else b""

        links.verify(led, made.keys() | kept | self._originals.ids.keys(), content)


def plan(ledger: Ledger, originals: Originals, as_of: datetime, templates: Path, manner: Manner = Manner()) -> Site:
    """Give every file of the site.

    `originals` are the files of the commit below results/, registry/ and schema/; of the
    results only those that count are published. `templates` is the folder of the work tree with the
    programme's own templates, texts and assets; what it lacks is Meshmark's. Raises `Stop` when two outputs
    claim one path, when a figure is another when counted again, when a link of a page leads nowhere, and
    for what is wrong with the theme.
    """
    return Draft(ledger, originals, as_of, templates, manner).finished()


def _indexes(ledger: Ledger, scene: Scene, paths: Sequence[str]) -> tuple[Output, ...]:
    leading_on = {rendering.run_page(entry) for entry in ledger.entries if entry.record.run_id in scene.folded}
    listed = [path for path in paths if path.endswith(".html") and path not in leading_on]
    return tables.sitemap(listed, ledger.programme.base_url), tables.robots(ledger.programme.base_url)


def _unclaimed(paths: Iterable[str]) -> None:
    """Raise `Stop` when two files claim one path, or one the folder of another."""
    for first, second in itertools.pairwise(sorted(paths)):
        if first == second or second.startswith(f"{first}/"):
            raise Stop(f"two files of the site claim the path {second}")


def _counting(ledger: Ledger) -> Callable[[str], bool]:
    results = {entry.verdict.path for entry in ledger.entries}
    return lambda path: not path.startswith(f"{urls.RESULTS}/") or path.removesuffix(".sig") in results


def _processes(ledger: Ledger) -> int | None:
    """Give the number of processes that are worth their start; None for as many as there are processors."""
    return None if len(ledger.entries) >= MANY else 1


def _evidence(ledger: Ledger, originals: Originals) -> Evidence:
    """Give what figures are counted from; raise `Stop` when it is not what is published."""
    ids = originals.ids
    for entry in ledger.entries:
        if ids.get(entry.verdict.path) != entry.verdict.content:
            raise Stop(f"{entry.verdict.path} is not published as it was judged")
    suites = sorted({urls.suite(entry.suite.id, entry.suite.version) for entry in ledger.entries} & ids.keys())
    return Evidence(
        results={entry.verdict.path: _sheet(entry) for entry in ledger.entries},
        suites=dict(originals.contents(suites)),
    )


def _sheet(entry: Entry) -> Sheet:
    suite = entry.suite
    return Sheet(entry.record.given, urls.suite(suite.id, suite.version), suite.digest)


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
