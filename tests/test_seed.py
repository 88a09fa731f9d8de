"""What `seed` promises: a new programme gets the same files from a checkout and from an installation."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from generator import __version__, seed, settings, urls
from tests.support.papers import PROJECT

FORCED = tomllib.loads((PROJECT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"][
    "force-include"
]
DIGEST = """
import hashlib
from generator import seed
files = {**seed.files(), **{f"templates/{path}": content for path, content in seed.templates().items()}}
print(hashlib.sha256(repr(sorted(files.items())).encode()).hexdigest())
"""


def test_the_package_carries_exactly_what_is_sought() -> None:
    assert {source: f"generator/{seed.INSTALLED}/{source}" for source in seed.SOURCES} == FORCED


def test_an_installation_finds_the_same_files_as_a_checkout(tmp_path: Path) -> None:
    shutil.copytree(PROJECT / "generator", tmp_path / "generator", ignore=shutil.ignore_patterns("__pycache__"))
    for source, target in FORCED.items():
        (tmp_path / target).parent.mkdir(parents=True, exist_ok=True)
        copy = shutil.copytree if (PROJECT / source).is_dir() else shutil.copy
        copy(PROJECT / source, tmp_path / target)
    told = [
        subprocess.run(
            [sys.executable, "-c", DIGEST], cwd=place, env={"PYTHONPATH": str(place)}, capture_output=True, check=True
        ).stdout
        for place in (PROJECT, tmp_path)
    ]
    assert told[0] == told[1]


def test_an_installation_that_lacks_something_says_what(tmp_path: Path) -> None:
    shutil.copytree(PROJECT / "generator", tmp_path / "generator", ignore=shutil.ignore_patterns("__pycache__"))
    done = subprocess.run(
        [sys.executable, "-m", "generator", "demo", "there"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert ".ci/publish is missing: this installation of Meshmark is not complete" in done.stderr
    assert not (tmp_path / "there").exists()


def test_a_new_programme_gets_every_schema_and_no_suite_of_ours() -> None:
    schemas = {path for path in seed.files() if path.startswith(urls.SCHEMAS)}
    assert {urls.schema(kind) for kind in (*settings.KINDS, *settings.OUTSIDE_KINDS)} <= schemas
    assert {urls.FINDINGS_SCHEMA, urls.VERIFY_SCHEMA} <= schemas
    assert not any(path.startswith(urls.SUITES) for path in schemas)


def test_a_new_programme_gets_no_templates_because_every_build_has_them() -> None:
    assert not any(path.startswith(seed.TEMPLATES) for path in seed.files())
    assert {"base.html", urls.STYLE, urls.SCRIPT, "content/method.md"} <= seed.templates().keys()
    assert seed.TEMPLATES == urls.TEMPLATES


def test_the_workflows_install_the_version_that_made_them() -> None:
    files = seed.files()
    for name in ("publish", "results"):
        workflow = files[f".github/workflows/{name}.yml"].decode()
        assert "pip install --quiet --requirement" in workflow
        assert "pip install --quiet ." not in workflow
    assert files[seed.REQUIREMENTS].decode().endswith(f"@v{__version__}\n")


@pytest.mark.checkers
@pytest.mark.parametrize("tool", ["actionlint", "zizmor"])
def test_the_workflows_of_a_new_programme_are_clean(tmp_path: Path, tool: str) -> None:
    program = shutil.which(tool, path=str(Path(sys.executable).parent))
    if program is None:
        pytest.skip(f"{tool} is not installed")
    workflows = tmp_path / ".github" / "workflows"
    workflows.mkdir(parents=True)
    for path, content in seed.files().items():
        if path.startswith(".github/"):
            (tmp_path / path).write_bytes(content)
    options = {"actionlint": sorted(map(str, workflows.iterdir())), "zizmor": ["--offline", "--quiet", str(tmp_path)]}
    done = subprocess.run([program, *options[tool]], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
