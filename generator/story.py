"""The demonstration's programme and its two test sets, all invented, as data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

TITLE: Final = "Example Conformance (fictitious)"
SUMMARY: Final = (
    "A demonstration: every mesh, test set, person and result on this site is made up, and its keys are public and "
    "worthless. It shows three years of a conformance programme, with everything that can go wrong in one."
)
ADDRESS: Final = "https://example.org/fictitious-conformance"
FOUNDED: Final = "2023-10-02"
MAINTAINERS: Final = ("ada", "ben", "cyd")
THRESHOLD: Final = 2
ARCHIVE: Final = "example-archive"
KUBERNETES: Final = (
    ("2023-01-01", "v1.27.7"),
    ("2023-10-01", "v1.28.3"),
    ("2024-02-01", "v1.29.1"),
    ("2024-06-01", "v1.30.1"),
    ("2024-10-01", "v1.31.1"),
    ("2025-02-01", "v1.32.1"),
    ("2025-06-01", "v1.33.1"),
    ("2025-11-01", "v1.34.1"),
    ("2026-05-01", "v1.35.4"),
)
"""From which day on runs use which version; a mesh with two clusters uses the one before as well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Specification:
    """A specification: what it is called, and the kind that its presence assertion looks for."""

    id: str
    title: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TestSet:
    """A suite over its versions: (version, first day); and tests as (id, specification, title, first version).

    A test whose id ends in 0 is the presence assertion of its specification.
    """

    __test__ = False

    id: str
    title: str
    versions: tuple[tuple[str, str], ...]
    specifications: tuple[Specification, ...]
    tests: tuple[tuple[str, str, str, str], ...]
    scoring: tuple[str, ...] = ()


BASICS: Final = TestSet(
    id="example-basics",
    title="Example basics",
    versions=(("v1.0.0", FOUNDED), ("v1.1.0", "2024-11-11")),
    scoring=("v1.0.0",),
    specifications=(
        Specification(id="routing", title="Example routing", kind="ExampleRoute"),
        Specification(id="splitting", title="Example splitting", kind="ExampleSplit"),
        Specification(id="identity", title="Example identity", kind="ExampleIdentity"),
        Specification(id="telemetry", title="Example telemetry", kind="ExampleMetric"),
    ),
    tests=(
        ("RT-0", "routing", "Requests can be routed", "v1.0.0"),
        ("RT-1", "routing", "A request follows its path", "v1.0.0"),
        ("RT-2", "routing", "A request follows its header", "v1.0.0"),
        ("RT-3", "routing", "A failed request is tried again", "v1.1.0"),
        ("SP-0", "splitting", "Traffic can be split", "v1.0.0"),
        ("SP-1", "splitting", "With weights 1 and 0 all requests reach one service", "v1.0.0"),
        ("SP-2", "splitting", "With weights 3 and 1 one service gets more requests", "v1.0.0"),
        ("SP-3", "splitting", "A weight that changes takes effect", "v1.1.0"),
        ("ID-0", "identity", "Workloads have an identity", "v1.0.0"),
        ("ID-1", "identity", "Traffic between workloads is encrypted", "v1.0.0"),
        ("ID-2", "identity", "A workload without an identity is refused", "v1.1.0"),
        ("TM-0", "telemetry", "Metrics can be asked for", "v1.1.0"),
        ("TM-1", "telemetry", "The success rate counts failed requests", "v1.1.0"),
    ),
)
GATEWAY: Final = TestSet(
    id="example-gateway",
    title="Example gateway",
    versions=(("v1.0.0", "2024-03-04"), ("v1.1.0", "2025-06-02")),
    specifications=(
        Specification(id="core", title="Example gateway core", kind="ExampleGateway"),
        Specification(id="extended", title="Example gateway extended", kind="ExampleGatewayPolicy"),
    ),
    tests=(
        ("GC-0", "core", "A gateway is accepted", "v1.0.0"),
        ("GC-1", "core", "A hostname is matched", "v1.0.0"),
        ("GC-2", "core", "A path is matched", "v1.0.0"),
        ("GC-3", "core", "A header is changed", "v1.1.0"),
        ("GX-1", "extended", "A query parameter is matched", "v1.0.0"),
        ("GX-2", "extended", "A request is mirrored", "v1.0.0"),
        ("GX-3", "extended", "A timeout is kept", "v1.0.0"),
        ("GX-4", "extended", "A path is rewritten", "v1.1.0"),
    ),
)
SUITES: Final = (BASICS, GATEWAY)
