"""What all verbs share: exit codes, the programme's folder, progress, and printing."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from generator import terminal, urls
from generator.findings import Finding, Stop, has_errors

if TYPE_CHECKING:
    from generator.model import Transition

CLEAN, FINDINGS, STOPPED, BUG, INTERRUPTED = 0, 1, 2, 3, 130
"""Exit codes, the same for every verb."""

_REDRAWN: Final = 0.1
"""Seconds between two drawings of progress: as often as eyes follow."""
_Item = TypeVar("_Item")


def verb(verbs: Any, name: str, text: str, run: Callable[[argparse.Namespace], int]) -> argparse.ArgumentParser:
    """Add a verb with the flag that all verbs have."""
    added: argparse.ArgumentParser = verbs.add_parser(name, help=text, description=text)
    added.add_argument("--root", type=Path, metavar="DIR", help="the programme's folder (default: nearest above)")
    added.set_defaults(run=run)
    return added


def past_option(added: argparse.ArgumentParser) -> None:
    """Add the flag that names a commit to read in place of the last one."""
    added.add_argument(
        "--at", metavar="COMMIT", help="read this commit, or whatever git resolves to one (default: HEAD)"
    )


def revision(arguments: argparse.Namespace) -> str:
    """Give the revision that is to be read."""
    named: str | None = arguments.at
    return "HEAD" if named is None else named


def format_options(added: argparse.ArgumentParser, schema: str, *more: str) -> None:
    """Add the flags that say how to print; `schema` is the path of the schema of the JSON."""
    added.add_argument("--format", choices=("text", "json", *more), default="text", help="how to print (default: text)")
    run = added.get_default("run")

    def print_schema(arguments: argparse.Namespace) -> int:
        path = root(arguments) / schema
        if not path.is_file():
            raise Stop(f"{schema} is missing: every programme carries the schemas of its files")
        print(path.read_text(encoding="utf-8"), end="")
        return CLEAN

    added.add_argument(
        "--schema",
        action="store_const",
        const=print_schema,
        default=run,
        dest="run",
        help="print the JSON Schema of the JSON output, and do nothing else",
    )


def root(arguments: argparse.Namespace) -> Path:
    """Give the programme's folder; raise `Stop` when there is none."""
    if arguments.root:
        named: Path = arguments.root.resolve()
        if not named.is_dir():
            raise Stop(f"{arguments.root} is not a folder")
        return named
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / urls.PROGRAMME).is_file():
            return folder
    raise Stop(f"no {urls.PROGRAMME} in {here} or above: name the programme's folder with --root")


def below(folder: Path, path: Path) -> str:
    """Give a path relative to the programme's folder; raise `Stop` when it lies elsewhere."""
    # The file itself may be a link that must not be followed, so only its folder is resolved.
    absolute = path.parent.resolve() / path.name if path.name else path.resolve()
    try:
        return absolute.relative_to(folder).as_posix()
    except ValueError as error:
        raise Stop(f"{path} is not below {folder}") from error


def moment(text: str) -> datetime:
    """Read a date or a time for argparse; without a zone it is UTC."""
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def watch(transitions: Iterable[Transition], count: int) -> Iterable[Transition]:
    """Show progress on a terminal, and nothing in a pipe."""
    return _told("verifying", transitions, count) if sys.stderr.isatty() else transitions


def _told(name: str, items: Iterable[_Item], count: int) -> Iterator[_Item]:
    with progress(name, count) as tell:
        for done, item in enumerate(items, 1):
            yield item
            tell(done)


@contextmanager
def progress(name: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
    """Give what shows how many are done, of how many where that is known, and how many in a second.

    On a terminal and nowhere else. It draws within the call and never from a thread, which would keep a
    process from being copied.
    """
    if not sys.stderr.isatty():
        yield lambda _done: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    rate = TextColumn("{task.fields[rate]}", markup=False)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), rate, TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True, auto_refresh=False) as drawn:
        task = drawn.add_task(name, total=total, rate="")
        began = last = time.monotonic()

        def tell(done: int) -> None:
            nonlocal last
            now = time.monotonic()
            if now - last >= _REDRAWN or done == total:
                last = now
                drawn.update(task, completed=done, rate=f"{done / max(now - began, _REDRAWN):,.0f}/s", refresh=True)

        yield tell


@contextmanager
def live(total: int) -> Iterator[Callable[[int, str], None]]:
    """Give what shows how many of `total` are done, with a few words, on a terminal and nowhere else."""
    if not sys.stderr.isatty():
        yield lambda _done, _words: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    words = TextColumn("{task.description}", markup=False)
    columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), words)
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("waiting for the first test", total=total or None)
        yield lambda done, text: progress.update(task, completed=done, description=terminal.plain(text))


def print_lines(lines: Iterable[str]) -> None:
    """Print lines to standard output."""
    for line in lines:
        print(line)


def print_json(data: Any) -> None:
    """Print data as JSON to standard output."""
    print(json.dumps(data, indent=2, ensure_ascii=True))


def code(findings: Iterable[Finding]) -> int:
    """Give the exit code that findings amount to."""
    return FINDINGS if has_errors(findings) else CLEAN


def stopped(stop: Stop, arguments: argparse.Namespace) -> int:
    """Print why the work cannot go on, in the format that was asked for."""
    if getattr(arguments, "format", "text") == "json":
        from generator import api

        shape = getattr(arguments, "stop_report", lambda stop: {"findings": api.stop_findings(stop)})
        print_json(shape(stop))
    else:
        print_lines(terminal.finding_lines(stop.findings))
    print(f"meshmark: {terminal.plain(stop.message)}", file=sys.stderr)
    return STOPPED
