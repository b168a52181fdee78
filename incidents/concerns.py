"""Whose business a reminder about a calamity is, asked when it is sent and again when it is opened.

The rota and the teams are read then, not when the reminder was written: who was put on duty an hour ago is
told, who left the team is not. A director who stands in for one of the rota has that one's place in it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet

from accounts.enums import Role
from accounts.models import User
from incidents.deadlines import DeadlinePolicy
from incidents.enums import Clock, Rung, Step
from incidents.ladder import MAY_BE_NOBODY, OWNERS, duty_rungs
from incidents.models import Alignment, Duty, Incident, Milestone, TeamMember
from notifications.absence import StandIns

#: (user, subject) pairs go in, an answer for each comes out.
Concern = Callable[[Sequence[tuple[User, UUID]]], list[bool]]


@dataclass(frozen=True)
class _Steps:
    """The milestones that a batch of reminders is about, and what is needed to judge whose they are."""

    milestones: dict[UUID, Milestone]
    analysts: frozenset[tuple[UUID, UUID]]
    led: frozenset[UUID | None]
    duties: Sequence[Duty]
    stand_ins: StandIns

    @classmethod
    def load(cls, ids: set[UUID]) -> "_Steps":
        rows = Milestone.objects.filter(done_at__isnull=True).select_related("incident").in_bulk(list(ids))
        running = {key: row for key, row in rows.items() if Step(row.step) in row.incident.running_steps}
        incidents = {row.incident_id: row.incident for row in running.values()}
        analysts = TeamMember.objects.current().filter(incident__in=incidents)
        leaders = _heads().filter(department__in={incident.department_id for incident in incidents.values()})
        since = min((row.reminded_at for row in running.values() if row.reminded_at), default=None)
        duties = list(Duty.objects.filter(ends_at__gt=since)) if since else []
        on_rota = {key for duty in duties for key in (duty.director_id, duty.deputy_id) if key}
        return cls(
            running,
            frozenset(analysts.values_list("incident_id", "analyst_id")),
            frozenset(leaders.values_list("department_id", flat=True)),
            duties,
            StandIns.of(on_rota) if on_rota else StandIns({}),
        )

    def owns(self, user: User, milestone: Milestone) -> bool:
        """Whether the step is this user's; the committee's too where its owner is nobody yet."""
        step, incident = Step(milestone.step), milestone.incident
        owner = OWNERS[step]
        if step in MAY_BE_NOBODY and user.has_role(Role.CCP) and not self._has_owner(step, incident):
            return True
        if not user.has_role(owner):
            return False
        if owner == Role.ANALYST:
            return (incident.pk, user.pk) in self.analysts
        return owner != Role.TEAM_LEADER or user.department_id == incident.department_id

    def _has_owner(self, step: Step, incident: Incident) -> bool:
        if step == Step.ANALYSIS:
            return any(of == incident.pk for of, _user in self.analysts)
        return incident.department_id in self.led

    def has_place(self, user: User, of: UUID | None, moment: datetime) -> bool:
        """Whether `user` is this director, or stands in for them at `moment`."""
        return of is not None and user.pk in {of, self.stand_ins.at(of, moment)}

    def duty_at(self, moment: datetime) -> Duty | None:
        return next((duty for duty in self.duties if duty.starts_at <= moment < duty.ends_at), None)


def of_step(rung: Rung, clock: Clock) -> Concern:
    """Of a reminder on this rung of the ladder of a step (incidents.ladder)."""

    def judge(user: User, milestone: Milestone, steps: _Steps) -> bool:
        if _due_at(milestone, clock) is None:
            return False
        if rung in {Rung.SOON, Rung.DUE}:
            return steps.owns(user, milestone)
        if rung == Rung.COMMITTEE:
            return user.has_role(Role.CCP)
        return user.has_role(Role.DIRECTOR) and _is_told(user, steps, _director_told_at(milestone, clock))

    return _by_milestone(judge)


def of_duty(rung: Rung) -> Concern:
    """Of the word to directors that a calamity came in: to who is on duty, then the deputy, then to all.

    A gap in the rota is filled by all of them. Where the duty has passed to another meanwhile, both are told.
    """

    def judge(user: User, milestone: Milestone, steps: _Steps) -> bool:
        if not user.has_role(Role.DIRECTOR) or milestone.reminded_at is None:
            return False
        moments = duty_rungs(since=milestone.reminded_at, policy=DeadlinePolicy.from_data(milestone.policy))
        duty = steps.duty_at(moments[rung])
        if rung == Rung.EVERYBODY or duty is None:
            return True
        is_director = steps.has_place(user, duty.director_id, moments[rung])
        if rung == Rung.ON_DUTY:
            return is_director
        passed_on = duty != steps.duty_at(moments[Rung.ON_DUTY])
        return steps.has_place(user, duty.deputy_id, moments[rung]) or (passed_on and is_director)

    return _by_milestone(judge)


def of_intake(pairs: Sequence[tuple[User, UUID]]) -> list[bool]:
    """Of the word to the committee that something came in: as long as it is notified to the inspectorate."""
    ids = {subject for _user, subject in pairs}
    running = {incident.pk for incident in Incident.objects.filter(pk__in=ids) if incident.running_steps}
    return [user.has_role(Role.CCP) and subject in running for user, subject in pairs]


def of_alignment(pairs: Sequence[tuple[User, UUID]]) -> list[bool]:
    """Of the question to another department's head: as long as it was not answered."""
    asked = _departments_asked(pairs)
    return [
        user.has_role(Role.TEAM_LEADER)
        and user.department_id is not None
        and asked.get(subject) == user.department_id
        for user, subject in pairs
    ]


