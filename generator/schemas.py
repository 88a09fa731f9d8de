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
import referencing
import referencing.exceptions

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
                yield jsonschema.ValidationError(_missing(name))


def _missing(name: str) -> str:
    return f"field `{name}` is missing"


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


def _is_integer(_checker: Any, value: object) -> bool:
    # JSON Schema takes 1.0 for an integer; whoever reads the file in Python or Go does not.
    return isinstance(value, int) and not isinstance(value, bool)


_Validator: Final = jsonschema.validators.extend(  # type: ignore[no-untyped-call]
    jsonschema.Draft202012Validator,
    {"pattern": _pattern, "required": _required, "additionalProperties": _additional},
    type_checker=jsonschema.Draft202012Validator.TYPE_CHECKER.redefine("integer", _is_integer),
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
    "minLength": lambda value, least: f"{shortened(value)} has fewer than {least} characters",
    "maxLength": lambda value, most: f"{shortened(value)} has {len(value)} characters, more than {most}",
    "minItems": lambda value, least: f"{len(value)} items, fewer than {least}",
    "maxItems": lambda value, most: f"{len(value)} items, more than {most}",
    "minProperties": lambda value, least: f"{len(value)} fields, fewer than {least}",
    "maxProperties": lambda value, most: f"{len(value)} fields, more than {most}",
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
        self.path = path
        self._validator = _Validator(schema, format_checker=_FORMATS, registry=referencing.Registry())

    def findings(self, document: Document) -> tuple[Finding, ...]:
        """Give every place where the document does not fit, in document order."""
        try:
            errors = tuple(self._validator.iter_errors(document.data))
        except referencing.exceptions.Unresolvable as error:
            raise Stop(f"{self.path} is not a JSON Schema: {error}") from error
        order = {where: index for index, where in enumerate(document.places())} if errors else {}
        found = [(order[_where(error)], error) for error in errors]
        pairs = [(index, _finding(document, index, error)) for index, error in found]
        return tuple(f for _, f in sorted(pairs, key=lambda pair: (pair[0], pair[1].rule, pair[1].message)))


def _where(error: Any) -> tuple[str, ...]:
    return tuple(str(part) for part in error.absolute_path)


def _finding(document: Document, index: int, error: Any) -> Finding:
    message = _MESSAGES.get(error.validator, lambda *_: str(error.message))(error.instance, error.validator_value)
    return Finding(
        rule=_KEYWORD_RULES.get(error.validator, "schema-condition"),
        path=document.path,
        line=document.lines[index],
        pointer=pointer(_where(error)),
        message=message if len(message) <= 300 else f"{message[:300]}…",
        fix=_fix(error) or "see docs/formats.md",
    )


def _fix(error: Any) -> str:
    schema = error.schema if isinstance(error.schema, Mapping) else {}
    if error.validator == "additionalProperties":
        return "remove it, or correct its name"
    if error.validator == "required":
        missing = next((name for name in error.validator_value if str(error.message) == _missing(name)), "")
        described = schema.get("properties", {}).get(missing, {}).get("description", "")
        return f"add it: {described}" if described else "add it"
    advice = str(schema.get("description", ""))
    is_text = error.validator == "type" and error.validator_value == "string"
    return f"quote the value; {advice}" if is_text else advice
