"""Formats, one module each: what stands under results/; `importers` lists what harnesses write."""

from collections.abc import Callable
from typing import Final

from generator.formats import result
from generator.model import Document
from generator.records import Record

FORMATS: Final[dict[str, Callable[[Document], tuple[Record, ...]]]] = {"meshmark": result.records}
"""What stands under results/: a schema-valid document to records."""
