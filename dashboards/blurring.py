"""What may be published about people, and how blurred (design: figures for the board). Pure: no database.

Counts of people follow the cell-key method: each record has a secret key, the records in a cell together
fix its noise of -2 to 2, and the noisy count is rounded to 5. The noise depends on *which* records are
counted and on nothing else, so counting the same people again, in another table or another year, gives
the same figure and nothing can be averaged away. Whether a figure is shown is decided on the noisy count:
decided on the true one, "<10" would itself say who is the tenth.

Only fixed one-way tables are published: whoever may choose the cells can choose two that differ by one
person.

Answers to the evaluation have no records behind them (there is no row for a respondent); their noise
comes from the name of the cell. It is taken one-sided there, so that fewer than 10 answers are never
shown, whatever the noise.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import blake2b
from uuid import UUID

NOISE = 2
STEP = 5
LEAST = 10
"""Below this no count of people is shown, and of answers nothing."""
LEAST_FOR_SHARES = 20


@dataclass(frozen=True, slots=True)
class Figure:
    """A published count of people: a multiple of 5 from 10 on, or None: fewer than 10."""

    value: int | None

    def __str__(self) -> str:
        return f"<{LEAST}" if self.value is None else str(self.value)


@dataclass(frozen=True, slots=True)
class OneWay:
    """A published table: each category with its figure, and the total, which is blurred on its own.

    The figures need not add up to the total.
    """

    total: Figure
    cells: tuple[tuple[str, Figure], ...]


class Shown(StrEnum):
    """How much of a question's answers is shown."""

    NOTHING = "nothing"
    MEAN = "mean"
    SHARES = "shares"


@dataclass(frozen=True, slots=True)
class Answers:
    """Published answers to one question.

    `mean` is rounded to 0.5; with `shares` it is computed from them instead, to 0.1, and tells nothing new.
    `shares` are percentages in steps of 5 that add up to 100, one for each value of the scale. `number` is
    the blurred number of answers. All empty: too few answers, or all the same, and not said which of the two.
    """

    shown: Shown = Shown.NOTHING
    number: int | None = None
    mean: float | None = None
    shares: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class AnswerChange:
    """Published answers to a question that was asked for before and after, and how they moved.

    `moved` has the values -1 (lower after), 0 (the same) and 1 (higher).
    """

    before: Answers
    after: Answers
    moved: Answers


def record_key(record: UUID, secret: bytes) -> int:
    """The secret key of a record: 64 bits that nobody can compute without `secret` (at least 16 bytes)."""
    if len(secret) < 16:
        raise ValueError("The secret of the figures needs at least 16 bytes.")
    return int.from_bytes(blake2b(record.bytes, key=secret[:64], digest_size=8).digest())


def noise_of(records: Iterable[UUID], secret: bytes) -> int:
    """The noise of the cell with these records: -2 to 2, each as likely.

    Depends on the set of records alone. The sum of the keys is hashed once more, since otherwise the noise of
    two cells would differ by the key of the record that they differ by.
    """
    total = sum(record_key(record, secret) for record in records) % 2**64
    return _noise(b"records" + total.to_bytes(8), secret)


def publish_count(records: Iterable[UUID], secret: bytes) -> Figure:
    """The count of these records (each once) as it may be published."""
    listed = list(records)
    if len(set(listed)) != len(listed):
        raise ValueError("A record is counted once.")
    return blur(len(listed), noise_of(listed, secret))


def blur(count: int, noise: int) -> Figure:
    """`count` with its `noise`, rounded to 5; fewer than 10 when the noisy count is."""
    noisy = count + noise
    return Figure(None if noisy < LEAST else _nearest(noisy))


def one_way(records: Iterable[tuple[UUID, str]], categories: Sequence[str], secret: bytes) -> OneWay:
    """The table of `records` (each in one category) over the fixed `categories`, empty ones included."""
    cells: dict[str, list[UUID]] = {category: [] for category in categories}
    everybody = []
    for record, category in records:
        cells[category].append(record)
        everybody.append(record)
    return OneWay(
        publish_count(everybody, secret),
        tuple((category, publish_count(cell, secret)) for category, cell in cells.items()),
    )


