"""What reaches a terminal: texts of unknown origin made safe for it, and findings as lines."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

from generator.findings import Finding, Severity


def plain(text: str) -> str:
    """Make a text of unknown origin safe for a terminal: one line, no control characters."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text.encode("utf-8", "replace").decode())


def shown_path(path: str) -> str:
    """Write a path without ambiguity: bytes that are not printable ASCII as backslash escapes."""
    if path.isascii() and path.isprintable() and "\\" not in path:
        return path
    raw = os.fsencode(path) if path.isascii() else path.encode("utf-8", "surrogateescape")
    return "".join(chr(b) if 0x20 <= b < 0x7F and b != 0x5C else f"\\x{b:02x}" for b in raw)


def place(finding: Finding) -> str:
    """Name the path and the line of a finding, as far as it has them."""
    return ":".join(part for part in (shown_path(finding.path), str(finding.line or "")) if part)


def finding_lines(findings: Sequence[Finding]) -> Iterator[str]:
    """Write findings for people: where, how bad, which rule, what, and how to mend it."""
    for finding in findings:
        yield f"{place(finding) or 'repository'}: {finding.severity.value} {finding.rule}: {plain(finding.message)}"
        if finding.fix:
            yield f"    fix: {plain(finding.fix)}"


def count_line(findings: Sequence[Finding]) -> str:
    """Sum findings up in one line."""
    counts = [(severity, sum(f.severity is severity for f in findings)) for severity in reversed(Severity)]
    said = [f"{count} {severity.value}{'' if count == 1 else 's'}" for severity, count in counts if count]
    return ", ".join(said) or "no findings"
