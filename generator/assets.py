"""The files of a theme as they are sent: sheets and scripts without what only their authors read."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from generator import urls
from generator.judgements import Output
from generator.theme import Theme

_BLANKS: Final = re.compile(
    rb"(\"[^\"\n]*\"|'[^'\n]*')|/\*.*?\*/\s*|\s*([{};,>])\s*(?:/\*.*?\*/\s*)*|(?<=:)[ ]+", re.DOTALL
)
"""In a style sheet: strings, which stay as they are, and what can go around them."""


def outputs(look: Theme) -> Iterable[Output]:
    """Give every asset of a theme."""
    for path, content in look.assets():
        if path == urls.STYLE:
            yield Output(path=path, content=_slim(content))
        elif path in {urls.SCRIPT, urls.COMPARING}:
            # Every page loads one script: those that do more than remember colours load both as one.
            yield Output(path=path, content=_script(look, urls.COLOURS) + _script(look, path))
        elif path == urls.COLOURS:
            yield Output(path=path, content=_script(look, path))
        else:
            yield Output(path=path, content=content)


def _script(look: Theme, path: str) -> bytes:
    """Give a script; of ours without the lines that are comments, and without indents, which no text spans."""
    content = look.content(path)
    if path in look.own and look.own[path] != look.defaults.get(path):
        return content
    lines = (line.strip() for line in content.splitlines())
    return b"".join(line + b"\n" for line in lines if line and not line.startswith((b"//", b"/*")))


def _slim(css: bytes) -> bytes:
    """Leave out comments and blanks that say nothing: every page is weighed with its style sheet."""
    return _BLANKS.sub(lambda found: found[1] or found[2] or b"", css.strip()) + b"\n"
