"""Every published report becomes a result: nothing lost, nothing collapsed, each oddity named."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from generator import answers, importing
from generator.assembly import Told
from generator.drafts import Draft, Imported, Known, Source
from generator.formats import derivation, gateway_api
from generator.importing import Basis, Outcome
from tests.support.papers import PROJECT

REPORTS: Final = Path(__file__).parent / "examples/foreign/gateway-api"
FILES: Final = sorted(path.relative_to(REPORTS).as_posix() for path in REPORTS.rglob("*.yaml"))
ISTIO: Final = "v1.3.0/istio-istio/experimental-1.26.1-default-report.yaml"
CILIUM: Final = "v1.5/cilium/experimental-v1.20.0-pre.2-default-report.yaml"
WHEN: Final = datetime(2026, 11, 24, 12, tzinfo=UTC)
TELLING: Final = Told(
    audience="",
    now=WHEN,
    publisher="archive",
    transcribed_from=("https://github.com/kubernetes-sigs/gateway-api",),
    lenient=True,
)


@pytest.fixture(scope="module")
def basis() -> Basis:
    return importing.basis(PROJECT)


@pytest.fixture(scope="module")
def known(basis: Basis) -> Known:
    return Known(suites=basis.suites, aliases=basis.aliases("gateway-api"))


@pytest.fixture(scope="module")
def outcomes(basis: Basis, known: Known) -> list[Outcome]:
    lenient, told = replace(known, lenient=True), basis.told(TELLING)
    sources = [Source(path=name, content=(REPORTS / name).read_bytes()) for name in FILES]
    return [importing.imported(source, gateway_api.drafts, lenient, told, basis.result) for source in sources]


def _raw(name: str) -> dict[str, Any]:
    """Read a report by a second path: the stock reader of the package, all scalars as text."""
    text = (REPORTS / name).read_text("utf-8")
    data: dict[str, Any] = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 - texts only
    return data


def _levels(name: str) -> Counter[str]:
    """Count passed, failed and skipped tests of a report without any code of the importer."""
    raw, counts = _raw(name), Counter[str]()
    for profile in raw.get("profiles") or raw["profileReports"]:
        for key in ("core", "extended"):
            level = profile.get(key)
            if isinstance(level, dict):
                for word, count in level.get("status", level)["statistics"].items():
                    counts[word.lower()] += int(count)
    return counts


def _imported(outcome: Outcome) -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load(outcome.results[0].content)
    return data


def test_each_of_the_reports_becomes_one_result_of_its_own(outcomes: list[Outcome]) -> None:
    assert len([name for name in FILES if name.startswith(("v0.", "v1.0.", "v1.1.", "v1.2.", "v1.3."))]) == 119
    assert [outcome.source for outcome in outcomes if outcome.findings or len(outcome.results) != 1] == []
    assert len({outcome.results[0].path for outcome in outcomes}) == len(FILES)


def test_the_totals_of_every_result_are_those_of_its_report(outcomes: list[Outcome]) -> None:
    for outcome in outcomes:
        found = Counter[str]()
        for item in _imported(outcome)["results"]:
            found.update(item.get("conditions", {}))
        assert found == _levels(outcome.source), outcome.source


def test_every_claim_of_a_report_is_a_claim_of_its_result(outcomes: list[Outcome]) -> None:
    renamed = {"HTTPResponseHeaderModification": "HTTPRouteResponseHeaderModification"}
    profiles = {"HTTP": "GATEWAY-HTTP", "TLS": "GATEWAY-TLS", "MESH": "MESH-HTTP"}
    for outcome in outcomes:
        raw, wanted = _raw(outcome.source), dict[str, set[str]]()
        for profile in raw.get("profiles") or raw["profileReports"]:
            extended = profile.get("extended")
            for key, claim in (("supportedFeatures", "full"), ("unsupportedFeatures", "none")):
                for feature in extended.get(key, ()) if isinstance(extended, dict) else ():
                    name = profiles.get(profile["name"], profile["name"])
                    wanted.setdefault(f"{name}.{renamed.get(feature, feature)}", set()).add(claim)
        items = {item["test"]: item for item in _imported(outcome)["results"]}
        features = {test: item.get("capability") for test, item in items.items() if "conditions" not in item}
        expected = {test: claims.pop() if len(claims) == 1 else None for test, claims in wanted.items()}
        assert {test: claim for test, claim in features.items() if claim or test in wanted} == expected, outcome.source


def test_channel_and_mode_are_part_of_the_identity(outcomes: list[Outcome]) -> None:
    variants = {outcome.source: _imported(outcome)["variant"] for outcome in outcomes}
    assert variants["v1.1.0/gke-gateway/standard-1.30.3-rxlb-report.yaml"] == {
        "channel": "standard",
        "mode": "gke-l7-regional-external-managed",
    }
    assert variants["v0.8.0/kumahq-kuma/2.4.1-report.yaml"] == {"channel": "unknown", "mode": "default"}


def test_a_version_stays_the_text_that_it_is(outcomes: list[Outcome]) -> None:
    versions = {outcome.source: _imported(outcome)["mesh"]["version"] for outcome in outcomes}
    assert versions["v1.0.0/istio-istio/1.20-report.yaml"] == "1.20"
    assert versions["v0.7.1/istio-istio/pull-46148-report.yaml"] == "unknown"


def test_the_documented_table_is_what_the_command_prints(outcomes: list[Outcome]) -> None:
    table = "\n".join(answers.import_table(outcomes))
    assert f"\n{table}\n" in (PROJECT / "docs/gateway-api-reports.md").read_text("utf-8")


def test_a_strict_import_accepts_exactly_the_reports_that_need_no_liberty(
    basis: Basis, known: Known, outcomes: list[Outcome]
) -> None:
    told = basis.told(replace(TELLING, lenient=False))
    for outcome in outcomes:
        source = Source(path=outcome.source, content=(REPORTS / outcome.source).read_bytes())
        strict = importing.imported(source, gateway_api.drafts, known, told, basis.result)
        liberties = set(outcome.results[0].notices) - {"provisional-tests"}
        assert bool(strict.results) is not bool(liberties), outcome.source
        assert {finding.rule for finding in strict.findings} <= {"import-lenient", "import-contradiction"}


# --- one report, step by step


def _draft(known: Known, text: str, path: str = "x.yaml") -> Draft:
    found = gateway_api.drafts(Source(path=path, content=text.encode()), known)
    assert not found.findings
    return found.drafts[0]


def _outcomes(draft: Draft) -> dict[str, tuple[str, str | None]]:
    return {o.test: (o.outcome.value, o.claim.value if o.claim else None) for o in draft.observations}


def test_a_clean_report_passes_what_it_claims_and_claims_nothing_it_does_not_list(known: Known) -> None:
    found = _outcomes(_draft(known, (REPORTS / ISTIO).read_text()))
    assert found["GATEWAY-HTTP.core"] == ("passed", None)
    assert found["GATEWAY-HTTP.HTTPRouteMethodMatching"] == ("passed", "full")
    assert found["MESH-HTTP.MeshClusterIPMatching"] == ("not-run", "none")
    assert "MESH-HTTP.MeshHTTPRouteRewritePath" not in found


def test_a_feature_that_the_profile_copied_is_claimed_and_not_tested(known: Known) -> None:
    found = _outcomes(_draft(known, (REPORTS / ISTIO).read_text()))
    assert found["MESH-HTTP.HTTPRouteMethodMatching"] == ("not-run", "full")
    assert found["MESH-HTTP.MeshConsumerRoute"] == ("passed", "full")


def test_a_level_with_skipped_tests_is_partial_and_its_features_are_claimed_not_tested(known: Known) -> None:
    draft = _draft(known, (REPORTS / CILIUM).read_text())
    found = _outcomes(draft)
    assert found["MESH-HTTP.core"] == ("passed", "partial")
    assert found["MESH-HTTP.MeshClusterIPMatching"] == ("not-run", "full")
    core = next(observation for observation in draft.observations if observation.test == "MESH-HTTP.core")
    assert core.message == "skipped: MeshHTTPRouteMatching"


def _changed(old: str, new: str) -> str:
    text = (REPORTS / ISTIO).read_text()
    assert text.count(old) >= 1
    return text.replace(old, new, 1)


def _rules(known: Known, text: str, path: str = "x.yaml") -> list[str]:
    found = gateway_api.drafts(Source(path=path, content=text.encode()), known)
    assert not found.drafts
    return [finding.rule for finding in found.findings]


def test_failed_tests_fail_the_level_and_prove_no_feature(known: Known) -> None:
    text = _changed(
        "result: success\n    statistics:\n      Failed: 0",
        "result: failure\n    failedTests: [A]\n    statistics:\n      Failed: 1",
    )
    draft = _draft(known, text)
    core = next(observation for observation in draft.observations if observation.test == "MESH-HTTP.core")
    assert (core.outcome.value, core.claim, core.message) == ("failed", None, "failed: A")


def test_a_level_whose_tests_were_all_skipped_is_not_implemented(known: Known) -> None:
    text = _changed(
        "result: success\n    statistics:\n      Failed: 0\n      Passed: 2\n      Skipped: 0",
        "result: partial\n    skippedTests: [A, B]\n    statistics: {Failed: 0, Passed: 0, Skipped: 2}",
    )
    assert _outcomes(_draft(known, text))["MESH-HTTP.core"] == ("skipped", "none")


@pytest.mark.parametrize(
    ("old", "new", "name"),
    [
        ("gateway.networking.k8s.io/v1\n", "gateway.networking.k8s.io/v1alpha1\n", "api-version"),
        ("gatewayAPIChannel: experimental\n", "", "no-channel"),
        ("mode: default\n", "", "no-mode"),
        ("url: https://istio.io/", "url: istio.io", "url-form"),
        ('version: "1.26.1"', "version: main", "version-form"),
        ('"2025-05-27T17:51:14Z"', "'-'", "date-unusable"),
        ('"2025-05-27T17:51:14Z"', "2025-05-27T17:51:14", "date-unusable"),
        ("gatewayAPIVersion: v1.3.0", "gatewayAPIVersion: 1.3.0", "release-form"),
        ("name: MESH-HTTP", "name: MESH", "renamed-profile"),
        ("- MeshConsumerRoute\n", "- MeshConsumerRoute\n    - MeshConsumerRoute\n", "feature-twice"),
        ("- MeshConsumerRoute\n", "- MeshTeleport\n", "unknown-feature"),
        ("result: success", "result: partial", "contradiction"),
        ("    statistics:\n", "    skippedTests: [X]\n    statistics:\n", "contradiction"),
        ("    statistics:\n", "    summary: fine\n    statistics:\n", "level-summary"),
        (
            "Failed: 0\n      Passed: 2\n      Skipped: 0",
            "failed: 0\n      passed: 2\n      skipped: 0",
            "other-serialisation",
        ),
        ("profiles:\n", "profileReports:\n", "profile-reports"),
        ("kind: ConformanceReport\n", "kind: ConformanceReport\nsponsor: nobody\n", "unknown-field"),
    ],
)
def test_an_oddity_is_refused_by_name_and_becomes_a_notice_where_that_is_asked_for(
    known: Known, old: str, new: str, name: str
) -> None:
    text = _changed(old, new)
    found = gateway_api.drafts(Source(path="x.yaml", content=text.encode()), known)
    assert not found.drafts
    assert [finding.message.split(":")[0] for finding in found.findings] == [name]
    assert {finding.rule for finding in found.findings} <= {"import-lenient", "import-contradiction"}
    draft = _draft(replace(known, lenient=True), text)
    assert name in {notice.name for notice in draft.notices}


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("kind: ConformanceReport", "kind: Report", "import-source"),
        ("Passed: 2", "Passed: many", "import-source"),
        ("Passed: 2", "Passed: [2]", "import-source"),
        ("      Failed: 0\n", "", "import-source"),
        ("- MeshConsumerRoute", "- [MeshConsumerRoute]", "import-source"),
        ("name: MESH-HTTP", "name: MESH-SCTP", "import-unmapped"),
        ("name: GATEWAY-GRPC", "name: MESH-HTTP", "import-contradiction"),
        ("gatewayAPIVersion: v1.3.0", "gatewayAPIVersion: v9.0.0", "import-unmapped"),
        ('version: "1.26.1"', "version: [1]", "import-source"),
        ("profiles:\n", "profiles: 7\nlost:\n", "import-source"),
    ],
)
def test_what_cannot_be_mapped_is_a_finding_however_lenient(known: Known, old: str, new: str, rule: str) -> None:
    assert rule in _rules(replace(known, lenient=True), _changed(old, new))


def test_a_suite_that_is_named_wins_but_may_not_contradict_the_report(known: Known) -> None:
    told = known.suites["gateway-api", "v1.3"]
    assert _draft(replace(known, told=told), (REPORTS / ISTIO).read_text()).suite is told
    other = known.suites["gateway-api", "v1.2"]
    assert "import-contradiction" in _rules(replace(known, told=other), (REPORTS / ISTIO).read_text())


def test_the_levels_are_data(known: Known) -> None:
    text = (REPORTS / ISTIO).read_text()
    for old, new in (("core:", "standard:"), ("extended:", "experimental:")):
        text = text.replace(old, new)
    report = Source(path="v1.3.0/x/y.yaml", content=text.encode())
    aliases = replace(known.aliases, levels=("standard", "experimental"))
    (paper,), findings = derivation.suites([report], aliases, "Toy")
    assert not findings
    assert {"MESH-HTTP.standard", "MESH-HTTP.experimental"} <= {test["id"] for test in paper["tests"]}


def test_a_suite_derived_again_from_the_reports_has_the_tests_of_the_reviewed_one(basis: Basis) -> None:
    sources = [Source(path=name, content=(REPORTS / name).read_bytes()) for name in FILES]
    papers, findings = derivation.suites(sources, basis.aliases("gateway-api"), "Gateway API")
    assert not findings
    assert [paper["version"] for paper in papers] == sorted(v for name, v in basis.suites if name == "gateway-api")
    for paper in papers:
        reviewed = basis.suites["gateway-api", paper["version"]]
        assert {test["id"] for test in paper["tests"]} <= {assertion.id for assertion in reviewed.assertions}


def test_only_the_importer_knows_the_name_of_the_programme() -> None:
    allowed = {"formats", "verbs_suite.py", "verbs_import.py"}
    for path in sorted((PROJECT / "generator").rglob("*.py")):
        if not allowed & set(path.relative_to(PROJECT / "generator").parts):
            assert not re.search(r"gateway.?api", path.read_text("utf-8"), re.IGNORECASE), path


# --- no bytes break it


@settings(derandomize=True, deadline=None, max_examples=150)
@given(st.data())
@example(None)
def test_a_mangled_report_gives_drafts_or_findings(known: Known, data: st.DataObject | None) -> None:
    content = bytearray((REPORTS / CILIUM).read_bytes())
    for _ in range(data.draw(st.integers(1, 6)) if data else 0):
        place = data.draw(st.integers(0, len(content) - 1)) if data else 0
        content[place : place + 1] = data.draw(st.binary(max_size=6)) if data else b""
    for one in (known, replace(known, lenient=True)):
        found = gateway_api.drafts(Source(path="x.yaml", content=bytes(content)), one)
        assert isinstance(found, Imported)
        assert bool(found.drafts) is not bool(found.findings)


_trees: Final = st.recursive(
    st.text(max_size=8) | st.sampled_from(["null", "7", "core", "success"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["core", "extended", "name", "result", "statistics", "Passed", "status", "supportedFeatures"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@settings(derandomize=True, deadline=None, max_examples=300)
@given(_trees, st.sampled_from(["profiles", "implementation", "date", "mode", "succeededProvisionalTests"]))
def test_any_tree_in_the_place_of_a_field_gives_drafts_or_findings(known: Known, tree: Any, field: str) -> None:
    report = _raw(ISTIO) | {field: tree}
    content = yaml.safe_dump(report).encode()
    found = gateway_api.drafts(Source(path="x.yaml", content=content), replace(known, lenient=True))
    assert bool(found.drafts) is not bool(found.findings)
