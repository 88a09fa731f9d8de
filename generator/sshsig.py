"""OpenSSH signatures (SSHSIG): strict parsing, and verification of Ed25519 over exact bytes.

The format is openssh-portable's PROTOCOL.sshsig. Only what a stock `ssh-keygen -Y sign` writes for
an Ed25519 key is accepted: one canonical encoding, hash sha512, and the namespace that is asked for.
"""

from __future__ import annotations

import base64
import binascii
import functools
import hashlib
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from generator.findings import Stop, shortened

RESULT_NAMESPACE: Final = "meshmark-result.v1"
REGISTRY_NAMESPACE: Final = "meshmark-registry.v1"
MAX_BYTES: Final = 2 * 1024

_KEY_TYPE: Final = b"ssh-ed25519"
_KEY_BYTES: Final = 32
_SIGNATURE_BYTES: Final = 64
_HASH: Final = b"sha512"
_MAGIC: Final = b"SSHSIG"
_VERSION: Final = (1).to_bytes(4)
_BEGIN: Final = b"-----BEGIN SSH SIGNATURE-----\n"
_END: Final = b"-----END SSH SIGNATURE-----\n"
_WIDTH: Final = 70
"""Characters in a line of armour, as OpenSSH breaks them."""


class SignatureRefused(Exception):  # noqa: N818 - a refusal is an answer, not a failure of ours
    """A signature or public key that is not acceptable; the message says why."""


class Signature(NamedTuple):
    """A parsed sidecar: the raw public key that claims it, its namespace and the raw signature."""

    public: bytes
    namespace: str
    value: bytes


def parse(sidecar: bytes) -> Signature:
    """Read a sidecar of any namespace; raise `SignatureRefused` unless it is the canonical encoding."""
    if len(sidecar) > MAX_BYTES:
        raise SignatureRefused(f"the signature has {len(sidecar)} bytes, more than {MAX_BYTES}")
    if not (sidecar.startswith(_BEGIN) and sidecar.endswith(_END)):
        raise SignatureRefused("not an SSH signature: its first and last line must be those of ssh-keygen -Y sign")
    blob = _base64(sidecar[len(_BEGIN) : -len(_END)].replace(b"\n", b""))
    key_end = len(_HEAD) + _KEY_BYTES
    name_end = key_end + 4 + int.from_bytes(blob[key_end : key_end + 4])
    name = blob[key_end + 4 : name_end]
    value = blob[-_SIGNATURE_BYTES:]
    signature = Signature(
        public=blob[len(_HEAD) : key_end],
        namespace=name.decode() if name.isascii() else "",
        value=value if len(value) == _SIGNATURE_BYTES else b"",
    )
    if _encode(signature) != sidecar:
        raise SignatureRefused("not the canonical form of an ssh-ed25519 signature over sha512")
    return signature


def verify(signature: Signature, namespace: str, content: bytes) -> None:
    """Check a signature over exact bytes in `namespace`; raise `SignatureRefused` when it does not hold."""
    if signature.namespace != namespace:
        raise SignatureRefused(f"the signature is for {shortened(signature.namespace)}, not for {namespace}")
    signed = _signed(content, namespace)
    try:
        _key(signature.public).verify(signature.value, signed)
    except (InvalidSignature, ValueError) as error:
        raise SignatureRefused("the signature does not fit these bytes") from error


@dataclass(frozen=True, slots=True, kw_only=True)
class SeededKey:
    """A key pair that follows from 32 bytes: for demonstrations, whose seeds everybody knows."""

    seed: bytes

    @property
    def public(self) -> bytes:
        """Give the raw public key."""
        return self._private.public_key().public_bytes_raw()

    def sign(self, content: bytes, namespace: str) -> bytes:
        """Write the sidecar that `ssh-keygen -Y sign` would write."""
        value = self._private.sign(_signed(content, namespace))
        return _encode(Signature(public=self.public, namespace=namespace, value=value))

    @property
    def _private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)


