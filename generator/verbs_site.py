"""The verbs that make the site: build and serve."""

from __future__ import annotations

import argparse
import signal
from pathlib import Path
from typing import Any

from generator import console, printing, trust, urls
from generator.findings import Severity, Stop


def _options(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--out", type=Path, metavar="DIR", help="where the site goes (default: public/)")
    verb.add_argument(
        "--as-of",
        type=console.moment,
        metavar="DATE",
        help="the date by which ages are computed (default: the date of the commit)",
    )
    console.past_option(verb)
    trust.add_options(verb)


def add_build(verbs: Any) -> None:
    """Add the verb `build`."""
    _options(console.verb(verbs, "build", "Build the site from the results of the last commit.", run_build))


def run_build(arguments: argparse.Namespace) -> int:
    """Read, judge, plan and write; a quarantined result leaves the site publishable."""
    from generator import ledger, site

    root = console.root(arguments)
    revision = console.revision(arguments)
    book = ledger.read(root, revision, expected=trust.expected(arguments), watch=console.watch)
    files = ledger.files(root, book.head, (urls.REGISTRY_FOLDER, urls.RESULTS, urls.SCHEMAS))
    as_of, past = arguments.as_of or book.committed_at, arguments.at is not None
    outputs = site.plan(book, files, as_of, root / urls.TEMPLATES, past=past)
    out = arguments.out or root / urls.OUT
    site.write(outputs, out)
    loud = [finding for finding in book.findings if finding.severity is not Severity.NOTICE]
    console.print_lines(printing.finding_lines(loud))
    print(f"{len(outputs)} files in {out}; {len(book.entries)} results count; {printing.count_line(book.findings)}")
    return console.code(book.findings)


def add_serve(verbs: Any) -> None:
    """Add the verb `serve`."""
    verb = console.verb(verbs, "serve", "Build the site and show it on this machine.", run_serve)
    _options(verb)
    verb.add_argument("--port", type=int, default=8000, help="the port on 127.0.0.1 (default: 8000; 0: any)")


def run_serve(arguments: argparse.Namespace) -> int:
    """Build, then serve until interrupted."""
    from generator import server

    code = run_build(arguments)
    out = arguments.out or console.root(arguments) / urls.OUT
    try:
        web = server.serve(out, arguments.port)
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or error
        raise Stop(f"port {arguments.port} cannot be used ({reason}): choose another with --port") from error
    with web:
        # A shell starts what runs behind it with this signal ignored.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        print(f"the site is at http://127.0.0.1:{web.server_port}/ until Ctrl-C", flush=True)
        try:
            web.serve_forever()
        except KeyboardInterrupt:
            print()
    return code
