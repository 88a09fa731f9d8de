"""A stage for stories about honest and forged histories, and the register of those stories."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from generator import cli
from tests.support import papers
from tests.support.keys import Key
from tests.support.papers import ROBOT, Paper, result
from tests.support.repository import File, Repository, basis, next_registry, signed_registry

ONE = "results/kelp/v1.0.0/toy-run-0001.yaml"
TWO = "results/kelp/v1.0.0/toy-run-0002.yaml"
FIRST, SECOND = result(), result(run_id="toy-run-0002")


def keys(*of_robot: Paper, **more: Paper) -> Paper:
    """Give the change of a registry that leaves kelp's robot with these keys, and adds publishers."""
    return {"publishers": {"kelp-robot": papers.publisher(*of_robot), **more}}


def signed(content: bytes, path: str = ONE, signer: Key = ROBOT) -> dict[str, File]:
    """Give any bytes with a valid signature beside them."""
    return {path: content, f"{path}.sig": signer.sign(content)}


def removed(*paths: str) -> dict[str, File]:
    """Give the removal of results with their sidecars."""
    return {name: None for path in paths for name in (path, f"{path}.sig")}


@dataclass
class Scene(Repository):
    """A repository in which a story happens; `accounts` is the registry that was written last.

    `flags` and `environment` are those with which the story is verified in the end.
    """

    accounts: Paper = field(default_factory=papers.registry)
    flags: list[str] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)

    def begin(self) -> None:
        """Make the first commit: a whole programme without results."""
        self.commit(basis())

    def succeed(self, *signers: tuple[str, Key], **changes: Any) -> dict[str, File]:
        """Give the next registry; it is a proper one unless the changes or the signers spoil it."""
        self.accounts = next_registry(self, self.accounts, **changes)
        return signed_registry(self.accounts, *signers)

    def switch(self, branch: str) -> None:
        """Go to a branch, which begins here if there is none."""
        known = self.git("branch", "--list", branch)
        self.git("switch", "--quiet", *([] if known else ["--create"]), branch)

    def aside(self, *steps: Mapping[str, File], branch: str = "side") -> None:
        """Commit steps to a branch, then one harmless step to main, so that the two have parted."""
        self.switch(branch)
        for files in steps:
            self.commit(files)
        self.switch("main")
        self.commit({f"notes/{self.ticks}": b"meanwhile"})

    def publish(self) -> None:
        """Build a checkpoint here, which the story has to continue."""
        file = self.root.parent / "checkpoint.json"
        assert cli.main(["verify", "--root", str(self.root), "--write-checkpoint", str(file)]) < 2
        self.flags += ["--published-checkpoint", str(file)]

    def clone(self, *options: str) -> None:
        """Go on in a clone that was made with these options."""
        self.git("config", "uploadpack.allowFilter", "true")
        target = self.root.parent / "clone"
        self.git("clone", "--quiet", *options, self.root.as_uri(), str(target))
        self.root = target

    def made(self, kind: str, content: bytes) -> str:
        """Write an object that git's own commands might refuse to make, and give its id."""
        return self.git("hash-object", "-t", kind, "-w", "--literally", "--stdin", stdin=content)

    def blob(self, content: File) -> str:
        """Write the bytes of a file, and give their id."""
        assert isinstance(content, bytes)
        return self.made("blob", content)

    def tree(self, *entries: tuple[str, str, str]) -> str:
        """Write a tree of (mode, name, id) just so: neither sorted nor checked."""
        rows = (f"{mode} {name}".encode() + b"\0" + bytes.fromhex(found) for mode, name, found in entries)
        return self.made("tree", b"".join(rows))

    def plant(self, results: str) -> None:
        """Commit the head's tree with another tree in the place of results/."""
        rows = [row for row in self.git("ls-tree", "HEAD").splitlines() if not row.endswith("\tresults")]
        rows.append(f"040000 tree {results}\tresults")
        whole = self.git("mktree", stdin="".join(f"{row}\n" for row in rows).encode())
        self.ticks += 1
        self.git("update-ref", "HEAD", self.git("commit-tree", whole, "-p", "HEAD", "-m", "planted"))

    def rewrite(self, change: Callable[[bytes], bytes]) -> None:
        """Put in the place of the head a commit object whose bytes were changed."""
        raw = self.git("cat-file", "commit", "HEAD").encode() + b"\n"
        self.git("update-ref", "HEAD", self.made("commit", change(raw)))

    def line(self) -> list[str]:
        """Give the commits of the main line, oldest first; none where git knows none."""
        try:
            return self.git("rev-list", "--first-parent", "--reverse", "HEAD").split()
        except subprocess.CalledProcessError:
            return []

    def verify(self, commit: str = "HEAD") -> int:
        """Verify what came of the story: print the report, and give the exit code."""
        return cli.main(["verify", "--root", str(self.root), "--format", "json", "--at", commit, *self.flags])


Tell = Callable[[Scene], object]


@dataclass(frozen=True, kw_only=True)
class Story:
    """What is told, and how it has to end: the state of every result, the exit code, a rule said aloud."""

    tell: Tell
    states: Mapping[str, str]
    code: int
    rule: str
    bare: bool

    @property
    def name(self) -> str:
        return self.tell.__name__


STORIES: list[Story] = []


def story(states: Mapping[str, str], code: int, rule: str = "", *, bare: bool = False) -> Callable[[Tell], Tell]:
    """Register a story; a `bare` one starts without even a first commit."""

    def register(tell: Tell) -> Tell:
        assert tell.__name__ not in {one.name for one in STORIES}, tell.__name__
        STORIES.append(Story(tell=tell, states=states, code=code, rule=rule, bare=bare))
        return tell

    return register


def commits(
    states: Mapping[str, str], code: int, rule: str = "", **told: Callable[[Scene], Mapping[str, File]]
) -> None:
    """Register stories of a single commit that end alike: each gives the files that are committed."""
    for name, files in told.items():

        def tell(scene: Scene, files: Callable[[Scene], Mapping[str, File]] = files) -> None:
            scene.commit(files(scene))

        tell.__name__ = name
        story(states, code, rule)(tell)


def ending(printed: str) -> tuple[dict[str, str], set[tuple[str, str]]]:
    """Read a printed report: the state of each result by path, and (path, rule) of each finding."""
    report = json.loads(printed)
    results = report.get("results", [])
    states = {one["path"]: one["state"] for one in results}
    assert len(states) == len(results), "a path stands twice"
    return states, {(one["path"], one["rule"]) for one in report["findings"]}
