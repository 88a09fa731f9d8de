"""The two sites that stand for all others: of this repository, and of the demonstration."""

from __future__ import annotations

import functools
import tempfile
from pathlib import Path

from generator import cli, ledger, originals, site, writing
from generator.judgements import Output
from tests.support.papers import PROJECT

NAMES = ("programme", "demonstration")


def planned(root: Path) -> dict[str, bytes]:
    """Give every file of the site of the repository at `root`, as of its newest commit."""
    book = ledger.read(root)
    files = originals.at(root, book.head, ("registry", "results", "schema"))
    return {o.path: o.content for o in site.plan(book, files, book.committed_at, root / "site_templates")}


@functools.cache
def built(name: str) -> dict[str, bytes]:
    """Give one of the two sites; it is planned once a process, and nobody may change it."""
    if name == "programme":
        return planned(PROJECT)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "demo"
        assert cli.main(["demo", str(folder)]) in {0, 1}
        return planned(folder)


def written(name: str, out: Path) -> Path:
    """Write one of the two sites to `out`, as `meshmark build` does."""
    writing.write([Output(path=path, content=content) for path, content in built(name).items()], out)
    return out
