"""What `checkpoint` promises: one hash for all that was published, and proof that it only grew."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from generator import checkpoint, ledger
from generator.checkpoint import Leaf
from generator.judgements import Checkpoint, TrustRoot
from generator.ledger import Expected
from tests.support import papers
from tests.support.papers import result
from tests.support.repository import Repository, basis, next_registry, pair, signed_registry, toy


def leaf(number: int) -> Leaf:
    return Leaf(path=f"results/{number}", digest=f"sha256:{number}", sidecar_digest="sha256:s")


def merkle(leaves: list[bytes]) -> bytes:
    """The definition of RFC 6962, section 2.1, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\0" + leaves[0]).digest()
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashlib.sha256(b"\1" + merkle(leaves[:split]) + merkle(leaves[split:])).digest()


@pytest.mark.parametrize("count", [*range(18), 100])
def test_the_hash_is_that_of_rfc_6962(count: int) -> None:
    leaves = [leaf(number) for number in range(count)]
    taken = checkpoint.take("h", leaves)
    assert taken == Checkpoint(head="h", count=count, root=f"sha256:{merkle([one.encoded() for one in leaves]).hex()}")


def test_no_two_leaves_are_the_same_bytes() -> None:
    one, other = Leaf(path="a", digest="b", sidecar_digest="c"), Leaf(path="ab", digest="", sidecar_digest="c")
    assert one.encoded() != other.encoded()


def checkpoint_of(repository: Repository, published: Checkpoint | None = None) -> Checkpoint:
    judgement = ledger.audit(repository.root, expected=Expected(published=published)).judgement
    assert judgement.fatal == ()
    return judgement.checkpoint


def fatal(repository: Repository, expected: Expected) -> list[tuple[str, str]]:
    found = ledger.audit(repository.root, expected=expected).judgement.fatal
    return [(finding.rule, finding.message) for finding in found]


def test_each_build_continues_the_one_before(tmp_path: Path) -> None:
    repository = toy(tmp_path / "r")
    empty = checkpoint_of(repository)
    repository.commit(pair(result()))
    first = checkpoint_of(repository, empty)
    repository.commit({"README": b"x"})
    repository.commit({**pair(result(run_id="toy-run-0003")), **pair(result(run_id="toy-run-0002"))})
    second = checkpoint_of(repository, first)
    assert (empty.count, first.count, second.count) == (0, 1, 3)
    assert checkpoint_of(repository, second) == second


def test_a_later_result_comes_later_wherever_its_path_would_sort(tmp_path: Path) -> None:
    repository = toy(tmp_path / "r")
    repository.commit(pair(result(run_id="toy-run-0009")))
    first = checkpoint_of(repository)
    repository.commit(pair(result(run_id="toy-run-0001")))
    leaves = []
    for run_id in ("toy-run-0009", "toy-run-0001"):
        (path, content), (_, sidecar) = pair(result(run_id=run_id)).items()
        assert isinstance(content, bytes)
        assert isinstance(sidecar, bytes)
        leaves.append(Leaf(path=path, digest=papers.digest(content), sidecar_digest=papers.digest(sidecar)))
    assert checkpoint_of(repository, first) == checkpoint.take(repository.head, leaves)


def test_what_is_deleted_later_stays_in_the_checkpoint(tmp_path: Path) -> None:
    repository = toy(tmp_path / "r")
    repository.commit(pair(result()))
    before = checkpoint_of(repository)
    repository.commit(dict.fromkeys(pair(result())))
    assert checkpoint_of(repository, before).root == before.root


def test_a_forced_push_that_drops_the_published_head_is_found(tmp_path: Path) -> None:
    repository = toy(tmp_path / "r")
    repository.commit(pair(result()))
    published = checkpoint_of(repository)
    repository.git("reset", "--quiet", "--hard", "HEAD~1")
    repository.commit(pair(result(run_id="toy-run-0002")))
    ((rule, message),) = fatal(repository, Expected(published=published))
    assert rule == "history-rewritten"
    assert "is not on the main line" in message


