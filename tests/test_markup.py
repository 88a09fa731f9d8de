"""What `markup` promises: a text in a shape is never markup, and the shape is filled as the package itself does."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from generator.markup import fill

SHAPE = '<a href="{0}" title="{title}">{1} {{}} {0}</a>'
things = st.one_of(st.text(), st.integers(), st.floats(), st.text().map(Markup), st.booleans(), st.none())


@given(things, things, things)
def test_a_shape_is_filled_as_by_the_package(first: object, second: object, title: object) -> None:
    package = Markup(SHAPE).format(first, second, title=title)  # noqa: S704 - the shape stands above
    assert fill(SHAPE, first, second, title=title) == package


def test_texts_are_escaped_and_markup_is_not() -> None:
    assert fill("<p>{}{}</p>", "<&\"'>{}", Markup("<br>")) == "<p>&lt;&amp;&#34;&#39;&gt;{}<br></p>"
