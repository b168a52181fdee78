"""The coordinator's worklist: what waits for what, most urgent first, in pages by key."""

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import connection
from django.db.models import (
    Case,
    CharField,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    UUIDField,
    When,
)
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts import by_key
from accounts.models import User
from accounts.pages.addresses import address_of
from hospital.clock import start_of_day
from hospital.moment_words import at_moment
from hospital.written_once import Given, NoneOf, Statement
from incidents.enums import EventType, IncidentKind
from incidents.models import department_of, name_of, profession_of
from supporters.enums import AppointmentState, NextStep, Outcome, Waiting
from supporters.intake import waiting_list
from supporters.intake.waiting_list import IntakeCount
from supporters.models import Appointment, Contact, Offer, OfferQuerySet
from supporters.offers.filtering import KINDS, WAITING, WorklistFilter

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

PAGE = 25
#: Most urgent first.
ORDER = ("due_at", "id")
#: Counts above the list stop here: "99+".
CAP = 100
#: What is due so soon is "now".
SOON = timedelta(hours=4)
#: A page that is looked at for long shows its times anew this often.
REFRESH = timedelta(minutes=5)

#: The tones of a chip (see docs/look.md).
Tone = Literal["neutral", "calm", "good", "attention", "late", "info"]

#: What is the coordinator's own to do.
HERS = frozenset({Waiting.ASSIGNMENT, Waiting.COORDINATOR, Waiting.UNREACHED})

#: In these somebody may have no supporter: what was alerted about stands also then.
ASSIGNS = frozenset({Waiting.ASSIGNMENT, Waiting.COORDINATOR})


class WaitingGroup(Enum):
    """Where a row stands by when it is due."""

    CALLED_IN = "called-in"
    NOW = "now"
    TODAY = "today"
    LATER = "later"

    @property
    def label(self) -> str:
        return str(_GROUP_LABELS[self])


_GROUP_LABELS = {
    WaitingGroup.CALLED_IN: gettext_lazy("You have been alerted"),
    WaitingGroup.NOW: gettext_lazy("Now"),
    WaitingGroup.TODAY: gettext_lazy("Today"),
    WaitingGroup.LATER: gettext_lazy("Later"),
}

# waiting: (word on the chip, icon, tone, word on the button)
_WAITING: dict[Waiting, tuple["StrPromise", str, Tone, "StrPromise"]] = {
    Waiting.COORDINATOR: (
        gettext_lazy("You have been alerted"),
        "bell-ringing",
        "attention",
        gettext_lazy("Answer"),
    ),
    Waiting.ASSIGNMENT: (
        gettext_lazy("Waiting for a supporter"),
        "user-question",
        "attention",
        gettext_lazy("Choose a supporter"),
    ),
    Waiting.UNREACHED: (gettext_lazy("Not reached"), "phone-off", "attention", gettext_lazy("Decide")),
    Waiting.ACCEPTANCE: (gettext_lazy("Asked, no answer yet"), "hourglass", "neutral", gettext_lazy("View")),
    Waiting.FIRST_CONTACT: (gettext_lazy("First contact"), "phone", "calm", gettext_lazy("View")),
    Waiting.FOLLOW_UP: (gettext_lazy("Follow-up"), "calendar-event", "calm", gettext_lazy("View")),
    Waiting.NOTHING: (gettext_lazy("Nothing is waiting"), "check", "neutral", gettext_lazy("View")),
}
#: Of who wished for somebody outside the hospital, in the place of waiting for a supporter.
_WAITING_OUTSIDE: tuple["StrPromise", str, Tone, "StrPromise"] = (
    gettext_lazy("Waiting for help outside"),
    "world",
    "attention",
    gettext_lazy("Refer"),
)
FILTER_LABELS = {
    Waiting.COORDINATOR: gettext_lazy("Alerted"),
    Waiting.ASSIGNMENT: gettext_lazy("To assign"),
    Waiting.UNREACHED: gettext_lazy("Not reached"),
    Waiting.ACCEPTANCE: gettext_lazy("Asked"),
    Waiting.FIRST_CONTACT: gettext_lazy("First contact"),
    Waiting.FOLLOW_UP: gettext_lazy("Follow-up"),
}


