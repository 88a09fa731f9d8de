"""Bytes to a `Document` or to findings, and data to bytes: strict YAML."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import yaml

from generator import decoding, events, plain
from generator.findings import Finding
from generator.model import Data, Document
from generator.scalars import AMBIGUOUS

MAX_BYTES: Final = 256 * 1024


class Reading(NamedTuple):
    """The outcome of reading: a document, or None and the findings that say why."""

    document: Document | None
    findings: tuple[Finding, ...]


def read(path: str, content: bytes) -> Reading:
    """Read one strict YAML document.

    `path` is used in findings only. All findings of a document are given at once; reading stops
    early only at broken syntax, at a second document and at the limits. The rules are those of
    DESIGN section 2, "Strict YAML". Raises nothing.
    """
    text = decoding.text(path, content, MAX_BYTES)
    if not isinstance(text, str):
        return Reading(None, text)
    if found := plain.read(text):
        return _document(path, content, found.data, found.lines)
    return _built(events.build(path, text), path, content)


def read_texts(path: str, content: bytes) -> Reading:
    """Read one YAML document of another project, every scalar as the text that stands there.

    A version 1.20 stays 1.20. Byte order mark, carriage returns and tabs are allowed, for the file
    was not written for us; all else is as in `read`. Raises nothing.
    """
    text = decoding.text(path, content, MAX_BYTES, foreign=True)
    if not isinstance(text, str):
        return Reading(None, text)
    return _built(events.build(path, text, typed=False), path, content)


def _built(built: events.Built, path: str, content: bytes) -> Reading:
    if built.findings or not isinstance(built.data, dict):
        return Reading(None, built.findings)
    return _document(path, content, built.data, built.lines)


def _document(path: str, content: bytes, data: dict[str, Data], lines: Sequence[int]) -> Reading:
    digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
    return Reading(Document(path=path, data=data, lines=tuple(lines), digest=digest), ())


def write(data: Mapping[str, Any]) -> bytes:
    """Write data as YAML that every reader, and `read`, takes for the same data.

    Keys keep their order. Raises `ValueError` when strict YAML cannot hold the data.
    """
    text: str = yaml.dump(data, Dumper=_Writer, sort_keys=False, allow_unicode=False, width=1000)
    content = text.encode()
    reading = read("written", content)
    if reading.document is None or reading.document.data != data:
        raise ValueError("strict YAML cannot hold these data")
    return content


class _Writer(yaml.SafeDumper):
    """Quotes whatever some reader would not take for text."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - the signature is the package's
        return True


def _represent_text(writer: _Writer, text: str) -> yaml.ScalarNode:
    style = '"' if AMBIGUOUS.fullmatch(text) else None
    return writer.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Writer.add_representer(str, _represent_text)
