"""How soon a person who sits before a served site sees what has changed."""

from __future__ import annotations

import signal
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, NamedTuple

from tests.support.papers import PROJECT

_TIMES = 3
"""How often each thing is changed."""
_TEMPLATE, _EDITED, _FRONT = "mesh.html", "meshes/mesh-03/index.html", "index.html"


class Seen(NamedTuple):
    """Seconds until an open page showed an edited template, and a new result; medians."""

    template: float
    result: float


@dataclass
class _Reader:
    """Somebody before an open page: where it is, the news that it listens to, and what the server prints."""

    address: str
    news: IO[bytes]
    printed: IO[str]
    known: bytes = b""

    def wait(self, page: str, change: Callable[[], object]) -> float:
        """Change something and give the seconds until a page is another; come back when all is built."""
        self.known = self.known or self._told()
        before = self._fetched(page)
        start = time.perf_counter()
        change()
        while (told := self._told()) == self.known:
            pass
        self.known = told
        if self._fetched(page) == before:
            raise SystemExit(f"{page} did not change")
        seconds = time.perf_counter() - start
        next(line for line in self.printed if " count" in line)
        return seconds

    def _fetched(self, page: str) -> bytes:
        with urllib.request.urlopen(f"{self.address}{page}") as found:  # noqa: S310 - our own server's
            content: bytes = found.read()
        return content.partition(b"/_meshmark/")[0]

    def _told(self) -> bytes:
        return next(line for line in self.news if line.startswith(b"data"))


def measured(repository: Path, folder: Path) -> Seen:
    """Serve the repository, which loses its last results for a while, and change things."""
    newest = _git(repository, "rev-parse", "HEAD")
    own, text = repository / "site_templates", (PROJECT / "site_templates" / _TEMPLATE).read_text(encoding="utf-8")
    own.mkdir()
    _move(repository, f"{newest}~{_TIMES}")

    def edit(number: int) -> None:
        (own / _TEMPLATE).write_text(text.replace("<h1>", f"<h1>{number} "), encoding="utf-8")

    def commit(number: int) -> None:
        _move(repository, f"{newest}~{_TIMES - 1 - number}")

    with _served(repository, folder) as reader:
        edits = [reader.wait(_EDITED, partial(edit, number)) for number in range(_TIMES)]
        results = [reader.wait(_FRONT, partial(commit, number)) for number in range(_TIMES)]
    (own / _TEMPLATE).unlink()
    own.rmdir()
    return Seen(statistics.median(edits), statistics.median(results))


@contextmanager
def _served(repository: Path, folder: Path) -> Iterator[_Reader]:
    command = [sys.executable, "-m", "generator", "serve", "--root", str(repository), "--out", str(folder)]
    served = subprocess.Popen([*command, "--port", "0"], cwd=PROJECT, stdout=subprocess.PIPE, text=True)
    assert served.stdout
    try:
        address = next(line for line in served.stdout if "http://" in line).split()[4]
        with urllib.request.urlopen(f"{address}_meshmark/changes") as news:  # noqa: S310 - our own server's
            yield _Reader(address, news, served.stdout)
    finally:
        served.send_signal(signal.SIGINT)
        served.wait(timeout=60)


def _move(repository: Path, commit: str) -> None:
    _git(repository, "update-ref", "refs/heads/main", commit)


def _git(repository: Path, *words: str) -> str:
    return subprocess.run(["git", *words], cwd=repository, capture_output=True, text=True, check=True).stdout.strip()
