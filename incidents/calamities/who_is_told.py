"""Whose business a reminder about a calamity is, asked when it is sent and again when it is opened.

The rota and the teams are read then, not when the reminder was written: who was put on duty an hour ago is
told, who left the team is not. A director who stands in for one of the rota has that one's place in it.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from accounts.enums import Role
from accounts.models import User
from incidents.calamities.escalation import OF_THE_OWNER, duty_rungs, roles_on, told_at
from incidents.clocks.deadlines import DeadlinePolicy
from incidents.enums import Clock, Rung, Step
from incidents.models import Alignment, Duty, Incident, Involvement, Milestone, TeamMember
from notifications.reminders.stand_ins import StandIns

#: (user, subject) pairs go in, an answer for each comes out.
Concern = Callable[[Sequence[tuple[User, UUID]]], list[bool]]


@dataclass(frozen=True)
class _Steps:
    """The milestones that a batch of reminders is about, and what is needed to judge whose they are."""

    milestones: dict[UUID, Milestone]
    analysts: frozenset[tuple[UUID, UUID]]
    leaders: frozenset[tuple[UUID | None, UUID]]
    aside: frozenset[tuple[UUID, UUID | None]]
    duties: Sequence[Duty]
    stand_ins: StandIns

    @classmethod
    def load(cls, ids: set[UUID], *, done: bool) -> "_Steps":
        steps = Milestone.objects.filter(done_at__isnull=not done).select_related("incident")
        rows = steps.in_bulk(list(ids))
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
            frozenset(leaders.values_list("department_id", "id")),
            _aside(incidents),
            duties,
            StandIns.of(on_rota) if on_rota else StandIns({}),
        )

    def owns(self, user: User, milestone: Milestone) -> bool:
        """Whether the step is this user's; the committee's too where its owner is nobody yet."""
        step, incident = Step(milestone.step), milestone.incident
        owner, *instead = roles_on(Rung.DUE, step)
        if any(user.has_role(role) for role in instead) and not self._has_owner(step, incident):
            return True
        if not user.has_role(owner):
            return False
        if owner == Role.ANALYST:
            return (incident.pk, user.pk) in self.analysts
        if owner != Role.TEAM_LEADER:
            return True
        return user.department_id == incident.department_id and (incident.pk, user.pk) not in self.aside

    def _has_owner(self, step: Step, incident: Incident) -> bool:
        if step == Step.ANALYSIS:
            return any(of == incident.pk for of, _user in self.analysts)
        return any(
            department == incident.department_id and (incident.pk, leader) not in self.aside
            for department, leader in self.leaders
        )

    def place(self, of: UUID | None, incident: UUID, moment: datetime) -> frozenset[UUID]:
        """Who has the place of this director at `moment`: they themselves and who stands in for them, but
        nobody who is put aside for the event.
        """
        if of is None:
            return frozenset()
        people = {of, self.stand_ins.at(of, moment) or of}
        return frozenset(person for person in people if (incident, person) not in self.aside)

    def duty_at(self, moment: datetime) -> Duty | None:
        return next((duty for duty in self.duties if duty.starts_at <= moment < duty.ends_at), None)


def of_step(rung: Rung, clock: Clock) -> Concern:
    """Of a reminder on this rung of the ladder of a step (incidents.calamities.escalation)."""

    def judge(user: User, milestone: Milestone, steps: _Steps) -> bool:
        if _due_at(milestone, clock) is None:
            return False
        if rung in OF_THE_OWNER:
            return steps.owns(user, milestone)
        if not any(user.has_role(role) for role in roles_on(rung, Step(milestone.step))):
            return False
        return rung != Rung.DIRECTOR or _is_told(user, steps, milestone, _director_told_at(milestone, clock))

    return _by_milestone(judge)


def of_duty(rung: Rung) -> Concern:
    """Of the word to directors that a calamity came in: to who is on duty, then the deputy, then to all.

    A gap in the rota is filled by all of them. Where the duty has passed to another meanwhile, both are told;
    where who is on duty is put aside for the event, the deputy is told in their place, else all.
    """

    def judge(user: User, milestone: Milestone, steps: _Steps) -> bool:
        return _is_called(rung, user, milestone, steps)

    return _by_milestone(judge)


def of_duty_again(pairs: Sequence[tuple[User, UUID]]) -> list[bool]:
    """Of the same word where the step is done, by somebody who was put aside since: to who has the place that
    was on duty then.
    """

    def judge(user: User, milestone: Milestone, steps: _Steps) -> bool:
        return _is_called(Rung.ON_DUTY, user, milestone, steps)

    return _by_milestone(judge, done=True)(pairs)


def _is_called(rung: Rung, user: User, milestone: Milestone, steps: _Steps) -> bool:
    if not user.has_role(Role.DIRECTOR) or milestone.reminded_at is None:
        return False
    moments = duty_rungs(since=milestone.reminded_at, policy=DeadlinePolicy.from_data(milestone.policy))
    duty = steps.duty_at(moments[rung])
    if rung == Rung.EVERYBODY or duty is None:
        return True
    director, deputy = (
        steps.place(each, milestone.incident_id, moments[rung]) for each in (duty.director_id, duty.deputy_id)
    )
    first = director or deputy
    if rung == Rung.ON_DUTY:
        return not first or user.pk in first
    passed_on = duty != steps.duty_at(moments[Rung.ON_DUTY])
    return user.pk in deputy or (passed_on and user.pk in first)


def of_arrival(pairs: Sequence[tuple[User, UUID]]) -> list[bool]:
    """Of the word to the committee that something came in: as long as it is notified to the inspectorate."""
    ids = {subject for _user, subject in pairs}
    running = {incident.pk for incident in Incident.objects.filter(pk__in=ids) if incident.running_steps}
    return [user.has_role(Role.CCP) and subject in running for user, subject in pairs]


def of_alignment(pairs: Sequence[tuple[User, UUID]]) -> list[bool]:
    """Of the question to another department's head: as long as it was not answered."""
    asked = _asked(pairs)
    return [
        user.has_role(Role.TEAM_LEADER)
        and user.department_id is not None
        and subject in asked
        and asked[subject].department_id == user.department_id
        for user, subject in pairs
    ]


