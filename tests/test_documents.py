"""Strict reading: what a file may be, what each refusal says, and that no input breaks the reader."""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, TypeAlias

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from generator import documents, events, plain
from generator.decoding import SAMPLE
from generator.documents import MAX_BYTES, read
from generator.events import MAX_DEPTH, MAX_NODES
from generator.findings import RULES, Finding, pointer
from generator.model import Data, Document
from generator.schemas import Schema

ROOT: Final = Path(__file__).parent.parent
EXAMPLES: Final = Path(__file__).parent / "examples"
PARSERS: Final = (yaml.SafeLoader, yaml.CSafeLoader)
STEADY: Final = settings(derandomize=True, deadline=None, max_examples=400)

# A file's schema is that of its `kind:` line; where none can be read it is the schema of a result.
SCHEMAS: Final = {
    kind: Schema(name, (ROOT / "schema" / f"{name}.schema.json").read_bytes())
    for kind, name in {
        "Result": "result",
        "Suite": "suite",
        "ServiceAccounts": "service-accounts",
        "Programme": "programme",
    }.items()
}

TOO_LARGE_FOR_A_FILE: Final = {
    "file-size": b"a: " + b"x" * MAX_BYTES,
    "yaml-nodes": b"a: [" + b"b," * MAX_NODES + b"]",
}
"""Examples of the two limits, built here instead of kept as big files."""

VALID: Final = sorted(EXAMPLES.glob("valid/*/*.yaml"))
INVALID: Final = sorted(EXAMPLES.glob("invalid/*/*.yaml"))


