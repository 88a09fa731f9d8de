"""Every internal link and anchor of the pages followed; one that leads nowhere stops the build."""

from __future__ import annotations

import html
import posixpath
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Final, NamedTuple
from urllib.parse import unquote, urlsplit

from generator import urls
from generator.findings import Stop
from generator.judgements import Output

_TAG: Final = re.compile(rb"<(a|img|link|script|use)\s[^>]*?(?<=\s)(?:href|src)=\"([^\"]*)\"")
_ID: Final = re.compile(rb"id=\"(?<=\sid=\")([^\"]*)\"")
_ELSEWHERE: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//")
_NAMED: Final = 5
"""How many dead links a message names; a broken template breaks hundreds in one way."""


class Further(NamedTuple):
    """What a site holds beside the files to look at: `paths`, what gives the `content` of one, and where it leads.

    `outward` names a part of the site whose links were all followed, and path and anchor of what those lead to
    outside of it.
    """

    paths: AbstractSet[str] = frozenset()
    content: Callable[[str], bytes] = lambda _path: b""
    outward: Sequence[tuple[str, str, str]] = ()


NOTHING: Final = Further()


def verify(outputs: Iterable[Output], base_url: str, further: Further = NOTHING) -> int:
    """Follow every link, image, sheet and script of every page, and give how many were followed.

    Of `further` files only those links are followed again that lead out of their part of the site.

    Attributes hold no `>` and text no `<`: templates and Markdown escape both, so that tags can be told by
    one expression. Whole addresses are followed only where they are ours to say (`link`, as of the canonical
    address): any robot may name an address of this site that does not exist, and must not stop it.
    Raises `Stop` that names page and link.
    """
    pages = {output.path: output.content for output in outputs}
    files = _Files(pages, further)
    followed, dead = 0, []
    good: defaultdict[int, set[tuple[bytes, bytes]]] = defaultdict(set)
    for page, content in pages.items():
        if not page.endswith(".html"):
            continue
        found = dict.fromkeys(_TAG.findall(content))
        # From the root downwards a link means the same on every page of one depth, and most have been followed.
        depth = page.count("/")
        new = [one for one in found if one not in good[depth]]
        followed += len(found) - len(new)
        for tag, raw in new:
            target = html.unescape(raw.decode())
            path, anchor = _place(target, page, base_url, ours=tag == b"link")
            if not path:
                continue
            followed += 1
            if not files.hold(path, anchor):
                dead.append(f"{page}: {target}")
            elif raw.startswith(b"../" * depth or b"/"):
                good[depth].add((tag, raw))
    for part, path, anchor in further.outward:
        followed += 1
        if not files.hold(path, anchor):
            dead.append(f"{part}: {path}#{anchor}" if anchor else f"{part}: {path}")
    if dead:
        more = f", and {len(dead) - _NAMED} more" if len(dead) > _NAMED else ""
        raise Stop(f"{len(dead)} of {followed} internal links lead nowhere: {'; '.join(dead[:_NAMED])}{more}")
    return followed


def outward(outputs: Iterable[Output], base_url: str) -> set[tuple[str, str]]:
    """Give path and anchor of all that the pages of a part of the site lead to outside of it."""
    files = {output.path: output.content for output in outputs}
    found = {
        _place(html.unescape(raw.decode()), page, base_url, ours=tag == b"link")
        for page, content in files.items()
        if page.endswith(".html")
        for tag, raw in set(_TAG.findall(content))
    }
    return {(path, anchor) for path, anchor in found if path and path not in files}


def _place(target: str, page: str, base_url: str, *, ours: bool) -> tuple[str, str]:
    """Give the path of the file and the anchor that a target means; no path if it leads elsewhere."""
    before, _, anchor = target.partition("#")
    address = before.partition("?")[0]
    if not address:
        return page, anchor
    if ours and address.startswith(base_url):
        return _file(address.removeprefix(base_url)), anchor
    if _ELSEWHERE.match(address):
        return "", ""
    if address.startswith("/"):
        return _file(address.removeprefix(urlsplit(base_url).path)), anchor
    folder, slash, _ = page.rpartition("/")
    return posixpath.normpath(f"{folder}{slash}{unquote(address)}"), anchor


def _file(address: str) -> str:
    return f"{address}{urls.FRONT}" if not address or address.endswith("/") else unquote(address)


class _Files:
    """All files of a site, and the anchors of those that were asked for."""

    def __init__(self, pages: Mapping[str, bytes], further: Further) -> None:
        self._pages = pages
        self._further = further
        self._anchors: dict[str, frozenset[str]] = {}

    def hold(self, path: str, anchor: str) -> bool:
        """Say whether there is a file at a path, with an anchor if one is asked for."""
        if path not in self._pages and path not in self._further.paths:
            return False
        if not anchor:
            return True
        if path not in self._anchors:
            content = self._pages[path] if path in self._pages else self._further.content(path)
            self._anchors[path] = frozenset(_ids(content))
        return anchor in self._anchors[path] or unquote(anchor) in self._anchors[path]


def _ids(content: bytes) -> Iterator[str]:
    for found in _ID.finditer(content):
        # In text it would be no attribute: what stands before it nearest is the beginning of a tag.
        if content.rfind(b"<", 0, found.start()) > content.rfind(b">", 0, found.start()):
            yield html.unescape(found[1].decode())
