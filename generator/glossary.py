"""What every term means, in one sentence each: those of `terms`, and those of the file formats."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from generator import wording
from generator.model import FreshnessPolicy
from generator.terms import (
    AssertionKind,
    Capability,
    ChangeKind,
    Compliance,
    Freshness,
    KeyStatus,
    Outcome,
    Role,
    State,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A word with its meanings, as (what it is a word for, what it means) each."""

    word: str
    meanings: tuple[tuple[str, str], ...]


MEANINGS: Final[Mapping[enum.Enum, str]] = {
    **{one: wording.MEANINGS[one.value] for one in (*Capability, *Compliance)},
    Outcome.UNKNOWN: "the source does not say; only a transcription may leave it at that",
    Outcome.PASSED: "what the test asserts was seen",
    Outcome.FAILED: "something else was seen",
    Outcome.SKIPPED: "the harness left the test out on purpose",
    Outcome.ERROR: "the test itself broke, so it says nothing about the mesh",
    Outcome.NOT_RUN: "the test was never reached",
    Freshness.UNKNOWN: "the run lies after the date by which ages are computed",
    Freshness.FRESH: "recent enough to go by",
    Freshness.AGEING: "a newer run would be welcome",
    Freshness.STALE: "too old to go by without asking",
    Freshness.ARCHIVED: "kept for the record",
    ChangeKind.REGRESSION: "a test that passed fails",
    ChangeKind.PROGRESSION: "a test that failed passes",
    ChangeKind.NEWLY_SUPPORTED: "a capability of none became full or partial",
    ChangeKind.NO_LONGER_SUPPORTED: "a capability that was full or partial became none",
    AssertionKind.PRESENCE: "asks whether an interface is there",
    AssertionKind.CAPABILITY: "asks whether an interface does what it is for",
    Role.ROBOT: "publishes the runs of its own mesh",
    Role.ARCHIVIST: "publishes transcriptions of public records, and nothing else",
    KeyStatus.ACTIVE: "may sign new results",
    KeyStatus.RETIRED: "signs nothing new; what it signed stays",
    KeyStatus.COMPROMISED: "somebody else may have it: what it signed is suspect, unless it arrived in good time",
    State.UNVERIFIABLE: "the history has gaps or holds no registry, so nothing in it can be judged",
    State.VERIFIED: "signed by a key that was active and in scope, unchanged since; shown as transcribed when an "
    "archivist copied it from a public record",
    State.REATTESTED: "the key was declared compromised later, and the maintainers vouch for these bytes",
    State.WITHDRAWN: "taken back by the maintainers",
    State.SUSPECT: "the key was declared compromised, and the result came after its last good commit",
    State.TAMPERED: "its bytes changed after it had been verified: restore them",
    State.DELETED: "it vanished after it had been verified: restore it",
    State.UNSIGNED: "there is no signature beside it: sign it",
    State.INVALID_SIGNATURE: "the signature does not fit these bytes: sign again, last of all",
    State.UNAUTHORISED: "the key was not active, not known or not in scope before the result arrived",
    State.MISPLACED: "path, publisher or audience are not those that the file names",
    State.REPLAYED: "its run id or its bytes were published before",
    State.MALFORMED: "not a regular file at a result's path, not strict YAML, or not what the schema and the suite "
    "ask for",
}
"""What each member of each enum of `terms` means."""

LABELS: Final[Mapping[type[enum.Enum], str]] = {
    Outcome: "outcome of a test",
    Capability: "capability",
    Compliance: "compliance",
    Freshness: "age of a result",
    ChangeKind: "change between two runs",
    AssertionKind: "kind of test",
    Role: "role of a service account",
    KeyStatus: "status of a key",
    State: "state of a result",
}
"""What the members of an enum are words for."""