def _name(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


def _judge(content: bytes) -> tuple[Finding, ...]:
    reading = read("example.yaml", content)
    if reading.document is None:
        return reading.findings
    kind = re.search(rb"^kind: (\w+)", content, re.MULTILINE)
    schema = SCHEMAS.get(kind[1].decode() if kind else "", SCHEMAS["Result"])
    return schema.findings(reading.document)


def _accepted(text: str) -> Document:
    reading = read("x.yaml", text.encode())
    assert reading.findings == ()
    assert reading.document is not None
    return reading.document


def _only(content: bytes) -> Finding:
    reading = read("x.yaml", content)
    assert reading.document is None
    assert len(reading.findings) == 1
    return reading.findings[0]


def _rules(content: bytes) -> set[str]:
    return {finding.rule for finding in read("x.yaml", content).findings}


# The examples: adding a case is adding a file.


@pytest.mark.parametrize("path", VALID, ids=_name)
def test_a_valid_example_has_no_finding(path: Path) -> None:
    assert _judge(path.read_bytes()) == ()


@pytest.mark.parametrize("path", INVALID, ids=_name)
def test_an_invalid_example_has_the_finding_of_its_folder(path: Path) -> None:
    content = path.read_bytes()
    found = [finding for finding in _judge(content) if finding.rule == path.parent.name]
    line = re.search(rb"# expect: line ([0-9]+)", content)
    where = re.search(rb"# expect: pointer (/[^\n]*)", content)
    if line:
        found = [finding for finding in found if finding.line == int(line[1])]
    if where:
        found = [finding for finding in found if finding.pointer == where[1].decode()]
    assert found, _judge(content)
    assert all(finding.message and finding.fix for finding in found)


def test_every_rule_of_reading_and_of_the_schemas_has_an_example() -> None:
    rules = {rule for rule in RULES if rule.startswith(("yaml-", "schema-"))} | {"file-size"}
    assert {path.parent.name for path in INVALID} | set(TOO_LARGE_FOR_A_FILE) == rules


def test_every_kind_of_document_has_a_valid_example() -> None:
    assert {path.parent.name for path in VALID} == {"result", "suite", "service-accounts", "programme"}


@pytest.mark.parametrize("rule", TOO_LARGE_FOR_A_FILE)
def test_a_file_beyond_a_limit_is_refused(rule: str) -> None:
    assert _only(TOO_LARGE_FOR_A_FILE[rule]).rule == rule


# What is read.


def test_scalars_are_read_as_json_reads_them() -> None:
    document = _accepted("{a: true, b: false, c: null, d: -12, e: 0.25, f: text, g: '1', h: -0}")
    assert document.data == {"a": True, "b": False, "c": None, "d": -12, "e": 0.25, "f": "text", "g": "1", "h": 0}


@pytest.mark.parametrize("text", ["v1.20", "1.2.3", "nope", "1-2", "2021-08", "0x", "1 000", "12:60:00", "-a", ".x"])
def test_a_text_that_no_reader_takes_for_another_type_needs_no_quotes(text: str) -> None:
    assert _accepted(f"key: {text}").data == {"key": text} == yaml.safe_load(f"key: {text}")


def test_the_digest_is_that_of_the_exact_bytes() -> None:
    first, second = _accepted("a: b\n"), _accepted("a: b \n")
    assert first.data == second.data
    assert first.digest == f"sha256:{hashlib.sha256(b'a: b' + bytes([10])).hexdigest()}"
    assert first.digest != second.digest


def test_line_ends_of_a_block_text_are_kept() -> None:
    assert _accepted("a: |\n  b\n  c\n").data == {"a": "b\nc\n"}


def test_an_empty_mapping_is_a_document() -> None:
    assert _accepted("{}").data == {}


def test_an_end_mark_may_close_the_document() -> None:
    assert _accepted("---\na: b\n...\n").data == {"a": "b"}


def test_a_file_of_exactly_the_limit_is_read() -> None:
    assert _accepted("a: ".ljust(MAX_BYTES, "x")).lines == (1, 1)


def test_exactly_the_allowed_nodes_are_read() -> None:
    items = MAX_NODES - 3
    assert len(_accepted("a: [" + "b," * items + "]").lines) == items + 2


def test_exactly_the_allowed_depth_is_read() -> None:
    assert _accepted("a: " + "[" * (MAX_DEPTH - 1) + "]" * (MAX_DEPTH - 1)).lines == (1,) * MAX_DEPTH


def test_exactly_the_allowed_digits_are_read() -> None:
    assert _accepted("{a: -123456789012345, b: 0.12345678901234}").data == {
        "a": -123456789012345,
        "b": 0.12345678901234,
    }


# What a refusal says.


def test_a_bom_is_refused_with_its_line() -> None:
    finding = _only(b"\xef\xbb\xbfa: b\n")
    assert (finding.rule, finding.line) == ("yaml-character", 1)
    assert finding.message == "a byte order mark stands here"


def test_a_byte_that_is_not_utf8_is_refused_with_its_line_and_place() -> None:
    finding = _only(b"a: b\nc: \xff\n")
    assert (finding.rule, finding.line) == ("yaml-encoding", 2)
    assert finding.message == "byte 8 is not UTF-8"


def test_bad_characters_are_all_named_with_their_lines() -> None:
    findings = read("x.yaml", "a: b\u200b\n\tc: d\r\n".encode()).findings
    assert [(finding.line, finding.message) for finding in findings] == [
        (1, "U+200B stands here"),
        (2, "a tab stands here"),
        (2, "a carriage return stands here"),
    ]


def test_a_binary_file_gets_a_sample_of_findings_and_a_count() -> None:
    findings = read("x.yaml", b"\0" * 1000).findings
    assert len(findings) == SAMPLE
    assert findings[-1].message == f"U+0000 stands here (and {1000 - SAMPLE} more follow)"


def test_as_many_bad_characters_as_the_sample_are_not_counted_on() -> None:
    findings = read("x.yaml", b"\0" * SAMPLE).findings
    assert [finding.message for finding in findings] == ["U+0000 stands here"] * SAMPLE


def test_an_escape_for_an_invisible_character_names_it() -> None:
    finding = _only(rb'a: "x\u200By"')
    assert (finding.rule, finding.pointer) == ("yaml-character", "/a")
    assert finding.message == "an escape stands for U+200B"


def test_an_escaped_tab_or_newline_is_text() -> None:
    assert _accepted(r'a: "x\ty\nz"').data == {"a": "x\ty\nz"}


def test_all_findings_of_a_document_are_given_at_once() -> None:
    findings = read("x.yaml", b"a: no\nb: &x 010\na: !!str 2021-08-03\n1: ~\n").findings
    assert [(finding.line, finding.rule) for finding in findings] == [
        (1, "yaml-ambiguous"),
        (2, "yaml-anchor"),
        (2, "yaml-ambiguous"),
        (3, "yaml-tag"),
        (3, "yaml-duplicate-key"),
        (4, "yaml-key"),
        (4, "yaml-ambiguous"),
    ]


def test_findings_before_broken_syntax_are_kept() -> None:
    assert [finding.rule for finding in read("x.yaml", b"a: no\nb: [\n").findings] == ["yaml-ambiguous", "yaml-syntax"]


def test_an_ambiguous_scalar_is_to_be_quoted() -> None:
    finding = _only(b"a:\n  - b: no\n")
    assert (finding.line, finding.pointer, finding.fix) == (2, "/a/0/b", "quote it")
    assert finding.message == "'no' is read as different types by different readers"


def test_an_empty_value_is_called_so() -> None:
    assert _only(b"a:\n").message == "an empty value is read as different types by different readers"


def test_the_second_of_two_equal_keys_is_reported() -> None:
    finding = _only(b"a: 1\nb: 2\na: 3\n")
    assert (finding.rule, finding.message) == ("yaml-duplicate-key", "key 'a' stands twice")
    assert finding.line == 3


def test_a_merge_mark_in_a_list_is_no_merge_key() -> None:
    assert _rules(b"a: [<<]") == {"yaml-ambiguous"}


def test_a_merge_mark_alone_is_no_merge_key() -> None:
    assert _rules(b"<<") == {"yaml-ambiguous"}


def test_a_quoted_merge_mark_is_a_plain_key() -> None:
    assert _accepted('"<<": a').data == {"<<": "a"}


def test_a_long_value_is_shortened_in_the_message() -> None:
    assert len(_only(b"a: " + b"9" * 5000).message) < 120


def test_a_document_that_is_a_scalar_with_a_finding_reports_the_finding_only() -> None:
    assert _rules(b"no") == {"yaml-ambiguous"}


def test_the_path_of_a_finding_is_the_one_that_was_given() -> None:
    assert {finding.path for finding in read("results/a/b.yaml", b"a: no").findings} == {"results/a/b.yaml"}


@pytest.mark.parametrize("parser", PARSERS)
def test_an_escape_beyond_unicode_is_broken_syntax(parser: type[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "Loader", parser)
    assert _rules(rb'a: "\UFFFFFFFF"') == {"yaml-syntax"}


# Any bytes at all.

INDICATORS: Final = "-?:,[]{}#&*!|>'\"%@`"
PIECES: Final = (
    *INDICATORS,
    *"ab01.~\\=<+_ \n",
    *("- ", "? ", ": ", ", ", "\n  ", "a: ", "--- ", "---\n", "...\n", "\n\n", "|-\n", "!!", "<<: ", "&a ", "*a "),
    *("1.5", "null", "no", "%YAML 1.1\n", "%TAG ! !\n", '"\\u', '"\\x', "é", "\U0001f600", "\u00a0"),
)
SEEDS: Final = tuple(path.read_text("utf-8") for path in VALID)
SMALL: Final = (
    "a: |\n  x\n  y\n",
    "a: >-\n  x\n\n  y\nb: [1, 2, {c: d}]\n",
    "? a\n: b\n",
    "a:\n- b\n- - c\n  - d\n",
    "a: \"x\\\n  y\"\nb: 'it''s'\n",
    "{a: b, c: [d, e]}\n",
    '{"a":["b"],"c":{"d":null}}\n',
)

yamlish: Final = st.lists(st.sampled_from(PIECES), max_size=24).map("".join)


@st.composite
def mutated(draw: st.DrawFn, sources: tuple[str, ...]) -> str:
    text = draw(st.sampled_from(sources))
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.sampled_from((0, 0, 1, 1, 2, 8))))
        text = text[:start] + "".join(draw(st.lists(st.sampled_from(PIECES), max_size=3))) + text[end:]
    return text


