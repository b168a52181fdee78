"""Training days, intervisions and seats."""

from datetime import timedelta

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from accounts.tests.factories import UserFactory
from training.enums import MeetingKind, MeetingState, SeatState
from training.models import Meeting, MeetingSeat


class MeetingFactory(DjangoModelFactory):
    """A training day in two weeks with room for fifteen."""

    class Meta:
        model = Meeting

    class Params:
        intervision = factory.Trait(kind=MeetingKind.INTERVISION, competences=[])
        begun = factory.Trait(starts_at=factory.LazyFunction(lambda: timezone.now() - timedelta(hours=5)))
        held = factory.Trait(
            starts_at=factory.LazyFunction(lambda: timezone.now() - timedelta(days=30)),
            state=MeetingState.HELD,
        )

    kind = MeetingKind.TRAINING
    starts_at = factory.LazyFunction(lambda: timezone.now() + timedelta(days=14))
    ends_at = factory.LazyAttribute(lambda meeting: meeting.starts_at + timedelta(hours=8))
    place = factory.Sequence(lambda number: f"Leerhuis {number}")
    seats = 15


class SeatFactory(DjangoModelFactory):
    """Invited; the meeting counts a seat that is taken."""

    class Meta:
        model = MeetingSeat

    class Params:
        seated = factory.Trait(state=SeatState.SEATED, meeting__taken=1)

    meeting = factory.SubFactory(MeetingFactory)
    user = factory.SubFactory(UserFactory)
