"""The verb that makes the site, shows it on this machine, and makes it again whenever something changes."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
import time
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from generator import console, urls, verbs_site
from generator.findings import Stop

if TYPE_CHECKING:
    from generator.server import Web
    from generator.site import Draft

_EVERY: Final = 0.1
"""Seconds between two looks at what a served site is made of."""
_GRACE: Final = 0.2
"""Seconds that open pages have to ask, before all others are made."""


def add_serve(verbs: Any) -> None:
    """Add the verb `serve`."""
    verb = console.verb(verbs, "serve", "Build the site and show it on this machine.", run_serve)
    verbs_site.options(verb)
    verb.add_argument("--port", type=int, default=8000, help="the port on 127.0.0.1 (default: 8000; 0: any)")


def run_serve(arguments: argparse.Namespace) -> int:
    """Build and serve; build again whenever something changed, until interrupted."""
    from generator import server, watching

    root, revision = console.root(arguments), console.revision(arguments)
    before = watching.state(root, revision)
    making = verbs_site.Making(arguments)
    code = making.build()
    try:
        web = server.serve(verbs_site.out(arguments), arguments.port, follow=True)
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or error
        raise Stop(f"port {arguments.port} cannot be used ({reason}): choose another with --port") from error
    interrupted = threading.Event()

    def interrupt(*_: object) -> None:
        # Python swallows what is raised while it tidies up an object, so the loop looks for itself too.
        interrupted.set()
        raise KeyboardInterrupt

    with server.beside(web):
        try:
            # A shell starts what runs behind it with this signal ignored.
            signal.signal(signal.SIGINT, interrupt)
            # Who reads this may press Ctrl-C before we come back from saying it.
            print(f"the site is at http://127.0.0.1:{web.server_port}/ until Ctrl-C", flush=True)
            over = partial(interrupted.wait, _EVERY)
            for known, found in watching.changes(partial(watching.state, root, revision), before, over):
                if known.programme != found.programme and known.head == found.head:
                    print(f"{urls.PROGRAMME} changed: the site follows once that is committed", flush=True)
                if (known.head, known.templates) != (found.head, found.templates):
                    code = _rebuilt(arguments, making, web)
        except KeyboardInterrupt:
            print()
    return code


def _rebuilt(arguments: argparse.Namespace, making: verbs_site.Making, web: Web) -> int:
    """Build again; an open page is shown as soon as it is made, long before the whole site is."""

    def drafted(draft: Draft) -> None:
        web.changed(draft.file)
        # Who looks at a page asks for it right now.
        time.sleep(_GRACE)

    try:
        code = making.build(drafted)
        web.settled()
    except Stop as stop:
        code = console.stopped(stop, arguments)
        print("the site stays as it was")
        web.changed()
    sys.stdout.flush()
    return code
