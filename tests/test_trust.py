"""What `trust` promises: a trust root and a checkpoint are read whole or refused in words."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from generator import cli, console, trust
from generator.findings import Stop
from generator.judgements import TrustRoot
from tests.support import papers
from tests.support.papers import PROJECT, result
from tests.support.repository import Link, Repository, pair, toy

Captured = pytest.CaptureFixture[str]
DIGEST = "0" * 64


def test_a_trust_root_has_a_digest_and_perhaps_a_commit() -> None:
    assert trust.trust_root(DIGEST) == TrustRoot(digest=f"sha256:{DIGEST}")
    assert trust.trust_root(f"sha256:{DIGEST}") == TrustRoot(digest=f"sha256:{DIGEST}")
    assert trust.trust_root(f"{'a' * 40}:sha256:{DIGEST}") == TrustRoot(digest=f"sha256:{DIGEST}", commit="a" * 40)


@pytest.mark.parametrize("text", ["", "HEAD", "abc:" + DIGEST, DIGEST + "0", "md5:" + DIGEST])
def test_another_form_of_trust_root_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        trust.trust_root(text)


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"head": 1, "count": "x", "root": 2}', b"\xff", b"[" * 99999])
def test_what_is_no_checkpoint_stops(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "c.json").write_bytes(content)
    with pytest.raises(Stop, match="is not a checkpoint"):
        trust.read(tmp_path / "c.json")
    with pytest.raises(Stop, match="is not a checkpoint"):
        trust.read(tmp_path / "missing.json")


def run(repository: Repository, verb: str, *argv: str | Path) -> int:
    return cli.main([verb, "--root", str(repository.root), *map(str, argv)])


def test_verify_pins_writes_and_holds_against_a_published_checkpoint(tmp_path: Path, capsys: Captured) -> None:
    repository = toy(tmp_path / "r")
    root = f"{repository.head}:{papers.digest(papers.written(papers.registry()))}"
    repository.commit(pair(result()))
    file = tmp_path / "checkpoint.json"
    assert run(repository, "verify", "--trust-root", root, "--write-checkpoint", file) == console.CLEAN
    assert json.loads(file.read_text())["count"] == 1
    assert run(repository, "verify", "--published-checkpoint", file, "--steps") == console.CLEAN
    printed = capsys.readouterr().out
    assert f"{root} (pinned by the caller)" in printed
    assert "7.3  signature" in printed
    assert "shown only" in printed
    repository.git("reset", "--quiet", "--hard", "HEAD~1")
    repository.commit({"README": b"other"})
    assert run(repository, "verify", "--published-checkpoint", file, "--format", "json") == console.STOPPED
    data = json.loads(capsys.readouterr().out)
    assert [one["rule"] for one in data["findings"]] == ["history-rewritten"]
    assert data["trust_root"]["pinned"] is False
    assert run(repository, "verify", "--trust-root", f"sha256:{DIGEST}", "--write-checkpoint", file) == console.STOPPED
    assert json.loads(file.read_text())["count"] == 1


def test_a_checkpoint_that_cannot_be_written_is_said_plainly(tmp_path: Path, capsys: Captured) -> None:
    repository = toy(tmp_path / "r")
    assert run(repository, "verify", "--write-checkpoint", tmp_path / "no" / "where.json") == console.STOPPED
    assert "cannot be written" in capsys.readouterr().err


def test_a_rewritten_history_stops_the_build_and_leaves_the_old_site(tmp_path: Path, capsys: Captured) -> None:
    repository = toy(tmp_path / "r")
    repository.commit(pair(result()))
    repository.write({"site_templates": Link(str(PROJECT / "site_templates"))})
    out = tmp_path / "site"
    assert run(repository, "build", "--out", out) == console.CLEAN
    before = (out / "provenance.json").read_bytes()
    repository.git("reset", "--quiet", "--hard", "HEAD~1")
    repository.commit({"README": b"other"})
    assert run(repository, "build", "--out", out, "--published-checkpoint", out / "checkpoint.json") == console.STOPPED
    assert "is not on the main line" in capsys.readouterr().err
    assert (out / "provenance.json").read_bytes() == before
