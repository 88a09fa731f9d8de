"""What `examination` promises: the same is found out at once and bit by bit, and nothing unsigned is read."""

from __future__ import annotations

import hashlib

import pytest

from generator import documents, sshsig
from generator.examination import Examination, Examined, examine
from generator.findings import Finding
from generator.schemas import Schema
from tests.support import papers
from tests.support.keys import REGISTRY
from tests.support.papers import PROJECT, ROBOT, STRANGER, result

SCHEMA = Schema("result", (PROJECT / "schema/result.schema.json").read_bytes())
PATH = "results/kelp/v1.0.0/toy-run-0001.yaml"
CONTENT = papers.written(result())
SIDECAR = ROBOT.sign(CONTENT)
TRUSTED = frozenset({ROBOT.public})


def at_once(content: bytes = CONTENT, sidecar: bytes = SIDECAR) -> Examined:
    return examine(PATH, content, sidecar, SCHEMA, TRUSTED)


def bit_by_bit(known: Examined | None, content: bytes = CONTENT, sidecar: bytes = SIDECAR) -> Examination:
    return Examination(PATH, ("a", "b"), lambda name, _limit: content if name == "a" else sidecar, SCHEMA, known)


def told(one: Examination) -> list[object]:
    size, digest = one.weighed()
    try:
        signature, sidecar_digest = one.signed()
    except sshsig.SignatureRefused as refused:
        return [size, digest, str(refused)]
    reading = one.read()
    return [size, digest, signature, sidecar_digest, reading, reading.document and one.misfits(reading.document)]


CASES = {
    "an honest pair": (CONTENT, SIDECAR),
    "bytes that were not signed": (CONTENT + b"\n", SIDECAR),
    "no signature at all": (CONTENT, b""),
    "a signature for another purpose": (CONTENT, ROBOT.sign(CONTENT, REGISTRY)),
    "a stranger's key": (CONTENT, STRANGER.sign(CONTENT)),
    "no YAML": (b"[", ROBOT.sign(b"[")),
    "an empty file": (b"", ROBOT.sign(b"")),
    "a document that does not fit": (b"a: b\n", ROBOT.sign(b"a: b\n")),
}


@pytest.mark.parametrize(("content", "sidecar"), CASES.values(), ids=CASES)
def test_what_is_known_ahead_is_what_is_found_out_later(content: bytes, sidecar: bytes) -> None:
    known = at_once(content, sidecar)
    assert told(bit_by_bit(known, content, sidecar)) == told(bit_by_bit(None, content, sidecar))


def test_an_honest_pair_is_examined_to_the_end() -> None:
    found = at_once()
    assert (found.size, found.digest) == (len(CONTENT), f"sha256:{hashlib.sha256(CONTENT).hexdigest()}")
    assert found.signature
    assert found.signature.public == ROBOT.public
    assert found.reading == documents.read(PATH, CONTENT)
    assert found.misfits == ()


@pytest.mark.parametrize("sidecar", [b"", STRANGER.sign(CONTENT), ROBOT.sign(CONTENT, REGISTRY), ROBOT.sign(b"x")])
def test_no_document_is_read_unless_a_trusted_key_signed_it(sidecar: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> documents.Reading:
        raise AssertionError("it was read")

    monkeypatch.setattr(documents, "read", refuse)
    found = at_once(sidecar=sidecar)
    assert (found.reading, found.misfits) == (None, None)
    with pytest.raises(AssertionError, match="it was read"):
        at_once()


def test_a_document_that_does_not_fit_is_explained() -> None:
    found = at_once(b"a: b\n", ROBOT.sign(b"a: b\n"))
    assert found.misfits
    assert all(isinstance(finding, Finding) and finding.path == PATH for finding in found.misfits)


def test_a_size_beyond_the_limit_has_no_digest() -> None:
    one = Examination(PATH, ("a", "b"), lambda _name, limit: limit + 1, SCHEMA)
    assert one.weighed() == (documents.MAX_BYTES + 1, "")
    with pytest.raises(sshsig.SignatureRefused, match="the signature has 2049 bytes, more than 2048"):
        one.signed()
