"""Publishing the figures of a closed period: counted once, protected, and stored for good.

What is counted about people goes through dashboards.blurring before it is stored; nothing exact about them
is ever written down. Who is counted in a period is everybody to whom support was offered in it, whatever
became of it later. The noise belongs to the records, so the rows themselves are read, in three statements,
and counted here: the database never learns the secret.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Count, F, Min, Q, Sum

from dashboards.blurring import (
    LEAST,
    AnswerChange,
    Answers,
    OneWay,
    one_way,
    publish_answers,
    publish_change,
    publish_count,
)
from dashboards.models import Release
from dashboards.periods import Period
from dashboards.tables import ClockFigures, CoverageFigures, Norm, StepFigures, Tables
from evaluations.enums import Question
from evaluations.tallies import tallies
from hospital.clock import local_day
from hospital.enums import ProfessionGroup
from hospital.refused import saying
from incidents.enums import EventType, IncidentKind, Step
from incidents.models import Incident, Milestone
from supporters.enums import ContactState, EventKind, Outcome, SupporterStatus
from supporters.models import Contact, ContactEvent, Offer, Supporter, SupportPolicy
from supporters.pool import members

GRACE = timedelta(days=30)
"""How long after its end a period is published by itself. Support takes about three weeks (first contact
within 3 days, follow-up after two weeks: UMCG), so nearly everything of the last day has ended by then."""

UNKNOWN = "unknown"
"""Profession of somebody typed in by hand, when it was not given."""
OPEN = "open"
"""Outcome of support that had not ended when the figures were published."""

FIRST_CONTACT = ("day", "three_days", "later", "declined", "not_reached")
"""Within 24 hours of the report, within 72 (UMCG, PMC; peers), later; or did not want it, or not (yet)
reached."""
CONVERSATIONS = ("0", "1", "2", "3")
FOLLOW_UPS = ("0", "1", "2")
"""The last of each means "or more"."""
ON_THE_WAY = ("handed_back", "called_in", "referred")
"""Another supporter was asked; the coordinator was called in; referred on to professional help (tier 3,
Scott 2016)."""


class PeriodRuns(Exception):
    """The period has not ended."""


class AlreadyPublished(Exception):
    """The figures of a period are published once and never again."""


@dataclass(frozen=True, slots=True)
class CountedPerson:
    """One offer of support, as far as it is counted."""

    record: UUID
    event: str
    profession: str
    first_contact: str
    outcome: str
    conversations: int
    follow_ups: int
    on_the_way: frozenset[str]

    @property
    def is_closed(self) -> bool:
        return self.outcome != OPEN


def publish(*, starts_on: date, ends_on: date, at: datetime) -> Release:
    """Count, protect and store the figures of the calendar quarter or year from `starts_on` up to and
    including `ends_on` (days in Europe/Amsterdam).

    Raises periods.NotAPeriod, PeriodRuns when it has not ended at `at`, AlreadyPublished.
    """
    period = Period.between(starts_on, ends_on)
    if at < period.closes_at:
        raise PeriodRuns(period.code)
    if Release.objects.filter(starts_on=starts_on, ends_on=ends_on).exists():
        raise AlreadyPublished(period.code)
    with saying({"release_period_once": lambda: AlreadyPublished(period.code)}):
        tables = count(period, at=at)
        return Release.objects.create(
            starts_on=starts_on, ends_on=ends_on, published_at=at, tables=tables.as_json()
        )


def publish_due(*, at: datetime) -> list[Release]:
    """Publish every quarter and year whose grace is over at `at` and that is not published yet, oldest first.

    From the quarter of the first offer of support on; a year only if that quarter is in it as its first or
    lies before it.
    """
    first_at = Offer.objects.aggregate(first=Min("opened_at"))["first"]
    if first_at is None:
        return []
    published = set(Release.objects.values_list("starts_on", "ends_on"))
    return [
        publish(starts_on=period.starts_on, ends_on=period.ends_on, at=at)
        for period in _closed(since=local_day(first_at), at=at - GRACE)
        if (period.starts_on, period.ends_on) not in published
    ]


def _closed(*, since: date, at: datetime) -> Iterator[Period]:
    """The quarters from the one of `since` on that have ended at `at`, and the whole years among them."""
    first = quarter = Period.holding(since)
    while quarter.closes_at <= at:
        yield quarter
        if quarter.quarter == 4 and Period(quarter.year, 1) >= first:
            yield Period(quarter.year)
        quarter = quarter.next


def count(period: Period, *, at: datetime) -> Tables:
    """The tables of `period`, protected, as things stand at `at`."""
    secret, policy = settings.FIGURES_SECRET, SupportPolicy.current()
    people = list(_people(period))
    closed = [person for person in people if person.is_closed]
    calamities = Incident.objects.filter(kind=IncidentKind.CALAMITY, **_within(period, "reported_at"))
    return Tables(
        event=one_way(((each.record, each.event) for each in people), EventType.values, secret),
        profession=one_way(
            ((each.record, each.profession) for each in people), [*ProfessionGroup.values, UNKNOWN], secret
        ),
        first_contact=one_way(((each.record, each.first_contact) for each in people), FIRST_CONTACT, secret),
        outcome=one_way(((each.record, each.outcome) for each in people), [*Outcome.values, OPEN], secret),
        supported=publish_count((each.record for each in people if each.conversations), secret),
        conversations=one_way(
            ((each.record, _at_most(each.conversations, CONVERSATIONS)) for each in closed),
            CONVERSATIONS,
            secret,
        ),
        follow_ups=one_way(
            ((each.record, _at_most(each.follow_ups, FOLLOW_UPS)) for each in closed if each.conversations),
            FOLLOW_UPS,
            secret,
        ),
        on_the_way=OneWay(
            publish_count((each.record for each in people), secret),
            tuple(
                (what, publish_count((each.record for each in people if what in each.on_the_way), secret))
                for what in ON_THE_WAY
            ),
        ),
        answers=_answers(period, secret),
        calamities=calamities.count(),
        steps=_steps(period, at),
        supporters=_trained(at),
        coverage=tuple(map(_covered, members.coverage(at, policy=policy))),
        norm=Norm(policy.norm, policy.norm_in_shifts),
    )


def _people(period: Period) -> Iterator[CountedPerson]:
    """Everybody to whom support was offered in `period`, from three statements."""
    contacts = {
        offer: (conversations, handed_back)
        for offer, conversations, handed_back in Contact.objects.filter(**_within(period, "offer__opened_at"))
        .values_list("offer_id")
        .annotate(
            held=Sum("conversations"), handed_back=Count("id", filter=Q(state=ContactState.HANDED_BACK))
        )
    }
    events = {
        (offer, kind): number
        for offer, kind, number in ContactEvent.objects.filter(
            **_within(period, "contact__offer__opened_at"),
            kind__in=[EventKind.FOLLOW_UP_HELD, EventKind.COORDINATOR_CALLED_IN],
            corrected_by=None,
        )
        .values_list("contact__offer_id", "kind")
        .annotate(Count("id"))
    }
    # Who was in two events at once had one line of support, and is one person.
    offers = (
        Offer.objects.leading()
        .filter(**_within(period, "opened_at"))
        .values_list(
            "id",
            "incident__event_type",
            "involvement__profession__group",
            "outcome",
            "opened_at",
            "reached_at",
        )
    )
    for record, event, profession, outcome, opened_at, reached_at in offers.iterator():
        conversations, handed_back = contacts.get(record, (0, 0))
        on_the_way = {
            "handed_back": handed_back > 0,
            "called_in": (record, EventKind.COORDINATOR_CALLED_IN) in events,
            "referred": outcome == Outcome.REFERRED,
        }
        yield CountedPerson(
            record=record,
            event=event,
            profession=profession or UNKNOWN,
            first_contact=_first_contact(opened_at, reached_at, outcome),
            outcome=outcome or OPEN,
            conversations=conversations,
            follow_ups=events.get((record, EventKind.FOLLOW_UP_HELD), 0),
            on_the_way=frozenset(what for what, so in on_the_way.items() if so),
        )


def _within(period: Period, field: str) -> dict[str, datetime]:
    """The conditions that say that the moment in `field` lies in `period`."""
    return {f"{field}__gte": period.starts_at, f"{field}__lt": period.closes_at}


def _first_contact(opened_at: datetime, reached_at: datetime | None, outcome: str) -> str:
    if reached_at is None:
        return "declined" if outcome == Outcome.DECLINED else "not_reached"
    took = reached_at - opened_at
    if took <= timedelta(hours=24):
        return "day"
    return "three_days" if took <= timedelta(hours=72) else "later"


def _at_most(number: int, categories: tuple[str, ...]) -> str:
    return categories[min(number, len(categories) - 1)]


def _answers(period: Period, secret: bytes) -> Mapping[Question, Answers | AnswerChange]:
    counted = tallies(starts_on=period.starts_on, ends_on=period.ends_on)
    return {question: _published(question, counted[question], period, secret) for question in Question}


def _published(
    question: Question, counts: Mapping[str, int], period: Period, secret: bytes
) -> Answers | AnswerChange:
    # One noise for all questions of a period: nine would let the number of answers be averaged out.
    cell = period.code
    if question in Question.feelings():
        pairs = {(int(value[0]), int(value[2])): number for value, number in counts.items()}
        return publish_change(pairs, range(4), cell=cell, secret=secret)
    numbers = {_number(value): number for value, number in counts.items()}
    return publish_answers(numbers, sorted(numbers), cell=cell, secret=secret)


def _number(value: str) -> int:
    return {"yes": 1, "no": 0}[value] if value in {"yes", "no"} else int(value)


def _steps(period: Period, at: datetime) -> tuple[StepFigures, ...]:
    """How the calamities reported in `period` kept their terms, by step, late as on their own pages; one
    statement.
    """
    everybody_offered = Q(step=Step.SUPPORT, involved__gt=0, offered__gte=F("involved"))
    nobody = Q(step=Step.SUPPORT) & (Q(involved=None) | Q(involved=0))
    counts: dict[str, Count] = {"unnamed": Count("id", filter=nobody)}
    for clock in ("internal", "statutory"):
        late = f"{clock}_late"
        has_term = Q(**{f"{late}__isnull": False})
        in_time = Q(done_at__lte=F(late))
        still_time = has_term & Q(**{f"{late}__gte": at}, done_at=None)
        counts |= {
            f"{clock}_terms": Count("id", filter=has_term),
            f"{clock}_in_time": Count("id", filter=has_term & (in_time | everybody_offered)),
            f"{clock}_running": Count("id", filter=still_time & ~everybody_offered),
        }
    found: dict[str, Any] = {
        row["step"]: row
        for row in Milestone.objects.filter(
            incident__kind=IncidentKind.CALAMITY, **_within(period, "incident__reported_at")
        )
        .with_late()
        .values("step")
        .annotate(**counts)
    }
    return tuple(
        StepFigures(step, _clock(row, "internal"), _clock(row, "statutory"), row.get("unnamed", 0))
        for step in Step.track()
        for row in (found.get(step, {}),)
    )


def _clock(row: Mapping[str, int], clock: str) -> ClockFigures | None:
    terms = row.get(f"{clock}_terms", 0)
    if not terms:
        return None
    in_time, running = row[f"{clock}_in_time"], row[f"{clock}_running"]
    return ClockFigures(in_time, terms - in_time - running, running)


def _trained(at: datetime) -> int:
    """How many supporters the pool holds at `at`: trained, current, and not stopped; from outside too."""
    today = local_day(at)
    held = Supporter.objects.exclude(status=SupporterStatus.STOPPED)
    return held.filter(trained_on__lte=today, current_until__gte=today).count()


def _covered(group: members.Coverage) -> CoverageFigures:
    if group.employees < LEAST:
        return CoverageFigures(group.group.value, None, None, None)
    return CoverageFigures(group.group.value, group.employees, group.supporters, group.wanted)
