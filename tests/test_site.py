"""What `site` and `pages` promise: whole, valid, harmless pages, and a swap that loses nothing."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from generator import assets, ledger, originals, site, sshsig, urls
from generator.findings import Stop
from generator.originals import Originals
from tests.support import pages, papers
from tests.support.papers import ARCHIVIST, PROJECT, ROBOT, result, transcription
from tests.support.repository import Repository, next_registry, pair, signed_registry, toy

AS_OF = datetime(2026, 2, 1, tzinfo=UTC)
HOSTILE = "</td><script>alert(1)</script><img src=x onerror=alert(1)> & \"quoted\" 'single' {{ 7*7 }}"
CHANGED = "results/kelp/v1.0.0/toy-run-0004.yaml"


def planned(repository: Repository, as_of: datetime = AS_OF) -> dict[str, bytes]:
    book = ledger.read(repository.root)
    files = originals.at(repository.root, book.head, ("registry", "results", "schema"))
    return {o.path: o.content for o in site.plan(book, files, as_of, PROJECT / "site_templates")}


def story(root: Path) -> Repository:
    """A programme with runs, a regression, hostile text, a variant, and most kinds of trouble."""
    repository = toy(root)
    repository.commit(pair(result(version="v0.9.0", run_id="toy-run-0001")))
    run = {"status": "completed", "finished_at": "2026-01-05T00:00:00Z", "url": "https://ci.example.org/1?a=b&c"}
    failed = [{"test": "A-1", "outcome": "passed", "duration": 1.5}, *papers.outcomes(A_2="failed")[1:]]
    failed[1] |= {"message": HOSTILE, "conditions": {"passed": 3, "failed": 1, "skipped": 0}}
    evidence = [{"url": "https://example.org/log", "sha256": "0" * 64}]
    repository.commit(pair(result(run_id="toy-run-0002", run=run, results=failed, evidence=evidence)))
    claims = [item | {"capability": "none"} for item in papers.outcomes()]
    repository.commit(pair(result(run_id="toy-run-0003", variant={"mode": "ambient"}, results=claims)))
    repository.commit(pair(result(run_id="toy-run-0004")))
    stated = {"percentage": "49.6%", "note": HOSTILE, "specifications": [{"specification": "alpha", "reason": HOSTILE}]}
    old = transcription(mesh="reed", version="unknown", run_id="toy-run-0005", recorded=stated)
    old["run"] = {"status": "aborted", "phase": "running", "not_before": "2020-01-01T00:00:00Z"}
    old["run"]["not_after"] = "2020-02-01T00:00:00Z"
    repository.commit(pair(old, ARCHIVIST))
    bad = b"a: no\n<b>: 010\n"
    repository.commit(
        {
            CHANGED: b"tampered </script> by\nsomebody\n",
            "results/kelp/v1.0.0/toy-run-0006.yaml": bad,
            "results/kelp/v1.0.0/toy-run-0006.yaml.sig": ROBOT.sign(bad),
            "results/kelp/v1.0.0/<b>\n.yaml": b"odd",
        }
    )
    return repository


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return planned(story(tmp_path_factory.mktemp("story") / "r"))


FAILED_RUN = "meshes/kelp/v1.0.0/toy-run-0002/index.html"


def test_every_page_is_valid_html_with_one_heading_and_a_title(built: dict[str, bytes]) -> None:
    for path, html in built.items():
        if path.endswith(".html"):
            root = pages.tree(html)
            assert len(root.findall(f".//{pages.XHTML}h1")) == 1, path
            title = root.find(f".//{pages.XHTML}title")
            assert title is not None, path
            assert title.text, path


def test_every_link_and_anchor_leads_somewhere(built: dict[str, bytes]) -> None:
    assert pages.broken_links(built) == []


def test_links_are_relative_and_nothing_is_loaded_from_elsewhere(built: dict[str, bytes]) -> None:
    for path, html in built.items():
        if not path.endswith(".html"):
            continue
        for tag, target in pages.links(html):
            assert not target.startswith("/") or path == urls.NOT_FOUND, (path, target)
            if tag != "a" and not target.startswith("https://example.org/conformance/"):
                assert "://" not in target, (path, target)
        assert not re.search(
            rb"<script(?! src=\"[./]*(?:conformance/)?assets/(?:meshmark|compare|colours).js\"></script>)", html
        ), path
        assert b" style=" not in html


def test_the_page_for_lost_readers_works_under_any_address(built: dict[str, bytes]) -> None:
    for _, target in pages.links(built[urls.NOT_FOUND]):
        if target.startswith("https://example.org/conformance/") or target == "#main":
            continue
        path = target.removeprefix("/conformance/")
        assert path != target
        assert (f"{path}index.html" if path.endswith("/") or not path else path) in built, target


def test_text_of_robots_is_shown_and_never_executed(built: dict[str, bytes]) -> None:
    for path in (FAILED_RUN, "meshes/reed/unknown/toy-run-0005/index.html"):
        assert HOSTILE in pages.text(built[path])
        assert built[path].count(b"<script") == 1, "our own"
        assert b"<img" not in built[path]


def test_the_front_page_says_what_counts_and_what_does_not(built: dict[str, bytes]) -> None:
    words = pages.text(built[urls.FRONT])
    assert "Kelp Mesh" in words
    assert "ambient" in words
    assert "kept out of the matrix 3" in words
    assert "transcribed" in words


def test_the_mesh_page_tells_what_changed_and_since_when(built: dict[str, bytes]) -> None:
    words = pages.text(built["meshes/kelp/index.html"])
    assert "regression" in words
    assert "Alpha: Kelp Mesh ≤ v0.9.0, the first version tested" in words


def test_the_run_page_names_the_blob_that_git_makes_of_the_result(built: dict[str, bytes]) -> None:
    content = built["results/kelp/v1.0.0/toy-run-0002.yaml"]
    blob = hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()
    assert f"Git blob {blob}" in pages.text(built[FAILED_RUN])


def test_the_run_page_says_what_a_rerun_needs_and_that_a_transcription_has_none(built: dict[str, bytes]) -> None:
    words = pages.text(built[FAILED_RUN])
    assert "Suite toy, version v1" in words
    assert "cannot be run again from here" not in words
    assert "State verified Issued" in words
    copied = pages.text(built["meshes/reed/unknown/toy-run-0005/index.html"])
    assert "it cannot be run again from here" in copied
    assert "State verified, transcribed Issued" in copied


def test_the_run_page_leads_to_file_signature_and_the_command_that_verifies_it(built: dict[str, bytes]) -> None:
    words = pages.text(built[FAILED_RUN])
    command = "ssh-keygen -Y verify -f allowed_signers -I kelp-robot -n meshmark-result.v1"
    assert f"{command} -s toy-run-0002.yaml.sig < toy-run-0002.yaml" in words
    targets = {target.rpartition("/")[2] for _, target in pages.links(built[FAILED_RUN])}
    assert {"toy-run-0002.yaml", "toy-run-0002.yaml.sig", "allowed_signers"} <= targets
    for number in ("4", "6", "7.1", "7.9", "8"):
        assert f" {number} " in words


def test_contradictions_stand_on_the_run_page(built: dict[str, bytes]) -> None:
    assert "claimed-none-passed" in pages.text(built["meshes/kelp/v1.0.0/toy-run-0003/index.html"])


def test_the_quarantine_lists_each_file_with_state_reason_and_findings(built: dict[str, bytes]) -> None:
    words = pages.text(built[urls.QUARANTINE])
    for part in (CHANGED, "tampered", "malformed", "yaml-ambiguous", "line 2", "results/kelp/v1.0.0/<b>\\x0a.yaml"):
        assert part in words


def test_the_audit_log_shows_what_changed_before_and_after(built: dict[str, bytes]) -> None:
    words = pages.text(built[urls.AUDIT])
    for part in (CHANGED, "changed", "--- before +++ after", "+tampered </script> by", "1 complete history holds"):
        assert part in words


def test_provenance_and_checkpoint_are_there_for_tools(built: dict[str, bytes]) -> None:
    report = json.loads(built[urls.PROVENANCE])
    (kelp, reed) = report["meshes"]
    assert kelp["states"] == {"malformed": 2, "tampered": 1, "verified": 3}
    assert reed["states"] == {"verified": 1}
    shard = json.loads(built[kelp["document"]])
    assert Counter(one["state"] for one in shard["results"]) == kelp["states"]
    assert all(one["steps"] for one in shard["results"])
    assert shard["checkpoint"] == report["checkpoint"]
    assert report["checkpoint"] == json.loads(built[urls.CHECKPOINT])
    assert report["checkpoint"]["count"] == 5
    assert {step["number"] for step in report["steps"]} == {"1", "2", "3", "5", "10"}


def test_every_result_that_counts_has_an_in_toto_statement(built: dict[str, bytes]) -> None:
    path = "statements/kelp/v1.0.0/toy-run-0002.intoto.json"
    statement = json.loads(built[path])
    (subject,) = statement["subject"]
    assert hashlib.sha256(built[subject["name"]]).hexdigest() == subject["digest"]["sha256"]
    predicate = statement["predicate"]
    assert (predicate["result"], predicate["failedTests"]) == ("FAILED", ["A-2"])
    assert predicate["url"].startswith("https://ci.example.org/")
    results = {json.loads(built[name])["predicate"]["result"] for name in built if name.startswith("statements/")}
    assert results == {"FAILED", "PASSED", "WARNED"}


def test_raw_files_are_published_byte_for_byte_and_only_those_that_count(built: dict[str, bytes]) -> None:
    path = "results/kelp/v0.9.0/toy-run-0001.yaml"
    content = papers.written(result(version="v0.9.0", run_id="toy-run-0001"))
    assert built[path] == content
    assert built[f"{path}.sig"] == ROBOT.sign(content)
    assert not any("toy-run-0004" in name or "toy-run-0006" in name for name in built)
    assert built[urls.ALLOWED_SIGNERS].decode().splitlines()[1] == (
        f'kelp-robot namespaces="meshmark-result.v1" {ROBOT.line}'
    )


def signed_by(built: dict[str, bytes]) -> set[bytes]:
    """Give the raw keys in allowed_signers."""
    lines = built[urls.ALLOWED_SIGNERS].decode().splitlines()
    return {sshsig.public_key(line.split(" ", 2)[2]) for line in lines}


def test_the_key_of_every_result_that_counts_is_listed_whatever_became_of_it(tmp_path: Path) -> None:
    first = papers.registry()
    gone = {"kelp-robot": papers.publisher(papers.key(papers.STRANGER))}
    repository = toy(tmp_path / "gone")
    repository.commit(pair(result()))
    repository.commit(signed_registry(next_registry(repository, first, publishers=gone)))
    assert signed_by(planned(repository)) == {ROBOT.public, papers.STRANGER.public}


def test_a_compromised_key_is_listed_only_for_what_it_signed_in_good_time(tmp_path: Path) -> None:
    first = papers.registry()
    for name, last_good in (("in-time", True), ("never", False)):
        repository = toy(tmp_path / name)
        good = repository.commit(pair(result()))
        key = papers.key(ROBOT, status="compromised", **({"last_good": good} if last_good else {}))
        publishers = {"kelp-robot": papers.publisher(key)}
        repository.commit(signed_registry(next_registry(repository, first, publishers=publishers)))
        assert signed_by(planned(repository)) == ({ROBOT.public} if last_good else set())


def test_ages_follow_the_given_date_and_nothing_else(tmp_path: Path) -> None:
    repository = toy(tmp_path / "r")
    repository.commit(pair(result()))
    assert "fresh" in pages.text(planned(repository)[urls.FRONT])
    later = planned(repository, datetime(2026, 3, 1, tzinfo=UTC))
    assert "ageing" in pages.text(later[urls.FRONT])


def test_a_programme_without_results_has_a_site_too(tmp_path: Path) -> None:
    repository = toy(tmp_path / "r")
    empty = papers.registry(publishers={})
    repository.commit(signed_registry(next_registry(repository, papers.registry(), publishers=empty["publishers"])))
    built = planned(repository)
    assert "No result counts yet" in pages.text(built[urls.FRONT])
    assert "Nothing is kept out" in pages.text(built[urls.QUARANTINE])
    assert "No publisher yet" in pages.text(built[urls.ACCOUNTS])
    assert pages.broken_links(built) == []


def test_two_outputs_for_one_path_stop_before_anything_is_written(tmp_path: Path) -> None:
    repository = toy(tmp_path / "r")
    book = ledger.read(repository.root)
    for clash in ("allowed_signers", "index.html/deeper"):
        with pytest.raises(Stop, match="two files of the site claim"):
            site.plan(book, Originals(root=repository.root, ids={clash: "0" * 40}), AS_OF, PROJECT / "site_templates")


@pytest.mark.parametrize("name", [{"version": "index.html"}, {"run_id": "index.html"}])
def test_no_robot_can_take_the_file_of_a_page_and_stop_the_site(tmp_path: Path, name: dict[str, str]) -> None:
    repository = toy(tmp_path / "r")
    repository.commit(pair(result()))
    repository.commit(pair(result(**({"version": "v2.0.0", "run_id": "toy-run-0002"} | name))))
    built = planned(repository)
    assert "malformed" in pages.text(built[urls.QUARANTINE])
    assert "meshes/kelp/index.html" in built


def test_a_style_sheet_loses_what_says_nothing_and_no_more() -> None:
    sheet = b'/* a */\na > b, c d { content: ", {x};  /* y */"; margin: 0 auto; } /* z */\n'
    sheet += b"\n@media (x: 1px) {\n  e:hover { k: calc(1px + 2px) }\n}\n"
    slim = b'a>b,c d{content:", {x};  /* y */";margin:0 auto;}@media (x:1px){e:hover{k:calc(1px + 2px)}}\n'
    assert assets._slim(sheet) == slim
    assert assets._slim(slim) == slim


def test_the_quarantine_says_what_would_mend_each_file(tmp_path: Path) -> None:
    repository = toy(tmp_path / "r")
    content = papers.written(papers.result())
    repository.commit({"results/kelp/v1.0.0/toy-run-0001.yaml": content})
    words = pages.text(planned(repository, AS_OF)[urls.QUARANTINE])
    assert "sign it: ssh-keygen -Y sign -f KEY -n meshmark-result.v1 FILE" in words
