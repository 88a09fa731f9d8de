"""The terms of the field, as enums.

The first member of each is its zero value: what nobody has said is unknown, never good, never bad.
"""

from __future__ import annotations

import enum


class Outcome(enum.Enum):
    """What happened when an assertion was evaluated; unknown only where a source does not say."""

    UNKNOWN = "unknown"
    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"
    ERROR = "error"
    NOT_RUN = "not-run"


class Capability(enum.Enum):
    """How much a mesh implements."""

    UNKNOWN = "unknown"
    NONE = "none"
    PARTIAL = "partial"
    FULL = "full"


class Compliance(enum.Enum):
    """Whether what a mesh implements behaves as specified."""

    NOT_TESTED = "not tested"
    NOT_APPLICABLE = "n/a"
    INCOMPLETE = "incomplete"
    FAIL = "fail"
    PASS = "pass"  # noqa: S105 - an answer, no secret


class Freshness(enum.Enum):
    """How old a result is under the programme's policy."""

    UNKNOWN = "unknown"
    FRESH = "fresh"
    AGEING = "ageing"
    STALE = "stale"
    ARCHIVED = "archived"


class ChangeKind(enum.Enum):
    """How a test moved between two runs."""

    REGRESSION = "regression"
    PROGRESSION = "progression"
    NEWLY_SUPPORTED = "newly supported"
    NO_LONGER_SUPPORTED = "no longer supported"


class AssertionKind(enum.Enum):
    """Whether an assertion looks for an interface or for what the interface does."""

    PRESENCE = "presence"
    CAPABILITY = "capability"


class Role(enum.Enum):
    """What a publisher may publish: its own runs, or transcriptions of public records."""

    ROBOT = "robot"
    ARCHIVIST = "archivist"


class KeyStatus(enum.Enum):
    """The life of a key in the registry."""

    ACTIVE = "active"
    RETIRED = "retired"
    COMPROMISED = "compromised"


class State(enum.Enum):
    """The provenance of one result: the names of DESIGN section 3, each also a rule id."""

    UNVERIFIABLE = "unverifiable"
    VERIFIED = "verified"
    REATTESTED = "reattested"
    WITHDRAWN = "withdrawn"
    SUSPECT = "suspect"
    TAMPERED = "tampered"
    DELETED = "deleted"
    UNSIGNED = "unsigned"
    INVALID_SIGNATURE = "invalid-signature"
    UNAUTHORISED = "unauthorised"
    MISPLACED = "misplaced"
    REPLAYED = "replayed"
    MALFORMED = "malformed"

    @property
    def counts(self) -> bool:
        """Whether a result in this state is in the matrix."""
        return self in {State.VERIFIED, State.REATTESTED}
