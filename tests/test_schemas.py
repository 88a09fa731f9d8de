"""Schema findings: right place, right rule, a message and a fix that help, all at once, in order."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path
from typing import Any, Final

import pytest

from generator.documents import read
from generator.findings import Finding, Stop
from generator.schemas import Schema

ROOT: Final = Path(__file__).parent.parent
RESULT: Final = (ROOT / "tests/examples/valid/result/minimal-robot.yaml").read_text("utf-8")


def _schema(**keywords: Any) -> Schema:
    return Schema("test.schema.json", json.dumps(keywords).encode())


def _findings(schema: Schema, text: str) -> tuple[Finding, ...]:
    document = read("x.yaml", text.encode()).document
    assert document is not None
    return schema.findings(document)


def _result(old: str, new: str) -> Finding:
    assert RESULT.count(old) == 1
    schema = Schema("result", (ROOT / "schema/result.schema.json").read_bytes())
    findings = _findings(schema, RESULT.replace(old, new))
    assert len(findings) == 1
    return findings[0]


def test_a_finding_names_path_line_pointer_rule_message_and_fix() -> None:
    assert _result("outcome: passed", "outcome: pass") == Finding(
        rule="schema-value",
        path="x.yaml",
        line=13,
        pointer="/results/0/outcome",
        message="'pass' is not one of passed, failed, skipped, error, not-run, unknown",
        fix="passed, failed, skipped, error or not-run; unknown in transcriptions only",
    )


def test_the_fix_for_an_unquoted_version_is_to_quote_it() -> None:
    finding = _result("version: stable-2.10.0", "version: 1.20")
    assert (finding.rule, finding.message) == ("schema-type", "'1.2' is not of type string")
    assert finding.fix.startswith("quote the value; ")


def test_a_value_of_another_wrong_type_need_not_be_quoted() -> None:
    assert not _result("outcome: passed}", 'outcome: passed, duration: "1"}').fix.startswith("quote")


def test_an_unknown_field_suggests_the_near_name() -> None:
    finding = _result("outcome: passed}", "outcome: passed, durration: 1}")
    assert (finding.rule, finding.pointer) == ("schema-unknown-field", "/results/0/durration")
    assert finding.message == "field 'durration' is not known; did you mean `duration`?"


def test_an_unknown_field_far_from_every_name_gets_no_suggestion() -> None:
    assert _result("outcome: passed}", "outcome: passed, zzz: 1}").message == "field 'zzz' is not known"


def test_a_missing_field_is_named_at_the_place_that_lacks_it() -> None:
    finding = _result(", outcome: passed", "")
    assert (finding.rule, finding.pointer) == ("schema-required", "/results/0")
    assert finding.message == "field `outcome` is missing"


def test_an_impossible_date_is_called_not_real() -> None:
    finding = _result("2026-01-01T00:10:00Z", "2026-02-30T00:10:00Z")
    assert (finding.rule, finding.message) == ("schema-format", "'2026-02-30T00:10:00Z' is not a real date-time")


def test_a_value_kept_for_transcriptions_says_so() -> None:
    finding = _result("version: stable-2.10.0", "version: unknown")
    assert (finding.rule, finding.message) == ("schema-condition", "'unknown' is not allowed here")
    assert finding.fix == "`unknown` is for transcriptions; write the exact version"


def test_a_trailing_newline_does_not_slip_through_a_pattern() -> None:
    finding = _result("version: stable-2.10.0", 'version: "stable-2.10.0\\n"')
    assert (finding.rule, finding.pointer) == ("schema-pattern", "/mesh/version")


def test_an_escaped_dollar_sign_stays_a_dollar_sign() -> None:
    schema = _schema(properties={"price": {"pattern": r"^[0-9]+\$$"}})
    assert _findings(schema, "price: 10$") == ()
    assert len(_findings(schema, 'price: "10$\\n"')) == 1


def test_a_pattern_says_nothing_about_what_is_no_text() -> None:
    assert _findings(_schema(properties={"a": {"pattern": "^b$"}}), "a: 1") == ()


@pytest.mark.parametrize("form", ["date", "date-time"])
def test_a_format_says_nothing_about_what_is_no_text(form: str) -> None:
    assert _findings(_schema(properties={"a": {"format": form}}), "a: 1") == ()


def test_required_and_additional_fields_concern_mappings_only() -> None:
    schema = _schema(properties={"a": {"required": ["b"], "additionalProperties": False}})
    assert _findings(schema, "a: [c]") == ()


def test_further_fields_may_be_allowed() -> None:
    assert _findings(_schema(additionalProperties=True), "a: 1") == ()


def test_all_findings_are_given_at_once_and_in_document_order() -> None:
    schema = Schema("result", (ROOT / "schema/result.schema.json").read_bytes())
    text = RESULT.replace("kind: Result", "kind: result").replace("passed", "pass").replace("v1.20.7", "latest")
    text = text.replace("publisher: linkerd-robot\n", "") + "extra: text\n"
    assert [(finding.line, finding.rule, finding.pointer) for finding in _findings(schema, text)] == [
        (1, "schema-required", ""),
        (2, "schema-value", "/kind"),
        (8, "schema-pattern", "/environment/kubernetes"),
        (12, "schema-value", "/results/0/outcome"),
        (13, "schema-unknown-field", "/extra"),
    ]


def test_items_on_one_line_are_in_the_order_of_the_document() -> None:
    schema = _schema(properties={"a": {"items": {"type": "string"}}})
    findings = _findings(schema, f"a: {list(range(12))}")
    assert [finding.pointer for finding in findings] == [f"/a/{index}" for index in range(12)]


def test_a_file_full_of_mistakes_is_explained_at_once() -> None:
    schema = _schema(properties={"a": {"items": {"type": "string"}}})
    started = time.process_time()
    findings = _findings(schema, "a:\n" + "- 1\n" * 8_000)
    assert time.process_time() - started < 5
    assert [finding.line for finding in findings] == list(range(2, 8_002))


@pytest.mark.parametrize(
    ("keywords", "text", "said"),
    [
        ({"maxLength": 4000}, "a: " + "x" * 4001, "4000"),
        ({"maxItems": 50}, "a: [" + "item," * 51 + "]", "50"),
        ({"maxProperties": 1}, "a: {" + ",".join(f"key{index}: b" for index in range(99)) + "}", "1"),
        ({"minLength": 2}, "a: b", "2"),
        ({"minItems": 1}, "a: []", "1"),
        ({"minProperties": 1}, "a: {}", "1"),
    ],
)
def test_a_wrong_length_is_told_with_its_bound(keywords: dict[str, int], text: str, said: str) -> None:
    (finding,) = _findings(_schema(properties={"a": keywords}), text)
    assert finding.rule == "schema-length"
    assert re.search(rf"\b{said}\b", finding.message)
    assert len(finding.message) < 200


def test_a_decimal_is_no_integer() -> None:
    (finding,) = _findings(_schema(properties={"a": {"type": "integer"}}), "a: 1.0")
    assert finding.rule == "schema-type"


def test_true_is_neither_an_integer_nor_a_number() -> None:
    schema = _schema(properties={"a": {"type": "integer"}, "b": {"type": "number"}})
    assert [finding.rule for finding in _findings(schema, "{a: true, b: false}")] == ["schema-type", "schema-type"]


def test_a_very_long_message_is_cut() -> None:
    schema = _schema(properties={"a": {"enum": [f"value-{index}" for index in range(100)]}})
    (finding,) = _findings(schema, "a: b")
    assert len(finding.message) == 301
    assert finding.message.endswith("…")


def test_a_place_without_a_description_refers_to_the_documentation() -> None:
    (finding,) = _findings(_schema(properties={"a": {"type": "integer"}}), "a: text")
    assert finding.fix == "see docs/formats.md"


def test_a_keyword_without_a_rule_of_its_own_is_a_condition() -> None:
    schema = _schema(properties={"a": {"uniqueItems": True}})
    assert [finding.rule for finding in _findings(schema, "a: [b, b]")] == ["schema-condition"]


def test_a_schema_that_is_false_refuses_everything() -> None:
    (finding,) = _findings(Schema("test.schema.json", b"false"), "a: b")
    assert (finding.rule, finding.pointer, finding.fix) == ("schema-condition", "", "see docs/formats.md")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not json",
        b"\xff\xfe",
        b"[]",
        b'"text"',
        b'{"type": "wrong"}',
        b'{"properties": []}',
        b'{"pattern": "("}',
        b"[" * 100_000,
    ],
)
def test_a_schema_that_is_no_schema_stops(content: bytes) -> None:
    with pytest.raises(Stop, match=r"test\.schema\.json is not a JSON Schema"):
        Schema("test.schema.json", content)


def test_a_schema_with_a_reference_that_leads_nowhere_stops() -> None:
    with pytest.raises(Stop):
        _findings(_schema(properties={"a": {"$ref": "#/$defs/missing"}}), "a: b")


def test_a_schema_with_a_reference_to_another_address_stops() -> None:
    with pytest.raises(Stop):
        _findings(_schema(properties={"a": {"$ref": "http://127.0.0.1:9/x.json"}}), "a: b")
