"""The formats of harnesses, in one explicit table that nothing but an import needs."""

from collections.abc import Callable
from typing import Final

from generator.drafts import Imported, Known, Source
from generator.formats import gateway_api, junit, kuttl, meshery

IMPORTERS: Final[dict[str, Callable[[Source, Known], Imported]]] = {
    "gateway-api": gateway_api.drafts,
    "junit": junit.drafts,
    "kuttl": kuttl.drafts,
    "meshery": meshery.drafts,
}
"""What harnesses write: any bytes to drafts or findings."""

USUAL_SUITES: Final = {"gateway-api": "gateway-api", "meshery": "smi"}
"""The suite that a format reports on where nobody names another."""
