"""What the programme is: its own files are read, and what contradicts itself in them is found."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from generator import settings, urls
from generator.findings import Finding, Stop
from generator.model import Account, Document, FreshnessPolicy, Mesh, MinorsPolicy, Registry, Suite
from generator.terms import AssertionKind, KeyStatus, Role

ROOT: Final = Path(__file__).parent.parent
EXAMPLES: Final = ROOT / "tests/examples/valid"
V6: Final = "schema/suites/smi/v0.6.0.yaml"
V4: Final = "schema/suites/smi/v0.4.9.yaml"
ACCOUNTS: Final = (ROOT / urls.REGISTRY).read_text("utf-8")
LATER: Final = (EXAMPLES / "service-accounts/later-version-with-every-field.yaml").read_text("utf-8")
DEMO: Final = (EXAMPLES / "suite/every-field.yaml").read_text("utf-8")


def _on_disk(path: str) -> bytes | None:
    file = ROOT / path
    return file.read_bytes() if file.is_file() else None


def _with(path: str, content: bytes | None) -> Callable[[str], bytes | None]:
    return lambda wanted: content if wanted == path else _on_disk(wanted)


KNOWN: Final = settings.schemas(_on_disk)


def _document(kind: str, path: str, text: str) -> Document:
    reading = settings.document(path, text.encode(), KNOWN[kind])
    assert reading.findings == ()
    assert reading.document is not None
    return reading.document


def _suite(path: str) -> Suite:
    found, findings = settings.suite(_document("Suite", path, (ROOT / path).read_text("utf-8")))
    assert findings == ()
    return found


def _demo(old: str = "", new: str = "") -> tuple[Finding, ...]:
    assert old in DEMO
    path = "schema/suites/demo/v2.0.0.yaml"
    return settings.suite(_document("Suite", path, DEMO.replace(old, new, 1)))[1]


def _registry(text: str) -> Registry:
    found, findings = settings.registry(_document("ServiceAccounts", urls.REGISTRY, text))
    assert findings == ()
    assert found is not None
    return found


def _refused(old: str, new: str) -> tuple[Finding, ...]:
    assert LATER.count(old) == 1
    found, findings = settings.registry(_document("ServiceAccounts", urls.REGISTRY, LATER.replace(old, new)))
    assert found is None
    return findings


def _key(owner: str) -> str:
    line = next(line for line in LATER.splitlines() if f"id: {owner}," in line)
    return line.partition("key: ")[2].partition(",")[0].partition("}")[0]


# Schemas and documents.


def test_every_kind_has_a_schema() -> None:
    assert tuple(KNOWN) == settings.KINDS


@pytest.mark.parametrize("kind", settings.KINDS)
def test_a_missing_schema_stops(kind: str) -> None:
    with pytest.raises(Stop, match=r"schema\.json is missing"):
        settings.schemas(_with(urls.schema(kind), None))


def test_a_broken_schema_stops() -> None:
    with pytest.raises(Stop, match=r"schema/suite\.schema\.json is not a JSON Schema"):
        settings.schemas(_with(urls.schema("Suite"), b"{"))


def test_a_document_that_is_not_strict_yaml_has_the_findings_of_reading() -> None:
    reading = settings.document("x.yaml", b"a: no", KNOWN["Suite"])
    assert reading.document is None
    assert [finding.rule for finding in reading.findings] == ["yaml-ambiguous"]


def test_a_document_that_does_not_fit_its_schema_is_not_given() -> None:
    reading = settings.document("x.yaml", b"kind: Suite", KNOWN["Suite"])
    assert reading.document is None
    assert {finding.rule for finding in reading.findings} == {"schema-required"}


# meshmark.yaml.


def test_the_programme_of_this_repository_is_read() -> None:
    programme = settings.programme(_on_disk, KNOWN)
    assert programme.title == "Meshmark"
    assert programme.base_url.endswith("/")
    names = ("Linkerd", "Linkerd/Linkerd")
    assert Mesh(id="linkerd", title="Linkerd", url="https://linkerd.io", names=names) in programme.meshes
    by_version = (("gateway-api", MinorsPolicy(fresh=2, ageing=3)),)
    assert programme.freshness == FreshnessPolicy(fresh=180, ageing=365, stale=730, minors=by_version)
    assert (programme.bundles[0].suite, programme.bundles[0].version) == ("smi", "v0.6.0")
    assert ("traffic-split", "v1alpha4") in programme.bundles[0].api_versions


def test_every_mesh_with_results_is_introduced() -> None:
    listed = {mesh.id for mesh in settings.programme(_on_disk, KNOWN).meshes}
    assert {folder.name for folder in (ROOT / urls.RESULTS).iterdir()} <= listed


def test_what_a_small_programme_leaves_out_is_empty() -> None:
    content = (EXAMPLES / "programme/minimal.yaml").read_bytes()
    programme = settings.programme(_with(urls.PROGRAMME, content), KNOWN)
    assert (programme.repository, programme.bundles) == ("", ())
    assert programme.meshes == (Mesh(id="linkerd", title="Linkerd", url="", names=()),)


def test_a_missing_programme_stops() -> None:
    with pytest.raises(Stop, match=r"meshmark\.yaml is missing"):
        settings.programme(_with(urls.PROGRAMME, None), KNOWN)


def test_an_invalid_programme_stops_with_its_findings() -> None:
    content = (ROOT / urls.PROGRAMME).read_bytes().replace(b"kind: Programme", b"kind: Program")
    with pytest.raises(Stop, match=r"meshmark\.yaml is not valid") as stop:
        settings.programme(_with(urls.PROGRAMME, content), KNOWN)
    assert [(finding.path, finding.line, finding.rule) for finding in stop.value.findings] == [
        ("meshmark.yaml", 2, "schema-value")
    ]


# Suites.


@pytest.mark.parametrize("path", [V6, V4])
def test_an_smi_suite_has_24_tests_over_three_of_its_four_specifications(path: str) -> None:
    suite = _suite(path)
    names = ("traffic-access", "traffic-split", "traffic-specs", "traffic-metrics")
    assert tuple(specification.id for specification in suite.specifications) == names
    assert [len(suite.of(name)) for name in names] == [7, 11, 6, 0]
    assert len(suite.assertions) == len({assertion.id for assertion in suite.assertions}) == 24


@pytest.mark.parametrize("path", [V6, V4])
def test_an_smi_suite_says_why_traffic_metrics_has_no_test(path: str) -> None:
    notes = {specification.id: specification.note for specification in _suite(path).specifications}
    assert notes["traffic-metrics"]


@pytest.mark.parametrize("path", [V6, V4])
def test_ten_tests_of_an_smi_suite_were_never_scored(path: str) -> None:
    assert sum(not assertion.scored for assertion in _suite(path).assertions) == 10


@pytest.mark.parametrize("path", [V6, V4])
def test_an_smi_suite_looks_for_interfaces_before_capabilities(path: str) -> None:
    suite = _suite(path)
    for specification in ("traffic-access", "traffic-split", "traffic-specs"):
        kinds = [assertion.kind for assertion in suite.of(specification)]
        assert set(kinds) == {AssertionKind.PRESENCE, AssertionKind.CAPABILITY}
        assert kinds == sorted(kinds, key=lambda kind: kind is AssertionKind.CAPABILITY)


def test_the_aliases_of_the_two_smi_suites_point_at_each_other() -> None:
    newer, older = _suite(V6), _suite(V4)
    forth = {(a.id, test) for a in newer.assertions for version, test in a.aliases if version == older.version}
    back = {(test, a.id) for a in older.assertions for version, test in a.aliases if version == newer.version}
    assert forth == back
    assert len({new for new, _ in forth}) == len({old for _, old in forth}) == 24


def test_a_suite_knows_its_path_and_its_digest() -> None:
    suite = _suite(V6)
    assert suite.path == V6
    assert suite.digest.startswith("sha256:")


def test_what_a_test_leaves_out_has_its_usual_value() -> None:
    path = "schema/suites/demo/v1.0.0.yaml"
    text = (EXAMPLES / "suite/minimal.yaml").read_text("utf-8")
    suite, findings = settings.suite(_document("Suite", path, text))
    assert findings == ()
    assert (suite.source, suite.scoring) == ("", "")
    assert [(test.scored, test.step, test.aliases) for test in suite.assertions] == [(True, "", ())]


def test_a_suite_with_every_field_is_read() -> None:
    suite, findings = settings.suite(_document("Suite", "schema/suites/demo/v2.0.0.yaml", DEMO))
    assert findings == ()
    assert suite.assertions[0].aliases == (("v1.0.0", "TS_1.old"),)
    assert not suite.assertions[1].scored


def test_a_test_id_that_stands_twice_is_found() -> None:
    (finding,) = _demo("id: TS-2", "id: TS-1")
    assert (finding.rule, finding.line, finding.pointer) == ("schema-condition", 21, "/tests/1")
    assert finding.message == "test TS-1 stands twice"


def test_a_test_of_a_specification_that_is_not_listed_is_found() -> None:
    (finding,) = _demo("specification: traffic-split", "specification: traffic-spilt")
    assert (finding.line, finding.pointer) == (13, "/tests/0")
    assert finding.message == "specification traffic-spilt is not listed"


def test_a_suite_at_a_wrong_path_is_told_where_it_belongs() -> None:
    (finding,) = _demo("version: v2.0.0", "version: v3.0.0")
    assert (finding.line, finding.pointer) == (3, "/id")
    assert finding.fix == "move it to schema/suites/demo/v3.0.0.yaml"


# The registry.


def test_the_registry_of_this_repository_is_read() -> None:
    registry = _registry(ACCOUNTS)
    assert (registry.version, registry.previous, registry.anchor) == (1, "none", "")
    assert [maintainer.id for maintainer in registry.maintainers] == ["maintainer-a", "maintainer-b"]
    (archive,) = registry.publishers
    assert (archive.role, archive.meshes) == (Role.ARCHIVIST, ("*",))
    assert archive.account == Account(forge="github", login="meshmark-archive", number=0)


def test_a_registry_with_every_field_is_read() -> None:
    registry = _registry(LATER)
    assert [publisher.id for publisher in registry.publishers] == ["archive", "linkerd-robot"]
    assert registry.publishers[1].account == Account(forge="github", login="l5d-bot", number=48604953)
    assert [key.status for key in registry.publishers[1].keys] == [
        KeyStatus.RETIRED,
        KeyStatus.COMPROMISED,
        KeyStatus.COMPROMISED,
        KeyStatus.ACTIVE,
    ]
    assert [bool(key.last_good) for key in registry.publishers[1].keys] == [False, True, False, False]
    assert all(len(key.public) == 32 for publisher in registry.publishers for key in publisher.keys)
    assert (len(registry.withdrawn), len(registry.reattested)) == (1, 1)
    assert registry.issued_at.isoformat() == "2026-02-01T00:00:00+00:00"


def test_two_publishers_with_one_key_are_found() -> None:
    (finding,) = _refused(_key("only"), _key('"2026a"'))
    assert finding.message == "publisher linkerd-robot has the same key as publisher archive"
    assert finding.rule == "schema-condition"


def test_a_publisher_with_the_key_of_a_maintainer_is_found() -> None:
    (finding,) = _refused(_key("only"), _key("bob"))
    assert finding.message == "publisher archive has the same key as maintainer bob"


def test_a_comment_does_not_make_a_key_another_one() -> None:
    (finding,) = _refused(_key("only"), f"{_key('bob')} another comment")
    assert finding.message == "publisher archive has the same key as maintainer bob"


def test_two_maintainers_with_one_key_are_found() -> None:
    (finding,) = _refused(_key("alice"), _key("bob"))
    assert finding.message == "maintainer bob has the same key as maintainer alice"


def test_one_key_twice_in_a_publisher_is_found() -> None:
    (finding,) = _refused(_key('"2026a"'), _key('"2026b"'))
    assert finding.message == "publisher linkerd-robot has the same key as publisher linkerd-robot"


def test_a_threshold_that_cannot_be_met_is_found() -> None:
    (finding,) = _refused("threshold: 2", "threshold: 3")
    assert (finding.pointer, finding.line) == ("/threshold", 8)
    assert finding.message == "threshold 3 is more than 2 maintainers"


def test_a_maintainer_id_that_stands_twice_is_found() -> None:
    (finding,) = _refused("id: bob", "id: alice")
    assert (finding.pointer, finding.line) == ("/maintainers", 9)
    assert finding.message == "a maintainer id stands twice"


def test_a_key_id_that_stands_twice_in_a_publisher_is_found() -> None:
    (finding,) = _refused('"2026b"', '"2026a"')
    assert (finding.pointer, finding.message) == ("/publishers/linkerd-robot/keys", "a key id stands twice")


def test_all_contradictions_of_a_registry_are_given_at_once() -> None:
    text = LATER.replace("id: bob", "id: alice").replace("threshold: 2", "threshold: 9").replace('"2026b"', '"2026a"')
    _, findings = settings.registry(_document("ServiceAccounts", urls.REGISTRY, text))
    assert [finding.pointer for finding in findings] == [
        "/maintainers",
        "/threshold",
        "/publishers/linkerd-robot/keys",
    ]


def test_a_key_that_only_looks_like_one_is_found() -> None:
    blob = _key("only").removeprefix("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI")
    (finding,) = _refused(blob, f"/{blob[1:]}")
    assert finding.rule == "schema-condition"
    assert finding.message == "a key is not an ssh-ed25519 public key as ssh-keygen writes it"
    assert finding.fix == "paste the line of the .pub file"
