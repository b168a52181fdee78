"""What a calamity reminds people of; the kinds are registered when the app starts.

Which reminders there must be follows from the open steps and from `Milestone.reminded_at` alone, so that they
can be written a second time at night without doubling any (notifications.reminders.reconcile).
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.enums import Role
from accounts.models import User
from hospital import names
from incidents.calamities import who_is_told
from incidents.calamities.escalation import Call, duty_rungs, roles_on, rungs
from incidents.calamities.notice_words import reference_of
from incidents.clocks.deadlines import DeadlinePolicy
from incidents.enums import Clock, Rung, Step
from incidents.models import Alignment, Incident, Milestone
from notifications.enums import Group, HandedOn
from notifications.models import Reminder
from notifications.reminders import kinds, reconcile
from notifications.reminders.kinds import Kind
from notifications.reminders.schedule import remind, reminder, settle

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

CAME_IN = "incidents.calamity_in"
ALIGN = "incidents.align"
ALIGN_NOBODY = "incidents.align_nobody"
DUTY = {
    Rung.ON_DUTY: "incidents.duty_director",
    Rung.DEPUTY: "incidents.duty_deputy",
    Rung.EVERYBODY: "incidents.duty_all",
}
STEP = {
    (rung, clock): f"incidents.{prefix}_{suffix}"
    for clock, prefix in ((Clock.INTERNAL, "step"), (Clock.STATUTORY, "law"))
    for rung, suffix in (
        (Rung.SOON, "soon"),
        (Rung.DUE, "due"),
        (Rung.COMMITTEE, "late"),
        (Rung.DIRECTOR, "director"),
    )
}
#: A warning within a day of the end of a term set by law: in the morning it could be too late.
LAW_LAST = "incidents.law_last"
#: To the place on duty of who confirmed a calamity and was put aside for it since.
DUTY_AGAIN = "incidents.duty_again"
#: All that is about one milestone.
OF_MILESTONE = (*STEP.values(), LAW_LAST, *DUTY.values())

_LINES: "dict[Clock, dict[Rung, StrPromise]]" = {
    Clock.INTERNAL: {
        Rung.SOON: _("A step of a calamity is due soon."),
        Rung.DUE: _("A step of a calamity is due now."),
        Rung.COMMITTEE: _("A step of a calamity is late."),
        Rung.DIRECTOR: _("A step of a calamity is late, and you are on duty."),
    },
    Clock.STATUTORY: {
        Rung.SOON: _("A legal deadline is near."),
        Rung.DUE: _("A legal deadline is now."),
        Rung.COMMITTEE: _("A legal deadline has passed."),
        Rung.DIRECTOR: _("A legal deadline has passed, and you are on duty."),
    },
}


def register() -> None:
    """Make the kinds known to `notifications`, and what there must be to its nightly reconciliation."""
    duty = {
        Rung.ON_DUTY: _("A calamity was reported, and you are on duty."),
        Rung.DEPUTY: _("A calamity was reported. The director on duty has not confirmed it yet."),
        Rung.EVERYBODY: _("A calamity was reported. Nobody has confirmed it yet."),
    }
    for (rung, clock), code in STEP.items():
        kinds.register(
            _kind(
                code,
                _LINES[clock][rung],
                who_is_told.of_step(rung, clock),
                event=_event_of_milestone,
                group=Group.DEADLINES,
                legal=clock == Clock.STATUTORY,
                can_wait=rung == Rung.SOON,
                handed_on=HandedOn.IN_PLACE if rung == Rung.DIRECTOR else HandedOn.SHARED,
            )
        )
    soon, of_soon = _LINES[Clock.STATUTORY][Rung.SOON], who_is_told.of_step(Rung.SOON, Clock.STATUTORY)
    kinds.register(
        _kind(LAW_LAST, soon, of_soon, event=_event_of_milestone, group=Group.DEADLINES, legal=True)
    )
    for rung, code in DUTY.items():
        handed_on = HandedOn.SHARED if rung == Rung.EVERYBODY else HandedOn.IN_PLACE
        kinds.register(
            _kind(code, duty[rung], who_is_told.of_duty(rung), event=_event_of_milestone, handed_on=handed_on)
        )
    again, in_place = who_is_told.of_duty_again, HandedOn.IN_PLACE
    kinds.register(
        _kind(DUTY_AGAIN, duty[Rung.ON_DUTY], again, event=_event_of_milestone, handed_on=in_place)
    )
    came_in = format_lazy(_("There is a new report for {committee}."), committee=names.the_committee)
    align = _("Your department is asked to align.")
    kinds.register(_kind(CAME_IN, came_in, who_is_told.of_arrival, event=kinds.itself))
    kinds.register(_kind(ALIGN, align, who_is_told.of_alignment, event=_event_of_alignment))
    nobody = _("A department that is asked to align has nobody who can answer.")
    kinds.register(
        _kind(ALIGN_NOBODY, nobody, who_is_told.of_alignment_without_head, event=_event_of_alignment)
    )
    reconcile.expectations.append(expected)


def renew(milestones: Sequence[Milestone], *, incident: Incident, at: datetime) -> None:
    """Bring the reminders of `milestones`, all of one report, in line with what they are at `at`.

    Their ladder begins now. Of what is done, or runs no longer, nothing is left.
    """
    for milestone in milestones:
        milestone.reminded_at = at
    Milestone.objects.bulk_update(milestones, ["reminded_at"])
    for milestone in milestones:
        settle(subject_id=milestone.pk, kinds=OF_MILESTONE, wanted=_of_milestone(milestone, incident), at=at)


def open_ladder(milestones: Iterable[Milestone], *, incident: Incident) -> None:
    """Tell the committee what came in, and write the reminders of its milestones, in one statement."""
    each = (one for milestone in milestones for one in _of_milestone(milestone, incident))
    remind([*each, *_of_arrival(incident)])


def ask_to_align(alignment: Alignment) -> None:
    """Ask the heads of another department to confirm; where there is none, the committee hears that."""
    remind(_of_alignment(alignment))


def heads_left(left: Collection[UUID], at: datetime) -> None:
    """In the transaction in which these users left: what only they were asked comes to the committee."""
    departments = User.objects.filter(pk__in=left, groups__name=Role.TEAM_LEADER).values("department")
    for alignment in _asked(Alignment.objects.filter(department__in=departments)):
        ask_to_align(alignment)


def readdress(incident: Incident, people: Iterable[User], *, at: datetime) -> None:
    """`people` were put aside for `incident`: what only they were told comes to who is left, now."""
    for alignment in _asked(Alignment.objects.filter(incident=incident)):
        ask_to_align(alignment)
    told = incident.milestones.filter(step=Step.DIRECTOR).select_related("done_by").first()
    if (
        told is None
        or Step.DIRECTOR not in incident.running_steps
        or not any(person.has_role(Role.DIRECTOR) for person in people)
        or _is_known_to_who_is_left(told)
    ):
        return
    # Again to the place of who is on duty: it is another's by now. What was done stays done.
    again = reminder(
        key=f"milestone:{told.pk}:{Rung.ON_DUTY}:{_stamp(at)}:again",
        kind=DUTY[Rung.ON_DUTY] if told.done_at is None else DUTY_AGAIN,
        due_at=at,
        subject_id=told.pk,
        url=_url(incident),
        role=Role.DIRECTOR,
    )
    remind([again])


def _is_known_to_who_is_left(told: Milestone) -> bool:
    """Whether a director who is not put aside confirmed that they were told."""
    by = told.done_by
    return by is not None and by.has_role(Role.DIRECTOR) and not who_is_told.is_aside(by, told.incident_id)


def expected(at: datetime) -> Iterator[Reminder]:
    """Every reminder that what is open has to have; of those sent already too."""
    running = Incident.objects.filter(tracked_since__isnull=False, milestones__done_at__isnull=True)
    for incident in running.distinct().prefetch_related("milestones").iterator(chunk_size=200):
        steps = {Step(row.step): row for row in incident.milestones.all()}
        for milestone in steps.values():
            yield from _of_milestone(milestone, incident)
        first = steps.get(incident.running_steps[0]) if incident.running_steps else None
        if first is not None and first.done_at is None:
            yield from _of_arrival(incident)
    for alignment in _asked(Alignment.objects.all()):
        yield from _of_alignment(alignment)


def _of_milestone(milestone: Milestone, incident: Incident) -> Iterator[Reminder]:
    step, since = Step(milestone.step), milestone.reminded_at
    if milestone.done_at is not None or since is None or step not in incident.running_steps:
        return
    policy, url = DeadlinePolicy.from_data(milestone.policy), _url(incident)
    if step == Step.DIRECTOR:
        for rung, moment in duty_rungs(since=since, policy=policy).items():
            yield reminder(
                key=f"milestone:{milestone.pk}:{rung}:{_stamp(since)}",
                kind=DUTY[rung],
                due_at=moment,
                subject_id=milestone.pk,
                url=url,
                role=Role.DIRECTOR,
            )
        return
    calls = rungs(
        internal=milestone.internal_due_at, statutory=milestone.legal_due_at, since=since, policy=policy
    )
    for call in calls:
        for role in roles_on(call.rung, step):
            yield reminder(
                key=f"milestone:{milestone.pk}:{role}:{call.clock}:{call.rung}:{_stamp(call.at)}",
                kind=_kind_of(call),
                due_at=call.at,
                subject_id=milestone.pk,
                url=url,
                role=role,
            )


def _kind_of(call: Call) -> str:
    is_last = call.clock == Clock.STATUTORY and call.due - call.at < timedelta(days=1)
    return LAW_LAST if is_last and call.rung == Rung.SOON else STEP[call.rung, call.clock]


def _of_arrival(incident: Incident) -> Iterator[Reminder]:
    if incident.tracked_since is not None and incident.running_steps:
        yield reminder(
            key=f"incident:{incident.pk}:in:{_stamp(incident.tracked_since)}",
            kind=CAME_IN,
            due_at=incident.tracked_since,
            subject_id=incident.pk,
            url=_url(incident),
            role=Role.CCP,
        )


def _asked(alignments: QuerySet[Alignment]) -> Iterator[Alignment]:
    """Those of `alignments` that are still waited for."""
    waiting = alignments.filter(confirmed_at__isnull=True, dropped_at__isnull=True)
    for alignment in waiting.select_related("incident").iterator(chunk_size=200):
        if Step.ALIGNMENT in alignment.incident.running_steps:
            yield alignment


def _of_alignment(alignment: Alignment) -> Iterator[Reminder]:
    heads = who_is_told.heads_of(alignment)
    if not heads:
        yield reminder(
            key=f"alignment:{alignment.pk}:nobody",
            kind=ALIGN_NOBODY,
            due_at=alignment.named_at,
            subject_id=alignment.pk,
            url=_url(alignment.incident),
            role=Role.CCP,
        )
    for head in heads:
        yield reminder(
            key=f"alignment:{alignment.pk}:{head.pk}",
            kind=ALIGN,
            due_at=alignment.named_at,
            subject_id=alignment.pk,
            url=_url(alignment.incident),
            recipient=head,
        )


def _kind(
    code: str,
    line: "StrPromise",
    concern: who_is_told.Concern,
    *,
    event: Callable[[Collection[UUID]], Mapping[UUID, UUID]],
    group: Group = Group.WORK,
    legal: bool = False,
    can_wait: bool = False,
    handed_on: HandedOn = HandedOn.SHARED,
) -> Kind:
    """A kind that is judged in batches. What the law sets, and what is to be done at once, is urgent,
    unless it `can_wait` until the morning.
    """

    def concerns_one(user: User, subject: UUID) -> bool:
        return concern([(user, subject)])[0]

    return Kind(
        code=code,
        line=line,
        concerns=concerns_one,
        concern=concern,
        group=group,
        legal=legal,
        urgent=not can_wait and (legal or group == Group.WORK),
        handed_on=handed_on,
        event=event,
        about=reference_of,
    )


def _event_of_milestone(ids: Collection[UUID]) -> Mapping[UUID, UUID]:
    return dict(Milestone.objects.filter(pk__in=ids).values_list("pk", "incident_id"))


def _event_of_alignment(ids: Collection[UUID]) -> Mapping[UUID, UUID]:
    return dict(Alignment.objects.filter(pk__in=ids).values_list("pk", "incident_id"))


def _url(incident: Incident) -> str:
    return reverse("calamities:detail", args=[incident.reference])


def _stamp(moment: datetime) -> str:
    return f"{moment:%Y%m%dT%H%M%S}"
