"""The verb that prints shell completion."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from generator import completion


def add_completion(verbs: Any, whole: Callable[[], argparse.ArgumentParser]) -> None:
    """Add the verb `completion`; `whole` gives the parser of the whole command line."""
    text = "Print a script that completes verbs, flags and files in a shell."
    verb = verbs.add_parser("completion", help=text, description=text)
    verb.add_argument("shell", choices=sorted(completion.SHELLS), metavar="SHELL", help="bash, fish or zsh")
    verb.set_defaults(run=run_completion, whole=whole)


def run_completion(arguments: argparse.Namespace) -> int:
    """Print the script."""
    print(completion.SHELLS[arguments.shell](arguments.whole()), end="")
    return 0
