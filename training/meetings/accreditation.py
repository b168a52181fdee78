"""The list for the accreditation of a meeting: who was there, as the register of professions asks for it."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from hospital.clock import on_the_wall
from training.enums import MeetingState, SeatState
from training.models import Meeting, MeetingSeat

#: So long after a meeting no list of it is asked for any more, and the numbers are erased.
KEPT = timedelta(days=365)
#: What begins so is read as a formula by spreadsheets.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def attended(meeting: Meeting) -> list[MeetingSeat]:
    """Whoever was there, by name."""
    seats = meeting.places.filter(state=SeatState.ATTENDED).select_related("user__profession")
    return list(seats.order_by("user__sort_key", "id"))


def rows(meeting: Meeting) -> Iterator[list[str]]:
    """The list as a table: a line for each of whoever was there."""
    yield [
        _("BIG number"),
        _("Name"),
        _("Profession"),
        _("Day"),
        _("Accreditation number"),
        _("Accreditation points"),
        _("Competences"),
    ]
    day = f"{on_the_wall(meeting.starts_at):%Y-%m-%d}"
    for seat in attended(meeting):
        name, profession = seat.user.name, str(seat.user.profession or "")
        yield [
            seat.big_number,
            _harmless(name),
            _harmless(profession),
            day,
            _harmless(meeting.accreditation),
            str(meeting.points),
            " ".join(sorted(meeting.competences)),
        ]


def keep_number(*, seat: MeetingSeat, number: str) -> None:
    """The number that the participant typed; empty takes it away."""
    MeetingSeat.objects.filter(pk=seat.pk).update(big_number=number)


def erase_old(*, at: datetime) -> int:
    """Nightly: the numbers of meetings of a year ago, or called off; how many."""
    typed = MeetingSeat.objects.exclude(big_number="")
    old = typed.filter(meeting__ends_at__lt=at - KEPT) | typed.filter(meeting__state=MeetingState.CANCELLED)
    return old.update(big_number="")


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA) else text
