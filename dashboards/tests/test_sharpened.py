"""Also covers dashboards.said."""

from fractions import Fraction
from random import Random
from statistics import median, pstdev

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from dashboards import said, sharpened
from dashboards.bound import COURSE, FIRST_CONTACT, SUPPORT_TABLES, TALKS
from dashboards.sharpened import OF_90_PERCENT, Estimate
from evaluations.answer_tables import ANSWER_TABLES, FEELINGS
from evaluations.drawn import DrawnTable, added, draw

#: A quarter of a hospital with some 400 offers a year.
QUARTER = {
    "offered": {"all": 100},
    "event": {"safety": 60, "aggression": 25, "resuscitation": 15},
    "profession": {"nurse": 55, "physician": 30, "midwife": 15},
    "first_contact": dict(zip(FIRST_CONTACT, (70, 12, 5, 5, 8), strict=True)),
    "course": dict(zip(COURSE, (12, 8, 4, 4, 2, 45, 20, 5), strict=True)),
}
#: Forty answers of a period.
ANSWERS = {
    "helped": dict(zip("12345", (2, 2, 5, 16, 15), strict=True)),
    "same_field": dict(zip("12345", (2, 6, 10, 13, 9), strict=True)),
    "for_everybody": {"3": 2, "4": 12, "5": 26},
    "mark": {"5": 1, "6": 3, "7": 8, "8": 14, "9": 9, "10": 5},
    "recommend": {"yes": 38, "no": 2},
    FEELINGS: {
        f"{feeling}_{moment}": total
        for feeling in ("blame", "shame", "incompetent", "isolated")
        for moment, total in (("before", 30), ("after", -50))
    },
}


def table(cells, variance=16):
    return DrawnTable(cells, dict.fromkeys(cells, Fraction(variance)))


def draws(declared, exact, below):
    return {each.name: draw(each, exact[each.name], below=below) for each in declared}


def test_the_number_of_all_weighs_each_sum_by_its_certainty():
    sure, unsure = table({"all": 100}, 10), table({"a": 40, "b": 80}, 20)
    everybody = sharpened.whole([sure, unsure])
    assert everybody.value == pytest.approx(104)  # (100 / 10 + 120 / 40) / (1 / 10 + 1 / 40)
    assert everybody.sd == pytest.approx(8**0.5)


def test_parts_share_what_is_missing_and_none_is_below_0():
    counts, everybody = table({"a": 40, "b": 80, "c": -3}), Estimate(100, 3)
    parts = [sharpened.part(counts, [cell], everybody) for cell in counts.cells]
    assert [part.value for part in parts] == pytest.approx([34.33, 74.33, 0], abs=0.01)
    together = sharpened.part(counts, counts.cells, everybody)
    assert [together.value, together.sd] == pytest.approx([100, 3])
    assert parts[0].sd < 4


@given(
    st.dictionaries(st.sampled_from("abcdefgh"), st.integers(-15, 40), min_size=2),
    st.floats(-5, 120),
    st.data(),
)
def test_parts_are_never_above_their_whole_however_they_are_said(numbers, everybody, chosen):
    counts, of_all = table(numbers), Estimate(everybody, 4)
    several = chosen.draw(st.sets(st.sampled_from(sorted(numbers)), min_size=1))
    some = chosen.draw(st.sets(st.sampled_from(sorted(several)), min_size=1))
    part, parts = (sharpened.part(counts, each, of_all) for each in (some, several))
    for smaller, larger in ((part, parts), (parts, of_all)):
        assert smaller.value <= max(0, larger.value) + 1e-9
        assert (smaller.about or 0) <= (larger.about or sharpened.LEAST)
    assert parts.high <= of_all.high
    assert parts.between[1] <= max(sharpened.LEAST, of_all.between[1])
    assert sharpened.share(counts, some, of_all, of=several).value <= 1


def test_a_band_lies_within_what_is_known_besides():
    answers = Estimate(8, 3, at_least=10)
    assert (said.count(answers), said.range_of(answers)) == ("<15", "10–15")
    assert said.range_of(Estimate(12, 5, at_least=10)) == "10–20"
    assert said.range_of(Estimate(2, 1, at_least=10)) == "10–15"
    completed, one_talk = Estimate(20, 8), Estimate(19, 4)
    assert said.range_of(sharpened.fitted(completed, [one_talk], [])) == "12–35"
    assert said.range_of(sharpened.fitted(one_talk, [], [Estimate(19, 2)])) == "12–20"
    small = sharpened.fitted(Estimate(9, 4), [], [Estimate(18, 4)])
    assert (said.count(small), said.range_of(small)) == ("<18", "2–18")


