"""Reports and involved employees for tests, stored as they are: no service runs, nothing follows on them."""

from datetime import timedelta
from typing import Any

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from accounts.enums import Role
from accounts.models import User
from accounts.tests.factories import DepartmentFactory, ProfessionFactory, UserFactory
from incidents.clocks.deadlines import DeadlinePolicy
from incidents.enums import EventType, IncidentKind, Step
from incidents.models import Alignment, Duty, Incident, Involvement, Milestone, Seat, TeamMember


class IncidentFactory(DjangoModelFactory):
    """A VIM incident of an hour ago; the traits are the other kinds of report."""

    class Meta:
        model = Incident
        skip_postgeneration_save = True

    reference = factory.Sequence(lambda n: f"2026-{9000 + n}")
    kind = IncidentKind.VIM
    event_type = EventType.SAFETY
    department = factory.SubFactory(DepartmentFactory)
    reporter = factory.SubFactory(UserFactory)
    reported_at = factory.LazyFunction(timezone.now)
    occurred_at = factory.LazyAttribute(lambda incident: incident.reported_at - timedelta(hours=1))

    class Params:
        calamity = factory.Trait(
            kind=IncidentKind.CALAMITY,
            noticed_at=factory.LazyAttribute(lambda incident: incident.reported_at - timedelta(minutes=30)),
            tracked_since=factory.LazyAttribute(lambda incident: incident.reported_at),
        )
        established = factory.Trait(
            calamity=True, established_at=factory.LazyAttribute(lambda incident: incident.reported_at)
        )
        event = factory.Trait(kind=IncidentKind.EVENT, event_type=EventType.AGGRESSION)
        for_self = factory.Trait(kind=IncidentKind.SELF, event_type=EventType.OTHER, occurred_at=None)
        colleague = factory.Trait(kind=IncidentKind.COLLEAGUE, event_type=EventType.OTHER, occurred_at=None)

    @factory.post_generation
    def analysts(self, create: bool, extracted: Any, **kwargs: Any) -> None:
        if create and extracted:
            on_team(self, *extracted)


class InvolvementFactory(DjangoModelFactory):
    """An employee with an account; `by_hand` is one without, `erased` one after the retention term.

    `name` becomes the account's, or is what was typed in.
    """

    class Meta:
        model = Involvement

    incident = factory.SubFactory(IncidentFactory)
    employee = factory.SubFactory(UserFactory)
    profession = factory.LazyAttribute(lambda row: row.employee.profession if row.employee else None)
    department = factory.LazyAttribute(lambda row: row.employee.department if row.employee else None)
    added_at = factory.LazyAttribute(lambda row: row.incident.reported_at)

    class Params:
        by_hand = factory.Trait(
            employee=None,
            name="Sanne van Vliet",
            email=factory.Sequence(lambda n: f"uitzend{n}@voorbeeld.nl"),
            profession=factory.SubFactory(ProfessionFactory),
            department=factory.SubFactory(DepartmentFactory),
        )
        erased = factory.Trait(
            employee=None,
            profession=factory.SubFactory(ProfessionFactory),
            erased_at=factory.LazyFunction(timezone.now),
        )

    @classmethod
    def _create(cls, model_class: type[Involvement], *args: Any, **kwargs: Any) -> Involvement:
        name, employee = kwargs.pop("name", ""), kwargs.get("employee")
        if employee is None:
            kwargs["typed_name"] = name
        elif name:
            employee.name = name
            employee.save(update_fields=["name"])
        created: Involvement = super()._create(model_class, *args, **kwargs)
        return created


class MilestoneFactory(DjangoModelFactory):
    class Meta:
        model = Milestone

    incident = factory.SubFactory(IncidentFactory, calamity=True)
    step = Step.IGJ
    internal_due_at = factory.LazyAttribute(lambda row: row.incident.reported_at + timedelta(days=1))
    policy = factory.LazyFunction(lambda: DeadlinePolicy().to_data())


def on_team(incident: Incident, *analysts: User) -> list[TeamMember]:
    """Put `analysts` on the analysis team since the report, on the first places."""
    return TeamMember.objects.bulk_create(
        TeamMember(incident=incident, place=place, analyst=analyst, assigned_at=incident.reported_at)
        for place, analyst in enumerate(analysts, start=1)
    )


class AlignmentFactory(DjangoModelFactory):
    """Another department that was asked to align and has not confirmed."""

    class Meta:
        model = Alignment

    incident = factory.SubFactory(IncidentFactory, calamity=True)
    department = factory.SubFactory(DepartmentFactory)
    named_at = factory.LazyAttribute(lambda row: row.incident.reported_at)


class DutyFactory(DjangoModelFactory):
    """A week of duty that began an hour ago."""

    class Meta:
        model = Duty

    starts_at = factory.LazyFunction(lambda: timezone.now() - timedelta(hours=1))
    ends_at = factory.LazyAttribute(lambda duty: duty.starts_at + timedelta(weeks=1))
    director = factory.SubFactory(UserFactory, roles=[Role.DIRECTOR])
    deputy = factory.SubFactory(UserFactory, roles=[Role.DIRECTOR])


class SeatFactory(DjangoModelFactory):
    """The first seat, held since yesterday."""

    class Meta:
        model = Seat

    number = 1
    holder = factory.SubFactory(UserFactory, roles=[Role.CCP])
    since = factory.LazyFunction(lambda: timezone.localdate() - timedelta(days=1))
