"""The coordinator's intake as a list: what is late on top, then by harm, newest first; in pages by key."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import F, TextChoices
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import by_key
from accounts.models import User
from incidents.calamities.who_is_told import heads_for_each
from incidents.enums import EventType, Harm, IncidentKind
from supporters.enums import IntakeState
from supporters.intake import told_reporter, unnamed_reports
from supporters.models import HeadQuestion, UnnamedReport, UnnamedReportQuerySet

if TYPE_CHECKING:
    pass

PAGE = 25
_NO_REFERENCE = "0000-0000"
ORDER = ("-weight", "-opened_at", "-id")
#: What a row shows, in its one statement.
_RELATED = ("incident__department", "incident__reporter", "decided_by")
_READ = (
    *(
        "state",
        "weight",
        "opened_at",
        "due_at",
        "closes_at",
        "asked_at",
        "said_nobody_at",
        "closed_at",
        "reason",
    ),
    *("incident__reference", "incident__kind", "incident__event_type", "incident__harm"),
    *("incident__occurred_at", "incident__reported_at", "incident__department__name"),
    *("incident__reporter__is_active", "decided_by__name"),
)


class IntakeShown(TextChoices):
    """Which reports the page shows."""

    WAITING = "", gettext_lazy("Waiting for you")
    CLOSING = "closing", gettext_lazy("Will close by themselves")
    BY_RULE = "by_rule", gettext_lazy("Closed by a rule")
    NOT_NEEDED = "not_needed", gettext_lazy("No support needed")
    HEADS = "heads", gettext_lazy("Heads who have not answered")


@dataclass(frozen=True, slots=True)
class IntakeRow:
    """One report. `told` is what its reporter reads, empty where there is none; `can_ask` whether they can be
    asked now; `head` what was asked of the head of its department, if anything, and `has_head` of anybody.
    """

    report: UnnamedReport
    event: str
    harm: str
    harm_tone: str
    harm_icon: str
    told: str
    has_reporter: bool
    can_ask: bool
    is_late: bool
    head: HeadQuestion | None = None
    has_head: bool = True

    @property
    def reference(self) -> str:
        return self.report.incident.reference

    @property
    def report_url(self) -> str:
        return _address("incidents:detail", self.reference)

    @property
    def people_url(self) -> str:
        return _address("incidents:add-people", self.reference)

    @property
    def join_url(self) -> str:
        return _address("support:join", self.reference)

    @property
    def happened_at(self) -> datetime:
        return self.report.incident.occurred_at or self.report.incident.reported_at


@dataclass(frozen=True, slots=True)
class IntakePage:
    """One page: what is late and the others, and the key of the next page."""

    late: list[IntakeRow]
    others: list[IntakeRow]
    further: str

    @property
    def is_empty(self) -> bool:
        return not (self.late or self.others)


@dataclass(frozen=True, slots=True)
class IntakeCount:
    """How many wait, of which so many late: a filter above the worklist, in the shape of
    components/filters.html.
    """

    label: str
    url: str
    count: str
    late: str
    current: bool = False
    waiting: None = None


@dataclass(frozen=True, slots=True)
class SilentHead:
    """A question that was not answered in time, and whom to call for it."""

    question: HeadQuestion
    heads: Sequence[User]


#: harm: (icon, tone of its chip)
_HARM: dict[Harm, tuple[str, str]] = {
    Harm.SERIOUS: ("alert-triangle", "attention"),
    Harm.SOME: ("alert-circle", "attention"),
    Harm.UNKNOWN: ("info-circle", "neutral"),
    Harm.NONE: ("check", "neutral"),
}

_CAPPED = (
    "(SELECT count(*) FROM (SELECT 1 FROM supporters_unnamedreport"
    " WHERE state = 'open' AND closes_at IS NULL{more} LIMIT %s) AS capped)"
)
_SILENT = (
    "(SELECT count(*) FROM (SELECT 1 FROM supporters_headquestion"
    " WHERE answered_at IS NULL AND due_at < %s{but} LIMIT %s) AS capped)"
)
#: Three numbers for the statement of the worklist's counts: what waits, what of that is late, and how many
#: heads of department have not answered in time.
COUNTS = (_CAPPED.replace("{more}", "{but}"), _CAPPED.replace("{more}", " AND due_at < %s{but}"), _SILENT)


def read(reports: UnnamedReportQuerySet, *, shown: IntakeShown, after: str, now: datetime) -> IntakePage:
    """The page of `reports` behind the key `after`. What waits is read in two statements, the rest in one;
    and what was asked of heads in three.
    """
    if shown != IntakeShown.WAITING:
        return _other(reports, shown, after, now)
    waiting = reports.waiting().select_related(*_RELATED).only(*_READ)
    part, key = _parse(after)
    late: Sequence[UnnamedReport] = ()
    further = ""
    if part == "late":
        found = by_key.cut(waiting.filter(due_at__lt=now), ORDER, size=PAGE, behind=key)
        late, key = found.rows, None
        if found.more_behind:
            return IntakePage(_rows(late, now), [], _key("late", late[-1]))
    # One more than fit says whether there is a next page.
    rest = by_key.cut(waiting.filter(due_at__gte=now), ORDER, size=PAGE - len(late), behind=key)
    if rest.more_behind:
        further = _key("others", rest.rows[-1]) if rest.rows else _key("late", late[-1])
    rows = _rows([*late, *rest.rows], now)
    return IntakePage(rows[: len(late)], rows[len(late) :], further)


def count(waiting: int, late: int, *, cap: int) -> IntakeCount:
    """The filter above the worklist, of the two numbers that `COUNTS` gave."""

    def said(number: int) -> str:
        return f"{cap - 1}+" if number >= cap else str(number)

    return IntakeCount(
        label=_("Nobody named"),
        url=reverse("support:intake"),
        count=said(waiting),
        late=said(late) if late else "",
    )


def silent_heads(user: User, *, now: datetime) -> list[SilentHead]:
    """The heads of department who have not said in time who was there, for the coordinator `user`: the latest
    reports first, as many as one page shows.
    """
    questions = HeadQuestion.objects.visible_to(user).waiting().filter(due_at__lte=now)
    shown = list(questions.select_related("incident", "department").order_by("-due_at", "-id")[:PAGE])
    heads = heads_for_each([(each.incident_id, each.department_id) for each in shown])
    return [SilentHead(each, heads[each.incident_id, each.department_id]) for each in shown]


def count_silent(silent: int, *, cap: int) -> IntakeCount:
    """The filter above the worklist, of the number that `COUNTS` gave."""
    return IntakeCount(
        label=_("Head not heard"),
        url=f"{reverse('support:intake')}?show={IntakeShown.HEADS}",
        count=f"{cap - 1}+" if silent >= cap else str(silent),
        late="",
    )


def event_words(kind: str, event_type: str) -> str:
    """What happened, as the list says it."""
    return str(IncidentKind.CALAMITY.label if kind == IncidentKind.CALAMITY else EventType(event_type).label)


def _other(reports: UnnamedReportQuerySet, shown: IntakeShown, after: str, now: datetime) -> IntakePage:
    order: tuple[str, ...]
    if shown == IntakeShown.CLOSING:
        rows, order = reports.closing(), ("closes_at", "id")
    else:
        rows, order = reports.filter(state=IntakeState(shown.value)), ("-closed_at", "-id")
    found = by_key.cut(
        rows.select_related(*_RELATED).only(*_READ), order, size=PAGE, behind=_moment_key(after)
    )
    further = ""
    if found.more_behind:
        last = found.rows[-1]
        moment = last.closes_at if shown == IntakeShown.CLOSING else last.closed_at
        assert moment is not None
        further = f"{moment.isoformat()}_{last.pk}"
    return IntakePage([], _rows(found.rows, now), further)


def _rows(reports: Sequence[UnnamedReport], now: datetime) -> list[IntakeRow]:
    asked = HeadQuestion.objects.filter(
        incident__in=[each.incident_id for each in reports], department=F("incident__department")
    )
    questions = {each.incident_id: each for each in asked}
    heads = heads_for_each([(pk, each.department_id) for pk, each in questions.items()]) if questions else {}
    headed = {incident for (incident, _department), found in heads.items() if found}
    return [
        _row(each, questions.get(each.incident_id), has_head=each.incident_id in headed, now=now)
        for each in reports
    ]


def _row(report: UnnamedReport, question: HeadQuestion | None, *, has_head: bool, now: datetime) -> IntakeRow:
    incident = report.incident
    harm = Harm(incident.harm)
    icon, tone = _HARM[harm]
    return IntakeRow(
        report=report,
        event=event_words(incident.kind, incident.event_type),
        harm=_harm_words(harm, incident.kind),
        harm_icon=icon,
        harm_tone=tone,
        told=told_reporter.in_one_line(report, now=now) if incident.reporter else "",
        has_reporter=incident.reporter is not None,
        can_ask=unnamed_reports.can_be_asked(report) and not unnamed_reports.was_asked(report, at=now),
        is_late=report.due_at is not None and report.due_at < now,
        head=question,
        has_head=has_head,
    )


def _address(name: str, reference: str) -> str:
    """Filled in, for looking up an address costs more than the rest of a row."""
    return _without_reference(name).replace(_NO_REFERENCE, reference)


@cache
def _without_reference(name: str) -> str:
    return reverse(name, args=[_NO_REFERENCE])


def _harm_words(harm: Harm, kind: str) -> str:
    """Nothing of a calamity of which it was not asked: the word says what it did."""
    if harm != Harm.UNKNOWN:
        return str(harm.label)
    return "" if kind == IncidentKind.CALAMITY else _("Harm not known")


def _key(part: str, report: UnnamedReport) -> str:
    return f"{part}_{report.weight}_{report.opened_at.isoformat()}_{report.pk}"


def _parse(after: str) -> tuple[str, tuple[Any, ...] | None]:
    """Where the page begins: among what is late, or behind it; the first page where a key makes no sense."""
    part, _first, rest = after.partition("_")
    weight, _second, moment = rest.partition("_")
    key = _moment_key(moment)
    if part not in {"late", "others"} or key is None or not (weight.isdecimal() and len(weight) < 3):
        return "late", None
    return part, (int(weight), *key)


def _moment_key(text: str) -> tuple[datetime, UUID] | None:
    moment, _separator, pk = text.rpartition("_")
    try:
        at = datetime.fromisoformat(moment)
        return (at, UUID(pk)) if timezone.is_aware(at) else None
    except ValueError:
        return None
