"""What `sshsig` promises: it reads what stock ssh-keygen writes, and nothing that it would refuse."""

from __future__ import annotations

import base64
import hashlib
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from generator import sshsig
from generator.findings import Stop
from tests.support.keys import REGISTRY, RESULT, Key, armour, text

ROBOT = Key("robot")
CONTENT = b"apiVersion: meshmark/v1\n"
SIDECAR = ROBOT.sign(CONTENT)
BLOB = base64.b64decode(b"".join(SIDECAR.split(b"\n")[1:-2]))

needs_ssh_keygen = pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="ssh-keygen is not on PATH")


def keygen_accepts(folder: Path, sidecar: bytes, content: bytes = CONTENT, namespace: str = RESULT) -> bool:
    (folder / "signers").write_text(f'robot namespaces="{namespace}" {ROBOT.line}\n')
    (folder / "x.sig").write_bytes(sidecar)
    command = ["ssh-keygen", "-Y", "verify", "-f", "signers", "-I", "robot", "-n", namespace, "-s", "x.sig"]
    done = subprocess.run(command, cwd=folder, input=content, capture_output=True, check=False)
    return done.returncode == 0


def we_accept(sidecar: bytes, content: bytes = CONTENT, namespace: str = RESULT) -> bool:
    try:
        signature = sshsig.parse(sidecar)
        sshsig.verify(signature, namespace, content)
    except sshsig.SignatureRefused:
        return False
    return signature.public == ROBOT.public


@pytest.mark.parametrize("namespace", [RESULT, REGISTRY])
def test_a_signature_of_either_namespace_is_read_and_holds(namespace: str) -> None:
    signature = sshsig.parse(ROBOT.sign(CONTENT, namespace))
    assert (signature.public, signature.namespace) == (ROBOT.public, namespace)
    sshsig.verify(signature, namespace, CONTENT)


@needs_ssh_keygen
@pytest.mark.parametrize("namespace", [RESULT, REGISTRY])
def test_what_stock_ssh_keygen_signs_we_accept_byte_for_byte_as_our_own(tmp_path: Path, namespace: str) -> None:
    key = ROBOT.write(tmp_path)
    (tmp_path / "x").write_bytes(CONTENT)
    subprocess.run(["ssh-keygen", "-q", "-Y", "sign", "-f", key, "-n", namespace, "x"], cwd=tmp_path, check=True)
    sidecar = (tmp_path / "x.sig").read_bytes()
    assert we_accept(sidecar, namespace=namespace)
    assert sidecar == ROBOT.sign(CONTENT, namespace)


@needs_ssh_keygen
def test_what_we_accept_stock_ssh_keygen_accepts_too(tmp_path: Path) -> None:
    assert we_accept(SIDECAR)
    assert keygen_accepts(tmp_path, SIDECAR)


@needs_ssh_keygen
def test_of_many_mutants_we_accept_none_that_ssh_keygen_refuses(tmp_path: Path) -> None:
    for position in range(0, len(SIDECAR), 5):
        for changed in (SIDECAR[position] ^ 1, SIDECAR[position] ^ 32):
            mutant = SIDECAR[:position] + bytes([changed]) + SIDECAR[position + 1 :]
            assert not we_accept(mutant) or keygen_accepts(tmp_path, mutant)


def test_no_single_changed_byte_of_a_sidecar_is_accepted() -> None:
    for position in range(len(SIDECAR)):
        mutant = SIDECAR[:position] + bytes([SIDECAR[position] ^ 1]) + SIDECAR[position + 1 :]
        assert not we_accept(mutant), position


@pytest.mark.parametrize(
    "sidecar",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"junk\n" + SIDECAR, id="text before"),
        pytest.param(SIDECAR + b"junk\n", id="text after"),
        pytest.param(SIDECAR + SIDECAR, id="two signatures"),
        pytest.param(SIDECAR.rstrip(b"\n"), id="no last newline"),
        pytest.param(SIDECAR.replace(b"\n", b"\r\n"), id="windows line ends"),
        pytest.param(SIDECAR.replace(b"U1NI", b"U1N!"), id="not base64"),
        pytest.param(SIDECAR.replace(b"U1NI", b"U1N\xff"), id="not even ascii"),
        pytest.param(armour(BLOB, width=64), id="other line width"),
        pytest.param(armour(BLOB + b"\x00"), id="bytes behind the blob"),
        pytest.param(armour(BLOB[:-1]), id="blob cut off"),
        pytest.param(armour(BLOB.replace(b"SSHSIG", b"SSHSIX")), id="other magic"),
        pytest.param(armour(BLOB.replace(b"\0\0\0\1\0", b"\0\0\0\2\0", 1)), id="other version"),
        pytest.param(ROBOT.sign(CONTENT, hash_name="sha256"), id="sha256"),
        pytest.param(armour(BLOB.replace(text(b"sha512"), text(b"sha513"))), id="unknown hash"),
        pytest.param(b"-----BEGIN SSH SIGNATURE-----\n-----END SSH SIGNATURE-----\n", id="empty armour"),
        pytest.param(SIDECAR + b" " * sshsig.MAX_BYTES, id="too large"),
    ],
)
def test_any_other_form_is_refused(sidecar: bytes) -> None:
    with pytest.raises(sshsig.SignatureRefused):
        sshsig.parse(sidecar)


