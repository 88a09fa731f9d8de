"""This repository's own programme: the real record, signed, verified and shown as it was."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from generator import conformance, historic, ledger, originals, site, wording
from generator.judgements import Assessment, Cell, Ledger
from generator.terms import Capability, Compliance, Outcome
from tests.support import pages
from tests.support.keys import RESULT
from tests.support.papers import PROJECT

OSM = "results/osm/unknown/smi-v0.6.0-20210803t0057-osm.yaml"
FULL_RUNS = {
    "results/osm/v0.6.0/smi-v0.4.9-20201014-osm-v0.6.0.yaml": ("0", "49.6%", "33.33"),
    "results/traefik-mesh/v1.4.1/smi-v0.4.9-20201014-traefik-mesh-v1.4.1.yaml": ("10", "49.6%", "33.33"),
    "results/linkerd/v2.9.2/smi-v0.4.9-20201014-linkerd-v2.9.2.yaml": ("10", "47.8%", "33.33"),
    "results/kuma/v0.7/smi-v0.4.9-20201014-kuma-v0.7.yaml": ("10", "49.6%", "33.33"),
    "results/istio/v1.6.7/smi-v0.4.9-20201014-istio-v1.6.7.yaml": ("10", "50%", "0.00"),
}


@pytest.fixture(scope="module")
def book() -> Ledger:
    return ledger.read(PROJECT)


@pytest.fixture(scope="module")
def built(book: Ledger) -> dict[str, bytes]:
    files = originals.at(PROJECT, book.head, ("registry", "results", "schema"))
    outputs = site.plan(book, files, book.committed_at, PROJECT / "site_templates")
    return {output.path: output.content for output in outputs}


def assessed(book: Ledger, path: str) -> Assessment:
    return next(conformance.assess(entry) for entry in book.entries if entry.verdict.path == path)


def cells(assessment: Assessment) -> dict[str, Cell]:
    return {cell.specification.id: cell for cell in assessment.cells if cell.specification}


def test_every_result_is_a_verified_transcription_that_names_its_sources(book: Ledger) -> None:
    assert len(book.entries) == len(book.verdicts) == 17 + 25
    assert {wording.trust(entry.verdict) for entry in book.entries} == {"transcribed"}
    assert all(entry.record.transcribed_from and entry.record.recorded for entry in book.entries)


def test_nothing_is_wrong_with_the_repository_but_what_the_sources_got_wrong(book: Ledger) -> None:
    assert {finding.rule for finding in book.findings} == {"recorded-differs"}


def test_osm_of_2021_08_03_recorded_recomputed_and_supported(book: Ledger) -> None:
    assessment = assessed(book, OSM)
    record = assessment.entry.record
    rows = {row.label: row for row in historic.compare(record, assessment.entry.suite)}
    assert (rows["cases passed"].recorded, rows["cases passed"].recomputed) == ("12", "12/24")
    assert (rows["percentage"].recorded, rows["percentage"].recomputed) == ("50.00", "50.00")
    assert (rows["traffic-access capability"].recorded, rows["traffic-access capability"].recomputed) == ("FULL",) * 2
    assert not any(row.differs for row in rows.values())
    access = cells(assessment)["traffic-access"]
    assert (access.capability, access.compliance) == (Capability.PARTIAL, Compliance.INCOMPLETE)
    assert (access.tally.passed, access.tally.unknown) == (4, 3)


def test_the_page_of_that_run_shows_the_three_side_by_side(built: dict[str, bytes]) -> None:
    words = pages.text(built["meshes/osm/unknown/smi-v0.6.0-20210803t0057-osm/index.html"])
    assert "cases passed 12 12/24 equal" in words
    assert "percentage 50.00 50.00 equal" in words
    assert "Traffic Access Control: capability FULL FULL equal partial 3 unknown incomplete 4/4 passed" in words


@pytest.mark.parametrize("path", FULL_RUNS)
def test_the_five_runs_of_2020_10_recomputed_beside_what_was_recorded(book: Ledger, path: str) -> None:
    assessment = assessed(book, path)
    cases, percentage, recomputed = FULL_RUNS[path]
    rows = {row.label: row for row in historic.compare(assessment.entry.record, assessment.entry.suite)}
    assert (rows["cases passed"].recorded, rows["percentage"].recorded) == (cases, percentage)
    assert rows["percentage"].recomputed == recomputed
    assert rows["percentage"].differs


def test_where_a_source_stores_no_outcomes_everything_is_unknown(book: Ledger) -> None:
    empty = [
        entry
        for entry in book.entries
        if {observation.outcome for observation in entry.record.observations} == {Outcome.UNKNOWN}
    ]
    for entry in empty:
        assert conformance.assess(entry).whole.capability is Capability.UNKNOWN
        assert historic.recompute(entry.record, entry.suite) is None
    assert len(empty) == 10


def test_steps_before_the_failing_one_passed_unless_they_were_never_scored(book: Ledger) -> None:
    for entry in book.entries:
        outcomes = {observation.test: observation.outcome for observation in entry.record.observations}
        for specification in entry.suite.specifications:
            assertions = entry.suite.of(specification.id)
            found = [outcomes[assertion.id] for assertion in assertions]
            if Outcome.FAILED not in found:
                continue
            failing = found.index(Outcome.FAILED)
            for assertion, outcome in zip(assertions[:failing], found, strict=False):
                assert outcome is (Outcome.PASSED if assertion.scored else Outcome.UNKNOWN)
            assert set(found[failing + 1 :]) <= {Outcome.NOT_RUN}


def test_no_private_key_is_in_the_project() -> None:
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=PROJECT, capture_output=True, check=True).stdout
    marker = b"PRIVATE" + b" KEY-----"
    files = [PROJECT / name.decode() for name in listing.split(b"\0") if name]
    assert not [path for path in files if path.is_file() and marker in path.read_bytes()]


@pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="ssh-keygen is not on PATH")
def test_stock_ssh_keygen_accepts_every_published_result_and_refuses_it_altered(
    built: dict[str, bytes], tmp_path: Path
) -> None:
    (tmp_path / "allowed_signers").write_bytes(built["allowed_signers"])
    results = [path for path in built if path.startswith("results/") and path.endswith(".yaml")]
    assert len(results) == 17 + 25
    for path in results:
        (tmp_path / "x.sig").write_bytes(built[f"{path}.sig"])
        command = ["ssh-keygen", "-Y", "verify", "-f", "allowed_signers", "-I", "archive", "-n", RESULT, "-s", "x.sig"]
        for content, accepted in ((built[path], True), (built[path] + b"\n", False)):
            done = subprocess.run(command, cwd=tmp_path, input=content, capture_output=True, check=False)
            assert (done.returncode == 0) is accepted, path


def test_every_page_is_valid_and_every_link_leads_somewhere(built: dict[str, bytes]) -> None:
    for path, html in built.items():
        if path.endswith(".html"):
            pages.tree(html)
    assert pages.broken_links(built) == []


def test_the_front_page_has_a_table_for_each_suite_and_what_is_alive_comes_first(built: dict[str, bytes]) -> None:
    words = pages.text(built["index.html"])
    assert words.index("Gateway API Each mesh") < words.index("SMI Each mesh")
    assert "Test sets with results: v0.6.0 , v0.4.9 ." in words
    assert "Traffic Metrics" in words
    assert "no tests" in words
    assert "not in v1.0" in words


def test_a_mesh_that_crashed_later_still_shows_its_last_full_run(book: Ledger) -> None:
    newest = conformance.newest(book.entries)
    assert newest["kuma", "smi", "v0.4.9", ()].record.mesh_version == "v0.7"
