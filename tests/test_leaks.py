"""What is taken out of a text leaves a mark, and nothing of itself."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from generator import leaks

TOKEN = "gh" + "p_" + "a1B2" * 9
ADDRESS = "192.168.7.9"
KEY = "-----BEGIN OPENSSH PRIVATE" + " KEY-----\nAAAA\nBBBB\n-----END OPENSSH PRIVATE" + " KEY-----"


def test_a_plain_text_stays_as_it_is() -> None:
    assert leaks.redacted("version 10.0.1 of 7 tests") == ("version 10.0.1 of 7 tests", ())


def test_every_secret_is_replaced_by_its_kind() -> None:
    text, removed = leaks.redacted(f"at {ADDRESS} with {TOKEN} again {ADDRESS}")
    assert len(removed) == 3
    assert ADDRESS not in text
    assert TOKEN not in text
    assert text.startswith("at [a private address removed] with [")


def test_a_private_key_goes_as_a_whole_even_without_its_end() -> None:
    for content in (KEY, KEY.rpartition("-----END")[0]):
        text, removed = leaks.redacted(f"before\n{content}")
        assert removed[0] == "a private key"
        assert "AAAA" not in text
        assert "BBBB" not in text
        assert text.startswith("before\n[a private key removed]")
    assert leaks.redacted(f"{KEY} after")[0].endswith("] after")


@given(
    st.lists(
        st.sampled_from([ADDRESS, TOKEN, KEY, "x", " ", "\n", "password: hunter2x", "://u:pw123456@h/"]), max_size=8
    )
)
def test_nothing_is_found_in_what_was_redacted(parts: list[str]) -> None:
    text, _ = leaks.redacted(" ".join(parts))
    assert list(leaks.search(text)) == []
