"""Supporters, offers and contacts in the states of the domain.

The states are set directly on the rows, with a log that says the same; a test that wants the reminders too
goes through supporters.contacts.flow.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

import factory
from django.apps import apps
from django.utils import timezone
from factory.django import DjangoModelFactory

from accounts.enums import Role
from accounts.models import User
from accounts.tests.factories import UserFactory
from hospital.enums import ProfessionGroup
from incidents.enums import EventType
from incidents.tests.factories import IncidentFactory, InvolvementFactory
from supporters.enums import (
    ContactState,
    EventKind,
    IntakeState,
    NextStep,
    NotNeededReason,
    Outcome,
    SupporterStatus,
    TalkLength,
    Waiting,
)
from supporters.intake.rules import weight
from supporters.models import (
    Contact,
    ContactEvent,
    CorridorTalk,
    HeadQuestion,
    Offer,
    Supporter,
    UnnamedReport,
)


class SupporterFactory(DjangoModelFactory):
    """In the pool, but the training is no longer valid; `trained=True` is one who may be asked.

    Whoever was trained was taken over as such: the database asks for it.
    """

    class Meta:
        model = Supporter

    class Params:
        trained = factory.Trait(
            trained_on=factory.LazyFunction(lambda: timezone.localdate() - timedelta(days=200)),
            current_until=factory.LazyFunction(lambda: timezone.localdate() + timedelta(days=200)),
        )
        lapsed = factory.Trait(
            trained_on=factory.LazyFunction(lambda: timezone.localdate() - timedelta(days=900)),
            current_until=factory.LazyFunction(lambda: timezone.localdate() - timedelta(days=1)),
        )
        paused = factory.Trait(status=SupporterStatus.PAUSED)
        stopped = factory.Trait(status=SupporterStatus.STOPPED)
        absent = factory.Trait(
            absent_from=factory.LazyFunction(lambda: timezone.localdate() - timedelta(days=1)),
            absent_until=factory.LazyFunction(lambda: timezone.localdate() + timedelta(days=7)),
        )
        full = factory.Trait(load=factory.SelfAttribute("capacity"))
        resting = factory.Trait(rests_until=factory.LazyFunction(lambda: timezone.now() + timedelta(days=3)))

    user = factory.SubFactory(UserFactory, roles=[Role.SUPPORTER])
    trained_on = factory.LazyFunction(lambda: timezone.localdate() - timedelta(days=900))
    capacity = 3

    @classmethod
    def _create(cls, model_class: Any, *args: Any, **kwargs: Any) -> Any:
        if kwargs.get("trained_on"):
            trained([kwargs["user"]], kwargs["trained_on"])
        return super()._create(model_class, *args, **kwargs)


def trained(users: Iterable[User], day: date) -> None:
    """The database takes `day` as the one on which each of `users` was trained."""
    taken_over = apps.get_model("training", "TakenOver")  # of a room to the right
    rows = (taken_over(user=user, trained_on=day, at=timezone.now()) for user in users)
    taken_over.objects.bulk_create(rows, ignore_conflicts=True)


class OfferFactory(DjangoModelFactory):
    """Opened and announced now; waits for an assignment."""

    class Meta:
        model = Offer

    class Params:
        late = factory.Trait(opened_at=factory.LazyFunction(lambda: timezone.now() - timedelta(hours=30)))
        closed = factory.Trait(
            waiting_for=Waiting.NOTHING,
            reached_at=factory.SelfAttribute("opened_at"),
            closed_at=factory.LazyAttribute(lambda offer: offer.opened_at + timedelta(days=14)),
            outcome=Outcome.COMPLETED,
        )

    involvement = factory.SubFactory(InvolvementFactory, added_at=factory.SelfAttribute("..opened_at"))
    incident = factory.SelfAttribute("involvement.incident")
    opened_at = factory.LazyFunction(timezone.now)
    announced_at = offered_at = factory.SelfAttribute("opened_at")
    first_contact_due_at = factory.LazyAttribute(lambda offer: offer.opened_at + timedelta(hours=24))
    norm_due_at = factory.LazyAttribute(lambda offer: offer.opened_at + timedelta(hours=24))
    due_at = factory.LazyAttribute(lambda offer: offer.opened_at + timedelta(hours=12))


class UnnamedReportFactory(DjangoModelFactory):
    """A report of now that names nobody and waits until tomorrow."""

    class Meta:
        model = UnnamedReport

    class Params:
        late = factory.Trait(opened_at=factory.LazyFunction(lambda: timezone.now() - timedelta(days=2)))
        asked = factory.Trait(asked_at=factory.SelfAttribute("opened_at"))
        closing = factory.Trait(
            due_at=None,
            closes_at=factory.LazyAttribute(lambda row: row.opened_at + timedelta(days=14)),
        )
        by_rule = factory.Trait(
            closing=True,
            state=IntakeState.BY_RULE,
            closed_at=factory.LazyAttribute(lambda row: row.opened_at + timedelta(days=14)),
        )
        not_needed = factory.Trait(
            state=IntakeState.NOT_NEEDED,
            reason=NotNeededReason.NOBODY,
            decided_by=factory.SubFactory(UserFactory, roles=[Role.COORDINATOR]),
            closed_at=factory.LazyAttribute(lambda row: row.opened_at + timedelta(hours=1)),
        )

    opened_at = factory.LazyFunction(timezone.now)
    incident = factory.SubFactory(IncidentFactory, reported_at=factory.SelfAttribute("..opened_at"))
    weight = factory.LazyAttribute(lambda row: weight(row.incident.kind, row.incident.harm))
    due_at = factory.LazyAttribute(lambda row: row.opened_at + timedelta(days=1))


class HeadQuestionFactory(DjangoModelFactory):
    """The head of the report's department was asked now; `late` one who has not answered in time."""

    class Meta:
        model = HeadQuestion

    class Params:
        late = factory.Trait(asked_at=factory.LazyFunction(lambda: timezone.now() - timedelta(days=2)))

    asked_at = factory.LazyFunction(timezone.now)
    incident = factory.SubFactory(
        IncidentFactory, event=True, reported_at=factory.SelfAttribute("..asked_at")
    )
    department = factory.SelfAttribute("incident.department")
    due_at = factory.LazyAttribute(lambda row: row.asked_at + timedelta(days=1))


