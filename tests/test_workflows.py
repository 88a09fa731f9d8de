"""The workflows do what they say: their own shell steps run here, against local repositories."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import yaml

from generator import server
from tests.support import papers
from tests.support.keys import Key
from tests.support.papers import PROJECT, STRANGER, result
from tests.support.repository import Link, Repository, pair, toy

FIRST = papers.digest(papers.written(papers.registry()))
needs_curl = pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not on PATH")


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """An environment in which `meshmark` is this checkout."""
    tools = tmp_path / "bin"
    tools.mkdir()
    meshmark = tools / "meshmark"
    meshmark.write_text(f'#!/bin/sh\nPYTHONPATH={PROJECT} exec {sys.executable} -m generator "$@"\n')
    meshmark.chmod(0o755)
    return {**os.environ, "PATH": f"{tools}:{os.environ['PATH']}"}


def published(root: Path) -> Repository:
    repository = toy(root)
    repository.commit(pair(result()))
    repository.write({"site_templates": Link(str(PROJECT / "site_templates"))})
    return repository


def publish(repository: Repository, environment: dict[str, str], **more: str) -> int:
    command = ["bash", str(PROJECT / ".ci/publish")]
    return subprocess.run(command, cwd=repository.root, env={**environment, **more}, check=False).returncode


def test_publishing_needs_a_trust_root_that_fits(tmp_path: Path, environment: dict[str, str]) -> None:
    repository = published(tmp_path / "r")
    assert publish(repository, environment) == 2
    assert publish(repository, environment, TRUST_ROOT="0" * 64) == 2
    assert not (repository.root / "public").exists()
    assert publish(repository, environment, TRUST_ROOT=FIRST) == 0


def test_a_quarantined_result_does_not_stop_the_others(tmp_path: Path, environment: dict[str, str]) -> None:
    repository = published(tmp_path / "r")
    repository.commit(pair(result(run_id="toy-run-0002"), STRANGER))
    assert publish(repository, environment, TRUST_ROOT=FIRST) == 0
    assert "toy-run-0002" in (repository.root / "public/quarantine/index.html").read_text()


@needs_curl
def test_publishing_continues_what_stands_at_the_site_or_stops(tmp_path: Path, environment: dict[str, str]) -> None:
    repository = published(tmp_path / "r")
    assert publish(repository, environment, TRUST_ROOT=FIRST) == 0
    (repository.root / "public").rename(tmp_path / "site")
    (tmp_path / "empty").mkdir()
    for folder, rewritten, code in (("site", False, 0), ("empty", False, 0), ("site", True, 2)):
        with server.serve(tmp_path / folder, 0) as web:
            threading.Thread(target=web.serve_forever, daemon=True).start()
            if rewritten:
                repository.git("reset", "--quiet", "--hard", "HEAD~1")
            site = f"http://127.0.0.1:{web.server_port}/"
            assert publish(repository, environment, TRUST_ROOT=FIRST, SITE=site) == code
            web.shutdown()
    assert publish(repository, environment, TRUST_ROOT=FIRST, SITE="http://127.0.0.1:1/") != 0


def steps(workflow: str, job: str) -> dict[str, str]:
    loaded = yaml.safe_load((PROJECT / ".github/workflows" / workflow).read_bytes())
    return {step["name"]: step["run"] for step in loaded["jobs"][job]["steps"] if "run" in step and "name" in step}


@pytest.mark.parametrize(("signer", "code"), [(papers.ROBOT, 0), (STRANGER, 1)])
def test_a_pull_request_is_fetched_as_objects_and_judged_on_its_base(
    tmp_path: Path, environment: dict[str, str], signer: Key, code: int
) -> None:
    server_side = toy(tmp_path / "server")
    server_side.commit(pair(result()))
    base = server_side.head
    server_side.git("switch", "--quiet", "--create", "robot")
    server_side.commit(pair(result(run_id="toy-run-0002"), signer))
    server_side.git("switch", "--quiet", "--detach", "main")
    server_side.merge("robot")
    server_side.git("update-ref", "refs/pull/7/merge", "HEAD")
    server_side.git("switch", "--quiet", "main")
    server_side.git("clone", "--quiet", "--branch", "main", ".", str(tmp_path / "base"))
    run = steps("results.yml", "check")
    summary = tmp_path / "summary.md"
    more = {"BASE": base, "NUMBER": "7", "SERVER": str(server_side.root), "GITHUB_STEP_SUMMARY": str(summary)}
    for name in ("Fetch the change as objects, without files", "Judge it on top of its base"):
        done = subprocess.run(
            ["bash", "-e", "-c", run[name]], cwd=tmp_path, env={**environment, **more}, capture_output=True, check=False
        )
    assert done.returncode == code, done.stderr
    assert ("unauthorised" in done.stdout.decode()) == bool(code)
    assert "2 files changed." in summary.read_text()
