import re
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree

import pytest
from django.template.loader import render_to_string
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from dashboards.charts import (
    BAR,
    Across,
    ChartTable,
    Datum,
    Pair,
    Shares,
    Tick,
    bars,
    columns,
    nice_ticks,
    slopes,
    stacks,
    table_of,
)

values = st.none() | st.integers(10, 5000)
data = st.lists(
    st.builds(
        lambda label, value, previous: Datum(label, value, str(value or "<10"), previous),
        st.text("abc dé", max_size=90),
        values,
        values,
    ),
    max_size=12,
)


def test_bars_with_a_unit_end_at_a_round_number_and_say_so():
    drawn = bars([Datum("Psychosocial care", 9.1, "1 of 11"), Datum("Nurses", 12, "12 of 100")], unit="%")
    assert [end.text for end in drawn.ends] == ["0%", "15%"]
    assert [bar.width for bar in drawn.bars] == pytest.approx([60.67, 80])
    assert drawn.height > drawn.bars[-1].y + drawn.thickness + 10
    assert not bars([Datum("Nurses", 12, "12")]).ends


@pytest.mark.parametrize(
    ("highest", "ticks"),
    [
        (0, (0, 1)),
        (10, (0, 2, 4, 6, 8, 10)),
        (12, (0, 5, 10, 15)),
        (40, (0, 10, 20, 30, 40)),
        (41, (0, 10, 20, 30, 40, 50)),
        (99, (0, 20, 40, 60, 80, 100)),
        (100, (0, 20, 40, 60, 80, 100)),
        (101, (0, 50, 100, 150)),
        (135, (0, 50, 100, 150)),
        (1234, (0, 500, 1000, 1500)),
        (0.3, (0, 0.1, 0.2, 0.3)),
    ],
)
def test_ticks_are_round(highest, ticks):
    assert nice_ticks(highest) == ticks


@given(st.floats(0.001, 1e9))
def test_ticks_are_few_even_and_reach_just_far_enough(highest):
    ticks = nice_ticks(highest)

    assert ticks[0] == 0
    assert 2 <= len(ticks) <= 6
    assert ticks[-1] >= highest * 0.999999
    assert ticks[-2] < highest * 1.000001
    assert all(later - earlier == pytest.approx(ticks[1]) for earlier, later in pairwise(ticks))


def test_bars_are_as_long_as_their_figures_on_one_scale():
    drawn = bars([Datum("a", 50, "50", previous=100), Datum("b", 25, "25"), Datum("c", None, "<10", None)])

    assert [(bar.width, bar.shown, bar.previous) for bar in drawn.bars] == [
        (50, True, 100),
        (25, True, None),
        (10, False, None),
    ]
    assert [bar.value.text for bar in drawn.bars] == ["50", "25", "<10"]


def test_what_may_not_be_shown_is_never_drawn_longer_than_the_chart():
    drawn = bars([Datum("a", None, "<10"), Datum("b", None, "<10")])

    assert [bar.width for bar in drawn.bars] == [100, 100]


@given(data)
def test_bars_stay_inside_and_below_each_other(figures):
    drawn = bars(figures)

    bottom = 0.0
    for datum, bar in zip(figures, drawn.bars, strict=True):
        assert "".join("".join(line.text for line in bar.label).split()) == "".join(datum.label.split())
        assert bar.label[0].y > bottom
        assert bar.y > bar.label[-1].y
        assert 0 < bar.width <= 100
        assert bar.previous is None or 0 < bar.previous <= 100
        bottom = bar.y + BAR
    assert drawn.height >= bottom


def test_columns_stand_on_the_floor_on_a_round_scale():
    drawn = columns([Datum("jan", 20, "20"), Datum("feb", None, "<10"), Datum("mrt", 40, "40")], height=230)

    assert [tick.text for tick in drawn.ticks] == ["0", "10", "20", "30", "40"]
    assert (drawn.ticks[0].at, drawn.ticks[-1].at, drawn.floor) == (200, 20, 200)
    assert [(column.y, column.height, column.shown) for column in drawn.columns] == [
        (110, 90, True),
        (155, 45, False),
        (20, 180, True),
    ]


@given(data, st.booleans())
def test_columns_stay_inside_and_beside_each_other(figures, touching):
    drawn = columns(figures, touching=touching)

    right = drawn.left
    for column in drawn.columns:
        assert column.x >= right - 0.02
        assert column.y + column.height == pytest.approx(drawn.floor, abs=0.2)
        assert column.value.y > 0
        assert column.label.x == pytest.approx(column.x + column.width / 2, abs=0.02)
        right = column.x + column.width
    assert right <= 100.02
    assert drawn.floor < drawn.height


def test_a_norm_stands_between_two_bins():
    drawn = columns(
        [Datum(str(place), 10, "10") for place in range(4)], touching=True, norm_after=2, norm_text="norm"
    )

    assert drawn.norm is not None
    assert drawn.norm.text == "norm"
    assert drawn.norm.x == pytest.approx(drawn.columns[2].x)
    assert all(column.value.y > drawn.norm.y for column in drawn.columns)


def test_a_band_goes_around_its_figure_on_the_same_scale():
    (bar,) = bars([Datum("a", 80, "80", low=60, high=100)]).bars
    assert (bar.low, bar.width, bar.high) == (60, 80, 100)

    drawn = columns(
        [Datum("a", 30, "30", low=20, high=40), Datum("b", None, "<10", low=0, high=10)], height=230
    )
    first, second = drawn.columns
    assert (first.low, first.y, first.high) == (110, 65, 20)
    assert (first.certain, first.height, first.band) == (90, 135, 180)
    assert first.value.y < 20
    assert (second.certain, second.band) == (0, 45)


