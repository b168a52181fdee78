"""Where things stand in a chart: figures in, positions out. Pure, and without a word of SVG.

The templates `components/chart_*.html` draw what comes out of here. Positions across (`x`, `width`) are
percentages of the chart's width, positions down (`y`, `height`) are pixels: so a chart fills a phone and
a desk without its text growing or shrinking. Texts come in as they are to be read; a figure that may not
be shown comes in as None with its own text ("<10") and is drawn as such, never as nothing. A figure that is
not known exactly comes in with its band, from `low` to `high`, and is drawn with both.
"""

import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil, log10

LINE = 20
"""Pixels for a line of text."""
GAP = 18
BAR = 14
LABEL_CHARACTERS = 34
"""As many fit beside a short value on a phone of 375 pixels; one less for each character more."""
SHORT = 2
LINE_CHARACTERS = 42
"""As many fit on a whole line of it."""
UNSEEN = 10
"""What may not be shown is fewer than this: drawn as an empty outline of that length."""


@dataclass(frozen=True, slots=True)
class Datum:
    """One figure: what it is about, its value (None: not shown) and how it is written, now and before, and
    between which two it lies, in figures and in words.
    """

    label: str
    value: float | None
    text: str
    previous: float | None = None
    previous_text: str = ""
    low: float | None = None
    high: float | None = None
    band_text: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    text: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Tick:
    """A line of the scale with its label: at `at` pixels down, or percent across."""

    at: float
    text: str


@dataclass(frozen=True, slots=True)
class ChartTable:
    """The same figures as a table; the first cell of a row is its heading."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    @property
    def is_wide(self) -> bool:
        """Too wide for a phone, where each row becomes a card instead."""
        return len(self.headings) > 3

    @property
    def lines(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """Each row as its heading and its cells, these with the heading of their column."""
        return [(row[0], list(zip(self.headings[1:], row[1:], strict=True))) for row in self.rows]


@dataclass(frozen=True, slots=True)
class Bar:
    """A figure as a bar across, under its label. `shown` is False for what may not be shown."""

    label: tuple[Text, ...]
    value: Text
    y: float
    width: float
    shown: bool
    previous: float | None
    """Where the figure of the period before stood, in percent across."""
    low: float | None = None
    high: float | None = None
    """Ends of the band, in percent across."""


@dataclass(frozen=True, slots=True)
class Bars:
    height: float
    bars: tuple[Bar, ...]
    thickness: float = BAR
    mark: float = BAR + 6
    """Height of the mark for the period before, which stands out above and below the bar by 3."""
    ends: tuple[Text, ...] = ()
    """Both ends of the scale, where it has a unit."""

    @property
    def has_marks(self) -> bool:
        return any(bar.previous is not None for bar in self.bars)


@dataclass(frozen=True, slots=True)
class Column:
    """A figure as a column; `shown` is False for what may not be shown."""

    x: float
    y: float
    width: float
    height: float
    shown: bool
    value: Text
    label: Text
    low: float | None = None
    high: float | None = None
    """Ends of the band, in pixels down; `certain` and `band` are how far the floor lies below them."""
    certain: float = 0
    band: float = 0


@dataclass(frozen=True, slots=True)
class ColumnChart:
    """Columns on a scale from the `floor` (pixels down) up. `norm` is a line across between two columns."""

    height: float
    floor: float
    left: float
    columns: tuple[Column, ...]
    ticks: tuple[Tick, ...]
    norm: Text | None


@dataclass(frozen=True, slots=True)
class Shares:
    """What part of the answers each value of a scale had (percent), and what stands under the label."""

    label: str
    shares: Sequence[int]
    text: str


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a stacked bar; without text where that does not fit."""

    x: float
    width: float
    tone: int
    text: Text | None


@dataclass(frozen=True, slots=True)
class Stack:
    """A question's answers."""

    label: tuple[Text, ...]
    value: Text
    y: float
    segments: tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class Stacks:
    height: float
    stacks: tuple[Stack, ...]
    thickness: float = 24


