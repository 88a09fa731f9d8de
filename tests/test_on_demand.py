"""Running on demand: the scripts ask for exact versions, check what they fetch, and leave the report.

There is no cluster here. The programs that a script calls are small ones that write down their words, and
do as much as the script relies on.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.papers import PROJECT

WORKFLOW: dict[Any, Any] = yaml.safe_load((PROJECT / ".github/workflows/on-demand.yml").read_bytes())
TRIGGERS = WORKFLOW[True]
"""YAML 1.1 takes the key `on` for a truth value."""

MESHES = sorted(path.stem for path in (PROJECT / ".github/meshes").glob("*.sh"))
SCRIPTS = sorted((PROJECT / ".github").glob("*/*.sh"))
SHELL = ("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c")

CURL = """
while [ $# -gt 0 ]; do case $1 in --output) file=$2; shift ;; http*) url=$1 ;; esac; shift; done
case $url in
  *.sha256) sha256sum "$(ls -t "$LOG".fetched-* | head -1)" | sed "s/^/$SPOIL/" ;;
  *.tar.gz) mkdir -p "$LOG.t"; printf '#!/bin/sh\\necho istioctl "$@" >> "$LOG"\\n' > "$LOG.t/istioctl"
    chmod +x "$LOG.t/istioctl"; tar -C "$LOG.t" -czf "$file" istioctl; cp "$file" "$LOG.fetched-tar" ;;
  *) printf '#!/bin/sh\\necho fetched "$@" >> "$LOG"\\n' > "$file"; cp "$file" "$LOG.fetched-file" ;;
esac
"""
GIT = """
for word; do last=$word; done
case "$*" in
  *gateway-api*) mkdir -p "$last/conformance" ;;
  *checkout*) mkdir -p "$2/smi-conformance/test-gen/test-yamls/traffic-access"
    mkdir "$2/smi-conformance/test-gen/test-yamls/traffic-split" "$2/smi-conformance/test-gen/test-yamls/traffic-spec"
    echo 'namespace: <NAMESPACE>' > "$2/smi-conformance/test-gen/test-yamls/traffic-access/01-install.yaml" ;;
esac
"""
KUTTL = """#!/bin/bash
echo kubectl-kuttl "$@" >> "$LOG"
grep -rh namespace "$2" >> "$LOG"
while [ $# -gt 0 ]; do case $1 in --report-name) name=$2 ;; --artifacts-dir) folder=$2 ;; esac; shift; done
printf '{"tests": 2, "failures": 1, "time": "1.5", "testsuite": [{"name": "%s"}]}' "$name" > "$folder/$name.json"
exit 1
"""
GO = """
for word; do case $word in --report-output=*) echo "kind: ConformanceReport" > "${word#*=}" ;; esac; done
[ -n "$GOBIN" ] || exit 1
mkdir -p "$GOBIN"
cp "$LOG.kuttl" "$GOBIN/kubectl-kuttl"
chmod +x "$GOBIN/kubectl-kuttl"
"""


class Machine:
    """A machine on which the programs of a script only write down what they are asked."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.log = folder, folder / "log"
        (folder / "bin").mkdir()
        (folder / "log.kuttl").write_text(KUTTL)
        self.log.write_text("")
        for name, body in {"curl": CURL, "git": GIT, "go": GO, "kubectl": "cat > /dev/null", "helm": ""}.items():
            program = folder / "bin" / name
            program.write_text(f'#!/bin/bash\necho {name} "$@" >> "$LOG"\n{body}\n')
            program.chmod(0o755)

    def run(self, script: str, *words: str, spoil: str = "") -> subprocess.CompletedProcess[str]:
        environment = {
            "PATH": f"{self.folder}/bin:{os.environ['PATH']}",
            "TMPDIR": str(self.folder),
            "LOG": str(self.log),
            "SPOIL": spoil,
        }
        command = ["bash", str(PROJECT / ".github" / script), *words]
        return subprocess.run(
            command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
        )

    @property
    def said(self) -> str:
        return self.log.read_text()


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


@pytest.mark.parametrize("mesh", MESHES)
@pytest.mark.parametrize("version", ["1.2.3", "edge-26.6.3"])
def test_each_mesh_is_installed_in_exactly_the_version_that_is_asked_for(
    machine: Machine, mesh: str, version: str
) -> None:
    done = machine.run(f"meshes/{mesh}.sh", "install", version, "gateway-api")
    assert done.returncode == 0, done.stderr
    assert version in machine.said
    assert "latest" not in machine.said


@pytest.mark.parametrize("mesh", ["istio", "linkerd"])
def test_a_download_that_is_not_what_was_published_is_not_run(machine: Machine, mesh: str) -> None:
    done = machine.run(f"meshes/{mesh}.sh", "install", "1.2.3", "gateway-api", spoil="f")
    assert done.returncode != 0
    assert not re.search("^(fetched|istioctl|kubectl)", machine.said, re.MULTILINE)


def test_kind_is_held_against_the_digest_in_the_script(machine: Machine) -> None:
    done = machine.run("harnesses/cluster.sh", "linkerd", "v1.33.1")
    assert done.returncode != 0
    assert "/v0.32.0/kind-linux-amd64" in machine.said
    assert "fetched create" not in machine.said


@pytest.mark.parametrize("mesh", MESHES)
def test_each_mesh_says_what_a_cluster_and_a_namespace_need(machine: Machine, mesh: str) -> None:
    head = "kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\n"
    config = yaml.safe_load(head + machine.run(f"meshes/{mesh}.sh", "cluster").stdout)
    assert config["kind"] == "Cluster"
    assert re.fullmatch(
        r"((label|annotation) [a-z./-]+=enabled\n)?", machine.run(f"meshes/{mesh}.sh", "namespace").stdout
    )
    assert machine.run(f"meshes/{mesh}.sh", "url").stdout.startswith("https://")
    assert machine.run(f"meshes/{mesh}.sh", "dance").returncode == 2


