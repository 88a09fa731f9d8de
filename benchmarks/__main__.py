"""Measures verification beside its baselines: `python -m benchmarks [--results N] [--write]`."""

from __future__ import annotations

import argparse
import compileall
import itertools
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

import yaml

from benchmarks import growth, page, peers, repositories, serving
from benchmarks.page import (
    ALONE,
    BUILD,
    FLOOR,
    LIMIT,
    NEWS,
    ONE_MORE,
    PEER,
    PYTHON,
    SAME,
    SIGNATURES,
    TENTH,
    TENTH_BUILT,
    VERIFY,
    VERSION,
    WARM,
)
from generator import events, sshsig
from tests.support.keys import RESULT, Key
from tests.support.papers import PROJECT

PAGE = PROJECT / "docs" / "performance.md"
SAMPLE = 200
"""Commits and files over which a slow baseline is measured and then scaled up."""
OFTEN = 20
"""How often in a round something is run that takes no longer than a blink."""


def main() -> int:
    """Build, measure each thing in turn several times, print medians and ratios."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--results", type=int, default=10_000, help="results in the repository (default: 10000)")
    parser.add_argument("--rounds", type=int, default=3, help="how often each thing is measured (default: 3)")
    parser.add_argument("--peers", action="store_true", help="measure other generators too (installs what it can)")
    parser.add_argument("--growth", action="store_true", help="build ten times as many results too, with their memory")
    parser.add_argument("--note", default="", help="a sentence on the circumstances, for the page")
    parser.add_argument("--write", action="store_true", help=f"write {PAGE.relative_to(PROJECT)}")
    arguments = parser.parse_args()
    # As an installation does; else every process would begin by compiling the program, and that be measured too.
    for folder in ("generator", "benchmarks", "tests/support"):
        compileall.compile_dir(PROJECT / folder, quiet=1)
    with tempfile.TemporaryDirectory() as scratch:
        text = _report(Path(scratch), arguments)
    print(text)
    if arguments.write:
        PAGE.write_text(text, encoding="utf-8")
    return 0


class Measure(NamedTuple):
    """One thing to measure: what the table calls it, what to run, and how much of the whole that is."""

    name: str
    run: Callable[[], float]
    share: float = 1


def _report(scratch: Path, arguments: argparse.Namespace) -> str:
    results, rounds = arguments.results, arguments.rounds
    large, small, signed = scratch / "large", scratch / "small", scratch / "signed"
    repositories.build(large, results)
    repositories.build(small, results // 10)
    _sign_commits(signed)
    keygen_files = _export(large, scratch / "files")
    contents = [file.read_bytes() for file, _ in keygen_files]
    counter = itertools.count()
    os.environ["XDG_STATE_HOME"] = str(scratch / "state")
    _meshmark("verify", "--root", str(large), "--cache", str(scratch / "cache"))
    _meshmark("verify", "--root", str(large), "--cache", str(scratch / "behind"), "--at", "HEAD~1")
    measures = [
        Measure("`git log --raw` of the same history, to nowhere", lambda: _git_log(large)),
        Measure("PyYAML's CSafeLoader alone, scaled from a sample", lambda: _loader(contents), SAMPLE / results),
        Measure(VERIFY, lambda: _meshmark("verify", "--root", str(large))),
        Measure(ALONE, lambda: _alone(large)),
        Measure(WARM, lambda: _meshmark("verify", "--root", str(large), "--cache", str(scratch / "cache"))),
        Measure(NEWS, lambda: _with_news(large, scratch / "behind", scratch / f"behind-{next(counter)}")),
        Measure(TENTH, lambda: _meshmark("verify", "--root", str(small))),
        Measure(SIGNATURES, lambda: _signatures(signed), SAMPLE / results),
        Measure("`ssh-keygen -Y verify` a file, scaled from a sample", lambda: _keygen(keygen_files), SAMPLE / results),
        Measure(FLOOR, lambda: _floor(large, scratch / f"floor-{next(counter)}")),
        Measure(BUILD, lambda: _built(large, scratch / f"site-{next(counter)}")),
        Measure(TENTH_BUILT, lambda: _built(small, scratch / f"site-{next(counter)}")),
        Measure(ONE_MORE, lambda: _built_with_news(large, scratch / f"news-{next(counter)}")),
        Measure(SAME, lambda: _built_again(large, scratch / f"again-{next(counter)}")),
        Measure(
            "`meshmark check --base` on one new result",
            lambda: _meshmark("check", "--root", str(large), "--base", "HEAD~1"),
        ),
        Measure(VERSION, partial(_often, lambda: _meshmark("--version")), OFTEN),
        Measure(PYTHON, partial(_often, lambda: _timed([sys.executable, "-c", "pass"], PROJECT)), OFTEN),
    ]
    others, missing = peers.prepared(large, scratch / "peers") if arguments.peers else ([], [])
    measures += [Measure(f"{peer.name}{PEER}", partial(_peer, peer)) for peer in others]
    times = _times(measures, rounds)
    medians = {name: statistics.median(found) for name, found in times.items()}
    further = page.Further(
        signature=_signature_alone(keygen_files),
        peaks=[
            growth.run([sys.executable, "-m", "generator", "verify", "--root", str(one)], PROJECT).peak
            for one in (large, small)
        ],
        seen=serving.measured(large, scratch / "served"),
        grown=_grown(large, scratch, results * 10) if arguments.growth else None,
        missing=missing,
        git=_said("git", "--version"),
    )
    return page.page(arguments, medians, further)


def _grown(large: Path, scratch: Path, results: int) -> page.Grown:
    huge, site = scratch / "huge", scratch / "huge-site"
    repositories.build(huge, results)
    build = (sys.executable, "-m", "generator", "build", "--root")
    before = growth.run([*build, str(large), "--out", str(scratch / "large-site")], PROJECT)
    after = growth.run([*build, str(huge), "--out", str(site)], PROJECT)
    return page.Grown(before, after, sum(file.stat().st_size for file in site.rglob("*") if file.is_file()))


def _times(measures: list[Measure], rounds: int) -> dict[str, list[float]]:
    """Measure everything once a round; what did not end within the limit is not tried again."""
    times = dict[str, list[float]]()
    for _ in range(rounds):
        for measure in measures:
            if LIMIT not in times.get(measure.name, []):
                times.setdefault(measure.name, []).append(measure.run() / measure.share)
    return times


def _meshmark(*words: str) -> float:
    return _timed([sys.executable, "-m", "generator", *words], PROJECT)


def _often(run: Callable[[], float]) -> float:
    """Measure what is too short for one look many times behind each other."""
    return sum(run() for _ in range(OFTEN))


def _alone(repository: Path) -> float:
    code = "from generator import cli, machine; machine.cores = lambda: 1; cli.main(['verify', '--root', {!r}])"
    return _timed([sys.executable, "-c", code.format(str(repository))], PROJECT)


def _with_news(repository: Path, behind: Path, folder: Path) -> float:
    """Verify with a copy of a cache that knows all but the last result."""
    shutil.copytree(behind, folder)
    return _meshmark("verify", "--root", str(repository), "--cache", str(folder))


def _built(repository: Path, folder: Path) -> float:
    return _meshmark("build", "--root", str(repository), "--out", str(folder))


def _built_with_news(repository: Path, folder: Path) -> float:
    """Build with the site and the cache of the commit before the last one."""
    words = ("build", "--root", str(repository), "--out", str(folder / "site"), "--cache", str(folder / "cache"))
    newest = _said("git", "rev-parse", "HEAD", folder=repository)
    for commit in (f"{newest}~1", newest):
        _said("git", "update-ref", "refs/heads/main", commit, folder=repository)
        seconds = _meshmark(*words)
    return seconds


def _built_again(repository: Path, folder: Path) -> float:
    """Build what was built just now."""
    words = ("build", "--root", str(repository), "--out", str(folder / "site"), "--cache", str(folder / "cache"))
    _meshmark(*words)
    return _meshmark(*words)


def _floor(repository: Path, folder: Path) -> float:
    return _timed([sys.executable, "-m", "benchmarks.floor", str(repository), str(folder)], PROJECT)


def _loader(contents: list[bytes]) -> float:
    start = time.perf_counter()
    for content in contents:
        yaml.load(content, events.Loader)  # noqa: S506 - it is the safe one
    return time.perf_counter() - start


def _peer(peer: peers.Peer) -> float:
    shutil.rmtree(peer.folder / "site", ignore_errors=True)
    try:
        return _timed(peer.command, peer.folder)
    except subprocess.TimeoutExpired:
        return LIMIT


def _git_log(repository: Path) -> float:
    return _timed(["git", "log", "--raw", "--first-parent", "-z", "--no-renames"], repository)


def _signatures(repository: Path) -> float:
    return _timed(["git", "log", "--format=%G?", f"--max-count={SAMPLE}"], repository)


def _keygen(files: list[tuple[Path, str]]) -> float:
    return sum(
        _timed(
            [
                "ssh-keygen",
                "-Y",
                "verify",
                "-f",
                "signers",
                "-I",
                name,
                "-n",
                "meshmark-result.v1",
                "-s",
                f"{file}.sig",
            ],
            file.parent,
            file.read_bytes(),
        )
        for file, name in files
    )


def _signature_alone(files: list[tuple[Path, str]]) -> float:
    """Give the milliseconds that one signature takes inside the process, as the median of the sample."""
    times = []
    for file, _ in files:
        content, sidecar = file.read_bytes(), file.with_name(f"{file.name}.sig").read_bytes()
        start = time.perf_counter()
        sshsig.verify(sshsig.parse(sidecar), RESULT, content)
        times.append(time.perf_counter() - start)
    return statistics.median(times) * 1000


def _timed(command: list[str], folder: Path, stdin: bytes = b"") -> float:
    start = time.perf_counter()
    silence = subprocess.DEVNULL
    subprocess.run(command, cwd=folder, input=stdin, stdout=silence, stderr=silence, check=True, timeout=LIMIT)
    return time.perf_counter() - start


def _export(repository: Path, folder: Path) -> list[tuple[Path, str]]:
    """Write a sample of the results as files for ssh-keygen, with the name of their signer."""
    folder.mkdir()
    signers = [f'{robot.name} namespaces="meshmark-result.v1" {robot.line}\n' for robot in repositories.ROBOTS]
    (folder / "signers").write_text("".join(signers))
    listing = _said("git", "ls-tree", "-r", "--name-only", "HEAD", "results", folder=repository).splitlines()
    sample = []
    for index, path in enumerate([name for name in listing if name.endswith(".yaml")][:SAMPLE]):
        file = folder / f"{index}.yaml"
        for suffix in ("", ".sig"):
            content = subprocess.run(
                ["git", "show", f"HEAD:{path}{suffix}"], cwd=repository, capture_output=True, check=True
            ).stdout
            file.with_name(file.name + suffix).write_bytes(content)
        sample.append((file, f"robot-{path.split('/')[1].removeprefix('mesh-')}"))
    return sample


def _sign_commits(folder: Path) -> None:
    """Make a repository of signed commits, for git to verify."""
    folder.mkdir()
    key = Key("bench").write(folder)
    (folder / "signers").write_text(f"bench@example.org {Key('bench').line}\n")
    options = {
        "user.name": "Bench",
        "user.email": "bench@example.org",
        "gpg.format": "ssh",
        "user.signingKey": str(key),
        "gpg.ssh.allowedSignersFile": str(folder / "signers"),
    }
    subprocess.run(["git", "init", "--quiet"], cwd=folder, check=True)
    for name, value in options.items():
        subprocess.run(["git", "config", name, value], cwd=folder, check=True)
    for number in range(SAMPLE):
        message = f"commit {number}"
        subprocess.run(["git", "commit", "-q", "-S", "--allow-empty", "-m", message], cwd=folder, check=True)


def _said(*command: str, folder: Path = PROJECT) -> str:
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
