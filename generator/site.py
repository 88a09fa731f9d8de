"""The whole site as a sorted list of files, and the one place that writes it."""

from __future__ import annotations

import contextlib
import itertools
import os
import re
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Final

from generator import (
    api,
    api_v1,
    api_versions,
    badges,
    charts,
    chronicle,
    conformance,
    data_pages,
    feeds,
    figures,
    folding,
    forking,
    history_pages,
    links,
    pages,
    programme_pages,
    recount,
    rendering,
    sshsig,
    tables,
    text_pages,
    theme,
    urls,
    version_pages,
)
from generator.almanac import Almanac
from generator.api_nouns import View
from generator.findings import Stop
from generator.forking import Task, Tell, silent
from generator.judgements import Ledger, Output
from generator.rendering import Scene
from generator.terms import KeyStatus
from generator.theme import Theme

_BLANKS: Final = re.compile(
    rb"(\"[^\"\n]*\"|'[^'\n]*')|/\*.*?\*/\s*|\s*([{};,>])\s*(?:/\*.*?\*/\s*)*|(?<=:)[ ]+", re.DOTALL
)
"""In a style sheet: strings, which stay as they are, and what can go around them."""

MANY: Final = 150
"""Results from which on other processes save more than it takes to hear from them."""

MARKER: Final = ".meshmark"
"""A file in every folder that `write` made: only such a folder, or an empty one, is replaced."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How a site is made: pages of the `past` say that they are; `tell` hears how many files there are so far."""

    past: bool = False
    tell: Tell = silent


def plan(
    ledger: Ledger, files: Iterable[tuple[str, bytes]], as_of: datetime, templates: Path, manner: Manner = Manner()
) -> tuple[Output, ...]:
    """Give every file of the site, sorted by path.

    `files` are the regular files of the commit below results/, registry/ and schema/; of the
    results only those that count are published. `templates` is the folder of the work tree with the
    programme's own templates, texts and assets; what it lacks is Meshmark's. Raises `Stop` when two outputs
    claim one path, when a figure is another when counted again, when a link of a page leads nowhere, and
    for what is wrong with the theme.
    """
    raw = tuple(_raw(ledger, files))
    look = theme.read(templates, ledger.programme.site)
    scene = _scene(ledger, as_of, frozenset(output.path for output in raw), look, past=manner.past)
    count = None if len(ledger.entries) >= MANY else 1
    tasks = (lambda: _assets(look), *_tasks(scene, {one.path: one.content for one in raw}))
    made = forking.shared(tasks, count=count, tell=manner.tell)
    outputs = [*raw, _allowed_signers(ledger), *made]
    leading_on = {rendering.run_page(entry) for entry in ledger.entries if entry.record.run_id in scene.folded}
    found = [one.path for one in outputs if one.path.endswith(".html") and one.path not in leading_on]
    outputs += (tables.sitemap(found, ledger.programme.base_url), tables.robots(ledger.programme.base_url))
    outputs.sort(key=lambda output: output.path)
    for first, second in itertools.pairwise(outputs):
        if first.path == second.path or second.path.startswith(f"{first.path}/"):
            raise Stop(f"two files of the site claim the path {second.path}")
    checks = (lambda: recount.verify(outputs), lambda: links.verify(outputs, ledger.programme.base_url))
    for _ in forking.shared([partial(_checked, check) for check in checks], count=count):
        pass
    return tuple(outputs)


def _checked(check: Callable[[], int]) -> tuple[Output, ...]:
    check()
    return ()


def _scene(ledger: Ledger, as_of: datetime, published: frozenset[str], look: Theme, *, past: bool) -> Scene:
    assessments = tuple(conformance.assess(entry) for entry in ledger.entries)
    titles = {mesh.id: mesh.title for mesh in ledger.programme.meshes}
    lines = chronicle.lines(assessments)
    folded = folding.folded(lines, ledger.programme.site.fold_above)
    told = folding.told(lines, folded)
    drawn = (
        chart
        for line, part in zip(lines, told, strict=True)
        for chart in charts.all_of(line, titles.get(line.mesh, line.mesh), part)
    )
    return Scene(
        ledger=ledger,
        assessments=assessments,
        lines=lines,
        told=told,
        folded=folded,
        log=chronicle.log(lines),
        charts=tuple(drawn),
        almanac=Almanac.of(ledger, as_of),
        published=published,
        past=past,
        theme=look,
    )