texts: Final = st.one_of(
    yamlish, yamlish.map("a: ".__add__), yamlish.map("{a: ".__add__), mutated(SMALL), mutated(SEEDS)
)


@STEADY
@given(st.binary(max_size=200))
def test_any_bytes_end_in_a_document_or_in_findings(content: bytes) -> None:
    reading = read("x.yaml", content)
    assert (reading.document is None) == bool(reading.findings)


@STEADY
@given(st.text(max_size=80))
def test_any_text_ends_in_a_document_or_in_findings(text: str) -> None:
    reading = read("x.yaml", text.encode(errors="surrogatepass"))
    assert (reading.document is None) == bool(reading.findings)


@STEADY
@given(st.sampled_from(SEEDS), st.integers(0, 2000), st.binary(min_size=1, max_size=4))
def test_a_valid_document_with_foreign_bytes_ends_in_a_document_or_in_findings(
    text: str, place: int, foreign: bytes
) -> None:
    content = text.encode()
    reading = read("x.yaml", content[:place] + foreign + content[place:])
    assert (reading.document is None) == bool(reading.findings)
    lines = content.count(b"\n") + foreign.count(b"\n") + 1
    assert all(finding.line is not None and 1 <= finding.line <= lines for finding in reading.findings)


# Two parsers, one reading: libyaml where it is present, PyYAML's own elsewhere.