def of_alignment_without_head(pairs: Sequence[tuple[User, UUID]]) -> list[bool]:
    """Of the word to the committee that a department that was asked has no head who could answer."""
    asked = _asked(pairs)
    led = _led(asked)
    return [user.has_role(Role.CCP) and subject in asked and subject not in led for user, subject in pairs]


def _asked(pairs: Sequence[tuple[User, UUID]]) -> dict[UUID, Alignment]:
    """Each alignment that is still waited for."""
    ids = {subject for _user, subject in pairs}
    rows = Alignment.objects.filter(pk__in=ids, confirmed_at__isnull=True, dropped_at__isnull=True)
    return {
        row.pk: row for row in rows.select_related("incident") if Step.ALIGNMENT in row.incident.running_steps
    }


def _led(asked: dict[UUID, Alignment]) -> set[UUID]:
    """Those of `asked` whose department has a head who can answer."""
    departments = {row.department_id for row in asked.values()}
    heads = _heads().filter(department__in=departments).values_list("department_id", "id")
    aside = _aside({row.incident_id for row in asked.values()})
    return {
        key
        for key, row in asked.items()
        if any(of == row.department_id and (row.incident_id, head) not in aside for of, head in heads)
    }


def _aside(incidents: Iterable[UUID]) -> frozenset[tuple[UUID, UUID | None]]:
    """Who is put aside for which of these events (incidents.calamities.put_aside)."""
    involved = Involvement.objects.filter(incident__in=list(incidents), employee__isnull=False)
    return frozenset(involved.values_list("incident_id", "employee_id"))


def is_aside(user: User, incident: UUID) -> bool:
    """Whether `user` is put aside for this event."""
    return (incident, user.pk) in _aside([incident])


def heads_of(alignment: Alignment) -> list[User]:
    """The team leaders of its department who may confirm."""
    return heads_for(alignment.incident_id, department=alignment.department_id)


def heads_for(incident: UUID, *, department: UUID) -> list[User]:
    """The team leaders of `department` who are in service, but who is put aside for the event."""
    involved = Involvement.objects.filter(incident=incident, employee__isnull=False)
    heads = _heads().filter(department=department).exclude(pk__in=involved.values("employee"))
    return list(heads.order_by("sort_key", "id"))


def heads_for_each(questions: Collection[tuple[UUID, UUID]]) -> dict[tuple[UUID, UUID], list[User]]:
    """`heads_for` of several pairs of event and department, in two statements."""
    aside = _aside({incident for incident, _department in questions})
    of_department: dict[UUID | None, list[User]] = {}
    heads = _heads().filter(department__in={department for _incident, department in questions})
    for head in heads.order_by("sort_key", "id"):
        of_department.setdefault(head.department_id, []).append(head)
    return {
        (incident, department): [
            head for head in of_department.get(department, []) if (incident, head.pk) not in aside
        ]
        for incident, department in questions
    }


def _heads() -> QuerySet[User]:
    return User.objects.filter(is_active=True, groups__name=Role.TEAM_LEADER)


def _by_milestone(judge: Callable[[User, Milestone, _Steps], bool], *, done: bool = False) -> Concern:
    """Of what is about steps that run, and are (not) `done`."""

    def concern(pairs: Sequence[tuple[User, UUID]]) -> list[bool]:
        steps = _Steps.load({subject for _user, subject in pairs}, done=done)
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
    policy = DeadlinePolicy.from_data(milestone.policy)
    return told_at(Rung.DIRECTOR, due=due, since=milestone.reminded_at, policy=policy)


def _is_told(user: User, steps: _Steps, milestone: Milestone, moment: datetime | None) -> bool:
    """Whether this director has a place on duty then; all have where nobody has one."""
    duty = steps.duty_at(moment) if moment else None
    if moment is None or duty is None:
        return moment is not None
    places = (steps.place(each, milestone.incident_id, moment) for each in (duty.director_id, duty.deputy_id))
    told = frozenset().union(*places)
    return not told or user.pk in told
