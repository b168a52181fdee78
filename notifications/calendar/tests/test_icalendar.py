"""RFC 5545, held by properties and by a reader written from the RFC, not from the writer."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hospital.clock import AMSTERDAM
from notifications.calendar.icalendar import Event, calendar, fold, moment, text

AT = datetime(2026, 11, 20, 9, tzinfo=UTC)

any_text = st.text(max_size=300)
moments = st.datetimes(
    min_value=datetime(1990, 1, 1),  # noqa: DTZ001  # bounds of aware moments
    max_value=datetime(2090, 1, 1),  # noqa: DTZ001  # bounds of aware moments
    timezones=st.sampled_from([UTC, AMSTERDAM, ZoneInfo("Asia/Tokyo")]),
)
events = st.builds(
    lambda uid, at, minutes, summary: Event(str(uid), at, at + timedelta(minutes=minutes), summary),
    st.uuids(),
    moments,
    st.integers(0, 600),
    any_text,
)


def unfolded(raw: bytes) -> list[str]:
    """The content lines (RFC 5545 §3.1): a line that begins with a space goes on the one before it."""
    assert raw.endswith(b"\r\n")
    return raw.replace(b"\r\n ", b"").decode().split("\r\n")[:-1]


def unescaped(value: str) -> str:
    r"""TEXT (§3.3.11): \\, \; and \, stand for themselves, \n for a line break."""
    return re.sub(r"\\(.)", lambda found: "\n" if found[1] in "nN" else found[1], value)


def read(raw: bytes) -> list[dict[str, str]]:
    """The events of a calendar, each property by its name."""
    found: list[dict[str, str]] = []
    for line in unfolded(raw):
        name, _, value = line.partition(":")
        if line == "BEGIN:VEVENT":
            found.append({})
        elif found and line not in {"END:VEVENT", "END:VCALENDAR"}:
            found[-1][name] = unescaped(value)
    return found


def instant(value: str) -> datetime:
    return datetime.strptime(value, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)


@given(any_text)
def test_folded_line_has_at_most_75_octets_and_cuts_no_character(line):
    pieces = list(fold(line))
    assert all(len(piece) <= 75 for piece in pieces)
    assert all(piece.startswith(b" ") for piece in pieces[1:])
    assert "".join([pieces[0].decode(), *(piece.decode()[1:] for piece in pieces[1:])]) == line


def test_line_is_folded_where_it_has_to_be_and_not_before():
    assert [len(piece) for piece in fold("x" * 75)] == [75]
    assert [len(piece) for piece in fold("x" * 76)] == [75, 2]
    assert [len(piece) for piece in fold("x" * 74 + "é")] == [74, 3]


@given(any_text)
def test_text_is_one_line_and_reads_back_the_same(value):
    written = text(value)
    assert not re.search(r"[\r\n\x00-\x08\x0b-\x1f\x7f]", written)
    plain = re.sub(r"\r\n|\r", "\n", value)
    assert unescaped(written) == re.sub(r"[\x00-\x08\x0b-\x1f\x7f]", "", plain)


@given(moments)
def test_moment_is_utc_whatever_zone_it_came_in(at):
    assert instant(moment(at)) == at.astimezone(UTC).replace(microsecond=0)


@pytest.mark.parametrize(
    ("local", "written"),
    [
        # The two nights in which the clock is changed, October's doubled hour twice, and the end of the year.
        (datetime(2026, 3, 29, 1, 59, tzinfo=AMSTERDAM), "20260329T005900Z"),
        (datetime(2026, 3, 29, 3, 0, tzinfo=AMSTERDAM), "20260329T010000Z"),
        (datetime(2026, 10, 25, 2, 30, tzinfo=AMSTERDAM), "20261025T003000Z"),
        (datetime(2026, 10, 25, 2, 30, tzinfo=AMSTERDAM, fold=1), "20261025T013000Z"),
        (datetime(2027, 1, 1, 0, 30, tzinfo=AMSTERDAM), "20261231T233000Z"),
    ],
)
def test_moment_of_a_local_clock(local, written):
    assert moment(local) == written


@given(st.lists(events, max_size=8), any_text)
def test_calendar_reads_back_as_what_was_written(written, name):
    raw = calendar(written, name=name, at=AT)
    lines = unfolded(raw)
    assert (lines[0], lines[-1]) == ("BEGIN:VCALENDAR", "END:VCALENDAR")
    assert {"VERSION:2.0", "CALSCALE:GREGORIAN"} <= set(lines)
    assert b"\n" not in raw.replace(b"\r\n", b"")
    found = read(raw)
    assert [(each["UID"], instant(each["DTSTART"]), instant(each["DTEND"])) for each in found] == [
        (
            event.uid,
            event.starts.astimezone(UTC).replace(microsecond=0),
            event.ends.astimezone(UTC).replace(microsecond=0),
        )
        for event in written
    ]
    assert all(each["CLASS"] == "PRIVATE" and each["DTSTAMP"] == moment(AT) for each in found)
