"""Step 10 of provenance, pure: what has been published so far, as a head, a count and one hash.

The hash is the Merkle tree hash of RFC 6962, section 2.1, over the verified results in main-line
order, so that each later checkpoint provably contains every earlier one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import NamedTuple

from generator.judgements import Checkpoint


class Leaf(NamedTuple):
    """One verified result: its path and the digests of its bytes and of its signature."""

    path: str
    digest: str
    sidecar_digest: str

    def encoded(self) -> bytes:
        """Give the bytes that are hashed: the three fields, each ended by a NUL."""
        fields = (self.path, self.digest, self.sidecar_digest)
        return b"".join(field.encode("utf-8", "surrogateescape") + b"\0" for field in fields)


def take(head: str, leaves: Sequence[Leaf]) -> Checkpoint:
    """Make the checkpoint of `leaves`, which stand in main-line order."""
    root = _tree_hash([hashlib.sha256(b"\0" + leaf.encoded()).digest() for leaf in leaves])
    return Checkpoint(head=head, count=len(leaves), root=f"sha256:{root.hex()}")


def _tree_hash(hashes: Sequence[bytes]) -> bytes:
    if not hashes:
        return hashlib.sha256().digest()
    level = list(hashes)
    # Pairing from the left and carrying a last odd hash up is the same tree as splitting at the
    # largest power of two.
    while len(level) > 1:
        pairs = [hashlib.sha256(b"\1" + a + b).digest() for a, b in zip(level[::2], level[1::2], strict=False)]
        level = pairs + level[len(pairs) * 2 :]
    return level[0]
