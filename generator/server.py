"""A web server for the built site, for the person who sits before this machine; open pages follow each build.

What it adds to a page it adds to what it sends, never to the site: one script of its own address, which
the policy of our pages allows.
"""

from __future__ import annotations

import contextlib
import functools
import io
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import BinaryIO, Final, TypeAlias

from generator.findings import Stop

SCRIPT: Final = "/_meshmark/reload.js"
CHANGES: Final = "/_meshmark/changes"
_CODE: Final = f"""\
const known = new URL(document.currentScript.src).search.slice(1);
new EventSource("{CHANGES}").onmessage = (event) => {{
  if (event.data !== known) location.reload();
}};
""".encode()
_HEARTBEAT: Final = 10.0
"""Seconds after which a page that listens is spoken to, for otherwise nobody learns that it has gone."""


Fresh: TypeAlias = Callable[[str], bytes | None]
"""Gives a file of the site by its path; None where it is not another than in the folder."""


class Web(ThreadingHTTPServer):
    """The server, and which build it serves."""

    def __init__(self, folder: Path, port: int, *, follow: bool) -> None:
        """Take the port on the loopback address; raise `OSError` when it is taken."""
        self.follow = follow
        self.folder = folder
        self._fresh: Fresh | None = None
        self._name, self._count = secrets.token_hex(8), 0
        self._news = threading.Condition()
        super().__init__(("127.0.0.1", port), functools.partial(_Handler, directory=str(folder)))

    @property
    def build(self) -> str:
        """Name the build that is served, unlike any of another process."""
        return f"{self._name}-{self._count}"

    def changed(self, fresh: Fresh | None = None) -> None:
        """Tell every open page that the site is another; `fresh` gives files that do not lie in the folder yet."""
        with self._news:
            self._fresh = fresh
            self._count += 1
            self._news.notify_all()

    def settled(self) -> None:
        """Send what lies in the folder from now on: all that is fresh lies there."""
        self._fresh = None

    def content(self, path: str) -> bytes | None:
        """Give a file as it is now; None where there is none."""
        # The thread that builds may settle the site at any moment.
        fresh, found = self._fresh, None
        if fresh:
            # Whoever builds the whole will say what is wrong with it.
            with contextlib.suppress(Stop):
                found = fresh(path)
        if found is None:
            with contextlib.suppress(OSError):
                found = (self.folder / path).read_bytes()
        return found

    def wait(self, seconds: float) -> None:
        """Wait for the next build, but no longer than some seconds."""
        with self._news:
            self._news.wait(seconds)


class _Handler(SimpleHTTPRequestHandler):
    server: Web

    def log_message(self, *_: object) -> None:
        """Say nothing: the terminal belongs to the findings."""

    def do_GET(self) -> None:
        """Send a file, a page with our script, the script, or the news of builds."""
        if self.path == CHANGES and self.server.follow:
            self._tell()
        else:
            super().do_GET()

    def send_head(self) -> io.BytesIO | BinaryIO | None:
        """Give what is to be sent, behind its headers."""
        if not self.server.follow:
            return super().send_head()
        address, build = self.path.partition("?")[0], self.server.build
        if address == SCRIPT:
            return self._made(_CODE, "text/javascript")
        place = Path(self.translate_path(self.path))
        file = place / "index.html" if address.endswith("/") else place
        content = self.server.content(file.relative_to(self.directory).as_posix())
        if content is None:
            return super().send_head()
        if file.suffix == ".html":
            script = f'<script src="{SCRIPT}?{build}" defer></script>\n</body>'.encode()
            before, end, after = content.rpartition(b"</body>")
            content = before + (script if end else b"") + after
            return self._made(content, "text/html; charset=utf-8")
        return self._made(content, self.guess_type(str(file)))

    def end_headers(self) -> None:
        """Let nothing be kept: the next build may come within the second that browsers reckon with."""
        if self.server.follow:
            self.send_header("Cache-Control", "no-store")
        super().end_headers()

    def _made(self, content: bytes, kind: str) -> io.BytesIO:
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        return io.BytesIO(content)

    def _tell(self) -> None:
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        try:
            while True:
                self.wfile.write(f"data: {self.server.build}\n\n".encode())
                self.server.wait(_HEARTBEAT)
        except OSError:
            # The page has gone.
            self.close_connection = True


def serve(folder: Path, port: int, *, follow: bool = False) -> Web:
    """Give a server for `folder` on the loopback address; port 0 takes any that is free.

    With `follow` open pages are told of each new build. Raises `OSError` when the port is taken.
    """
    return Web(folder, port, follow=follow)


@contextmanager
def beside(web: Web) -> Iterator[None]:
    """Let a server work while the caller goes on, and close it behind that."""
    thread = threading.Thread(target=web.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    with web:
        thread.start()
        try:
            yield
        finally:
            web.shutdown()