#: What a row shows, in one statement and without making models of it; joined once, here, instead of for each
#: request. Names come from subqueries: joined to the rest, PostgreSQL spends more time on a plan of so many
#: tables than on carrying it out.
ROWS: QuerySet[Any] = Offer.objects.values(
    "id",
    "incident_id",
    "involvement_id",
    "waiting_for",
    "due_at",
    "opened_at",
    "closed_at",
    "outcome",
    reference=F("incident__reference"),
    kind=F("incident__kind"),
    event_type=F("incident__event_type"),
    occurred_at=F("incident__occurred_at"),
    outside=F("involvement__wish_outside"),
    name=name_of("involvement"),
    profession=profession_of("involvement"),
    department=department_of("involvement"),
    # By key: asked whether there is somebody inactive, PostgreSQL looks through the whole staff.
    has_left=Subquery(
        User.objects.filter(pk=OuterRef("involvement__employee")).order_by().values(left=Q(is_active=False))
    ),
    supporter=Subquery(
        Contact.objects.open()
        .filter(
            Q(offer=Coalesce(OuterRef("continues"), OuterRef("pk")))
            | Q(open_for=OuterRef("involvement__employee"))
        )
        # Who had two open contacts before there was one line of support keeps both: this event's first.
        .alias(other=Case(When(offer=Coalesce(OuterRef("continues"), OuterRef("pk")), then=0), default=1))
        .order_by("other", "id")
        .values("supporter__user__name")[:1]
    ),
    # Of who was reached and waits for a talk that was agreed on, or for the first.
    is_talk=Case(
        When(
            waiting_for=Waiting.FOLLOW_UP,
            then=Exists(
                Contact.objects.open().filter(
                    Q(conversations=0) | Q(next_step=NextStep.APPOINTMENT),
                    offer=Coalesce(OuterRef("continues"), OuterRef("pk")),
                )
            ),
        ),
        default=False,
    ),
    # A talk that falls out with the supporter before, while nobody was asked.
    off_at=Case(
        When(
            waiting_for=Waiting.ASSIGNMENT,
            then=Subquery(
                Appointment.objects.filter(contact__offer=OuterRef("pk"), state=AppointmentState.LAPSED)
                .order_by("-planned_by")
                .values("at")[:1]
            ),
        )
    ),
)
#: One line of support is one row, however many events; it says whether there are others.
OPEN = ROWS.filter(closed_at__isnull=True, continues=None).annotate(
    has_other_event=Exists(
        Offer.objects.open()
        .filter(involvement__employee=OuterRef("involvement__employee"))
        .exclude(pk=OuterRef("pk"))
    )
)
_LINES = Offer.objects.open().leading()
_NOT_BESIDES = NoneOf("incident_id", Given("besides", ArrayField(UUIDField())))


def _everybody() -> QuerySet[Any]:
    """Each person once, besides these events."""
    rows: QuerySet[Any] = OPEN.filter(_NOT_BESIDES)
    return rows.exclude(Exists(_LINES.filter(_NOT_BESIDES).more_urgent()))


#: The first page of the whole list, without what waits for `aside`; and whom she is called in for.
_FIRST_PAGE = Statement(
    lambda: _everybody().exclude(waiting_for=Given("aside", CharField())).order_by(*ORDER)[: PAGE + 1]
)
_CALLED_IN = Statement(lambda: _everybody().filter(waiting_for=Waiting.COORDINATOR).order_by(*ORDER)[:PAGE])

EVERYTHING = WorklistFilter()
#: What a supporter does, and can be reminded of.
SUPPORTERS_STEP = frozenset({Waiting.ACCEPTANCE, Waiting.FIRST_CONTACT, Waiting.FOLLOW_UP})
#: How many people wait for each of these: each person once, by the most urgent of what is open for them, as
#: in `OfferQuerySet.more_urgent`.
_PEOPLE = """(SELECT array_agg((SELECT count(*) FROM unnest(once.all_of) AS one WHERE one = asked.waiting)
        ORDER BY asked.place)
    FROM unnest(%s::text[]) WITH ORDINALITY AS asked(waiting, place), (
        SELECT array_agg(waiting_for::text) AS all_of FROM (
            SELECT DISTINCT ON (person) waiting_for FROM (
                SELECT waiting_for, due_at, id, coalesce((SELECT employee_id FROM incidents_involvement named
                    WHERE named.id = offer.involvement_id), id) AS person
                FROM supporters_offer offer WHERE closed_at IS NULL AND continues_id IS NULL{within}
            ) AS line ORDER BY person, waiting_for <> 'coordinator', due_at, id
        ) AS most_urgent) AS once)"""
#: What somebody keeps, as JSON, for the statement of the counts.
_KEPT = """(SELECT json_agg(json_build_array(name, json_build_object('waiting', waiting,
    'supporter', supporter_id, 'department', department_id, 'event', event)) ORDER BY name)::text
    FROM supporters_savedfilter WHERE user_id = %s)"""
