"""The own training days and intervisions, in the own calendar (notifications.calendar.entries)."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from notifications.calendar.entries import Entry, Source
from training.enums import MeetingKind, MeetingState, SeatState
from training.models import MeetingSeat

WORDS = {MeetingKind.TRAINING: _("training day"), MeetingKind.INTERVISION: _("intervision")}


def of(user: User) -> Iterator[Entry]:
    """Where this person has a seat; what was called off is taken out. One statement."""
    seats = MeetingSeat.objects.filter(user=user, state=SeatState.SEATED).exclude(
        meeting__state=MeetingState.HELD
    )
    for seat in seats.select_related("meeting").order_by("pk"):
        meeting = seat.meeting
        yield Entry(
            key=f"training:{seat.pk}",
            due_at=meeting.starts_at,
            word=WORDS[MeetingKind(meeting.kind)],
            begins=True,
            lasts=meeting.ends_at - meeting.starts_at,
            sequence=int(meeting.state == MeetingState.CANCELLED),
            is_cancelled=meeting.state == MeetingState.CANCELLED,
        )


#: Nobody has a calendar because of being invited once.
SOURCE = Source(frozenset(), of)