_NEXT = {
    ContactState.PROPOSED: NextStep.ANSWER,
    ContactState.ACCEPTED: NextStep.CALL,
    ContactState.IN_CONTACT: NextStep.TALK,
    ContactState.HANDED_BACK: NextStep.NOTHING,
    ContactState.CLOSED: NextStep.NOTHING,
}


class ContactFactory(DjangoModelFactory):
    """Asked now, by default; its offer waits for what the contact's state says."""

    class Meta:
        model = Contact
        skip_postgeneration_save = True

    class Params:
        proposed = factory.Trait(state=ContactState.PROPOSED)
        accepted = factory.Trait(
            state=ContactState.ACCEPTED,
            accepted_at=factory.SelfAttribute("proposed_at"),
            offer__waiting_for=Waiting.FIRST_CONTACT,
        )
        in_contact = factory.Trait(
            state=ContactState.IN_CONTACT,
            accepted_at=factory.SelfAttribute("proposed_at"),
            reached_at=factory.SelfAttribute("proposed_at"),
            offer__waiting_for=Waiting.FOLLOW_UP,
            offer__reached_at=factory.SelfAttribute("..proposed_at"),
        )
        closed = factory.Trait(
            state=ContactState.CLOSED,
            outcome=Outcome.COMPLETED,
            accepted_at=factory.SelfAttribute("proposed_at"),
            reached_at=factory.SelfAttribute("proposed_at"),
            closed_at=factory.LazyAttribute(lambda contact: contact.proposed_at + timedelta(days=14)),
            conversations=1,
            offer__closed=True,
            offer__waiting_for=Waiting.NOTHING,
        )
        handed_back = factory.Trait(
            state=ContactState.HANDED_BACK,
            offer__waiting_for=Waiting.ASSIGNMENT,
        )

    state = ContactState.PROPOSED
    supporter = factory.SubFactory(SupporterFactory, trained=True)
    proposed_at = factory.LazyFunction(timezone.now)
    due_at = factory.LazyAttribute(lambda contact: contact.proposed_at + timedelta(hours=4))
    next_step = factory.LazyAttribute(lambda contact: _NEXT[contact.state])
    offer = factory.SubFactory(
        OfferFactory,
        opened_at=factory.SelfAttribute("..proposed_at"),
    )
    # Not among the arguments above: a trait that names it would hide it there also when it is off.
    offer__waiting_for = Waiting.ACCEPTANCE

    @factory.post_generation
    def _count_load(self: Any, create: bool, extracted: object, **kwargs: object) -> None:
        """The supporter's load counts this contact, as contacts.flow keeps it."""
        if create and self.state in ContactState.open() and self.takes_capacity:
            self.supporter.load += 1
            self.supporter.save(update_fields=["load"])

    @factory.post_generation
    def log(self: Any, create: bool, extracted: object, **kwargs: object) -> None:
        """The lines that led to the state."""
        if not create:
            return
        supporter = self.supporter.user
        ContactEvent.objects.bulk_create(
            ContactEvent(
                contact=self,
                kind=kind,
                by=supporter,
                at=self.closed_at if kind == EventKind.CLOSED else self.proposed_at,
                planned_for=self.due_at,
                mode="telephone" if kind == EventKind.CONVERSATION else "",
                outcome=self.outcome if kind == EventKind.CLOSED else "",
            )
            for kind in _LOGS[self.state]
        )


_LOGS: dict[str, list[EventKind]] = {
    ContactState.PROPOSED: [EventKind.ASSIGNED],
    ContactState.ACCEPTED: [EventKind.ASSIGNED, EventKind.ACCEPTED],
    ContactState.IN_CONTACT: [EventKind.ASSIGNED, EventKind.ACCEPTED, EventKind.REACHED],
    ContactState.HANDED_BACK: [EventKind.ASSIGNED, EventKind.HANDED_BACK],
    ContactState.CLOSED: [
        EventKind.ASSIGNED,
        EventKind.ACCEPTED,
        EventKind.CONVERSATION,
        EventKind.CLOSED,
    ],
}


class CorridorTalkFactory(DjangoModelFactory):
    """Held and noted today."""

    class Meta:
        model = CorridorTalk

    day = factory.LazyFunction(timezone.localdate)
    noted_on = factory.LazyFunction(timezone.localdate)
    profession_group = ProfessionGroup.NURSE
    event_type = EventType.OTHER
    length = TalkLength.MINUTES