FORMATS: Final[Mapping[str, str]] = {
    "age": "how old a run is, by the programme's policy; no judgement of the project",
    "alias": "a name that other programs use for a specification or a test of a suite",
    "anchor": "a commit of the main line that the signers of a registry saw; it ties the list to the history",
    "API version": "`apiVersion` of a file: the version of its format; of a specification: the version under test",
    "assertion": "one test of a suite: what it asserts, and whether it asks for presence or capability",
    "audience": "the programme's canonical address, which every result names so that it counts nowhere else",
    "bundle": "one release of a family of specifications, with the API version of each",
    "capability": "how much of a specification a mesh implements; one of the two axes",
    "cell": "one mesh and one specification, or all of them: a capability and a compliance",
    "checkpoint": "one hash over everything that was ever verified; every later build has to continue it",
    "claim": "what a publisher says of a test's capability; shown as such, beside what was seen",
    "compliance": "whether what a mesh implements behaves as specified; the other axis",
    "conditions": "the parts of a test that passed, failed and were skipped, as counts",
    "digest": "the SHA-256 of a file's exact bytes, by which files refer to each other",
    "environment": "where the tests ran: version of Kubernetes, and platform",
    "evidence": "addresses of logs, with their digests; logs themselves stay elsewhere",
    "harness": "the program that ran the tests",
    "issued at": "`issued_at`: when the file was written, which need not be when the tests ran",
    "kind": "what a file is: one of the kinds of this list",
    "maintainer": "somebody whose signature over the registry counts",
    "Mapping": "a file that says which test of a suite each test of a foreign harness is",
    "mesh": "a product under test, with the exact version that was tested",
    "notice": "`notices`: a liberty that was taken when a foreign file was read, by name",
    "Programme": "the file `meshmark.yaml`: title, address, meshes, ages",
    "outcome": "what happened when a test was run",
    "provenance": "who published a result, by which key and right, and whether it is unchanged since",
    "publisher": "the service account that signs a result",
    "quarantine": "where everything is listed that does not count, with the reason",
    "recorded": "what the source of a transcription itself stated, word for word",
    "registry": "the signed list of service accounts and their keys; the one in force before a result arrived decides",
    "Result": "a file that says what one run of one suite against one version of one mesh showed",
    "results": "the list of a result file: every test of the suite, with its outcome",
    "Robot": "a file in a mesh's own repository that tells once what no command should have to repeat",
    "run": "one execution of a suite: whether it completed or was aborted, when, and where it can be looked up",
    "run id": "`run_id`: the name of a run, used once, for ever",
    "service account": "an identity that may publish, with keys of its own and the meshes it may publish for",
    "ServiceAccounts": "the file of the registry",
    "sidecar": "the file with the signature, beside the file that it signs",
    "specification": "one of the interfaces that a suite tests",
    "state": "the provenance of a result in one word; it decides whether the result counts",
    "Suite": "one version of a test set, known by the digest of its file; what results refer to never changes",
    "test": "one assertion of a suite and what became of it in a run",
    "test set": "what a suite is called where people read it",
    "threshold": "how many maintainers have to sign a version of the registry",
    "transcribed": "copied from a public record by an archivist, and only as good as its source",
    "transcribed from": "`transcribed_from`: where a transcription was copied from",
    "transition": "a change of a test between two runs; of the history: one commit against the one before",
    "trust root": "the first registry, where trust starts; a reader can pin its digest",
    "variant": "what tells results of one version apart, such as a mode; never merged with another",
}
"""Words of the file formats and of this site."""


def terms(policy: FreshnessPolicy) -> tuple[Term, ...]:
    """Give every term in alphabetical order; ages are told with the days of the programme's policy."""
    found: dict[str, list[tuple[str, str]]] = {word: [("", text)] for word, text in FORMATS.items()}
    for member, text in MEANINGS.items():
        said = f"{text}; {ages(policy)[member]}" if member in ages(policy) else text
        found.setdefault(member.value, []).append((LABELS[type(member)], said))
    ordered = sorted(found.items(), key=lambda item: (item[0].lower(), item[0]))
    return tuple(Term(word=word, meanings=tuple(meanings)) for word, meanings in ordered)


def ages(policy: FreshnessPolicy) -> dict[enum.Enum, str]:
    """Say for each age from when on and until when a result has it."""
    return {
        Freshness.FRESH: f"up to {policy.fresh} days old",
        Freshness.AGEING: f"older, up to {policy.ageing} days",
        Freshness.STALE: f"older, up to {policy.stale} days",
        Freshness.ARCHIVED: f"older than {policy.stale} days",
    }
