"""What people hear of training days and intervisions; registered when the app starts."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.enums import Role
from accounts.models import User
from notifications.enums import HandedOn
from notifications.models import Reminder
from notifications.reminders import kinds, reconcile
from notifications.reminders.kinds import Kind
from notifications.reminders.schedule import cancel, cancel_each, remind, reminder
from training.enums import MeetingState, SeatState
from training.models import Meeting, MeetingSeat

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

INVITED = "training.invited"
MOVED_UP = "training.moved_up"
SOON = "training.soon"
CALLED_OFF = "training.called_off"
ATTENDANCE = "training.attendance"
#: So long before it begins whoever takes part is reminded.
BEFORE = timedelta(days=2)

Pairs = Sequence[tuple[User, UUID]]


def tell_invited(seats: Iterable[MeetingSeat], at: datetime) -> None:
    """There is an invitation for each of them; once a day for one seat."""
    remind([_about(INVITED, seat, at, once=f"{timezone.localdate(at):%Y%m%d}") for seat in seats])


def tell_answered(seat: MeetingSeat, at: datetime) -> None:
    """Who said something needs no invitation any more; who comes is reminded shortly before."""
    cancel(subject_id=seat.pk, at=at, kinds=[INVITED, MOVED_UP, SOON])
    if seat.state == SeatState.SEATED:
        remind(_soon([seat], at))


def tell_moved_up(seats: Sequence[MeetingSeat], at: datetime) -> None:
    """There is a seat after all, for each of them."""
    remind([_about(MOVED_UP, seat, at, once=f"{at:%Y%m%dT%H%M%S}") for seat in seats])
    remind(_soon(seats, at))


def tell_called_off(seats: Sequence[MeetingSeat], at: datetime) -> None:
    """It does not take place, to those who would have come."""
    cancel_each([seat.pk for seat in seats], at=at)
    remind([_about(CALLED_OFF, seat, at) for seat in seats])


def ask_attendance(meeting: Meeting) -> None:
    """When it is over, the coordinators close the list of who was there."""
    remind([_attendance(meeting)])


def settled(meeting: Meeting, at: datetime) -> None:
    """It was called off, or its list is closed."""
    cancel(subject_id=meeting.pk, at=at, kinds=[ATTENDANCE])


def expected(at: datetime) -> Iterator[Reminder]:
    """Of each seat that is taken the word shortly before, and of each meeting its list, for the nightly
    search for what is missing.
    """
    yield from map(_attendance, Meeting.objects.filter(state=MeetingState.PLANNED))
    seats = MeetingSeat.objects.filter(
        state=SeatState.SEATED, meeting__state=MeetingState.PLANNED, meeting__starts_at__gt=at
    )
    yield from _soon(seats.select_related("meeting").iterator(chunk_size=500), at)


def _soon(seats: Iterable[MeetingSeat], at: datetime) -> Iterator[Reminder]:
    for seat in seats:
        if seat.meeting.starts_at - BEFORE > at:
            yield _about(SOON, seat, seat.meeting.starts_at - BEFORE)


def _attendance(meeting: Meeting) -> Reminder:
    return reminder(
        key=f"{ATTENDANCE}:{meeting.pk}",
        kind=ATTENDANCE,
        due_at=meeting.ends_at,
        subject_id=meeting.pk,
        url=reverse("training:attendance", args=[meeting.pk]),
        role=Role.COORDINATOR,
    )


def _about(kind: str, seat: MeetingSeat, due_at: datetime, *, once: str = "") -> Reminder:
    return reminder(
        key=f"{kind}:{seat.pk}:{once}" if once else f"{kind}:{seat.pk}",
        kind=kind,
        due_at=due_at,
        subject_id=seat.pk,
        url=reverse("training:mine"),
        recipient=seat.user_id,
    )


def _in(*states: SeatState, of: MeetingState = MeetingState.PLANNED) -> Callable[[Pairs], list[bool]]:
    """Whether each has a seat in one of `states`, of a meeting that is to come."""

    def concern(pairs: Pairs) -> list[bool]:
        now = timezone.now()
        rows = MeetingSeat.objects.filter(pk__in={pk for _user, pk in pairs}, state__in=states)
        coming = rows.filter(meeting__state=of, meeting__starts_at__gt=now)
        theirs = set(coming.values_list("user", "pk"))
        return [(user.pk, pk) in theirs for user, pk in pairs]

    return concern


def _is_open(pairs: Pairs) -> list[bool]:
    """Whether the list of each meeting is to be closed by who it is."""
    rows = Meeting.objects.filter(pk__in={pk for _user, pk in pairs}, state=MeetingState.PLANNED)
    over = set(rows.filter(ends_at__lte=timezone.now()).values_list("pk", flat=True))
    return [user.has_role(Role.COORDINATOR) and pk in over for user, pk in pairs]


def _kind(
    code: str,
    line: "StrOrPromise",
    concern: Callable[[Pairs], list[bool]],
    # One's own day: who stands in does not go there.
    handed_on: HandedOn = HandedOn.STAYS,
) -> Kind:
    return Kind(
        code=code,
        line=line,
        concerns=lambda user, pk: concern([(user, pk)])[0],
        concern=concern,
        handed_on=handed_on,
    )


COMING = (SeatState.INVITED, SeatState.WAITING, SeatState.SEATED)
KINDS = (
    _kind(INVITED, _("There is an invitation for you. Say whether you come."), _in(SeatState.INVITED)),
    _kind(MOVED_UP, _("There is a seat for you after all."), _in(SeatState.SEATED)),
    _kind(SOON, _("The day for which you said yes is near."), _in(SeatState.SEATED)),
    _kind(
        CALLED_OFF,
        _("A day for which you were invited is called off."),
        _in(*COMING, of=MeetingState.CANCELLED),
    ),
    _kind(
        ATTENDANCE, _("A training day is over. Close the list of who was there."), _is_open, HandedOn.SHARED
    ),
)


def register() -> None:
    """Make known to `notifications` the kinds, and what must be there each night."""
    for kind in KINDS:
        kinds.register(kind)
    reconcile.expectations.append(expected)
