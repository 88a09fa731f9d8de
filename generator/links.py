"""Every internal link and anchor of the pages followed; one that leads nowhere stops the build."""

from __future__ import annotations

import html
import posixpath
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import unquote, urlsplit

from generator import urls
from generator.findings import Stop

if TYPE_CHECKING:
    from generator.judgements import Output

_TAG: Final = re.compile(rb"<(a|img|link|script|use)\s[^>]*?(?<=\s)(?:href|src)=\"([^\"]*)\"")
_ID: Final = re.compile(rb"id=\"(?<=\sid=\")([^\"]*)\"")
_ELSEWHERE: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//")
_NAMED: Final = 5
"""How many dead links a message names; a broken template breaks hundreds in one way."""


class Link(NamedTuple):
    """A file of the site and an anchor in it, or none, and the page that leads there, by what it says."""

    path: str
    anchor: str
    page: str
    target: str


def outward(outputs: Iterable[Output], base_url: str) -> tuple[Link, ...]:
    """Follow every link, image, sheet and script of the pages among some files; give those that lead out of them.

    Of those that lead to one place it gives one, and of those that lead nowhere too.

    Attributes hold no `>` and text no `<`: templates and Markdown escape both, so that tags can be told by
    one expression. Whole addresses are followed only where they are ours to say (`link`, as of the canonical
    address): any robot may name an address of this site that does not exist, and must not stop it.
    """
    contents = {output.path: output.content for output in outputs}
    files = _Files(contents.keys(), contents.__getitem__)
    found: dict[tuple[str, str], Link] = {}
    followed: defaultdict[int, set[tuple[bytes, bytes]]] = defaultdict(set)
    for page, content in contents.items():
        if not page.endswith(".html"):
            continue
        # From the root downwards a link means the same on every page of one depth, and most have been followed.
        depth = page.count("/")
        root = b"../" * depth or b"/"
        for one in sorted(set(_TAG.findall(content)) - followed[depth]):
            tag, raw = one
            target = html.unescape(raw.decode())
            path, anchor = _place(target, page, base_url, ours=tag == b"link")
            if path and not files.hold(path, anchor):
                found.setdefault((path, anchor), Link(path, anchor, page, target))
            if raw.startswith(root):
                followed[depth].add(one)
    return tuple(found[place] for place in sorted(found))


def verify(led: Iterable[Link], paths: AbstractSet[str], content: Callable[[str], bytes]) -> None:
    """Raise `Stop`, with page and link, where one leads to none of the files at `paths`.

    `content` gives the bytes of a file, for the anchors in it.
    """
    files = _Files(paths, content)
    dead = [f"{link.page}: {link.target}" for link in led if not files.hold(link.path, link.anchor)]
    if dead:
        more = f", and {len(dead) - _NAMED} more" if len(dead) > _NAMED else ""
        one = "an internal link leads" if len(dead) == 1 else f"{len(dead)} internal links lead"
        raise Stop(f"{one} nowhere: {'; '.join(dead[:_NAMED])}{more}")


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
    """Some files of a site, and the anchors of those that were asked for."""

    def __init__(self, paths: AbstractSet[str], content: Callable[[str], bytes]) -> None:
        self._paths = paths
        self._content = content
        self._anchors: dict[str, frozenset[str]] = {}

    def hold(self, path: str, anchor: str) -> bool:
        """Say whether there is a file at a path, with an anchor if one is asked for."""
        if path not in self._paths:
            return False
        if not anchor:
            return True
        if path not in self._anchors:
            self._anchors[path] = frozenset(_ids(self._content(path)))
        return anchor in self._anchors[path] or unquote(anchor) in self._anchors[path]


def _ids(content: bytes) -> Iterator[str]:
    for found in _ID.finditer(content):
        # In text it would be no attribute: what stands before it nearest is the beginning of a tag.
        if content.rfind(b"<", 0, found.start()) > content.rfind(b">", 0, found.start()):
            yield html.unescape(found[1].decode())
