"""The demonstration shows every state and label, is the same everywhere, and never looks real."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import unquote

import pytest

from generator import cast, cli, console, demonstration, fiction, ledger, mishaps, story, urls
from generator.judgements import Ledger
from generator.terms import Capability, ChangeKind, Compliance, Freshness, KeyStatus, State
from tests.support import pages
from tests.support.papers import PROJECT

SHOWN = set(State) - {State.UNVERIFIABLE}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demonstration with its site in public/."""
    folder = tmp_path_factory.mktemp("demonstration") / "demo"
    assert cli.main(["demo", str(folder)]) == 0
    assert cli.main(["build", "--root", str(folder)]) == 1
    return folder


@pytest.fixture(scope="module")
def book(root: Path) -> Ledger:
    return ledger.read(root)


def git(root: Path, *command: str) -> list[str]:
    done = subprocess.run(["git", *command], cwd=root, capture_output=True, check=True, text=True)
    return done.stdout.splitlines()


def shown(root: Path) -> Iterator[str]:
    for page in sorted((root / "public").rglob("*.html")):
        yield page.read_text()


def labels(html: str, kind: str) -> set[str]:
    """Give the labels of one kind inside the tables of a page: the legend explains all of them anyway."""
    tables = re.findall(r"<tbody>.*?</tbody>", html, re.DOTALL)
    spans = re.findall(rf'<span class="{kind} [^"]*">(?:<svg.*?</svg>)?([^<]*)</span>', " ".join(tables))
    return set(spans)


# --- every state, every label


def test_a_mesh_says_how_many_of_its_files_are_kept_out_and_leads_to_them(root: Path, book: Ledger) -> None:
    refused = [verdict.path.split("/")[1] for verdict in book.verdicts if not verdict.state.counts]
    for mesh in {entry.record.mesh for entry in book.entries}:
        html = (root / "public" / urls.mesh(mesh)).read_bytes()
        assert (f"?find=results/{mesh}/".encode() in html) == (mesh in refused), mesh
        if count := refused.count(mesh):
            assert f"{count} file{' is' if count == 1 else 's are'} kept out" in pages.text(html)


def test_a_registry_that_was_seized_stands_in_the_audit_log(root: Path, book: Ledger) -> None:
    words = pages.text((root / "public" / urls.AUDIT).read_bytes())
    assert "Registries that were refused" in words
    commits = {found.commit[:12] for found in book.findings if found.rule == "registry-invalid"}
    assert commits
    assert all(f"0 of 2 maintainers of version 5 have signed it, in {commit}" in words for commit in commits)


def test_every_state_of_a_result_occurs_in_the_audit(book: Ledger) -> None:
    assert {verdict.state for verdict in book.verdicts} == SHOWN


def test_every_state_of_a_result_is_on_the_site(root: Path) -> None:
    quarantine = (root / "public" / urls.QUARANTINE).read_text()
    assert labels(quarantine, "provenance") == {state.value for state in SHOWN if not state.counts}
    assert set().union(*(labels(page, "provenance") for page in shown(root))) == {
        "transcribed",
        *(state.value for state in SHOWN),
    }


def test_every_label_of_both_axes_and_every_age_is_in_the_matrices(root: Path) -> None:
    front = (root / "public" / urls.FRONT).read_text()
    assert labels(front, "capability") == {one.value for one in Capability}
    assert labels(front, "compliance") == {one.value for one in Compliance}
    matrices = [front, *(path.read_text() for path in (root / "public/suites").rglob("index.html"))]
    assert set().union(*(labels(page, "age") for page in matrices)) == {one.value for one in Freshness} - {"unknown"}


def test_every_kind_of_change_between_runs_is_on_the_site(root: Path) -> None:
    meshes = [(root / "public" / urls.mesh(mesh.id)).read_text() for mesh in cast.MESHES]
    changes = {found for page in meshes for found in re.findall(r'<strong class="change [a-z-]+">([^<]+)<', page)}
    assert changes == {kind.value for kind in ChangeKind}