def test_a_foxtrot_merge_that_moves_the_published_head_off_the_main_line_is_found(tmp_path: Path) -> None:
    repository = toy(tmp_path / "r")
    repository.git("branch", "side")
    repository.commit(pair(result()))
    published = checkpoint_of(repository)
    repository.git("switch", "--quiet", "side")
    repository.commit({"README": b"x"})
    repository.merge("main")
    assert fatal(repository, Expected(published=published))[0][0] == "history-rewritten"


def test_a_checkpoint_that_counts_otherwise_is_found(tmp_path: Path) -> None:
    repository = toy(tmp_path / "r")
    repository.commit(pair(result()))
    published = checkpoint_of(repository)
    other = Checkpoint(head=published.head, count=1, root="sha256:" + "0" * 64)
    ((rule, message),) = fatal(repository, Expected(published=other))
    assert rule == "history-rewritten"
    assert "1 with sha256:000" in message


FIRST = papers.digest(papers.written(papers.registry()))


def test_a_pinned_trust_root_that_fits_is_said_to_be_pinned(tmp_path: Path) -> None:
    repository = toy(tmp_path / "r")
    genesis = repository.head
    repository.commit(pair(result()))
    for root in (TrustRoot(digest=FIRST), TrustRoot(digest=FIRST, commit=genesis)):
        audit = ledger.audit(repository.root, expected=Expected(trust_root=root))
        assert audit.judgement.pinned
        assert audit.judgement.genesis == TrustRoot(digest=FIRST, commit=genesis)
        assert [one.state.value for one in audit.judgement.verdicts] == ["verified"]
        assert "pinned by the caller" in audit.steps[1].detail
    assert "not pinned" in ledger.audit(repository.root).steps[1].detail


def test_another_first_registry_than_the_pinned_one_is_no_ground_to_stand_on(tmp_path: Path) -> None:
    repository = toy(tmp_path / "r")
    repository.commit(pair(result()))
    other = TrustRoot(digest="sha256:" + "0" * 64)
    ((rule, message),) = fatal(repository, Expected(trust_root=other))
    assert (rule, message.startswith("the first registry is sha256:")) == ("unverifiable", True)
    assert ledger.audit(repository.root, expected=Expected(trust_root=other)).judgement.verdicts == ()


def test_a_trust_root_at_a_commit_elsewhere_is_no_ground_to_stand_on(tmp_path: Path) -> None:
    repository = toy(tmp_path / "r")
    root = TrustRoot(digest=FIRST, commit="f" * 40)
    ((rule, message),) = fatal(repository, Expected(trust_root=root))
    assert (rule, "is not on the main line" in message) == ("unverifiable", True)


def test_a_later_commit_can_be_the_trust_root_and_judges_its_whole_tree(tmp_path: Path) -> None:
    repository = toy(tmp_path / "r")
    repository.commit(pair(result(), papers.STRANGER))
    publishers = {"kelp-robot": papers.publisher(papers.key(papers.STRANGER))}
    second = next_registry(repository, papers.registry(), publishers=publishers)
    commit = repository.commit(signed_registry(second))
    repository.commit({"README": b"x"})
    root = TrustRoot(digest=papers.digest(papers.written(second)), commit=commit)
    judgement = ledger.audit(repository.root, expected=Expected(trust_root=root)).judgement
    assert [(one.state.value, one.commit) for one in judgement.verdicts] == [("verified", commit)]


def test_a_pinned_commit_without_a_registry_is_no_ground_to_stand_on(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "r").start()
    commit = repository.commit({name: file for name, file in basis().items() if not name.startswith("registry/")})
    repository.commit(basis())
    root = TrustRoot(digest=FIRST, commit=commit)
    assert fatal(repository, Expected(trust_root=root))[0][0] == "unverifiable"
