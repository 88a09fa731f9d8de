"""Input formats: one module each, in two explicit tables."""

from collections.abc import Callable
from typing import Final

from generator.drafts import Imported, Known, Source
from generator.formats import gateway_api, junit, kuttl, meshery, result
from generator.model import Document
from generator.records import Record

FORMATS: Final[dict[str, Callable[[Document], tuple[Record, ...]]]] = {"meshmark": result.records}
"""What stands under results/: a schema-valid document to records."""

IMPORTERS: Final[dict[str, Callable[[Source, Known], Imported]]] = {
    "gateway-api": gateway_api.drafts,
    "junit": junit.drafts,
    "kuttl": kuttl.drafts,
    "meshery": meshery.drafts,
}
"""What harnesses write: any bytes to drafts or findings."""

USUAL_SUITES: Final = {"gateway-api": "gateway-api", "meshery": "smi"}
"""The suite that a format reports on where nobody names another."""
