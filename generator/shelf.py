"""Finished parts of a site on disk, by the digest of all that they are made of, sealed by a key of this user.

Whatever is broken, stale or sealed by somebody else is not there at all.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from generator import seals
from generator.judgements import Output

Target = tuple[str, str]
"""A file of the site, and an anchor in it or none."""

_SEAL: Final = 32
_LENGTH: Final = 8


class Kept(NamedTuple):
    """A part that was checked as a whole, and what outside of it its pages lead to."""

    outputs: tuple[Output, ...]
    outward: tuple[Target, ...]


class Shelf:
    """The parts of the last build; trouble with the disk only makes it forget."""

    def __init__(self, cache: Path) -> None:
        """Look into the folder `cache`."""
        self._folder = cache / "parts"
        self._seal = seals.secret()
        self._used = set[str]()

    def taken(self, made_of: str) -> Kept | None:
        """Give a part, if it is there and authentic."""
        if not self._seal or not made_of:
            return None
        try:
            content = memoryview((self._folder / made_of).read_bytes())
            if not hmac.compare_digest(content[:_SEAL], self._mac(made_of, content[_SEAL:])):
                return None
            size = int.from_bytes(content[_SEAL : _SEAL + _LENGTH])
            start = _SEAL + _LENGTH + size
            header = json.loads(bytes(content[_SEAL + _LENGTH : start]))
        except (OSError, ValueError):
            return None
        outputs = []
        for path, length in header["files"]:
            outputs.append(Output(path=path, content=bytes(content[start : start + length])))
            start += length
        self._used.add(made_of)
        return Kept(tuple(outputs), tuple((path, anchor) for path, anchor in header["outward"]))

    def put(self, made_of: str, outputs: Sequence[Output], outward: Iterable[Target]) -> None:
        """Remember a part that was checked as a whole."""
        if not self._seal:
            return
        files = [(output.path, len(output.content)) for output in outputs]
        header = json.dumps({"files": files, "outward": sorted(outward)}).encode()
        content = b"".join((len(header).to_bytes(_LENGTH), header, *(output.content for output in outputs)))
        fresh = self._folder / f"{made_of}.{os.getpid()}"
        self._used.add(made_of)
        with contextlib.suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
            fresh.write_bytes(self._mac(made_of, content) + content)
            fresh.replace(self._folder / made_of)

    def close(self) -> None:
        """Drop what the build that ends here had no use for."""
        with contextlib.suppress(OSError):
            for file in self._folder.iterdir():
                if file.name not in self._used:
                    file.unlink()

    def _mac(self, made_of: str, content: bytes | memoryview) -> bytes:
        seal = hashlib.blake2b(made_of.encode(), key=self._seal, digest_size=_SEAL)
        seal.update(content)
        return seal.digest()
