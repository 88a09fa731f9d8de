"""Markdown of the programme to HTML, with raw HTML switched off and links held to safe schemes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from markdown import Markdown
from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_ALLOWED: Final = ("https://", "#", "./", "../")


class _SafeLinks(Treeprocessor):
    def run(self, root: Element) -> None:
        for element in root.iter():
            for name in ("href", "src"):
                target = element.get(name)
                if target is not None and not (target.startswith(_ALLOWED) or ":" not in target):
                    del element.attrib[name]


class _Safe(Extension):
    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - the name is the package's
        md.preprocessors.deregister("html_block")
        md.inlinePatterns.deregister("html")
        md.treeprocessors.register(_SafeLinks(md), "safe-links", 0)


def html(markdown: str) -> str:
    """Render Markdown with tables, fenced code and heading ids; raw HTML comes out as text."""
    return Markdown(extensions=["tables", "fenced_code", "toc", _Safe()], output_format="html").convert(markdown)
