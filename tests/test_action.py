"""The action does what it says: its own steps run here, as a runner would, against a local bare remote."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from generator import ledger
from tests.support import harness
from tests.support.keys import Key
from tests.support.papers import PROJECT, ROBOT, STRANGER
from tests.support.repository import Repository

ACTION = yaml.safe_load((PROJECT / "action.yml").read_bytes())
INSTALL = "Install Meshmark"
SHELL = ("bash", "--noprofile", "--norc", "-eo", "pipefail")
"""How a runner starts the shell `bash`."""

THIS_CHECKOUT = """\
folder=$(mktemp -d "$RUNNER_TEMP/meshmark.XXXXXX")
echo "folder=$folder" >> "$GITHUB_OUTPUT"
mkdir -p "$folder/venv/bin"
ln -s "$PYTHON" "$folder/venv/bin/python"
cp "$TEST_MESHMARK" "$folder/venv/bin/meshmark"
"""
"""In place of the installation, which needs a package index: the same folder, with this checkout in it."""


@dataclass
class Runner:
    """A runner with a job that uses the action: its folders, and what the steps said so far."""

    folder: Path
    inputs: dict[str, str]
    install: str = THIS_CHECKOUT
    outputs: dict[str, dict[str, str]] = field(default_factory=dict)
    printed: str = ""

    def __post_init__(self) -> None:
        self.temp, self.workspace, self.tools = (self.folder / name for name in ("temp", "workspace", "tools"))
        for folder in (self.temp, self.workspace, self.tools):
            folder.mkdir()
        meshmark = self.tools / "meshmark"
        # Beside running this checkout it notes where and how safe the key is while it is used.
        meshmark.write_text(
            "#!/bin/bash\n"
            f"seen={self.folder}/key-seen\n"
            'for word; do case $word in --key=*) stat -c "%a %n" "${word#--key=}" > "$seen";; esac; done\n'
            f'PYTHONPATH={PROJECT} exec {sys.executable} -m generator "$@"\n'
        )
        meshmark.chmod(0o755)
        self.outputs["python"] = {"python-path": sys.executable}

    def run(self) -> bool:
        """Run every step as its condition says; give whether the job is well."""
        given = {name: str(one.get("default", "")) for name, one in ACTION["inputs"].items()} | self.inputs
        well = True
        for step in ACTION["runs"]["steps"]:
            if "run" in step and (well or step.get("if") == "always()"):
                well &= self._step(step, given)
        return well

    def _step(self, step: dict[str, Any], given: dict[str, str]) -> bool:
        assert step["shell"] == "bash"
        files = {name: self.folder / name.lower() for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
        files["GITHUB_OUTPUT"].write_text("")
        environment = {
            "PATH": f"{self.tools}:{os.environ['PATH']}",
            "HOME": str(self.folder),
            "RUNNER_TEMP": str(self.temp),
            "TEST_MESHMARK": str(self.tools / "meshmark"),
            "GITHUB_SERVER_URL": "https://github.com",
            "GITHUB_REPOSITORY": "kelp/kelp",
            "GITHUB_RUN_ID": "77",
            **{name: str(file) for name, file in files.items()},
            **{name: self._value(text, given) for name, text in step.get("env", {}).items()},
        }
        text = self.install if step["name"] == INSTALL else step["run"]
        done = subprocess.run(
            [*SHELL, "-c", text], cwd=self.workspace, env=environment, capture_output=True, text=True, check=False
        )
        self.printed += done.stdout + done.stderr
        if "id" in step:
            self.outputs[step["id"]] = dict(_outputs(files["GITHUB_OUTPUT"].read_text()))
        return done.returncode == 0

    def _value(self, text: str, given: dict[str, str]) -> str:
        whole = re.fullmatch(r"\$\{\{ (inputs|steps|github)\.([\w.-]+) \}\}", text)
        assert whole, text
        kind, name = whole.groups()
        if kind == "inputs":
            return given[name]
        if kind == "github":
            return {"action_path": str(PROJECT)}[name]
        step, outputs, output = name.split(".")
        assert outputs == "outputs"
        return self.outputs.get(step, {}).get(output, "")

    def output(self, name: str) -> str:
        return self._value(ACTION["outputs"][name]["value"], {})

    def summary(self) -> str:
        return (self.folder / "github_step_summary").read_text()


def _outputs(text: str) -> Iterator[tuple[str, str]]:
    """Read a file of outputs as a runner does: `name=value`, or lines between two marks."""
    lines = iter(text.splitlines())
    for line in lines:
        name, mark = line.split("<<", 1) if "<<" in line.partition("=")[0] else (line, "")
        if mark:
            body = []
            for inner in lines:
                if inner == mark:
                    break
                body.append(inner)
            yield name, "\n".join(body)
        else:
            name, _, value = line.partition("=")
            yield name, value


@pytest.fixture
def server(tmp_path: Path) -> Repository:
    programme = harness.programme(tmp_path / "programme")
    programme.git("clone", "--quiet", "--bare", ".", str(tmp_path / "results.git"))
    return Repository(tmp_path / "results.git")


def private(key: Key, folder: Path) -> str:
    folder.mkdir(exist_ok=True)
    return key.write(folder).read_text()


def job(tmp_path: Path, server: Repository, key: Key = ROBOT, **inputs: str) -> Runner:
    (tmp_path / "job").mkdir()
    given = {
        "format": "gateway-api",
        "file": "reports/mesh.yaml\n",
        "results-repository": str(server.root),
        "signing-key": private(key, tmp_path / "keys"),
        "kubernetes": "v1.33.1",
    }
    runner = Runner(tmp_path / "job", given | {name.replace("_", "-"): value for name, value in inputs.items()})
    (runner.workspace / "reports").mkdir()
    (runner.workspace / "reports" / "mesh.yaml").write_text(harness.REPORT)
    (runner.workspace / ".meshmark-robot.yaml").write_text(harness.ROBOT)
    return runner


def nowhere(runner: Runner, key: Key, tmp_path: Path) -> bool:
    """Say that no file of the job holds the private key, and nothing that was printed."""
    secret = private(key, tmp_path / "keys").split("\n")[1]
    kept = [path for path in runner.folder.rglob("*") if path.is_file() and secret in path.read_text(errors="replace")]
    return not kept and secret not in runner.printed


def test_a_report_becomes_a_branch_that_is_verified_once_merged(tmp_path: Path, server: Repository) -> None:
    runner = job(tmp_path, server)
    assert runner.run(), runner.printed
    path = runner.output("result-path")
    assert path.startswith(f"{harness.RESULTS}/gateway-api-v1.3-20260511t142105z-")
    assert runner.output("state") == "submitted"
    branch = runner.output("branch")
    assert server.git("log", "-1", "--format=%an <%ae>", branch) == "Kelp robot <robot@kelp.example>"
    server.git("clone", "--quiet", ".", str(tmp_path / "merged"))
    merged = Repository(tmp_path / "merged")
    merged.merge(f"origin/{branch}")
    verdict = ledger.audit(merged.root).judgement.verdicts[-1]
    assert (verdict.path, verdict.state.value) == (path, "verified")
    assert b"url: https://github.com/kelp/kelp/actions/runs/77" in (merged.root / path).read_bytes().replace(b'"', b"")


def test_the_summary_shows_the_rows_that_change(tmp_path: Path, server: Repository) -> None:
    runner = job(tmp_path, server)
    assert runner.run()
    assert "### Conformance result: submitted" in runner.summary()
    assert "| Row of the matrix | Before | After |" in runner.summary()
    assert "| kelp gateway\\-api" in runner.summary()
    assert runner.output("summary").strip() == runner.summary().strip()


def test_the_key_lies_outside_the_workspace_for_its_owner_only_and_is_gone_afterwards(
    tmp_path: Path, server: Repository
) -> None:
    runner = job(tmp_path, server)
    assert runner.run()
    mode, place = (runner.folder / "key-seen").read_text().split()
    assert mode == "600"
    assert Path(place).is_relative_to(runner.temp)
    assert not Path(place).parent.exists()
    assert nowhere(runner, ROBOT, tmp_path)


def test_a_key_that_is_not_enrolled_fails_the_job_says_why_and_leaves_no_key(
    tmp_path: Path, server: Repository
) -> None:
    runner = job(tmp_path, server, STRANGER)
    assert not runner.run()
    assert runner.output("state") == "refused"
    assert "error unauthorised: registry version 1 does not know the key" in runner.summary()
    assert nowhere(runner, STRANGER, tmp_path)
    assert server.git("branch", "--list").split() == ["*", "main"]


def test_a_secret_with_line_ends_of_another_system_works(tmp_path: Path, server: Repository) -> None:
    text = private(ROBOT, tmp_path / "keys").rstrip("\n").replace("\n", "\r\n")
    runner = job(tmp_path, server, signing_key=text)
    assert runner.run(), runner.printed


def test_a_report_that_cannot_be_imported_fails_the_job_and_says_why(tmp_path: Path, server: Repository) -> None:
    runner = job(tmp_path, server, kubernetes="")
    assert not runner.run()
    assert "### Conformance result: not imported" in runner.summary()
    assert "error import-untold" in runner.summary()
    assert runner.output("state") == ""


def test_a_repository_that_is_not_there_fails_the_job(tmp_path: Path, server: Repository) -> None:
    runner = job(tmp_path, server, results_repository=str(tmp_path / "nowhere.git"))
    assert not runner.run()
    assert "### Conformance result: not imported" in runner.summary()


def test_a_fork_gets_the_branch(tmp_path: Path, server: Repository) -> None:
    server.git("clone", "--quiet", "--bare", ".", str(tmp_path / "fork.git"))
    runner = job(tmp_path, server, fork=str(tmp_path / "fork.git"))
    assert runner.run(), runner.printed
    assert runner.output("branch") in Repository(tmp_path / "fork.git").git("branch", "--list")
    assert runner.output("branch") not in server.git("branch", "--list")


def test_values_of_inputs_are_words_and_never_commands(tmp_path: Path, server: Repository) -> None:
    evil = f'$(touch {tmp_path}/evil)`touch {tmp_path}/evil`"; touch {tmp_path}/evil; "'
    names = ("mesh", "mesh-version", "kubernetes", "platform", "publisher", "harness", "base", "name", "robot", "file")
    for number, name in enumerate(names):
        (tmp_path / str(number)).mkdir()
        runner = job(tmp_path / str(number), server)
        runner.inputs[name] = evil
        runner.run()
    assert not (tmp_path / "evil").exists()


def test_no_step_has_an_expression_in_its_shell() -> None:
    assert all("${{" not in step["run"] for step in ACTION["runs"]["steps"] if "run" in step)


def test_every_input_is_used_and_every_output_is_made() -> None:
    text = (PROJECT / "action.yml").read_text()
    assert all(f"${{{{ inputs.{name} }}}}" in text for name in ACTION["inputs"])
    made = {step["id"] for step in ACTION["runs"]["steps"] if "id" in step}
    assert all(one["value"].split(".")[1] in made for one in ACTION["outputs"].values())


@pytest.mark.skipif("CI" not in os.environ, reason="installs from the package index; continuous integration does it")
def test_the_action_installs_itself_from_its_own_folder(tmp_path: Path, server: Repository) -> None:
    runner = job(tmp_path, server)
    runner.install = next(step["run"] for step in ACTION["runs"]["steps"] if step.get("name") == INSTALL)
    assert runner.run(), runner.printed
    assert runner.output("state") == "submitted"