def generate(key: Path, comment: str) -> str:
    """Make a key pair through ssh-keygen, without a passphrase, and give its public line.

    The private half goes to `key`, readable by its owner only, the public half to `key`.pub. Raises
    `Stop` when something stands there already, or ssh-keygen is missing or refuses.
    """
    if key.exists() or key.is_symlink():
        raise Stop(f"{key} exists already: no key is ever overwritten")
    _run_ssh_keygen(["-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", str(key)], b"", f"make {key}")
    return " ".join(key.with_name(f"{key.name}.pub").read_text(encoding="ascii").split()[:2])


def sign(content: bytes, key: Path, namespace: str) -> bytes:
    """Sign bytes through `ssh-keygen -Y sign`, so that agents and hardware keys work too.

    `key` is a private key, or a .pub file whose private half an agent holds. Raises `Stop` when
    ssh-keygen is missing or refuses.
    """
    return _run_ssh_keygen(["-Y", "sign", "-q", "-f", str(key), "-n", namespace], content, f"sign with {key}")


def _run_ssh_keygen(options: list[str], given: bytes, purpose: str) -> bytes:
    try:
        done = subprocess.run(["ssh-keygen", *options], input=given, capture_output=True, check=False)  # noqa: S603, S607 - no shell; ssh-keygen from PATH, paths of the caller's own
    except OSError as error:
        raise Stop(f"ssh-keygen cannot be run: {error.strerror}") from error
    if done.returncode:
        reason = done.stderr.decode("utf-8", "replace").strip() or f"exit code {done.returncode}"
        raise Stop(f"ssh-keygen cannot {purpose}: {reason}")
    return done.stdout


def public_key(line: str) -> bytes:
    """Give the raw key of an `ssh-ed25519 AAAA... [comment]` line; raise `SignatureRefused` for another."""
    parts = line.split(" ")
    prefix = _string(_KEY_TYPE) + _KEY_BYTES.to_bytes(4)
    blob = _base64(parts[1].encode()) if len(parts) > 1 and parts[0].encode() == _KEY_TYPE else b""
    if not blob.startswith(prefix) or len(blob) != len(prefix) + _KEY_BYTES:
        raise SignatureRefused("not an ssh-ed25519 public key as ssh-keygen writes it")
    return blob[len(prefix) :]


def key_line(public: bytes) -> str:
    """Write a raw key as the `ssh-ed25519 AAAA...` line of authorized_keys and allowed_signers."""
    return f"{_KEY_TYPE.decode()} {base64.b64encode(_key_blob(public)).decode()}"


@functools.lru_cache(maxsize=1024)
def fingerprint(public: bytes) -> str:
    """Write a raw key's fingerprint as `ssh-keygen -l` does."""
    digest = hashlib.sha256(_key_blob(public)).digest()
    return f"SHA256:{base64.b64encode(digest).decode().rstrip('=')}"


def _signed(content: bytes, namespace: str) -> bytes:
    """Give the bytes that the key itself signs: PROTOCOL.sshsig, "Signed Data"."""
    digest = hashlib.sha512(content).digest()
    return b"".join((_MAGIC, _string(namespace.encode()), _string(b""), _string(_HASH), _string(digest)))


# Few keys make many signatures; raises `ValueError` for what is none.
_key: Final = functools.lru_cache(maxsize=256)(Ed25519PublicKey.from_public_bytes)


def _encode(signature: Signature) -> bytes:
    inner = _string(_KEY_TYPE) + _string(signature.value)
    parts = (_string(signature.namespace.encode()), _string(b""), _string(_HASH), _string(inner))
    text = base64.b64encode(_HEAD + signature.public + b"".join(parts))
    lines = b"".join(text[start : start + _WIDTH] + b"\n" for start in range(0, len(text), _WIDTH))
    return _BEGIN + lines + _END


def _key_blob(public: bytes) -> bytes:
    return _string(_KEY_TYPE) + _string(public)


def _string(data: bytes) -> bytes:
    return len(data).to_bytes(4) + data


def _base64(text: bytes) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise SignatureRefused("not base64") from error


_HEAD: Final = b"".join(
    (
        _MAGIC,
        _VERSION,
        len(_key_blob(bytes(_KEY_BYTES))).to_bytes(4),
        _string(_KEY_TYPE),
        _KEY_BYTES.to_bytes(4),
    )
)
"""The bytes before the raw public key, the same in every signature."""
