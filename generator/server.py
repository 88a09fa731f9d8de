"""A web server for the built site, for the person who sits before this machine."""

from __future__ import annotations

import functools
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing: the terminal belongs to the findings."""


def serve(folder: Path, port: int) -> ThreadingHTTPServer:
    """Give a server for `folder` on the loopback address; port 0 takes any that is free.

    The caller runs `serve_forever` and closes it. Raises `OSError` when the port is taken.
    """
    return ThreadingHTTPServer(("127.0.0.1", port), functools.partial(_Quiet, directory=str(folder)))
