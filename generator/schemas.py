"""Decides whether a `Document` fits a JSON Schema; what does not fit is explained."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

import jsonschema_rs

from generator.findings import Finding, Stop, pointer, shortened
from generator.model import Document

FORMATS: Final[Mapping[str, Callable[[str], object]]] = {
    "date": lambda text: datetime.strptime(text, "%Y-%m-%d"),  # noqa: DTZ007 - a date
    "date-time": datetime.fromisoformat,
}
"""What makes a text real, by the name of its format: each raises `ValueError` for a text that is not."""

_WHOLE: Final = "meshmark:whole"
_PLACES: Final = frozenset({"$defs", "definitions", "dependentSchemas", "patternProperties", "properties"})
"""Keywords that map names, which may be any, to schemas."""
_VALUES: Final = frozenset({"const", "default", "dependentRequired", "enum", "examples"})
"""Keywords whose values are no schemas."""


class _Whole:
    """Refuses 1.0 for an integer: JSON Schema takes it, whoever reads the file in Python or Go does not."""

    def __init__(self, _schema: object, _value: object, _path: object) -> None:
        pass

    def validate(self, instance: object) -> None:
        if isinstance(instance, float):
            raise ValueError(f"{instance} is not of type integer")  # noqa: TRY004 - what the library wants


class _Format:
    """Knows only the formats that are explained too."""

    def __init__(self, _schema: object, value: object, _path: object) -> None:
        self._real = FORMATS.get(str(value), str)

    def validate(self, instance: object) -> None:
        if isinstance(instance, str):
            self._real(instance)


def _strict(node: Any) -> Any:
    """Give a schema in which every place for an integer refuses 1.0 too."""
    if isinstance(node, list):
        return [_strict(item) for item in node]
    if not isinstance(node, dict):
        return node
    found = {
        name: {key: _strict(schema) for key, schema in value.items()}
        if name in _PLACES and isinstance(value, dict)
        else value
        if name in _VALUES
        else _strict(value)
        for name, value in node.items()
    }
    wanted = node.get("type")
    kinds = wanted if isinstance(wanted, list) else [wanted]
    return found | {_WHOLE: True} if "integer" in kinds and "number" not in kinds else found


def _nowhere(address: str) -> Any:
    raise ValueError(f"{address} is not part of this schema")


class Schema:
    """A compiled JSON Schema (draft 2020-12) that explains what does not fit."""

    def __init__(self, path: str, content: bytes) -> None:
        """Compile the schema in `content`; raise `Stop` when it is not a valid one, or is not whole."""
        self.path = path
        self.content = content
        try:
            self._schema = json.loads(content)
            if not isinstance(self._schema, dict | bool):
                raise ValueError("neither a mapping nor a truth value")  # noqa: TRY004, TRY301 - caught below with the others
            self._judge = jsonschema_rs.Draft202012Validator(
                _strict(self._schema), keywords={_WHOLE: _Whole, "format": _Format}, retriever=_nowhere
            )
        except (ValueError, RecursionError) as error:
            raise Stop(f"{path} is not a JSON Schema: {error}") from error

    def findings(self, document: Document) -> tuple[Finding, ...]:
        """Give every place where the document does not fit, in document order.

        One library decides and a slower one explains. Where it sees nothing wrong, the decision
        stands, in the words of the one that took it.
        """
        if self._judge.is_valid(document.data):
            return ()
        from generator import misfits

        return misfits.explained(self._schema, FORMATS, document) or tuple(
            Finding(
                rule=misfits.rule(error.schema_path[-1] if error.schema_path else ""),
                path=document.path,
                line=document.line([str(part) for part in error.instance_path]),
                pointer=pointer(error.instance_path),
                message=shortened(str(error.message), 300),
                fix="see docs/formats.md",
            )
            for error in self._judge.iter_errors(document.data)
        )
