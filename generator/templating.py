"""What fills templates, and quickly: none is compiled twice, and what is shown again is not escaped again."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, MutableMapping
from pathlib import Path
from types import CodeType
from typing import Any, Final

import jinja2
from markupsafe import Markup, escape

from generator import seals


class Compiled(jinja2.BytecodeCache):
    """Templates in the form that Python runs, so that none is compiled twice: in memory, and sealed in a cache."""

    def __init__(self, cache: Path | None = None) -> None:
        """Take what an earlier process kept in `cache`, if this very program did and this user sealed it."""
        self._file = cache / "templates" if cache else None
        self._made_by = seals.program() if cache else ""
        told = seals.read(self._file) if self._file else None
        made_by, codes = json.loads(told) if told else ("", {})
        self._codes: dict[str, str] = codes if made_by == self._made_by else {}
        self._used: dict[str, str] = {}
        self._has_news = False

    def get_bucket(
        self,
        environment: jinja2.Environment,
        name: str,
        filename: str | None,  # noqa: ARG002 - the signature is the package's
        source: str,
    ) -> jinja2.bccache.Bucket:
        """Give the place of a template: two of one name are two, such as one's own and the one that it extends."""
        key = self.get_source_checksum(f"{name}\n{source}")
        bucket = jinja2.bccache.Bucket(environment, key, self.get_source_checksum(source))
        self.load_bytecode(bucket)
        return bucket

    def load_bytecode(self, bucket: jinja2.bccache.Bucket) -> None:
        """Give what is known of a template."""
        if code := self._codes.get(bucket.key):
            bucket.bytecode_from_string(code.encode("latin-1"))
            self._used[bucket.key] = code

    def dump_bytecode(self, bucket: jinja2.bccache.Bucket) -> None:
        """Take what was compiled."""
        self._codes[bucket.key] = self._used[bucket.key] = bucket.bytecode_to_string().decode("latin-1")
        self._has_news = True

    def keep(self) -> None:
        """Leave what was used to later processes, if there is a cache and anything new; forget the rest."""
        if self._file and self._has_news:
            seals.write(self._file, json.dumps([self._made_by, self._used], ensure_ascii=False).encode())
        self._codes, self._used, self._has_news = self._used, {}, False


class _Template(jinja2.Template):
    """A template that escapes what it shows as any does, and remembers how: names, dates and links come again."""

    @classmethod
    def from_code(
        cls,
        environment: jinja2.Environment,
        code: CodeType,
        globals: MutableMapping[str, Any],  # noqa: A002 - the signature is the package's
        uptodate: Callable[[], bool] | None = None,
    ) -> jinja2.Template:
        """Take a template that was compiled."""
        made = super().from_code(environment, code, globals, uptodate)
        made.root_render_func.__globals__["escape"] = _escaped
        return made


def _escaped(value: Any) -> Any:
    kind = type(value)
    if kind is Markup:
        return value
    return _remembered(value) if kind is str else escape(value)


_remembered: Final[Callable[[str], Markup]] = functools.lru_cache(maxsize=1 << 14)(escape)


class _Context(jinja2.runtime.Context):
    """Calls without looking first whether a function wants the context: none of ours does, nor any of Jinja's."""

    def call(
        self, called: Any, /, *arguments: Any, _loop_vars: Any = None, _block_vars: Any = None, **named: Any
    ) -> Any:
        """Call what a template names."""
        return called(*arguments, **named)


def environment(loader: jinja2.BaseLoader, compiled: Compiled) -> jinja2.Environment:
    """Give an environment for HTML in which a name that stands for nothing is an error."""
    made = jinja2.Environment(
        loader=loader,
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
        bytecode_cache=compiled,
    )
    made.context_class, made.template_class = _Context, _Template
    return made
