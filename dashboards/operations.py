"""How support goes now, for the coordinator: live and exact, each part with the way to where to act.

Every statement is bounded: by what is open (partial indexes), by the last twelve weeks, or by what is kept
for a year at most.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Aggregate, Count, DurationField, ExpressionWrapper, F, Min, Q, QuerySet
from django.db.models.functions import TruncWeek
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from dashboards import charts
from dashboards.charts import ChartTable, ColumnChart, Datum
from hospital.clock import AMSTERDAM, local_day, on_the_wall, start_of_day, start_of_week
from hospital.enums import ProfessionGroup
from supporters.enums import EventKind, HandBackReason, SupporterStatus, Waiting
from supporters.models import (
    Contact,
    ContactEvent,
    ContactQuerySet,
    CorridorTalk,
    Offer,
    OfferQuerySet,
    Supporter,
)
from supporters.pool.members import load_in_words

WEEKS = 12
BUSIEST = 6
#: Talks without a report: of so many days, and by profession group from so many on.
TALK_DAYS = 90
LEAST_TALKS = 5
_ORDER = (
    Waiting.COORDINATOR,
    Waiting.ASSIGNMENT,
    Waiting.UNREACHED,
    Waiting.ACCEPTANCE,
    Waiting.FIRST_CONTACT,
    Waiting.FOLLOW_UP,
)


@dataclass(frozen=True, slots=True)
class Stuck:
    """What people wait for, each counted once, as in the worklist: how many, how many of them are late, since
    when the first is due.
    """

    label: str
    url: str
    number: int
    late: int
    first_due_at: datetime


@dataclass(frozen=True, slots=True)
class WeekFigures:
    """The offers opened in a week (its Monday): how many, reached in time, and the median hours it took."""

    monday: datetime
    number: int
    in_time: int
    hours: float | None


@dataclass(frozen=True, slots=True)
class Busy:
    """A supporter with open contacts, `beyond` of them besides what was agreed; `late` are past due."""

    name: str
    number: int
    capacity: int
    late: int
    beyond: int = 0

    @property
    def load(self) -> str:
        return load_in_words(load=self.number - self.beyond, capacity=self.capacity, beyond=self.beyond)


@dataclass(frozen=True, slots=True)
class PoolFigures:
    """Supporters that may be asked in general, and those of them with room now."""

    active: int
    free: int


@dataclass(frozen=True, slots=True)
class Happened:
    """How often something happened in the last twelve weeks, and in the twelve before."""

    label: str
    number: int
    before: int


@dataclass(frozen=True, slots=True)
class Talks:
    """Talks without a report lately: how many, and those profession groups of which there were enough."""

    days: int
    number: int
    by_group: Sequence[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class Operations:
    now: datetime
    stuck: Sequence[Stuck]
    weeks: Sequence[WeekFigures]
    busy: Sequence[Busy]
    pool: PoolFigures
    happened: Sequence[Happened]
    talks: Talks

    @property
    def late(self) -> int:
        return sum(each.late for each in self.stuck)

    @property
    def waiting(self) -> int:
        return sum(each.number for each in self.stuck)

    @property
    def chart(self) -> ColumnChart:
        """Median hours to the first contact, by week."""
        return charts.columns(
            [
                Datum(_week(week), week.hours or 0, "–" if week.hours is None else f"{week.hours:.0f}")
                for week in self.weeks
            ],
            height=200,
        )

    @property
    def chart_words(self) -> str:
        known = [week for week in self.weeks if week.hours is not None]
        return "; ".join(_("week %(week)s: %(hours)s hours") % _said(week) for week in known)

    @property
    def table(self) -> ChartTable:
        return ChartTable(
            (_("Week from"), _("Offered"), _("Reached in time"), _("Median hours")),
            tuple(
                (
                    date_format(week.monday, "j F"),
                    str(week.number),
                    str(week.in_time),
                    "–" if week.hours is None else f"{week.hours:.0f}",
                )
                for week in reversed(self.weeks)
            ),
        )


class Median(Aggregate):
    """The middle value; of intervals an interval."""

    template = "percentile_cont(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DurationField()


def read(*, now: datetime, besides: Collection[UUID] = ()) -> Operations:
    """How support goes at `now`, `besides` these events, in which the reader is involved; six statements
    whatever there is.
    """
    offers, contacts = Offer.objects.besides(besides), Contact.objects.besides(besides)
    events = ContactEvent.objects.all()
    if besides:
        events = events.exclude(contact__offer__incident__in=besides)
    return Operations(
        now,
        _stuck(offers, now),
        _weeks(offers, now),
        _busy(contacts, now),
        _pool(now),
        _happened(events, now),
        _talks(now),
    )


def _stuck(offers: OfferQuerySet, now: datetime) -> list[Stuck]:
    rows = {
        row["waiting_for"]: row
        for row in offers.people()
        .values("waiting_for")
        .annotate(number=Count("id"), late=Count("id", filter=Q(due_at__lt=now)), first=Min("due_at"))
    }
    return [
        Stuck(
            str(waiting.label),
            f"{reverse('support:worklist')}?waiting={waiting}",
            rows[waiting]["number"],
            rows[waiting]["late"],
            rows[waiting]["first"],
        )
        for waiting in _ORDER
        if waiting in rows
    ]


def _weeks(offers: OfferQuerySet, now: datetime) -> list[WeekFigures]:
    took = ExpressionWrapper(F("reached_at") - F("opened_at"), output_field=DurationField())
    first = on_the_wall(start_of_day(start_of_week(local_day(now)) - timedelta(weeks=WEEKS - 1)))
    rows = {
        week: (number, in_time, median)
        for week, number, in_time, median in offers.filter(opened_at__gte=first, opened_at__lte=now)
        .annotate(week=TruncWeek("opened_at", tzinfo=AMSTERDAM))
        .values_list("week")
        .annotate(
            number=Count("id"),
            in_time=Count("id", filter=Q(reached_at__lte=F("first_contact_due_at"))),
            median=Median(took),
        )
    }
    weeks = []
    for place in range(WEEKS):
        start = first + timedelta(weeks=place)
        number, in_time, median = rows.get(start, (0, 0, None))
        hours = None if median is None else median / timedelta(hours=1)
        weeks.append(WeekFigures(start, number, in_time, hours))
    return weeks


def _busy(contacts: ContactQuerySet, now: datetime) -> list[Busy]:
    rows = (
        contacts.open()
        .values_list("supporter__user__name", "supporter__capacity", "supporter_id")
        .annotate(
            number=Count("id"),
            late=Count("id", filter=Q(due_at__lt=now)),
            beyond=Count("id", filter=Q(takes_capacity=False)),
        )
        .order_by("-number", "-late", "supporter__user__sort_key", "supporter_id")[:BUSIEST]
    )
    return [Busy(name, number, capacity, late, beyond) for name, capacity, _id, number, late, beyond in rows]


def _pool(now: datetime) -> PoolFigures:
    today = local_day(now)
    away = Q(absent_from__lte=today) & (Q(absent_until=None) | Q(absent_until__gte=today))
    room = Q(load__lt=F("capacity")) & (Q(rests_until=None) | Q(rests_until__lte=now)) & ~away
    found = Supporter.objects.filter(
        status=SupporterStatus.ACTIVE, trained_on__lte=today, current_until__gte=today
    ).aggregate(active=Count("id"), free=Count("id", filter=room))
    return PoolFigures(found["active"], found["free"])


def _happened(events: QuerySet[ContactEvent], now: datetime) -> list[Happened]:
    term = timedelta(weeks=WEEKS)
    rows = {
        (kind, reason): (recent, total - recent)
        for kind, reason, total, recent in events.filter(
            kind__in=[EventKind.HANDED_BACK, EventKind.COORDINATOR_CALLED_IN],
            at__gt=now - 2 * term,
            corrected_by=None,
        )
        .values_list("kind", "reason")
        .annotate(total=Count("id"), recent=Count("id", filter=Q(at__gt=now - term)))
    }
    labels = {
        (EventKind.COORDINATOR_CALLED_IN, ""): _("You were alerted"),
        (EventKind.HANDED_BACK, HandBackReason.CONFLICT): _("Handed back: too close"),
        (EventKind.HANDED_BACK, HandBackReason.NO_TIME): _("Handed back: no time"),
        (EventKind.HANDED_BACK, HandBackReason.AWAY): _("Handed back: away"),
        (EventKind.HANDED_BACK, ""): _("Somebody else was asked for"),
    }
    return [Happened(label, *rows.get(key, (0, 0))) for key, label in labels.items()]


def _talks(now: datetime) -> Talks:
    since = local_day(now) - timedelta(days=TALK_DAYS)
    rows = dict(
        CorridorTalk.objects.filter(day__gt=since)
        .values_list("profession_group")
        .annotate(number=Count("id"))
        .order_by("-number", "profession_group")
    )
    groups = [(group, number) for group, number in rows.items() if number >= LEAST_TALKS]
    return Talks(
        TALK_DAYS,
        sum(rows.values()),
        [(str(ProfessionGroup(group).label), number) for group, number in groups],
    )


def _week(week: WeekFigures) -> str:
    return str(week.monday.isocalendar().week)


def _said(week: WeekFigures) -> dict[str, str]:
    return {"week": _week(week), "hours": f"{week.hours:.0f}"}
