"""Preparing the figures of a closed period: counted once, drawn once, and stored for good.

Who is counted in a period is everybody to whom support was offered in it, whatever became of it later.
Exact counts of people are never written down: they are drawn, by the tables that dashboards.bound declares
and no others, once (evaluations.drawn_once), and stored.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import (
    Case,
    Count,
    F,
    Max,
    Min,
    OuterRef,
    Q,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from accounts.models import User
from dashboards.bound import SUPPORT_TABLES, TALKS, UNKNOWN
from dashboards.models import Release
from dashboards.reminders import tell_prepared
from dashboards.sharpened import LEAST
from dashboards.tables import (
    ClockFigures,
    CoverageFigures,
    MeasuredFigures,
    Norm,
    StepFigures,
    Tables,
    TrainingFigures,
)
from evaluations import drawn_once, surveys
from evaluations.drawn import DrawnTable, added, draw
from evaluations.enums import PeriodLength
from evaluations.models import EvaluationPolicy, Opening
from evaluations.periods import Period, following
from hospital.clock import end_of_day, local_day, start_of_day
from hospital.enums import ProfessionGroup
from incidents.enums import IncidentKind, Step
from incidents.models import Incident, Milestone
from supporters.enums import Outcome, SupporterStatus
from supporters.models import Contact, Offer, Supporter, SupportPolicy
from supporters.offers.opening import forget_counted
from training.coverage import counting
from training.enums import MeetingKind, SeatState
from training.models import MeetingSeat

GRACE = timedelta(days=30)
"""How long after its end a period is counted and drawn, never sooner. Support takes about three weeks (first
contact within 3 days, follow-up after two: UMCG), so nearly everything of the last day has ended by then."""


SOON = timedelta(days=182)
"""Training that runs out within this is said to."""


class PeriodRuns(Exception):
    """The period has not ended."""


class AlreadyDrawn(Exception):
    """The figures of these days are drawn once and never again."""


@transaction.atomic
def prepare(period: Period, *, at: datetime) -> Release:
    """Count, draw and store the figures of `period`; the coordinators hear that they wait to be published.

    Raises PeriodRuns when it has not ended at `at`, AlreadyDrawn when a day of it was.
    """
    if at < period.closes_at:
        raise PeriodRuns(period.code)
    # Whoever comes second sees below what the first did, and draws nothing.
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE dashboards_release IN SHARE ROW EXCLUSIVE MODE")
    if Release.objects.filter(starts_on__lte=period.ends_on, ends_on__gte=period.starts_on).exists():
        raise AlreadyDrawn(period.code)
    release = Release.objects.create(
        starts_on=period.starts_on,
        ends_on=period.ends_on,
        drawn_at=at,
        tables=drawn_once.drawn_once(f"release-{period.code}", lambda: _tables(period, at=at).as_json()),
    )
    forget_counted(since=period.starts_at, until=period.closes_at)
    tell_prepared(release)
    return release


def prepare_due(*, at: datetime) -> list[Release]:
    """Prepare every period whose grace is over at `at` and that was not drawn yet, oldest first."""
    prepared = []
    while (period := _half_done() or upcoming()) and period.closes_at + GRACE <= at:
        prepared.append(prepare(period, at=at))
    return prepared


def _half_done() -> Period | None:
    """What was drawn and could not be stored comes first, whatever the policy says by now: nobody is drawn
    for a longer period and for a shorter one.
    """
    for code in drawn_once.names("release"):
        period = Period.parse(code)
        if not Release.objects.filter(starts_on=period.starts_on, ends_on=period.ends_on).exists():
            return period
        drawn_once.forget(f"release-{code}")
    return None


def upcoming() -> Period | None:
    """The period that is drawn next; None where nobody works yet."""
    last = Release.objects.aggregate(last=Max("ends_on"))["last"]
    first = None if last else User.objects.aggregate(first=Min("date_joined"))["first"]
    at_most = PeriodLength(EvaluationPolicy.current().period)
    return following(last, first_account=first, at_most=at_most)


def _tables(period: Period, *, at: datetime) -> Tables:
    policy = SupportPolicy.current()
    calamities = Incident.objects.filter(kind=IncidentKind.CALAMITY, **_within(period, "reported_at"))
    return Tables(
        drawn={**_drawn_support(period), **_drawn_answers(period)},
        calamities=calamities.count(),
        steps=_steps(period, at),
        supporters=_trained(at),
        coverage=tuple(map(_covered, counting.coverage(at, policy=policy))),
        norm=Norm(policy.norm, policy.norm_in_shifts),
        training=_training(period, at),
        measured=tuple(_measured()),
        asking=tuple(sorted(surveys.kinds_in_use())),
    )


def _drawn_support(period: Period) -> dict[str, DrawnTable]:
    exact = count_support(period)
    return {table.name: draw(table, exact[table.name]) for table in SUPPORT_TABLES}


def _drawn_answers(period: Period) -> dict[str, DrawnTable]:
    """What was opened at the end of the evaluations' periods that end in `period`; nothing is drawn again."""
    opened = Opening.objects.filter(ends_on__range=(period.starts_on, period.ends_on), tables__isnull=False)
    stored: list[dict[str, Any]] = [opening.tables or {} for opening in opened]
    return {
        name: added(DrawnTable.from_json(tables[name]) for tables in stored if name in tables)
        for name in dict.fromkeys(name for tables in stored for name in tables)
    }


