"""Holds a `Document` against a JSON Schema and explains, place by place, what does not fit."""

from __future__ import annotations

import difflib
import functools
import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final

import jsonschema

from generator.findings import Finding, Stop, pointer, shortened
from generator.model import Document


def _pattern(_validator: Any, pattern: str, instance: object, _schema: object) -> Iterator[Any]:
    # ECMA-262, which JSON Schema names, ends `$` at the end of the text; Python's also ends it
    # before a last newline.
    if isinstance(instance, str) and not _compiled(pattern).search(instance):
        yield jsonschema.ValidationError(f"{shortened(instance)} does not match {pattern}")


@functools.cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"(?<!\\)\$", r"\\Z", pattern))


def _required(_validator: Any, names: list[str], instance: object, _schema: object) -> Iterator[Any]:
    if isinstance(instance, dict):
        for name in names:
            if name not in instance:
                yield jsonschema.ValidationError(f"field `{name}` is missing")


def _additional(validator: Any, allowed: object, instance: object, schema: dict[str, Any]) -> Iterator[Any]:
    known = schema.get("properties", {})
    if not isinstance(instance, dict):
        return
    for name in instance:
        if name in known:
            continue
        if isinstance(allowed, dict):
            yield from validator.descend(instance[name], allowed, path=name)
        elif allowed is False:
            close = difflib.get_close_matches(name, known, n=1)
            hint = f"; did you mean `{close[0]}`?" if close else ""
            error = jsonschema.ValidationError(f"field {shortened(name)} is not known{hint}")
            error.path.append(name)
            yield error


_FORMATS: Final = jsonschema.FormatChecker(formats=())


@_FORMATS.checks("date-time", raises=ValueError)
def _is_date_time(value: object) -> bool:
    return not isinstance(value, str) or bool(datetime.fromisoformat(value))


@_FORMATS.checks("date", raises=ValueError)
def _is_date(value: object) -> bool:
    return not isinstance(value, str) or bool(datetime.strptime(value, "%Y-%m-%d"))  # noqa: DTZ007 - a date


_Validator: Final = jsonschema.validators.extend(  # type: ignore[no-untyped-call]
    jsonschema.Draft202012Validator,
    {"pattern": _pattern, "required": _required, "additionalProperties": _additional},
)

_KEYWORD_RULES: Final = {
    "type": "schema-type",
    "required": "schema-required",
    "additionalProperties": "schema-unknown-field",
    "pattern": "schema-pattern",
    "enum": "schema-value",
    "const": "schema-value",
    "minimum": "schema-range",
    "maximum": "schema-range",
    "minLength": "schema-length",
    "maxLength": "schema-length",
    "minItems": "schema-length",
    "maxItems": "schema-length",
    "minProperties": "schema-length",
    "maxProperties": "schema-length",
    "format": "schema-format",
}

_MESSAGES: Final[dict[str, Callable[[Any, Any], str]]] = {
    "type": lambda value, wanted: f"{shortened(value)} is not of type {wanted}",
    "enum": lambda value, wanted: f"{shortened(value)} is not one of {', '.join(map(str, wanted))}",
    "const": lambda value, wanted: f"{shortened(value)} is not {wanted}",
    "format": lambda value, wanted: f"{shortened(value)} is not a real {wanted}",
    "not": lambda value, _wanted: f"{shortened(value)} is not allowed here",
}


class Schema:
    """A compiled JSON Schema (draft 2020-12) that explains what does not fit."""

    def __init__(self, path: str, content: bytes) -> None:
        """Compile the schema in `content`; raise `Stop` when it is not a valid one."""
        try:
            schema = json.loads(content)
            _Validator.check_schema(schema)
        except (ValueError, RecursionError, jsonschema.SchemaError) as error:
            raise Stop(f"{path} is not a JSON Schema: {error}") from error
        self._validator = _Validator(schema, format_checker=_FORMATS)

    def findings(self, document: Document) -> tuple[Finding, ...]:
        """Give every place where the document does not fit, in document order."""
        found = [_finding(document, error) for error in self._validator.iter_errors(document.data)]
        return tuple(sorted(found, key=lambda f: (f.line or 0, f.pointer, f.rule, f.message)))


def _finding(document: Document, error: Any) -> Finding:
    where = [str(part) for part in error.absolute_path]
    message = _MESSAGES.get(error.validator, lambda *_: str(error.message))(error.instance, error.validator_value)
    advice = error.schema.get("description", "") if isinstance(error.schema, Mapping) else ""
    quote = "quote the value; " if error.validator == "type" and error.validator_value == "string" else ""
    return Finding(
        rule=_KEYWORD_RULES.get(error.validator, "schema-condition"),
        path=document.path,
        line=document.line(where),
        pointer=pointer(where),
        message=message if len(message) <= 300 else f"{message[:300]}…",
        fix=f"{quote}{advice}" or "see docs/formats.md",
    )
