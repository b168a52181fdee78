from collections import Counter
from fractions import Fraction
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards import blurring
from dashboards.blurring import (
    Answers,
    Figure,
    Shown,
    blur,
    noise_of,
    one_way,
    publish_answers,
    publish_change,
    publish_count,
    published_share,
    record_key,
)

SECRET = b"sixteen bytes or more"
NOISES = range(-2, 3)
LIKERT = (1, 2, 3, 4, 5)

secrets = st.binary(min_size=16, max_size=64)
records = st.lists(st.uuids(), unique=True, max_size=60)
answers = st.dictionaries(st.sampled_from(LIKERT), st.integers(0, 40))


def people(number: int, first: int = 0) -> list[UUID]:
    return [UUID(int=first + each) for each in range(number)]


def with_noise(noise: int, cell: str = "question") -> bytes:
    """A secret that gives the answers of `cell` this noise."""
    secrets = (f"a secret with number {number}".encode() for number in range(1000))
    return next(secret for secret in secrets if blurring._noise(b"answers" + cell.encode(), secret) == noise)


# True count, noise, published.
COUNTS = [
    (0, 0, None), (0, 2, None), (7, 2, None), (8, 2, 10), (9, 0, None), (9, 1, 10), (10, -1, None),
    (10, 0, 10), (12, -2, 10), (12, -1, 10), (12, 0, 10), (12, 1, 15), (13, -1, 10), (13, 0, 15),
    (45, -2, 45), (45, 2, 45), (47, 0, 45), (48, 0, 50), (1000, -2, 1000), (1003, -1, 1000),
]  # fmt: skip


@pytest.mark.parametrize(("count", "noise", "published"), COUNTS)
def test_blurred_counts(count, noise, published):
    assert blur(count, noise) == Figure(published)


def test_a_figure_is_said_as_a_number_or_as_fewer_than_ten():
    assert (str(Figure(45)), str(Figure(None))) == ("45", "<10")


@given(st.integers(0, 500), st.sampled_from(NOISES))
def test_a_published_count_is_a_multiple_of_five_near_the_true_one(count, noise):
    published = blur(count, noise).value

    if published is None:
        assert count < 12
    else:
        assert published >= 10
        assert published % 5 == 0
        assert abs(published - count) <= 4


def test_one_person_more_or_less_is_seen_in_one_case_of_five_at_most():
    """Over the noise, which is uniform: the most that a figure can help to tell n from n + 1."""
    for count in range(300):
        one = Counter(blur(count, noise) for noise in NOISES)
        other = Counter(blur(count + 1, noise) for noise in NOISES)
        seen = sum((one - other).values())
        assert Fraction(seen, 5) <= Fraction(1, 5)


@given(records, secrets, st.randoms())
def test_the_noise_depends_on_the_set_of_records_alone(listed, secret, chance):
    shuffled = chance.sample(listed, len(listed))

    assert noise_of(listed, secret) == noise_of(shuffled, secret)
    assert noise_of(listed, secret) in NOISES


def test_the_noise_stays_the_one_that_was_drawn():
    """Another derivation would draw all noise anew: two publications of the same people, compared, tell."""
    assert record_key(UUID(int=1), SECRET) == 3964291680269673195
    assert [noise_of([UUID(int=number)], SECRET) for number in range(8)] == [1, -2, 2, 0, -1, -1, 2, -1]
    cells = ("helped", "mark", "recommend", "question")
    assert [blurring._noise(b"answers" + cell.encode(), SECRET) for cell in cells] == [1, -1, -1, 2]


def test_the_noise_is_uniform_over_secrets_and_over_cells():
    over_secrets = Counter(
        noise_of(people(20), f"secret number {number:09}".encode()) for number in range(5000)
    )
    over_cells = Counter(noise_of(people(20, number * 100), SECRET) for number in range(5000))

    for drawn in (over_secrets, over_cells):
        assert all(abs(drawn[noise] - 1000) < 150 for noise in NOISES)  # five standard deviations


