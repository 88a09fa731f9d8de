"""The command line: parses, runs one verb, and gives its exit code."""

from __future__ import annotations

import gc
import os
import sys

from generator import __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    # Even `typing` takes half as long as Python itself, and `meshmark --version` needs none of these.
    import argparse
    from collections.abc import Callable, Mapping, Sequence
    from types import ModuleType
    from typing import Any, Final, NoReturn

_VERSION: Final = f"meshmark {__version__}"
_MADE_BETWEEN: Final = 400_000
"""Objects that are made between two searches for cycles."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one verb and give its exit code; `argv` excludes the program's name."""
    words = sys.argv[1:] if argv is None else argv
    if list(words) == ["--version"]:
        print(_VERSION)
        sys.exit(0)
    arguments = parser(words[0] if words else "").parse_args(words)
    # Nearly all that is made lives to the end and holds no cycle: to look for some so often is a fifth of the time.
    gc.set_threshold(_MADE_BETWEEN)
    from generator import console
    from generator.findings import Stop

    try:
        code: int = arguments.run(arguments)
        sys.stdout.flush()
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
        import traceback

        traceback.print_exc()
        return console.BUG
    return code


def command() -> NoReturn:
    """Run one verb as a process that ends with its exit code; what it holds in memory ends with it, all at once."""
    code = main()
    from contextlib import suppress

    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError):
            stream.flush()
    os._exit(code)


def parser(word: str = "") -> argparse.ArgumentParser:
    """Give the parser of the whole command line, or of no more than what begins with `word` needs."""
    import argparse

    found = argparse.ArgumentParser(
        prog="meshmark",
        description="Check, verify and publish conformance results.",
        epilog="Exit codes: 0 clean, 1 findings, 2 stopped, 3 a bug, 130 interrupted.",
    )
    found.add_argument("--version", action="version", version=_VERSION)
    verbs = found.add_subparsers(title="verbs", required=True, metavar="VERB")
    if word in _VERBS:
        _VERBS[word](verbs)
    else:
        for add in _VERBS.values():
            add(verbs)
    return found


def _build(verbs: Any) -> None:
    from generator import verbs_site

    verbs_site.add_build(verbs)


def _serve(verbs: Any) -> None:
    from generator import verbs_serve

    verbs_serve.add_serve(verbs)


def _results() -> ModuleType:
    from generator import verbs_results

    return verbs_results


def _submit(verbs: Any) -> None:
    from generator import verbs_submit

    verbs_submit.add_submit(verbs)


def _import(verbs: Any) -> None:
    from generator import verbs_import

    verbs_import.add_import(verbs)


def _record(verbs: Any) -> None:
    from generator import verbs_record

    verbs_record.add_record(verbs)


def _suite(verbs: Any) -> None:
    from generator import verbs_suite

    verbs_suite.add_suite(verbs)


def _registry(verbs: Any) -> None:
    from generator import verbs_registry

    verbs_registry.add_registry(verbs)


def _start() -> ModuleType:
    from generator import verbs_start

    return verbs_start


def _completion(verbs: Any) -> None:
    from generator import verbs_completion

    verbs_completion.add_completion(verbs, parser)


_VERBS: Final[Mapping[str, Callable[[Any], None]]] = {
    "build": _build,
    "serve": _serve,
    "check": lambda verbs: _results().add_check(verbs),
    "verify": lambda verbs: _results().add_verify(verbs),
    "explain": lambda verbs: _results().add_explain(verbs),
    "diff": lambda verbs: _results().add_diff(verbs),
    "sign": lambda verbs: _results().add_sign(verbs),
    "submit": _submit,
    "import": _import,
    "record": _record,
    "suite": _suite,
    "registry": _registry,
    "init": lambda verbs: _start().add_init(verbs),
    "demo": lambda verbs: _start().add_demo(verbs),
    "completion": _completion,
}
"""What adds each verb: modules are imported only for the verb that runs."""