def test_a_regression_is_mended_by_the_next_release_of_kelp(root: Path) -> None:
    kelp = (root / "public" / urls.mesh("example-kelp")).read_text()
    rows = re.findall(r'>([^<]+)</a>, [^<]*</td>.*?<code>([^<]+)</code>.*?<strong class="change ([a-z-]+)"', kelp)
    assert ("3.2.0", "SP-2", "regression") in rows
    assert ("3.2.1", "SP-2", "progression") in rows


def test_contradictions_and_differing_totals_are_found(book: Ledger) -> None:
    rules = {finding.rule for finding in book.findings}
    assert {"claimed-none-passed", "claimed-full-absent", "recorded-differs"} <= rules
    assert any(finding.rule == "registry-invalid" for finding in book.findings), "the coup was seen"


def test_the_life_of_keys_is_told(book: Ledger) -> None:
    keys = {f"{one.id}/{key.id}": key for one in book.registry.publishers for key in one.keys}
    assert keys["example-reed-robot/2023a"].status is KeyStatus.RETIRED
    stolen = keys["example-fern-robot/2023a"]
    assert stolen.status is KeyStatus.COMPROMISED
    signed = {
        verdict.path.split("/")[2]: verdict.state.value
        for verdict in book.verdicts
        if verdict.public == stolen.public and verdict.path.startswith("results/example-fern/")
    }
    assert signed["1.6.0"] == "verified", "it came before the last good commit"
    assert (signed["1.7.0"], signed["1.7.1"]) == ("reattested", "suspect")


def test_a_run_that_broke_off_and_an_altered_file_that_was_restored_are_there(book: Ledger) -> None:
    assert {entry.record.status for entry in book.entries} == {"completed", "aborted"}
    assert {alteration.restored for alteration in book.alterations} == {True, False}


# --- a real history


def test_it_spans_three_years_meshes_suites_and_versions(book: Ledger) -> None:
    assert 150 <= len(book.verdicts) <= 400
    times = sorted(entry.record.taken_at for entry in book.entries)
    assert times[-1] - times[0] > timedelta(days=3 * 365 - 60)
    assert {(e.suite.id, e.suite.version) for e in book.entries} == {
        (suite.id, version) for suite in story.SUITES for version, _ in suite.versions
    }
    assert len({entry.record.kubernetes for entry in book.entries}) >= 8
    assert {name for entry in book.entries for name, _ in entry.record.variant} == {"channel", "mode"}
    assert {entry.record.mesh for entry in book.entries} == {mesh.id for mesh in cast.MESHES}


def test_results_arrive_by_merges_squashes_and_rebases(root: Path) -> None:
    lines = git(root, "log", "--first-parent", "--format=%p|%an|%cn")
    merges = [line for line in lines if " " in line.split("|")[0]]
    squashed = [line for line in lines if "-robot|Example Forge" in line]
    rebased = [line for line in lines if re.search(r"-robot\|(Ada|Ben|Cyd) Example$", line)]
    assert min(len(merges), len(squashed), len(rebased)) >= 10
    assert git(root, "status", "--short", "--untracked-files=no") == []
    assert git(root, "for-each-ref", "--format=%(refname)") == ["refs/heads/main"]


def test_every_event_that_is_told_has_a_way_to_happen() -> None:
    assert {event.kind for event in mishaps.EVENTS} == demonstration.KINDS.keys()
    days = [event.day for event in mishaps.EVENTS]
    assert days == sorted(days)


def test_every_row_of_letters_has_a_letter_for_each_test() -> None:
    basics, gateway = (len(suite.tests) for suite in story.SUITES)
    for mesh in cast.ROBOTS:
        for version, _, row, rows in mesh.releases:
            assert len(row.replace(" ", "")) == basics, (mesh.id, version)
            assert all(len(one.replace(" ", "")) == gateway for one in rows), (mesh.id, version)
            assert len(rows) in {0, len(mesh.variants)}, (mesh.id, version)


@pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="ssh-keygen is not on PATH")
def test_stock_ssh_keygen_accepts_its_signatures(root: Path, book: Ledger) -> None:
    site = root / "public"
    for entry in book.entries[::40]:
        path = site / entry.verdict.path
        command = ["ssh-keygen", "-Y", "verify", "-f", str(site / urls.ALLOWED_SIGNERS)]
        command += ["-I", entry.verdict.publisher, "-n", "meshmark-result.v1", "-s", f"{path}.sig"]
        subprocess.run(command, input=path.read_bytes(), capture_output=True, check=True)


# --- the same everywhere


def test_two_demonstrations_have_the_same_head_and_the_same_site(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "config").write_text("[user]\nname = Mallory\n[commit]\ngpgSign = true\n[core]\nautocrlf = true\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "config"))
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    again = tmp_path / "somewhere" / "else"
    assert cli.main(["demo", str(again)]) == 0
    assert cli.main(["build", "--root", str(again)]) == 1
    assert git(again, "rev-parse", "HEAD") == git(root, "rev-parse", "HEAD")
    first, second = (
        {path.relative_to(folder): path.read_bytes() for path in (folder / "public").rglob("*") if path.is_file()}
        for folder in (root, again)
    )
    assert first == second


def test_a_folder_that_is_not_empty_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mine").write_text("mine")
    assert cli.main(["demo", str(tmp_path)]) == 2
    assert "nothing is ever overwritten" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_it_can_be_shown_at_once(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "generator", "demo", "there", "--serve", "--port", "0"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    with process, process.stdout as printed:
        address = next(line for line in map(bytes.decode, printed) if "http://" in line).split(" ")[4]
        with urllib.request.urlopen(address) as response:  # noqa: S310 - the address is our own server's
            assert story.TITLE.encode() in response.read()
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=60) == console.FINDINGS


# --- never mistaken for the truth


def test_every_page_says_that_it_is_fictitious(root: Path) -> None:
    found = list(shown(root))
    assert len(found) > 150
    for page in found:
        assert "fictitious" in re.findall(r"<title>(.*?)</title>", page)[0]
        assert "fictitious" in page.partition("<main")[0].partition("<body>")[2], "in the header that people see"


def test_every_name_is_an_example(book: Ledger) -> None:
    assert all(mesh.id.startswith("example-") and "Example" in mesh.title for mesh in book.programme.meshes)
    assert all(publisher.id.startswith("example-") for publisher in book.registry.publishers)
    assert all(suite.id.startswith("example-") for suite in story.SUITES)
    assert "example.org" in book.registry.audience


def test_the_readme_says_loudly_that_the_keys_are_worthless(root: Path) -> None:
    readme = (root / "README.md").read_text()
    assert "**Its keys are public and worthless.**" in readme
    assert all(event.text in readme for event in mishaps.EVENTS)


def test_no_key_of_it_is_enrolled_here(book: Ledger) -> None:
    here = (PROJECT / urls.REGISTRY).read_text()
    keys = {fiction.line(name) for name in story.MAINTAINERS}
    keys |= {fiction.line(f"{mesh.id}/{key}") for mesh in cast.ROBOTS for key, _ in mesh.keys}
    assert not any(line in here for line in keys)
    assert {fiction.key(name).public for name in story.MAINTAINERS} == {one.public for one in book.registry.maintainers}


def test_no_link_of_its_site_leads_nowhere(root: Path) -> None:
    site = root / "public"
    chosen = [site / urls.FRONT, site / urls.QUARANTINE, *(site / "meshes" / "example-fern").rglob("*.html")]
    for page in chosen:
        for _, target in pages.links(page.read_bytes()):
            path = target.partition("#")[0].partition("?")[0]
            assert not path or path.startswith("https://") or (page.parent / unquote(path)).is_file(), target
