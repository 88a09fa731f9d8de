"""The floor: read, parse, validate, verify, one trivial page each, in two processes, and nothing else.

`python -m benchmarks.floor REPOSITORY FOLDER`. It believes whatever it reads: no history, no registry,
no suite, no judgement, no site worth showing. It parses by the parser's events, as the prototype did that
this programme is held against; `generator.plain` is an answer to what that costs.
"""

from __future__ import annotations

import html
import multiprocessing
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from generator import events, sshsig
from generator.model import Document
from generator.schemas import Schema
from tests.support.papers import PROJECT

_AT_ONCE = 200
_SCHEMA = Schema("result", (PROJECT / "schema/result.schema.json").read_bytes())


def main(repository: Path, folder: Path) -> int:
    """Write the pages, and print how many."""
    folder.mkdir()
    with multiprocessing.get_context("fork").Pool(2, initializer=_go, initargs=(folder,)) as pool:
        print(sum(pool.imap(_pages, _batches(repository))))
    return 0


def _batches(repository: Path) -> Iterator[list[tuple[str, bytes, bytes]]]:
    log = ["git", "log", "--reverse", "--raw", "-z", "--no-abbrev", "--no-renames", "--format=", "--", "results"]
    rows = subprocess.run(log, cwd=repository, capture_output=True, check=True).stdout.split(b"\0")
    ids = {path.decode(): meta.split()[3] for meta, path in zip(rows[::2], rows[1::2], strict=False)}
    with subprocess.Popen(
        ["git", "cat-file", "--batch"], cwd=repository, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as git:
        assert git.stdin
        assert git.stdout
        paths = [path for path in ids if path.endswith(".yaml")]
        for start in range(0, len(paths), _AT_ONCE):
            batch = paths[start : start + _AT_ONCE]
            wanted = [ids[name] for path in batch for name in (path, f"{path}.sig")]
            git.stdin.write(b"\n".join(wanted) + b"\n")
            git.stdin.flush()
            contents = [git.stdout.read(int(git.stdout.readline().split()[2]) + 1)[:-1] for _ in wanted]
            yield list(zip(batch, contents[::2], contents[1::2], strict=True))


_where: list[Path] = []


def _go(folder: Path) -> None:
    _where.append(folder)


def _pages(batch: list[tuple[str, bytes, bytes]]) -> int:
    for path, content, sidecar in batch:
        built: Any = events.build(path, content.decode())
        assert not built.findings
        document = Document(path=path, data=built.data, lines=built.lines, digest="")
        assert not _SCHEMA.findings(document)
        sshsig.verify(sshsig.parse(sidecar), sshsig.RESULT_NAMESPACE, content)
        data: Any = document.data
        rows = "".join(f"<tr><td>{html.escape(one['test'])}<td>{one['outcome']}" for one in data["results"])
        (_where[0] / f"{data['run_id']}.html").write_text(f"<title>{data['run_id']}</title><table>{rows}</table>")
    return len(batch)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
