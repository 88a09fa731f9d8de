"""Real git repositories, made on the fly with fixed dates and identities."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from generator import ledger
from generator.judgements import Verdict
from tests.support import papers
from tests.support.keys import REGISTRY, Key
from tests.support.papers import ALICE, BOB, PROJECT, ROBOT, SUITE_PATH, Paper

REGISTRY_PATH = "registry/service-accounts.yaml"
SCHEMAS = ("programme", "result", "service-accounts", "suite")
EPOCH = 1769904000
"""2026-02-01T00:00:00Z; every commit is an hour after the one before."""


@dataclass(frozen=True)
class Link:
    """A symbolic link, as a value beside file bytes."""

    target: str


File = bytes | Link | None


@dataclass
class Repository:
    """A git repository with a work tree in `root`."""

    root: Path
    ticks: int = field(default=0)

    def git(self, *command: str, stdin: bytes | None = None, when: int | None = None) -> str:
        """Run git with a fixed identity and clock, and give what it printed."""
        seconds = EPOCH + 3600 * self.ticks if when is None else when
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.root),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            **{f"GIT_{role}_{part}": value for role in ("AUTHOR", "COMMITTER") for part, value in self._who(seconds)},
        }
        done = subprocess.run(
            ["git", "-c", "protocol.file.allow=always", *command],
            cwd=self.root,
            env=environment,
            input=stdin,
            capture_output=True,
            check=True,
        )
        return done.stdout.decode(errors="surrogateescape").strip()

    @staticmethod
    def _who(seconds: int) -> tuple[tuple[str, str], ...]:
        return ("NAME", "Tester"), ("EMAIL", "tester@example.org"), ("DATE", f"{seconds} +0000")

    def start(self) -> Repository:
        """Make the folder a repository with a branch `main`."""
        self.root.mkdir(parents=True, exist_ok=True)
        self.git("init", "--quiet", "--initial-branch=main")
        return self

    def write(self, files: Mapping[str, File]) -> None:
        """Put files, links and removals into the work tree."""
        for name, content in files.items():
            path = self.root / name
            if path.is_symlink() or path.exists():
                path.unlink()
            if content is None:
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(content, Link):
                path.symlink_to(content.target)
            else:
                path.write_bytes(content)

    def commit(self, files: Mapping[str, File], *, executable: tuple[str, ...] = (), when: int | None = None) -> str:
        """Commit changes to the work tree, and give the commit's id."""
        self.ticks += 1
        self.write(files)
        self.git("add", "--all", "--force", ".")
        for name in executable:
            self.git("update-index", "--chmod=+x", name)
        self.git("commit", "--quiet", "--allow-empty", "--message", f"step {self.ticks}", when=when)
        return self.head

    @property
    def head(self) -> str:
        return self.git("rev-parse", "HEAD")

    def merge(self, branch: str, *options: str) -> str:
        """Merge a branch with a merge commit."""
        self.ticks += 1
        self.git("merge", "--quiet", "--no-ff", "--message", f"merge {branch}", *options, branch)
        return self.head


def pair(paper: Paper, signer: Key = ROBOT, path: str = "") -> dict[str, File]:
    """Give a result and its sidecar at the path that its fields derive, or at another."""
    content = papers.written(paper)
    place = path or f"results/{paper['mesh']['id']}/{paper['mesh']['version']}/{paper['run_id']}.yaml"
    return {place: content, f"{place}.sig": signer.sign(content)}


def signed_registry(paper: Paper, *signers: tuple[str, Key]) -> dict[str, File]:
    """Give a registry with the signatures of its maintainers: alice and bob unless others are named."""
    content = papers.written(paper)
    who = signers or (("alice", ALICE), ("bob", BOB))
    signatures = {f"registry/sigs/{name}.sig": key.sign(content, REGISTRY) for name, key in who}
    return {REGISTRY_PATH: content, **signatures}


def next_registry(repository: Repository, before: Paper, **changes: object) -> Paper:
    """Give the version that properly follows `before`, anchored at the head."""
    return before | {
        "version": before["version"] + 1,
        "previous": papers.digest(papers.written(before)),
        "anchor": repository.head,
        **changes,
    }


def basis(registry: Paper | None = None) -> dict[str, File]:
    """Give the files that every programme has: schemas, suite, programme, registry."""
    schemas = {f"schema/{name}.schema.json": (PROJECT / f"schema/{name}.schema.json").read_bytes() for name in SCHEMAS}
    return {
        **schemas,
        SUITE_PATH: papers.SUITE,
        "meshmark.yaml": papers.written(papers.programme()),
        **signed_registry(registry or papers.registry()),
    }


def toy(root: Path) -> Repository:
    """Start a repository whose first commit is a whole programme without results."""
    repository = Repository(root).start()
    repository.commit(basis())
    return repository


def verdicts(repository: Repository) -> dict[str, Verdict]:
    """Audit a repository and give its verdicts by path."""
    return {verdict.path: verdict for verdict in ledger.audit(repository.root).judgement.verdicts}


def states(repository: Repository) -> dict[str, str]:
    """Audit a repository and give the state of each result by path."""
    return {path: verdict.state.value for path, verdict in verdicts(repository).items()}