#: Whose desk is in whose hands, as JSON, for the same statement: the own, today or to come, and those that
#: somebody has in hand today.
_ABSENCES = """(SELECT json_agg(json_build_array(away.user_id = me.id, named.name, away.first_day,
        away.last_day) ORDER BY away.user_id <> me.id, away.last_day)::text
    FROM (SELECT %s::uuid AS id, %s::date AS today) AS me
    JOIN notifications_absence AS away ON away.last_day >= me.today
        AND (away.user_id = me.id OR away.substitute_id = me.id AND away.first_day <= me.today)
    JOIN accounts_user AS named
        ON named.id = CASE WHEN away.user_id = me.id THEN away.substitute_id ELSE away.user_id END)"""


@dataclass(frozen=True, slots=True)
class SupportState:
    """What an offer waits for, as a chip and a button say it."""

    word: str
    icon: str
    tone: Tone
    step: str


@dataclass(frozen=True, slots=True)
class WorklistRow:
    """One line: a person, or several of one event (`people` > 1) with the most urgent of them in front.
    `to_remind` are its offers that wait for a supporter's step, `to_assign` those that wait for a supporter.
    """

    url: str
    name: str
    profession: str
    department: str
    event: str
    happened_at: datetime
    state: SupportState
    due_at: datetime
    since: datetime
    supporter: str
    step: str
    urgent: bool
    people: int
    reference: str
    involvement_id: UUID
    to_remind: tuple[UUID, ...]
    to_assign: tuple[UUID, ...]
    has_left: bool
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class WorklistPage:
    """One page of the list. `version` changes with what is on it, `further` is the key of the next page."""

    groups: list[tuple[WaitingGroup, list[WorklistRow]]]
    further: str
    version: str
    now: datetime

    @property
    def is_empty(self) -> bool:
        return not self.groups

    @property
    def first(self) -> WorklistRow | None:
        return self.groups[0][1][0] if self.groups else None

    @property
    def marks(self) -> bool:
        """Whether there is a row that can be marked."""
        return self.reminds or self.proposes

    @property
    def reminds(self) -> bool:
        """Whether there is a row whose supporter can be reminded."""
        return any(row.to_remind for _group, rows in self.groups for row in rows)

    @property
    def proposes(self) -> bool:
        """Whether there is a row for which somebody can be proposed."""
        return any(row.to_assign for _group, rows in self.groups for row in rows)

    @property
    def urgent(self) -> int:
        """How many rows are to be done now."""
        return sum(
            len(rows) for group, rows in self.groups if group in {WaitingGroup.CALLED_IN, WaitingGroup.NOW}
        )


@dataclass(frozen=True, slots=True)
class Count:
    """A filter above the list, in the shape of components/filters.html."""

    label: str
    url: str
    current: bool
    count: str | None
    waiting: Waiting | None


@dataclass(frozen=True, slots=True)
class AbsenceLine:
    """One's `own` absence, with who stands in, or that of a colleague for whom one stands in; by `name`.
    `to_come`: nothing is handed over yet.
    """

    own: bool
    name: str
    first_day: date
    last_day: date
    to_come: bool


def read(
    *,
    shown: WorklistFilter = EVERYTHING,
    after: str,
    now: datetime,
    called_in: bool = False,
    besides: Collection[UUID] = (),
) -> WorklistPage:
    """The page of the people for whom something is open that `shown` shows, `besides` that of these events,
    behind the key `after`. Each stands in it once, by the most urgent of it.

    With `called_in` there are people for whom a supporter calls in the coordinator: on the first page of the
    whole list they stand before everybody else. One query, or then two.
    """
    behind = _parse(after)
    aside = Waiting.COORDINATOR if called_in and not shown.waiting else ""
    first: list[dict[str, Any]] = []
    if aside and not after:
        calling = _people(shown, besides).filter(waiting_for=Waiting.COORDINATOR)
        whole = shown == EVERYTHING
        first = _CALLED_IN.rows(besides=list(besides)) if whole else list(calling.order_by(*ORDER)[:PAGE])
    if shown == EVERYTHING and not behind:
        found = by_key.first(_FIRST_PAGE.rows(besides=list(besides), aside=aside), size=PAGE)
    else:
        rows = _people(shown, besides).exclude(waiting_for=aside)
        if shown.waiting:
            rows = rows.filter(waiting_for=shown.waiting)
        found = by_key.cut(rows, ORDER, size=PAGE, behind=behind)
    groups = _grouped(_folded(found.rows), now)
    if first:
        groups.insert(0, (WaitingGroup.CALLED_IN, [row_of([each], now) for each in first]))
    return WorklistPage(
        groups=groups,
        further=f"{found.rows[-1]['due_at'].isoformat()}_{found.rows[-1]['id']}" if found.more_behind else "",
        version=f"{_digest(first + found.rows)}.{int(now.timestamp() // REFRESH.total_seconds())}",
        now=now,
    )


