"""What one would take instead: generators of static sites, each rendering the same data as unverified pages."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from generator import documents


class Peer(NamedTuple):
    """A generator that is installed: its name and version, and the command that renders `folder`."""

    name: str
    folder: Path
    command: list[str]


def data(repository: Path) -> Iterator[dict[str, Any]]:
    """Give the data of every result at the head."""
    listing = _said("git", "ls-tree", "-r", "--format=%(objectname) %(path)", "HEAD", "results", folder=repository)
    ids = "".join(f"{row.split()[0]}\n" for row in listing.splitlines() if row.endswith(".yaml"))
    found = subprocess.run(
        ["git", "cat-file", "--batch"], cwd=repository, input=ids.encode(), capture_output=True, check=True
    ).stdout
    start = 0
    while start < len(found):
        end = found.index(b"\n", start)
        size = int(found[start:end].split()[2])
        document = documents.read("result", found[end + 1 : end + 1 + size]).document
        assert document
        yield document.data
        start = end + size + 2


def prepared(repository: Path, scratch: Path) -> tuple[list[Peer], list[str]]:
    """Give the peers that this machine has or can get, and why others are not there."""
    peers, missing = list[Peer](), list[str]()
    scratch.mkdir()
    results = list(data(repository))
    makers: tuple[tuple[str, Callable[[Path, list[dict[str, Any]]], Peer]], ...] = (
        ("Hugo", _hugo),
        ("Eleventy", _eleventy),
        ("Pelican", _pelican),
        ("MkDocs", _mkdocs),
    )
    for name, make in makers:
        folder = scratch / name.lower()
        folder.mkdir()
        try:
            peers.append(make(folder, results))
        except (OSError, subprocess.CalledProcessError) as error:
            missing.append(f"{name} ({type(error).__name__})")
    return peers, missing


def _table(result: dict[str, Any]) -> str:
    rows = "".join(f"| {one['test']} | {one['outcome']} | {one.get('message', '')} |\n" for one in result["results"])
    return f"| test | outcome | message |\n|---|---|---|\n{rows}"


def _hugo(folder: Path, results: list[dict[str, Any]]) -> Peer:
    program = _found("hugo")
    version = _said(program, "version", folder=folder).split()[1].split("+")[0]
    layout = (
        "<!doctype html><title>{{ .Title }}</title><table>{{ range .Params.results }}"
        "<tr><td>{{ .test }}</td><td>{{ .outcome }}</td><td>{{ .message }}</td></tr>{{ end }}</table>"
    )
    _write(folder, "layouts/_default/single.html", layout)
    _write(folder, "config.toml", 'baseURL = "https://example.org/"\ndisableKinds = ["taxonomy", "term", "RSS"]\n')
    for result in results:
        page = json.dumps({"title": result["run_id"], "results": result["results"]})
        _write(folder, f"content/{result['mesh']['id']}/{result['run_id']}.md", page)
    return Peer(f"Hugo {version}", folder, [program, "--quiet", "--destination", "site"])


def _eleventy(folder: Path, results: list[dict[str, Any]]) -> Peer:
    npm = _found("npm")
    _write(folder, "package.json", '{"private": true}')
    subprocess.run([npm, "install", "--silent", "@11ty/eleventy"], cwd=folder, capture_output=True, check=True)
    installed = json.loads((folder / "node_modules/@11ty/eleventy/package.json").read_text())
    _write(folder, "pages/_data/results.json", json.dumps(results))
    front = (
        "---\npagination: {data: results, size: 1, alias: one}\n"
        'permalink: "/{{ one.mesh.id }}/{{ one.run_id }}/"\n---\n'
    )
    body = (
        "<!doctype html><title>{{ one.run_id }}</title><table>{% for r in one.results %}"
        "<tr><td>{{ r.test }}</td><td>{{ r.outcome }}</td><td>{{ r.message }}</td></tr>{% endfor %}</table>"
    )
    _write(folder, "pages/run.njk", front + body)
    command = [str(folder / "node_modules/.bin/eleventy"), "--quiet", "--input=pages", "--output=site"]
    return Peer(f"Eleventy {installed['version']}", folder, command)


def _installed(folder: Path, package: str) -> str:
    subprocess.run([sys.executable, "-m", "venv", folder / "venv"], capture_output=True, check=True)
    pip = str(folder / "venv/bin/pip")
    subprocess.run([pip, "install", "--quiet", package], capture_output=True, check=True)
    return _said(pip, "show", package, folder=folder).split("Version: ")[1].split()[0]


def _pelican(folder: Path, results: list[dict[str, Any]]) -> Peer:
    version = _installed(folder, "pelican")
    subprocess.run([folder / "venv/bin/pip", "install", "--quiet", "markdown"], capture_output=True, check=True)
    for result in results:
        text = f"Title: {result['run_id']}\nDate: 2026-01-01\nCategory: {result['mesh']['id']}\n\n{_table(result)}"
        _write(folder, f"content/{result['run_id']}.md", text)
    return Peer(f"Pelican {version}", folder, [str(folder / "venv/bin/pelican"), "content", "--quiet", "-o", "site"])


def _mkdocs(folder: Path, results: list[dict[str, Any]]) -> Peer:
    version = _installed(folder, "mkdocs")
    _write(folder, "mkdocs.yml", "site_name: bench\ndocs_dir: pages\nplugins: []\n")
    for result in results:
        _write(folder, f"pages/{result['mesh']['id']}/{result['run_id']}.md", _table(result))
    return Peer(f"MkDocs {version}", folder, [str(folder / "venv/bin/mkdocs"), "build", "--quiet", "-d", "site"])


def _found(program: str) -> str:
    path = shutil.which(program)
    if path is None:
        raise FileNotFoundError(program)
    return path


def _write(folder: Path, name: str, text: str) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _said(*command: str, folder: Path) -> str:
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout
