"""The few lines of RFC 5545 that a read-only calendar needs. Pure."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

#: RFC 5545 §3.1: a line is at most 75 octets without its end.
OCTETS = 75
#: §3.3.11 and §3.1: text holds no control characters but the tab; a line break is written "\n".
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


@dataclass(frozen=True)
class Event:
    """`uid` stays the same for the same event, and `sequence` grows when it is moved or cancelled; both
    moments are aware. It leads to `url`, if there is one.
    """

    uid: str
    starts: datetime
    ends: datetime
    summary: str
    url: str = ""
    sequence: int = 0
    is_cancelled: bool = False


def calendar(events: Iterable[Event], *, name: str, at: datetime) -> bytes:
    """A calendar called `name`, written at `at` (aware).

    Times are in UTC, so no time zone needs describing. Events are private, and leave their owner free.
    """
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Peersupport//Peersupport//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{text(name)}",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-PUBLISHED-TTL:PT1H",
    ]
    for event in events:
        lines += [
            "BEGIN:VEVENT",
            f"UID:{text(event.uid)}",
            f"DTSTAMP:{moment(at)}",
            f"DTSTART:{moment(event.starts)}",
            f"DTEND:{moment(event.ends)}",
            f"SUMMARY:{text(event.summary)}",
            *([f"URL:{event.url}"] if event.url else []),
            *([f"SEQUENCE:{event.sequence}"] if event.sequence else []),
            *(["STATUS:CANCELLED"] if event.is_cancelled else []),
            "CLASS:PRIVATE",
            "TRANSP:TRANSPARENT",
            "END:VEVENT",
        ]
    lines.append("END:VCALENDAR")
    return b"".join(folded + b"\r\n" for line in lines for folded in fold(line))


def moment(at: datetime) -> str:
    """`at` as a DATE-TIME in UTC, to the second."""
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def text(value: str) -> str:
    """`value` as TEXT (§3.3.11)."""
    escaped = value.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return CONTROL.sub("", re.sub(r"\r\n|\r|\n", r"\\n", escaped))


def fold(line: str) -> Iterator[bytes]:
    """`line` in pieces of at most 75 octets, each but the first after a space (§3.1); no character is cut."""
    piece, room = b"", OCTETS
    for character in line:
        octets = character.encode()
        if len(piece) + len(octets) > room:
            yield piece
            piece = b" "
        piece += octets
    yield piece
