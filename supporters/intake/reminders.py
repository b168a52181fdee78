"""What the intake reminds people of: the coordinators of what is late, the reporter of a question."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from accounts.enums import Role
from accounts.models import User
from incidents.calamities.notice_words import reference_of
from incidents.calamities.who_is_told import heads_for
from notifications.enums import Group, HandedOn
from notifications.models import Reminder
from notifications.reminders import kinds
from notifications.reminders.kinds import Bundle, Kind
from notifications.reminders.schedule import reminder
from supporters.models import HeadQuestion, UnnamedReport

INTAKE_LATE = "intake.late"
REPORTER_ASKED = "intake.reporter_asked"
HEAD_ASKED = "intake.head_asked"
HEAD_SILENT = "intake.head_silent"

Pairs = Sequence[tuple[User, UUID]]


def late(row: UnnamedReport) -> Reminder:
    """To the coordinators, if nobody looked at it in time; once for each term."""
    assert row.due_at is not None
    return reminder(
        key=f"{INTAKE_LATE}:{row.pk}:{row.due_at.astimezone(UTC):%Y%m%dT%H%M%S}",
        kind=INTAKE_LATE,
        due_at=row.due_at,
        subject_id=row.incident_id,
        url=reverse("support:intake"),
        role=Role.COORDINATOR,
    )


def question(row: UnnamedReport, *, at: datetime) -> Reminder:
    """To the reporter of `row`, whose incident is read: who was involved? Once a day."""
    return reminder(
        key=f"{REPORTER_ASKED}:{row.pk}:{timezone.localdate(at)}",
        kind=REPORTER_ASKED,
        due_at=at,
        subject_id=row.incident_id,
        url=reverse("support:name-people", args=[row.incident.reference]),
        recipient=row.incident.reporter_id,
    )


def of_question(question: HeadQuestion) -> Iterator[Reminder]:
    """To the heads of the department, who was there; and to the coordinators, when they did not say so in
    time.
    """
    reference = question.incident.reference
    for head in heads_for(question.incident_id, department=question.department_id):
        yield reminder(
            key=f"{HEAD_ASKED}:{question.pk}:{head.pk}",
            kind=HEAD_ASKED,
            due_at=question.asked_at,
            subject_id=question.incident_id,
            url=reverse("support:who-was-there", args=[reference]),
            recipient=head,
        )
    yield reminder(
        key=f"{HEAD_SILENT}:{question.pk}",
        kind=HEAD_SILENT,
        due_at=question.due_at,
        subject_id=question.incident_id,
        url=f"{reverse('support:intake')}?show=heads",
        role=Role.COORDINATOR,
    )


def expected(at: datetime) -> Iterator[Reminder]:
    """What each report wants that waits, for the nightly search for what is missing."""
    yield from map(late, UnnamedReport.objects.waiting().iterator(chunk_size=500))
    for question in HeadQuestion.objects.waiting().select_related("incident").iterator(chunk_size=500):
        yield from of_question(question)


def _waits(pairs: Pairs) -> list[bool]:
    rows = UnnamedReport.objects.waiting().filter(incident__in={pk for _user, pk in pairs})
    waiting = set(rows.filter(due_at__lte=timezone.now()).values_list("incident_id", flat=True))
    return [user.has_role(Role.COORDINATOR) and pk in waiting for user, pk in pairs]


def _some_wait(user: User) -> bool:
    rows = UnnamedReport.objects.visible_to(user).waiting()
    return user.has_role(Role.COORDINATOR) and rows.filter(due_at__lte=timezone.now()).exists()


def _is_asked(pairs: Pairs) -> list[bool]:
    rows = UnnamedReport.objects.open().filter(
        incident__in={pk for _user, pk in pairs}, asked_at__isnull=False, said_nobody_at=None
    )
    asked = set(rows.values_list("incident__reporter", "incident"))
    return [(user.pk, pk) in asked for user, pk in pairs]


def _head_is_asked(pairs: Pairs) -> list[bool]:
    rows = HeadQuestion.objects.waiting().filter(incident__in={pk for _user, pk in pairs})
    asked = set(rows.values_list("department", "incident"))
    return [user.has_role(Role.TEAM_LEADER) and (user.department_id, pk) in asked for user, pk in pairs]


def _head_is_silent(pairs: Pairs) -> list[bool]:
    rows = HeadQuestion.objects.waiting().filter(incident__in={pk for _user, pk in pairs})
    silent = set(rows.filter(due_at__lte=timezone.now()).values_list("incident", flat=True))
    return [user.has_role(Role.COORDINATOR) and pk in silent for user, pk in pairs]


def _some_are_silent(user: User) -> bool:
    rows = HeadQuestion.objects.visible_to(user).waiting()
    return user.has_role(Role.COORDINATOR) and rows.filter(due_at__lte=timezone.now()).exists()


def _one(concern: Callable[[Pairs], list[bool]]) -> Callable[[User, UUID], bool]:
    return lambda user, pk: concern([(user, pk)])[0]


KINDS = (
    Kind(
        code=INTAKE_LATE,
        line=_("A report that names nobody still waits for somebody to look at it."),
        concerns=_one(_waits),
        concern=_waits,
        group=Group.DEADLINES,
        event=kinds.itself,
        about=reference_of,
        bundle=Bundle(
            line=ngettext_lazy(
                "%(count)d report that names nobody still waits for somebody to look at it.",
                "%(count)d reports that name nobody still wait for somebody to look at them.",
                "count",
            ),
            page="support:intake",
            concerns=_some_wait,
        ),
    ),
    Kind(
        code=REPORTER_ASKED,
        line=_("The coordinator would like to know who was involved in what you reported."),
        concerns=_one(_is_asked),
        concern=_is_asked,
        # Somebody's own question: who stands in for them does not know the answer.
        handed_on=HandedOn.STAYS,
        about=reference_of,
    ),
    Kind(
        code=HEAD_ASKED,
        line=_(
            "Something happened on your department. Who was there? Name them, so that nobody is forgotten."
        ),
        concerns=_one(_head_is_asked),
        concern=_head_is_asked,
        event=kinds.itself,
        about=reference_of,
    ),
    Kind(
        code=HEAD_SILENT,
        line=_("A head of department has not said yet who was there."),
        concerns=_one(_head_is_silent),
        concern=_head_is_silent,
        group=Group.DEADLINES,
        event=kinds.itself,
        about=reference_of,
        bundle=Bundle(
            line=ngettext_lazy(
                "%(count)d head of department has not said yet who was there.",
                "%(count)d heads of department have not said yet who was there.",
                "count",
            ),
            page="support:intake",
            concerns=_some_are_silent,
        ),
    ),
)
