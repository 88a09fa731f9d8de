"""What starting promises: a verb imports what it needs, and nothing for the others."""

from __future__ import annotations

import subprocess
import sys

import pytest

from generator import cli
from tests.support.papers import PROJECT

HEAVY = {"plotly", "jinja2", "markdown", "rich", "jsonschema", "referencing"}
UNUSED = {
    *("generator.pages", "generator.site", "generator.misfits", "generator.cache", "generator.formats.importers"),
    *("git", "sqlite3", "multiprocessing"),
}
"""What others need: to write git, to remember, to import, to render."""
RESULT = next(iter(sorted((PROJECT / "results").glob("*/*/*.yaml")))).relative_to(PROJECT).as_posix()


def _imported(*words: str) -> set[str]:
    code = (
        "import sys; from generator import cli\n"
        "try: code = cli.main(sys.argv[1:])\n"
        "except SystemExit as ended: code = ended.code\n"
        "print(code, *sys.modules, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code, *words], cwd=PROJECT, capture_output=True, text=True, check=True)
    code_said, *modules = done.stderr.split()
    assert code_said == "0", done.stdout
    return set(modules)


def test_the_version_costs_hardly_more_than_python() -> None:
    modules = _imported("--version")
    assert not modules & (
        HEAVY | {"git", "yaml", "cryptography", "jsonschema_rs", "json", "dataclasses", "argparse", "typing"}
    )
    assert {name for name in modules if name.startswith("generator")} == {"generator", "generator.cli"}


def test_the_check_of_one_file_imports_no_more_than_it_needs() -> None:
    modules = _imported("check", RESULT)
    assert not modules & (HEAVY | UNUSED)
    assert {"yaml", "cryptography", "jsonschema_rs"} <= modules


def test_the_answer_to_a_pull_request_imports_no_more_than_that() -> None:
    modules = _imported("check", "--base", "HEAD")
    assert not modules & (HEAVY | UNUSED)


def test_a_verb_brings_no_other_verb() -> None:
    modules = _imported("completion", "bash") & {"generator.verbs_completion"}
    assert modules == {"generator.verbs_completion"}
    assert not {name for name in _imported("check", RESULT) if name.startswith("generator.verbs_")} - {
        "generator.verbs_results"
    }


@pytest.mark.parametrize("word", ["", "verify", "no-such-verb", "--help"])
def test_the_usage_is_the_same_however_much_is_there(word: str) -> None:
    assert cli.parser(word).format_usage() == cli.parser().format_usage()


def test_every_verb_is_found_by_its_own_name() -> None:
    for name in cli._VERBS:
        (action,) = [one for one in cli.parser(name)._actions if one.dest == "==SUPPRESS=="][-1:]
        assert list(action.choices or ()) == [name]