def test_a_registry_signature_does_not_sign_a_result() -> None:
    signature = sshsig.parse(ROBOT.sign(CONTENT, REGISTRY))
    with pytest.raises(sshsig.SignatureRefused, match=r"is for 'meshmark-registry\.v1'"):
        sshsig.verify(signature, RESULT, CONTENT)


def test_a_signature_of_a_foreign_namespace_is_read_but_does_not_hold() -> None:
    signature = sshsig.parse(ROBOT.sign(CONTENT, "file"))
    assert signature.namespace == "file"
    with pytest.raises(sshsig.SignatureRefused, match="is for 'file'"):
        sshsig.verify(signature, RESULT, CONTENT)


def test_other_bytes_are_refused() -> None:
    with pytest.raises(sshsig.SignatureRefused, match="does not fit"):
        sshsig.verify(sshsig.parse(SIDECAR), RESULT, CONTENT + b"#")


def test_bytes_that_are_no_point_of_the_curve_are_a_refusal_and_no_crash() -> None:
    signature = sshsig.Signature(public=b"\xff" * 32, namespace=RESULT, value=bytes(64))
    with pytest.raises(sshsig.SignatureRefused):
        sshsig.verify(signature, RESULT, CONTENT)
    with pytest.raises(sshsig.SignatureRefused):
        sshsig.verify(sshsig.Signature(public=b"short", namespace=RESULT, value=bytes(64)), RESULT, CONTENT)


@given(st.binary(max_size=3000))
@example(SIDECAR)
@settings(derandomize=True, deadline=None)
def test_any_bytes_are_read_or_refused_and_nothing_else_happens(sidecar: bytes) -> None:
    assert we_accept(sidecar) == (sidecar == SIDECAR)


@given(st.data())
@settings(derandomize=True, deadline=None, max_examples=300)
def test_cut_swapped_and_inserted_sidecars_are_refused(data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(SIDECAR)))
    end = data.draw(st.integers(start, len(SIDECAR)))
    middle = data.draw(st.binary(max_size=8))
    mutant = SIDECAR[:start] + middle + SIDECAR[end:]
    assert we_accept(mutant) == (mutant == SIDECAR)


@needs_ssh_keygen
def test_fingerprint_and_key_line_are_those_of_ssh_keygen(tmp_path: Path) -> None:
    ROBOT.write(tmp_path)
    printed = subprocess.run(["ssh-keygen", "-lf", "robot.pub"], cwd=tmp_path, capture_output=True, check=True)
    assert printed.stdout.decode().split(" ")[1] == sshsig.fingerprint(ROBOT.public)
    assert sshsig.key_line(ROBOT.public) == ROBOT.line


@pytest.mark.parametrize("comment", ["", " robot@example", " two words"])
def test_a_public_key_line_is_read_with_or_without_its_comment(comment: str) -> None:
    assert sshsig.public_key(ROBOT.line + comment) == ROBOT.public


@pytest.mark.parametrize(
    "line",
    [
        "",
        "ssh-ed25519",
        "ssh-ed25519 !!!",
        "ssh-ed25519 AAAA",
        "ssh-rsa " + ROBOT.line.split(" ")[1],
        ROBOT.line.replace("ssh-ed25519 ", "ssh-ed25519  "),
        ROBOT.line[:-4],
    ],
)
def test_any_other_key_line_is_refused(line: str) -> None:
    with pytest.raises(sshsig.SignatureRefused):
        sshsig.public_key(line)


@pytest.mark.parametrize("namespace", [RESULT, REGISTRY])
def test_a_seeded_key_signs_as_every_other_key_does(namespace: str) -> None:
    seeded = sshsig.SeededKey(seed=hashlib.sha256(b"robot").digest())
    assert seeded.public == ROBOT.public
    assert seeded.sign(CONTENT, namespace) == ROBOT.sign(CONTENT, namespace)


@needs_ssh_keygen
def test_a_generated_key_is_for_its_owner_only_and_signs(tmp_path: Path) -> None:
    line = sshsig.generate(tmp_path / "k", "a robot of tests")
    assert (tmp_path / "k").stat().st_mode & 0o777 == 0o600
    signature = sshsig.parse(sshsig.sign(CONTENT, tmp_path / "k", RESULT))
    sshsig.verify(signature, RESULT, CONTENT)
    assert sshsig.public_key(line) == signature.public


@needs_ssh_keygen
def test_no_key_is_ever_overwritten(tmp_path: Path) -> None:
    (tmp_path / "k").write_text("mine")
    with pytest.raises(Stop, match="no key is ever overwritten"):
        sshsig.generate(tmp_path / "k", "another")
    assert (tmp_path / "k").read_text() == "mine"
