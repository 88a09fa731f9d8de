"""What happens in the demonstration beside plain releases, as data, in the order of days."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happens on a day.

    `kind` is a name in `demonstration.KINDS`; `subject` what it happens to: a publisher, PUBLISHER/KEY,
    or MESH/VERSION, which is the first result of that release; `text` says why, for all to read.
    """

    day: str
    kind: str
    subject: str
    text: str
    detail: str = ""


EVENTS: Final = (
    Event(day="2023-11-27", kind="enrol", subject="example-fern", text="The robot of Fern is enrolled."),
    Event(day="2024-02-19", kind="enrol", subject="example-loam", text="The robot of Loam is enrolled."),
    Event(
        day="2024-07-01",
        kind="tamper",
        subject="example-moss/0.3.0",
        text="Somebody mends a failed test of Moss by hand, in a commit that says it is about white space.",
    ),
    Event(day="2024-07-03", kind="restore", subject="example-moss/0.3.0", text="A maintainer restores the bytes."),
    Event(day="2024-09-02", kind="add-key", subject="example-reed/2024b", text="Reed gets its next key."),
    Event(day="2024-10-07", kind="retire-key", subject="example-reed/2023a", text="The first key of Reed is retired."),
    Event(
        day="2024-12-10",
        kind="coup",
        subject="mallory",
        text="Somebody adds a maintainer and signs alone; the registry before stays in force.",
    ),
    Event(day="2024-12-11", kind="restore-registry", subject="ada", text="A maintainer restores the registry."),
    Event(
        day="2025-01-20",
        kind="abort",
        subject="example-salt/1.4.1",
        text="A run of Salt breaks off.",
        detail="installing the mesh",
    ),
    Event(
        day="2025-02-10",
        kind="forge",
        subject="example-salt/1.4.2",
        text="A result of Salt is edited after it was signed: invalid signature.",
    ),
    Event(
        day="2025-03-10",
        kind="withdraw",
        subject="example-salt/1.5.0",
        text="The run of Salt 1.5.0 tested another build than it names, so it is withdrawn.",
    ),
    Event(
        day="2025-05-26",
        kind="revoke-key",
        subject="example-fern/2023a",
        text="The key of Fern leaked, some time after April 2025: it is declared compromised.",
        detail="2025-05-01",
    ),
    Event(day="2025-06-02", kind="add-key", subject="example-fern/2025b", text="Fern gets a new key."),
    Event(
        day="2025-06-09",
        kind="reattest",
        subject="example-fern/1.7.0",
        text="Fern's own CI log agrees with its result of 1.7.0, so the maintainers vouch for it.",
    ),
    Event(
        day="2025-07-21",
        kind="abort",
        subject="example-kelp/2.4.1",
        text="A run of Kelp breaks off half-way.",
        detail="splitting",
    ),
    Event(
        day="2025-08-04",
        kind="tamper",
        subject="example-reed/v5.0",
        text="Somebody turns a failed test of Reed into one that passed. Nobody has restored it yet.",
    ),
    Event(
        day="2025-09-29",
        kind="unsigned",
        subject="example-loam/0.8.1",
        text="The robot of Loam forgets to sign.",
    ),
    Event(
        day="2025-10-13",
        kind="malformed",
        subject="example-loam/0.10",
        text="The robot of Loam writes its version without quotes, so other readers take 0.10 for 0.1.",
    ),
    Event(
        day="2025-11-10",
        kind="delete",
        subject="example-dune/0.8.0",
        text="Somebody tidies up: a result of Dune is gone.",
    ),
    Event(
        day="2025-12-08",
        kind="unauthorised",
        subject="example-moss/0.9.1",
        text="The robot of Kelp publishes for Moss.",
        detail="example-kelp",
    ),
    Event(
        day="2026-02-09",
        kind="misplaced",
        subject="example-kelp/3.0.1",
        text="The robot of Kelp puts a result under a version that it does not name.",
        detail="3.0.2",
    ),
    Event(
        day="2026-03-16",
        kind="replayed",
        subject="example-fern/1.9.1",
        text="The robot of Fern uses a run id a second time.",
        detail="example-fern/1.9.0",
    ),
    Event(
        day="2026-09-28",
        kind="bump",
        subject="ada",
        text="The maintainers sign the list again, and with it the history up to here.",
    ),
)
