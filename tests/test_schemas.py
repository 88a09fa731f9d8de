"""Schema findings: right place, right rule, a message and a fix that help, all at once, in order."""

from __future__ import annotations

import copy
import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator import misfits
from generator.documents import read
from generator.findings import Finding, Stop
from generator.model import Data, Document
from generator.schemas import FORMATS, Schema

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


def test_a_reference_that_is_not_followed_is_not_fetched() -> None:
    with pytest.raises(Stop, match="is not part of this schema"):
        _schema(properties={"a": {"anyOf": [{}, {"$ref": "http://127.0.0.1:9/x.json"}]}})


# One library decides and another explains: they have to agree.

SCHEMAS: Final = {
    kind: Schema(name, (ROOT / "schema" / f"{name}.schema.json").read_bytes())
    for kind, name in {
        "Result": "result",
        "Suite": "suite",
        "ServiceAccounts": "service-accounts",
        "Programme": "programme",
        "Robot": "robot",
        "Mapping": "mapping",
    }.items()
}
FILES: Final = sorted(
    path
    for pattern in ("tests/examples/*/*/*.yaml", "results/**/*.yaml", "schema/**/*.yaml", "registry/*.yaml", "*.yaml")
    for path in ROOT.glob(pattern)
)


def _holds(data: dict[str, Data]) -> Document:
    return Document(path="x.yaml", data=data, lines=(1,) * 5_000, digest="")


def _assert_one_opinion(data: dict[str, Data], *schemas: Schema) -> None:
    for schema in schemas or SCHEMAS.values():
        document = _holds(data)
        explained = misfits.explained(schema._schema, FORMATS, document)
        assert schema._judge.is_valid(data) == (not explained), explained
        assert schema.findings(document) == explained


def _read_files() -> Iterator[dict[str, Data]]:
    for path in FILES:
        document = read(path.name, path.read_bytes()).document
        if document:
            yield document.data


READ: Final = tuple(_read_files())
SMALL: Final = tuple(data for data in READ if len(json.dumps(data)) < 4_000 and data.get("kind") in SCHEMAS)


def test_the_libraries_agree_on_every_file_of_this_repository_under_every_schema() -> None:
    assert len(READ) > 150
    for data in READ:
        _assert_one_opinion(data)


ODD: Final[tuple[Any, ...]] = (
    *(None, True, False, 0, 1, -1, 1.0, 0.0, -0.0, 2.5, 10**14, 999999999999999.0),
    *(
        "",
        "x",
        "x\n",
        "\nx",
        "latest",
        "unknown",
        "none",
        "null",
        "1.0",
        "é",
        "\u0663",
        "\U0001f600",
        "a\u2028b",
        "x" * 5_000,
    ),
    *(
        "2026-02-30",
        "2026-02-28",
        "2026-02-28\n",
        "2026-02-30T00:00:00Z",
        "2026-02-28T24:00:00Z",
        "2026-02-28T23:59:60Z",
    ),
    *("https://example.org/", "https://example.org/\n", "sha256:" + "0" * 64, "sha256:" + "0" * 64 + "\n"),
    *([], {}, [1.0], [None, None], {"": ""}, {"a": {"b": []}}, [{}, {}]),
)
odd: Final[st.SearchStrategy[Any]] = st.sampled_from(ODD)
anything: Final[st.SearchStrategy[Any]] = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**15), 10**15) | st.floats(allow_nan=False, allow_infinity=False) | odd,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4) | st.just("kind"), inner, max_size=3)
    ),
    max_leaves=8,
)


def _places(node: Any) -> Iterator[tuple[Any, Any]]:
    for key, child in node.items() if isinstance(node, dict) else enumerate(node):
        yield node, key
        if isinstance(child, dict | list):
            yield from _places(child)


@st.composite
def _mutants(draw: st.DrawFn) -> tuple[dict[str, Data], Schema]:
    data = copy.deepcopy(draw(st.sampled_from(SMALL)))
    schema = SCHEMAS[str(data["kind"])]
    for _ in range(draw(st.integers(1, 3))):
        places = list(_places(data))
        owner, key = places[draw(st.integers(0, len(places) - 1))]
        value = owner[key]
        match draw(st.sampled_from(("put", "end", "float", "drop", "copy", "name"))):
            case "put":
                owner[key] = draw(odd | anything)
            case "end" if isinstance(value, str):
                owner[key] = value + draw(st.sampled_from(("\n", " ", "\u0661", "x", "\n\n")))
            case "float" if isinstance(value, int):
                owner[key] = float(value)
            case "drop":
                del owner[key]
            case "copy" if isinstance(owner, list):
                owner.append(copy.deepcopy(value))
            case _ if isinstance(owner, dict):
                owner[draw(st.sampled_from(("x", "kind", "transcribed_from", "id", "version", "mesh", "")))] = value
        if not data:
            break
    return data, schema


