"""Measures verification beside its baselines: `python -m benchmarks [--results N] [--write]`."""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks import repositories
from generator import sshsig
from tests.support.keys import RESULT, Key
from tests.support.papers import PROJECT

PAGE = PROJECT / "docs" / "performance.md"
SAMPLE = 200
"""Commits and files over which a slow baseline is measured and then scaled up."""


def main() -> int:
    """Build, measure each thing in turn several times, print medians and ratios."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--results", type=int, default=10_000, help="results in the repository (default: 10000)")
    parser.add_argument("--rounds", type=int, default=3, help="how often each thing is measured (default: 3)")
    parser.add_argument("--write", action="store_true", help=f"write {PAGE.relative_to(PROJECT)}")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        text = _report(Path(scratch), arguments.results, arguments.rounds)
    print(text)
    if arguments.write:
        PAGE.write_text(text, encoding="utf-8")
    return 0


def _report(scratch: Path, results: int, rounds: int) -> str:
    large, small, signed = scratch / "large", scratch / "small", scratch / "signed"
    repositories.build(large, results)
    repositories.build(small, results // 10)
    _sign_commits(signed)
    keygen_files = _export(large, scratch / "files")
    measures: dict[str, tuple[Callable[[], float], float]] = {
        "`git log --raw` of the same history, to nowhere": (lambda: _git_log(large), 1),
        "`meshmark verify`, all results": (lambda: _verify(large), 1),
        "`meshmark verify`, a tenth of the results": (lambda: _verify(small), 1),
        "`git log --format=%G?`, scaled from a sample": (lambda: _signatures(signed), results / SAMPLE),
        "`ssh-keygen -Y verify` a file, scaled from a sample": (lambda: _keygen(keygen_files), results / SAMPLE),
    }
    times: dict[str, list[float]] = {name: [] for name in measures}
    for _ in range(rounds):
        for name, (measure, factor) in measures.items():
            times[name].append(measure() * factor)
    medians = {name: statistics.median(found) for name, found in times.items()}
    base = medians["`meshmark verify`, all results"]
    rows = "\n".join(f"| {name} | {seconds:.2f} | {seconds / base:.2f} |" for name, seconds in medians.items())
    return f"""\
# Performance

Measured with `python -m benchmarks --results {results} --rounds {rounds} --write` on {os.cpu_count()} cores,
Python {platform.python_version()}, {_said("git", "--version")}. Each figure is a median of {rounds} rounds in turn;
machines are noisy, so trust the ratios.

The repository holds {results} results of 24 tests and about 4 KB each, one a commit, signed by 20 robots.

| what | seconds | beside `meshmark verify` |
|---|---|---|
{rows}

- One result costs {base / results * 1000:.2f} ms: reading git, the signature, strict YAML, JSON Schema, the suite,
  and the verdict with its steps.
- Of this the signature alone (parse, sha512, Ed25519) takes {_signature_alone(keygen_files):.2f} ms.
- Ten times the results take {base / medians["`meshmark verify`, a tenth of the results"]:.1f} times as long.
- Peak memory of `meshmark verify`: {_peak(large)} MB for {results} results, {_peak(small)} MB for {results // 10}.
"""


def _verify(repository: Path) -> float:
    return _timed([sys.executable, "-m", "generator", "verify", "--root", str(repository)], PROJECT)


def _peak(repository: Path) -> int:
    code = (
        "import resource; from generator import cli; "
        f"cli.main(['verify', '--root', {str(repository)!r}]); "
        "import sys; print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, check=True)
    return int(done.stderr.split()[-1])


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
    subprocess.run(command, cwd=folder, input=stdin, stdout=subprocess.DEVNULL, check=True)
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