DISAGREEMENTS: Final = {
    "question mark in a list": "a: [b?]",
    "question mark in a flow mapping": "{a: b?}",
    "question mark in an unquoted address": "a: {url: https://example.org/?b}",
    "question mark in a flow key": "{a?: []}",
    "comment at a block header": "a: >#\n  b\n",
    "comment at a block header with a chomping mark": "a: |-#c\n  b\n",
    # The pure parser reads these, libyaml does not
    "tight colon before a list": "{a:[]}",
    "tight colon before a mapping": "{a:{}}",
    "tight colon after a blank": "{a :[]}",
    "tight colon in a nested mapping": "a: {b:[c]}",
    "unknown directive": "%NAME\n---\na: b\n",
    "unknown directive with text": "%NAME some text\n--- {a: b}\n",
}
"""Texts that one parser reads and the other refuses: strict reading refuses them with both."""

Outcome: TypeAlias = tuple[dict[str, Data], tuple[int, ...]] | set[str]


def _outcomes(text: str) -> Iterator[Outcome]:
    for parser in PARSERS:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(events, "Loader", parser)
            patch.setattr(plain, "read", lambda _text: None)
            document, findings = read("x.yaml", text.encode())
        yield (document.data, document.lines) if document else {finding.rule for finding in findings}


@pytest.mark.parametrize("text", DISAGREEMENTS.values(), ids=DISAGREEMENTS)
def test_what_only_one_parser_reads_is_refused_with_both(text: str) -> None:
    assert all(isinstance(outcome, set) for outcome in _outcomes(text))


@settings(STEADY, max_examples=1500)
@given(texts)
@example('{"a":[]}')
@example("[?, !")
@example("{a: b,!, c: []}")
@example("%YAML 1.3\n---\na: b")
@example('a: "\\udaaa"')
def test_both_parsers_accept_the_same_documents_and_give_the_same_data(text: str) -> None:
    pure, fast = _outcomes(text)
    if isinstance(pure, set) and isinstance(fast, set):
        # Each parser gives up at broken syntax, and ends a tag, at a place of its own.
        if not (pure | fast) & {"yaml-syntax", "yaml-tag"}:
            assert pure == fast
    else:
        assert pure == fast
        assert repr(pure) == repr(fast)