def test_the_noise_of_a_cell_says_nothing_about_that_of_a_cell_with_one_record_more():
    differences = Counter(
        (noise_of(people(20, number * 100), SECRET), noise_of(people(21, number * 100), SECRET))
        for number in range(5000)
    )

    assert len(differences) == 25
    assert all(abs(count - 200) < 75 for count in differences.values())


def test_adding_the_same_record_moves_the_noise_of_different_cells_differently():
    """Else two pairs of cells that differ by one person would show that person's key, and then the next."""
    moved = {
        noise_of([*people(20, number * 100), UUID(int=99)], SECRET)
        - noise_of(people(20, number * 100), SECRET)
        for number in range(1, 50)
    }

    assert len(moved) > 5


def test_an_attacker_who_knows_everybody_but_one_guesses_little_better_than_by_chance():
    """Best guess of whether the last person is in a cell, knowing all others in it, over many secrets."""
    for others in (8, 9, 12, 17, 40):
        seen: dict[bool, Counter[Figure]] = {True: Counter(), False: Counter()}
        for number in range(1500):
            secret = f"secret number {number:09}".encode()
            seen[True][publish_count(people(others + 1), secret)] += 1
            seen[False][publish_count(people(others), secret)] += 1
        advantage = sum((seen[True] - seen[False]).values()) / 1500
        assert advantage < 0.2 + 0.06  # five standard deviations


def test_the_same_people_in_another_table_or_period_give_the_same_figure():
    women = people(23)
    by_outcome = one_way([(each, "completed") for each in women], ["completed", "declined"], SECRET)
    by_profession = one_way([(each, "nurse") for each in reversed(women)], ["nurse"], SECRET)

    assert by_outcome.total == by_outcome.cells[0][1] == by_profession.total == by_profession.cells[0][1]


def test_a_table_has_all_its_fixed_categories_in_their_order():
    table = one_way([(each, "b") for each in people(40)], ["a", "b", "c"], SECRET)

    assert [category for category, _ in table.cells] == ["a", "b", "c"]
    assert table.cells[0][1] == table.cells[2][1] == Figure(None)


@given(st.lists(st.tuples(st.uuids(), st.sampled_from("abc")), unique_by=lambda row: row[0]), secrets)
def test_every_cell_of_a_table_is_the_published_count_of_its_records(rows, secret):
    table = one_way(rows, "abc", secret)

    assert table.total == publish_count([record for record, _ in rows], secret)
    for category, figure in table.cells:
        assert figure == publish_count([record for record, its in rows if its == category], secret)


def test_what_would_make_a_table_two_way_or_count_double_is_refused():
    with pytest.raises(ValueError, match="once"):
        one_way([(UUID(int=1), "a"), (UUID(int=1), "b")], "ab", SECRET)
    with pytest.raises(KeyError):
        one_way([(UUID(int=1), "c")], "ab", SECRET)


def test_a_short_secret_is_refused():
    with pytest.raises(ValueError, match="16 bytes"):
        record_key(UUID(int=1), b"short")
    with pytest.raises(ValueError, match="16 bytes"):
        publish_answers({}, LIKERT, cell="q", secret=b"short")


@pytest.mark.parametrize(
    ("part", "whole", "share"),
    [(40, 45, 90), (45, 45, 100), (50, 45, 100), (10, 45, 20), (None, 45, None), (10, None, None)],
)
def test_a_share_comes_from_published_figures_alone(part, whole, share):
    assert published_share(Figure(part), Figure(whole)) == share


