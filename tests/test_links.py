"""What `links` promises: no link, anchor, image or sheet of a page leads nowhere, and nobody else can stop the site."""

from __future__ import annotations

import contextlib
import html
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urldefrag, urljoin

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator import links, urls
from generator.findings import Stop
from generator.judgements import Output
from tests.support import pages
from tests.test_site import planned, story

BASE = "https://example.org/conformance/"
OTHERS = {
    "index.html": b'<h1 id="top">x</h1>',
    "a/index.html": b'<h2 class="x" id="caf&#233; &amp; co">x</h2>',
    "a/b+c.yaml": b"x",
    "assets/x.css": b"x",
}


def follow(files: Mapping[str, bytes]) -> None:
    """Follow all links of some files, as of one part of a site and as of two."""
    for count in (len(files), len(files) // 2):
        outputs = [Output(path=path, content=content) for path, content in files.items()]
        parts = outputs[:count], outputs[count:]
        outward = [link for part in parts for link in links.outward(part, BASE)]
        links.verify(outward, files.keys(), files.__getitem__)


def followed(markup: str) -> None:
    follow({"a/page.html": markup.encode()} | OTHERS)


@pytest.mark.parametrize(
    "markup",
    [
        '<a href="index.html">',
        '<a class="x" href="../index.html#top">',
        '<a href="#here"></a><p id="here">',
        '<a href="index.html#caf%C3%A9%20&amp;%20co">',
        '<a href="b+c.yaml">',
        '<link rel="stylesheet" href="../assets/x.css">',
        '<script src="../assets/x.css" defer></script>',
        '<img alt="" src="../assets/x.css">',
        f'<link rel="canonical" href="{BASE}a/">',
        f'<link rel="canonical" href="{BASE}">',
        '<a href="/conformance/a/index.html">',
        '<a href="/conformance/a/">',
        '<a href="../index.html?find=a/b#top">',
        '<a href="?find=a">',
    ],
)
def test_what_is_there_is_found(markup: str) -> None:
    followed(markup)
    alone = links.outward([Output(path="a/page.html", content=markup.encode())], BASE)
    assert len(alone) == (0 if 'href="#here"' in markup or 'href="?' in markup else 1)


@pytest.mark.parametrize(
    ("markup", "link"),
    [
        ('<a href="gone.html">', "gone.html"),
        ('<a class="x" href="../index.html#bottom">', "../index.html#bottom"),
        ('<a href="#here">', "#here"),
        ('<a href="../../index.html">', "../../index.html"),
        ('<a href="../a/">', "../a/"),
        ('<link rel="stylesheet" href="x.css">', "x.css"),
        ('<script src="x.js" defer></script>', "x.js"),
        ('<img alt="" src="x.svg">', "x.svg"),
        ('<svg><use href="#full"/></svg>', "#full"),
        (f'<link rel="canonical" href="{BASE}b/">', f"{BASE}b/"),
        ('<a href="/index.html">', "/index.html"),
        ('<a href="gone.html?find=index.html">', "gone.html?find=index.html"),
        ('<a href="b+c.yaml#&quot;">', 'b+c.yaml#"'),
        ('<a href="#here"></a><p>a text that says id="here"</p>', "#here"),
        ('<a href="#here"></a><p data-id="here">', "#here"),
    ],
)
def test_what_is_not_there_stops_with_page_and_link(markup: str, link: str) -> None:
    with pytest.raises(Stop) as stopped:
        followed(markup)
    assert f"a/page.html: {link}" in stopped.value.message


@pytest.mark.parametrize(
    "markup",
    [
        '<a href="https://example.com/x">',
        '<a href="mailto:a@example.org">',
        '<a href="//example.com/x">',
        f'<a href="{BASE}made/up/by/a/robot/">',
        '<a data-href="gone.html">',
        '<p>a text that says href="gone.html"</p>',
        '<code>&lt;a href="gone.html"&gt;</code>',
    ],
)
def test_what_is_not_ours_to_keep_stops_nothing(markup: str) -> None:
    assert links.outward([Output(path="a/page.html", content=markup.encode())], BASE) == ()


def test_a_link_that_holds_on_one_page_may_be_dead_on_another() -> None:
    content = b'<a href="../index.html"><a href="index.html">'
    with pytest.raises(
        Stop, match=r"^2 internal links lead nowhere: index.html: ../index.html; b/page.html: index.html$"
    ):
        follow(dict.fromkeys(("index.html", "a/index.html", "b/page.html"), content))


def test_a_template_that_breaks_every_page_is_told_in_one_line() -> None:
    markup = "".join(f'<a href="gone-{number}">' for number in range(8))
    with pytest.raises(Stop, match=r"^8 internal links lead nowhere: .*gone-4, and 3 more$"):
        followed(markup)


def other_places(page: str, content: bytes) -> Iterator[tuple[str, str]]:
    """Give file and anchor of all that a page leads to on other pages, as a browser finds them."""
    for tag, link in pages.links(content):
        address, anchor = urldefrag(urljoin(BASE + page, link))
        address = address.partition("?")[0]
        if address.startswith(BASE) and (tag == "link" or "://" not in link):
            path = address.removeprefix(BASE)
            yield f"{path}index.html" if path.endswith("/") or not path else path, anchor


def test_every_link_of_the_site_is_seen_as_by_an_independent_parser(tmp_path: Path) -> None:
    for page, content in planned(story(tmp_path / "r")).items():
        if page.endswith(".html"):
            seen = {link[:2] for link in links.outward([Output(path=page, content=content)], BASE)}
            assert seen == {place for place in other_places(page, content) if place[0] != page}


def test_a_page_that_a_template_links_wrongly_is_never_built(tmp_path: Path) -> None:
    built = planned(story(tmp_path / "r"))
    with pytest.raises(Stop, match=r"404\.html: /conformance/method/"):
        follow({path: content for path, content in built.items() if path != urls.METHOD})


@given(st.text(st.characters(codec="utf-8"), max_size=40))
def test_no_address_can_make_it_fall_over(address: str) -> None:
    with contextlib.suppress(Stop):
        followed(f'<a href="{html.escape(address)}">')
