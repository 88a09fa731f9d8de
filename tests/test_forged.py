"""Forged and honest histories as real repositories: each has its states and its exit code.

A story builds a repository on top of a programme without results; adding one is adding a function.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from generator import cli
from tests.support import papers
from tests.support.keys import REGISTRY, Key
from tests.support.papers import ALICE, ARCHIVIST, BOB, CAROL, OTHER_ROBOT, PROJECT, ROBOT, STRANGER, Paper, result
from tests.support.repository import (
    EPOCH,
    REGISTRY_PATH,
    File,
    Link,
    Repository,
    basis,
    next_registry,
    pair,
    signed_registry,
    toy,
)

ONE = "results/kelp/v1.0.0/toy-run-0001.yaml"
TWO = "results/kelp/v1.0.0/toy-run-0002.yaml"
FIRST = papers.registry()
BYTES = papers.written(result())
second_result = result(run_id="toy-run-0002")


@dataclass
class Story:
    """How a repository came to be, and what has to be said about it."""

    tell: Callable[[Repository], object]
    states: dict[str, str]
    code: int


STORIES: dict[str, Story] = {}


def story(states: dict[str, str], code: int) -> Callable[[Callable[[Repository], object]], None]:
    def remember(tell: Callable[[Repository], object]) -> None:
        STORIES[tell.__name__] = Story(tell, states, code)

    return remember


def audited(root: Path, capsys: pytest.CaptureFixture[str], *options: str) -> tuple[dict[str, str], int]:
    code = cli.main(["verify", "--root", str(root), "--format", "json", *options])
    data = json.loads(capsys.readouterr().out)
    return {one["path"]: one["state"] for one in data.get("results", ())}, code


def branch(repository: Repository, name: str) -> None:
    repository.git("switch", "--quiet", "--create", name)


def back(repository: Repository) -> None:
    repository.git("switch", "--quiet", "main")


def keys_of_kelp(*keys: Paper) -> Paper:
    return {"publishers": {"kelp-robot": papers.publisher(*keys)}}


def enact(repository: Repository, before: Paper, **changes: object) -> Paper:
    after = next_registry(repository, before, **changes)
    repository.commit(signed_registry(after))
    return after


# -- honest flows ------------------------------------------------------------------------------


@story({}, 0)
def a_programme_without_results(repository: Repository) -> None:
    repository.commit({"README": b"x"})


@story({ONE: "verified"}, 0)
def a_plain_commit(repository: Repository) -> None:
    repository.commit(pair(result()))


@story({ONE: "verified"}, 0)
def a_merge_commit(repository: Repository) -> None:
    branch(repository, "robot")
    repository.commit(pair(result()))
    back(repository)
    repository.commit({"README": b"x"})
    repository.merge("robot")


@story({ONE: "verified"}, 0)
def a_squash(repository: Repository) -> None:
    branch(repository, "robot")
    repository.commit({ONE: b"first try"})
    repository.commit(pair(result()))
    back(repository)
    repository.git("merge", "--quiet", "--squash", "robot")
    repository.commit({})


@story({ONE: "verified"}, 0)
def a_rebase(repository: Repository) -> None:
    branch(repository, "robot")
    repository.commit(pair(result()))
    back(repository)
    repository.commit({"README": b"x"})
    repository.git("rebase", "--quiet", "main", "robot")
    back(repository)
    repository.git("merge", "--quiet", "--ff-only", "robot")


@story({ONE: "verified"}, 0)
def a_pair_in_two_commits(repository: Repository) -> None:
    for name, content in pair(result()).items():
        repository.commit({name: content})


@story({ONE: "verified"}, 0)
def a_signature_that_comes_before_its_result(repository: Repository) -> None:
    for name, content in reversed(pair(result()).items()):
        repository.commit({name: content})


@story({ONE: "verified"}, 0)
def a_key_that_is_added_and_then_used(repository: Repository) -> None:
    enact(repository, FIRST, **keys_of_kelp(papers.key(ROBOT), papers.key(STRANGER, "2026b")))
    repository.commit(pair(result(), STRANGER))


@story({ONE: "verified"}, 0)
def a_result_that_is_deleted_and_restored(repository: Repository) -> None:
    repository.commit(pair(result()))
    repository.commit(dict.fromkeys(pair(result())))
    repository.commit(pair(result()))


@story({ONE: "verified"}, 0)
def line_ending_filters_that_change_the_work_tree(repository: Repository) -> None:
    repository.commit({".gitattributes": b"* text eol=crlf ident\n"})
    repository.git("config", "core.autocrlf", "true")
    repository.commit(pair(result()))


@story({ONE: "verified"}, 0)
def settings_that_would_change_the_output_of_log(repository: Repository) -> None:
    for name, value in (("log.showSignature", "true"), ("diff.renames", "copies"), ("gpg.format", "ssh")):
        repository.git("config", name, value)
    repository.commit(pair(result()))


@story({ONE: "verified", TWO: "verified"}, 0)
def an_octopus_merge_that_brings_two_results(repository: Repository) -> None:
    for name, paper in (("one", result()), ("two", second_result)):
        branch(repository, name)
        repository.commit(pair(paper))
        back(repository)
    repository.git("merge", "--quiet", "--no-ff", "--message", "octopus", "one", "two")


@story({ONE: "verified"}, 0)
def unrelated_history_that_is_merged_in(repository: Repository) -> None:
    repository.git("switch", "--quiet", "--orphan", "other")
    repository.commit(pair(result()))
    back(repository)
    repository.merge("other", "--allow-unrelated-histories")


@story({ONE: "verified"}, 0)
def a_result_older_than_the_registry(repository: Repository) -> None:
    repository.git("switch", "--quiet", "--orphan", "fresh")
    files = basis()
    registry = {name: files.pop(name) for name in [*files] if name.startswith("registry/")}
    repository.commit({**files, **pair(result())})
    repository.commit(registry)


@story({ONE: "verified", "results/reed/v1.0.0/toy-run-0002.yaml": "verified"}, 0)
def a_robot_and_an_archivist(repository: Repository) -> None:
    repository.commit(pair(result()))
    repository.commit(pair(papers.transcription(mesh="reed", run_id="toy-run-0002"), ARCHIVIST))


# -- identity ----------------------------------------------------------------------------------


@story({ONE: "unsigned"}, 1)
def the_robots_name_as_author_and_no_signature(repository: Repository) -> None:
    repository.git("config", "user.name", "kelp-robot")
    repository.commit({ONE: BYTES})


@story({ONE: "unauthorised"}, 1)
def a_stranger_signs_in_the_robots_name(repository: Repository) -> None:
    repository.commit(pair(result(), STRANGER))


@story({ONE: "unauthorised"}, 1)
def a_robot_of_another_mesh_signs(repository: Repository) -> None:
    repository.commit(pair(result(), OTHER_ROBOT))


@story({ONE: "unauthorised"}, 1)
def a_maintainer_signs_a_result(repository: Repository) -> None:
    repository.commit(pair(result(), ALICE))


@story({ONE: "misplaced"}, 1)
def a_robot_that_names_another_publisher(repository: Repository) -> None:
    repository.commit(pair(result(publisher="moss-robot")))


@story({ONE: "unauthorised"}, 1)
def duplicate_author_headers_and_a_strangers_result(repository: Repository) -> None:
    repository.commit(pair(result(), STRANGER))
    raw = repository.git("cat-file", "commit", "HEAD").replace("committer", "author Kelp <k@x> 0 +0000\ncommitter", 1)
    made = repository.git("hash-object", "-t", "commit", "-w", "--literally", "--stdin", stdin=raw.encode() + b"\n")
    repository.git("update-ref", "refs/heads/main", made)


@story({ONE: "unauthorised"}, 1)
def a_robot_that_transcribes(repository: Repository) -> None:
    repository.commit(pair(papers.transcription(publisher="kelp-robot")))


@story({ONE: "unauthorised"}, 1)
def an_archivist_that_reports_a_run_of_its_own(repository: Repository) -> None:
    repository.commit(pair(result(publisher="archive"), ARCHIVIST))


# -- self-enrolment ----------------------------------------------------------------------------


def enrolment(repository: Repository) -> dict[str, File]:
    return signed_registry(next_registry(repository, FIRST, **keys_of_kelp(papers.key(STRANGER))))


@story({ONE: "unauthorised"}, 1)
def registry_and_result_in_one_commit(repository: Repository) -> None:
    repository.commit({**enrolment(repository), **pair(result(), STRANGER)})


@story({ONE: "unauthorised"}, 1)
def registry_and_result_in_one_merge(repository: Repository) -> None:
    branch(repository, "robot")
    repository.commit(enrolment(repository))
    repository.commit(pair(result(), STRANGER))
    back(repository)
    repository.merge("robot")


@story({ONE: "unauthorised"}, 1)
def a_result_that_came_before_its_key(repository: Repository) -> None:
    repository.commit(pair(result(), STRANGER))
    repository.commit(enrolment(repository))


@story({ONE: "unauthorised"}, 2)
def a_registry_that_only_the_robot_signed(repository: Repository) -> None:
    after = next_registry(repository, FIRST, **keys_of_kelp(papers.key(STRANGER)))
    repository.commit({**signed_registry(after, ("alice", STRANGER), ("bob", STRANGER)), **pair(result(), STRANGER)})


# -- the registry ------------------------------------------------------------------------------

REFUSED: dict[str, Callable[[Repository], dict[str, File]]] = {
    "a_version_that_skips": lambda r: signed_registry(next_registry(r, FIRST, version=3)),
    "a_wrong_previous": lambda r: signed_registry(next_registry(r, FIRST, previous="sha256:" + "0" * 64)),
    "another_audience": lambda r: signed_registry(next_registry(r, FIRST, audience="https://example.net/x")),
    "an_anchor_from_nowhere": lambda r: signed_registry(next_registry(r, FIRST, anchor="f" * 40)),
    "below_the_threshold": lambda r: {
        **signed_registry(next_registry(r, FIRST), ("alice", ALICE)),
        "registry/sigs/bob.sig": None,
    },
    "the_same_maintainer_twice": lambda r: signed_registry(next_registry(r, FIRST), ("alice", ALICE), ("bob", ALICE)),
    "a_signature_in_the_namespace_of_results": lambda r: {
        **signed_registry(next_registry(r, FIRST)),
        "registry/sigs/bob.sig": BOB.sign(papers.written(next_registry(r, FIRST))),
    },
    "maintainers_who_never_signed": lambda r: signed_registry(
        next_registry(r, FIRST, maintainers=[{"id": "carol", "key": CAROL.line}], threshold=1)
    ),
    "a_key_with_two_owners": lambda r: signed_registry(
        next_registry(
            r,
            FIRST,
            publishers={
                "kelp-robot": papers.publisher(papers.key(ROBOT)),
                "moss-robot": papers.publisher(papers.key(ROBOT), meshes=("moss",)),
            },
        )
    ),
    "a_publisher_with_a_maintainers_key": lambda r: signed_registry(
        next_registry(r, FIRST, **keys_of_kelp(papers.key(ALICE)))
    ),
    "a_registry_that_is_a_link": lambda _: {REGISTRY_PATH: Link("../meshmark.yaml")},
    "a_registry_that_is_gone": lambda _: {REGISTRY_PATH: None},
    "a_registry_with_a_key_twice": lambda _: {REGISTRY_PATH: b"version: 2\nversion: 3\n"},
    "a_registry_that_is_huge": lambda _: {REGISTRY_PATH: b"#" * 300_000},
    "an_unsigned_change_of_the_threshold": lambda _: {REGISTRY_PATH: papers.written(papers.registry(threshold=1))},
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_registry_that_may_not_take_over_stops_everything(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    repository = toy(tmp_path / "r")
    repository.commit(pair(result()))
    repository.commit(REFUSED[name](repository))
    assert audited(repository.root, capsys) == ({ONE: "verified"}, 2)
    repository.commit(signed_registry(FIRST))
    assert audited(repository.root, capsys) == ({ONE: "verified"}, 0)


@story({}, 2)
def an_old_registry_that_is_put_back(repository: Repository) -> None:
    generous = enact(repository, FIRST, **keys_of_kelp(papers.key(STRANGER)))
    enact(repository, generous, **keys_of_kelp(papers.key(ROBOT)))
    repository.commit(signed_registry(generous))


@story({}, 2)
def an_executable_registry(repository: Repository) -> None:
    after = next_registry(repository, FIRST)
    repository.commit(signed_registry(after), executable=(REGISTRY_PATH,))


@story({}, 0)
def a_registry_that_is_touched_twice_in_one_merge(repository: Repository) -> None:
    branch(repository, "maintainers")
    repository.commit({REGISTRY_PATH: b"draft"})
    anchor = repository.git("rev-parse", "main")
    repository.commit(signed_registry(next_registry(repository, FIRST) | {"anchor": anchor}))
    back(repository)
    repository.merge("maintainers")


# -- the life of a key -------------------------------------------------------------------------


@story({ONE: "verified", TWO: "unauthorised"}, 1)
def a_retired_key_keeps_its_past_and_has_no_future(repository: Repository) -> None:
    repository.commit(pair(result()))
    enact(repository, FIRST, **keys_of_kelp(papers.key(ROBOT, status="retired")))
    repository.commit(pair(second_result))


@story({ONE: "unauthorised"}, 1)
def a_retired_key_with_a_back_dated_commit(repository: Repository) -> None:
    enact(repository, FIRST, **keys_of_kelp(papers.key(ROBOT, status="retired")))
    repository.commit(pair(result()), when=EPOCH - 10_000_000)


@story({ONE: "unauthorised"}, 1)
def a_branch_from_before_the_retirement_that_is_merged_after(repository: Repository) -> None:
    branch(repository, "robot")
    repository.commit(pair(result()))
    back(repository)
    enact(repository, FIRST, **keys_of_kelp(papers.key(ROBOT, status="retired")))
    repository.merge("robot")


@story({ONE: "verified", TWO: "suspect"}, 1)
def a_compromised_key_and_its_last_good_commit(repository: Repository) -> None:
    good = repository.commit(pair(result()))
    repository.commit(pair(second_result))
    enact(repository, FIRST, **keys_of_kelp(papers.key(ROBOT, status="compromised", last_good=good)))


@story({ONE: "suspect"}, 1)
def a_compromised_key_without_a_last_good_commit(repository: Repository) -> None:
    repository.commit(pair(result()))
    enact(repository, FIRST, **keys_of_kelp(papers.key(ROBOT, status="compromised")))


@story({ONE: "unauthorised"}, 1)
def a_compromised_key_used_afterwards_and_back_dated(repository: Repository) -> None:
    good = repository.head
    enact(repository, FIRST, **keys_of_kelp(papers.key(ROBOT, status="compromised", last_good=good)))
    repository.commit(pair(result()), when=EPOCH)


@story({ONE: "unauthorised"}, 1)
def a_compromised_key_on_a_branch_from_before(repository: Repository) -> None:
    branch(repository, "robot")
    repository.commit(pair(result()))
    back(repository)
    enact(repository, FIRST, **keys_of_kelp(papers.key(ROBOT, status="compromised")))
    repository.merge("robot")


@story({ONE: "reattested", TWO: "withdrawn"}, 0)
def one_result_vouched_for_and_one_taken_back(repository: Repository) -> None:
    repository.commit(pair(result()))
    repository.commit(pair(second_result))
    enact(
        repository,
        FIRST,
        **keys_of_kelp(papers.key(ROBOT, status="compromised")),
        reattested=[{"digest": papers.digest(BYTES), "reason": "logs agree"}],
        withdrawn=[{"digest": papers.digest(papers.written(second_result)), "reason": "wrong cluster"}],
    )


@story({ONE: "withdrawn"}, 0)
def withdrawal_weighs_more_than_vouching(repository: Repository) -> None:
    repository.commit(pair(result()))
    listed = [{"digest": papers.digest(BYTES), "reason": "x"}]
    enact(repository, FIRST, withdrawn=listed, reattested=listed)


# -- edits and deletions -----------------------------------------------------------------------


@story({ONE: "tampered"}, 1)
def an_edit_that_the_robot_signs_again(repository: Repository) -> None:
    repository.commit(pair(result()))
    repository.commit(pair(result(results=papers.outcomes(A_1="failed"))))


@story({ONE: "tampered", TWO: "tampered"}, 1)
def two_results_that_swap_their_contents(repository: Repository) -> None:
    one, two = pair(result()), pair(second_result)
    repository.commit({**one, **two})
    repository.commit({**pair(result(), path=TWO), **pair(second_result, path=ONE)})


@story({ONE: "tampered", TWO: "tampered"}, 1)
def two_results_that_swap_their_signatures(repository: Repository) -> None:
    repository.commit({**pair(result()), **pair(second_result)})
    one, two = ROBOT.sign(BYTES), ROBOT.sign(papers.written(second_result))
    repository.commit({f"{ONE}.sig": two, f"{TWO}.sig": one})


@story({ONE: "deleted"}, 1)
def a_deletion(repository: Repository) -> None:
    repository.commit(pair(result()))
    repository.commit(dict.fromkeys(pair(result())))


@story({ONE: "tampered"}, 1)
def a_signature_that_is_removed(repository: Repository) -> None:
    repository.commit(pair(result()))
    repository.commit({f"{ONE}.sig": None})


@story({ONE: "tampered"}, 1)
def a_result_that_becomes_a_link(repository: Repository) -> None:
    repository.commit(pair(result()))
    repository.commit({ONE: Link("../../../meshmark.yaml")})


@story({ONE: "tampered"}, 1)
def a_result_that_becomes_executable(repository: Repository) -> None:
    repository.commit(pair(result()))
    repository.commit({}, executable=(ONE,))


@story({ONE: "tampered"}, 1)
def an_evil_merge(repository: Repository) -> None:
    repository.commit(pair(result()))
    branch(repository, "side")
    repository.commit({"README": b"x"})
    back(repository)
    repository.commit({"NEWS": b"x"})
    repository.git("merge", "--quiet", "--no-commit", "--no-ff", "side")
    repository.commit({ONE: b"evil"})


@story({ONE: "deleted"}, 1)
def a_merge_with_the_strategy_ours_that_drops_a_result(repository: Repository) -> None:
    start = repository.head
    repository.commit(pair(result()))
    repository.git("switch", "--quiet", "--create", "other", start)
    repository.commit({"README": b"x"})
    tree = repository.git("rev-parse", "other^{tree}")
    merge = repository.git("commit-tree", tree, "-p", "main", "-p", "other", "-m", "merge")
    repository.git("update-ref", "refs/heads/main", merge)
    back(repository)


@story({ONE: "tampered"}, 1)
def an_alteration_under_a_changed_suite(repository: Repository) -> None:
    repository.commit(pair(result()))
    repository.commit({papers.SUITE_PATH: papers.written(papers.suite(title="x")), ONE: b"x"})


@story({ONE: "verified"}, 0)
def a_merge_that_names_a_second_parent_that_is_not_there(repository: Repository) -> None:
    repository.commit(pair(result()))
    raw = repository.git("cat-file", "commit", "HEAD").replace("\nauthor", f"\nparent {'f' * 40}\nauthor", 1)
    made = repository.git("hash-object", "-t", "commit", "-w", "--literally", "--stdin", stdin=raw.encode() + b"\n")
    repository.git("update-ref", "refs/heads/main", made)


@story({}, 2)
def a_merge_that_names_a_tree_as_its_second_parent(repository: Repository) -> None:
    repository.commit(pair(result()))
    tree = repository.git("rev-parse", "HEAD^{tree}")
    raw = repository.git("cat-file", "commit", "HEAD").replace("\nauthor", f"\nparent {tree}\nauthor", 1)
    made = repository.git("hash-object", "-t", "commit", "-w", "--literally", "--stdin", stdin=raw.encode() + b"\n")
    (repository.root / ".git/refs/heads/main").write_text(f"{made}\n")


# -- copies, replays and odd places ------------------------------------------------------------


@story({ONE: "verified", "results/moss/v1.0.0/toy-run-0001.yaml": "unauthorised"}, 1)
def a_copy_to_another_mesh(repository: Repository) -> None:
    repository.commit(pair(result()))
    repository.commit(pair(result(), path="results/moss/v1.0.0/toy-run-0001.yaml"))


@story({ONE: "verified", "results/kelp/v2.0.0/toy-run-0001.yaml": "misplaced"}, 1)
def a_copy_to_another_version(repository: Repository) -> None:
    repository.commit(pair(result()))
    repository.commit(pair(result(), path="results/kelp/v2.0.0/toy-run-0001.yaml"))


@story({ONE: "verified", TWO: "misplaced"}, 1)
def a_copy_to_another_run(repository: Repository) -> None:
    repository.commit(pair(result()))
    repository.commit(pair(result(), path=TWO))


@story({ONE: "verified", "results/kelp/v2.0.0/toy-run-0001.yaml": "replayed"}, 1)
def a_run_id_that_is_used_again(repository: Repository) -> None:
    repository.commit(pair(result()))
    repository.commit(pair(result(version="v2.0.0")))


@story({ONE: "verified", "results/kelp/v2.0.0/toy-run-0001.yaml": "replayed"}, 1)
def one_run_id_twice_in_one_commit(repository: Repository) -> None:
    repository.commit({**pair(result(version="v2.0.0")), **pair(result())})


@story({ONE: "misplaced"}, 1)
def a_result_for_another_programme(repository: Repository) -> None:
    repository.commit(pair(result(audience="https://example.net/other")))


@story({ONE: "invalid-signature"}, 1)
def a_signature_of_another_result(repository: Repository) -> None:
    repository.commit({ONE: BYTES, f"{ONE}.sig": ROBOT.sign(papers.written(second_result))})


@story({ONE: "invalid-signature"}, 1)
def a_signature_in_the_namespace_of_the_registry(repository: Repository) -> None:
    repository.commit({ONE: BYTES, f"{ONE}.sig": ROBOT.sign(BYTES, REGISTRY)})


@story({f"{ONE}.sig": "malformed"}, 1)
def a_signature_without_a_result(repository: Repository) -> None:
    repository.commit({f"{ONE}.sig": ROBOT.sign(BYTES)})


@story({ONE: "malformed"}, 1)
def a_submodule_at_a_results_path(repository: Repository) -> None:
    repository.commit({f"{ONE}.sig": ROBOT.sign(BYTES)})
    repository.git("update-index", "--add", "--cacheinfo", f"160000,{repository.head},{ONE}")
    repository.git("commit", "--quiet", "--message", "submodule")


ODD_NAMES = {
    "upper case": "results/Kelp/v1.0.0/toy-run-0001.yaml",
    "a look-alike letter": "results/k\u0435lp/v1.0.0/toy-run-0001.yaml",
    "a newline": "results/kelp/v1.0.0/toy-run\n0001.yaml",
    "not UTF-8": "results/kelp/v1.0.0/toy-run\udcff0001.yaml",
    "a blank": "results/kelp/v1.0.0/toy run 0001.yaml",
    "dots": "results/kelp/..v1/toy-run-0001.yaml",
    "too deep": "results/kelp/v1.0.0/x/toy-run-0001.yaml",
    "too flat": "results/toy-run-0001.yaml",
    "another ending": "results/kelp/v1.0.0/toy-run-0001.yml",
    "something behind": "results/kelp/v1.0.0/toy-run-0001.yaml.bak",
    "a dash in front": "results/kelp/v1.0.0/-rf-run-0001.yaml",
    "a run id of 81": f"results/kelp/v1.0.0/{'x' * 81}.yaml",
}


@pytest.mark.parametrize("name", ODD_NAMES)
def test_a_signed_file_at_an_odd_place_is_malformed(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    repository = toy(tmp_path / "r")
    repository.commit(pair(result(), path=ODD_NAMES[name]))
    states, code = audited(repository.root, capsys)
    assert (list(states.values()), code) == (["malformed"], 1)


STRICT = sorted((PROJECT / "tests/examples/invalid").glob("yaml-*/*.yaml"))


@pytest.mark.parametrize("path", STRICT, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_strict_yaml_violation_is_malformed_however_well_it_is_signed(
    path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    repository = toy(tmp_path / "r")
    content = path.read_bytes()
    repository.commit({ONE: content, f"{ONE}.sig": ROBOT.sign(content)})
    assert audited(repository.root, capsys) == ({ONE: "malformed"}, 1)


@story({ONE: "malformed"}, 1)
def a_hidden_character_in_a_comment(repository: Repository) -> None:
    content = BYTES + "# \u202e\n".encode()
    repository.commit({ONE: content, f"{ONE}.sig": ROBOT.sign(content)})


@story({ONE: "malformed"}, 1)
def a_result_of_300_kilobytes(repository: Repository) -> None:
    content = BYTES + b" " * 300_000
    repository.commit({ONE: content, f"{ONE}.sig": ROBOT.sign(content)})


@story({ONE: "invalid-signature"}, 1)
def a_signature_of_3_kilobytes(repository: Repository) -> None:
    repository.commit({ONE: BYTES, f"{ONE}.sig": ROBOT.sign(BYTES) + b"\n" * 3000})


@pytest.mark.parametrize("name", STORIES)
def test_each_story_ends_with_its_states_and_its_exit_code(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = STORIES[name]
    repository = toy(tmp_path / "r")
    told.tell(repository)
    assert audited(repository.root, capsys) == (told.states, told.code)


# -- the repository as a whole -----------------------------------------------------------------


def published(repository: Repository, tmp_path: Path) -> str:
    """Write the checkpoint of a repository as it stands, and give its file."""
    file = tmp_path / "checkpoint.json"
    assert cli.main(["verify", "--root", str(repository.root), "--write-checkpoint", str(file)]) == 0
    return str(file)


def test_a_forced_push_is_found_by_whoever_kept_a_checkpoint(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    repository = toy(tmp_path / "r")
    repository.commit(pair(result()))
    file = published(repository, tmp_path)
    repository.git("reset", "--quiet", "--hard", "HEAD~1")
    repository.commit(pair(second_result))
    capsys.readouterr()
    assert audited(repository.root, capsys) == ({TWO: "verified"}, 0)
    assert audited(repository.root, capsys, "--published-checkpoint", file)[1] == 2


def foxtrot(repository: Repository) -> None:
    """Put a side branch, with a result of a key since retired, in front of the main line."""
    branch(repository, "side")
    repository.commit(pair(result()))
    back(repository)
    enact(repository, FIRST, **keys_of_kelp(papers.key(ROBOT, status="retired")))
    enact(repository, repository_registry(repository), **keys_of_kelp(papers.key(ROBOT, status="retired")))
    repository.git("switch", "--quiet", "side")
    repository.merge("main")
    repository.git("branch", "--quiet", "--force", "main", "side")
    back(repository)


def repository_registry(repository: Repository) -> Paper:
    loaded: Paper = json.loads((repository.root / REGISTRY_PATH).read_bytes())
    return loaded


def test_a_foxtrot_merge_is_stopped_by_the_anchor(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    repository = toy(tmp_path / "r")
    foxtrot(repository)
    assert audited(repository.root, capsys)[1] == 2


def test_a_foxtrot_merge_is_found_by_whoever_kept_a_checkpoint(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    repository = toy(tmp_path / "r")
    branch(repository, "side")
    repository.commit(pair(result()))
    back(repository)
    repository.commit(pair(second_result))
    file = published(repository, tmp_path)
    repository.git("switch", "--quiet", "side")
    repository.merge("main")
    capsys.readouterr()
    assert audited(repository.root, capsys)[1] == 0
    assert audited(repository.root, capsys, "--published-checkpoint", file)[1] == 2


def broken_clone(kind: str, repository: Repository, target: Path) -> None:
    options = {"shallow": ["--depth=1"], "partial": ["--filter=blob:none"]}.get(kind, [])
    repository.git("config", "uploadpack.allowFilter", "true")
    repository.git("clone", "--quiet", *options, repository.root.as_uri(), str(target))
    if kind == "grafted":
        (target / ".git/info/grafts").write_text(f"{repository.head}\n")
    if kind == "replaced":
        subprocess.run(["git", "replace", "HEAD", "HEAD~1"], cwd=target, check=True)


@pytest.mark.parametrize("kind", ["shallow", "partial", "grafted", "replaced"])
def test_a_history_with_gaps_proves_nothing(kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    repository = toy(tmp_path / "r")
    repository.commit(pair(result()))
    broken_clone(kind, repository, tmp_path / "clone")
    assert audited(tmp_path / "clone", capsys) == ({}, 2)


def test_an_empty_repository_and_one_without_a_registry_prove_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    empty = Repository(tmp_path / "empty").start()
    assert audited(empty.root, capsys) == ({}, 2)
    empty.commit({name: file for name, file in basis().items() if not name.startswith("registry/")})
    assert audited(empty.root, capsys) == ({}, 2)


def test_a_first_registry_below_its_own_threshold_proves_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    repository = Repository(tmp_path / "r").start()
    repository.commit({**basis(), "registry/sigs/bob.sig": None})
    assert audited(repository.root, capsys) == ({}, 2)


def test_a_pinned_trust_root_finds_a_history_that_was_made_up_whole(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    genuine = papers.digest(papers.written(FIRST))
    mallory = [{"id": "alice", "key": Key("mallory-1").line}, {"id": "bob", "key": Key("mallory-2").line}]
    forged = papers.registry(maintainers=mallory)
    repository = Repository(tmp_path / "r").start()
    files = {**basis(), **signed_registry(forged, ("alice", Key("mallory-1")), ("bob", Key("mallory-2")))}
    repository.commit({**files, **pair(result())})
    assert audited(repository.root, capsys) == ({ONE: "verified"}, 0)
    assert audited(repository.root, capsys, "--trust-root", genuine) == ({}, 2)


def test_there_are_more_than_seventy_stories() -> None:
    assert len(STORIES) + len(REFUSED) + len(ODD_NAMES) + len(STRICT) > 70