def published_share(part: Figure, whole: Figure) -> int | None:
    """What percentage `part` is of `whole`, to 10 points, from published figures alone; None when unknown."""
    if part.value is None or whole.value is None:
        return None
    return min(100, 10 * _round(10 * part.value, whole.value))


def publish_answers(counts: Mapping[int, int], scale: Sequence[int], *, cell: str, secret: bytes) -> Answers:
    """The answers to one question as they may be published.

    `counts` holds how often each value of `scale` was given; `cell` names question and period, and fixes the
    noise. Fewer than 10 answers: nothing. From 10: the mean to 0.5. From 20: shares to 5 points. Each of
    these limits is passed up to 4 answers later, by chance. All the same, or blurred to that: nothing.
    """
    if set(counts) - set(scale) or any(count < 0 for count in counts.values()):
        raise ValueError("Counts belong to values of the scale.")
    number = sum(counts.values())
    noise = _noise(b"answers" + cell.encode(), secret)
    certain = number + noise - NOISE  # never more than there are
    unanimous = sum(count > 0 for count in counts.values()) < 2
    if certain < LEAST or unanimous:
        return Answers()
    if certain < LEAST_FOR_SHARES:
        mean = _mean(counts, number, steps=2)
        if mean in {scale[0], scale[-1]}:
            return Answers()
        return Answers(Shown.MEAN, _nearest(number + noise), mean)
    shares = _shares([counts.get(value, 0) for value in scale], number)
    if 100 in shares:
        return Answers()
    listed = tuple(zip(scale, shares, strict=True))
    return Answers(Shown.SHARES, _nearest(number + noise), _mean(dict(listed), 100, steps=10), listed)


def publish_change(
    pairs: Mapping[tuple[int, int], int], scale: Sequence[int], *, cell: str, secret: bytes
) -> AnswerChange:
    """A question asked for before and after: three one-way tables, never the pairs themselves."""
    before: Counter[int] = Counter()
    after: Counter[int] = Counter()
    moved: Counter[int] = Counter()
    for (was, became), count in pairs.items():
        before[was] += count
        after[became] += count
        moved[(became > was) - (became < was)] += count
    return AnswerChange(
        publish_answers(before, scale, cell=cell, secret=secret),
        publish_answers(after, scale, cell=cell, secret=secret),
        publish_answers(moved, (-1, 0, 1), cell=cell, secret=secret),
    )


def _noise(cell: bytes, secret: bytes) -> int:
    if len(secret) < 16:
        raise ValueError("The secret of the figures needs at least 16 bytes.")
    drawn = int.from_bytes(blake2b(cell, key=secret[:64], digest_size=16).digest())
    return drawn % (2 * NOISE + 1) - NOISE


def _round(part: int, whole: int) -> int:
    """`part / whole` to the nearest integer, halves up, without floating point."""
    return (2 * part + whole) // (2 * whole)


def _nearest(number: int) -> int:
    return STEP * _round(number, STEP)


def _mean(counts: Mapping[int, int], number: int, *, steps: int) -> float:
    total = sum(value * count for value, count in counts.items())
    return _round(steps * total, number) / steps


def _shares(counts: Sequence[int], number: int) -> list[int]:
    """Percentages in steps of 5 that add up to 100: rounded down, the rest to those that lost most."""
    steps = 100 // STEP
    parts = [divmod(count * steps, number) for count in counts]
    missing = steps - sum(whole for whole, _ in parts)
    by_loss = sorted(range(len(parts)), key=lambda place: (-parts[place][1], place))
    extra = set(by_loss[:missing])
    return [STEP * (whole + (place in extra)) for place, (whole, _) in enumerate(parts)]