def _tasks(scene: Scene, raw: Mapping[str, bytes]) -> tuple[Task, ...]:
    """Give what makes the files of the site, in parts that know nothing of each other; the longest come first."""
    ledger, lines, told = scene.ledger, scene.lines, scene.told
    titles = {mesh.id: mesh.title for mesh in ledger.programme.meshes}
    view = View(ledger=ledger, lines=lines, told=told, folded=scene.folded, log=scene.log, almanac=scene.almanac)
    return (
        lambda: history_pages.render(scene),
        lambda: pages.render(scene),
        lambda: version_pages.render(scene),
        lambda: api_v1.outputs(view),
        lambda: api_versions.outputs(view),
        lambda: tables.outputs(ledger, told, titles, scene.almanac.freshness),
        lambda: feeds.outputs(ledger, lines, scene.log, titles, scene.place),
        lambda: api.outputs(ledger, scene.folded),
        lambda: figures.outputs(scene.charts),
        lambda: programme_pages.render(scene),
        lambda: text_pages.render(scene),
        lambda: data_pages.render(scene),
        lambda: badges.outputs(told, titles, scene.almanac.freshness),
        lambda: api_v1.latest(told, raw),
    )


def _raw(ledger: Ledger, files: Iterable[tuple[str, bytes]]) -> Iterable[Output]:
    results = {entry.verdict.path for entry in ledger.entries}
    for path, content in files:
        if not path.startswith(f"{urls.RESULTS}/") or path.removesuffix(".sig") in results:
            yield Output(path=path, content=content)


def _assets(look: Theme) -> Iterable[Output]:
    for path, content in look.assets():
        if path == urls.STYLE:
            yield Output(path=path, content=_slim(content))
        elif path == urls.SCRIPT:
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


def write(outputs: Iterable[Output], out: Path, tell: Tell = silent) -> None:
    """Put the site together beside `out`, then swap it in; until then the old site stays as it is.

    A file of the old site that keeps its bytes is taken over as it lies there, by a second link to it.
    Raises `Stop` when `out` is neither empty nor a site that Meshmark wrote.
    """
    out = out.resolve()
    if out.exists() and not (out.is_dir() and ((out / MARKER).is_file() or not any(out.iterdir()))):
        raise Stop(f"{out} is not a site that meshmark wrote: empty it, or choose another --out")
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{out.name}-", dir=out.parent) as scratch:
        fresh, old = Path(scratch) / "fresh", Path(scratch) / "old"
        fresh.mkdir()
        (fresh / MARKER).write_bytes(b"This folder is replaced by `meshmark build`.\n")
        made = set[str]()
        for done, output in enumerate(outputs, 1):
            folder = output.path.rpartition("/")[0]
            if folder not in made:
                (fresh / folder).mkdir(parents=True, exist_ok=True)
                made.add(folder)
            _put(f"{fresh}/{output.path}", output.content, f"{out}/{output.path}")
            tell(done)
        _swap(out, fresh, old)


def _put(target: str, content: bytes, former: str) -> None:
    """Write a file, unless the one at `former` holds the same bytes and can stand here too."""
    with contextlib.suppress(OSError):
        known = os.lstat(former)
        # The site is made of plain files; what somebody put in the place of one is left behind.
        if stat.S_ISREG(known.st_mode) and known.st_size == len(content) and _read(former) == content:
            os.link(former, target)
            return
    with open(target, "xb") as file:  # noqa: PTH123 - by the thousand, where a `Path` costs half of it
        file.write(content)


def _read(path: str) -> bytes:
    with open(path, "rb", buffering=0) as file:  # noqa: PTH123 - the same
        return file.readall()


def _swap(out: Path, fresh: Path, old: Path) -> None:
    existed = out.exists()
    try:
        if existed:
            out.rename(old)
        fresh.rename(out)
    except BaseException:
        # An interrupt is no reason to be left without a site.
        if existed and not out.exists():
            old.rename(out)
        raise
    shutil.rmtree(old, ignore_errors=True)
