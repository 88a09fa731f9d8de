"""What was measured, as a page for people: a table of medians, and what follows from it."""

from __future__ import annotations

import argparse
import os
import platform
from typing import NamedTuple

from benchmarks import repositories
from benchmarks.growth import Run
from benchmarks.serving import Seen

LIMIT = 300.0
"""Seconds after which a measurement is given up."""

VERIFY, TENTH, ALONE = "`meshmark verify`", "`meshmark verify`, a tenth of the results", "the same in one process"
WARM, NEWS = "the same with a cache, when nothing is new", "the same with a cache, when one result is new"
BUILD, TENTH_BUILT = "`meshmark build`, the whole site", "the same, a tenth of the results"
SAME = "`meshmark build` with a cache, when nothing is new"
ONE_MORE = "`meshmark build` with a cache, when one result is new"
SIGNATURES = "`git log --format=%G?`, scaled from a sample"
VERSION = "`meshmark --version`"
PYTHON = "Python itself, doing nothing"
PEER = ", unverified pages of the same data"
FLOOR = "the floor: read, parse, validate, verify, one trivial page each; two processes"


class Grown(NamedTuple):
    """The whole site as it is and for ten times as many results: time and memory, and the bytes of the larger."""

    before: Run
    after: Run
    size: int


class Further(NamedTuple):
    """What is measured beside the times: the milliseconds of a signature, and what takes place once."""

    signature: float
    peaks: list[int]
    seen: Seen
    grown: Grown | None
    missing: list[str]
    git: str


def page(arguments: argparse.Namespace, medians: dict[str, float], further: Further) -> str:
    """Write the page."""
    results, base = arguments.results, medians[VERIFY]
    rows = "\n".join(
        f"| {name} | {'over ' if seconds == LIMIT else ''}{seconds:.{2 + (seconds < 1)}f} | {seconds / base:.2f} |"
        for name, seconds in medians.items()
    )
    flags = f"{' --peers' * arguments.peers}{' --growth' * arguments.growth}"
    command = f"--results {results} --rounds {arguments.rounds}{flags} --write"
    peaks, seen = further.peaks, further.seen
    faster = medians[SIGNATURES] / base
    peers_said = (
        _peers_said(medians, further.missing)
        if arguments.peers
        else ("- Other generators were not measured in this run; `--peers` does.")
    )
    growth_said = (
        _growth_said(results, further.grown)
        if further.grown
        else ("- Ten times as many results were not built in this run; `--growth` does.")
    )
    return f"""\
# Performance

Measured with `python -m benchmarks {command}`
on {os.cpu_count()} cores, Python {platform.python_version()}, {further.git}.
Each figure is a median of {arguments.rounds} rounds in turn; machines are noisy, so trust the ratios.
{arguments.note}

The repository holds {results} results, one a commit in the order of their runs, signed by 20 robots: four of five
have 24 tests and about 4 KB, the others 61 tests. A mesh has at most {repositories.VERSIONS} versions over five years;
more results are more runs of a version.

| what | seconds | beside `meshmark verify` |
|---|---|---|
{rows}

- One result costs {base / results * 1000:.2f} ms: reading git, the signature, strict YAML, JSON Schema, the suite,
  and the verdict with its steps.
- Of this the signature alone (parse, sha512, Ed25519) takes {further.signature:.2f} ms.
- `meshmark verify` is {faster:.1f} times as fast as `git log --format=%G?`, which looks at commits only.
- With a cache the whole verification takes {medians[WARM] / base:.2f} of that time when nothing is new, and
  {medians[NEWS] / base:.2f} when one result is.
- Ten times the results take {base / medians[TENTH]:.1f} times as long to verify, and
  {medians[BUILD] / medians[TENTH_BUILT]:.1f} times as long to build.
- The floor believes whatever it reads, and parses by the parser's events
  ([decision 17](decisions/0017-plain-lines.md)); `meshmark verify` takes {base / medians[FLOOR]:.1f} times as long, and
  `meshmark build` {medians[BUILD] / medians[FLOOR]:.1f} times.
- With a cache the whole site takes {medians[SAME] / medians[BUILD]:.3f} of a whole build's time when nothing is new,
  and {medians[ONE_MORE] / medians[BUILD]:.2f} when one result is.
- `meshmark --version` takes {medians[VERSION] / medians[PYTHON]:.1f} times as long as Python that does nothing.
- A page that is open while `meshmark serve` shows the site follows an edited template after
  {seen.template:.2f} s, and a new result after {seen.result:.2f} s.
- `meshmark verify` holds at most {peaks[0]} MB of memory, with its workers and git, for {results} results, and
  {peaks[1]} MB for {results // 10}.
{growth_said}
{peers_said}
"""


def _growth_said(results: int, grown: Grown) -> str:
    before, after, longer = grown.before, grown.after, grown.after.seconds / grown.before.seconds
    return (
        f"- Built once, while somebody looks at the memory: {results * 10} results in {after.seconds:.1f} s with\n"
        f"  at most {after.peak} MB in all processes together, {results} in {before.seconds:.1f} s with\n"
        f"  {before.peak} MB; that is {longer:.1f} times as long. The larger site has {grown.size // 1_000_000} MB."
    )


def _peers_said(medians: dict[str, float], missing: list[str]) -> str:
    rows = [(name.partition(",")[0], seconds) for name, seconds in medians.items() if name.endswith(PEER)]
    said = ",\n  ".join(
        f"{'at most ' if seconds == LIMIT else ''}{medians[BUILD] / seconds:.3f} times as long as {name}"
        for name, seconds in rows
    )
    absent = f" Not installed: {', '.join(missing)}." if missing else ""
    return f"- The whole site, verified, beside others that make an unverified page a result, takes\n  {said}.{absent}"
