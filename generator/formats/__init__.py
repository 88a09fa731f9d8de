"""Input formats: one module each with the verb `records`, in one explicit table."""

from collections.abc import Callable
from typing import Final

from generator.formats import result
from generator.model import Document
from generator.records import Record

FORMATS: Final[dict[str, Callable[[Document], tuple[Record, ...]]]] = {"meshmark": result.records}
