"""The verbs that make results of what harnesses wrote: import."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from generator import answers, api, console, terminal, urls
from generator.findings import Finding, Stop

if TYPE_CHECKING:
    from generator.assembly import Told
    from generator.drafts import Known
    from generator.importing import Basis
    from generator.robot import Robot


NAMES = ("gateway-api", "junit", "kuttl", "meshery")
"""The formats of generator.formats.IMPORTERS, named here so that the other verbs start without them."""


def add_import(verbs: Any) -> None:
    """Add the verb `import`."""
    verb = console.verb(verbs, "import", "Make result files of what a test harness wrote.", run_import)
    verb.add_argument("source", choices=NAMES, metavar="FORMAT", help="what wrote the files")
    verb.add_argument("files", nargs="+", type=Path, metavar="FILE", help="foreign files")
    verb.add_argument("--lenient", action="store_true", help="accept what only the past excuses, with a notice each")
    verb.add_argument("--mapping", type=Path, metavar="FILE", help="which test of the suite each foreign test is")
    verb.add_argument("--stdout", action="store_true", help="print the results instead of writing them")
    telling_options(verb)
    console.format_options(verb, urls.IMPORT_SCHEMA, "markdown")
    verb.set_defaults(stop_report=api.stopped_import)


def telling_options(verb: argparse.ArgumentParser) -> None:
    """Add the flags that tell what a harness cannot know."""
    verb.add_argument("--robot", type=Path, metavar="FILE", help="the robot file (default: .meshmark-robot.yaml here)")
    texts = (
        ("--mesh", "ID", "the mesh that was tested"),
        ("--mesh-version", "VERSION", "its exact version"),
        ("--kubernetes", "VERSION", "the Kubernetes version it ran on"),
        ("--platform", "NAME", "where the cluster ran, such as kind"),
        ("--publisher", "ID", "the service account that will sign"),
        ("--suite", "ID:VERSION", "the test set that was run"),
        ("--harness", "NAME:VERSION", "what ran the tests"),
        ("--run-url", "URL", "the page of the run in the CI system"),
        ("--evidence-url", "URL", "where the foreign file can be fetched; its digest goes into the result"),
    )
    for flag, shown, text in texts:
        verb.add_argument(flag, default="", metavar=shown, help=text)
    verb.add_argument("--transcribed-from", action="append", default=[], metavar="URL", help="for archivists: a source")
    verb.add_argument(
        "--issued-at", type=console.moment, metavar="TIME", help="when it is reported (default: when the run ended)"
    )


def run_import(arguments: argparse.Namespace) -> int:
    """Read the files, assemble the results, and write each where its fields say."""
    from generator import importing
    from generator.formats.importers import IMPORTERS

    root = console.root(arguments)
    basis = importing.basis(root)
    robot = robot_of(arguments, basis)
    known, told = known_of(arguments, basis, robot), telling(arguments, basis, robot)
    importer = IMPORTERS[arguments.source]
    if arguments.evidence_url and len(arguments.files) > 1:
        raise Stop("--evidence-url is the address of one file: import the files one by one")
    sources, unread = importing.readable(arguments.files)
    outcomes = [importing.imported(source, importer, known, told, basis.result) for source in sources]
    findings = (*unread, *(finding for outcome in outcomes for finding in outcome.findings))
    if arguments.stdout:
        print("---\n".join(made.content.decode() for outcome in outcomes for made in outcome.results), end="")
    if arguments.format == "markdown":
        console.print_lines(answers.import_table(outcomes))
    if arguments.stdout or arguments.format == "markdown":
        return report((), findings, "text")
    written, more = importing.write(root, outcomes)
    return report(written, (*findings, *more), arguments.format)


def robot_of(arguments: argparse.Namespace, basis: Basis) -> Robot:
    """Read the robot file that is named, or the one of the current folder, or none."""
    from generator import robot

    file = arguments.robot or Path(robot.FILE)
    if arguments.robot is None and not file.is_file():
        return robot.Robot()
    if basis.robot is None:
        raise Stop(f"{urls.schema('Robot')} is missing in the last commit: {file} cannot be read")
    return robot.read(file, basis.robot)


def telling(arguments: argparse.Namespace, basis: Basis, robot: Robot) -> Told:
    """Put together what flags, the robot file and the programme tell; flags win."""
    from generator.assembly import Told

    name, version = _two(arguments.harness, "--harness NAME:VERSION")
    return basis.told(
        Told(
            audience="",
            now=datetime.now(UTC).replace(microsecond=0),
            issued_at=arguments.issued_at,
            publisher=arguments.publisher or robot.publisher,
            mesh=arguments.mesh or robot.mesh,
            mesh_version=arguments.mesh_version,
            kubernetes=arguments.kubernetes,
            platform=arguments.platform or robot.platform,
            harness=name or robot.harness,
            harness_version=version or robot.harness_version,
            url=arguments.run_url,
            evidence_url=arguments.evidence_url,
            transcribed_from=tuple(arguments.transcribed_from),
            lenient=getattr(arguments, "lenient", False),
        )
    )


def known_of(arguments: argparse.Namespace, basis: Basis, robot: Robot) -> Known:
    """Put together what an importer may rest on."""
    from generator.drafts import Known
    from generator.formats.importers import USUAL_SUITES

    suite_id, version = _two(arguments.suite, "--suite ID:VERSION")
    if not suite_id and arguments.source not in USUAL_SUITES:
        suite_id, version = robot.suite, robot.suite_version
    told = basis.suite(suite_id, version) if suite_id else None
    return Known(
        suites=basis.suites,
        aliases=basis.aliases(suite_id or USUAL_SUITES.get(arguments.source, "")),
        told=told,
        mapping=_mapping(arguments.mapping, basis) if arguments.mapping else {},
        lenient=arguments.lenient,
    )


def _mapping(file: Path, basis: Basis) -> dict[str, str]:
    from generator import importing, settings

    if basis.mapping is None:
        raise Stop(f"{urls.schema('Mapping')} is missing in the last commit: {file} cannot be read")
    reading = settings.document(str(file), importing.read(file).content, basis.mapping)
    if reading.document is None:
        raise Stop(f"{file} is not valid", reading.findings)
    tests: Any = reading.document.data["tests"]
    return dict(tests)


def _two(text: str, form: str) -> tuple[str, str]:
    first, colon, second = text.partition(":")
    if text and not (first and colon and second):
        raise Stop(f"{text!r} is not of the form {form}")
    return first, second


def report(written: Sequence[str], findings: tuple[Finding, ...], how: str) -> int:
    """Print what was written and what is wrong, and give the exit code."""
    if how == "json":
        console.print_json({"written": list(written), "findings": [api.finding_data(one) for one in findings]})
        return console.code(findings)
    console.print_lines(written)
    for line in terminal.finding_lines(findings):
        print(line, file=sys.stderr)
    print(f"{len(written)} written; {terminal.count_line(findings)}", file=sys.stderr)
    return console.code(findings)
