"""What the pool did to stay trained: a training day and two intervisions, and what is planned."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from random import Random
from uuid import UUID

from accounts.models import User
from hospital.clock import is_working_day, local_day, moment_of
from notifications.reminders.schedule import remind
from supporters.models import Supporter
from training.enums import Competence, MeetingKind, Theme
from training.meetings import attendance, inviting, planning, seating, standing
from training.models import Material, Meeting, MeetingSeat, Trainer, TrainingPolicy

#: When, in days from now; a training day was 14 months ago.
TRAINED, EARLIER, LATELY = -425, -250, -70
NEXT_INTERVISION, NEXT_TRAINING = 19, 47
#: Until when those are trained who never come, in days from now.
ENDS = (25, -12)
#: On a training day so many take part, and so many more would like to.
PARTICIPANTS, WAITING = 15, 3
TRAINERS = (("Marijke Terpstra", False), ("Joost Bakkenes", False), ("Ilse van Rhijn", True))
READING = ("Wat een gebeurtenis met je doet", "https://leerhuis.example/second-victim")


def meet(people: Sequence[User], *, coordinator: User, at: datetime) -> None:
    """Hold what was held and plan what comes, up to `at`; `people` are employees who may join."""
    chance = Random(len(people))
    pool = list(Supporter.objects.select_related("user").order_by("user__username"))
    users = [supporter.user for supporter in pool]
    _train(pool, chance, coordinator, at)
    # Two who never come: the training of the one ends soon, that of the other did.
    away = [each for each in pool[len(pool) // 3 :] if each.user.username.isdigit()][: len(ENDS)]
    for supporter, days in zip(away, ENDS, strict=False):
        until = local_day(at) + timedelta(days=days)
        Supporter.objects.filter(pk=supporter.pk).update(current_until=until)
    willing = [one for one in users if one not in {supporter.user for supporter in away}]
    for days, theme, share in ((EARLIER, Theme.LISTENING, 0.5), (LATELY, Theme.AGGRESSION, 0.4)):
        meeting = _plan(MeetingKind.INTERVISION, days, len(users), coordinator, at, theme=theme)
        come = [one for one in willing if chance.random() < share or one.username == "supporter"]
        _hold(meeting, come, chance, coordinator)
    coming = _plan(
        MeetingKind.INTERVISION, NEXT_INTERVISION, max(15, len(users)), coordinator, at, theme=Theme.LIMITS
    )
    asked = [one.pk for one in inviting.who_need(coming)]
    asked += [one.pk for one in users if one.username in {"supporter", "supporter2"} and one.pk not in asked]
    inviting.invite(meeting=coming, people=asked, by=coordinator, at=at)
    _answer(coming, [one for one in users if not one.username.startswith("supporter")][::2], at)
    _fill_training(people, coordinator, at)
    remind(standing.warnings(at))


def _train(pool: Sequence[Supporter], chance: Random, coordinator: User, at: datetime) -> None:
    """A dozen of them were trained here, all on one day."""
    chosen = pool[: min(12, len(pool) // 3)]
    meeting = _plan(MeetingKind.TRAINING, TRAINED, PARTICIPANTS, coordinator, at, points=6)
    present = _seated(meeting, [supporter.user for supporter in chosen])
    ends = meeting.ends_at
    attendance.close(meeting=meeting, present=present, by=coordinator, at=ends)
    until = local_day(at) + timedelta(days=chance.randint(100, 400))
    Supporter.objects.filter(pk__in=[one.pk for one in chosen]).update(
        trained_on=local_day(meeting.starts_at), current_until=until
    )


def _fill_training(people: Sequence[User], coordinator: User, at: datetime) -> None:
    """A day that is full, with a waiting list."""
    meeting = _plan(MeetingKind.TRAINING, NEXT_TRAINING, PARTICIPANTS, coordinator, at, points=6)
    Trainer.objects.bulk_create(Trainer(meeting=meeting, name=name, acts=acts) for name, acts in TRAINERS)
    Material.objects.create(meeting=meeting, title=READING[0], url=READING[1])
    outside = [one for one in people if not Supporter.objects.filter(user=one).exists()]
    chosen = outside[: PARTICIPANTS + WAITING]
    inviting.invite(meeting=meeting, people=[one.pk for one in chosen], by=coordinator, at=at)
    _answer(meeting, chosen, at)


def _plan(
    kind: MeetingKind,
    days: int,
    seats: int,
    coordinator: User,
    at: datetime,
    *,
    theme: str = "",
    points: int = 3,
) -> Meeting:
    policy, day = TrainingPolicy.current(), _working_day(local_day(at) + timedelta(days=days))
    is_training = kind == MeetingKind.TRAINING
    meeting = Meeting(
        kind=kind,
        theme=theme,
        starts_at=moment_of(day, policy.day_starts),
        ends_at=moment_of(day, policy.day_ends if is_training else time(13)),
        place="Leerhuis, zaal 2",
        seats=max(1, seats),
        points=points,
        accreditation="478 213",
        competences=Meeting().competences if is_training else [Competence.ROLE],
    )
    return planning.plan(meeting, by=coordinator, at=min(at, meeting.starts_at - timedelta(days=40)))


def _hold(meeting: Meeting, come: Sequence[User], chance: Random, coordinator: User) -> None:
    """Most of who said yes were there."""
    seated = _seated(meeting, come)
    present = {pk for pk in seated if chance.random() < 0.9}
    supporter = MeetingSeat.objects.filter(meeting=meeting, user__username="supporter")
    present |= set(supporter.values_list("pk", flat=True))
    attendance.close(meeting=meeting, present=present, by=coordinator, at=meeting.ends_at)


def _seated(meeting: Meeting, people: Sequence[User]) -> list[UUID]:
    before = meeting.starts_at - timedelta(days=20)
    seating.invite(meeting=meeting, people=[one.pk for one in people], at=before)
    _answer(meeting, people, before)
    return list(
        MeetingSeat.objects.filter(meeting=meeting).order_by("user__username").values_list("pk", flat=True)
    )


def _answer(meeting: Meeting, people: Sequence[User], at: datetime) -> None:
    """They say yes, in this order."""
    seats = {
        seat.user_id: seat for seat in MeetingSeat.objects.filter(meeting=meeting).select_related("meeting")
    }
    for second, one in enumerate(people):
        if one.pk in seats:
            seating.accept(seat=seats[one.pk], at=at + timedelta(seconds=second))


def _working_day(day: date) -> date:
    while not is_working_day(day):
        day += timedelta(days=1)
    return day