def test_the_gateway_api_tests_of_that_release_are_run_and_a_failed_test_is_no_failed_run(machine: Machine) -> None:
    report = machine.folder / "report.yaml"
    done = machine.run("harnesses/gateway-api.sh", "linkerd", "edge-26.6.3", "v1.3.0", str(report))
    assert done.returncode == 0, done.stderr
    assert report.read_text() == "kind: ConformanceReport\n"
    assert "git clone --quiet --depth 1 --branch v1.3.0 https://github.com/kubernetes-sigs/gateway-api" in machine.said
    for word in ("--version=edge-26.6.3", "--namespace-annotations=linkerd.io/inject=enabled", "--project=linkerd"):
        assert word in machine.said
    machine.run("harnesses/gateway-api.sh", "linkerd", "edge-26.6.3", "v1.3.0", "definitions")
    assert "/v1.3.0/standard-install.yaml" in machine.said


@pytest.mark.skipif(shutil.which("jq") is None, reason="jq is not on PATH")
def test_the_smi_tests_are_those_of_one_commit_and_make_one_report(machine: Machine) -> None:
    report = machine.folder / "report.json"
    done = machine.run("harnesses/smi.sh", "istio", "v0.6.0", str(report))
    assert done.returncode == 0, done.stderr
    told = json.loads(report.read_text())
    assert [one["name"] for one in told["testsuite"]] == ["traffic-access", "traffic-split", "traffic-spec"]
    assert (told["tests"], told["failures"], told["time"]) == (6, 3, "4.5")
    assert re.search(
        r"fetch --quiet --depth 1 https://github.com/layer5io/learn-layer5 [0-9a-f]{40}$", machine.said, re.MULTILINE
    )
    assert "kubectl label namespace smi-traffic-split istio-injection=enabled" in machine.said
    assert "namespace: smi-traffic-access" in machine.said
    assert machine.run("harnesses/smi.sh", "istio", "v0.4.9", str(report)).returncode == 2


def asked(tmp_path: Path, **changes: str) -> tuple[int, dict[str, str]]:
    """Run the workflow's own step that looks at what was asked for."""
    step = next(one for one in WORKFLOW["jobs"]["run"]["steps"] if one.get("id") == "asked")
    (tmp_path / "meshmark").symlink_to(PROJECT)
    told = {"MESH": "linkerd", "MESH_VERSION": "edge-26.6.3", "KUBERNETES": "v1.33.1", "SUITE": "gateway-api:v1.3.0"}
    output = tmp_path / "output"
    output.write_text("")
    environment = {"PATH": os.environ["PATH"], "GITHUB_OUTPUT": str(output), "RUNNER_TEMP": "/tmp", **told, **changes}  # noqa: S108 - a runner names its own folder
    done = subprocess.run([*SHELL, step["run"]], cwd=tmp_path, env=environment, capture_output=True, check=False)
    return done.returncode, dict(line.split("=", 1) for line in output.read_text().splitlines())


def test_what_is_asked_for_becomes_what_the_action_is_told(tmp_path: Path) -> None:
    code, said = asked(tmp_path, SUITE="smi:v0.6.0")
    assert code == 0
    assert (said["format"], said["suite"]) == ("kuttl", "smi:v0.6.0")
    version = re.search("^kuttl_version=(.*)$", (PROJECT / ".github/harnesses/smi.sh").read_text(), re.MULTILINE)
    assert version
    assert said["harness"] == f"kuttl:{version[1]}"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MESH", "../harnesses/smi"),
        ("MESH", "osm"),
        ("MESH_VERSION", "latest"),
        ("MESH_VERSION", "1.2;id"),
        ("MESH_VERSION", "1.2\n3"),
        ("KUBERNETES", "1.33"),
        ("KUBERNETES", "v1.33.1 x"),
        ("SUITE", "gateway-api:v1.3"),
        ("SUITE", "other:v1.0.0"),
    ],
)
def test_what_is_no_name_and_no_exact_version_is_refused(tmp_path: Path, name: str, value: str) -> None:
    assert asked(tmp_path, **{name: value})[0] == 2


def test_by_hand_and_by_call_the_workflow_is_asked_for_the_same() -> None:
    by_hand, by_call = (TRIGGERS[name]["inputs"] for name in ("workflow_dispatch", "workflow_call"))
    assert by_hand["mesh"]["options"] == MESHES
    assert by_hand.keys() == by_call.keys() - {"results-repository", "fork"}
    assert all(by_hand[name]["description"] == by_call[name]["description"] for name in by_hand.keys() - {"mesh"})


def test_the_workflow_tells_the_action_only_what_the_action_knows() -> None:
    action = yaml.safe_load((PROJECT / "action.yml").read_bytes())
    step = WORKFLOW["jobs"]["run"]["steps"][-1]
    assert step["with"].keys() <= action["inputs"].keys()
    needed = {name for name, one in action["inputs"].items() if one.get("required")}
    assert needed <= step["with"].keys()
    assert "${{" not in "".join(one.get("run", "") for one in WORKFLOW["jobs"]["run"]["steps"])


@pytest.mark.skipif(shutil.which("shellcheck") is None, reason="shellcheck is not on PATH")
def test_the_scripts_are_clean_under_shellcheck() -> None:
    done = subprocess.run(["shellcheck", *map(str, SCRIPTS)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
