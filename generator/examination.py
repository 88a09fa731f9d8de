"""What the bytes of a result and its sidecar say by themselves: pure, whoever brought them and when.

Nothing here is a judgement, so it may be found out ahead, elsewhere or once and for all
(`generator.arrival` judges). The order stays: nothing is parsed that nobody signed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from typing import Any, Final, NamedTuple, TypeAlias, cast

from generator import documents, sshsig
from generator.documents import Reading
from generator.findings import Finding
from generator.model import Data, Document
from generator.records import Words
from generator.schemas import Schema

Contents: TypeAlias = Callable[[str, int], bytes | int]
"""Gives the bytes of an object id, or only the size when there are more than the limit."""


class Examined(NamedTuple):
    """What was found out about a pair; a signature that does not hold has its `refusal` instead.

    `reading` and `misfits` are None when the document was not looked at.
    """

    size: int
    digest: str
    signature: sshsig.Signature | None = None
    refusal: str = ""
    sidecar_digest: str = ""
    reading: Reading | None = None
    misfits: tuple[Finding, ...] | None = None


_WORDS: Final = frozenset(Words._fields)
"""What a result says about a test for people to read."""

Known: TypeAlias = Callable[[str, str, str], Examined | None]
"""Gives what is known already about (path, object id of the result, object id of the sidecar)."""


def nothing_known(_path: str, _result: str, _sidecar: str) -> None:
    """Know nothing: every part is found out when it is asked for."""


class Examination:
    """One pair under examination: each part is known, or is found out when it is first asked for."""

    def __init__(
        self, path: str, ids: tuple[str, str], contents: Contents, schema: Schema, known: Examined | None = None
    ) -> None:
        self._path = path
        self._result, self._sidecar = ids
        self._contents = contents
        self._schema = schema
        self._known = known
        self._content = b""

    def weighed(self) -> tuple[int, str]:
        """Give the size of the result and its digest, which is empty when the size is beyond the limit."""
        if self._known:
            return self._known.size, self._known.digest
        content = self._contents(self._result, documents.MAX_BYTES)
        if isinstance(content, int):
            return content, ""
        self._content = content
        return len(content), _digest(content)

    def signed(self) -> tuple[sshsig.Signature, str]:
        """Give the signature that holds over the bytes and the digest of its file; raise `SignatureRefused`."""
        if self._known:
            if self._known.signature is None:
                raise sshsig.SignatureRefused(self._known.refusal)
            return self._known.signature, self._known.sidecar_digest
        sidecar = self._contents(self._sidecar, sshsig.MAX_BYTES)
        if isinstance(sidecar, int):
            raise sshsig.SignatureRefused(f"the signature has {sidecar} bytes, more than {sshsig.MAX_BYTES}")
        signature = sshsig.parse(sidecar)
        sshsig.verify(signature, sshsig.RESULT_NAMESPACE, self._content)
        return signature, _digest(sidecar)

    def read(self) -> Reading:
        """Read the result, whose signature holds, as strict YAML."""
        if self._known and self._known.reading:
            return self._known.reading
        content = self._content or self._contents(self._result, documents.MAX_BYTES)
        return documents.read(self._path, cast("bytes", content))

    def misfits(self, document: Document) -> tuple[Finding, ...]:
        """Hold the document that was read against the schema of results."""
        if self._known and self._known.misfits is not None:
            return self._known.misfits
        return self._schema.findings(document)


def examine(path: str, content: bytes, sidecar: bytes, schema: Schema, trusted: AbstractSet[bytes]) -> Examined:
    """Find out everything about a pair at once, as far as it could ever be asked for.

    That is the document only when the signature holds and its key is one of `trusted`, the raw keys
    that the registry names.
    """
    one = Examination(
        path, ("result", "sidecar"), lambda name, _limit: content if name == "result" else sidecar, schema
    )
    size, digest = one.weighed()
    try:
        signature, sidecar_digest = one.signed()
    except sshsig.SignatureRefused as refused:
        return Examined(size=size, digest=digest, refusal=str(refused))
    if signature.public not in trusted:
        return Examined(size=size, digest=digest, signature=signature, sidecar_digest=sidecar_digest)
    reading = one.read()
    return Examined(
        size=size,
        digest=digest,
        signature=signature,
        sidecar_digest=sidecar_digest,
        reading=reading,
        misfits=one.misfits(reading.document) if reading.document else None,
    )


def bare(found: Examined) -> Examined:
    """Give the same without what no judgement rests on: the lines of a document that fits, the words of its tests."""
    document = found.reading.document if found.reading else None
    if document is None or found.misfits != ():
        return found
    tests: Any = document.data["results"]
    results: list[Data] = [{name: value for name, value in test.items() if name not in _WORDS} for test in tests]
    return found._replace(reading=Reading(document._replace(data={**document.data, "results": results}, lines=()), ()))


def _digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"
