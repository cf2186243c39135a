"""Pictures: places, round values, gaps, and text that stays text."""

import re
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.draw.bars import Bar, Pair, bars, pairs, signed
from analysis.draw.heat import Field, Row, heat
from analysis.draw.lines import Level as Across
from analysis.draw.lines import Line, Manner, Over, by_day, lines
from analysis.draw.markup import Markup, tag
from analysis.draw.scale import Scale, dollars, round_values

OPEN = datetime(2026, 11, 20, 14, 30, tzinfo=timezone.utc)


def minutes(*at):
    return [(OPEN + timedelta(minutes=minute), float(minute)) for minute in at]


def test_text_and_attributes_are_escaped_and_markup_is_not():
    made = tag("p", "<b> & ", tag("b", "x"), title='"<', id_=None)

    assert made == '<p title="&quot;&lt;">&lt;b&gt; &amp; <b>x</b></p>'
    assert isinstance(made, Markup)


@given(low=st.floats(-1e9, 1e9), span=st.floats(1e-2, 1e9))
def test_round_values_lie_inside_and_are_few(low, span):
    found = round_values(low, low + span)

    assert 1 <= len(found) <= 6
    assert all(low - span * 1e-6 <= value <= low + span * (1 + 1e-6) for value in found)


@pytest.mark.parametrize(
    ("low", "high", "found"),
    [(0, 10, [0, 2, 4, 6, 8, 10]), (645.2, 660.4, [650, 655, 660]), (-3, 3, [-2, 0, 2]), (5, 5, [5])],
)
def test_round_values_are_those_that_a_person_would_write(low, high, found):
    assert round_values(low, high) == pytest.approx(found)


def test_a_scale_of_one_value_puts_it_in_the_middle():
    assert Scale(5, 5, 0, 100)(5) == 50
    assert Scale(0, 10, 100, 0)(2.5) == 75


@pytest.mark.parametrize(
    ("value", "text"), [(-1_234_000, "-$1.23M"), (999, "$999"), (2.5e9, "$2.5bn"), (0, "$0"), (1500, "$1.5k")]
)
def test_dollars_are_short(value, text):
    assert dollars(value) == text


def test_a_line_breaks_where_nothing_was_seen_for_a_quarter_of_an_hour():
    made = lines("p", "p", [Line("price", minutes(0, 1, 16, 32))], Manner())

    (path,) = re.findall(r'<path d="([^"]+)"', made)
    assert re.findall("[ML]", path) == ["M", "L", "L", "M"]


def test_nothing_to_draw_is_no_picture():
    assert lines("p", "p", [Line("price", [])], Manner(), Over(levels=[Across("peak", 5.0)])) is None
    assert bars("p", "p", []) is None
    assert signed("p", "p", []) is None
    assert heat("p", "p", [Row("600", [])], ["", "10:00"]) is None
    assert pairs("p", "p", ("puts", "calls"), [Pair("600", 0, 0, ("0", "0"))]) is None


def test_hours_are_those_of_new_york_in_winter_and_in_summer():
    for at in (OPEN, datetime(2026, 7, 1, 13, 30, tzinfo=timezone.utc)):
        made = lines(
            "p", "p", [Line("price", [(at, 1.0), (at + timedelta(hours=6, minutes=30), 2.0)])], Manner()
        )
        assert re.findall(r">(\d\d:00)<", made) == [f"{hour}:00" for hour in range(10, 17)]


def test_days_are_at_most_five():
    shown = list(by_day(OPEN, OPEN + timedelta(days=60)))

    assert len(shown) == 5
    assert shown[0][1] == "Nov 20"


def test_each_bar_carries_the_exact_value_and_the_longest_reaches_furthest():
    made = bars("p", "p", [Bar("600.00", 1.5e6, "1500000"), Bar("599.00", 3e6, "3000000")])

    assert re.findall(r'data-at="([^"]+)" data-value="([^"]+)"', made) == [
        ("600.00", "1500000"),
        ("599.00", "3000000"),
    ]
    short, long = (float(width) for width in re.findall(r'<rect[^>]* width="([\d.]+)"', made))
    assert long == pytest.approx(2 * short, abs=0.2)


def test_puts_go_left_and_calls_right_of_their_strike_on_one_scale():
    made = pairs("p", "p", ("puts", "calls"), [Pair("600", 10.0, 20.0, ("10", "20"))])

    (left, put), (right, call) = re.findall(r'<rect x="([\d.]+)"[^>]* width="([\d.]+)"', made)
    assert float(left) + float(put) < 240 < float(right)
    assert float(call) == pytest.approx(2 * float(put), abs=0.2)


def test_a_negative_bar_goes_left_of_the_middle_and_the_sign_stands_beside_it():
    made = signed("p", "p", [Bar("Energy", 10.0, "10"), Bar("Technology", -20.0, "-20")])

    (right, up, call), (left, down, put) = re.findall(
        r'<rect x="([\d.]+)"[^>]* width="([\d.]+)"[^>]* class="(\w+)"', made
    )
    assert (float(right), call, put) == (240, "call", "put")
    assert float(left) + float(down) == pytest.approx(240)
    assert float(down) == pytest.approx(2 * float(up))
    assert re.findall(r'data-value="([^"]+)"', made) == ["10", "-20"]
    assert "-$20" in made


def test_a_field_is_the_deeper_the_more_it_holds_and_below_0_it_has_a_stroke():
    fields = [Field(0, 100.0, "100", "a"), Field(1, -25.0, "-25", "b"), Field(3, 0.0, "0", "c")]
    made = heat("p", "p", [Row("600", fields)], ["", "10:00", "", "11:00"])

    found = re.findall(
        r'<rect x="([\d.]+)"[^>]*class="(\w+)"(?: fill-opacity="([\d.]+)")? data-value="([^"]+)"', made
    )
    assert [(kind, depth, exact) for _, kind, depth, exact in found] == [
        ("call", "1.00", "100"),
        ("put", "0.56", "-25"),
        ("none", "", "0"),
    ]
    first, second, fourth = (float(x) for x, *_ in found)
    assert fourth - second == pytest.approx(2 * (second - first), abs=0.5)
    assert made.count('class="minus"') == 1
    assert re.findall(r">(\d\d:00)<", made) == ["10:00", "11:00"]