@settings(STEADY, max_examples=1500)
@given(texts)
@example("{a: b?}")
def test_what_is_accepted_every_yaml_1_1_reader_reads_the_same(text: str) -> None:
    document = read("x.yaml", text.encode()).document
    if document is not None:
        assert repr(yaml.safe_load(text)) == repr(document.data)


@pytest.mark.parametrize("path", VALID, ids=_name)
def test_a_valid_example_is_the_same_for_a_yaml_1_1_reader(path: Path) -> None:
    assert repr(yaml.safe_load(path.read_bytes())) == repr(_accepted(path.read_text("utf-8")).data)


@STEADY
@given(st.from_regex(r"[-+.:_0-9eExob~ TZ]{1,12}|[A-Za-z]{1,5}|\.?[a-zA-Z]{2,4}", fullmatch=True))
def test_a_plain_scalar_that_is_accepted_has_one_type_for_all(text: str) -> None:
    document = read("x.yaml", f"a: {text}\n".encode()).document
    if document is not None:
        assert repr(yaml.safe_load(f"a: {text}\n")) == repr(document.data)


# Lines.


def _composed(node: yaml.Node, line: int, where: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], int]]:
    yield where, line
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from _composed(value, key.start_mark.line + 1, (*where, key.value))
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            yield from _composed(item, item.start_mark.line + 1, (*where, str(index)))


def _assert_lines(text: str, document: Document) -> None:
    root = yaml.compose(text, yaml.SafeLoader)
    assert root is not None
    places = list(_composed(root, root.start_mark.line + 1))
    assert [line for _, line in places] == list(document.lines)
    assert [document.line(where) for where, _ in places] == [line for _, line in places]


@pytest.mark.parametrize("path", VALID, ids=_name)
def test_the_lines_of_a_valid_example_are_those_of_a_composer(path: Path) -> None:
    text = path.read_text("utf-8")
    _assert_lines(text, _accepted(text))


@settings(STEADY, max_examples=800)
@given(st.one_of(mutated(SMALL), mutated(SEEDS), yamlish))
def test_a_node_is_on_the_line_on_which_a_composer_sees_its_key_or_item(text: str) -> None:
    document = read("x.yaml", text.encode()).document
    if document is not None:
        _assert_lines(text, document)


def test_a_place_that_does_not_exist_is_on_the_line_of_the_nearest_above() -> None:
    document = _accepted("a:\n  b:\n    - c\n    - d: e\n")
    assert document.line(["a", "b", "1", "missing"]) == 4
    assert document.line(["a", "b", "7"]) == 2
    assert document.line(["a", "b", "0", "deeper"]) == 3
    assert document.line(["missing"]) == 1


def test_a_pointer_escapes_slash_and_tilde() -> None:
    assert _only(b'"a/b~": no').pointer == pointer(["a/b~"]) == "/a~1b~0"


# Hostile inputs end fast, and in a finding.

