"""What `api_v1` promises: each document fits its published, closed schema, in JSON and in YAML alike."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from generator import documents, originals, urls
from tests.support import papers
from tests.support.papers import PROJECT, result
from tests.support.repository import pair, toy
from tests.test_site import AS_OF, HOSTILE, planned, story

KINDS = ("index", "meshes", "mesh", "version", "suite", "run", "transitions")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return planned(story(tmp_path_factory.mktemp("api") / "r"))


@pytest.fixture(scope="module")
def real() -> dict[str, bytes]:
    from generator import ledger, site  # noqa: PLC0415 - this repository is read only where it is asked for

    book = ledger.read(PROJECT)
    files = originals.at(PROJECT, book.head, ("registry", "results", "schema"))
    return {o.path: o.content for o in site.plan(book, files, book.committed_at, PROJECT / "site_templates")}


def schema(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((PROJECT / urls.api_schema(name)).read_bytes())
    jsonschema.Draft202012Validator.check_schema(loaded)
    return loaded


def api(files: dict[str, bytes]) -> dict[str, Any]:
    return {p: json.loads(c) for p, c in files.items() if p.startswith("api/v1/") and p.endswith(".json")}


@pytest.mark.parametrize("which", ["built", "real"])
def test_every_document_fits_the_schema_that_it_names(which: str, request: pytest.FixtureRequest) -> None:
    seen = set()
    for path, document in api(request.getfixturevalue(which)).items():
        name = document["schema"].removeprefix("schema/api-").removesuffix(".schema.json")
        jsonschema.Draft202012Validator(schema(name)).validate(document)
        seen.add(name)
        assert path.removeprefix("api/v1/").startswith(
            name if name in {"index", "meshes", "transitions"} else f"{name}"
        )
    assert seen == set(KINDS)


def test_ids_have_one_form_in_all_schemas() -> None:
    ours = json.loads((PROJECT / urls.schema("Suite")).read_bytes())["$defs"]
    run = schema("run")
    assert run["properties"]["tests"]["items"]["properties"]["id"]["pattern"] == ours["test"]["pattern"]
    assert run["$defs"]["suite"]["properties"]["id"]["pattern"] == ours["id"]["pattern"]
    assert run["$defs"]["suite"]["properties"]["version"]["pattern"] == ours["version"]["pattern"]


def closed(node: Any) -> bool:
    if isinstance(node, dict):
        if "properties" in node and isinstance(node["properties"], dict) and node.get("type") == "object":
            assert node["additionalProperties"] is False
            assert set(node["required"]) in ({*node["properties"]}, set())
            assert node["description"]
        return all(closed(child) for child in node.values())
    return all(closed(child) for child in node) if isinstance(node, list) else True


@pytest.mark.parametrize("name", KINDS)
def test_a_schema_knows_every_field_and_takes_no_other(name: str) -> None:
    assert closed(schema(name))


def test_yaml_says_what_json_says_to_every_reader(built: dict[str, bytes]) -> None:
    for path, document in api(built).items():
        content = built[f"{path.removesuffix('.json')}.yaml"]
        reading = documents.read(path, content)
        assert reading.document, path
        assert reading.document.data == document
        assert yaml.safe_load(content) == document


def test_every_path_in_every_document_leads_to_a_file(built: dict[str, bytes]) -> None:
    names = {"document", "page", "result", "signature", "feed", "csv", "earl", "latest", "file"}

    def walk(node: Any) -> None:
        if isinstance(node, dict):
            for key, value in node.items():
                if key in names and isinstance(value, str):
                    assert value in built, (key, value)
                walk(value)
        elif isinstance(node, list):
            for child in node:
                walk(child)

    for document in api(built).values():
        walk(document)
    assert all(path in built for path in json.loads(built["api/v1/index.json"])["documents"].values())


def test_a_run_tells_outcome_claim_judgement_and_the_robots_words(built: dict[str, bytes]) -> None:
    run = json.loads(built["api/v1/runs/kelp/v1.0.0/toy-run-0002.json"])
    failed = next(test for test in run["tests"] if test["id"] == "A-2")
    assert failed == {
        "id": "A-2",
        "specification": "alpha",
        "outcome": "failed",
        "capability": "partial",
        "claimed": False,
        "compliance": "fail",
        "conditions": {"passed": 3, "failed": 1, "skipped": 0},
        "duration": None,
        "message": HOSTILE,
        "findings": [],
    }
    assert run["summary"]["percent"] == "75.00"
    ambient = json.loads(built["api/v1/runs/kelp/v1.0.0/toy-run-0003.json"])
    assert ambient["tests"][0]["findings"] == ["claimed-none-passed"]
    assert ambient["variant"] == {"mode": "ambient"}


def test_the_transitions_stand_in_their_document_and_with_the_mesh(built: dict[str, bytes]) -> None:
    document = json.loads(built["api/v1/transitions.json"])
    (moved,) = document["transitions"]
    assert document["total"] == 1
    assert (moved["kind"], moved["test"], moved["before"]["run_id"], moved["after"]["state"]) == (
        "regression", "A-2", "toy-run-0001", "partial, fail",
    )  # fmt: skip
    assert json.loads(built["api/v1/meshes/kelp.json"])["transitions"] == [moved]


def test_a_result_says_when_it_will_count_as_older(built: dict[str, bytes]) -> None:
    kelp, reed = (json.loads(built[f"api/v1/meshes/{mesh}.json"])["lines"][0]["runs"][0] for mesh in ("kelp", "reed"))
    assert (kelp["freshness"], kelp["freshness_ends"]) == ("fresh", "2026-02-04T00:00:00Z")
    assert (reed["freshness"], reed["freshness_ends"]) == ("archived", None)


def test_the_newest_result_has_a_fixed_address_with_the_very_bytes(built: dict[str, bytes]) -> None:
    for place, source in (
        ("latest/kelp.yaml", "results/kelp/v1.0.0/toy-run-0002.yaml"),
        ("latest/kelp/toy.yaml", "results/kelp/v1.0.0/toy-run-0002.yaml"),
        ("latest/kelp/toy/mode-ambient.yaml", "results/kelp/v1.0.0/toy-run-0003.yaml"),
        ("latest/reed.yaml", "results/reed/unknown/toy-run-0005.yaml"),
    ):
        assert built[place] == built[source]
        assert built[f"{place}.sig"] == built[f"{source}.sig"]


def test_a_newer_result_takes_over_the_fixed_address(tmp_path: Path) -> None:
    repository = toy(tmp_path / "r")
    repository.commit(pair(result()))
    later = {"status": "completed", "finished_at": "2026-01-20T00:00:00Z"}
    repository.commit(pair(result(version="v2.0.0", run_id="toy-run-0002", run=later)))
    built = planned(repository, AS_OF)
    assert built["latest/kelp.yaml"] == built["results/kelp/v2.0.0/toy-run-0002.yaml"]


def test_a_tiny_duration_is_a_number_to_every_reader(tmp_path: Path) -> None:
    repository = toy(tmp_path / "r")
    items = papers.outcomes()
    items[0] = items[0] | {"duration": 0.0000001}
    content = papers.written(result(results=items)).replace(b"1e-07", b"0.0000001")
    path = "results/kelp/v1.0.0/toy-run-0001.yaml"
    repository.commit({path: content, f"{path}.sig": papers.ROBOT.sign(content)})
    built = planned(repository, AS_OF)
    run = yaml.safe_load(built["api/v1/runs/kelp/v1.0.0/toy-run-0001.yaml"])
    assert run["tests"][0]["duration"] == 0.0000001
