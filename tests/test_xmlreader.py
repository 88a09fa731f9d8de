"""What `xmlreader` promises: elements as they stand, or one finding, and nothing is ever fetched or expanded."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from generator import xmlreader
from generator.drafts import MAX_SOURCE
from generator.xmlreader import Element

REPORT = b"""<?xml version="1.0" encoding="UTF-8"?>
<!-- a report -->
<testsuites name="kelp">
  <testsuite name="alpha" tests="2">
    <testcase name="one &amp; only" time="1.20"/>
    <testcase name="two"><failure type="t" message="m">first
 &lt;b&gt; <![CDATA[<raw>]]></failure></testcase>
  </testsuite>
</testsuites>
"""
many = hypothesis_settings(derandomize=True, deadline=None, max_examples=400)


def root(content: bytes) -> Element:
    reading = xmlreader.read("report.xml", content)
    assert reading.root, reading.findings
    assert reading.findings == ()
    return reading.root


def refusal(content: bytes) -> tuple[int | None, str]:
    reading = xmlreader.read("report.xml", content)
    assert reading.root is None
    (finding,) = reading.findings
    assert (finding.rule, finding.path) == ("import-source", "report.xml")
    assert finding.fix
    return finding.line, finding.message


def test_elements_carry_attributes_text_children_and_lines() -> None:
    top = root(REPORT)
    (suite,) = top.named("testsuite")
    one, two = suite.children
    assert (top.tag, top.line, suite.line, one.line) == ("testsuites", 3, 4, 5)
    assert one.attributes == {"name": "one & only", "time": "1.20"}
    assert (two.children[0].text, two.children[0].attributes["type"]) == ("first\n <b> <raw>", "t")


def test_a_byte_order_mark_and_windows_line_ends_are_fine() -> None:
    assert root(b"\xef\xbb\xbf" + REPORT.replace(b"\n", b"\r\n")).children[0].children[1].children[0].text


@pytest.mark.parametrize(
    ("content", "line", "message"),
    [
        (b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', 1, "a document type or an entity is declared"),
        (b'<?xml version="1.0"?>\n<!DOCTYPE a [<!ENTITY b "c">]>\n<a>&b;</a>', 2, "document type"),
        (b'<!DOCTYPE a [<!ENTITY b SYSTEM "http://example.org/">]><a>&b;</a>', 1, "document type"),
        (b'<!DOCTYPE a [<!ENTITY % b SYSTEM "http://example.org/">%b;]><a/>', 1, "document type"),
        (b"<a>\n&b;</a>", 2, "undefined entity"),
        (b'<?xml version="1.0" encoding="ISO-8859-1"?><a/>', 1, "the declared encoding is 'ISO-8859-1'"),
        (b'<?xml version="1.1"?><a/>', 1, "XML version '1.1'"),
        ("<a/>".encode("utf-16"), 1, "byte 0 is not UTF-8"),
        (b"<a>\n\xff</a>", 2, "byte 4 is not UTF-8"),
        (b"", 1, "no element found"),
        (b"\n{}", 2, "not well-formed"),
        (b"<a>\n<b></a>", 2, "mismatched tag"),
        (b"<a/><b/>", 1, "junk after document element"),
        (b"<a b='1' b='2'/>", 1, "duplicate attribute"),
        (b"<a>\x00</a>", 1, "not well-formed"),
    ],
)
def test_what_is_no_plain_report_is_refused_with_its_line(content: bytes, line: int, message: str) -> None:
    found = refusal(content)
    assert found[0] == line
    assert message in found[1]


def test_the_limits_hold() -> None:
    assert "levels" in refusal(b"<a>" * 33 + b"</a>" * 33)[1]
    assert root(b"<a>" * 32 + b"</a>" * 32)
    assert "elements" in refusal(b"<a>" + b"<b/>" * xmlreader.MAX_ELEMENTS + b"</a>")[1]
    attributes = b" ".join(b"a%d='1'" % number for number in range(65))
    assert "attributes" in refusal(b"<a " + attributes + b"/>")[1]
    assert "bytes" in refusal(b"<a>" + b" " * MAX_SOURCE + b"</a>")[1]
    assert len(root(b"<a>" + b"x&amp;" * 200_000 + b"</a>").text) == xmlreader.MAX_TEXT


@pytest.mark.parametrize(
    "content",
    [b"<" * MAX_SOURCE, b"<a " * (MAX_SOURCE // 3), b"&amp;" * (MAX_SOURCE // 5), b"<a b='" + b"&lt;" * 2_000_000],
)
def test_a_hostile_file_takes_no_longer_than_its_length(content: bytes) -> None:
    before = time.process_time()
    refusal(content[:MAX_SOURCE])
    assert time.process_time() - before < 5


@given(st.binary(max_size=300) | st.text(max_size=300).map(lambda text: text.encode("utf-8", "surrogatepass")))
@many
def test_any_bytes_give_a_root_or_a_finding(content: bytes) -> None:
    reading = xmlreader.read("report.xml", content)
    assert (reading.root is None) == bool(reading.findings)


@given(st.data())
@many
def test_a_report_with_bytes_changed_gives_a_root_or_a_finding(data: st.DataObject) -> None:
    content = bytearray(REPORT)
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(content)))
        end = data.draw(st.integers(start, min(len(content), start + 12)))
        content[start:end] = data.draw(
            st.binary(max_size=12) | st.sampled_from([b"<", b"&", b"]]>", b"<!DOCTYPE a>", b"\0"])
        )
    reading = xmlreader.read("report.xml", bytes(content))
    assert (reading.root is None) == bool(reading.findings)
