"""Reading built pages as an independent client would: strictly, and following every link."""

from __future__ import annotations

import functools
import posixpath
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import unquote, urlsplit
from xml.etree.ElementTree import Element

import html5lib

from generator.judgements import Output

XHTML = "{http://www.w3.org/1999/xhtml}"
LINKS = {"a": "href", "link": "href", "img": "src", "script": "src", "use": "href"}


@functools.cache
def tree(html: bytes) -> Element:
    """Parse a page; any violation of the HTML standard is an error."""
    parser = html5lib.HTMLParser(strict=True)
    root = parser.parse(html)
    assert isinstance(root, Element)
    return root


def text(html: bytes) -> str:
    """Give the words of a page's main part with single blanks between them."""
    main = tree(html).find(f".//{XHTML}main")
    assert main is not None
    return " ".join(" ".join(main.itertext()).split())


def pages(outputs: Iterable[Output]) -> dict[str, bytes]:
    """Give the pages among the outputs."""
    return {output.path: output.content for output in outputs if output.path.endswith(".html")}


def links(html: bytes) -> Iterator[tuple[str, str]]:
    """Give (tag, target) of everything that a page links to or loads."""
    for element in tree(html).iter():
        tag = str(element.tag).rpartition("}")[2]
        target = element.get(LINKS.get(tag, ""))
        if target is not None:
            yield tag, target


@functools.cache
def ids(html: bytes) -> frozenset[str]:
    """Give the ids of a page."""
    found = [element.get("id") for element in tree(html).iter() if element.get("id")]
    assert len(found) == len(set(found)), "an id stands twice"
    return frozenset(one for one in found if one)


def broken_links(outputs: Mapping[str, bytes]) -> list[str]:
    """Give every internal link and anchor that leads nowhere."""
    broken = []
    for page, html in outputs.items():
        if not page.endswith(".html") or page == "404.html":
            continue  # that one has links from the server's root, and a test of its own
        for _, target in links(html):
            parts = urlsplit(target)
            if parts.scheme or parts.netloc:
                continue
            path = posixpath.normpath(posixpath.join(posixpath.dirname(page), unquote(parts.path)))
            path = page if not parts.path else path
            if path not in outputs or (parts.fragment and parts.fragment not in ids(outputs[path])):
                broken.append(f"{page}: {target}")
    return broken
