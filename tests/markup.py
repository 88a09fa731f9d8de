"""Holds every page of both sites against the Nu HTML checker: run by hand, with the jar of the package vnu-jar.

`python -m tests.markup vnu.jar` serves the sites on this machine alone, so that "self" in their content security
policy means what it means to readers. Prints what the checker says, and how many pages it read.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

from generator import server
from tests.support import sites

BATCH = 200


def messages(jar: Path, addresses: list[str]) -> list[str]:
    """Give what the checker says of the pages at these addresses, a line a message."""
    command = ["java", "-Dnu.validator.servlet.allow-forbidden-hosts=true", "-jar", str(jar), "--format", "json"]
    told = subprocess.run([*command, *addresses], capture_output=True, text=True, check=False).stderr
    return [f"{one['url']}: {one['type']}: {one['message']}" for one in json.loads(told)["messages"]]


def main() -> int:
    """Check both sites; 1 where the checker had something to say."""
    jar, said = Path(sys.argv[1]), []
    with tempfile.TemporaryDirectory() as scratch:
        for name in sites.NAMES:
            sites.written(name, Path(scratch) / name)
        web = server.serve(Path(scratch), 0)
        threading.Thread(target=web.serve_forever, daemon=True).start()
        pages = sorted(path.relative_to(scratch).as_posix() for path in Path(scratch).rglob("*.html"))
        for start in range(0, len(pages), BATCH):
            batch = pages[start : start + BATCH]
            said += messages(jar, [f"http://127.0.0.1:{web.server_port}/{page}" for page in batch])
        web.shutdown()
        web.server_close()
    for line in said:
        print(line)
    print(f"{len(pages)} pages, {len(said)} messages")
    return 1 if said else 0


if __name__ == "__main__":
    sys.exit(main())