@settings(derandomize=True, deadline=None, max_examples=1_500)
@given(_mutants())
def test_the_libraries_agree_on_mutants_of_valid_documents(mutant: tuple[dict[str, Data], Schema]) -> None:
    data, schema = mutant
    _assert_one_opinion(data, schema)


@settings(derandomize=True, deadline=None, max_examples=400)
@given(st.dictionaries(st.text(max_size=6), anything, max_size=5))
def test_the_libraries_agree_on_generated_documents(data: dict[str, Data]) -> None:
    _assert_one_opinion(data)


KEYWORDS: Final = (
    {"type": "integer"},
    {"type": ["integer", "null"]},
    {"type": ["integer", "number"]},
    {"type": "number", "minimum": 1},
    {"anyOf": [{"type": "integer"}, {"type": "string"}]},
    {"not": {"type": "integer"}},
    {"enum": [1, "a", None, {"type": "integer"}]},
    {"const": {"type": "integer"}},
    {"const": 0},
    {"format": "date"},
    {"format": "date-time"},
    {"format": "uri"},
    {"format": "no such format"},
    {"pattern": "^[a-z]+$"},
    {"pattern": "^(x|1\\.0)$"},
    {"maxLength": 1},
    {"uniqueItems": True},
    {"items": {"type": "integer"}, "minItems": 1},
    {"patternProperties": {"^a": {"type": "object"}}, "additionalProperties": False},
    {"properties": {"type": {"type": "integer"}}, "additionalProperties": {"type": "integer"}},
    {"propertyNames": {"pattern": "^[a-z]$"}},
    {"if": {"type": "integer"}, "then": {"minimum": 1}, "else": {"type": "string"}},
    {"dependentRequired": {"type": ["integer"]}},
)


@pytest.mark.parametrize("keywords", KEYWORDS, ids=json.dumps)
def test_the_libraries_agree_on_odd_values_under_each_keyword(keywords: dict[str, Any]) -> None:
    schema = _schema(properties={"a": keywords})
    more: tuple[Any, ...] = (
        {"type": "integer"},
        {"type": 1},
        {"type": 1.0},
        {"abc": {}},
        {"abc": 1},
        [1, True],
        [1, 1.0],
    )
    for value in (*ODD, *more):
        _assert_one_opinion({"a": value}, schema)


def test_what_only_the_deciding_library_refuses_is_refused_in_its_words() -> None:
    # `\\d` is any digit of Unicode for Python, and one of ten for JSON Schema.
    (finding,) = _findings(_schema(properties={"a": {"items": {"pattern": r"^\d$"}}}), "a:\n- '1'\n- '\u0663'\n")
    assert (finding.rule, finding.line, finding.pointer) == ("schema-pattern", 3, "/a/1")
    assert "does not match" in finding.message
    assert finding.fix == "see docs/formats.md"


def test_a_pattern_that_only_the_deciding_library_knows_is_decided_and_told() -> None:
    schema = _schema(properties={"a": {"pattern": r"^\p{Lu}$"}})
    assert _findings(schema, "a: Ä") == ()
    assert [finding.rule for finding in _findings(schema, "a: ä")] == ["schema-pattern"]


def test_a_pattern_built_to_backtrack_ends_at_once() -> None:
    schema = _schema(properties={"a": {"pattern": "^(?=(a+)+$)"}})
    started = time.process_time()
    assert not schema._judge.is_valid({"a": "a" * 60 + "b"})
    assert time.process_time() - started < 1


def test_nothing_is_imported_to_explain_what_fits() -> None:
    code = (
        "import sys; from pathlib import Path; from generator import documents, schemas; "
        "schema = schemas.Schema('s', Path('schema/result.schema.json').read_bytes()); "
        "file = Path('tests/examples/valid/result/minimal-robot.yaml'); "
        "assert not schema.findings(documents.read('x', file.read_bytes()).document); "
        "print('jsonschema' in sys.modules, 'generator.misfits' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]
