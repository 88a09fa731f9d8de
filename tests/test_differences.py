"""What `meshmark diff` promises: two runs, test by test, as words and as data, and a plain no where there is none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from generator import cli, console, differences
from tests.support import papers
from tests.support.papers import PROJECT, result
from tests.support.repository import Repository, pair
from tests.test_history_pages import two_clusters, two_sets

Captured = pytest.CaptureFixture[str]
SCHEMA = json.loads((PROJECT / "schema/difference.schema.json").read_bytes())


@pytest.fixture(scope="module")
def sets(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    repository = two_sets(tmp_path_factory.mktemp("sets") / "r")
    repository.commit({"results/kelp/v1.0.0/toy-run-0009.yaml": b"unsigned"})
    return repository


@pytest.fixture(scope="module")
def clusters(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    return two_clusters(tmp_path_factory.mktemp("clusters") / "r")


def diff(repository: Repository, *argv: str) -> int:
    return cli.main(["diff", "--root", str(repository.root), *argv])


def told(repository: Repository, capsys: Captured, *argv: str) -> dict[str, Any]:
    diff(repository, *argv, "--format", "json")
    data: dict[str, Any] = json.loads(capsys.readouterr().out)
    jsonschema.validate(data, SCHEMA, jsonschema.Draft202012Validator)
    return data


def test_a_regression_is_told_with_both_states_and_is_no_finding(sets: Repository, capsys: Captured) -> None:
    assert diff(sets, "toy-run-0001", "toy-run-0002") == console.CLEAN
    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith("from kelp v0.9.0, Toy v1, Kubernetes v1.29.4 (toy-run-0001, ")
    assert said[3:] == [
        "newly failing: 1",
        "  A-2: full, pass (passed) -> unknown, fail (failed)  (Test A-2)",
        "3 of 4 tests stand as they did",
    ]


def test_the_same_as_data_fits_its_schema(sets: Repository, capsys: Captured) -> None:
    data = told(sets, capsys, "toy-run-0001", "toy-run-0002")
    assert (data["comparable"], data["unchanged"], data["findings"]) == (True, 3, [])
    (failing,) = data["newly_failing"]
    assert (failing["test"], failing["title"], failing["before"]["compliance"]) == ("A-2", "Test A-2", "pass")
    back = told(sets, capsys, "toy-run-0002", "toy-run-0001")
    assert [one["test"] for one in back["newly_passing"]] == ["A-2"]


def test_different_test_sets_are_told_apart_and_not_compared(sets: Repository, capsys: Captured) -> None:
    data = told(sets, capsys, "toy-run-0002", "toy-run-0003")
    assert not data["comparable"]
    assert "different test sets" in data["reason"]
    assert [(one["from"]["test"], one["to"]["title"]) for one in data["renamed"]] == [("B-1", "Beta is there")]
    assert [[one["test"] for one in data[name]] for name in ("added", "removed")] == [["A-3"], ["B-2"]]
    assert all(data[name] == [] for name in differences.GROUPS)
    assert diff(sets, "toy-run-0002", "toy-run-0003") == console.CLEAN
    said = capsys.readouterr().out
    for part in ("not comparable: ", "renamed: 1\n  B-1 -> B-9  (Beta is there)", "added: 1\n  A-3  (Test A-3)"):
        assert part in said


def test_other_clusters_are_named(clusters: Repository, capsys: Captured) -> None:
    assert diff(clusters, "toy-run-0001", "toy-run-0002") == console.CLEAN
    assert "the clusters differ: Kubernetes v1.28.3, then v1.29.1" in capsys.readouterr().out
    assert diff(clusters, "toy-run-0002", "toy-run-0003") == console.CLEAN
    assert "the clusters differ" not in capsys.readouterr().out


def test_a_run_is_named_by_its_path_from_the_folder_or_from_where_one_stands(
    sets: Repository, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(sets.root / "results" / "kelp" / "v1.0.0")
    data = told(sets, capsys, "results/kelp/v0.9.0/toy-run-0001.yaml", "toy-run-0002.yaml.sig")
    assert [data[side]["run_id"] for side in ("from", "to")] == ["toy-run-0001", "toy-run-0002"]


def test_a_run_that_there_was_not_yet_is_not_there(sets: Repository, capsys: Captured) -> None:
    assert diff(sets, "toy-run-0001", "toy-run-0002", "--at", "HEAD~2") == console.CLEAN
    capsys.readouterr()
    assert diff(sets, "toy-run-0001", "toy-run-0003", "--at", "HEAD~2") == console.STOPPED
    assert "there is no run 'toy-run-0003'" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["toy-run-0009", "results/kelp/v1.0.0/toy-run-0009.yaml"])
def test_a_run_that_does_not_count_is_not_compared(sets: Repository, capsys: Captured, name: str) -> None:
    assert diff(sets, name, "toy-run-0001") == console.STOPPED
    assert f"{name} does not count: it is unsigned" in capsys.readouterr().err


def test_a_stop_has_the_same_form(sets: Repository, capsys: Captured) -> None:
    data = told(sets, capsys, "nowhere", "toy-run-0001")
    assert (data["from"], data["to"], data["comparable"]) == (None, None, False)
    assert "there is no run 'nowhere'" in data["findings"][0]["message"]


def test_titles_of_a_test_set_reach_no_terminal_unescaped(tmp_path: Path, capsys: Captured) -> None:
    repository = two_sets(tmp_path / "r")
    tests = [test | {"title": "a  b\u00a0c"} for test in papers.suite()["tests"]]
    content = papers.written(papers.suite(version="v3", title="Toy\u2003v3", tests=tests))
    repository.commit({"schema/suites/toy/v3.yaml": content})
    told_suite = {"id": "toy", "version": "v3", "digest": papers.digest(content)}
    repository.commit(pair(result(version="v3.0.0", run_id="toy-run-0030", suite=told_suite)))
    assert diff(repository, "toy-run-0001", "toy-run-0030") == console.CLEAN
    assert all(line.isprintable() for line in capsys.readouterr().out.splitlines())
