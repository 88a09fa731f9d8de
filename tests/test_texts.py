"""What `texts` promises: Markdown in, harmless HTML out."""

from __future__ import annotations

import pytest

from generator import texts


def test_headings_get_ids_and_tables_become_tables() -> None:
    html = texts.html("# One axis\n\n| a | b |\n|---|---|\n| 1 | 2 |\n")
    assert '<h1 id="one-axis">' in html
    assert "<td>1</td>" in html


@pytest.mark.parametrize(
    "source",
    ["<script>alert(1)</script>", "a <b onclick=x>bold</b> word", "<!-- hidden -->", "<div>\n\ntext\n\n</div>"],
)
def test_raw_html_comes_out_as_text(source: str) -> None:
    html = texts.html(source)
    assert "<script" not in html
    assert "<b " not in html
    assert "<div" not in html
    assert "&lt;" in html


@pytest.mark.parametrize("target", ["javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "http://x.org"])
def test_a_link_to_an_unsafe_scheme_loses_its_target(target: str) -> None:
    assert "href" not in texts.html(f"[x]({target})")
    assert "src" not in texts.html(f"![x]({target})")


@pytest.mark.parametrize("target", ["https://example.org/", "../method/index.html", "#one", "index.html"])
def test_a_safe_link_stays(target: str) -> None:
    assert f'href="{target}"' in texts.html(f"[x]({target})")