def of_alignment_without_head(pairs: Sequence[tuple[User, UUID]]) -> list[bool]:
    """Of the word to the committee that a department that was asked has no head who could answer."""
    asked = _departments_asked(pairs)
    led = set(_heads().filter(department__in=asked.values()).values_list("department_id", flat=True))
    return [
        user.has_role(Role.CCP) and subject in asked and asked[subject] not in led for user, subject in pairs
    ]


def _departments_asked(pairs: Sequence[tuple[User, UUID]]) -> dict[UUID, UUID]:
    """The department of each alignment that is still waited for."""
    ids = {subject for _user, subject in pairs}
    rows = Alignment.objects.filter(pk__in=ids, confirmed_at__isnull=True, dropped_at__isnull=True)
    return {
        row.pk: row.department_id
        for row in rows.select_related("incident")
        if Step.ALIGNMENT in row.incident.running_steps
    }


def heads_of(department_id: UUID) -> list[User]:
    """The team leaders of a department who are in service."""
    return list(_heads().filter(department=department_id).order_by("sort_key", "id"))


def _heads() -> QuerySet[User]:
    return User.objects.filter(is_active=True, groups__name=Role.TEAM_LEADER)


def _by_milestone(judge: Callable[[User, Milestone, _Steps], bool]) -> Concern:
    def concern(pairs: Sequence[tuple[User, UUID]]) -> list[bool]:
        steps = _Steps.load({subject for _user, subject in pairs})
        return [
            subject in steps.milestones and judge(user, steps.milestones[subject], steps)
            for user, subject in pairs
        ]

    return concern


def _due_at(milestone: Milestone, clock: Clock) -> datetime | None:
    return milestone.internal_due_at if clock == Clock.INTERNAL else milestone.legal_due_at


def _director_told_at(milestone: Milestone, clock: Clock) -> datetime | None:
    due = _due_at(milestone, clock)
    if due is None or milestone.reminded_at is None:
        return None
    hours = DeadlinePolicy.from_data(milestone.policy).late_director_hours
    return max(due, milestone.reminded_at) + timedelta(hours=hours)


def _is_told(user: User, steps: _Steps, moment: datetime | None) -> bool:
    if moment is None:
        return False
    duty = steps.duty_at(moment)
    return duty is None or any(
        steps.has_place(user, each, moment) for each in (duty.director_id, duty.deputy_id)
    )
