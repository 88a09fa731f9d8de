"""What `--at` promises: any past state again, byte for byte, and a line that says so."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from generator import cli, console, urls
from tests.support import papers
from tests.support.papers import PROJECT, SUITE_PATH, result
from tests.support.repository import Link, Repository, next_registry, pair, signed_registry, toy

Captured = pytest.CaptureFixture[str]
LINE = re.compile(rb'<p class="past">.*?</p>\n', re.DOTALL)


def run(repository: Repository, *argv: str) -> int:
    verb, *rest = argv
    return cli.main([verb, "--root", str(repository.root), *rest])


def built(repository: Repository, out: Path, *flags: str) -> dict[str, bytes]:
    assert run(repository, "build", "--out", str(out), *flags) in {console.CLEAN, console.FINDINGS}
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in out.rglob("*") if path.is_file()}


def grown(root: Path) -> tuple[Repository, str, dict[str, bytes]]:
    """A programme that was built once and then changed in all that a build reads; the commit and files of then."""
    repository = toy(root / "r")
    repository.write({"site_templates": Link(str(PROJECT / "site_templates"))})
    repository.commit(pair(result()))
    then = repository.commit(pair(result(run_id="toy-run-0002", results=papers.outcomes(A_2="failed"))))
    files = built(repository, root / "then")
    repository.git("tag", "then")
    repository.commit(pair(result(version="v2.0.0", run_id="toy-run-0003")))
    repository.commit({"results/kelp/v1.0.0/toy-run-0001.yaml": b"changed"})
    repository.commit(signed_registry(next_registry(repository, papers.registry(), threshold=2)))
    programme = papers.programme(title="Another name", freshness={"fresh": 1, "ageing": 2, "stale": 3})
    repository.commit({"meshmark.yaml": papers.written(programme)})
    repository.commit({"schema/suites/toy/v2.yaml": papers.written(papers.suite(version="v2"))})
    return repository, then, files


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> tuple[Repository, str, dict[str, bytes]]:
    return grown(tmp_path_factory.mktemp("past"))


Past = tuple[Repository, str, dict[str, bytes]]


def bare(files: Mapping[str, bytes]) -> dict[str, bytes]:
    return {path: LINE.sub(b"", content) for path, content in files.items()}


@pytest.mark.parametrize("name", ["the id", "the tag", "HEAD~5"])
def test_a_past_commit_gives_the_site_of_its_day_byte_for_byte(past: Past, tmp_path: Path, name: str) -> None:
    repository, then, files = past
    revision = {"the id": then, "the tag": "then"}.get(name, name)
    again = built(repository, tmp_path / "again", "--at", revision)
    assert bare(again) == files
    assert again != files


def test_every_page_says_that_it_is_past_and_only_when_asked(past: Past, tmp_path: Path) -> None:
    repository, then, files = past
    assert not any(LINE.search(content) for content in files.values())
    for path, content in built(repository, tmp_path / "again", "--at", then).items():
        told = LINE.findall(content)
        assert len(told) == path.endswith(".html"), path
        if told:
            assert then[:12].encode() in told[0]
            assert b"2026-02-01 03:00 UTC" in told[0]


def test_another_date_may_be_asked_of_a_past_state(past: Past, tmp_path: Path) -> None:
    repository, then, _ = past
    files = built(repository, tmp_path / "later", "--at", then, "--as-of", "2026-12-31")
    assert b"archived" in files[urls.FRONT]


def test_a_commit_without_the_newer_schemas_and_fields_still_builds(past: Past, tmp_path: Path) -> None:
    repository, then, files = past
    assert urls.api_schema("run") not in files, "the toy programme holds none of the API's schemas"
    assert SUITE_PATH in built(repository, tmp_path / "again", "--at", then)


def test_the_state_of_a_result_is_that_of_the_commit(past: Past, capsys: Captured) -> None:
    repository, then, _ = past
    assert run(repository, "verify") == console.FINDINGS
    assert "tampered" in capsys.readouterr().out
    assert run(repository, "verify", "--at", then) == console.CLEAN
    assert f"2 of 2 results count at {then}" in capsys.readouterr().out


def test_a_cell_is_explained_as_it_stood(past: Past, capsys: Captured) -> None:
    repository, then, _ = past
    assert run(repository, "explain", "kelp", "--at", then) == console.CLEAN
    assert "newest run: toy-run-0002" in capsys.readouterr().out
    assert run(repository, "explain", "kelp") == console.CLEAN
    assert "newest run: toy-run-0003" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["nowhere", "", "--help", "HEAD:meshmark.yaml"])
def test_what_names_no_commit_stops_and_leaves_the_old_site(past: Past, tmp_path: Path, name: str) -> None:
    repository, _, _ = past
    before = built(repository, tmp_path / "site")
    assert run(repository, "build", "--out", str(tmp_path / "site"), f"--at={name}") == console.STOPPED
    after = {
        p.relative_to(tmp_path / "site").as_posix(): p.read_bytes()
        for p in (tmp_path / "site").rglob("*")
        if p.is_file()
    }
    assert after == before