def test_standard_deviations_are_what_comes_out():
    below = Random(2026).randrange
    found = []
    for _time in range(600):
        drawn = draws(SUPPORT_TABLES, QUARTER, below)
        everybody = sharpened.whole(drawn.values())
        found.append(
            (
                everybody,
                sharpened.part(drawn["course"], TALKS[1:], everybody),
                sharpened.share(drawn["first_contact"], ["day"], everybody),
                sharpened.share(drawn["course"], ["talks_1"], everybody, of=TALKS[1:]),
            )
        )
    for estimates, exact in zip(zip(*found, strict=True), (100, 70, 0.7, 45 / 70), strict=True):
        sd = pstdev(estimate.value for estimate in estimates)
        assert sum(each.value for each in estimates) / 600 == pytest.approx(exact, abs=4 * sd / 600**0.5)
        assert sum(each.sd for each in estimates) / 600 == pytest.approx(sd, rel=0.12)
        held = sum(each.low <= exact <= each.high for each in estimates) / 600
        assert held == pytest.approx(0.9, abs=0.04)


def test_a_share_is_as_sure_as_what_its_parts_have_in_common():
    counts, everybody = table({"a": 30, "b": 30, "c": 40}), Estimate(100, 3)
    found = sharpened.share(counts, ["a"], everybody, of=["a", "b"])
    # Variances of "a" 35/3 and of "a" and "b" 44/3, and what both move by 22/3.
    assert [found.value, found.sd] == pytest.approx([0.5, (35 / 3 - 22 / 3 + 11 / 3) ** 0.5 / 60])
    found = sharpened.share(counts, counts.cells, everybody)
    assert [found.value, found.sd] == pytest.approx([1, 0], abs=1e-6)


def test_one_colleague_has_a_share():
    counts = table({"a": 1, "b": 0})
    assert sharpened.share(counts, ["a"], Estimate(1, 4)).value == 1
    assert sharpened.composition(counts, Estimate(1, 4)) == {"a": 1, "b": 0}


def test_a_share_of_nothing_says_that_it_may_be_anything():
    nothing = table({"a": -1, "b": 0})
    share = sharpened.share(nothing, ["a"], Estimate(0, 4))
    assert not said.worth_saying(share)


def test_a_cell_of_which_nothing_was_published_holds_nobody():
    older = table({"a": 10, "b": 10})
    found = sharpened.part(older, ["newer"], Estimate(20, 2))
    assert (found.value, found.sd) == (0, 0)


@given(st.lists(st.integers(-30, 60), min_size=2, max_size=12), st.integers(10, 200))
def test_a_composition_is_never_negative_and_comes_to_all(numbers, everybody):
    counts = table({str(place): number for place, number in enumerate(numbers)})
    shares = sharpened.composition(counts, Estimate(everybody, 5))
    assert list(shares) == list(counts.cells)
    assert all(share >= 0 for share in shares.values())
    assert sum(shares.values()) == pytest.approx(1)
    by_number = sorted(zip(numbers, shares.values(), strict=True))
    assert [share for _number, share in by_number] == sorted(shares.values())
    assert sum(sharpened.in_steps([*shares.values()], 10)) == 100


def test_a_composition_without_noise_is_what_was_counted():
    counts = table({"a": 10, "b": 0, "c": 30})
    assert sharpened.composition(counts, Estimate(40, 3)) == pytest.approx({"a": 0.25, "b": 0, "c": 0.75})


def test_steps_go_to_those_that_lost_most():
    assert sharpened.in_steps([0.26, 0.26, 0.48], 10) == [30, 20, 50]
    assert sharpened.in_steps([0.26, 0.26], 10, of=50) == [30, 20]
    assert sharpened.in_steps([0, 0], 10, of=0) == [0, 0]


def test_a_mean_of_a_feeling_stays_on_its_scale():
    sums = table({"low": -400, "middle": 0, "high": 60}, 576)
    everybody = Estimate(100, 5)
    means = [sharpened.mean_feeling(sums, cell, everybody) for cell in sums.cells]
    assert [mean.value for mean in means] == [0, 1.5, 1.8]
    assert means[1].sd == pytest.approx(0.12)
    assert means[2].sd == pytest.approx((576 + 0.36 * 25) ** 0.5 / 200)