def count_support(period: Period) -> Mapping[str, Mapping[str, int]]:
    """The exact contents of `SUPPORT_TABLES`; one statement. For drawing, and for nothing else."""
    exact: dict[str, dict[str, int]] = {table.name: {} for table in SUPPORT_TABLES}
    # Who was in two events at once had one line of support, and is counted once: by the first.
    rows = (
        Offer.objects.counted()
        .filter(**_within(period, "opened_at"))
        .alias(held=_held())
        .annotate(
            all=Value("all"),
            event=F("incident__event_type"),
            profession=Coalesce("involvement__profession__group", Value(UNKNOWN)),
            first_contact=_first_contact(),
            course=_course(),
        )
        .values_list("all", "event", "profession", "first_contact", "course")
        .annotate(number=Count("id"))
        .order_by()
    )
    for *cells, number in rows:
        for table, cell in zip(SUPPORT_TABLES, cells, strict=True):
            exact[table.name][cell] = exact[table.name].get(cell, 0) + number
    return exact


def _first_contact() -> Case:
    return Case(
        When(reached_at=None, outcome=Outcome.DECLINED, then=Value("declined")),
        When(reached_at=None, then=Value("not_reached")),
        When(reached_at__lte=F("opened_at") + timedelta(hours=24), then=Value("day")),
        When(reached_at__lte=F("opened_at") + timedelta(hours=72), then=Value("three_days")),
        default=Value("later"),
    )


def _course() -> Case:
    """Support that was completed by its `held` talks."""
    ended = (Outcome.DECLINED, Outcome.UNREACHABLE, Outcome.REFERRED)
    return Case(
        *(When(outcome=outcome, then=Value(outcome.value)) for outcome in ended),
        When(outcome="", then=Value("open")),
        *(When(held=number, then=Value(cell)) for number, cell in enumerate(TALKS[:-1])),
        default=Value(TALKS[-1]),
    )


def _held() -> Coalesce:
    """How many talks were held in the line of support of an offer, through whichever event, whoever held
    them.
    """
    of_line = Q(offer=OuterRef("pk")) | Q(offer__counted_with=OuterRef("pk"))
    contacts = Contact.objects.filter(of_line).order_by().values(line=Value(1))
    return Coalesce(Subquery(contacts.annotate(held=Sum("conversations")).values("held")), 0)


def _within(period: Period, field: str) -> dict[str, datetime]:
    """The conditions that say that the moment in `field` lies in `period`."""
    return {f"{field}__gte": period.starts_at, f"{field}__lt": period.closes_at}


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


def _training(period: Period, at: datetime) -> TrainingFigures | None:
    """None for a pool so small that it would be about single people."""
    today = local_day(at)
    held = ~Q(status=SupporterStatus.STOPPED)
    lapses = {"current_until__gte": today, "current_until__lt": today + SOON}
    found = Supporter.objects.aggregate(
        pool=Count("id", filter=held & Q(trained_on__lte=today)),
        trained=Count("id", filter=Q(trained_on__range=(period.starts_on, period.ends_on))),
        lapsed=Count("id", filter=held & Q(current_until__lt=today)),
        lapsing=Count("id", filter=held & Q(**lapses)),
    )
    if found.pop("pool") < LEAST:
        return None
    met = MeetingSeat.objects.filter(
        state=SeatState.ATTENDED,
        meeting__kind=MeetingKind.INTERVISION,
        meeting__starts_at__range=(start_of_day(period.starts_on), end_of_day(period.ends_on)),
    )
    return TrainingFigures(**found, met=met.count())


def _measured() -> Iterator[MeasuredFigures]:
    """What surveys have said until now, as it was drawn when they were opened."""
    for each in surveys.measured():
        yield MeasuredFigures(each.kind, each.measure, each.ends_on, tuple(each.counting), each.table)


def _covered(group: counting.Coverage[ProfessionGroup]) -> CoverageFigures:
    if group.employees < LEAST:
        return CoverageFigures(group.of.value, None, None, None)
    return CoverageFigures(group.of.value, group.employees, group.supporters, group.wanted)
