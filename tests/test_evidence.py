"""What `evidence` promises: a commit's own story is shown as told, and decides nothing."""

from __future__ import annotations

import shutil
from pathlib import Path

from generator import evidence
from generator.model import Account, Key, Publisher
from generator.terms import KeyStatus, Role
from tests.support.papers import ROBOT, STRANGER, result
from tests.support.repository import pair, toy, verdicts

ACCOUNT = Account(forge="github", login="kelp-bot", number=7)
PUBLISHER = Publisher(
    id="kelp-robot",
    role=Role.ROBOT,
    account=ACCOUNT,
    meshes=("kelp",),
    keys=(Key(id="2026a", public=ROBOT.public, status=KeyStatus.ACTIVE, last_good=""),),
)
PLAIN = b"tree 0\nauthor A <a@example.org> 0 +0000\ncommitter C <c@example.org> 0 +0000\n\nmessage\n"


def detail(commit: bytes, publisher: Publisher | None = PUBLISHER) -> str:
    return evidence.step(commit, None, publisher).detail


def signed(signature: bytes, commit: bytes = PLAIN) -> bytes:
    folded = signature.rstrip(b"\n").replace(b"\n", b"\n ")
    return commit.replace(b"\n\n", b"\ngpgsig " + folded + b"\n\n", 1)


def test_a_plain_commit_is_not_signed() -> None:
    step = evidence.step(PLAIN, None, PUBLISHER)
    assert step.detail == "author A <a@example.org>; not signed"
    assert (step.number, step.decides, step.passed) == ("9", False, None)
    assert detail(PLAIN, None) == step.detail


def test_the_account_of_the_publisher_is_recognised_by_its_forge_address() -> None:
    mail = b"7+kelp-bot@users.noreply.github.com"
    assert "the address of the publisher's account" in detail(PLAIN.replace(b"a@example.org", mail))


def test_a_commit_signed_with_the_robots_own_key_says_so() -> None:
    assert detail(signed(ROBOT.sign(PLAIN, "git"))).endswith("signed by the publisher's key 2026a")
    assert "signed by SHA256:" in detail(signed(STRANGER.sign(PLAIN, "git")))
    assert "signed by SHA256:" in detail(signed(ROBOT.sign(PLAIN, "git")), None)


def test_a_signature_over_other_bytes_does_not_hold() -> None:
    assert "does not hold" in detail(signed(ROBOT.sign(PLAIN + b"x", "git")))
    assert "does not hold" in detail(signed(ROBOT.sign(PLAIN)))


def test_two_signatures_and_foreign_ones_are_named() -> None:
    twice = signed(ROBOT.sign(PLAIN, "git"), signed(ROBOT.sign(PLAIN, "git")))
    assert detail(twice).endswith("signed more than once")
    assert "other means than SSH" in detail(
        signed(b"-----BEGIN PGP SIGNATURE-----\n\nx\n-----END PGP SIGNATURE-----\n")
    )


def test_odd_author_lines_are_not_read_as_one_person() -> None:
    twice = PLAIN.replace(b"committer", b"author B <b@example.org> 0 +0000\ncommitter")
    for commit, count in ((twice, 2), (PLAIN.replace(b"author", b"auth0r"), 0), (b"", 0)):
        assert f"{count} author lines that cannot be read" in detail(commit)
    assert "1 author lines" in detail(PLAIN.replace(b"<a@example.org>", b"nobody"))


def test_evidence_changes_no_state(tmp_path: Path) -> None:
    repository = toy(tmp_path / "r")
    repository.commit(pair(result()))
    (verdict,) = verdicts(repository).values()
    assert verdict.state.value == "verified"
    assert verdict.steps[-1].detail == "author Tester <tester@example.org>; not signed"


def test_behind_a_merge_the_robots_own_commit_is_shown(tmp_path: Path) -> None:
    key = ROBOT.write(tmp_path)
    repository = toy(tmp_path / "r")
    repository.git("switch", "--quiet", "--create", "robot")
    repository.commit(pair(result()))
    if shutil.which("ssh-keygen"):
        options = ("-c", "gpg.format=ssh", "-c", f"user.signingKey={key}")
        repository.git(*options, "commit", "--quiet", "--amend", "--no-edit", "--gpg-sign")
    repository.git("switch", "--quiet", "main")
    repository.commit({"README": b"x"})
    repository.merge("robot")
    (verdict,) = verdicts(repository).values()
    told, merge = verdict.steps[-1].detail.split("; merged by ")
    assert merge == "author Tester <tester@example.org>; not signed"
    if shutil.which("ssh-keygen"):
        assert told == "author Tester <tester@example.org>; signed by the publisher's key 2026a"