@pytest.mark.parametrize(
    ("value", "sd", "count", "between"),
    [
        (82.4, 4, "80", "75–90"),
        (19.6, 2, "20", "16–25"),
        (14.2, 4, "14", "8–20"),
        (10, 3, "10", "5–15"),
        (9.9, 3, "<15", "5–15"),
        (-4, 1, "<10", "0–10"),
    ],
)
def test_a_count_is_said_to_5_with_its_band_and_never_below_0(value, sd, count, between):
    assert (said.count(Estimate(value, sd)), said.range_of(Estimate(value, sd))) == (count, between)


@pytest.mark.parametrize(
    ("share", "sd", "words"),
    [
        (0, 0.01, "hardly anybody"),
        (0.12, 0.01, "1 out of 10"),
        (0.8, 0.05, "about 8 out of 10 (7–9)"),
        (0.8, 0.09, "about 8 out of 10 (7–9)"),
        (0.88, 0.1, "about 9 out of 10 (7–10)"),
        (0.8, 0.15, "at least 6 out of 10"),
        (0.5, 0.15, "between 3 and 7 out of 10"),
        (0.2, 0.15, "at most 4 out of 10"),
        (0.97, 0.02, "nearly all"),
        (0.97, 0.08, "at least 8 out of 10"),
        (0.03, 0.08, "at most 2 out of 10"),
        (0.5, 0.25, ""),
    ],
)
def test_a_share_is_said_as_firmly_as_its_band_allows(share, sd, words):
    with translation.override("en"):
        assert said.share_of(Estimate(share, sd)) == words


@pytest.mark.parametrize(
    ("value", "sd", "words"),
    [
        (80, 6, "about 80 (70–90)"),
        (12, 1, "about 12 (10–14)"),
        (4, 1, "fewer than about 10"),
        (4, 5, "fewer than about 15"),
        (-3, 4, "fewer than about 10"),
    ],
)
def test_a_count_is_said_with_its_band_and_a_small_one_by_where_that_ends(value, sd, words):
    with translation.override("en"):
        assert said.colleagues(Estimate(value, sd)) == words


def test_of_a_count_that_is_not_sure_its_band_alone_is_said():
    unsure, sure = Estimate(0.5, 0.3), Estimate(0.5, 0.05)
    with translation.override("en"):
        assert said.colleagues(Estimate(30, 9), share=unsure) == "between 15 and 45"
        assert said.colleagues(Estimate(12, 6), share=unsure) == "fewer than about 20"
        assert said.colleagues(Estimate(30, 9), share=sure) == "about 30 (15–45)"


def test_a_share_that_may_be_anything_is_not_worth_saying():
    assert said.worth_saying(Estimate(0.5, 0.24 / OF_90_PERCENT))
    assert not said.worth_saying(Estimate(0.5, 0.3 / OF_90_PERCENT))
    assert said.worth_saying(Estimate(1.5, 0.7 / OF_90_PERCENT), of=3)
    assert not said.worth_saying(Estimate(1.2, 1 / OF_90_PERCENT), of=3)
    assert said.percent_between(Estimate(0.5, 0.3 / OF_90_PERCENT)) == "20–80%"


def test_counts_of_20_and_more_are_off_by_3_at_the_median_and_a_year_by_6():
    below = Random(1).randrange
    one: list[float] = []
    four: list[float] = []
    for _time in range(150):
        quarters = [draws(SUPPORT_TABLES, QUARTER, below) for _quarter in range(4)]
        year = {name: added(each[name] for each in quarters) for name in QUARTER}
        for drawn, times, errors in ((quarters[0], 1, one), (year, 4, four)):
            everybody = sharpened.whole(drawn.values())
            for name, exact in QUARTER.items():
                errors += [
                    abs(sharpened.part(drawn[name], [cell], everybody).value - times * number)
                    for cell, number in exact.items()
                    if number >= 20
                ]
    assert median(one) <= 3
    assert median(four) <= 6


def test_of_forty_answers_shares_are_off_by_8_points_at_the_median_and_means_by_a_fifth():
    below = Random(1).randrange
    shares, means = [], []
    for _time in range(300):
        drawn = draws(ANSWER_TABLES, ANSWERS, below)
        everybody = sharpened.whole(drawn[name] for name in ANSWERS if name != FEELINGS)
        for name, exact in ANSWERS.items():
            if name == FEELINGS:
                means += [
                    abs(sharpened.mean_feeling(drawn[name], cell, everybody).value - (total / 40 + 3) / 2)
                    for cell, total in exact.items()
                ]
                continue
            fitting = sharpened.composition(drawn[name], everybody)
            shares += [abs(share - exact.get(cell, 0) / 40) for cell, share in fitting.items()]
    assert median(shares) <= 0.08
    assert median(means) <= 0.2
