"""Explains, place by place, why a `Document` does not fit a JSON Schema."""

from __future__ import annotations

import difflib
import functools
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, TypeAlias

import jsonschema
import referencing
import referencing.exceptions

from generator.findings import Finding, pointer, shortened
from generator.model import Document

Formats: TypeAlias = Mapping[str, Callable[[str], object]]
"""What makes a text real, by the name of its format: each raises `ValueError` for a text that is not."""


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
    patterns = schema.get("patternProperties", {})
    for name in instance:
        if name in known or any(_compiled(pattern).search(name) for pattern in patterns):
            continue
        if isinstance(allowed, dict):
            yield from validator.descend(instance[name], allowed, path=name)
        elif allowed is False:
            close = difflib.get_close_matches(name, known, n=1)
            hint = f"; did you mean `{close[0]}`?" if close else ""
            error = jsonschema.ValidationError(f"field {shortened(name)} is not known{hint}")
            error.path.append(name)
            yield error


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


def explained(schema: Any, formats: Formats, document: Document) -> tuple[Finding, ...]:
    """Give every place where the document does not fit, in document order; none that cannot be told.

    `formats` says what makes a text real, by raising `ValueError` for one that is not. Nothing is
    told of a schema whose patterns or references this library does not know.
    """
    try:
        errors = tuple(_validator(schema, formats).iter_errors(document.data))
    except (referencing.exceptions.Unresolvable, re.error):
        return ()
    order = {where: index for index, where in enumerate(document.places())} if errors else {}
    found = [(order[_where(error)], error) for error in errors]
    pairs = [(index, _finding(document, index, error)) for index, error in found]
    return tuple(f for _, f in sorted(pairs, key=lambda pair: (pair[0], pair[1].rule, pair[1].message)))


def _validator(schema: Any, formats: Formats) -> Any:
    checker = jsonschema.FormatChecker(formats=())
    for name, real in formats.items():
        checker.checks(name, raises=ValueError)(
            lambda value, real=real: not isinstance(value, str) or bool(real(value))
        )
    return _Validator(schema, format_checker=checker, registry=referencing.Registry())


def rule(keyword: str | int) -> str:
    """Give the rule of the catalogue that a keyword of JSON Schema stands for."""
    return _KEYWORD_RULES.get(str(keyword), "schema-condition")


def _where(error: Any) -> tuple[str, ...]:
    return tuple(str(part) for part in error.absolute_path)


def _finding(document: Document, index: int, error: Any) -> Finding:
    message = _MESSAGES.get(error.validator, lambda *_: str(error.message))(error.instance, error.validator_value)
    return Finding(
        rule=rule(error.validator),
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