# Counts by value, noise of the cell, shown.
ANSWERS = [
    ({4: 5, 5: 4}, 2, Answers()),  # 9: never
    ({4: 5, 5: 5}, 1, Answers()),  # 10, but not surely
    ({4: 5, 5: 5}, 2, Answers(Shown.MEAN, 10, 4.5)),
    ({4: 7, 5: 7}, -2, Answers(Shown.MEAN, 10, 4.5)),
    ({3: 8, 5: 8}, 0, Answers(Shown.MEAN, 15, 4.0)),
    ({4: 1, 5: 15}, 0, Answers()),  # a mean of 5.0 says that all are the same
    ({5: 16}, 2, Answers()),  # unanimous
    ({3: 30}, 2, Answers()),
    ({4: 10, 5: 9}, 2, Answers(Shown.MEAN, 20, 4.5)),
    ({4: 10, 5: 10}, 2, Answers(Shown.SHARES, 20, 4.5, ((1, 0), (2, 0), (3, 0), (4, 50), (5, 50)))),
    ({4: 10, 5: 13}, -2, Answers(Shown.MEAN, 20, 4.5)),
    ({1: 1, 4: 31, 5: 68}, 0, Answers(Shown.SHARES, 100, 4.7, ((1, 0), (2, 0), (3, 0), (4, 30), (5, 70)))),
    ({4: 1, 5: 99}, 0, Answers()),  # rounds to all the same
]  # fmt: skip


@pytest.mark.parametrize(("counts", "noise", "shown"), ANSWERS)
def test_published_answers(counts, noise, shown):
    assert publish_answers(counts, LIKERT, cell="question", secret=with_noise(noise)) == shown


@given(answers, secrets, st.text(max_size=8))
def test_answers_follow_the_limits_whatever_the_noise(counts, secret, cell):
    shown = publish_answers(counts, LIKERT, cell=cell, secret=secret)

    number = sum(counts.values())
    if number < 10 or max(counts.values(), default=0) == number:
        assert shown == Answers()
    if number < 20:
        assert shown.shares == ()
    if shown.shown == Shown.SHARES:
        shares = dict(shown.shares)
        assert sum(shares.values()) == 100
        assert all(share % 5 == 0 and share < 100 for share in shares.values())
        assert all(abs(shares[value] - 100 * counts.get(value, 0) / number) < 5 for value in LIKERT)
    if shown.shown == Shown.MEAN:
        assert shown.mean is not None
        assert shown.mean * 2 % 1 == 0
        assert 1 < shown.mean < 5


def test_whether_answers_are_shown_tells_one_more_from_one_less_in_one_case_of_five():
    secrets_by_noise = [with_noise(noise) for noise in NOISES]

    def shown(number: int) -> Counter[Shown]:
        counts = {2: number // 2, 4: number - number // 2}
        return Counter(
            publish_answers(counts, LIKERT, cell="question", secret=each).shown for each in secrets_by_noise
        )

    for number in range(2, 40):
        assert sum((shown(number) - shown(number + 1)).values()) <= 1


def test_answers_outside_the_scale_are_refused():
    with pytest.raises(ValueError, match="scale"):
        publish_answers({6: 1}, LIKERT, cell="q", secret=SECRET)
    with pytest.raises(ValueError, match="scale"):
        publish_answers({5: -1}, LIKERT, cell="q", secret=SECRET)


def test_before_and_after_are_published_as_three_one_way_tables():
    pairs = {(3, 1): 20, (2, 1): 20, (1, 1): 40, (0, 1): 10, (0, 0): 10}

    change = publish_change(pairs, (0, 1, 2, 3), cell="blame", secret=SECRET)

    assert change.before.shares == ((0, 20), (1, 40), (2, 20), (3, 20))
    assert change.after.shares == ((0, 10), (1, 90), (2, 0), (3, 0))
    assert change.moved.shares == ((-1, 40), (0, 50), (1, 10))
    assert change.before.mean == 1.4


def test_few_pairs_show_nothing():
    change = publish_change({(3, 0): 5, (2, 1): 4}, (0, 1, 2, 3), cell="blame", secret=SECRET)

    assert change.before == change.after == change.moved == Answers()
