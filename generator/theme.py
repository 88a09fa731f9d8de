"""How a site looks: a programme's own templates, texts and assets over those of Meshmark, file by file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from generator import colours, seed, urls, xmlreader
from generator.findings import Stop, shortened
from generator.model import Site
from generator.xmlreader import Element

MAX_LOGO: Final = 24 * 1024
"""Bytes of a logo, which every page shows."""
MAX_SIDE: Final = 1024
"""Pixels of a PNG's longer side: what it unpacks to has a limit too."""

_PNG: Final = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"
_SVG: Final = "http://www.w3.org/2000/svg"
_SHAPES: Final = re.compile(
    "svg|g|defs|symbol|use|title|desc|style|path|rect|circle|ellipse|line|polyline|polygon|text|tspan"
    "|linearGradient|radialGradient|stop|clipPath|mask|pattern"
)
_DRAW: Final = "draw with shapes alone, and save as plain SVG"


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """Files by path below site_templates/: the programme's own, and Meshmark's behind them.

    `sheet` is the style sheet with the programme's colours; `logo` its path on the site, or empty.
    """

    defaults: Mapping[str, bytes]
    own: Mapping[str, bytes] = field(default_factory=dict)
    sheet: bytes = b""
    logo: str = ""

    def content(self, path: str) -> bytes:
        """Give the bytes of a file; raise `Stop` when there is none."""
        found = self.own.get(path, self.defaults.get(path))
        if found is None:
            raise Stop(f"{urls.TEMPLATES}/{path} is missing: {urls.PROGRAMME} names it under site")
        return found

    def text(self, path: str) -> str:
        """Give a file as text; raise `Stop` when there is none, or when it is not UTF-8."""
        return _text(path, self.content(path))

    def texts(self) -> tuple[dict[str, str], dict[str, str]]:
        """Give templates and Markdown as text: the programme's own, then Meshmark's."""
        own, defaults = (
            {path: _text(path, content) for path, content in files.items() if path.endswith((".html", ".md"))}
            for files in (self.own, self.defaults)
        )
        return own, defaults

    def assets(self) -> Iterator[tuple[str, bytes]]:
        """Give (path on the site, bytes) of every asset."""
        for path in sorted({*self.own, *self.defaults}):
            if path.startswith("assets/"):
                yield path, self.sheet if path == urls.STYLE else self.content(path)


def read(folder: Path, site: Site) -> Theme:
    """Read the files of a work tree below `folder`, which may be missing, and put the colours into the sheet.

    Raises `Stop` for a file that is missing, leads out of the folder or is no logo, and for colours
    that cannot be read on each other.
    """
    found = Theme(defaults=seed.templates(), own=dict(_files(folder)))
    if site.logo:
        _check_logo(site.logo, found.content(site.logo))
    for page in site.pages:
        found.text(page.file)
    sheet = _sheet(found.text(urls.STYLE), site)
    return Theme(defaults=found.defaults, own=found.own, sheet=sheet.encode(), logo=site.logo)


def _files(folder: Path) -> Iterator[tuple[str, bytes]]:
    top = folder.resolve()
    for path in sorted(top.rglob("*")):
        name = path.relative_to(top).as_posix()
        if path.is_file() and not any(part.startswith(".") for part in name.split("/")):
            if not path.resolve().is_relative_to(top):
                raise Stop(f"{urls.TEMPLATES}/{name} leads out of its folder: put the file itself there")
            yield name, path.read_bytes()


def _text(path: str, content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise Stop(f"{urls.TEMPLATES}/{path} is not UTF-8") from error


def _sheet(sheet: str, site: Site) -> str:
    differing = {colours.LIGHT: dict(site.light), colours.DARK: dict(site.dark)}
    known = colours.palettes(sheet)
    faults = [fault for name in known for fault in colours.faults(name, {**known[name], **differing[name]})]
    if faults:
        listed = "".join(f"\n    {fault}" for fault in faults)
        raise Stop(f"the colours cannot be read on each other; change them in {urls.PROGRAMME}, site.colours:{listed}")
    return sheet + colours.rules(differing[colours.LIGHT], differing[colours.DARK], known)


def _check_logo(path: str, content: bytes) -> None:
    if len(content) > MAX_LOGO:
        raise _bad(path, f"has {len(content)} bytes, more than {MAX_LOGO}: every page shows it")
    if path.endswith(".png"):
        _check_png(path, content)
    else:
        _check_svg(path, content)


def _check_png(path: str, content: bytes) -> None:
    if not content.startswith(_PNG) or len(content) < 24:
        raise _bad(path, "is no PNG")
    width, height = (int.from_bytes(content[start : start + 4]) for start in (16, 20))
    if not 0 < max(width, height) <= MAX_SIDE:
        raise _bad(path, f"is {width} by {height} pixels, more than {MAX_SIDE}")


def _check_svg(path: str, content: bytes) -> None:
    """Refuse what a drawing does not need: pages show it as an image, but at its own address a script would run."""
    reading = xmlreader.read(path, content)
    if reading.root is None:
        raise _bad(path, f"is no SVG: {reading.findings[0].message}")
    if b"<?xml-stylesheet" in content:
        raise _bad(path, f"names a style sheet: {_DRAW}")
    if reading.root.tag != "svg" or reading.root.attributes.get("xmlns") != _SVG:
        raise _bad(path, "is no SVG: its root is not an svg element of the SVG namespace")
    for element in _all(reading.root):
        if not _SHAPES.fullmatch(element.tag):
            raise _bad(path, f"holds the element {shortened(element.tag)} in line {element.line}: {_DRAW}")
        for name, value in element.attributes.items():
            leads_out = name.rpartition(":")[2].lower() == "href" and not value.startswith("#")
            if leads_out or name.lower().startswith("on"):
                raise _bad(path, f"holds {shortened(f'{name}={value}')} in line {element.line}: {_DRAW}")


def _all(element: Element) -> Iterator[Element]:
    yield element
    for child in element.children:
        yield from _all(child)


def _bad(path: str, why: str) -> Stop:
    return Stop(f"the logo {urls.TEMPLATES}/{path} {why}")
