"""What `review` and `answers` promise: a pull request is judged by its base, on its own files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from generator import cli, console, history, review
from tests.support import papers
from tests.support.papers import PROJECT, ROBOT, STRANGER, SUITE_PATH, result
from tests.support.repository import Link, Repository, next_registry, pair, signed_registry, toy

PATH = "results/kelp/v1.0.0/toy-run-0001.yaml"
SECOND = "results/kelp/v1.0.0/toy-run-0002.yaml"
Captured = pytest.CaptureFixture[str]


def proposed(root: Path) -> Repository:
    """A programme with one result on main, and a branch `robot` on which the story goes on."""
    repository = toy(root)
    repository.commit(pair(result()))
    repository.git("switch", "--quiet", "--create", "robot")
    return repository


def judged(repository: Repository) -> list[tuple[str, str]]:
    found = review.review(repository.root, "main")
    return [(finding.path, finding.rule) for finding in found.findings]


def test_an_honest_change_has_no_findings(tmp_path: Path) -> None:
    repository = proposed(tmp_path / "r")
    repository.commit(pair(result(run_id="toy-run-0002")))
    assert judged(repository) == []


def test_several_commits_are_one_change(tmp_path: Path) -> None:
    repository = proposed(tmp_path / "r")
    repository.commit({SECOND: b"first try"})
    repository.commit(pair(result(run_id="toy-run-0002")))
    assert judged(repository) == []


def test_a_branch_behind_its_base_is_judged_for_what_it_changed(tmp_path: Path) -> None:
    repository = proposed(tmp_path / "r")
    repository.commit(pair(result(run_id="toy-run-0002")))
    repository.git("switch", "--quiet", "main")
    repository.commit(pair(result(run_id="toy-run-0003")))
    repository.git("switch", "--quiet", "robot")
    assert judged(repository) == []


def test_editing_and_deleting_published_results_is_refused(tmp_path: Path) -> None:
    edited = proposed(tmp_path / "edited")
    edited.commit(pair(result(results=papers.outcomes(A_1="failed"))))
    assert judged(edited) == [(PATH, "tampered")]
    deleted = proposed(tmp_path / "deleted")
    deleted.commit(dict.fromkeys(pair(result())))
    assert judged(deleted) == [(PATH, "deleted")]


def test_a_change_that_enrols_itself_is_refused(tmp_path: Path) -> None:
    repository = proposed(tmp_path / "r")
    publishers = {"kelp-robot": papers.publisher(papers.key(STRANGER))}
    second = next_registry(repository, papers.registry(), publishers=publishers)
    repository.commit({**signed_registry(second), **pair(result(run_id="toy-run-0002"), STRANGER)})
    assert judged(repository) == [(SECOND, "unauthorised")]


def test_a_registry_without_its_maintainers_is_fatal(tmp_path: Path) -> None:
    repository = proposed(tmp_path / "r")
    second = next_registry(repository, papers.registry(), threshold=1)
    repository.commit(signed_registry(second, ("mallory", STRANGER)))
    found = review.review(repository.root, "main")
    assert found.fatal
    assert {finding.rule for finding in found.findings} == {"registry-invalid"}


def test_a_run_id_that_was_used_elsewhere_is_found_without_reading_everything(tmp_path: Path) -> None:
    repository = proposed(tmp_path / "r")
    repository.commit(pair(result(version="v1.1.0")))
    assert judged(repository) == [("results/kelp/v1.1.0/toy-run-0001.yaml", "replayed")]


def test_trouble_that_the_change_does_not_touch_does_not_gate_it(tmp_path: Path) -> None:
    repository = toy(tmp_path / "r")
    repository.commit({PATH: b"unsigned junk on main"})
    repository.git("switch", "--quiet", "--create", "robot")
    repository.commit(pair(result(run_id="toy-run-0002")))
    assert judged(repository) == []


def test_only_touched_and_colliding_results_are_read(tmp_path: Path) -> None:
    repository = toy(tmp_path / "r")
    for number in range(5):
        repository.commit(pair(result(run_id=f"toy-run-1{number:03}")))
    repository.git("switch", "--quiet", "--create", "robot")
    repository.commit(pair(result(run_id="toy-run-0002")))
    read = set[str]()
    original = history.Repository.content

    def counted(self: history.Repository, blob_id: str, limit: int) -> bytes | int:
        read.add(blob_id)
        return original(self, blob_id, limit)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(history.Repository, "content", counted)
        review.review(repository.root, "main")
    results = {repository.git("rev-parse", f"HEAD:results/kelp/v1.0.0/toy-run-1{n:03}.yaml") for n in range(5)}
    assert not results & read


def test_a_broken_programme_file_and_a_broken_suite_are_found(tmp_path: Path) -> None:
    repository = proposed(tmp_path / "r")
    repository.commit({"meshmark.yaml": papers.written(papers.programme(tilte="x")), SUITE_PATH: b"a: no"})
    assert judged(repository) == [("meshmark.yaml", "schema-unknown-field"), (SUITE_PATH, "yaml-ambiguous")]


def test_a_programme_file_that_is_gone_linked_or_huge_is_no_crash(tmp_path: Path) -> None:
    for name, content in (("gone", None), ("linked", Link("x")), ("huge", b"#" * 300_000)):
        repository = proposed(tmp_path / name)
        repository.commit({"meshmark.yaml": content})
        assert {rule for _, rule in judged(repository)} <= {"yaml-empty", "schema-type", "file-size"}


def run(repository: Repository, *argv: str) -> int:
    return cli.main(["check", "--root", str(repository.root), "--base", "main", *argv])


def test_the_answer_as_text_json_annotations_and_summary(tmp_path: Path, capsys: Captured) -> None:
    repository = proposed(tmp_path / "r")
    bad = papers.written(result(run_id="toy-run-0002")).replace(b'"v1.29.4"', b"1.20")
    third = result(run_id="toy-run-0003", results=papers.outcomes(A_2="failed"), issued_at="2026-02-02T00:00:00Z")
    third["run"] = {"status": "completed"}
    repository.commit({SECOND: bad, f"{SECOND}.sig": ROBOT.sign(bad), **pair(third)})
    line = bad[: bad.index(b"1.20")].count(b"\n") + 1
    assert run(repository) == console.FINDINGS
    assert f"{SECOND}:{line}: error schema-type" in capsys.readouterr().out
    assert run(repository, "--format", "json") == console.FINDINGS
    assert [one["rule"] for one in json.loads(capsys.readouterr().out)["findings"]] == ["malformed", "schema-type"]
    assert run(repository, "--format", "github") == console.FINDINGS
    assert f"::error file={SECOND},line={line},title=schema-type::" in capsys.readouterr().out
    assert run(repository, "--format", "markdown") == console.FINDINGS
    summary = capsys.readouterr().out
    assert "**Meshmark: 2 errors**" in summary
    assert "4 files changed." in summary
    assert "| kelp toy v1 | v1\\.0\\.0\\: full, pass\\: passed 4 of 4 tested |" in summary
    assert "partial, fail\\: passed 3 of 4 tested" in summary


def test_the_first_result_of_a_mesh_is_said_to_be_new(tmp_path: Path, capsys: Captured) -> None:
    repository = proposed(tmp_path / "r")
    moss = result(mesh="moss", run_id="toy-run-0002", publisher="moss-robot")
    repository.commit(pair(moss, papers.OTHER_ROBOT))
    assert run(repository, "--format", "markdown") == console.CLEAN
    summary = capsys.readouterr().out
    assert "| moss toy v1 | no result |" in summary
    assert "kelp" not in summary


def test_a_fatal_change_exits_with_2_in_every_format(tmp_path: Path, capsys: Captured) -> None:
    repository = proposed(tmp_path / "r")
    repository.commit({"registry/service-accounts.yaml": b"a: b"})
    for how in ("text", "json", "github", "markdown"):
        assert run(repository, "--format", how) == console.STOPPED
        assert "registry" in capsys.readouterr().out


def test_untrusted_names_cannot_write_annotations_or_markup(tmp_path: Path, capsys: Captured) -> None:
    repository = proposed(tmp_path / "r")
    repository.commit({"results/kelp/::error::x,y%0A|<b>`\n.yaml": b"x"})
    for how in ("github", "markdown"):
        assert run(repository, "--format", how) == console.FINDINGS
        printed = capsys.readouterr().out
        assert "<b>" not in printed.replace("\\<b\\>", "") or how == "github"
        assert "\n::error::" not in printed
        assert all(row.startswith(("|", "*", "", "1 file")) for row in printed.splitlines())


def test_base_and_paths_do_not_go_together_and_a_base_must_exist(tmp_path: Path, capsys: Captured) -> None:
    repository = proposed(tmp_path / "r")
    assert run(repository, PATH) == console.STOPPED
    assert "name no paths" in capsys.readouterr().err
    assert cli.main(["check", "--root", str(repository.root), "--base", "nowhere"]) == console.STOPPED
    assert "has no commit" in capsys.readouterr().err


def test_work_tree_findings_come_as_annotations_and_markdown_too(tmp_path: Path, capsys: Captured) -> None:
    repository = proposed(tmp_path / "r")
    repository.write({SECOND: b"x", "site_templates": Link(str(PROJECT))})
    for how, start in (("github", "::error file="), ("markdown", "**Meshmark: 2 errors**")):
        code = cli.main(["check", "--root", str(repository.root), "--format", how])
        assert (code, capsys.readouterr().out.startswith(start)) == (console.FINDINGS, True)
