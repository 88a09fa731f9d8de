"""What `server` promises: the site as it lies on disk, and with `follow` open pages that learn of each build."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from pathlib import Path

import pytest

from generator import server
from generator.findings import Stop
from generator.server import Web
from tests.support import pages

PAGE = (
    b'<!doctype html>\n<html lang="en"><head><title>x</title></head>'
    b"<body><main><p>&lt;/body&gt;</p></main></body>\n</html>"
)
FILES = {"index.html": PAGE, "a/index.html": PAGE, "a/b.yaml": b"a: b\n", "odd.html": b"no end"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for path, content in FILES.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_bytes(content)
    return tmp_path


@pytest.fixture
def following(folder: Path) -> Iterator[Web]:
    web = server.serve(folder, 0, follow=True)
    with server.beside(web):
        yield web


def asked(web: Web, path: str, method: str = "GET") -> tuple[http.client.HTTPResponse, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", web.server_port, timeout=20)
    connection.request(method, path)
    response = connection.getresponse()
    return response, response.read()


def test_a_server_that_does_not_follow_sends_what_lies_there(folder: Path) -> None:
    web = server.serve(folder, 0)
    with server.beside(web):
        assert {path: asked(web, f"/{path}")[1] for path in FILES} == FILES
        assert [asked(web, path)[0].status for path in (server.CHANGES, server.SCRIPT, "/gone")] == [404, 404, 404]


@pytest.mark.parametrize("path", ["/", "/index.html", "/a/", "/a/?x=y#z", "/a/index.html"])
def test_a_page_is_sent_with_one_script_of_the_same_origin_and_the_file_stays(
    following: Web, folder: Path, path: str
) -> None:
    response, content = asked(following, path)
    script = f'<script src="{server.SCRIPT}?{following.build}" defer></script>\n'.encode()
    assert content.replace(script, b"") == PAGE
    assert content.count(script) == 1
    pages.tree(content)
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    assert response.headers["Cache-Control"] == "no-store"
    assert (folder / "index.html").read_bytes() == PAGE


def test_all_else_is_sent_as_it_lies_there(following: Web) -> None:
    assert asked(following, "/a/b.yaml")[1] == b"a: b\n"
    assert asked(following, "/odd.html")[1] == b"no end"
    assert asked(following, "/a")[0].status == 301
    assert asked(following, "/gone.html")[0].status == 404
    assert asked(following, "/../../etc/passwd")[0].status == 404
    assert asked(following, "/", "HEAD")[1] == b""
    response, content = asked(following, f"{server.SCRIPT}?x")
    assert (response.headers["Content-Type"], server.CHANGES.encode() in content) == ("text/javascript", True)


def test_a_page_that_listens_hears_which_build_is_served_and_of_the_next_one(following: Web) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", following.server_port, timeout=20)
    connection.request("GET", server.CHANGES)
    response = connection.getresponse()
    assert response.headers["Content-Type"] == "text/event-stream"
    first = following.build
    assert response.readline() == f"data: {first}\n".encode()
    assert response.readline() == b"\n"
    following.changed()
    assert response.readline() == f"data: {following.build}\n".encode()
    assert following.build != first


def test_a_page_that_stays_hears_from_the_server_now_and_then(following: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "_HEARTBEAT", 0.01)
    connection = http.client.HTTPConnection("127.0.0.1", following.server_port, timeout=20)
    connection.request("GET", server.CHANGES)
    response = connection.getresponse()
    said = {response.readline() for _ in range(6)}
    assert said == {f"data: {following.build}\n".encode(), b"\n"}
    response.close()
    connection.close()
    # Others are served as before, whoever has gone.
    assert asked(following, "/a/b.yaml")[1] == b"a: b\n"


def test_what_is_fresh_is_sent_before_it_lies_in_the_folder(following: Web) -> None:
    fresh = {"index.html": b"<p>fresh</p></body>", "new/index.html": b"new</body>", "a/b.yaml": b"c: d\n"}
    following.changed(fresh.get)
    assert asked(following, "/")[1].startswith(b"<p>fresh</p><script")
    assert asked(following, "/new/")[1].startswith(b"new<script")
    assert asked(following, "/a/b.yaml")[1] == b"c: d\n"
    assert asked(following, "/a/")[0].status == 200
    assert asked(following, "/gone.html")[0].status == 404
    following.settled()
    assert asked(following, "/a/b.yaml")[1] == b"a: b\n"
    assert asked(following, "/new/")[0].status == 404


def test_a_page_that_cannot_be_made_is_sent_as_it_lies_there(following: Web) -> None:
    def broken(path: str) -> bytes:
        raise Stop(f"{path} cannot be filled")

    following.changed(broken)
    assert asked(following, "/a/b.yaml")[1] == b"a: b\n"
