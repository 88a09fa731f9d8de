"""What the site offers to tools, held to its standards by parsers and validators that know nothing of Meshmark."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from generator import urls
from generator.terms import Compliance
from tests.support import sites

pytestmark = pytest.mark.checkers
etree = pytest.importorskip("lxml.etree", reason="lxml is not installed")
feedparser = pytest.importorskip("feedparser", reason="feedparser is not installed")
jsonld = pytest.importorskip("pyld.jsonld", reason="pyld is not installed")
jsonschema_rs = pytest.importorskip("jsonschema_rs", reason="jsonschema-rs is not installed")

STANDARDS = Path(__file__).parent / "standards"
EARL = "http://www.w3.org/ns/earl#"
SVG = "{http://www.w3.org/2000/svg}"
BADGE = re.compile(r"badges/.+(?<!/matrix)\.json")
API = {
    "api-index": r"api/v1/index\.json",
    "api-meshes": r"api/v1/meshes\.json",
    "api-transitions": r"api/v1/transitions\.json",
    "api-mesh": r"api/v1/meshes/.+\.json",
    "api-version": r"api/v1/versions/.+\.json",
    "api-run": r"api/v1/runs/.+\.json",
    "api-suite": r"api/v1/suites/.+\.json",
    "verify-report": r"provenance(/.+)?\.json",
    "checkpoint": r"checkpoint\.json",
}


@pytest.fixture(scope="module", params=sites.NAMES)
def files(request: pytest.FixtureRequest) -> dict[str, bytes]:
    return sites.built(request.param)


def strict(content: bytes) -> Any:
    """Parse XML without entities, network, or repair."""
    return etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True, recover=False))


def by_ending(files: dict[str, bytes], ending: str) -> Iterator[tuple[str, bytes]]:
    found = [(path, content) for path, content in files.items() if path.endswith(ending)]
    assert found
    return iter(found)


def test_feeds_fit_the_grammar_of_atom(files: dict[str, bytes]) -> None:
    grammar = etree.RelaxNG(etree.parse(STANDARDS / "atom.rng"))
    for path, content in by_ending(files, ".atom"):
        assert grammar.validate(strict(content)), (path, grammar.error_log)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"<updated>2", b"<updated>on 2"),
        (b"Z</updated>", b"</updated>"),
        (b'rel="self"', b'rel="other"'),
        (b"<id>tag:", b"<id>"),
        (b"<summary>", b"<published>2026-01-01T00:00:00Z</published><summary>"),
        (b"<author>", b"<author/><author>"),
    ],
)
def test_the_grammar_of_atom_refuses_what_is_none(old: bytes, new: bytes) -> None:
    content = sites.built("demonstration")[urls.SITE_FEED]
    assert old in content
    assert not etree.RelaxNG(etree.parse(STANDARDS / "atom.rng")).validate(strict(content.replace(old, new, 1)))


def test_a_feed_reader_reads_every_entry_without_complaint(files: dict[str, bytes]) -> None:
    for path, content in by_ending(files, ".atom"):
        feed = feedparser.parse(content)
        assert (feed.bozo, feed.version) == (False, "atom10"), path
        assert len(feed.entries) == content.count(b"<entry>")
        for entry in feed.entries:
            assert entry.title
            assert entry.summary
            assert entry.updated_parsed
            assert entry.link.startswith("https://")


def refuse(url: str, _options: dict[str, Any]) -> Any:
    message = f"a processor asked for {url}"
    raise AssertionError(message)


def test_a_json_ld_processor_finds_in_every_report_what_earl_asks_for(files: dict[str, bytes]) -> None:
    outcomes = {f"{EARL}{name}" for name in ("passed", "failed", "cantTell", "inapplicable", "untested")}
    for path, content in by_ending(files, ".earl.jsonld"):
        expanded = jsonld.expand(json.loads(content), {"documentLoader": refuse})
        assert len(expanded) == len(json.loads(content)["@graph"]), path
        for one in expanded[:: max(1, len(expanded) // 50)]:
            assert one["@type"] == [f"{EARL}Assertion"]
            assert set(one) == {"@id", "@type"} | {
                f"{EARL}{term}" for term in ("assertedBy", "subject", "test", "mode", "result")
            }
            (result,) = one[f"{EARL}result"]
            assert result["@type"] == [f"{EARL}TestResult"]
            (outcome,) = result[f"{EARL}outcome"]
            assert outcome["@id"] in outcomes
            (date,) = result["http://purl.org/dc/terms/date"]
            assert date["@type"] == "http://www.w3.org/2001/XMLSchema#dateTime"


def test_a_json_ld_processor_knows_every_term_of_the_dataset(files: dict[str, bytes]) -> None:
    def loader(url: str, _options: dict[str, Any]) -> dict[str, Any]:
        assert url == "https://schema.org/"
        context = {"@context": {"@vocab": "http://schema.org/"}}
        return {"contentType": "application/ld+json", "contextUrl": None, "documentUrl": url, "document": context}

    document = json.loads(files[urls.DATASET])
    (dataset,) = jsonld.expand(document, {"documentLoader": loader})
    assert dataset["@type"] == ["http://schema.org/Dataset"]
    assert len(dataset) == len(document) - 1
    assert {"http://schema.org/name", "http://schema.org/description"} <= set(dataset)


def test_badge_services_read_every_badge(files: dict[str, bytes]) -> None:
    schema = json.loads((STANDARDS / "shields-endpoint.schema.json").read_text())
    validators = jsonschema.Draft202012Validator(schema), jsonschema_rs.Draft202012Validator(schema)
    found = [path for path in files if BADGE.fullmatch(path)]
    assert found
    for path in found:
        for validator in validators:
            assert validator.is_valid(json.loads(files[path])), path


def test_every_drawing_says_in_text_what_it_shows(files: dict[str, bytes]) -> None:
    for path, content in by_ending(files, ".svg"):
        if not path.startswith("badges/"):
            continue
        root = strict(content)
        assert root.tag == f"{SVG}svg"
        assert root.get("role") == "img"
        words = "".join("".join(text.itertext()) for text in root.iter(f"{SVG}text"))
        assert root.findtext(f"{SVG}title")
        assert any(word.value in words for word in Compliance), (path, words)


def test_every_document_of_the_api_satisfies_two_validators(files: dict[str, bytes]) -> None:
    seen = others = 0
    for name, pattern in API.items():
        schema = json.loads(files[f"schema/{name}.schema.json"])
        jsonschema.Draft202012Validator.check_schema(schema)
        one, other = jsonschema.Draft202012Validator(schema), jsonschema_rs.Draft202012Validator(schema)
        found = [path for path in files if re.fullmatch(pattern, path)]
        assert found, name
        seen += len(found)
        others += 0 if name.startswith("api-") else len(found)
        for path in found:
            other.validate(json.loads(files[path]))
        for path in found[::20]:
            one.validate(json.loads(files[path]))
    assert seen - others == sum(path.startswith("api/v1/") and path.endswith(".json") for path in files)


def test_the_sitemap_keeps_the_rules_of_the_protocol(files: dict[str, bytes]) -> None:
    schema = etree.XMLSchema(etree.parse(STANDARDS / "sitemap.xsd"))
    content = files[urls.SITEMAP]
    assert content.startswith(b'<?xml version="1.0" encoding="utf-8"?>')
    assert len(content) < 50 * 1024 * 1024
    root = strict(content)
    assert schema.validate(root), schema.error_log
    addresses = [loc.text for loc in root.iter("{*}loc")]
    base = min(addresses, key=len)
    assert all(address.startswith(base) for address in addresses), "all below the folder of the sitemap"
