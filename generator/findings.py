"""What can be wrong, as values: findings to collect, and the one exception that ends a run."""

from __future__ import annotations

import enum
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final


class Severity(enum.Enum):
    """How much a finding weighs: only an error changes the exit code."""

    NOTICE = "notice"
    WARNING = "warning"
    ERROR = "error"


RULES: Final = {
    # Strict YAML: the bytes, before any meaning.
    "file-size": "A result is at most 256 KiB, a signature at most 2 KiB.",
    "yaml-encoding": "A file is UTF-8.",
    "yaml-character": "No byte order mark, carriage return, tab, control, bidirectional or invisible character.",
    "yaml-syntax": "A file is well-formed YAML.",
    "yaml-empty": "A file holds one document.",
    "yaml-second-document": "A file holds one document only.",
    "yaml-directive": "No %YAML or %TAG directive.",
    "yaml-anchor": "No anchor and no alias.",
    "yaml-tag": "No explicit tag.",
    "yaml-merge-key": "No merge key.",
    "yaml-key": "Every mapping key is a one-line text.",
    "yaml-duplicate-key": "No key twice in one mapping.",
    "yaml-ambiguous": "No plain scalar that another YAML reader would take for another type.",
    "yaml-number": "A number fits the double precision that every reader has.",
    "yaml-depth": "At most 16 levels.",
    "yaml-nodes": "At most 50 000 nodes.",
    # JSON Schema: the shape.
    "schema-type": "A value has the type that the schema names.",
    "schema-required": "Every required field is there.",
    "schema-unknown-field": "No field that the schema does not know.",
    "schema-pattern": "A text has the form that the schema gives.",
    "schema-value": "A value is one of those that the schema allows.",
    "schema-range": "A number lies within its bounds.",
    "schema-length": "A text, list or mapping is neither too short nor too long.",
    "schema-format": "A date is a real date.",
    "schema-condition": "A rule of the schema that depends on other fields holds.",
    # Provenance: who, when, and unchanged since. The names are the states of a result.
    "malformed": "A file below results/ is a regular, strict, schema-valid result of a known suite.",
    "unsigned": "A result has its signature beside it.",
    "invalid-signature": "A signature is canonical SSHSIG and fits the exact bytes.",
    "unauthorised": "The key was active and in scope in the registry before the result arrived.",
    "misplaced": "Path, publisher and audience are those that the result names.",
    "replayed": "A run id and a digest are used once, for ever.",
    "tampered": "A verified result keeps its bytes.",
    "deleted": "A verified result stays.",
    "suspect": "A result does not rest on a key that was declared compromised.",
    "reattested": "A result of a compromised key counts only while maintainers vouch for its digest.",
    "withdrawn": "A withdrawn result is out of the matrix.",
    "registry-invalid": "The registry is signed by enough of its maintainers and continues the one before.",
    "stopped": "The programme can be read at all.",
    "history-rewritten": "The main line continues what was published before.",
    "unverifiable": "The history is complete and holds a registry.",
    # Rules across records.
    "mesh-unlisted": "A mesh with results is listed in meshmark.yaml.",
    "suite-changed": "A suite that results refer to keeps its bytes.",
    "run-order": "A run starts before it ends and is reported after it.",
    "claimed-none-passed": "A test claimed as not implemented does not pass.",
    "claimed-full-absent": "A test claimed as fully implemented has its interface present.",
    "recorded-differs": "What the source recorded equals what its own formula gives on its own outcomes.",
    # Before anything is published: what never belongs in public.
    "secret": "Nothing that is published holds a secret or a private address.",
    # Import: foreign files.
    "import-source": "A foreign file is what the named format says.",
    "import-unmapped": "Every name in a foreign file has its place in the suite.",
    "import-untold": "What a foreign file cannot know is told by a flag or by .meshmark-robot.yaml.",
    "import-value": "Every value in a foreign file is one that a result can hold.",
    "import-contradiction": "A foreign file agrees with itself.",
    "import-lenient": "What only the past excuses is accepted with --lenient, and written down.",
    "import-exists": "A result file is written once and never overwritten.",
}
"""Every rule id with the sentence that holds when all is well; ids are for ever."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is wrong with the data: where, by which rule, and how to mend it."""

    rule: str
    message: str
    severity: Severity = Severity.ERROR
    path: str = ""
    line: int | None = None
    pointer: str = ""
    commit: str = ""
    fix: str = ""

    def __post_init__(self) -> None:
        """Refuse a rule that the catalogue does not know: that is a bug, not bad data."""
        if self.rule not in RULES:
            raise ValueError(f"rule {self.rule!r} is not in the catalogue")


class Stop(Exception):  # noqa: N818 - it says what happens, and is no error of the program
    """The work cannot go on: the message is for a person, the exit code is 2."""

    def __init__(self, message: str, findings: Iterable[Finding] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.findings = tuple(findings)


def ordered(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Sort findings for output: by path, then line, pointer, rule and message."""
    return tuple(sorted(findings, key=lambda f: (f.path, f.line or 0, f.pointer, f.rule, f.message)))


def has_errors(findings: Iterable[Finding]) -> bool:
    """Say whether any finding is an error, which makes the exit code 1."""
    return any(finding.severity is Severity.ERROR for finding in findings)


def pointer(parts: Iterable[str | int]) -> str:
    """Write the JSON Pointer (RFC 6901) to a place."""
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in parts)


def shortened(value: object, limit: int = 60) -> str:
    """Write a value of unknown size into a message: quoted, escaped, at most `limit` characters."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return repr(text if len(text) <= limit else f"{text[:limit]}…")