def _people(shown: WorklistFilter, besides: Collection[UUID]) -> QuerySet[Any]:
    """Everybody of whom `shown` shows something, whatever it waits for."""
    others = shown.among(_LINES.besides(besides))
    rows: QuerySet[Any] = shown.among(OPEN.exclude(incident__in=besides))
    return rows.exclude(Exists(others.more_urgent()))


def count(
    *,
    shown: WorklistFilter = EVERYTHING,
    now: datetime,
    besides: Collection[UUID] = (),
    kept_by: User | None = None,
) -> list[Count | IntakeCount]:
    """The counts of `counts_and_absences`."""
    return counts_and_absences(shown=shown, now=now, besides=besides, user=kept_by)[0]


def counts_and_absences(
    *,
    shown: WorklistFilter = EVERYTHING,
    now: datetime,
    besides: Collection[UUID] = (),
    user: User | None,
) -> tuple[list[Count | IntakeCount], list[AbsenceLine]]:
    """The intake, then the filters, each with how many people of what else is `shown` wait for it (to `CAP`),
    `besides` those of these events; then what `user` keeps. Beside them in whose hands the desk is. One
    statement over the partial indexes.
    """
    but = " AND incident_id <> ALL(%s)" if besides else ""
    own = [list(besides)] if besides else []
    condition, within = shown.condition()
    condition = but.replace("incident_id", "{offer}.incident_id") + condition
    people = _PEOPLE.format(within=condition.format(offer="offer"))
    parts = [people, *(part.format(but=but) for part in waiting_list.COUNTS), _KEPT, _ABSENCES]
    values: list[Any] = [[each.value for each in WAITING], *own, *within]
    me = user.pk if user else None
    values += [*own, CAP, now, *own, CAP, now, *own, CAP, me, me, timezone.localdate(now)]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(parts)}", values)
        numbers, unnamed, late, silent, kept, away = cursor.fetchone()
    counts: list[Count | IntakeCount] = [waiting_list.count(unnamed, late, cap=CAP)]
    if silent:
        counts.append(waiting_list.count_silent(silent, cap=CAP))
    everything = shown.waiting_for(None)
    counts += [Count(_("All"), everything.address, shown.waiting is None, _capped(sum(numbers)), None)]
    for each, number in zip(WAITING, numbers, strict=True):
        if number or each is shown.waiting:
            url = shown.waiting_for(each).address
            counts.append(Count(str(FILTER_LABELS[each]), url, each is shown.waiting, _capped(number), each))
    counts += [_kept(name, query, shown) for name, query in json.loads(kept or "[]")]
    today = timezone.localdate(now)
    return counts, [_absence(*each, today=today) for each in json.loads(away or "[]")]


def _absence(own: bool, name: str, first_day: str, last_day: str, *, today: date) -> AbsenceLine:
    first, last = date.fromisoformat(first_day), date.fromisoformat(last_day)
    return AbsenceLine(own, name, first, last, to_come=first > today)


def _kept(name: str, query: dict[str, str], shown: WorklistFilter) -> Count:
    kept = WorklistFilter.of({key: value or "" for key, value in query.items()})
    return Count(name, kept.address, kept == shown, None, None)


def next_due(offers: OfferQuerySet) -> datetime | None:
    """When the next thing of all is due."""
    return offers.open().order_by("due_at", "id").values_list("due_at", flat=True).first()


def group_of(due_at: datetime, now: datetime) -> WaitingGroup:
    """Late or due within four hours is now; then the rest of the day in Amsterdam; then later."""
    if due_at <= now + SOON:
        return WaitingGroup.NOW
    tomorrow = timezone.localdate(now) + timedelta(days=1)
    return WaitingGroup.TODAY if due_at < start_of_day(tomorrow) else WaitingGroup.LATER


def state_of(waiting: str, *, late: bool, outside: bool) -> SupportState:
    """What an offer that waits for `waiting` says of itself; `outside`: help outside is wished."""
    refers = outside and waiting == Waiting.ASSIGNMENT
    word, icon, tone, step = _WAITING_OUTSIDE if refers else _WAITING[Waiting(waiting)]
    if late:
        icon, tone = "urgent", "late"
        if waiting == Waiting.ACCEPTANCE:
            step = gettext_lazy("Ask somebody else")
    return SupportState(str(word), icon, tone, str(step))