def test_shares_stand_end_to_end_and_small_ones_have_no_text():
    drawn = stacks([Shares("q", (0, 5, 10, 35, 50), "4 out of 10 agree")])

    (stack,) = drawn.stacks
    assert [(part.x, part.width, part.tone) for part in stack.segments] == [
        (0, 5, 2),
        (5, 10, 3),
        (15, 35, 4),
        (50, 50, 5),
    ]
    assert [part.text and part.text.text for part in stack.segments] == [None, "10%", "35%", "50%"]
    assert stack.value.text == "4 out of 10 agree"


def test_a_scale_of_three_can_have_its_own_tones():
    drawn = stacks([Shares("moved", (40, 50, 10), "")], tones=(5, 3, 1))

    assert [part.tone for part in drawn.stacks[0].segments] == [5, 3, 1]


@given(
    st.lists(
        st.builds(
            Shares,
            st.text("abc ", max_size=120),
            st.sampled_from([(100, 0, 0, 0, 0), (20, 20, 20, 20, 20)]),
            st.just("text"),
        )
    )
)
def test_stacks_stay_inside_and_below_each_other(rows):
    drawn = stacks(rows)

    bottom = 0.0
    for stack in drawn.stacks:
        assert stack.label[0].y > bottom
        assert stack.label[-1].y < stack.value.y < stack.y
        bottom = stack.y + drawn.thickness
    assert drawn.height >= bottom


def test_slopes_go_from_before_to_after_on_the_scale_with_a_band_around_both():
    drawn = slopes(
        [Pair("a", 3, 0, "from 3 to 0", (1.5, 3), (0, 1.5)), Pair("b", 1.5, 1.5, "the same", (0, 3), (0, 3))],
        low=Tick(0, "not"),
        high=Tick(3, "very"),
    )

    assert [(slope.before, slope.after) for slope in drawn.slopes] == [(97, 3), (50, 50)]
    assert (drawn.slopes[0].before_band, drawn.slopes[0].after_band) == (Across(50, 47), Across(3, 47))
    assert drawn.ticks == (Tick(3, "not"), Tick(97, "very"))
    assert drawn.slopes[-1].y < drawn.foot < drawn.height


def test_nothing_is_a_chart_without_anything_in_it():
    assert bars([]).bars == ()
    assert columns([]).columns == ()
    assert stacks([]).stacks == ()
    assert slopes([], low=Tick(0, ""), high=Tick(3, "")).slopes == ()


def test_the_table_has_the_figures_as_they_are_written():
    figures = [
        Datum("a", 50, "50", 45, "45", 44, 56, "45–55"),
        Datum("b", None, "<10", None, "<10", 0, 9, "0–9"),
    ]

    with_before, without = (
        table_of(figures, ("What", "2026", "between", "2025")),
        table_of(figures, ("What", "2026", "between")),
    )

    assert with_before.rows == (("a", "50", "45–55", "45"), ("b", "<10", "0–9", "<10"))
    assert without.rows == (("a", "50", "45–55"), ("b", "<10", "0–9"))
    assert with_before.lines[0] == ("a", [("2026", "50"), ("between", "45–55"), ("2025", "45")])
    assert (with_before.is_wide, without.is_wide) == (True, False)


FIGURES = [
    Datum("Één <b> & meer", 37, "37", 12, "12", 31.5, 43.25, "30–45"),
    Datum("b", None, "<10"),
]
CHARTS: dict[str, dict[str, Any]] = {
    "bars": {"chart": bars(FIGURES), "previous_label": "2025", "band_label": "between"},
    "columns": {"chart": columns(FIGURES, norm_after=1, norm_text="norm")},
    "stacks": {
        "chart": stacks([Shares("q", (5, 95), "")]),
        "legend": [{"tone": 1, "label": "no"}],
    },
    "slopes": {
        "chart": slopes(
            [Pair("a", 2.1, 0.8, "", (1.8, 2.4), (0.5, 1.1))], low=Tick(0, "not"), high=Tick(3, "very")
        )
    },
}


@pytest.mark.parametrize("name", CHARTS)
@pytest.mark.parametrize("language", ["nl", "en"])
def test_a_drawn_chart_is_sound_svg_with_title_description_and_table(name, language):
    context = {"id": "it", "title": "The title", "description": "In a sentence.", **CHARTS[name]}
    context["table"] = ChartTable(("What", "Number"), (("a", "37"), ("b", "<10")))
    with translation.override(language):
        html = render_to_string(f"components/chart_{name}.html", context)

    figure = ElementTree.fromstring(html)
    (image,) = [svg for svg in figure.iter("svg") if svg.get("role") == "img"]
    named = {each.get("id"): each.text for each in image.iter() if each.get("id")}
    assert image.get("aria-labelledby") == "it-title it-desc"
    assert named == {"it-title": "The title", "it-desc": "In a sentence."}
    assert [cell.text for cell in figure.iter("td")] == ["37", "<10"]
    lengths = [
        value
        for each in image.iter()
        for key, value in each.attrib.items()
        if key in {"x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "width", "height"}
    ]
    assert lengths
    assert all(re.fullmatch(r"-?\d+(\.\d+)?%?", value) for value in lengths)  # no comma in Dutch
    assert " style=" not in html
