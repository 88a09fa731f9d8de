"""What a new programme takes over from Meshmark: schemas, templates, workflows.

In a checkout they are the files of this repository itself; an installation carries them inside the
package. There is no second copy.
"""

from __future__ import annotations

import importlib.resources
from collections.abc import Iterator
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final

from generator import __version__
from generator.findings import Stop

INSTALLED: Final = "_seed"
"""The folder of the package in which an installation carries them."""

SOURCES: Final = (
    ".ci/publish",
    ".gitattributes",
    ".github/workflows/publish.yml",
    ".github/workflows/results.yml",
    "schema",
    "site_templates",
)
"""Files and folders of this repository; pyproject.toml puts each into the package."""

REQUIREMENTS: Final = "requirements.txt"
_REPOSITORY: Final = "https://github.com/meshmark/meshmark"
_REWRITTEN: Final = {
    # Here the programme and the program share a repository; elsewhere the program is installed.
    ".github/workflows/publish.yml": (b"install --quiet .\n", b"install --quiet --requirement requirements.txt\n"),
    ".github/workflows/results.yml": (
        b"install --quiet ./base\n",
        b"install --quiet --requirement base/requirements.txt\n",
    ),
}


def files() -> dict[str, bytes]:
    """Give the files of a new programme that are the same in every programme, by path.

    Suites are left out, for they are the programme's own. Raises `Stop` when the installation is not
    complete.
    """
    package = importlib.resources.files("generator")
    top = package / INSTALLED
    found = dict(_found(top if top.is_dir() else Path(__file__).parent.parent))
    for path, (here, elsewhere) in _REWRITTEN.items():
        if here not in found[path]:
            raise Stop(f"{path} does not install Meshmark as expected")
        found[path] = found[path].replace(here, elsewhere)
    kept = (line for line in found[".gitattributes"].splitlines(keepends=True) if not line.startswith(b"tests/"))
    return found | {
        ".gitattributes": b"".join(kept),
        ".gitignore": b"public/\n__pycache__/\n.venv/\n",
        REQUIREMENTS: f"meshmark @ git+{_REPOSITORY}@v{__version__}\n".encode(),
    }


def _found(top: Traversable) -> Iterator[tuple[str, bytes]]:
    for source in SOURCES:
        found = list(_below(top / source, source))
        if not found:
            raise Stop(f"{source} is missing: this installation of Meshmark is not complete")
        yield from found


def _below(place: Traversable, path: str) -> Iterator[tuple[str, bytes]]:
    if place.is_file():
        yield path, place.read_bytes()
    elif place.is_dir():
        for child in sorted(place.iterdir(), key=lambda one: one.name):
            if path != "schema" or child.name.endswith(".schema.json"):
                yield from _below(child, f"{path}/{child.name}")
