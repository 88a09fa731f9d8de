"""Addresses of remotes become places on a forge, and those become pull requests."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator import forge
from generator.forge import Place, Request

NAMES = st.from_regex(r"[a-z][a-z0-9]{0,9}(-[a-z0-9]{1,5})?", fullmatch=True)


@pytest.mark.parametrize(
    ("address", "host", "path"),
    [
        ("https://github.com/meshes/results", "github.com", "meshes/results"),
        ("https://GitHub.com/meshes/results.git/", "github.com", "meshes/results"),
        ("https://bot:secret@github.com/meshes/results.git", "github.com", "meshes/results"),
        ("ssh://git@git.example.org:2222/meshes/results.git", "git.example.org", "meshes/results"),
        ("git@github.com:meshes/results.git", "github.com", "meshes/results"),
        ("https://gitlab.example.org/a/b/c", "gitlab.example.org", "a/b/c"),
    ],
)
def test_an_address_names_a_place(address: str, host: str, path: str) -> None:
    assert forge.place([address]) == Place(host=host, path=path)


@pytest.mark.parametrize(
    "address", ["/srv/results.git", "file:///srv/results.git", "../results", "origin", "", "a b:c"]
)
def test_a_folder_is_no_place(address: str) -> None:
    assert forge.place([address]) is None


def test_the_first_address_that_is_a_place_counts() -> None:
    assert forge.place(["short", "git@github.com:a/b", "https://github.com/c/d"]) == Place(
        host="github.com", path="a/b"
    )


@given(NAMES, NAMES)
def test_every_form_of_an_address_names_the_same_place(owner: str, name: str) -> None:
    forms = (
        f"https://github.com/{owner}/{name}",
        f"https://token@github.com/{owner}/{name}.git",
        f"git@github.com:{owner}/{name}.git",
        f"ssh://git@github.com/{owner}/{name}",
    )
    assert {forge.place([form]) for form in forms} == {Place(host="github.com", path=f"{owner}/{name}")}


@given(st.text(max_size=80))
def test_any_text_is_a_place_or_none(text: str) -> None:
    found = forge.place([text])
    assert found is None or (found.host and found.path)


def _request(source: str) -> Request:
    upstream = Place(host="github.com", path="meshes/results")
    return Request(
        upstream=upstream,
        source=Place(host="github.com", path=source),
        base="main",
        branch="result/a#b",
        title="--title",
        body="$(id)",
    )


def test_a_branch_of_a_fork_is_named_with_its_owner() -> None:
    page = forge.page(_request("kelp-bot/results"))
    assert page == "https://github.com/meshes/results/compare/main...kelp-bot:result/a%23b?expand=1"
    assert "compare/main...result/a%23b" in forge.page(_request("meshes/results"))


def test_each_word_for_gh_is_a_word_of_its_own() -> None:
    words = forge.command(_request("meshes/results"))
    assert words[words.index("--head") + 1] == "result/a#b"
    assert words[-4:] == ("--title", "--title", "--body", "$(id)")


def test_the_commands_for_a_plain_repository_are_quoted() -> None:
    assert forge.by_hand("/srv/my results", "result/x")[0] == "git fetch '/srv/my results' result/x"
