"""Bytes to text, or to the findings that say why they are none."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from typing import Final

from generator.findings import Finding
from generator.scalars import BAD_SOURCE, BAD_VALUE, name

SAMPLE: Final = 20
"""Bad characters listed one by one; a binary file has thousands, and they all say the same."""
_SEEN: Final = bytes((ord("\n"), *range(ord(" "), ord("~") + 1)))
"""The characters of nearly every file, none of which is ever bad."""


def text(path: str, content: bytes, limit: int, *, foreign: bool = False) -> str | tuple[Finding, ...]:
    """Decode a file of at most `limit` bytes; `path` is used in findings only. Raises nothing.

    In a file that was not written for us (`foreign`) a byte order mark, tabs and carriage returns
    at the end of lines are fine.
    """
    if len(content) > limit:
        return (_finding("file-size", path, None, f"{len(content)} bytes", f"keep the file within {limit} bytes"),)
    if not content.translate(None, _SEEN):
        return content.decode()
    if foreign:
        content = content.removeprefix(codecs.BOM_UTF8).replace(b"\r\n", b"\n")
    try:
        decoded = content.decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return (_finding("yaml-encoding", path, line, f"byte {error.start} is not UTF-8", "save the file as UTF-8"),)
    return tuple(_bad_characters(path, decoded, foreign=foreign)) or decoded


def _bad_characters(path: str, decoded: str, *, foreign: bool) -> Iterator[Finding]:
    found = list((BAD_VALUE if foreign else BAD_SOURCE).finditer(decoded))
    for index, match in enumerate(found[:SAMPLE], 1):
        more = f" (and {len(found) - SAMPLE} more follow)" if index == SAMPLE < len(found) else ""
        line = decoded.count("\n", 0, match.start()) + 1
        fix = "remove it, or write it as an escape in double quotes where the text needs it"
        yield _finding("yaml-character", path, line, f"{name(match[0])} stands here{more}", fix)


def _finding(rule: str, path: str, line: int | None, message: str, fix: str) -> Finding:
    return Finding(rule=rule, path=path, line=line, message=message, fix=fix)


def source(path: str, content: bytes, limit: int) -> str | Finding:
    """Decode harness output of at most `limit` bytes, or say why it is none; raises nothing.

    Logs stand in it, so any character may; only what becomes part of a result is held against the
    rules of a result.
    """
    if (size := len(content)) > limit:
        fix = f"keep the file within {limit} bytes: logs belong elsewhere"
        return _finding("import-source", path, None, f"{size} bytes", fix)
    try:
        return content.removeprefix(codecs.BOM_UTF8).decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return _finding("import-source", path, line, f"byte {error.start} is not UTF-8", "save the file as UTF-8")
