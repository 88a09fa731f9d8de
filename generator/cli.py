"""The command line: parses, runs one verb, and gives its exit code."""

from __future__ import annotations

import argparse
import os
import sys
import traceback
from collections.abc import Sequence

from generator import (
    __version__,
    console,
    verbs_import,
    verbs_record,
    verbs_registry,
    verbs_results,
    verbs_site,
    verbs_start,
    verbs_submit,
    verbs_suite,
)
from generator.findings import Stop


def main(argv: Sequence[str] | None = None) -> int:
    """Run one verb and give its exit code; `argv` excludes the program's name."""
    arguments = parser().parse_args(argv)
    try:
        code: int = arguments.run(arguments)
    except Stop as stop:
        return console.stopped(stop, arguments)
    except KeyboardInterrupt:
        print("interrupted; nothing was changed", file=sys.stderr)
        return console.INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has gone; Python would complain once more while it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return console.CLEAN
    except Exception:  # noqa: BLE001 - the last resort: a bug gets its traceback and its own code
        traceback.print_exc()
        return console.BUG
    return code


def parser() -> argparse.ArgumentParser:
    """Give the parser of the whole command line."""
    found = argparse.ArgumentParser(
        prog="meshmark",
        description="Check, verify and publish conformance results.",
        epilog="Exit codes: 0 clean, 1 findings, 2 stopped, 3 a bug, 130 interrupted.",
    )
    found.add_argument("--version", action="version", version=f"meshmark {__version__}")
    verbs = found.add_subparsers(title="verbs", required=True, metavar="VERB")
    for add in (
        verbs_site.add_build,
        verbs_site.add_serve,
        verbs_results.add_check,
        verbs_results.add_verify,
        verbs_results.add_explain,
        verbs_results.add_sign,
        verbs_submit.add_submit,
        verbs_import.add_import,
        verbs_record.add_record,
        verbs_suite.add_suite,
        verbs_registry.add_registry,
        verbs_start.add_init,
        verbs_start.add_demo,
    ):
        add(verbs)
    return found
