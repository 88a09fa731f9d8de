"""What the whole promises: honest histories come out clean, and each known forgery comes out by name.

Every story is a real git repository that is verified through the command line. A story says how it
has to end: the state of every result, the exit code, and where it matters the rule said aloud. To
add a case is to add a function. A path `results/../x` cannot be made with git's own commands, for
the index refuses it; the stories of planted trees write the objects byte by byte instead.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from generator import cli
from tests.support import papers
from tests.support.forgeries import (
    FIRST,
    ONE,
    SECOND,
    STORIES,
    TWO,
    Scene,
    Story,
    commits,
    ending,
    keys,
    removed,
    signed,
    story,
)
from tests.support.helping import helped
from tests.support.keys import REGISTRY, RESULT, Key
from tests.support.papers import ALICE, ARCHIVIST, BOB, CAROL, OTHER_ROBOT, PROJECT, ROBOT, STRANGER, SUITE_PATH, result
from tests.support.repository import EPOCH, REGISTRY_PATH, Link, basis, pair, signed_registry

HONEST, OTHER = pair(FIRST), pair(SECOND)
FORGED = pair(FIRST, STRANGER)
CONTENT = papers.written(FIRST)
NEWER = "results/kelp/v1.1.0/toy-run-0001.yaml"
MOSS = "results/moss/v1.0.0/toy-run-0001.yaml"
SIGNATURE = f"{ONE}.sig"
CHANGED = pair(result(results=papers.outcomes(A_1="failed")))
NEW_KEY = keys(papers.key(ROBOT), papers.key(STRANGER, "2026b"))
RETIRED = keys(papers.key(ROBOT, status="retired"), papers.key(STRANGER, "2026b"))
COMPROMISED = keys(papers.key(ROBOT, status="compromised"))
ONLY_CAROL = {"maintainers": [{"id": "carol", "key": CAROL.line}], "threshold": 1}
LONG_AGO = EPOCH - 10**8


# --- honest flows


@story({ONE: "verified", TWO: "verified"}, 0)
def results_come_one_after_the_other(scene: Scene) -> None:
    scene.commit(HONEST)
    scene.commit(OTHER)


@story({ONE: "verified"}, 0)
def an_archivist_transcribes(scene: Scene) -> None:
    scene.commit(pair(papers.transcription(), ARCHIVIST))


@story({ONE: "verified"}, 0)
def a_merge_commit_brings_a_result(scene: Scene) -> None:
    scene.aside(HONEST)
    scene.merge("side")


@story({ONE: "verified"}, 0)
def a_squash_brings_a_result(scene: Scene) -> None:
    scene.aside(*({name: file} for name, file in HONEST.items()))
    scene.git("merge", "--quiet", "--squash", "side")
    scene.commit({})


@story({ONE: "verified", TWO: "verified"}, 0)
def a_rebase_brings_results(scene: Scene) -> None:
    scene.aside(HONEST, OTHER)
    scene.git("rebase", "--quiet", "main", "side")
    scene.git("switch", "--quiet", "main")
    scene.git("merge", "--quiet", "--ff-only", "side")


@story({ONE: "verified"}, 0)
def a_fast_forward_brings_a_result(scene: Scene) -> None:
    scene.switch("side")
    scene.commit(HONEST)
    scene.switch("main")
    scene.git("merge", "--quiet", "--ff-only", "side")


@story({ONE: "verified", TWO: "verified"}, 0)
def the_two_files_come_one_after_the_other_in_either_order(scene: Scene) -> None:
    for name, file in (*HONEST.items(), *reversed(OTHER.items())):
        scene.commit({name: file})


@story({ONE: "verified", TWO: "verified"}, 0)
def an_octopus_merge_brings_two_results(scene: Scene) -> None:
    scene.aside(HONEST, branch="one")
    scene.aside(OTHER, branch="two")
    scene.merge("one", "two")


@story({ONE: "verified"}, 0)
def a_new_key_is_enrolled_and_then_used(scene: Scene) -> None:
    scene.commit(scene.succeed(**NEW_KEY))
    scene.commit(FORGED)


@story({ONE: "verified"}, 0)
def a_key_and_its_result_are_fast_forwarded_as_two_steps(scene: Scene) -> None:
    scene.switch("side")
    scene.commit(scene.succeed(**NEW_KEY))
    scene.commit(FORGED)
    scene.switch("main")
    scene.git("merge", "--quiet", "--ff-only", "side")


@story({ONE: "verified"}, 0)
def old_and_new_maintainers_sign_a_handover(scene: Scene) -> None:
    everybody = (("alice", ALICE), ("bob", BOB), ("carol", CAROL))
    scene.commit(scene.succeed(*everybody, **ONLY_CAROL))
    scene.commit({**scene.succeed(("carol", CAROL), **NEW_KEY), **removed("registry/sigs/alice")})
    scene.commit(FORGED)


@story({ONE: "verified"}, 0)
def a_result_is_deleted_and_restored(scene: Scene) -> None:
    scene.commit(HONEST)
    scene.commit(removed(ONE))
    scene.commit(HONEST)


@story({ONE: "verified"}, 0)
def a_result_is_changed_and_changed_back_in_one_merge(scene: Scene) -> None:
    scene.commit(HONEST)
    scene.aside(CHANGED, HONEST)
    scene.merge("side")


@story({}, 0)
def junk_comes_and_goes_in_one_merge(scene: Scene) -> None:
    scene.aside({ONE: b"junk"}, {ONE: None})
    scene.merge("side")


@story({ONE: "verified"}, 0)
def junk_that_came_first_does_not_block_the_robot(scene: Scene) -> None:
    scene.commit({ONE: b"junk", SIGNATURE: b"junk"})
    scene.commit(HONEST)


@story({ONE: "verified"}, 0)
def filters_change_line_ends_in_the_work_tree_only(scene: Scene) -> None:
    scene.git("config", "core.autocrlf", "true")
    scene.commit({".gitattributes": b"results/** text eol=crlf\n"})
    scene.commit(HONEST)
    scene.git("rm", "--quiet", "--cached", "-r", ".")
    scene.git("reset", "--quiet", "--hard")
    assert b"\r\n" in (scene.root / ONE).read_bytes()


@story({ONE: "invalid-signature"}, 1)
def a_filter_changes_what_was_signed_before_it_is_stored(scene: Scene) -> None:
    scene.commit({".gitattributes": b"results/**/*.yaml text eol=crlf\n"})
    scene.commit(signed(CONTENT.replace(b"\n", b"\r\n")))


@story({ONE: "verified"}, 0)
def signing_is_configured_with_programs_that_fail(scene: Scene) -> None:
    scene.commit(HONEST)
    for name, value in (("commit.gpgSign", "true"), ("gpg.format", "ssh"), ("gpg.program", "false")):
        scene.git("config", name, value)
    scene.git("config", "log.showSignature", "true")
    scene.git("config", "gpg.ssh.program", "false")


@story({ONE: "verified"}, 0)
def the_first_commit_holds_the_registry_and_a_result(scene: Scene) -> None:
    scene.git("update-ref", "-d", "HEAD")
    scene.commit(HONEST)


@story({ONE: "verified", TWO: "unauthorised"}, 1, bare=True)
def results_older_than_the_registry_are_judged_when_it_comes(scene: Scene) -> None:
    scene.commit({**basis(), **removed("registry/sigs/alice"), REGISTRY_PATH: None})
    scene.commit({**HONEST, **pair(SECOND, STRANGER)})
    scene.commit(basis())


@story({ONE: "verified"}, 0)
def a_suite_comes_with_its_first_result_and_leaves_again(scene: Scene) -> None:
    scene.commit({SUITE_PATH: None})
    scene.commit({SUITE_PATH: papers.SUITE, **HONEST})
    scene.commit({SUITE_PATH: None})


@story({ONE: "verified"}, 0)
def each_build_continues_the_published_one(scene: Scene) -> None:
    scene.commit(HONEST)
    scene.publish()
    scene.commit({"README": b"more"})


@story({ONE: "verified"}, 0)
def the_pinned_registry_is_the_first(scene: Scene) -> None:
    scene.flags += ["--trust-root", f"{scene.head}:{papers.digest(papers.written(scene.accounts))[7:]}"]
    scene.commit(HONEST)


# --- identity: names, addresses and commit signatures decide nothing


@story({ONE: "invalid-signature", TWO: "unsigned"}, 1)
def the_robots_name_and_address_stand_on_a_commit(scene: Scene) -> None:
    author = "kelp-robot <7+bot@users.noreply.example.com>"
    scene.write({ONE: CONTENT, SIGNATURE: b"", TWO: OTHER[TWO]})
    scene.git("add", "--all")
    scene.git("commit", "--quiet", "--message", "results", "--author", author)


@story({ONE: "unauthorised"}, 1)
def a_commit_names_two_authors(scene: Scene) -> None:
    scene.commit(FORGED)
    robot = b"author kelp-robot <7+bot@users.noreply.example.com> 1767225600 +0000\n"
    scene.rewrite(lambda raw: raw.replace(b"author ", robot + b"author ", 1))


@story({ONE: "unauthorised"}, 1)
def the_robot_signed_the_commit_and_a_stranger_the_result(scene: Scene) -> None:
    scene.commit(FORGED)

    def sign(raw: bytes) -> bytes:
        header, _, message = raw.partition(b"\n\n")
        armour = ROBOT.sign(raw, "git").rstrip(b"\n").replace(b"\n", b"\n ")
        return header + b"\ngpgsig " + armour + b"\n\n" + message

    scene.rewrite(sign)


commits(
    {ONE: "unauthorised"},
    1,
    a_stranger_signs_in_the_robots_name=lambda _: FORGED,
    a_maintainer_signs_a_result=lambda _: pair(FIRST, ALICE),
)


@story({ONE: "misplaced"}, 1)
def a_robot_signs_in_the_name_of_another_robot_of_its_mesh(scene: Scene) -> None:
    moss = papers.publisher(papers.key(OTHER_ROBOT), meshes=("kelp", "moss"))
    scene.commit(scene.succeed(**keys(papers.key(ROBOT), **{"moss-robot": moss})))
    scene.commit(pair(FIRST, OTHER_ROBOT))


@story({MOSS: "unauthorised"}, 1)
def a_robot_publishes_for_a_mesh_that_is_not_its_own(scene: Scene) -> None:
    scene.commit(pair(result(mesh="moss")))


@story({ONE: "unauthorised", TWO: "unauthorised"}, 1)
def a_robot_transcribes_and_an_archivist_runs(scene: Scene) -> None:
    scene.commit(pair(papers.transcription(publisher="kelp-robot")))
    scene.commit(pair(SECOND | {"publisher": "archive"}, ARCHIVIST))


# --- self-enrolment: no change brings its own authority


@story({ONE: "unauthorised"}, 1)
def one_commit_brings_a_key_and_its_result(scene: Scene) -> None:
    scene.commit({**scene.succeed(**NEW_KEY), **FORGED})


@story({ONE: "unauthorised"}, 1)
def one_merge_brings_a_key_and_its_result(scene: Scene) -> None:
    scene.aside({**scene.succeed(**NEW_KEY), **FORGED})
    scene.merge("side")


@story({ONE: "unauthorised"}, 1)
def a_branch_enrols_a_key_and_then_uses_it_but_is_merged_as_one(scene: Scene) -> None:
    scene.aside(scene.succeed(**NEW_KEY), FORGED)
    scene.merge("side")


@story({ONE: "unauthorised"}, 1)
def a_result_came_before_its_key(scene: Scene) -> None:
    scene.commit(FORGED)
    scene.commit(scene.succeed(**NEW_KEY))


@story({ONE: "unauthorised"}, 2, "registry-invalid")
def a_stranger_enrols_a_key_and_signs_for_everybody(scene: Scene) -> None:
    scene.commit(scene.succeed(("alice", STRANGER), ("bob", STRANGER), **NEW_KEY))
    scene.commit(FORGED)


# --- the registry: its past and its maintainers


@story({ONE: "verified"}, 2, "registry-invalid")
def the_registry_is_rolled_back(scene: Scene) -> None:
    before = scene.accounts
    scene.commit(scene.succeed(**NEW_KEY))
    scene.commit(FORGED)
    scene.commit(signed_registry(before))


@story({ONE: "verified"}, 0, "registry-invalid")
def a_refused_registry_is_taken_back(scene: Scene) -> None:
    scene.commit({REGISTRY_PATH: b"a: b"})
    scene.commit(HONEST)
    scene.commit(basis())


commits(
    {},
    2,
    "registry-invalid",
    a_version_is_skipped=lambda scene: scene.succeed(version=3),
    the_previous_registry_is_another=lambda scene: scene.succeed(previous="sha256:" + "0" * 64),
    the_audience_changes=lambda scene: scene.succeed(audience="https://example.net/mine"),
    too_few_maintainers_sign=lambda scene: {"registry/sigs/bob.sig": None, **scene.succeed(("alice", ALICE))},
    the_same_maintainer_signs_twice=lambda scene: scene.succeed(("alice", ALICE), ("bob", ALICE)),
    new_maintainers_take_over_without_the_old_ones=lambda scene: scene.succeed(("carol", CAROL), **ONLY_CAROL),
    new_maintainers_never_signed=lambda scene: scene.succeed(**ONLY_CAROL),
    the_threshold_cannot_be_met=lambda scene: scene.succeed(threshold=3),
    a_maintainers_signature_is_of_the_version_before=lambda scene: {
        **scene.succeed(),
        "registry/sigs/bob.sig": BOB.sign(papers.written(papers.registry()), REGISTRY),
    },
    a_publishers_key_is_a_maintainers=lambda scene: scene.succeed(
        **keys(papers.key(ROBOT), papers.key(ALICE, "2026b"))
    ),
    two_keys_of_a_publisher_have_one_name=lambda scene: scene.succeed(**keys(papers.key(ROBOT), papers.key(STRANGER))),
    the_registry_has_a_field_that_its_schema_does_not_know=lambda scene: scene.succeed(surprise="x"),
)


@story({}, 2, "registry-invalid")
def the_anchor_stands_on_a_branch(scene: Scene) -> None:
    scene.aside({"README": b"elsewhere"})
    scene.commit(scene.succeed(anchor=scene.git("rev-parse", "side")))


@story({}, 2, "registry-invalid")
def the_registry_is_touched_twice_in_one_merge(scene: Scene) -> None:
    scene.switch("side")
    scene.commit(scene.succeed(**NEW_KEY))
    scene.commit(scene.succeed(**RETIRED))
    scene.switch("main")
    scene.merge("side")


@story({}, 2, "registry-invalid")
def the_same_maintainer_stands_twice_under_two_names(scene: Scene) -> None:
    people = [{"id": "alice", "key": ALICE.line}, {"id": "alias", "key": ALICE.line}]
    scene.commit(scene.succeed(("alice", ALICE), ("alias", ALICE), ("bob", BOB), maintainers=people))


@story({}, 2, "registry-invalid")
def two_maintainers_have_one_name(scene: Scene) -> None:
    people = [{"id": "alice", "key": ALICE.line}, {"id": "alice", "key": BOB.line}]
    scene.commit(scene.succeed(maintainers=people, threshold=1))


@story({}, 2, "registry-invalid")
def maintainers_signed_in_the_namespace_of_results(scene: Scene) -> None:
    files = scene.succeed()
    content = papers.written(scene.accounts)
    scene.commit({**files, "registry/sigs/bob.sig": BOB.sign(content, RESULT)})


@story({}, 2, "registry-invalid")
def a_maintainers_signature_is_executable(scene: Scene) -> None:
    scene.commit(scene.succeed(), executable=("registry/sigs/bob.sig",))


@story({}, 2, "registry-invalid")
def two_publishers_share_a_key(scene: Scene) -> None:
    twin = papers.publisher(papers.key(ROBOT), meshes=("moss",))
    scene.commit(scene.succeed(**keys(papers.key(ROBOT), **{"moss-robot": twin})))


@story({ONE: "verified"}, 2, "registry-invalid")
def the_registry_becomes_a_link(scene: Scene) -> None:
    scene.commit({REGISTRY_PATH: Link("../elsewhere.yaml"), "elsewhere.yaml": papers.written(scene.accounts)})
    scene.commit(HONEST)


@story({ONE: "verified"}, 2, "registry-invalid")
def the_registry_is_deleted(scene: Scene) -> None:
    scene.commit({REGISTRY_PATH: None})
    scene.commit(HONEST)


@story({}, 2, "registry-invalid")
def the_registry_becomes_executable(scene: Scene) -> None:
    scene.commit(scene.succeed(), executable=(REGISTRY_PATH,))


@story({}, 2, "registry-invalid")
def the_registry_is_larger_than_any_document(scene: Scene) -> None:
    content = papers.written(scene.accounts | {"version": 2}) + b"#" * 300_000
    scene.commit({REGISTRY_PATH: content, "registry/sigs/alice.sig": ALICE.sign(content, REGISTRY)})


@story({}, 2, "registry-invalid", bare=True)
def the_first_registry_is_below_its_own_threshold(scene: Scene) -> None:
    scene.commit({**basis(), "registry/sigs/bob.sig": None})


# --- keys that retired


@story({ONE: "verified", TWO: "unauthorised"}, 1)
def a_retired_key_keeps_its_results_and_gets_no_new_ones(scene: Scene) -> None:
    scene.commit(HONEST)
    scene.commit(scene.succeed(**RETIRED))
    scene.commit(OTHER)


@story({ONE: "verified"}, 0)
def a_key_leaves_the_registry_and_its_results_stay(scene: Scene) -> None:
    scene.commit(HONEST)
    scene.commit(scene.succeed(**keys(papers.key(STRANGER, "2026b"))))


@story({ONE: "unauthorised"}, 1)
def a_retired_key_signs_in_a_back_dated_commit(scene: Scene) -> None:
    scene.commit(scene.succeed(**RETIRED))
    scene.commit(HONEST, when=LONG_AGO)


@story({ONE: "unauthorised"}, 1)
def a_branch_is_older_than_the_retirement_but_merged_after_it(scene: Scene) -> None:
    scene.aside(HONEST)
    scene.commit(scene.succeed(**RETIRED))
    scene.merge("side")


@story({ONE: "verified"}, 0)
def the_retirement_and_the_last_result_come_in_one_commit(scene: Scene) -> None:
    scene.commit({**scene.succeed(**RETIRED), **HONEST})


# --- keys that were stolen


@story({ONE: "verified", TWO: "suspect"}, 1)
def a_stolen_key_signed_before_and_after_its_last_good_commit(scene: Scene) -> None:
    good = scene.commit(HONEST)
    scene.commit(OTHER)
    scene.commit(scene.succeed(**keys(papers.key(ROBOT, status="compromised", last_good=good))))


@story({ONE: "suspect"}, 1)
def a_stolen_key_has_no_last_good_commit(scene: Scene) -> None:
    scene.commit(HONEST)
    scene.commit(scene.succeed(**COMPROMISED))


@story({ONE: "suspect"}, 1)
def the_last_good_commit_is_not_on_the_main_line(scene: Scene) -> None:
    scene.aside({"README": b"elsewhere"})
    scene.commit(HONEST)
    good = scene.git("rev-parse", "side")
    scene.commit(scene.succeed(**keys(papers.key(ROBOT, status="compromised", last_good=good))))


@story({ONE: "unauthorised"}, 1)
def a_stolen_key_signs_in_a_back_dated_commit(scene: Scene) -> None:
    scene.commit(scene.succeed(**COMPROMISED))
    scene.commit(HONEST, when=LONG_AGO)


@story({ONE: "suspect"}, 1)
def a_back_dated_result_came_after_the_last_good_commit(scene: Scene) -> None:
    good = scene.head
    scene.commit(HONEST, when=LONG_AGO)
    scene.commit(scene.succeed(**keys(papers.key(ROBOT, status="compromised", last_good=good))))


@story({ONE: "unauthorised"}, 1)
def a_branch_is_older_than_the_theft_but_merged_after_it(scene: Scene) -> None:
    scene.aside(HONEST)
    good = scene.git("rev-parse", "side")
    scene.commit(scene.succeed(**keys(papers.key(ROBOT, status="compromised", last_good=good))))
    scene.merge("side")


@story({ONE: "reattested", TWO: "suspect"}, 1)
def maintainers_vouch_for_one_result_of_a_stolen_key(scene: Scene) -> None:
    scene.commit({**HONEST, **OTHER})
    vouched = [{"digest": papers.digest(CONTENT), "reason": "logs agree"}]
    scene.commit(scene.succeed(**COMPROMISED, reattested=vouched))


@story({ONE: "withdrawn"}, 0)
def maintainers_withdraw_a_result_that_they_also_vouch_for(scene: Scene) -> None:
    scene.commit(HONEST)
    named = [{"digest": papers.digest(CONTENT), "reason": "wrong cluster"}]
    scene.commit(scene.succeed(**COMPROMISED, reattested=named, withdrawn=named))


@story({ONE: "verified"}, 0)
def maintainers_withdraw_a_result_and_think_again(scene: Scene) -> None:
    scene.commit(HONEST)
    scene.commit(scene.succeed(withdrawn=[{"digest": papers.digest(CONTENT), "reason": "wrong cluster"}]))
    scene.commit(scene.succeed(withdrawn=[]))


# --- what was verified is changed


@story({ONE: "tampered"}, 1)
def a_result_is_edited(scene: Scene) -> None:
    scene.commit(HONEST)
    scene.commit({ONE: CONTENT.replace(b"passed", b"failed")})


@story({ONE: "tampered"}, 1)
def a_result_is_edited_and_signed_again_by_its_own_robot(scene: Scene) -> None:
    scene.commit(HONEST)
    scene.commit(CHANGED)


@story({ONE: "tampered", TWO: "tampered"}, 1)
def two_results_swap_their_contents(scene: Scene) -> None:
    scene.commit({**HONEST, **OTHER})
    scene.commit({ONE: OTHER[TWO], TWO: CONTENT})


@story({ONE: "tampered", TWO: "tampered"}, 1)
def two_results_swap_their_sidecars(scene: Scene) -> None:
    scene.commit({**HONEST, **OTHER})
    scene.commit({SIGNATURE: OTHER[f"{TWO}.sig"], f"{TWO}.sig": HONEST[SIGNATURE]})


@story({ONE: "tampered"}, 1)
def the_signature_of_a_result_is_removed(scene: Scene) -> None:
    scene.commit(HONEST)
    scene.commit({SIGNATURE: None})


@story({ONE: "tampered"}, 1)
def a_verified_result_becomes_executable(scene: Scene) -> None:
    scene.commit(HONEST)
    scene.commit({}, executable=(ONE,))


@story({ONE: "deleted", TWO: "verified"}, 1)
def a_result_is_deleted(scene: Scene) -> None:
    scene.commit({**HONEST, **OTHER})
    scene.commit(removed(ONE))


@story({ONE: "deleted", NEWER: "replayed"}, 1)
def a_result_moves_to_another_version(scene: Scene) -> None:
    scene.commit(HONEST)
    scene.commit({**removed(ONE), **pair(result(version="v1.1.0"))})


@story({ONE: "tampered"}, 1)
def a_withdrawn_result_is_edited(scene: Scene) -> None:
    scene.commit(HONEST)
    named = [{"digest": papers.digest(CONTENT), "reason": "wrong cluster"}]
    scene.commit({**scene.succeed(withdrawn=named), ONE: b"other"})


@story({ONE: "tampered"}, 1)
def a_merge_smuggles_in_a_change_that_neither_side_has(scene: Scene) -> None:
    scene.commit(HONEST)
    scene.aside({"README": b"harmless"})
    scene.git("merge", "--quiet", "--no-commit", "--no-ff", "side")
    scene.commit({ONE: b"evil"})


@story({ONE: "deleted"}, 1)
def a_merge_brings_a_deletion(scene: Scene) -> None:
    scene.commit(HONEST)
    scene.aside(removed(ONE))
    scene.merge("side")


@story({}, 0)
def a_merge_that_keeps_our_side_brings_nothing(scene: Scene) -> None:
    scene.aside(HONEST)
    scene.merge("side", "--strategy=ours")


# --- the main line is bent


@story({ONE: "verified"}, 0)
def a_foxtrot_merge_makes_the_side_the_main_line(scene: Scene) -> None:
    scene.aside({"README": b"x"})
    scene.commit(HONEST)
    scene.switch("side")
    scene.merge("main")


@story({ONE: "verified"}, 2, "history-rewritten")
def a_foxtrot_merge_moves_the_published_head_off_the_main_line(scene: Scene) -> None:
    scene.aside({"README": b"x"})
    scene.commit(HONEST)
    scene.publish()
    scene.switch("side")
    scene.merge("main")


@story({ONE: "verified"}, 2, "history-rewritten")
def a_foxtrot_merge_dates_a_retired_key_back(scene: Scene) -> None:
    scene.aside(HONEST)
    scene.git("reset", "--quiet", "--hard", "HEAD~1")
    scene.commit(scene.succeed(**RETIRED))
    scene.publish()
    scene.switch("side")
    scene.merge("main")


@story({ONE: "verified"}, 2, "registry-invalid")
def a_foxtrot_merge_loses_the_anchor_of_the_registry(scene: Scene) -> None:
    scene.aside(HONEST)
    scene.commit(scene.succeed(**RETIRED))
    scene.switch("side")
    scene.merge("main")


@story({TWO: "verified"}, 2, "history-rewritten")
def a_foxtrot_merge_that_keeps_its_own_side_drops_a_published_result(scene: Scene) -> None:
    scene.aside(OTHER)
    scene.commit(HONEST)
    scene.publish()
    scene.switch("side")
    scene.merge("main", "--strategy=ours")


@story({TWO: "verified"}, 2, "history-rewritten")
def a_forced_push_drops_a_published_result(scene: Scene) -> None:
    scene.commit(HONEST)
    scene.publish()
    scene.git("reset", "--quiet", "--hard", "HEAD~1")
    scene.commit(OTHER)


@story({ONE: "verified"}, 2, "history-rewritten")
def a_forced_push_changes_only_the_message_of_a_published_commit(scene: Scene) -> None:
    scene.commit(HONEST)
    scene.publish()
    scene.git("commit", "--quiet", "--amend", "--message", "other words")


@story({TWO: "verified"}, 0)
def a_forced_push_goes_unseen_by_whoever_never_saw_the_past(scene: Scene) -> None:
    scene.commit(HONEST)
    scene.git("reset", "--quiet", "--hard", "HEAD~1")
    scene.commit(OTHER)


@story({ONE: "verified"}, 2, "history-rewritten")
def the_published_checkpoint_counted_otherwise(scene: Scene) -> None:
    scene.commit(HONEST)
    scene.publish()
    file = Path(scene.flags[-1])
    file.write_text(json.dumps(json.loads(file.read_text()) | {"root": "sha256:" + "0" * 64}))


@story({ONE: "verified", TWO: "unauthorised"}, 1)
def an_unrelated_history_is_merged_in(scene: Scene) -> None:
    scene.git("switch", "--quiet", "--orphan", "side")
    scene.commit({**HONEST, **pair(SECOND, STRANGER)})
    scene.switch("main")
    scene.merge("side", "--allow-unrelated-histories")


@story({ONE: "unauthorised"}, 2, "registry-invalid")
def an_unrelated_history_brings_its_own_registry(scene: Scene) -> None:
    scene.git("switch", "--quiet", "--orphan", "side")
    scene.commit({**basis(papers.registry(**keys(papers.key(STRANGER)))), **FORGED})
    scene.switch("main")
    scene.merge("side", "--allow-unrelated-histories", "--strategy-option=theirs")


@story({}, 2, "unverifiable")
def an_unrelated_history_takes_the_place_of_the_main_line(scene: Scene) -> None:
    scene.flags += ["--trust-root", papers.digest(papers.written(scene.accounts))]
    scene.git("switch", "--quiet", "--orphan", "side")
    scene.commit({**basis(papers.registry(**keys(papers.key(STRANGER)))), **FORGED})
    scene.merge("main", "--allow-unrelated-histories", "--strategy=ours")


@story({}, 2, "unverifiable")
def the_pinned_commit_is_not_on_the_main_line(scene: Scene) -> None:
    scene.commit(HONEST)
    scene.flags += ["--trust-root", f"{'f' * 40}:{papers.digest(papers.written(scene.accounts))[7:]}"]


# --- copies and replays


@story({ONE: "verified", TWO: "misplaced", NEWER: "misplaced", MOSS: "unauthorised"}, 1)
def a_result_is_copied_to_another_run_version_and_mesh(scene: Scene) -> None:
    scene.commit(HONEST)
    for path in (TWO, NEWER, MOSS):
        scene.commit(signed(CONTENT, path))


@story({ONE: "misplaced", TWO: "misplaced"}, 1)
def two_results_arrive_in_each_others_place(scene: Scene) -> None:
    scene.commit({**signed(CONTENT, TWO), **signed(papers.written(SECOND), ONE)})


@story({ONE: "verified", NEWER: "replayed"}, 1)
def a_run_id_comes_again_for_another_version(scene: Scene) -> None:
    scene.commit(HONEST)
    scene.commit(pair(result(version="v1.1.0")))


@story({ONE: "verified", NEWER: "replayed"}, 1)
def two_results_of_one_commit_have_one_run_id(scene: Scene) -> None:
    scene.commit({**pair(result(version="v1.1.0")), **HONEST})


@story({ONE: "misplaced"}, 1)
def a_result_was_meant_for_another_audience(scene: Scene) -> None:
    scene.commit(pair(FIRST | {"audience": "https://example.net/other"}))


@story({ONE: "invalid-signature"}, 1)
def a_sidecar_was_signed_for_another_purpose(scene: Scene) -> None:
    scene.commit({ONE: CONTENT, SIGNATURE: ROBOT.sign(CONTENT, REGISTRY)})


@story({ONE: "invalid-signature", TWO: "invalid-signature"}, 1)
def two_sidecars_arrive_in_each_others_place(scene: Scene) -> None:
    scene.commit({**HONEST, **OTHER, SIGNATURE: OTHER[f"{TWO}.sig"], f"{TWO}.sig": HONEST[SIGNATURE]})


# --- names, modes and sizes


@story({ONE: "unsigned"}, 1)
def a_result_comes_without_a_signature(scene: Scene) -> None:
    scene.commit({ONE: CONTENT})


@story({SIGNATURE: "malformed"}, 1)
def a_signature_comes_without_a_result(scene: Scene) -> None:
    scene.commit({SIGNATURE: HONEST[SIGNATURE]})


@story({ONE: "malformed", f"{SIGNATURE}.sig": "malformed"}, 1)
def a_link_stands_in_the_place_of_a_result_and_a_signature_has_one_too(scene: Scene) -> None:
    scene.commit({ONE: Link("elsewhere.yaml"), SIGNATURE: ROBOT.sign(b"elsewhere.yaml"), f"{SIGNATURE}.sig": b"x"})


@story({ONE: "malformed", TWO: "malformed"}, 1)
def a_result_and_a_sidecar_are_executable(scene: Scene) -> None:
    scene.commit({**HONEST, **OTHER}, executable=(ONE, f"{TWO}.sig"))


@story({ONE: "malformed"}, 1)
def a_sidecar_is_a_link_to_a_good_one(scene: Scene) -> None:
    scene.commit({ONE: CONTENT, SIGNATURE: Link("../good.sig"), "results/kelp/good.sig": HONEST[SIGNATURE]})
    scene.commit({"results/kelp/good.sig": None})


@story({ONE: "malformed"}, 1)
def a_submodule_stands_in_the_place_of_a_result(scene: Scene) -> None:
    scene.commit({SIGNATURE: HONEST[SIGNATURE]})
    scene.git("update-index", "--add", "--cacheinfo", f"160000,{scene.head},{ONE}")
    scene.git("commit", "--quiet", "--message", "submodule")


@story({"results/kelp/v1.0.0/TOY-RUN-0001.yaml": "malformed", "results/Kelp/v1.0.0/toy-run-0001.yaml": "malformed"}, 1)
def names_differ_in_case_only(scene: Scene) -> None:
    scene.commit(signed(CONTENT, "results/kelp/v1.0.0/TOY-RUN-0001.yaml"))
    scene.commit({**signed(CONTENT, "results/Kelp/v1.0.0/toy-run-0001.yaml"), **signed(CONTENT, "Results/x.yaml")})


@story({r"results/k\xd0\xb5lp/v1.0.0/toy-run-0001.yaml": "malformed"}, 1)
def a_name_has_a_letter_of_another_alphabet(scene: Scene) -> None:
    scene.commit(signed(CONTENT, "results/k\u0435lp/v1.0.0/toy-run-0001.yaml"))


@story({r"results/kelp/v1.0.0/toy-run-0001\x0a.yaml": "malformed", f"{ONE}\\x0a": "malformed"}, 1)
def names_hold_a_newline(scene: Scene) -> None:
    scene.commit({**signed(CONTENT, "results/kelp/v1.0.0/toy-run-0001\n.yaml"), **signed(CONTENT, f"{ONE}\n")})


@story({r"results/kelp/v1.0.0/toy-run-\xff.yaml": "malformed"}, 1)
def a_name_is_not_utf_8(scene: Scene) -> None:
    scene.commit(signed(CONTENT, "results/kelp/v1.0.0/toy-run-\udcff.yaml"))


@story({"results/kelp/v1.0.0/x/toy-run-0001.yaml": "malformed", "results/README": "malformed"}, 1)
def files_lie_too_deep_or_too_high(scene: Scene) -> None:
    scene.commit({**signed(CONTENT, "results/kelp/v1.0.0/x/toy-run-0001.yaml"), **signed(CONTENT, "results/README")})


@story({"results/kelp/../toy-run-0001.yaml": "malformed"}, 1)
def a_planted_tree_climbs_out_of_its_folder(scene: Scene) -> None:
    files = scene.tree(
        ("100644", "toy-run-0001.yaml", scene.blob(CONTENT)),
        ("100644", "toy-run-0001.yaml.sig", scene.blob(HONEST[SIGNATURE])),
    )
    scene.plant(scene.tree(("40000", "kelp", scene.tree(("40000", "..", files)))))


@story({"results/../escaped.yaml": "malformed"}, 1)
def a_planted_name_holds_slashes_and_climbs_out(scene: Scene) -> None:
    scene.plant(
        scene.tree(
            ("100644", "../escaped.yaml", scene.blob(CONTENT)),
            ("100644", "../escaped.yaml.sig", scene.blob(HONEST[SIGNATURE])),
        )
    )


@story({}, 2, "unverifiable")
def a_planted_tree_has_a_path_twice(scene: Scene) -> None:
    scene.commit(HONEST)
    good, evil, sidecar = map(scene.blob, (CONTENT, b"evil", HONEST[SIGNATURE]))
    name = "toy-run-0001.yaml"
    files = scene.tree(("100644", name, evil), ("100644", name, good), ("100644", f"{name}.sig", sidecar))
    scene.plant(scene.tree(("40000", "kelp", scene.tree(("40000", "v1.0.0", files)))))


@story({}, 2, "unverifiable")
def a_planted_name_with_slashes_shadows_a_result(scene: Scene) -> None:
    scene.commit(HONEST)
    kelp = scene.git("rev-parse", "HEAD:results/kelp")
    evil = ("100644", ONE.removeprefix("results/"), scene.blob(b"evil"))
    scene.plant(scene.tree(evil, ("40000", "kelp", kelp)))


@story({ONE: "malformed", TWO: "invalid-signature"}, 1)
def a_result_and_a_sidecar_are_too_large(scene: Scene) -> None:
    scene.commit({**signed(CONTENT + b"#" * (256 * 1024)), TWO: OTHER[TWO], f"{TWO}.sig": b"x" * 3000})


# --- meaning: the fields, the schema and the suite


@story({ONE: "malformed"}, 1)
def a_field_is_unknown(scene: Scene) -> None:
    scene.commit(pair(FIRST | {"surprise": "x"}))


@story({ONE: "malformed", TWO: "malformed"}, 1)
def a_suite_is_unknown_or_another(scene: Scene) -> None:
    scene.commit(pair(FIRST | {"suite": {"id": "toy", "version": "v1", "digest": "sha256:" + "0" * 64}}))
    scene.commit(pair(SECOND | {"suite": {"id": "toy", "version": "v2", "digest": papers.digest(papers.SUITE)}}))


@story({ONE: "malformed"}, 1, "yaml-nodes")
def a_file_has_too_many_nodes(scene: Scene) -> None:
    scene.commit(signed(b'{"a": [' + b"0," * 50_000 + b"0]}\n"))


@story({ONE: "malformed"}, 1)
def a_suite_is_executable(scene: Scene) -> None:
    suite = papers.written(papers.suite(title="Other"))
    other = pair(FIRST | {"suite": {"id": "toy", "version": "v1", "digest": papers.digest(suite)}})
    scene.commit({SUITE_PATH: suite, **other}, executable=(SUITE_PATH,))


@story({ONE: "malformed"}, 1, "schema-condition")
def a_suite_stands_at_the_path_of_another(scene: Scene) -> None:
    suite = papers.written(papers.suite(id="other"))
    scene.commit({SUITE_PATH: suite})
    scene.commit(pair(FIRST | {"suite": {"id": "other", "version": "v1", "digest": papers.digest(suite)}}))


@story({ONE: "malformed"}, 1)
def a_test_is_exchanged_for_one_of_another_suite(scene: Scene) -> None:
    scene.commit(pair(FIRST | {"results": [*papers.outcomes()[1:], {"test": "C-1", "outcome": "passed"}]}))


@story({ONE: "malformed", TWO: "malformed"}, 1)
def a_test_is_left_out_or_given_twice(scene: Scene) -> None:
    scene.commit(pair(FIRST | {"results": papers.outcomes()[1:]}))
    scene.commit(pair(SECOND | {"results": [*papers.outcomes(), papers.outcomes()[0]]}))


# --- the clone is not the whole history, or not the true one


@story({}, 2, "unverifiable")
def the_clone_is_shallow(scene: Scene) -> None:
    scene.commit(HONEST)
    scene.clone("--depth=1")


@story({}, 2, "unverifiable")
def the_clone_is_partial(scene: Scene) -> None:
    scene.commit(HONEST)
    scene.clone("--filter=blob:none")


@story({}, 2, "unverifiable")
def a_whole_clone_says_that_it_is_partial(scene: Scene) -> None:
    scene.commit(HONEST)
    scene.git("config", "extensions.partialClone", "origin")


@story({}, 2, "unverifiable")
def a_commit_is_replaced_by_another(scene: Scene) -> None:
    scene.commit(HONEST)
    scene.commit({})
    scene.git("replace", "HEAD", "HEAD~1")


@story({ONE: "tampered"}, 1)
def a_commit_is_replaced_under_a_name_that_only_the_caller_knows(scene: Scene) -> None:
    scene.commit(HONEST)
    scene.commit({ONE: b"evil"})
    scene.git("update-ref", f"refs/hidden/{scene.head}", "HEAD~1")
    scene.environment["GIT_REPLACE_REF_BASE"] = "refs/hidden/"


@story({}, 2, "unverifiable")
def grafts_cut_the_history_off(scene: Scene) -> None:
    scene.commit(HONEST)
    (scene.root / ".git/info").mkdir(exist_ok=True)
    (scene.root / ".git/info/grafts").write_text(f"{scene.head}\n")


@story({ONE: "deleted"}, 1)
def a_commit_graph_gives_the_head_another_parent(scene: Scene) -> None:
    first = scene.head
    scene.commit(HONEST)
    scene.commit(removed(ONE))
    scene.git("commit-graph", "write", "--reachable")
    file = scene.root / ".git/objects/info/commit-graph"
    graph = bytearray(file.read_bytes())
    rows = {
        bytes(graph[at : at + 4]): int.from_bytes(graph[at + 4 : at + 12])
        for at in (8 + 12 * n for n in range(graph[6]))
    }
    known = sorted(scene.git("rev-list", "HEAD").splitlines())
    parent = rows[b"CDAT"] + 36 * known.index(scene.head) + 20
    graph[parent : parent + 4] = known.index(first).to_bytes(4)
    file.chmod(0o644)
    file.write_bytes(graph)


@story({ONE: "verified"}, 0)
def the_callers_own_configuration_is_ignored(scene: Scene) -> None:
    scene.commit(HONEST)
    home = scene.root.parent / "home"
    home.mkdir()
    (home / ".gitconfig").write_text("[extensions]\n\tpartialClone = origin\n")
    scene.environment.update(HOME=str(home), XDG_CONFIG_HOME=str(home))


@story({}, 2, "unverifiable")
def a_partial_clone_no_longer_says_so(scene: Scene) -> None:
    scene.commit(HONEST)
    scene.clone("--filter=blob:none")
    (scene.root / ".git/config").write_text("[core]\n\trepositoryformatversion = 0\n")


@story({}, 2, "unverifiable")
def a_partial_clone_hides_its_marks(scene: Scene) -> None:
    scene.commit(HONEST)
    scene.clone("--filter=blob:none")
    for mark in (scene.root / ".git/objects/pack").glob("*.promisor"):
        mark.unlink()


@story({}, 2, "unverifiable")
def the_caller_grafts_from_a_file_elsewhere(scene: Scene) -> None:
    scene.commit(HONEST)
    scene.commit({ONE: b"evil"})
    file = scene.root.parent / "grafts"
    file.write_text(f"{scene.head}\n")
    scene.environment["GIT_GRAFT_FILE"] = str(file)


@story({}, 2, "unverifiable")
def the_caller_names_another_repository(scene: Scene) -> None:
    scene.environment["GIT_DIR"] = str(scene.root / ".git")
    scene.root = scene.root.parent / "elsewhere"
    scene.start()
    scene.commit(FORGED)


@story({}, 2, "unverifiable", bare=True)
def the_repository_is_empty(_scene: Scene) -> None:
    pass


@story({}, 2, "unverifiable", bare=True)
def there_is_no_registry(scene: Scene) -> None:
    scene.commit({**basis(), **removed("registry/sigs/alice"), REGISTRY_PATH: None, **HONEST})


# --- the stage


@pytest.mark.parametrize("told", STORIES, ids=lambda told: told.name)
def test_story(
    told: Story, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = Scene(tmp_path / "r")
    scene.start()
    if not told.bare:
        scene.begin()
    told.tell(scene)
    before = scene.line()[:-1]
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    for name, value in scene.environment.items():
        monkeypatch.setenv(name, value)
    capsys.readouterr()
    code = scene.verify()
    printed = capsys.readouterr().out
    states, findings = ending(printed)
    assert (states, code) == (told.states, told.code)
    assert not told.rule or told.rule in {rule for _, rule in findings}
    with helped():
        again = scene.verify()
    assert (capsys.readouterr().out, again) == (printed, code), "workers make a difference"
    scene.flags += ["--cache", str(tmp_path / "cache")]
    for commit in before:
        scene.verify(commit)
    capsys.readouterr()
    again = scene.verify()
    assert (capsys.readouterr().out, again) == (printed, code), "what was found out before makes a difference"


def test_the_stories_are_many() -> None:
    assert len(STORIES) >= 100


def test_a_stranger_is_really_a_stranger() -> None:
    assert Key("stranger").line not in json.dumps(papers.registry())


FOLDERS = sorted((PROJECT / "tests/examples/invalid").glob("yaml-*"))


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_violation_of_strict_yaml_is_malformed_although_it_is_validly_signed(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scene = Scene(tmp_path / "r")
    scene.start()
    scene.begin()
    examples = sorted(folder.iterdir())
    paths = [f"results/kelp/v1.0.0/yaml-{number:04}.yaml" for number in range(len(examples))]
    for path, example in zip(paths, examples, strict=True):
        scene.write(signed(example.read_bytes(), path))
    scene.commit({})
    assert cli.main(["verify", "--root", str(scene.root), "--format", "json"]) == 1
    states, findings = ending(capsys.readouterr().out)
    assert states == dict.fromkeys(paths, "malformed")
    assert {(path, folder.name) for path in paths} <= findings
