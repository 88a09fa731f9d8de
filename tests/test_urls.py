"""What `urls` promises: a link is the shortest way from a page to a file."""

from __future__ import annotations

import posixpath

from hypothesis import assume, given
from hypothesis import strategies as st

from generator import urls

names = st.sampled_from(["a", "ab", "b", "meshes", "v1.2", "v1.2+x", "index.html"])
paths = st.lists(names, min_size=1, max_size=6).map("/".join)


@given(paths, paths)
def test_a_link_is_what_the_standard_library_makes_of_two_clean_paths(target: str, page: str) -> None:
    assume(not page.startswith(f"{target}/"))  # no file stands below another
    assert urls.relative(target, page) == posixpath.relpath(target, posixpath.dirname(page) or ".")