@dataclass(frozen=True, slots=True)
class Pair:
    """A mean before and a mean after, how the two are written, and their bands."""

    label: str
    before: float
    after: float
    text: str
    before_band: tuple[float, float]
    after_band: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Across:
    """A stretch across, in percent."""

    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Slope:
    """The way from before to after on a line across, and the bands around both."""

    label: tuple[Text, ...]
    value: Text
    y: float
    before: float
    after: float
    before_band: Across
    after_band: Across


@dataclass(frozen=True, slots=True)
class Slopes:
    height: float
    slopes: tuple[Slope, ...]
    ticks: tuple[Tick, ...]
    """Ends of the scale, in percent across."""
    foot: float
    """Pixels down to the labels of the scale."""


def bars(data: Sequence[Datum], *, whole: float | None = None, unit: str = "") -> Bars:
    """A bar across for each figure, in the order given; all on one scale from 0.

    The scale ends at the highest figure, or at `whole` where that is higher: what they are parts of. With a
    `unit` it ends at a round number, and says so.
    """
    scale = _scale([whole, *(each for datum in data for each in (datum.value, datum.previous, datum.high))])
    if unit:
        scale = nice_ticks(scale)[-1]
    y = 0.0
    drawn = []
    for datum in data:
        label, y = _label(datum.label, y, LABEL_CHARACTERS - max(0, len(datum.text) - SHORT))
        y += 3
        drawn.append(
            Bar(
                label=label,
                value=Text(datum.text, 100, label[-1].y),
                y=y,
                width=_percent(UNSEEN if datum.value is None else datum.value, scale),
                shown=datum.value is not None,
                previous=None if datum.previous is None else _percent(datum.previous, scale),
                low=None if datum.low is None else _percent(datum.low, scale),
                high=None if datum.high is None else _percent(datum.high, scale),
            )
        )
        y += BAR + GAP
    height = max(0, y - GAP + 3)
    if not unit:
        return Bars(height, tuple(drawn))
    foot = height + LINE
    ends = (Text(f"0{unit}", 0, foot - 5), Text(f"{scale:g}{unit}", 100, foot - 5))
    return Bars(foot, tuple(drawn), ends=ends)


def columns(
    data: Sequence[Datum],
    *,
    height: int = 240,
    touching: bool = False,
    norm_after: int | None = None,
    norm_text: str = "",
) -> ColumnChart:
    """A column for each figure, such as months, or bins of an interval (`touching`).

    `norm_after` draws a norm behind so many columns: 2 stands between the second and the third.
    """
    top, floor, left = (1.0 if norm_after is None else 2.0) * LINE, height - 1.5 * LINE, 9.0
    steps = nice_ticks(_scale(each for datum in data for each in (datum.value, datum.high)))
    room = (100 - left) / max(1, len(data))
    width = room if touching else room * 0.72
    drawn = []
    for place, datum in enumerate(data):
        value = UNSEEN if datum.value is None else datum.value
        tall, low, high = (
            None if each is None else (floor - top) * each / steps[-1]
            for each in (value, datum.low, datum.high)
        )
        assert tall is not None
        text_y = round(floor - max(tall, high or 0) - 6, 1)
        x = left + place * room + (room - width) / 2
        middle = round(x + width / 2, 2)
        drawn.append(
            Column(
                x=round(x, 2),
                y=round(floor - tall, 1),
                width=round(width, 2),
                height=round(tall, 1),
                shown=datum.value is not None,
                value=Text(datum.text, middle, text_y),
                label=Text(datum.label, middle, floor + LINE),
                low=None if low is None else round(floor - low, 1),
                high=None if high is None else round(floor - high, 1),
                certain=round(low or 0, 1),
                band=round(high or 0, 1),
            )
        )
    ticks = tuple(Tick(round(floor - (floor - top) * step / steps[-1], 1), f"{step:g}") for step in steps)
    norm = None if norm_after is None else Text(norm_text, round(left + norm_after * room, 2), LINE * 0.75)
    return ColumnChart(height, floor, left, tuple(drawn), ticks, norm)


