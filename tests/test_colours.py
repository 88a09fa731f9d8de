"""What `colours` promises: WCAG's own figures, and a sheet whose rules say what differs and no more."""

from __future__ import annotations

import json

import pytest

from generator import colours, urls
from tests.support.papers import PROJECT

SHEET = (PROJECT / "site_templates" / urls.STYLE).read_text()


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("#000000", "#ffffff", 21.0),
        ("#ffffff", "#ffffff", 1.0),
        ("#777777", "#ffffff", 4.478),
        ("#FF0000", "#00ff00", 2.914),
    ],
)
def test_contrast_is_that_of_wcag_whichever_colour_comes_first(first: str, second: str, expected: float) -> None:
    assert colours.ratio(first, second) == pytest.approx(expected, abs=0.001)
    assert colours.ratio(second, first) == colours.ratio(first, second)


def test_our_own_palettes_can_be_read() -> None:
    palettes = colours.palettes(SHEET)
    assert palettes[colours.LIGHT]["paper"] == "#fcfbf9"
    assert palettes[colours.DARK]["paper"] == "#12171d"
    assert [fault for name, palette in palettes.items() for fault in colours.faults(name, palette)] == []


def test_the_schema_names_exactly_the_colours_of_the_sheet() -> None:
    site = json.loads((PROJECT / urls.schema("Programme")).read_bytes())["properties"]["site"]["properties"]
    for name, palette in colours.palettes(SHEET).items():
        known = site["colours"]["properties"][name]["propertyNames"]
        assert sorted(known["enum"]) == sorted(palette)
        assert all(colour in known["description"] for colour in known["enum"])


def test_a_contrast_below_the_line_is_never_rounded_up_to_it() -> None:
    (fault,) = colours.faults("light", {"ink": "#6c7b67", "paper": "#ffffff"})
    assert colours.ratio("#6c7b67", "#ffffff") == pytest.approx(4.499999, abs=0.000001)
    assert fault == "light: ink #6c7b67 on paper #ffffff has a contrast of 4.49:1, less than 4.5:1"
    assert list(colours.faults("light", {"ink": "#6b7b67", "paper": "#ffffff"})) == []


def test_the_ring_of_the_focus_needs_less_than_text() -> None:
    assert list(colours.faults("light", {"focus": "#888888", "paper": "#ffffff"})) == []
    assert len(list(colours.faults("light", {"focus": "#bbbbbb", "paper": "#ffffff"}))) == 1


def test_rules_say_what_differs_and_a_light_colour_never_reaches_a_dark_page() -> None:
    sheet = {"light": {"ink": "#000000", "paper": "#ffffff"}, "dark": {"ink": "#eeeeee", "paper": "#111111"}}
    assert colours.rules({"ink": "#AA0000"}, {}, sheet) == ":root { --ink: light-dark(#aa0000, #eeeeee); }\n"
    assert colours.rules({}, {"paper": "#000000"}, sheet) == ":root { --paper: light-dark(#ffffff, #000000); }\n"
    assert colours.rules({}, {}, sheet) == ""


def test_a_colour_that_an_own_sheet_lacks_is_of_both_palettes() -> None:
    nothing: dict[str, dict[str, str]] = {"light": {}, "dark": {}}
    assert colours.rules({"ink": "#AA0000"}, {}, nothing) == ":root { --ink: light-dark(#aa0000, #aa0000); }\n"
    assert colours.rules({}, {"ink": "#AA0000"}, nothing) == ":root { --ink: light-dark(#aa0000, #aa0000); }\n"


def test_a_plain_colour_of_a_sheet_is_of_both_palettes() -> None:
    found = colours.palettes(":root { --ink: #111111; --paper: light-dark(#ffffff,\n #000000); --gap: 1rem; }")
    assert found == {
        "light": {"ink": "#111111", "paper": "#ffffff"},
        "dark": {"ink": "#111111", "paper": "#000000"},
    }
