"""Who sits on the calamity committee, who is on duty these weeks, and a calamity in each of its states."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

from django.contrib.auth.models import Group
from django.utils import timezone

from accounts.enums import Role
from accounts.models import User
from accounts.models.second_person import RoleGrant
from accounts.roles import confirming, giving
from demo.daytime import by_day, in_cover
from hospital.clock import local_day, local_moment, start_of_week
from hospital.enums import ProfessionGroup
from hospital.models import Department, WorkingHours
from incidents.calamities import alignment, committee, duty, inspectorate, later_moments, milestones
from incidents.calamities.classification import classify, standing
from incidents.calamities.family_talks import arrangements
from incidents.enums import (
    EventType,
    Ground,
    IncidentKind,
    LaterMomentKind,
    LaterMomentWay,
    LookedAfter,
    Step,
    Verdict,
)
from incidents.models import Duty, Incident, Milestone
from incidents.reports import report_writer
from supporters.contacts import announcing
from supporters.enums import Outcome
from supporters.models import Offer
from supporters.offers.opening import close_offer

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
#: Who sits there beside its secretary, a physician.
MEMBERS = (
    *(ProfessionGroup.PHYSICIAN,) * 5,
    *(ProfessionGroup.NURSE,) * 3,
    ProfessionGroup.MIDWIFE,
    ProfessionGroup.PHARMACY,
    ProfessionGroup.THEATRE,
)
#: Since when the members have their seats in this system.
SEATED = 360 * DAY
#: The rota is kept three weeks ahead; after that it has a gap.
WEEKS = 3


def seat(people: Mapping[str, User], staff: Sequence[User], *, at: datetime) -> None:
    """Twelve members of several professions, and three directors, who take turns a week from Monday eight
    o'clock.
    """
    admin, day, seated = people["admin"], timezone.localdate(at), at - SEATED
    by_group: dict[str, list[User]] = {}
    for person in staff:
        if person.profession is not None:
            by_group.setdefault(person.profession.group, []).append(person)
    members = [people["ccp"], *(by_group[group].pop(0) for group in MEMBERS)]
    physicians = by_group[ProfessionGroup.PHYSICIAN]
    for number, member in enumerate(members, start=1):
        since = date(day.year - 1 - number % 3, 1, 1)
        committee.take(number=number, holder=member, since=since, by=admin, at=seated)
    for grant in RoleGrant.objects.waiting():
        confirming.confirm(grant_id=grant.pk, by=people["privacy"], access_point="confirmations", at=seated)
    directors = [people["director"], *physicians[:2]]
    for director in directors:
        director.groups.add(Group.objects.get(name=Role.DIRECTOR))
    # One more, who waits for a second person.
    giving.give_and_take(
        user=physicians[2],
        give={Role.DIRECTOR},
        by=admin,
        access_point="settings:person",
        basis="administration",
        at=at - 2 * DAY,
    )
    monday = start_of_week(day)
    starts = [local_moment(datetime(*on(monday, week), 8)) for week in range(WEEKS + 1)]  # noqa: DTZ001 — local
    for week in range(WEEKS):
        row = Duty(
            starts_at=starts[week],
            ends_at=starts[week + 1],
            director=directors[week % len(directors)],
            deputy=directors[(week + 1) % len(directors)] if len(directors) > 1 else None,
        )
        duty.keep(duty=row, by=admin, at=min(at, starts[week]))


def on(monday: date, week: int) -> tuple[int, int, int]:
    """Year, month and day of the Monday so many weeks on."""
    found = monday + timedelta(weeks=week)
    return found.year, found.month, found.day


def set_out(people: Mapping[str, User], *, at: datetime, now: datetime) -> None:
    """One calamity in each state; everything by the services that the pages use. One came in just `now`."""
    member, leader = people["ccp"], people["teamleader"]
    elsewhere = Department.objects.filter(location__is_partner=False).order_by("name")
    others = [one for one in elsewhere if one.pk != leader.department_id][:3]

    fresh = _reported(leader, at=now - HOUR / 2)
    alignment.name(incident=fresh, department=others[0], by=leader, at=now - HOUR / 3)

    doubted = _reported(leader, at=at - 9 * DAY, in_doubt=True)
    at_once = (Step.DIRECTOR, Step.ALIGNMENT, Step.SUPPORT)
    _done(doubted, member, dict.fromkeys(at_once, 9 * DAY - HOUR), at=at)

    colleagues = User.objects.filter(department=leader.department, manager=leader)
    running = _reported(leader, at=at - 30 * DAY, involved=colleagues.order_by("-username")[:2])
    _decide(running, Verdict.CALAMITY, member, at=at - 29 * DAY, moment=at - 29 * DAY)
    for department in others[1:]:
        row = alignment.name(incident=running, department=department, by=member, at=at - 29 * DAY)
        alignment.confirm(alignment=row, by=member, at=at - 28 * DAY)
    times = {Step.DIRECTOR: 30 * DAY - HOUR, Step.IGJ: 28 * DAY}
    _done(running, member, {**times, Step.ANALYSIS: 3 * DAY}, at=at)
    report = Milestone.objects.select_related("incident").get(incident=running, step=Step.FINAL_REPORT)
    inspectorate.set_by_letter(
        milestone=report,
        dated=timezone.localdate(at - 24 * DAY),
        until=timezone.localdate(at + 28 * DAY),
        reference="2026-V1042",
        by=member,
        at=at - 23 * DAY,
    )
    inspectorate.ask(
        milestone=report, asked_at=at - 2 * DAY, reference="2026-V1042", by=member, at=at - 2 * DAY
    )

    _look_after(running, people, at=at)

    ended = _reported(leader, at=at - 16 * DAY, in_doubt=True)
    _decide(ended, Verdict.NONE, member, at=at - 12 * DAY, ground=Ground.EXPECTED)

    raised = _reported(leader, at=at - 6 * DAY, kind=IncidentKind.VIM)
    _decide(raised, Verdict.DOUBT, people["coordinator"], at=at - 5 * DAY, noticed_at=at - 6 * DAY)

    violence = _reported(leader, at=at - 2 * DAY, kind=IncidentKind.EVENT)
    _decide(violence, Verdict.VIOLENCE, people["coordinator"], at=at - DAY, moment=at - DAY)


def _look_after(calamity: Incident, people: Mapping[str, User], *, at: datetime) -> None:
    """Who was part of it wanted no support; the committee knows of some who is looked after by whom, and has
    set when the feedback is.
    """
    for offer in Offer.objects.filter(incident=calamity).order_by("pk"):
        decided = in_cover(at - 28 * DAY, WorkingHours.current().cover)
        close_offer(offer=offer, outcome=Outcome.DECLINED, by=people["coordinator"], at=decided)
    since = local_day(at - 29 * DAY)
    looked_after = {
        LookedAfter.FAMILY: people["ccp"],
        LookedAfter.DEPARTMENT: people["teamleader"],
        LookedAfter.STAFF: people["coordinator"],
        LookedAfter.PATIENT_SUPPORT: None,
    }
    for what, employee in looked_after.items():
        arrangements.arrange(
            incident=calamity, what=what, employee=employee, on=since, by=people["ccp"], at=at, seen=None
        )
    later_moments.set_moment(
        incident=calamity,
        kind=LaterMomentKind.FEEDBACK,
        planned_for=local_moment(datetime(*on(local_day(at), 1), 15)),  # noqa: DTZ001 — local
        way=LaterMomentWay.MEETING,
        place="Vergaderzaal 2, begane grond",
        by=people["ccp"],
        at=at,
    )


def _reported(
    leader: User,
    *,
    at: datetime,
    kind: IncidentKind = IncidentKind.CALAMITY,
    in_doubt: bool = False,
    involved: Iterable[User] = (),
) -> Incident:
    incident = report_writer.report_incident(
        reporter=leader,
        kind=kind,
        event_type=EventType.AGGRESSION if kind == IncidentKind.EVENT else EventType.SAFETY,
        involved=[report_writer.Involved(employee=person) for person in involved],
        submission_key=uuid.uuid4(),
        at=at,
        department=leader.department,
        occurred_at=at - 3 * HOUR,
        noticed_at=at - HOUR if kind == IncidentKind.CALAMITY else None,
        in_doubt=in_doubt,
    )
    for pk in incident.involvements.order_by("id").values_list("pk", flat=True):
        announcing.mark_told(pk, at + HOUR)
    return incident


def _decide(
    incident: Incident,
    verdict: Verdict,
    by: User,
    *,
    at: datetime,
    moment: datetime | None = None,
    noticed_at: datetime | None = None,
    ground: Ground | None = None,
) -> None:
    classify(
        incident=incident,
        verdict=verdict,
        by=by,
        at=at,
        seen=standing(incident),
        moment=moment,
        noticed_at=noticed_at,
        ground=ground,
    )


def _done(incident: Incident, by: User, steps: Mapping[Step, timedelta], *, at: datetime) -> None:
    """Mark steps done so long ago."""
    for step, ago in steps.items():
        row = Milestone.objects.select_related("incident").get(incident=incident, step=step)
        moment = max(row.incident.reported_at, by_day(at - ago))
        milestones.set_done(milestone=row, done_at=moment, by=by, at=moment, seen=None)
