"""Training days, intervisions and seats."""

from datetime import timedelta

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from accounts.enums import Role
from accounts.tests.factories import DepartmentFactory, UserFactory
from training.enums import MeetingKind, MeetingState, SeatState
from training.models import Candidate, Meeting, MeetingSeat, PeerVote


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


class CandidateFactory(DjangoModelFactory):
    """Named by one colleague today."""

    class Meta:
        model = Candidate

    class Params:
        asked = factory.Trait(state="asked", asked_on=factory.LazyFunction(timezone.localdate))
        willing = factory.Trait(
            asked=True, state="willing", answered_on=factory.LazyFunction(timezone.localdate)
        )
        declined = factory.Trait(
            asked=True, state="declined", answered_on=factory.LazyFunction(timezone.localdate)
        )

    user = factory.SubFactory(UserFactory)
    named = 1
    named_on = factory.LazyFunction(timezone.localdate)


class PeerVoteFactory(DjangoModelFactory):
    """Open for two weeks."""

    class Meta:
        model = PeerVote

    department = factory.SubFactory(DepartmentFactory)
    opened_on = factory.LazyFunction(timezone.localdate)
    closes_on = factory.LazyFunction(lambda: timezone.localdate() + timedelta(days=14))
    opened_by = factory.SubFactory(UserFactory, roles=[Role.COORDINATOR])
