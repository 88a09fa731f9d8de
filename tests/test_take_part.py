"""A mesh joins by the page alone: its commands work, in its order, and so does its workflow."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from generator import ledger, settings, urls
from generator.schemas import Schema
from tests.support import harness, papers
from tests.support.keys import Key
from tests.support.papers import ALICE, BOB, PROJECT
from tests.support.repository import Repository
from tests.test_action import Runner

PAGE = (PROJECT / "docs" / "take-part.md").read_text(encoding="utf-8")
KEY, ENROL, IMPORT, SUBMIT, VERIFY, ANY_CI = re.findall(r"^```sh\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
MESH, REGISTRY, ROBOT_FILE, WORKFLOW = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
REPORT = harness.REPORT.replace("kelp", "reed")

pytestmark = pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="ssh-keygen is not on PATH")


class Story:
    """The results repository, its maintainer, and the repository of Reed, in folders side by side."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.mesh, self.keys = folder, folder / "reed", folder / "keys"
        self.maintainer = harness.programme(folder / "maintainer")
        self.server = Repository(folder / "results.git")
        self.maintainer.git("clone", "--quiet", "--bare", ".", str(self.server.root))
        self.maintainer.git("remote", "add", "origin", str(self.server.root))
        for name in (self.mesh, self.keys, folder / "bin"):
            name.mkdir()
        for key in (ALICE, BOB):
            key.write(self.keys)
        (self.mesh / "report.yaml").write_text(REPORT)
        meshmark = folder / "bin" / "meshmark"
        meshmark.write_text(f'#!/bin/sh\nPYTHONPATH={PROJECT} exec {sys.executable} -m generator "$@"\n')
        meshmark.chmod(0o755)

    def run(self, block: str, **more: str) -> str:
        """Run a block of the page in the mesh's repository; it has to work."""
        environment = {
            "PATH": f"{self.folder}/bin:{os.environ['PATH']}",
            "HOME": str(self.folder),
            "TMPDIR": str(self.folder),
            "GIT_CONFIG_NOSYSTEM": "1",
            **{f"GIT_{role}_{part}": "reed@x" for role in ("AUTHOR", "COMMITTER") for part in ("NAME", "EMAIL")},
            "RESULTS": str(self.server.root),
            "KEYS": str(self.keys),
            **more,
        }
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", block],
            cwd=self.mesh,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, (block, done.stdout, done.stderr)
        return done.stdout

    def enrol(self) -> None:
        """Do what the maintainers do: sign the branch twice, and merge it."""
        self.maintainer.git("fetch", "--quiet", "origin")
        self.maintainer.git("switch", "--quiet", "enrol-reed")
        for key in ("alice", "bob"):
            self.run(f'meshmark registry sign --root "{self.maintainer.root}" --key "$KEYS/{key}"')
        self.maintainer.commit({})
        self.maintainer.git("switch", "--quiet", "main")
        self.maintainer.merge("enrol-reed")
        self.maintainer.git("push", "--quiet", "origin", "main")

    def accept(self) -> None:
        """Merge the one pull request there is, as a squash."""
        self.maintainer.git("fetch", "--quiet", "--prune", "origin")
        branch = self.maintainer.git("branch", "--remotes", "--list", "origin/result/*").split()[0]
        self.maintainer.git("merge", "--quiet", "--squash", branch)
        self.maintainer.git("commit", "--quiet", "--message", "squashed")
        self.maintainer.git("push", "--quiet", "origin", "main", f":{branch.removeprefix('origin/')}")

    def states(self) -> list[tuple[str, str]]:
        verdicts = ledger.audit(self.maintainer.root).judgement.verdicts
        return [(one.state.value, one.publisher) for one in verdicts]


def test_from_a_report_to_a_verified_result_by_the_page_alone(tmp_path: Path) -> None:
    story = Story(tmp_path)
    story.run(KEY)
    story.run(ENROL)
    story.enrol()
    (story.mesh / ".meshmark-robot.yaml").write_text(ROBOT_FILE)
    assert "results/reed/v1.4.2/gateway-api-v1.3-" in story.run(IMPORT)
    assert "submitted on the branch result/gateway-api-v1.3-" in story.run(SUBMIT)
    story.accept()
    assert "1 of 1 results count" in story.run(VERIFY)
    robot_key = (story.keys / "reed-robot").read_text().strip()
    assert "submitted on the branch" in story.run(ANY_CI, ROBOT_KEY=robot_key)
    story.accept()
    assert story.states() == [("verified", "reed-robot")] * 2
    assert not list(tmp_path.glob("tmp.*")), "the key was removed"
    author = story.maintainer.git("log", "-1", "--format=%an", "--", "registry")
    assert author == "Tester", "the maintainer signed last"


def test_the_workflow_shown_works(tmp_path: Path) -> None:
    (tmp_path / "story").mkdir()
    (tmp_path / "job").mkdir()
    story = Story(tmp_path / "story")
    story.run(KEY)
    story.run(ENROL)
    story.enrol()
    steps = yaml.safe_load(WORKFLOW)["jobs"]["conformance"]["steps"]
    given = next(step["with"] for step in steps if step.get("uses", "").startswith("meshmark/"))
    key = (story.keys / "reed-robot").read_text()
    given |= {"results-repository": str(story.server.root), "signing-key": key, "token": ""}
    runner = Runner(tmp_path / "job", given)
    (runner.workspace / "report.yaml").write_text(REPORT)
    (runner.workspace / ".meshmark-robot.yaml").write_text(ROBOT_FILE)
    assert runner.run(), runner.printed
    story.accept()
    assert story.states() == [("verified", "reed-robot")]


def test_the_lines_shown_are_those_that_the_command_writes(tmp_path: Path) -> None:
    story = Story(tmp_path)
    story.run(KEY)
    story.run(ENROL)
    written = yaml.safe_load((tmp_path / "results" / urls.REGISTRY).read_bytes())["publishers"]["reed-robot"]
    shown = yaml.safe_load(REGISTRY)["reed-robot"]
    shown["keys"][0]["key"] = written["keys"][0]["key"]
    assert shown == written


def test_the_mesh_and_the_robot_file_shown_are_valid() -> None:
    def findings(kind: str, content: bytes) -> tuple[Any, ...]:
        schema = Schema(urls.schema(kind), (PROJECT / urls.schema(kind)).read_bytes())
        return settings.document("docs/take-part.md", content, schema).findings

    assert findings("Robot", ROBOT_FILE.encode()) == ()
    assert findings("Programme", papers.written(papers.programme(meshes=yaml.safe_load(MESH)))) == ()
    assert findings("ServiceAccounts", papers.written(papers.registry(publishers=yaml.safe_load(REGISTRY)))) == ()


def test_a_key_made_as_shown_is_one_that_the_registry_takes(tmp_path: Path) -> None:
    story = Story(tmp_path)
    story.run(KEY)
    line = (story.keys / "reed-robot.pub").read_text()
    assert line.startswith("ssh-ed25519 ")
    assert len(line.split()[1]) == len(Key("any").line.split()[1])