def state_of_row(row: Mapping[str, Any], now: datetime) -> SupportState:
    """What an offer, read as `ROWS`, says of itself at `now`."""
    if row["closed_at"]:
        return ended(row["outcome"])
    state = state_of(row["waiting_for"], late=row["due_at"] < now, outside=row["outside"])
    if row["is_talk"]:
        return replace(state, word=_("Talk"))
    if row["off_at"] and row["off_at"] > now:
        off = _("The talk of %(moment)s is off") % {"moment": at_moment(row["off_at"], now=now)}
        return replace(state, word=off, icon="calendar-x")
    return state


def ended(outcome: str) -> SupportState:
    """What an offer that ended so says of itself."""
    return SupportState(capfirst(str(Outcome(outcome).label)), "circle-check", "good", _("View"))


def event_words(kind: str, event_type: str) -> str:
    """What happened, as a list says it."""
    if kind in KINDS:
        return str(KINDS[IncidentKind(kind)])
    return str(EventType(event_type).label)


def _digest(shown: Iterable[dict[str, Any]]) -> str:
    """Changes when a row comes, goes, or waits for something else."""
    seen = "".join(
        f"{each['id']}{each['waiting_for']}{each['due_at']}{each['supporter']}{each['outside']}"
        for each in shown
    )
    return hashlib.blake2b(seen.encode(), digest_size=8).hexdigest()


def _capped(number: int) -> str:
    return f"{CAP - 1}+" if number >= CAP else str(number)


def _parse(after: str) -> tuple[datetime, UUID] | None:
    """The key in an address; None when there is none or it makes no sense."""
    due_at, _separator, pk = after.partition("_")
    try:
        moment = datetime.fromisoformat(due_at)
        return (moment, UUID(pk)) if timezone.is_aware(moment) else None
    except ValueError:
        return None


def _folded(found: Iterable[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """People of one event together, where the most urgent of them stood."""
    by_incident: dict[UUID, list[dict[str, Any]]] = {}
    for each in found:
        by_incident.setdefault(each["incident_id"], []).append(each)
    return list(by_incident.values())


def _grouped(
    folded: Iterable[Sequence[dict[str, Any]]], now: datetime
) -> list[tuple[WaitingGroup, list[WorklistRow]]]:
    groups: dict[WaitingGroup, list[WorklistRow]] = {}
    for people in folded:
        groups.setdefault(group_of(people[0]["due_at"], now), []).append(row_of(people, now))
    return list(groups.items())


def row_of(people: Sequence[dict[str, Any]], now: datetime) -> WorklistRow:
    """`people` of one event, read as `ROWS`, as one line."""
    first, several = people[0], len(people) > 1
    due_at = first["due_at"]
    late = due_at < now
    state = state_of_row(first, now)
    step = state.step
    if several:
        url = reverse("support:roll-call", args=[first["reference"]])
        name, profession, department, step = _together(people)
    else:
        url = address_of("support:match", first["involvement_id"])
        name, profession, department = first["name"], first["profession"] or "", first["department"] or ""
    return WorklistRow(
        url=url,
        name=name,
        profession=profession,
        department=department,
        event=_event(first) if not several else event_words(first["kind"], first["event_type"]),
        happened_at=first["occurred_at"] or first["opened_at"],
        state=state,
        due_at=due_at,
        since=first["opened_at"],
        supporter="" if several else first["supporter"] or "",
        step=step,
        urgent=not first["closed_at"] and (first["waiting_for"] in HERS or late),
        people=len(people),
        reference=first["reference"],
        involvement_id=first["involvement_id"],
        to_remind=tuple(each["id"] for each in people if each["waiting_for"] in SUPPORTERS_STEP),
        to_assign=tuple(
            each["id"] for each in people if each["waiting_for"] in ASSIGNS and not each["supporter"]
        ),
        has_left=any(each["has_left"] and not each["closed_at"] for each in people),
        closed_at=first["closed_at"],
    )


def _event(row: dict[str, Any]) -> str:
    words = event_words(row["kind"], row["event_type"])
    return _("%(event)s, and another event") % {"event": words} if row.get("has_other_event") else words


def _together(people: Sequence[dict[str, Any]]) -> tuple[str, str, str, str]:
    """Name, profession, department and button of a folded row: how many, and the first two by name."""
    count = len(people)
    names = ", ".join(each["name"] for each in people[:2])
    if count > 2:
        names = _("%(names)s and %(count)d more") % {"names": names, "count": count - 2}
    title = ngettext("%(count)d colleague", "%(count)d colleagues", count) % {"count": count}
    return title, names, "", _("Open roll-call")
