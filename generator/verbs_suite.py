"""The verb about test sets: suite derive."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from generator import console, terminal, urls
from generator.findings import Stop


def add_suite(verbs: Any) -> None:
    """Add the verb `suite` with what can be done about test sets."""
    text = "Make test sets."
    group = verbs.add_parser("suite", help=text, description=text)
    actions = group.add_subparsers(title="actions", required=True, metavar="ACTION")
    text = "Make a suite for each minor release that a folder of conformance reports names."
    derive = console.verb(actions, "derive", text, run_derive)
    derive.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="reports, or folders of reports")
    derive.add_argument("--id", default="gateway-api", metavar="ID", help="the suite's id (default: gateway-api)")
    derive.add_argument("--title", default="Gateway API", help="its title, before the version (default: Gateway API)")
    derive.add_argument("--stdout", action="store_true", help="print the suites instead of writing them")


def run_derive(arguments: argparse.Namespace) -> int:
    """Read the reports, and write each suite that is not there yet."""
    from generator import documents, importing
    from generator.formats import derivation

    root = console.root(arguments)
    basis = importing.basis(root)
    sources = [importing.read(file) for file in _reports(arguments.paths)]
    papers, findings = derivation.suites(sources, basis.aliases(arguments.id), arguments.title)
    for line in terminal.finding_lines(findings):
        print(line, file=sys.stderr)
    made = [(urls.suite(paper["id"], paper["version"]), documents.write(paper)) for paper in papers]
    if arguments.stdout:
        print("---\n".join(content.decode() for _, content in made), end="")
        return console.code(findings)
    for path, content in made:
        print(f"{path}  {'written' if _written(root / path, content) else 'is there already; left as it is'}")
    return console.code(findings)


def _reports(paths: list[Path]) -> list[Path]:
    found = [file for path in paths for file in (sorted(path.rglob("*.y*ml")) if path.is_dir() else [path])]
    if not found:
        raise Stop("no report in what is named")
    return found


def _written(file: Path, content: bytes) -> bool:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("xb") as target:
            target.write(content)
    except FileExistsError:
        return False
    except OSError as error:
        raise Stop(f"{file} cannot be written: {error.strerror}") from error
    return True
