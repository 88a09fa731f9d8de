"""The handbook of a programme's maintainers is true: its commands work, in its order."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from generator import ledger
from tests.support.keys import Key
from tests.support.papers import ALICE, BOB, PROJECT, result
from tests.support.repository import pair, toy

needs_ssh_keygen = pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="ssh-keygen is not on PATH")
PAGE = PROJECT / "docs" / "run-a-programme.md"
START, REST = PAGE.read_text(encoding="utf-8").split("## How the list changes")


def blocks(text: str) -> list[str]:
    return re.findall(r"^```sh\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """An environment in which `meshmark` is this checkout."""
    tools = tmp_path / "bin"
    tools.mkdir()
    meshmark = tools / "meshmark"
    meshmark.write_text(f'#!/bin/sh\nPYTHONPATH={PROJECT} exec {sys.executable} -m generator "$@"\n')
    meshmark.chmod(0o755)
    return {**os.environ, "PATH": f"{tools}:{os.environ['PATH']}"}


@needs_ssh_keygen
def test_a_programme_starts_with_the_commands_of_its_first_section(tmp_path: Path, environment: dict[str, str]) -> None:
    who = {f"GIT_{role}_{key}": "alice@example.org" for role in ("AUTHOR", "COMMITTER") for key in ("NAME", "EMAIL")}
    command = ["bash", "-euo", "pipefail", "-c", "\n".join(blocks(START))]
    done = subprocess.run(command, cwd=tmp_path, env={**environment, **who}, capture_output=True, check=False)
    assert done.returncode == 0, (done.stdout, done.stderr)
    trial = ledger.audit(tmp_path / "our-programme", "trial").judgement
    assert [one.state.value for one in trial.verdicts] == ["verified"]
    assert ledger.audit(tmp_path / "our-programme").judgement.verdicts == ()
    front = (tmp_path / "our-programme" / "public" / "index.html").read_text()
    for part in ('<img class="logo" src="assets/logo.svg"', ">Charter</a>", "Published by us."):
        assert part in front
    assert (
        "--accent:light-dark(#7a1f5c" in (tmp_path / "our-programme" / "public" / "assets" / "meshmark.css").read_text()
    )


@needs_ssh_keygen
def test_the_commands_of_the_handbook_work_in_their_order(tmp_path: Path, environment: dict[str, str]) -> None:
    repository = toy(tmp_path / "r")
    repository.commit(pair(result()))
    repository.commit(pair(result(run_id="toy-run-0002")))
    keys = tmp_path / "keys"
    keys.mkdir()
    for key in (ALICE, BOB, Key("reed"), Key("reed-next")):
        key.write(keys)
    for name, value in (("user.name", "Alice"), ("user.email", "alice@example.org")):
        repository.git("config", name, value)
    environment = {**environment, "KEYS": str(keys)}
    versions = []
    for block in blocks(REST):
        command = ["bash", "-euo", "pipefail", "-c", block]
        done = subprocess.run(command, cwd=repository.root, env=environment, capture_output=True, check=False)
        assert done.returncode == 0, (block, done.stdout, done.stderr)
        versions.append(ledger.read(repository.root).registry.version)
    assert versions == [2, 3, 4, 5, 6, 6]
    book = ledger.read(repository.root)
    assert [one.state.value for one in book.verdicts] == ["withdrawn", "reattested"]
    robot = next(one for one in book.registry.publishers if one.id == "reed-robot")
    assert {key.id: key.status.value for key in robot.keys} == {"2026a": "retired", "2026b": "active"}