BOMB: Final = "a: &a [x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 40)}]\n"
    for before, name in zip("abcdefghijklmnop", "bcdefghijklmnopq", strict=True)
)
HOSTILE: Final = {
    "open brackets": "[" * 200_000,
    "open mappings": "{a: " * 50_000,
    "dashes": "- " * 100_000,
    "question marks": "? " * 100_000,
    "anchors": "&a " * 66_000,
    "tags": "! " * 100_000,
    "aliases": "- *a\n" * 50_000,
    "an alias bomb": BOMB,
    "integers of 5 000 digits": "".join(f"a{index}: {'9' * 5_000}\n" for index in range(50)),
    "one integer of 260 000 digits": "a: " + "9" * 260_000,
    "digits and underscores": "a: " + "1_" * 130_000,
    "base sixty": "a: 1" + ":01" * 87_000 + "x:",
    "flow in deep blocks": "".join("  " * depth + "a:\n" for depth in range(15)) + "  " * 15 + "[[[[",
    "deep blocks": "".join(" " * depth + "a:\n" for depth in range(600)),
    "spaces": " " * MAX_BYTES,
    "newlines": "\n" * MAX_BYTES,
    "comments": "#\n" * (MAX_BYTES // 2),
    "an open quote": 'a: "' + "\\n" * 130_000,
    "one key many times": "a: 1\n" * 50_000,
    "ambiguous items": "- no\n" * 45_000,
    "empty keys": "{" + "?," * 130_000,
    "separators": "---\n" * 60_000,
    "directives": "%YAML 1.1\n" * 20_000,
    "bad characters": "\u202e" * 80_000,
    "a timestamp with many blanks": "- 2021-01-01" + " " * 200_000 + "x",
}


@pytest.mark.parametrize("parser", PARSERS)
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_file_is_refused_at_once(text: str, parser: type[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "Loader", parser)
    started = time.process_time()
    reading = read("x.yaml", text.encode())
    assert time.process_time() - started < 15
    assert reading.document is None
    assert reading.findings
    assert max(len(finding.message) for finding in reading.findings) < 500


@pytest.mark.parametrize("parser", PARSERS)
def test_very_long_plain_scalars_are_read_at_once(parser: type[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "Loader", parser)
    started = time.process_time()
    assert _accepted("a: " + "x" * 200_000).lines == (1, 1)
    assert _accepted("a: " + "x " * 100_000).lines == (1, 1)
    assert _accepted("a: x" + "\n  x" * 50_000).lines == (1, 1)
    assert time.process_time() - started < 15


# --- files of other projects


def test_every_scalar_of_a_foreign_file_is_the_text_that_stood_there() -> None:
    text = b"version: 1.20\nempty:\nnothing: null\nflags: [yes, 010, 2021-08-03, 1e3, true, ~]\nquoted: '7'\n"
    document = documents.read_texts("x.yaml", text).document
    assert document is not None
    assert document.data == {
        "version": "1.20",
        "empty": "",
        "nothing": "null",
        "flags": ["yes", "010", "2021-08-03", "1e3", "true", "~"],
        "quoted": "7",
    }


def test_a_foreign_file_may_come_from_another_editor() -> None:
    content = b"\xef\xbb\xbfa: b\tc\r\nd: e\r\n"
    document = documents.read_texts("x.yaml", content).document
    assert document is not None
    assert document.data == {"a": "b\tc", "d": "e"}
    assert document.digest == f"sha256:{hashlib.sha256(content).hexdigest()}"


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"a: &x 1\nb: *x\n", "yaml-anchor"),
        (b"a: !!int 1\n", "yaml-tag"),
        (b"a: 1\na: 2\n", "yaml-duplicate-key"),
        (b"a: 1\n---\nb: 2\n", "yaml-second-document"),
        (b"a: \xff\n", "yaml-encoding"),
        (b"a: \xe2\x80\xae\n", "yaml-character"),
        (b"- a\n", "schema-type"),
        (b"[" * 20 + b"]" * 20, "yaml-depth"),
    ],
)
def test_what_no_two_readers_agree_on_is_refused_in_a_foreign_file_too(content: bytes, rule: str) -> None:
    reading = documents.read_texts("x.yaml", content)
    assert reading.document is None
    assert rule in {finding.rule for finding in reading.findings}


@given(st.binary(max_size=400))
def test_any_bytes_are_a_foreign_document_or_findings(content: bytes) -> None:
    reading = documents.read_texts("x.yaml", content)
    assert (reading.document is None) == bool(reading.findings)
