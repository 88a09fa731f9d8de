"""What `api` promises: every document for tools fits the schema that is published beside it."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from generator import cli, console
from generator.findings import RULES
from tests.support.papers import PROJECT
from tests.support.repository import Link, Repository
from tests.test_site import AS_OF, planned, story

Captured = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    made = story(tmp_path_factory.mktemp("api") / "r")
    made.write({f"schema/{path.name}": path.read_bytes() for path in (PROJECT / "schema").glob("*.json")})
    made.write({"site_templates": Link(str(PROJECT / "site_templates"))})
    return made


def schema(name: str) -> dict[str, object]:
    loaded: dict[str, object] = json.loads((PROJECT / f"schema/{name}.schema.json").read_bytes())
    jsonschema.Draft202012Validator.check_schema(loaded)
    return loaded


def run(repository: Repository, capsys: Captured, *argv: str) -> object:
    cli.main([argv[0], "--root", str(repository.root), *argv[1:]])
    return json.loads(capsys.readouterr().out)


def test_the_report_of_verify_fits_its_schema(repository: Repository, capsys: Captured) -> None:
    jsonschema.validate(run(repository, capsys, "verify", "--format", "json"), schema("verify-report"))


def test_findings_of_check_and_of_a_stop_fit_their_schema(
    repository: Repository, capsys: Captured, tmp_path: Path
) -> None:
    jsonschema.validate(run(repository, capsys, "check", "--format", "json"), schema("findings"))
    cli.main(["check", "--root", str(tmp_path), "--format", "json"])
    jsonschema.validate(json.loads(capsys.readouterr().out), schema("findings"))
    cli.main(["verify", "--root", str(tmp_path), "--format", "json"])
    report = json.loads(capsys.readouterr().out)
    jsonschema.validate(report, schema("verify-report"))
    assert (report["head"], report["results"]) == (None, [])


def test_the_published_documents_fit_their_schemas(repository: Repository) -> None:
    built = planned(repository, AS_OF)
    jsonschema.validate(json.loads(built["provenance.json"]), schema("verify-report"))
    jsonschema.validate(json.loads(built["checkpoint.json"]), schema("checkpoint"))


@pytest.mark.parametrize(
    ("verb", "name"),
    [("check", "findings"), ("verify", "verify-report"), ("submit x", "submission"), ("diff x y", "difference")],
)
def test_a_verb_prints_the_schema_of_its_json(repository: Repository, capsys: Captured, verb: str, name: str) -> None:
    assert run(repository, capsys, *verb.split(), "--schema") == schema(name)
    assert cli.main([*verb.split(), "--root", str(repository.root), "--schema"]) == console.CLEAN


def test_a_programme_without_that_schema_is_told_so(tmp_path: Path, capsys: Captured) -> None:
    assert cli.main(["check", "--root", str(tmp_path), "--schema"]) == console.STOPPED
    assert "findings.schema.json is missing" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["findings", "verify-report"])
def test_the_schemas_know_exactly_the_rules_that_there_are(name: str) -> None:
    text = (PROJECT / f"schema/{name}.schema.json").read_text()
    finding = json.loads(text)["$defs"]["finding"]
    assert finding["properties"]["rule"]["enum"] == sorted(RULES)
