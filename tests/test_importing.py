"""The verbs import and suite derive, as a robot meets them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from generator import cli, importing, ledger, robot, verbs_import
from generator.drafts import MAX_SOURCE
from generator.findings import Stop
from generator.formats.importers import IMPORTERS
from tests.support import papers
from tests.support.keys import Key
from tests.support.papers import PROJECT, ROBOT
from tests.support.repository import Repository, basis

SUITE = "schema/suites/toy-api/v1.2.yaml"


def _report(**changes: Any) -> dict[str, Any]:
    level = {"result": "success", "statistics": {"Passed": 2, "Failed": 0, "Skipped": 0}}
    return {
        "apiVersion": "toy.example.org/v1",
        "kind": "ConformanceReport",
        "date": "2026-01-02T03:00:00Z",
        "gatewayAPIVersion": "v1.2.1",
        "gatewayAPIChannel": "standard",
        "mode": "default",
        "implementation": {
            "organization": "kelp",
            "project": "kelp",
            "url": "https://example.org",
            "version": "1.20",
            "contact": ["@kelp"],
        },
        "profiles": [{"name": "TOY", "core": level, "extended": {**level, "supportedFeatures": ["Dance"]}}],
    } | changes


@pytest.fixture
def programme(tmp_path: Path) -> Repository:
    """A programme whose suite was derived from the very report that is imported."""
    repository = Repository(tmp_path / "programme").start()
    meshes = [{"id": "kelp", "title": "Kelp Mesh", "names": ["Kelp/Kelp"]}]
    more = {"aliases": [{"suite": "toy-api", "levels": ["core", "extended"]}]}
    schemas = {
        f"schema/{name}.schema.json": (PROJECT / f"schema/{name}.schema.json").read_bytes()
        for name in ("robot", "mapping", "import")
    }
    repository.commit({**basis(), **schemas, "meshmark.yaml": papers.written(papers.programme(meshes=meshes, **more))})
    (tmp_path / "report.yaml").write_bytes(papers.written(_report()))
    assert (
        cli.main(
            [
                "suite",
                "derive",
                str(tmp_path / "report.yaml"),
                "--id",
                "toy-api",
                "--title",
                "Toy API",
                "--root",
                str(repository.root),
            ]
        )
        == 0
    )
    repository.commit({})
    return repository


def _import(repository: Repository, *arguments: str, more: tuple[Path, ...] = ()) -> int:
    where = repository.root
    return cli.main(
        [
            "import",
            "gateway-api",
            str(where.parent / "report.yaml"),
            *map(str, more),
            "--root",
            str(where),
            "--suite",
            "toy-api:v1.2",
            *arguments,
        ]
    )


TOLD = ("--publisher", "kelp-robot", "--kubernetes", "v1.29.4")


def test_from_a_report_to_a_verified_result(
    programme: Repository, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _import(programme, *TOLD) == 0
    path = capsys.readouterr().out.strip().splitlines()[-1]
    assert path.startswith("results/kelp/1.20/toy-api-v1.2-20260102t030000z-")
    assert (
        cli.main(
            ["sign", str(programme.root / path), "--key", str(ROBOT.write(tmp_path)), "--root", str(programme.root)]
        )
        == 0
    )
    programme.commit({})
    assert [verdict.state.value for verdict in ledger.audit(programme.root).judgement.verdicts] == ["verified"]


def test_a_run_is_imported_once_and_a_job_may_run_again(
    programme: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _import(programme, *TOLD) == 0
    first = capsys.readouterr().out.strip().splitlines()[-1]
    before = (programme.root / first).read_bytes()
    assert _import(programme, *TOLD) == 0
    shown = capsys.readouterr()
    assert (shown.out.strip(), "notice import-exists" in shown.err) == (first, True)
    assert _import(programme, *TOLD, "--issued-at", "2026-03-01") == 1
    shown = capsys.readouterr()
    assert (shown.out, "error import-exists" in shown.err) == ("", True)
    assert (programme.root / first).read_bytes() == before


def test_json_names_what_was_written_and_what_is_wrong(
    programme: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert _import(programme, "--format", "json") == 1
    told = json.loads(capsys.readouterr().out)
    assert told["written"] == []
    assert [finding["rule"] for finding in told["findings"]] == ["import-untold"] * 2
    assert _import(programme, *TOLD, "--format", "json") == 0
    assert len(json.loads(capsys.readouterr().out)["written"]) == 1


def test_what_stops_an_import_has_the_same_form(programme: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert _import(programme, *TOLD, "--format", "json", "--suite", "toy-api:v9") == 2
    told = json.loads(capsys.readouterr().out)
    assert (told["written"], [finding["rule"] for finding in told["findings"]]) == ([], ["stopped"])


def test_stdout_and_a_table_write_nothing(programme: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert _import(programme, *TOLD, "--stdout") == 0
    assert capsys.readouterr().out.startswith("apiVersion: meshmark/v1\nkind: Result\n")
    assert _import(programme, *TOLD, "--format", "markdown") == 0
    assert capsys.readouterr().out.startswith("1 file: 1 clean, 0 with liberties, 0 refused.\n")
    assert _import(programme, "--format", "markdown") == 1
    assert "| refused | import\\-untold\\: the source does not say who publishes" in capsys.readouterr().out
    assert not (programme.root / "results").exists()


def test_the_robot_file_tells_what_the_flags_do_not(
    programme: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / robot.FILE).write_text("apiVersion: meshmark/v1\nkind: Robot\npublisher: kelp-robot\nplatform: kind\n")
    monkeypatch.chdir(tmp_path)
    assert _import(programme, "--kubernetes", "v1.29.4") == 0
    text = (programme.root / capsys.readouterr().out.strip().splitlines()[-1]).read_text()
    assert "publisher: kelp-robot\n" in text
    assert "platform: kind\n" in text
    assert _import(programme, "--robot", str(tmp_path / "absent.yaml")) == 2


def test_one_bad_file_does_not_stop_the_others(
    programme: Repository, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bad.yaml").write_text("kind: [")
    assert _import(programme, *TOLD, more=(tmp_path / "bad.yaml", tmp_path / "absent.yaml")) == 1
    shown = capsys.readouterr()
    assert len(shown.out.strip().splitlines()) >= 1
    assert f"{tmp_path}/bad.yaml:1: error yaml-syntax" in shown.err
    assert f"{tmp_path}/absent.yaml: error import-source" in shown.err


def test_one_address_is_not_that_of_several_files(programme: Repository, tmp_path: Path) -> None:
    assert _import(programme, *TOLD, "--evidence-url", "https://example.org/r", more=(tmp_path / "x",)) == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--suite", "toy-api"), "'toy-api' is not of the form --suite ID:VERSION"),
        (("--harness", "kuttl:"), "'kuttl:' is not of the form --harness NAME:VERSION"),
        (("--suite", "toy-api:v7"), "no suite toy-api:v7 in the last commit; suites: toy:v1, toy-api:v1.2"),
        (("--mapping", "/nowhere"), "/nowhere cannot be read: No such file or directory"),
    ],
)
def test_a_wrong_flag_is_said_plainly(
    programme: Repository, arguments: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _import(programme, *TOLD, *arguments) == 2
    assert said in capsys.readouterr().err


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "large").write_bytes(b"x" * (MAX_SOURCE + 1))
    with pytest.raises(Stop, match="import the report, not its logs"):
        importing.read(tmp_path / "large")


def test_a_broken_suite_or_registry_stops(programme: Repository) -> None:
    programme.commit({"schema/suites/toy/v1.yaml": b"kind: Suite\n"})
    with pytest.raises(Stop, match=r"schema/suites/toy/v1\.yaml is not valid"):
        importing.basis(programme.root)
    programme.commit({"schema/suites/toy/v1.yaml": papers.written(papers.suite(version="v2"))})
    with pytest.raises(Stop, match=r"schema/suites/toy/v1\.yaml is not valid"):
        importing.basis(programme.root)
    programme.commit({"registry/service-accounts.yaml": b"kind: x\n"})
    with pytest.raises(Stop, match=r"registry/service-accounts\.yaml is not valid"):
        importing.basis(programme.root)


def test_a_programme_without_the_newer_schemas_says_which_it_lacks(
    programme: Repository, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    programme.commit({"schema/robot.schema.json": None, "schema/mapping.schema.json": None})
    (tmp_path / "x.yaml").write_text("kind: Robot\n")
    for flag, name in (("--robot", "robot"), ("--mapping", "mapping")):
        assert _import(programme, *TOLD, flag, str(tmp_path / "x.yaml")) == 2
        assert f"schema/{name}.schema.json is missing in the last commit" in capsys.readouterr().err


def test_a_suite_that_is_there_is_left_as_it_is(programme: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    before = (programme.root / SUITE).read_bytes()
    command = [
        "suite",
        "derive",
        str(programme.root.parent / "report.yaml"),
        "--id",
        "toy-api",
        "--root",
        str(programme.root),
    ]
    assert cli.main(command) == 0
    assert "is there already; left as it is" in capsys.readouterr().out
    assert (programme.root / SUITE).read_bytes() == before
    assert cli.main([*command, "--stdout"]) == 0
    assert "id: TOY.Dance\n" in capsys.readouterr().out


def test_a_suite_cannot_be_derived_from_nothing_or_from_nonsense(
    programme: Repository, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty").mkdir()
    assert cli.main(["suite", "derive", str(tmp_path / "empty"), "--root", str(programme.root)]) == 2
    odd = _report(gatewayAPIVersion="main", profiles=[])
    (tmp_path / "report.yaml").write_bytes(papers.written(odd))
    assert cli.main(["suite", "derive", str(tmp_path / "report.yaml"), "--root", str(programme.root)]) == 1
    odd = _report(gatewayAPIVersion="main")
    (tmp_path / "report.yaml").write_bytes(papers.written(odd))
    assert cli.main(["suite", "derive", str(tmp_path / "report.yaml"), "--root", str(programme.root)]) == 1
    assert "the release is 'main'" in capsys.readouterr().err
    level = {"result": "success", "statistics": {"Passed": 2, "Failed": 0, "Skipped": 0}, "supportedFeatures": ["a b"]}
    (tmp_path / "report.yaml").write_bytes(papers.written(_report(profiles=[{"name": "to y", "core": level}])))
    assert cli.main(["suite", "derive", str(tmp_path / "report.yaml"), "--root", str(programme.root)]) == 1
    err = capsys.readouterr().err
    assert "profile 'to y' is no id" in err
    assert "feature 'a b' is no part of a test id" in err


def test_the_names_of_the_formats_are_those_of_the_table() -> None:
    assert sorted(IMPORTERS) == sorted(verbs_import.NAMES)


def test_an_archivist_transcribes_with_the_same_verb(
    programme: Repository, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    archivist: Key = papers.ARCHIVIST
    assert _import(programme, "--publisher", "archive", "--transcribed-from", "https://example.org/r") == 0
    path = capsys.readouterr().out.strip().splitlines()[-1]
    assert (
        cli.main(
            ["sign", str(programme.root / path), "--key", str(archivist.write(tmp_path)), "--root", str(programme.root)]
        )
        == 0
    )
