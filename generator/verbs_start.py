"""The verbs that start something: init and demo."""

from __future__ import annotations

import argparse
import shlex
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from generator import console, terminal, wording
from generator.findings import Stop


def add_init(verbs: Any) -> None:
    """Add the verb `init`."""
    text = "Make a new programme that builds at once."
    verb = verbs.add_parser("init", help=text, description=text)
    verb.set_defaults(run=run_init)
    verb.add_argument("folder", type=Path, metavar="DIR", help="the new programme's folder: absent or empty")
    verb.add_argument("--title", default="", help="the programme's name (default: the folder's)")
    verb.add_argument("--base-url", default="", metavar="URL", help="where the site will stand (default: an example)")
    verb.add_argument("--audience", default="", metavar="URL", help="what results are signed for (default: --base-url)")
    verb.add_argument(
        "--mesh", action="append", default=[], metavar="ID", help="a mesh (repeat; default: example-mesh)"
    )
    verb.add_argument(
        "--maintainer", action="append", default=[], metavar="ID", help="a maintainer (repeat; default: maintainer)"
    )
    verb.add_argument("--keys", type=Path, metavar="DIR", help="where private keys go (default: DIR-keys beside DIR)")
    verb.add_argument("--name", default="", help="who commits (default: git's user.name)")
    verb.add_argument("--email", default="", metavar="ADDRESS", help="their address (default: git's user.email)")


def run_init(arguments: argparse.Namespace) -> int:
    """Make the programme, and say what to do next."""
    from generator import commits, founding

    folder = arguments.folder.resolve()
    if not folder.name:
        raise Stop(f"{folder} is no place for a programme")
    keys = arguments.keys.resolve() if arguments.keys else folder.with_name(f"{folder.name}-keys")
    address = arguments.base_url or f"https://example.org/{wording.slug(folder.name) or 'conformance'}/"
    charter = founding.Charter(
        title=arguments.title or folder.name,
        base_url=f"{address.rstrip('/')}/",
        audience=(arguments.audience or address).rstrip("/"),
        meshes=tuple(arguments.mesh) or ("example-mesh",),
        maintainers=tuple(arguments.maintainer) or ("maintainer",),
    )
    person = commits.configured(Path.cwd(), arguments.name, arguments.email)
    made = founding.found(folder, keys, charter, person, datetime.now(UTC))
    print(f"{terminal.plain(charter.title)}: a programme in {folder}, commit {made.head}")
    print(f"private keys in {keys}: no copy of them belongs into a repository")
    print(f"trust root, to keep outside of the repository: {made.head}:{made.digest}")
    if not arguments.base_url:
        print(f"note: the registry is signed for {charter.audience}, which never changes; --base-url names yours")
    here, key, result = shlex.quote(str(folder)), shlex.quote(str(keys / made.robot)), made.result
    place = result.rpartition("/")[0]
    print("next:")
    print(f"  cd {here} && meshmark build")
    print(f"  mkdir -p {place} && cp {founding.EXAMPLE_RESULT} {result} && meshmark sign {result} --key {key}")
    print("  git remote add origin URL && git push --set-upstream origin main")
    print(f"what each of them does, and what to change first, stands in {founding.README}")
    return console.CLEAN


def add_demo(verbs: Any) -> None:
    """Add the verb `demo`."""
    text = "Write a whole fictitious programme as a git repository."
    verb = verbs.add_parser("demo", help=text, description=text)
    verb.set_defaults(run=run_demo)
    verb.add_argument("folder", type=Path, metavar="DIR", help="the demonstration's folder: absent or empty")
    verb.add_argument("--serve", action="store_true", help="build the site and show it at once")
    verb.add_argument("--port", type=int, default=8000, help="the port for --serve (default: 8000; 0: any)")


def run_demo(arguments: argparse.Namespace) -> int:
    """Write the demonstration, and build and show it when asked to."""
    from generator import demonstration, verbs_serve

    folder = arguments.folder.resolve()
    made = demonstration.write(folder)
    here = shlex.quote(str(folder))
    print(f"a fictitious programme in {folder}: {made.results} results in {made.commits} commits, head {made.head}")
    print("its keys are public and worthless: see README.md")
    if not arguments.serve:
        print("next:")
        print(f"  meshmark build --root {here}")
        print(f"  meshmark serve --root {here}")
        print("both end with exit code 1: what does not count is part of the story")
        return console.CLEAN
    return verbs_serve.run_serve(
        argparse.Namespace(
            root=folder,
            out=None,
            as_of=None,
            at=None,
            trust_root=None,
            published_checkpoint=None,
            cache=None,
            port=arguments.port,
        )
    )
