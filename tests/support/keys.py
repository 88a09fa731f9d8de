"""Throwaway Ed25519 keys made from names, and an SSHSIG writer of the tests' own.

The writer is a second implementation on purpose: what the package reads was not written by it.
"""

from __future__ import annotations

import base64
import hashlib
import struct
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

RESULT = "meshmark-result.v1"
REGISTRY = "meshmark-registry.v1"


def text(data: bytes) -> bytes:
    """Write an SSH string: length, then bytes (RFC 4251)."""
    return struct.pack(">I", len(data)) + data


@dataclass(frozen=True)
class Key:
    """A key pair that is the same in every run: its seed is the digest of its name."""

    name: str

    @property
    def private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(self.name.encode()).digest())

    @property
    def public(self) -> bytes:
        return self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    @property
    def line(self) -> str:
        blob = text(b"ssh-ed25519") + text(self.public)
        return f"ssh-ed25519 {base64.b64encode(blob).decode()}"

    def sign(self, content: bytes, namespace: str = RESULT, hash_name: str = "sha512") -> bytes:
        """Write the sidecar that `ssh-keygen -Y sign` would write."""
        digest = hashlib.new(hash_name, content).digest()
        signed = b"SSHSIG" + text(namespace.encode()) + text(b"") + text(hash_name.encode()) + text(digest)
        signature = text(b"ssh-ed25519") + text(self.private.sign(signed))
        blob = b"SSHSIG" + struct.pack(">I", 1) + text(text(b"ssh-ed25519") + text(self.public))
        blob += text(namespace.encode()) + text(b"") + text(hash_name.encode()) + text(signature)
        return armour(blob)

    def write(self, folder: Path) -> Path:
        """Write the private key as a file that ssh-keygen accepts, and give its path."""
        path = folder / self.name
        path.write_bytes(self.private.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()))
        path.chmod(0o600)
        path.with_name(f"{self.name}.pub").write_text(f"{self.line}\n")
        return path


def armour(blob: bytes, width: int = 70) -> bytes:
    """Wrap a signature blob as OpenSSH does."""
    encoded = base64.b64encode(blob).decode()
    lines = [encoded[start : start + width] for start in range(0, len(encoded), width)]
    return "\n".join(("-----BEGIN SSH SIGNATURE-----", *lines, "-----END SSH SIGNATURE-----", "")).encode()
