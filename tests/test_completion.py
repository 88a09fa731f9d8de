"""What `completion` promises: in each shell exactly the verbs, flags and values of the command line."""

from __future__ import annotations

import argparse
import shutil
import subprocess
from pathlib import Path

import pytest

from generator import cli, completion

DRIVER = """
source "$1"; shift
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
_meshmark
printf '%s\\n' "${COMPREPLY[@]}"
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("scripts")
    for shell, write in completion.SHELLS.items():
        (made / shell).write_text(write(cli.parser()), encoding="utf-8")
    (made / "a result.yaml").touch()
    return made


def _run(command: list[str], folder: Path) -> list[str]:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    return done.stdout.splitlines()


def _bash(folder: Path, *words: str) -> list[str]:
    return sorted(filter(None, _run(["bash", "--norc", "-c", DRIVER, "driver", "./bash", "meshmark", *words], folder)))


def test_verbs_are_completed(folder: Path) -> None:
    assert set(_bash(folder, "")) >= {"build", "check", "completion", "registry", "verify"}
    assert _bash(folder, "ver") == ["verify"]
    assert _bash(folder, "registry", "re") == ["reattest", "retire-key", "revoke-key"]


def test_flags_are_those_of_the_verb(folder: Path) -> None:
    assert _bash(folder, "verify", "--tr") == ["--trust-root"]
    assert _bash(folder, "explain", "--tr") == []
    assert _bash(folder, "--vers") == ["--version"]
    assert "--reason" in _bash(folder, "registry", "withdraw", "-")


def test_values_and_files_are_completed(folder: Path) -> None:
    assert _bash(folder, "check", "--format", "") == ["github", "json", "markdown", "text"]
    assert _bash(folder, "verify", "--format", "j") == ["json"]
    assert _bash(folder, "completion", "") == ["bash", "fish", "zsh"]
    assert _bash(folder, "check", "a") == ["a result.yaml"]
    assert _bash(folder, "verify", "--write-checkpoint", "a") == ["a result.yaml"]


def test_a_value_that_is_called_like_a_verb_is_none(folder: Path) -> None:
    assert _bash(folder, "check", "--root", "registry", "--ba") == ["--base"]


def test_every_place_of_the_command_line_is_known() -> None:
    known = {place.words: place for place in completion.places(cli.parser())}
    assert {"verify", "build"} <= {name for name, _ in known[()].verbs}
    assert set(known) >= {(), ("verify",), ("registry",), ("registry", "add-key"), ("suite", "derive")}
    flags = {flag.names[-1]: flag for flag in known["verify",].flags}
    assert flags["--format"].choices == ("text", "json")
    assert not flags["--steps"].takes_value


def test_what_help_says_is_quoted_for_the_shell() -> None:
    parser = argparse.ArgumentParser(prog="meshmark", add_help=False)
    parser.add_argument("--it", action="store_true", help="it's a \\ $(touch x)")
    assert completion.fish(parser).endswith(" -l it -d 'it\\'s a \\\\ $(touch x)'\n")


@pytest.mark.skipif(not shutil.which("fish"), reason="fish is not installed")
def test_fish_completes(folder: Path) -> None:
    def complete(line: str) -> set[str]:
        script = f"source {folder / 'fish'}; complete --do-complete '{line}'"
        return {row.split("\t")[0] for row in _run(["fish", "--no-config", "-c", script], folder)}

    assert "verify" in complete("meshmark ver")
    assert complete("meshmark verify --format ") == {"text", "json"}
    assert "--trust-root" in complete("meshmark verify --")
    assert "retire-key" in complete("meshmark registry ")
    assert "verify" not in complete("meshmark registry ")


@pytest.mark.skipif(not shutil.which("zsh"), reason="zsh is not installed")
def test_zsh_loads_its_script(folder: Path) -> None:
    script = f"source {folder / 'zsh'}; print ${{_comps[meshmark]}}"
    assert _run(["zsh", "-f", "-c", script], folder)[-1].startswith("_bash_complete")
