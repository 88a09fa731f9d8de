"""The repositories that growth is measured with: the same every time, and like those of real programmes."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from benchmarks import repositories
from generator import chronicle, conformance, ledger
from generator.judgements import Ledger


@pytest.fixture(scope="module")
def young(tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    folder = tmp_path_factory.mktemp("young") / "r"
    repositories.build(folder, 400)
    return ledger.read(folder)


def test_every_result_counts_and_its_commit_follows_its_run(young: Ledger) -> None:
    assert len(young.entries) == 400
    assert young.findings == ()
    arrived = [entry.verdict.committed_at for entry in young.entries]
    assert all(entry.record.issued_at < when for entry, when in zip(young.entries, arrived, strict=True))
    assert len({entry.record.run_id for entry in young.entries}) == 400


def test_a_repository_has_the_same_bytes_every_time(tmp_path: Path, young: Ledger) -> None:
    repositories.build(tmp_path / "again", 400)
    assert ledger.read(tmp_path / "again").head == young.head


def test_versions_are_released_as_meshes_do_and_are_run_more_than_once(young: Ledger) -> None:
    own = [entry.record.mesh_version for entry in young.entries if entry.record.mesh == "mesh-07"]
    assert len(own) == 2 * len(set(own))
    assert {"v1.0.0", "v1.0.7", "v1.1.0"} <= set(own)
    grown = repositories._runs(20 * 2 * repositories.VERSIONS)
    assert len({run.version for run in grown if run.mesh == 3}) == repositories.VERSIONS


def test_larger_repositories_have_more_runs_of_the_same_versions() -> None:
    by_size = [
        {run.version for run in repositories._runs(repositories.MESHES * each) if run.mesh == 3} for each in (300, 900)
    ]
    assert by_size[0] == by_size[1]
    assert len(by_size[0]) == repositories.VERSIONS


def test_a_mesh_may_report_on_both_test_sets(young: Ledger) -> None:
    suites = {mesh: {e.record.suite for e in young.entries if e.record.mesh == mesh} for mesh in ("mesh-00", "mesh-01")}
    assert suites == {"mesh-00": {"smi", "gateway-api"}, "mesh-01": {"smi"}}


def test_most_tests_pass_and_those_that_fail_fail_for_a_while(young: Ledger) -> None:
    lines = chronicle.lines(conformance.assess(entry) for entry in young.entries)
    cells = [cell for line in lines for run in line.runs for cell in run.whole.assertions]
    failed = sum(cell.observation.outcome.value == "failed" for cell in cells)
    assert 0.01 < failed / len(cells) < 0.1
    neighbours = sum(len(list(itertools.pairwise(line.runs))) for line in lines)
    moves = sum(len(chronicle.moves(line)) for line in lines)
    assert 0 < moves < 2 * neighbours
