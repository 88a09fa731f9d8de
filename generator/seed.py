"""What a programme has from Meshmark: schemas and workflows at its start, templates at every build.

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

TEMPLATES: Final = "site_templates"
"""Templates, texts and assets: a site is built with these where a programme has none of its own."""

SOURCES: Final = (
    ".ci/publish",
    ".gitattributes",
    ".github/workflows/publish.yml",
    ".github/workflows/results.yml",
    "schema",
    TEMPLATES,
)
"""Files and folders of this repository; pyproject.toml puts each into the package."""

REQUIREMENTS: Final = "requirements.txt"
REPOSITORY: Final = "https://github.com/meshmark/meshmark"
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

    Suites are left out, for they are the programme's own, and so are templates, for a copy would grow
    old. Raises `Stop` when the installation is not complete.
    """
    found = {path: content for source in SOURCES if source != TEMPLATES for path, content in _found(source)}
    for path, (here, elsewhere) in _REWRITTEN.items():
        if here not in found[path]:
            raise Stop(f"{path} does not install Meshmark as expected")
        found[path] = found[path].replace(here, elsewhere)
    kept = (line for line in found[".gitattributes"].splitlines(keepends=True) if not line.startswith(b"tests/"))
    return found | {
        ".gitattributes": b"".join(kept),
        ".gitignore": b"public/\n__pycache__/\n.venv/\n",
        REQUIREMENTS: f"meshmark @ git+{REPOSITORY}@v{__version__}\n".encode(),
    }


def templates() -> dict[str, bytes]:
    """Give templates, texts and assets by their paths below `TEMPLATES`; raise `Stop` when there are none."""
    return {path.removeprefix(f"{TEMPLATES}/"): content for path, content in _found(TEMPLATES)}


def _found(source: str) -> list[tuple[str, bytes]]:
    package = importlib.resources.files("generator")
    installed = package / INSTALLED
    top = installed if installed.is_dir() else Path(__file__).parent.parent
    found = list(_below(top / source, source))
    if not found:
        raise Stop(f"{source} is missing: this installation of Meshmark is not complete")
    return found


def _below(place: Traversable, path: str) -> Iterator[tuple[str, bytes]]:
    if place.is_file():
        yield path, place.read_bytes()
    elif place.is_dir():
        for child in sorted(place.iterdir(), key=lambda one: one.name):
            if path != "schema" or child.name.endswith(".schema.json"):
                yield from _below(child, f"{path}/{child.name}")
