"""The demonstration's meshes and how their releases behaved, all invented, as data.

A row of letters says how a release behaves, one letter for each test in the order of the suite:

    P passed                              N not implemented, and said so
    F failed                              X the interface is absent, so the presence assertion fails
    S skipped                             C claimed as not implemented, and passed all the same
    E broke off                           A claimed as fully implemented, although its interface is absent
    - never ran                           H failed in part: some of its conditions passed
    ? the source does not say             h passed in part: some of its conditions were skipped
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Mesh:
    """An invented mesh and its robot.

    `releases` are (version, day, letters of the basics, letters of the gateway for each variant).
    `landing` says how its pull requests arrive: merge, squash or rebase; `keys` are (id, first day);
    `enrolled` is the day on which its robot joined, empty for those of the first day.
    """

    id: str
    title: str
    note: str
    releases: tuple[tuple[str, str, str, tuple[str, ...]], ...]
    landing: str = "merge"
    clusters: int = 1
    variants: tuple[tuple[tuple[str, str], ...], ...] = ()
    keys: tuple[tuple[str, str], ...] = (("2023a", "2023-10-02"),)
    enrolled: str = ""


KELP: Final = Mesh(
    id="example-kelp",
    title="Example Kelp Mesh",
    note="tests itself often, and once shipped a regression that the next release mended",
    clusters=2,
    variants=((("channel", "standard"),), (("channel", "experimental"),)),
    releases=(
        ("1.0.0", "2023-10-16", "PPPP PPPP NNN NN", ()),
        ("1.1.0", "2023-12-04", "PPPP PPPP NNN NN", ()),
        ("1.2.0", "2024-01-29", "PPPP PPFP NNN NN", ()),
        ("1.2.1", "2024-02-12", "PPPP PPPP NNN NN", ()),
        ("1.3.0", "2024-03-25", "PPPP PPPP NNN NN", ("PPPP NNNN", "PPPP PNNN")),
        ("1.4.0", "2024-05-20", "PPPP PPPP PPP NN", ("PPPP NNNN", "PPPP PPNN")),
        ("1.5.0", "2024-07-15", "PPPP PPPP PPP NN", ("PPPP PNNN", "PPPP PPNN")),
        ("1.6.0", "2024-09-09", "PPPP PPPP PPP NN", ("PPPP PPNN", "PPPP PPFN")),
        ("2.0.0", "2024-11-25", "PPPS PPPP PPP NN", ("PPPP PPNN", "PPPP PPPN")),
        ("2.1.0", "2025-01-20", "PPPP PPPP PPP PF", ("PPPP PPPN", "PPPP PPPN")),
        ("2.2.0", "2025-03-17", "PPPP PPPP PPP PP", ("PPPP PPPN", "PPPP PPPP")),
        ("2.3.0", "2025-05-12", "PPPP PPPP PPP PP", ("PPPP PPPN", "PPPP PPPP")),
        ("2.4.0", "2025-07-07", "PPPP PPPP PPP PP", ("PPPF PPPN", "PPPP PPPP")),
        ("2.5.0", "2025-09-01", "PPPP PPPP PPP PP", ("PPPP PPPN", "PPPP PPPP")),
        ("2.6.0", "2025-10-27", "PPPP PPPP PPP PP", ("PPPP PPPP", "PPPP PPPP")),
        ("3.0.0", "2026-01-19", "PPPP PPPP PPP PP", ("PPPP PPPP", "PPPP PPPP")),
        ("3.1.0", "2026-03-30", "PPPP PPPP PPP PP", ("PPPP PPPP", "PPPP PPPP")),
        ("3.2.0", "2026-06-08", "PPPP PFFP PPP PP", ("PPPP PPPP", "PPPP PPPP")),
        ("3.2.1", "2026-06-22", "PPPP PPPP PPP PP", ("PPPP PPPP", "PPPP PPPP")),
        ("3.3.0", "2026-09-14", "PPPP PPPP PPP PP", ("PPPP PPPP", "PPPP PPPP")),
    ),
)
MOSS: Final = Mesh(
    id="example-moss",
    title="Example Moss Mesh",
    note="began with little and gained one interface after the other; runs in two modes",
    landing="squash",
    variants=((("mode", "sidecar"),), (("mode", "ambient"),)),
    releases=(
        ("0.1.0", "2023-10-30", "XSSS XSSS XSS XS", ()),
        ("0.2.0", "2024-01-15", "PPFS XSSS XSS XS", ()),
        ("0.3.0", "2024-04-08", "PPPS XSSS XSS XS", ("PPPS NNNN", "PPSS NNNN")),
        ("0.4.0", "2024-06-24", "PPPP PPFS XSS XS", ("PPPS NNNN", "PPPS NNNN")),
        ("0.5.0", "2024-09-16", "PPPP PPPS XSS XS", ("PPPS PNNN", "PPPS NNNN")),
        ("0.6.0", "2024-12-02", "PPPP PPPP PPS XS", ("PPPP PPNN", "PPPS PNNN")),
        ("0.7.0", "2025-03-03", "PPPP PPPP PPP XS", ("PPPP PPNN", "PPPE PPNN")),
        ("0.8.0", "2025-06-16", "PPPP PPPP PPP NN", ("PPPP PPhN", "PPPP PPNN")),
        ("0.9.0", "2025-09-22", "PPPP PPPP PPP PS", ("PPPP PPhN", "PPPH PPSN")),
        ("1.0.0", "2026-01-12", "PPPP PPPP PPP PS", ("PPPP PPPN", "PPPP PPSN")),
        ("1.1.0", "2026-05-04", "PPPP PPPP PPP PP", ("PPPP PPPP", "PPPP PPSN")),
        ("1.2.0", "2026-09-07", "PPPP PPPP PPP PS", ("PPPP PPPP", "PPPP PPSN")),
    ),
)
REED: Final = Mesh(
    id="example-reed",
    title="Example Reed Mesh",
    note="changed its key in good order, and later took an interface out again",
    landing="rebase",
    clusters=2,
    keys=(("2023a", "2023-10-02"), ("2024b", "2024-09-02")),
    releases=(
        ("v4.0", "2023-10-23", "PPPP PPPP PPP PP", ()),
        ("v4.1", "2024-01-08", "PPPP PPPP PPP PP", ()),
        ("v4.2", "2024-04-15", "PPPP PPEP PPP PP", ()),
        ("v4.3", "2024-07-08", "PPPP PPPP PPP PP", ()),
        ("v4.4", "2024-09-23", "PPPP PPPP PPP PP", ()),
        ("v5.0", "2024-12-16", "PPPP PPPP PPF PP", ()),
        ("v5.1", "2025-03-24", "PPPP PPPP PPP PP", ()),
        ("v5.2", "2025-06-23", "PPPP PPPP PPP PP", ()),
        ("v5.3", "2025-09-15", "PPPP PPPP PPP PP", ()),
        ("v6.0", "2026-01-26", "PPPP PPPP PPP NN", ()),
        ("v6.1", "2026-05-18", "PPPP PPPP PPP NC", ()),
        ("v6.2", "2026-08-31", "PPPH PPPP PPP NC", ()),
    ),
)
FERN: Final = Mesh(
    id="example-fern",
    title="Example Fern Mesh",
    note="lost its key to a stranger, and went on with a new one",
    landing="merge",
    enrolled="2023-11-27",
    keys=(("2023a", "2023-11-27"), ("2025b", "2025-06-02")),
    releases=(
        ("1.0.0", "2023-12-11", "PPPP PPPP NNN NN", ()),
        ("1.1.0", "2024-02-26", "PPPP PPPP NNN NN", ()),
        ("1.2.0", "2024-05-13", "PPPP PPPP NNN NN", ()),
        ("1.3.0", "2024-08-05", "PPPP PPPP PPP NN", ()),
        ("1.4.0", "2024-10-28", "PPPP PPPP PPP NN", ()),
        ("1.5.0", "2025-01-27", "PPPP PPPP PPP NN", ()),
        ("1.6.0", "2025-04-14", "PPPP PPPP PPF NN", ()),
        ("1.7.0", "2025-05-12", "PPPP PPPP PPP NN", ()),
        ("1.7.1", "2025-05-19", "PPPP PPPP PPP PP", ()),
        ("1.8.0", "2025-08-18", "PPPP PPPP PPP NN", ()),
        ("1.9.0", "2025-12-01", "PPPP PPPP PPP NN", ()),
        ("2.0.0", "2026-04-13", "PPPP PPPP PFP NN", ()),
        ("2.1.0", "2026-08-24", "PPPP PPPP PPP NN", ()),
    ),
)
LOAM: Final = Mesh(
    id="example-loam",
    title="Example Loam Mesh",
    note="has a robot that makes every mistake there is, and has been quiet for some months",
    landing="squash",
    enrolled="2024-02-19",
    keys=(("2024a", "2024-02-19"),),
    variants=((("channel", "experimental"), ("mode", "ambient")),),
    releases=(
        ("0.3", "2024-03-18", "PPFP XSSS PPP XS", ("PPPP NNNN",)),
        ("0.4", "2024-06-10", "PPFP XSSS PPP XS", ("PPPP NNNN",)),
        ("0.5", "2024-10-14", "PPPP XSSS PPP XS", ("PPPP PNNN",)),
        ("0.6", "2025-01-13", "PPPP PFFF PPP XS", ("PPPP PPNN",)),
        ("0.7", "2025-05-05", "PPPP PPFF PPP XA", ("PPPP PPNN",)),
        ("0.8", "2025-08-25", "PPPP PPFF PPP XA", ("PPPP PPFN",)),
        ("0.9", "2025-12-15", "PPPP PPHF PPP XA", ("PPPP PPHN",)),
    ),
)
SALT: Final = Mesh(
    id="example-salt",
    title="Example Salt Mesh",
    note="runs break off now and then; its newest results are stale",
    landing="rebase",
    releases=(
        ("1.0.0", "2023-11-06", "PPPP PPPP XSS XS", ()),
        ("1.1.0", "2024-02-05", "PPPP PPPP XSS XS", ()),
        ("1.2.0", "2024-05-06", "PPPP PPPP XSS XS", ()),
        ("1.3.0", "2024-08-12", "PPPP PPSP XSS XS", ()),
        ("1.4.0", "2024-12-09", "PPPP PPSP XSS XS", ()),
        ("1.5.0", "2025-02-24", "PPPP PPPP PPP XS", ()),
        ("1.6.0", "2025-06-30", "SSSS EEEE XSS XS", ()),
    ),
)
DUNE: Final = Mesh(
    id="example-dune",
    title="Example Dune Mesh",
    note="was given up in 2024: its results are archived, and nobody edits them any more",
    releases=(
        ("0.6.0", "2023-10-09", "PPPP PPFF XSS XS", ()),
        ("0.7.0", "2023-12-18", "PPPP PPFF XSS XS", ()),
        ("0.8.0", "2024-03-11", "PPPP PPPF XSS XS", ()),
        ("0.9.0", "2024-06-17", "PPPP PPPF XSS XS", ()),
    ),
)
TIDE: Final = Mesh(
    id="example-tide",
    title="Example Tide Mesh",
    note="has no robot: an archivist copied what a public tracker said about it",
    releases=(),
)
MESHES: Final = (KELP, MOSS, REED, FERN, LOAM, SALT, DUNE, TIDE)
ROBOTS: Final = tuple(mesh for mesh in MESHES if mesh.releases)


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcription:
    """A run of the mesh without a robot, as its public source told it, with the source's own totals."""

    version: str
    day: str
    letters: str
    cases: str
    percentage: str
    note: str


TRANSCRIPTIONS: Final = (
    Transcription(
        version="2.0",
        day="2023-10-10",
        letters="PPPP PPPP PPP PP",
        cases="8/8",
        percentage="100%",
        note="Recorded and recomputed totals agree.",
    ),
    Transcription(
        version="2.1",
        day="2024-01-23",
        letters="PPPP PF?? PPP PP",
        cases="7/8",
        percentage="87.50%",
        note="The source counts one failed step, its own formula also the one behind it.",
    ),
    Transcription(
        version="2.2",
        day="2024-05-28",
        letters="PFPP PPPP PPP PP",
        cases="8/8",
        percentage="100%",
        note="The source says that everything passed, and names a failed step.",
    ),
    Transcription(
        version="unknown",
        day="2024-08-20",
        letters="PP?? ???? PPP PP",
        cases="5/8",
        percentage="",
        note="The source names no version, and says nothing about splitting.",
    ),
)
