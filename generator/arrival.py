"""Step 7 of provenance, pure: one result and its sidecar, judged as they arrive.

The checks run cheapest and safest first; no YAML is parsed before the signature holds. Their
numbers are those of docs/provenance.md, of `meshmark verify` and of every run page.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from generator import documents, sshsig, urls
from generator.examination import Contents, Examination, Known, nothing_known
from generator.findings import Finding
from generator.judgements import Step
from generator.model import Blob, Document, Key, Publisher, Registry, Suite
from generator.schemas import Schema
from generator.terms import KeyStatus, Role, State

RESULT_PATH: Final = re.compile(
    r"results/(?P<mesh>[a-z0-9][a-z0-9-]{0,38})/(?P<version>[0-9a-z][0-9a-z.+-]{0,63})/(?P<run>[0-9a-z][0-9a-z.-]{7,79})\.yaml"
)
REGULAR: Final = "100644"


class Pair(NamedTuple):
    """A result path with what stands there and beside it."""

    path: str
    result: Blob
    sidecar: Blob | None


class Against(NamedTuple):
    """What an arrival is held against: all as it stood before the transition.

    `known` may know what the bytes of a pair say by themselves; what it does not know is found out.
    """

    registry: Registry
    suites: Mapping[str, Suite]
    schema: Schema
    contents: Contents
    run_ids: AbstractSet[str]
    digests: AbstractSet[str]
    known: Known = nothing_known


class Arrival(NamedTuple):
    """What step 7 found out: the state, the reason, each numbered check, and all that was learnt."""

    state: State
    reason: str
    steps: tuple[Step, ...]
    findings: tuple[Finding, ...]
    facts: Facts


class Facts(NamedTuple):
    """What became known about a pair, as far as the checks went."""

    pair: Pair
    digest: str = ""
    signature: sshsig.Signature | None = None
    sidecar_digest: str = ""
    publisher: Publisher | None = None
    key: Key | None = None
    document: Document | None = None


@dataclass(slots=True)
class _Case:
    """The facts while the checks run: each check adds its part."""

    pair: Pair
    examination: Examination
    digest: str = ""
    signature: sshsig.Signature | None = None
    sidecar_digest: str = ""
    publisher: Publisher | None = None
    key: Key | None = None
    document: Document | None = None

    def closed(self) -> Facts:
        return Facts(
            pair=self.pair,
            digest=self.digest,
            signature=self.signature,
            sidecar_digest=self.sidecar_digest,
            publisher=self.publisher,
            key=self.key,
            document=self.document,
        )


class _Refused(Exception):  # noqa: N818 - an answer of a check, caught in `judge`
    def __init__(self, state: State, reason: str, findings: tuple[Finding, ...] = ()) -> None:
        super().__init__(reason)
        self.state = state
        self.reason = reason
        self.findings = findings


def judge(pair: Pair, against: Against) -> Arrival:
    """Run the numbered checks until one refuses; those behind it are shown as not reached."""
    ids = (pair.result.id, pair.sidecar.id if pair.sidecar else "")
    examination = Examination(pair.path, ids, against.contents, against.schema, against.known(pair.path, *ids))
    facts, steps = _Case(pair, examination), list[Step]()
    for place, (number, title, check) in enumerate(CHECKS):
        try:
            detail = check(facts, against)
        except _Refused as refused:
            steps.append(Step(number, title, passed=False, detail=refused.reason))
            steps += (Step(later, name, passed=None, detail="not reached") for later, name, _ in CHECKS[place + 1 :])
            return Arrival(
                state=refused.state,
                reason=refused.reason,
                steps=tuple(steps),
                findings=refused.findings,
                facts=facts.closed(),
            )
        steps.append(Step(number, title, passed=True, detail=detail))
    return Arrival(state=State.VERIFIED, reason="", steps=tuple(steps), findings=(), facts=facts.closed())


def _place(facts: _Case, _against: Against) -> str:
    pair = facts.pair
    if not RESULT_PATH.fullmatch(pair.path):
        raise _Refused(State.MALFORMED, "the path is not results/<mesh>/<mesh version>/<run id>.yaml")
    if pair.result.mode != REGULAR:
        raise _Refused(State.MALFORMED, f"the result has mode {pair.result.mode}, not {REGULAR}")
    if pair.sidecar is None:
        raise _Refused(State.UNSIGNED, f"there is no {urls.sidecar(pair.path)}")
    if pair.sidecar.mode != REGULAR:
        raise _Refused(State.MALFORMED, f"the signature has mode {pair.sidecar.mode}, not {REGULAR}")
    return "a regular file at a result's path"


def _size(facts: _Case, _against: Against) -> str:
    size, facts.digest = facts.examination.weighed()
    if size > documents.MAX_BYTES:
        raise _Refused(State.MALFORMED, f"the result has {size} bytes, more than {documents.MAX_BYTES}")
    return f"{size} bytes"


def _signature(facts: _Case, _against: Against) -> str:
    try:
        facts.signature, facts.sidecar_digest = facts.examination.signed()
    except sshsig.SignatureRefused as refused:
        raise _Refused(State.INVALID_SIGNATURE, str(refused)) from refused
    return f"{sshsig.fingerprint(facts.signature.public)} signed these bytes in {sshsig.RESULT_NAMESPACE}"


def _key(facts: _Case, against: Against) -> str:
    public = facts.signature.public if facts.signature else b""
    version = against.registry.version
    owned = ((p, k) for p in against.registry.publishers for k in p.keys if k.public == public)
    publisher, key = next(owned, (None, None))
    if publisher is None or key is None:
        raise _Refused(
            State.UNAUTHORISED, f"registry version {version} does not know the key {sshsig.fingerprint(public)}"
        )
    facts.publisher, facts.key = publisher, key
    if key.status is not KeyStatus.ACTIVE:
        raise _Refused(State.UNAUTHORISED, f"key {key.id} of {publisher.id} is {key.status.value}")
    mesh = facts.pair.path.split("/")[1]
    if mesh not in publisher.meshes and "*" not in publisher.meshes:
        raise _Refused(State.UNAUTHORISED, f"{publisher.id} may not publish for {mesh}")
    return f"key {key.id} of {publisher.id}, active in registry version {version}, may publish for {mesh}"


def _strict(facts: _Case, _against: Against) -> str:
    reading = facts.examination.read()
    if reading.document is None:
        raise _Refused(State.MALFORMED, _first(reading.findings), reading.findings)
    facts.document = reading.document
    return "every reader reads the same"


def _schema(facts: _Case, _against: Against) -> str:
    findings = facts.examination.misfits(facts.document) if facts.document else ()
    if findings:
        raise _Refused(State.MALFORMED, _first(findings), findings)
    return "fits schema/result.schema.json"


def _suite(facts: _Case, against: Against) -> str:
    data = _data(facts)
    named = data["suite"]
    suite = against.suites.get(named["digest"])
    if suite is None:
        raise _Refused(State.MALFORMED, f"no suite on the main line has the digest {named['digest']}")
    if (suite.id, suite.version) != (named["id"], named["version"]):
        raise _Refused(
            State.MALFORMED, f"the digest is that of {suite.id} {suite.version}, not {named['id']} {named['version']}"
        )
    given = [item["test"] for item in data["results"]]
    wanted = [assertion.id for assertion in suite.assertions]
    # Nearly all come in the order of the suite, which is quickly seen.
    if given != wanted:
        _exactly(given, set(wanted))
    return f"exactly the {len(wanted)} {'test' if len(wanted) == 1 else 'tests'} of {suite.id} {suite.version}"


def _exactly(given: Sequence[str], wanted: AbstractSet[str]) -> None:
    wrong = sorted(wanted ^ set(given))
    if wrong or len(given) != len(wanted):
        twice = sorted({test for test in given if given.count(test) > 1})
        missing = [test for test in wrong if test in wanted]
        foreign = [test for test in wrong if test not in wanted]
        parts = (("missing", missing), ("not in the suite", foreign), ("given twice", twice))
        said = "; ".join(f"{label}: {', '.join(tests)}" for label, tests in parts if tests)
        raise _Refused(State.MALFORMED, f"the results do not name exactly the suite's tests ({said})")


def _binding(facts: _Case, against: Against) -> str:
    data, publisher = _data(facts), facts.publisher
    derived = urls.result(data["mesh"]["id"], data["mesh"]["version"], data["run_id"])
    if derived != facts.pair.path:
        raise _Refused(State.MISPLACED, f"the fields belong to {derived}")
    if publisher is None or data["publisher"] != publisher.id:
        owner = publisher.id if publisher else "nobody"
        raise _Refused(State.MISPLACED, f"the file names publisher {data['publisher']}, but {owner} signed it")
    if data["audience"] != against.registry.audience:
        raise _Refused(
            State.MISPLACED, f"the audience is {data['audience']}, but this programme is {against.registry.audience}"
        )
    if ("transcribed_from" in data) != (publisher.role is Role.ARCHIVIST):
        rule = "an archivist publishes transcriptions only, and nobody else publishes any"
        raise _Refused(State.UNAUTHORISED, f"{publisher.id} is {publisher.role.value}: {rule}")
    return f"path, publisher {publisher.id} and audience are those that the file names"


def _unused(facts: _Case, against: Against) -> str:
    run_id = _data(facts)["run_id"]
    if run_id in against.run_ids:
        raise _Refused(State.REPLAYED, f"run id {run_id} was used before")
    if facts.digest in against.digests:
        raise _Refused(State.REPLAYED, "the same bytes were published before")
    return "run id and digest were never used before"


CHECKS: Final[tuple[tuple[str, str, Callable[[_Case, Against], str]], ...]] = (
    ("7.1", "mode and path", _place),
    ("7.2", "size", _size),
    ("7.3", "signature", _signature),
    ("7.4", "key and scope", _key),
    ("7.5", "strict YAML", _strict),
    ("7.6", "JSON Schema", _schema),
    ("7.7", "suite and tests", _suite),
    ("7.8", "path, publisher and audience", _binding),
    ("7.9", "never used before", _unused),
)


def _data(facts: _Case) -> dict[str, Any]:
    return facts.document.data if facts.document else {}


def _first(findings: tuple[Finding, ...]) -> str:
    first = findings[0]
    more = f" (and {len(findings) - 1} more)" if len(findings) > 1 else ""
    return f"line {first.line}: {first.message}{more}"
