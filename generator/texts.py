"""Markdown of the programme to HTML, with raw HTML switched off and links held to safe schemes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from markdown import Markdown
from markdown.extensions import Extension, toc
from markdown.treeprocessors import Treeprocessor

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_MEANINGFUL: Final = re.compile(r"([\\`*_{}\[\]()#+.!|>-])")
_ALLOWED: Final = ("https://", "#", "./", "../")


class _SafeLinks(Treeprocessor):
    def run(self, root: Element) -> None:
        for element in root.iter():
            for name in ("href", "src"):
                target = element.get(name)
                if target is not None and not (target.startswith(_ALLOWED) or ":" not in target):
                    del element.attrib[name]
        used = {element.get("id", "") for element in root.iter()}
        for term in root.iter("dt"):
            term.set("id", toc.unique(f"term-{toc.slugify(''.join(term.itertext()), '-')}", used))


class _Safe(Extension):
    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - the name is the package's
        md.preprocessors.deregister("html_block")
        md.inlinePatterns.deregister("html")
        md.treeprocessors.register(_SafeLinks(md), "safe-links", 0)


def html(markdown: str) -> str:
    """Render Markdown with tables, fenced code, definition lists and ids; raw HTML comes out as text."""
    return Markdown(extensions=["tables", "fenced_code", "def_list", "toc", _Safe()], output_format="html").convert(
        markdown
    )


def literal(text: str) -> str:
    """Write a text into Markdown so that it means nothing there: one line, with escapes."""
    return _MEANINGFUL.sub(r"\\\1", " ".join(text.split()))