def stacks(rows: Sequence[Shares], *, tones: Sequence[int] = (1, 2, 3, 4, 5)) -> Stacks:
    """A stacked bar of shares for each question.

    `tones` gives each value of the scale its tone, 1 (warm, against) to 5 (petrol, for).
    """
    y = 0.0
    drawn = []
    for row in rows:
        label, y = _label(row.label, y, LINE_CHARACTERS)
        value = Text(row.text, 0, y + LINE - 5)
        y += LINE + 3
        drawn.append(Stack(label, value, y, _segments(row.shares, tones, y + 17)))
        y += 24 + GAP
    return Stacks(max(0, y - GAP / 2), tuple(drawn))


def slopes(pairs: Sequence[Pair], *, low: Tick, high: Tick) -> Slopes:
    """The way from before to after for each of `pairs`, on the scale from `low` to `high` (value, text)."""
    y = 0.0
    drawn = []
    for pair in pairs:
        label, y = _label(pair.label, y, LINE_CHARACTERS)
        value = Text(pair.text, 0, y + LINE - 5)
        y += LINE + 10
        before, after, *ends = (
            _inset(_percent(each - low.at, high.at - low.at))
            for each in (pair.before, pair.after, *pair.before_band, *pair.after_band)
        )
        bands = [Across(start, round(end - start, 2)) for start, end in (ends[:2], ends[2:])]
        drawn.append(Slope(label, value, y, before, after, *bands))
        y += GAP + 10
    ticks = (Tick(_inset(0), low.text), Tick(_inset(100), high.text))
    return Slopes(y + LINE, tuple(drawn), ticks, y + LINE / 2)


def nice_ticks(highest: float, at_most: int = 5) -> tuple[float, ...]:
    """Round steps (1, 2 or 5 times a power of ten) from 0 to the first at or above `highest`."""
    if highest <= 0:
        return (0, 1)
    power = 10 ** (ceil(log10(highest)) - 2)
    for factor in (1, 2, 5, 10, 20, 50, 100):
        step = factor * power
        count = ceil(round(highest / step, 6))
        if count <= at_most:
            break
    return tuple(round(number * step, 10) for number in range(count + 1))


def table_of(data: Sequence[Datum], headings: Sequence[str]) -> ChartTable:
    """The figures as a table: each with its band, and when there is a fourth heading the period before."""
    return ChartTable(
        tuple(headings),
        tuple(
            (datum.label, datum.text, datum.band_text, datum.previous_text)[: len(headings)] for datum in data
        ),
    )


def _segments(shares: Sequence[int], tones: Sequence[int], text_y: float) -> tuple[Segment, ...]:
    drawn = []
    x = 0.0
    for share, tone in zip(shares, tones, strict=False):
        if share:
            text = Text(f"{share}%", x + share / 2, text_y) if share >= 10 else None
            drawn.append(Segment(x, share, tone, text))
        x += share
    return tuple(drawn)


def _label(text: str, y: float, characters: int) -> tuple[tuple[Text, ...], float]:
    """The lines of a label that begins at `y`, and where it ends."""
    lines = textwrap.wrap(text.strip(), characters) or [""]
    label = tuple(Text(line, 0, y + LINE * number - 5) for number, line in enumerate(lines, 1))
    return label, y + LINE * len(lines)


def _scale(values: Iterable[float | None]) -> float:
    return max([UNSEEN, *_known(values)])


def _known(values: Iterable[float | None]) -> list[float]:
    return [value for value in values if value is not None]


def _percent(value: float, whole: float) -> float:
    return round(min(100.0, max(0.0, 100 * value / whole)), 2)


def _inset(percent: float) -> float:
    """Leaves room for half a dot at both ends."""
    return round(3 + percent * 0.94, 2)
