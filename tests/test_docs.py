"""The documentation tells the truth: it names all there is, and its examples and commands work."""

from __future__ import annotations

import argparse
import json
import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest

from generator import api, cli, console, documents, events, scalars, settings, urls
from generator.findings import RULES, Finding
from generator.judgements import Verdict
from generator.model import Document
from generator.schemas import Schema
from generator.terms import State

ROOT: Final = Path(__file__).parent.parent
DOCS: Final = ROOT / "docs"
_COMMAND_LINE: Final = DOCS / "command-line.md"
_FORMATS: Final = DOCS / "formats.md"
PAGES: Final = (*sorted(ROOT.glob("*.md")), *sorted(DOCS.rglob("*.md")))
ALL_KINDS: Final = (*settings.KINDS, *settings.OUTSIDE_KINDS)
_FENCE: Final = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK: Final = re.compile(r"\]\(([^)\s]+)\)")


def _text(path: Path) -> str:
    return path.read_text("utf-8")


def _blocks(path: Path, language: str) -> list[str]:
    return [body for name, body in _FENCE.findall(_text(path)) if name == language]


def _section(text: str, heading: str) -> str:
    found = re.search(rf"^## {re.escape(heading)}$(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    assert found, f"there is no section {heading}"
    return found[1]


def _rows(text: str) -> list[list[str]]:
    """Give the cells of each table row that begins with a name in backticks."""
    return [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| `")]


def _anchors(path: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", _FENCE.sub("", _text(path)), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


# --- the command line


def _verbs(parser: argparse.ArgumentParser | None = None, above: str = "") -> dict[str, argparse.ArgumentParser]:
    """Give every verb by its full name; a verb with verbs of its own stands for those."""
    found: dict[str, argparse.ArgumentParser] = {}
    for action in (parser or cli.parser())._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, verb in action.choices.items():
                own = _verbs(verb, f"{above}{name} ")
                found |= own or {f"{above}{name}": verb}
    return found


def _flags() -> Iterator[tuple[str, str]]:
    for name, verb in _verbs().items():
        for action in verb._actions:
            names = [flag for flag in action.option_strings if flag.startswith("--")] or [str(action.metavar)]
            yield from ((name, flag) for flag in names if flag != "--help")


def _commands(path: Path) -> Iterator[list[str]]:
    for block in _blocks(path, "sh"):
        for line in block.replace("\\\n", " ").splitlines():
            for command in line.split("&&"):
                words = shlex.split(command, comments=True)
                if words and Path(words[0]).name == "meshmark":
                    yield words[1:]


def test_every_verb_has_its_section_and_no_other_verb_has_one() -> None:
    sections = re.findall(r"^## ([a-z]+(?: [a-z-]+)?)$", _text(_COMMAND_LINE), re.MULTILINE)
    assert sections == list(_verbs())


@pytest.mark.parametrize(("verb", "flag"), list(_flags()))
def test_every_flag_stands_in_the_table_of_its_verb(verb: str, flag: str) -> None:
    rows = _rows(_section(_text(_COMMAND_LINE), verb))
    assert any(re.search(rf"`{flag}[` ]", row[0]) for row in rows)


def test_no_verb_is_said_to_have_a_flag_that_it_lacks() -> None:
    for name, verb in _verbs().items():
        known = {flag for action in verb._actions for flag in action.option_strings}
        told = re.findall(r"`(--[a-z-]+)", " ".join(row[0] for row in _rows(_section(_text(_COMMAND_LINE), name))))
        assert set(told) <= known, name


@pytest.mark.parametrize(
    "words", [*_commands(_COMMAND_LINE), *_commands(ROOT / "README.md")], ids=lambda words: " ".join(words) or "nothing"
)
def test_every_command_shown_is_one_that_the_parser_accepts(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    code = 0
    try:
        cli.parser().parse_args(words)
    except SystemExit as ended:
        code = int(ended.code or 0)
    assert code == 0, capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "value"),
    [(n, getattr(console, n)) for n in ("CLEAN", "FINDINGS", "STOPPED", "BUG", "INTERRUPTED")],
)
def test_every_exit_code_is_listed(name: str, value: int) -> None:
    assert re.search(rf"^\| {value} \| ", _text(_COMMAND_LINE), re.MULTILINE), name


def test_the_json_shown_has_the_fields_that_are_printed() -> None:
    finding = set(api.finding_data(Finding(rule="stopped", message="")))
    verdict = Verdict(
        path="",
        state=State.UNSIGNED,
        reason="",
        steps=(),
        commit="",
        committed_at=datetime(2026, 1, 1, tzinfo=UTC),
        registry_version=1,
    )
    check, verify = (json.loads(block) for block in _blocks(_COMMAND_LINE, "json"))
    assert all(set(shown) == finding for shown in check["findings"])
    assert set(verify) == {"head", "trust_root", "checkpoint", "steps", "findings", "results"}
    assert all(set(shown) == set(api.verdict_data(verdict)) for shown in verify["results"])


# --- the rules


def test_every_rule_is_listed_once_with_its_sentence_and_nothing_else_is() -> None:
    rows = _rows(_text(DOCS / "rules.md"))
    listed = {row[0].strip("`"): row[1] for row in rows}
    assert listed == RULES
    assert len(rows) == len(RULES)
    assert all(len(row) == 4 for row in rows)


def test_every_state_of_a_result_is_explained_in_provenance() -> None:
    explained = {row[0].strip("`"): row[1] for row in _rows(_section(_text(DOCS / "provenance.md"), "The states"))}
    states = {state for state in State if state is not State.UNVERIFIABLE}
    assert explained == {state.value: "yes" if state.counts else "no" for state in states}


# --- the formats


def _schema(kind: str) -> dict[str, Any]:
    data: dict[str, Any] = json.loads((ROOT / urls.schema(kind)).read_bytes())
    return data


def _fields(schema: dict[str, Any], prefix: str = "", *, needed: bool = True) -> Iterator[tuple[str, str]]:
    """Give each field of a schema by its dotted name, and whether it must be there."""
    for name, field in schema.get("properties", {}).items():
        required = name in schema.get("required", ())
        yield f"{prefix}{name}", ("yes" if needed else "with parent") if required else "no"
        inner = {"": field, "[]": field.get("items", {}), ".<id>": field.get("additionalProperties")}
        for suffix, below in inner.items():
            if isinstance(below, dict):
                yield from _fields(below, f"{prefix}{name}{suffix}.", needed=needed and required)


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_the_table_of_a_kind_lists_exactly_the_fields_of_its_schema(kind: str) -> None:
    told = {}
    for row in _rows(_section(_text(_FORMATS), kind)):
        name = row[0].strip("`")
        assert name not in told, f"{name} stands twice"
        assert len(row) in {3, 4}, name
        told[name] = row[1] if row[1] in {"yes", "with parent"} else "no"
    assert told == dict(_fields(_schema(kind)))


def _examples() -> list[tuple[str, str]]:
    kinds = [(re.search(r"^kind: (\w+)$", body, re.MULTILINE), body) for body in _blocks(_FORMATS, "yaml")]
    return [(kind[1] if kind else "", body) for kind, body in kinds]


def _example(kind: str, content: str) -> Document:
    schema = Schema(urls.schema(kind), (ROOT / urls.schema(kind)).read_bytes())
    path = urls.suite("mesh-basics", "v1.0.0") if kind == "Suite" else "docs/formats.md"
    reading = settings.document(path, content.encode(), schema)
    assert reading.document, reading.findings
    return reading.document


@pytest.mark.parametrize(("kind", "content"), _examples(), ids=lambda value: value.split("\n")[0])
def test_every_yaml_example_of_the_formats_is_valid(kind: str, content: str) -> None:
    _example(kind, content)


def test_every_kind_has_an_example() -> None:
    assert {kind for kind, _ in _examples()} == set(ALL_KINDS)


def test_the_examples_contradict_neither_themselves_nor_each_other() -> None:
    by_kind: dict[str, list[Document]] = {kind: [] for kind in ALL_KINDS}
    for kind, content in _examples():
        by_kind[kind].append(_example(kind, content))
    suite, suite_findings = settings.suite(by_kind["Suite"][0])
    registry, registry_findings = settings.registry(by_kind["ServiceAccounts"][0])
    assert (suite_findings, registry_findings) == ((), ())
    assert registry
    publishers = {publisher.id for publisher in registry.publishers}
    for result in by_kind["Result"]:
        data: dict[str, Any] = result.data
        assert data["audience"] == registry.audience
        assert data["publisher"] in publishers
        assert data["suite"] == {"id": suite.id, "version": suite.version, "digest": suite.digest}
        assert [item["test"] for item in data["results"]] == [assertion.id for assertion in suite.assertions]


@pytest.mark.parametrize(
    "limit", [f"{events.MAX_DEPTH} levels", f"{scalars.MAX_DIGITS} digits", "50 000 nodes", "256 KiB", "2 KiB"]
)
def test_the_limits_are_named(limit: str) -> None:
    assert (documents.MAX_BYTES, events.MAX_NODES) == (256 * 1024, 50_000)
    assert limit in _text(_FORMATS)


# --- this repository's own story


def test_every_result_of_this_repository_has_its_row_among_the_transcriptions() -> None:
    listed = {row[0].strip("`") for row in _rows(_text(DOCS / "transcriptions.md"))}
    published = {
        path.stem
        for path in (ROOT / urls.RESULTS).rglob("*.yaml")
        if re.search("^transcribed_from:", _text(path), re.MULTILINE)
    }
    assert listed == published


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_relative_link_leads_to_something_that_exists(page: Path) -> None:
    for target in _LINK.findall(_FENCE.sub("", _text(page))):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        there = page.parent / name if name else page
        assert there.exists(), target
        if anchor:
            assert anchor in _anchors(there), target


def test_the_commands_of_verify_by_hand_work(tmp_path: Path) -> None:
    for tool in ("ssh-keygen", "git"):
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is not on PATH")
    if not (ROOT / ".git").exists():
        pytest.skip("this checkout is no git repository, so there is no history to verify")
    commands = "\n".join(_blocks(DOCS / "verify-by-hand.md", "sh"))
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "TMPDIR": str(tmp_path),
        "LC_ALL": "C",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
    }
    clone = ["git", "-c", "safe.directory=*", "clone", "--quiet", "--no-hardlinks", str(ROOT), str(tmp_path / "clone")]
    subprocess.run(clone, env=environment, check=True, capture_output=True)
    done = subprocess.run(
        ["sh", "-eu", "-c", commands],
        cwd=tmp_path / "clone",
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    assert done.stdout.count('Good "meshmark-registry.v1" signature') == 2
    assert done.stdout.count('Good "meshmark-result.v1" signature for archive') == 1
