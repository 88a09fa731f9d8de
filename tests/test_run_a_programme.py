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

PAGE = PROJECT / "docs" / "run-a-programme.md"
BLOCKS = re.findall(r"^```sh\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


@pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="ssh-keygen is not on PATH")
def test_the_commands_of_the_handbook_work_in_their_order(tmp_path: Path) -> None:
    repository = toy(tmp_path / "r")
    repository.commit(pair(result()))
    repository.commit(pair(result(run_id="toy-run-0002")))
    keys, tools = tmp_path / "keys", tmp_path / "bin"
    keys.mkdir()
    tools.mkdir()
    for key in (ALICE, BOB, Key("reed"), Key("reed-next")):
        key.write(keys)
    meshmark = tools / "meshmark"
    meshmark.write_text(f'#!/bin/sh\nPYTHONPATH={PROJECT} exec {sys.executable} -m generator "$@"\n')
    meshmark.chmod(0o755)
    for name, value in (("user.name", "Alice"), ("user.email", "alice@example.org")):
        repository.git("config", name, value)
    environment = {**os.environ, "PATH": f"{tools}:{os.environ['PATH']}", "KEYS": str(keys)}
    versions = []
    for block in BLOCKS:
        command = ["bash", "-euo", "pipefail", "-c", block]
        done = subprocess.run(command, cwd=repository.root, env=environment, capture_output=True, check=False)
        assert done.returncode == 0, (block, done.stdout, done.stderr)
        versions.append(ledger.read(repository.root).registry.version)
    assert versions == [2, 3, 4, 5, 6, 6]
    book = ledger.read(repository.root)
    assert [one.state.value for one in book.verdicts] == ["withdrawn", "reattested"]
    robot = next(one for one in book.registry.publishers if one.id == "reed-robot")
    assert {key.id: key.status.value for key in robot.keys} == {"2026a": "retired", "2026b": "active"}
