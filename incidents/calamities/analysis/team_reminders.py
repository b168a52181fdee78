"""What analysts and the committee hear of analysis teams; registered when the app starts."""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from uuid import UUID

from django.db.models import Count, F, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.enums import Role
from accounts.models import User
from hospital import names
from incidents.calamities.notice_words import reference_of
from incidents.models import WANTED, Incident, TeamMember
from incidents.models.analysis import RUNS
from notifications.enums import HandedOn
from notifications.models import Reminder
from notifications.reminders import kinds, reconcile
from notifications.reminders.kinds import Kind
from notifications.reminders.schedule import cancel, remind, reminder

ON_TEAM = "incidents.on_team"
OFF_TEAM = "incidents.off_team"
TEAM_SHORT = "incidents.team_short"


def register() -> None:
    """Make known to `notifications` the kinds, and what must be there each night."""
    for kind in (
        Kind(
            code=ON_TEAM,
            line=format_lazy(_("You are on {team} of a calamity."), team=names.the_analysis_team),
            concerns=_is_on_team,
            about=reference_of,
            handed_on=HandedOn.STAYS,
            event=_event_of_member,
        ),
        Kind(
            code=OFF_TEAM,
            line=format_lazy(_("You are no longer on {team} of a calamity."), team=names.the_analysis_team),
            concerns=_was_on_team,
            about=reference_of,
            handed_on=HandedOn.STAYS,
            event=_event_of_member,
        ),
        Kind(
            code=TEAM_SHORT,
            line=format_lazy(_("{team} of a calamity needs another analyst."), team=names.analysis_team),
            concerns=_team_is_short,
            about=reference_of,
            event=kinds.itself,
        ),
    ):
        kinds.register(kind)
    reconcile.expectations.append(expected)


def tell_assigned(member: TeamMember) -> None:
    """The analyst hears of it."""
    remind([_assigned(member)])


def tell_ended(member: TeamMember, at: datetime) -> None:
    """Whoever did not end it hears of it: the analyst, or the committee, which finds somebody else."""
    cancel(subject_id=member.pk, at=at, kinds=[ON_TEAM])
    if member.ended_by == member.analyst:
        tell_short(member, at)
        return
    remind(
        [
            reminder(
                key=f"{OFF_TEAM}:{member.pk}",
                kind=OFF_TEAM,
                due_at=at,
                subject_id=member.pk,
                url=reverse("calamities:analyses"),
                recipient=member.analyst,
            )
        ]
    )


def tell_short(member: TeamMember, at: datetime) -> None:
    """The committee looks for somebody in the place of `member`."""
    remind([_short(member, at)])


def complete(incident: Incident, at: datetime) -> None:
    """The team has analysts enough: nobody need look for another."""
    cancel(subject_id=incident.pk, at=at, kinds=[TEAM_SHORT])


def expected(at: datetime) -> Iterator[Reminder]:
    """What those on a team have to hear of, and the committee of who handed back, for the nightly search for
    what is missing.
    """
    running = TeamMember.objects.filter(RUNS).select_related("incident", "analyst")
    yield from map(_assigned, running.current().iterator(chunk_size=500))
    here = TeamMember.objects.current().filter(incident=OuterRef("incident")).order_by().values("incident")
    left = running.filter(ended_by=F("analyst"), ended_at__isnull=False)
    short = left.annotate(
        others=Coalesce(Subquery(here.annotate(number=Count("pk")).values("number")), 0)
    ).filter(others__lt=WANTED)
    for member in short.order_by("incident", "-ended_at").distinct("incident"):
        yield _short(member, member.ended_at or at)


def _assigned(member: TeamMember) -> Reminder:
    return reminder(
        key=f"{ON_TEAM}:{member.pk}",
        kind=ON_TEAM,
        due_at=member.assigned_at,
        subject_id=member.pk,
        url=reverse("calamities:detail", args=[member.incident.reference]),
        recipient=member.analyst,
    )


def _short(member: TeamMember, at: datetime) -> Reminder:
    return reminder(
        key=f"{TEAM_SHORT}:{member.pk}",
        kind=TEAM_SHORT,
        due_at=at,
        subject_id=member.incident_id,
        url=reverse("calamities:team", args=[member.incident.reference]),
        role=Role.CCP,
    )


def _event_of_member(ids: Collection[UUID]) -> Mapping[UUID, UUID]:
    return dict(TeamMember.objects.filter(pk__in=ids).values_list("pk", "incident_id"))


def _is_on_team(user: User, member_id: UUID) -> bool:
    current = TeamMember.objects.current().filter(pk=member_id, analyst=user)
    return user.has_role(Role.ANALYST) and current.exists()


def _was_on_team(user: User, member_id: UUID) -> bool:
    return TeamMember.objects.filter(pk=member_id, analyst=user, ended_at__isnull=False).exists()


def _team_is_short(user: User, incident_id: UUID) -> bool:
    return (
        user.has_role(Role.CCP) and TeamMember.objects.current().filter(incident=incident_id).count() < WANTED
    )
