"""What a calamity's milestones remind the committee (CCP) of; registered when the app starts."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.enums import Role
from accounts.models import User
from incidents.models import Incident, Milestone
from notifications import kinds
from notifications.enums import Group
from notifications.kinds import Kind
from notifications.models import Reminder
from notifications.schedule import cancel, remind, reminder

STEP_SOON = "incidents.step_soon"
STEP_DUE = "incidents.step_due"

#: A reminder comes this part of the term before its end, but not closer to it or farther from it than these.
SHARE, CLOSEST, FARTHEST = 5, timedelta(hours=4), timedelta(days=3)


def register() -> None:
    """Make the kinds known to `notifications`."""
    for kind in (
        Kind(
            code=STEP_SOON,
            line=_("A step of a calamity is due soon."),
            concerns=_step_is_open,
            group=Group.DEADLINES,
            legal=True,
        ),
        Kind(
            code=STEP_DUE,
            line=_("A step of a calamity is due now."),
            concerns=_step_is_open,
            urgent=True,
            group=Group.DEADLINES,
            legal=True,
        ),
    ):
        kinds.register(kind)


def remind_of(
    milestones: Iterable[Milestone], *, incident: Incident, at: datetime, again: bool = False
) -> None:
    """Write the reminders of `milestones`, all of one calamity, in one statement.

    With `again` also those that were written and cancelled before.
    """
    url = reverse("calamities:detail", args=[incident.reference])
    suffix = f":{at:%Y%m%dT%H%M%S}" if again else ""
    remind([each for milestone in milestones for each in _reminders(milestone, url, at, suffix)])


def renew(milestones: Sequence[Milestone], *, incident: Incident, at: datetime) -> None:
    """Cancel what `milestones` still had to remind of, and write what they have to now."""
    for milestone in milestones:
        cancel(subject_id=milestone.id, at=at)
    still_open = [milestone for milestone in milestones if milestone.done_at is None]
    remind_of(still_open, incident=incident, at=at, again=True)


def _reminders(milestone: Milestone, url: str, at: datetime, suffix: str) -> Iterator[Reminder]:
    past = False
    for clock, due in (("internal", milestone.internal_due_at), ("statutory", milestone.statutory_due_at)):
        if due is None or (due <= at and past):
            continue
        past = due <= at
        lead = min(max((due - at) / SHARE, CLOSEST), FARTHEST)
        for kind, moment in ((STEP_SOON, due - lead), (STEP_DUE, max(due, at))):
            if kind == STEP_DUE or moment > at:
                yield reminder(
                    key=f"milestone:{milestone.id}:{clock}:{kind}{suffix}",
                    kind=kind,
                    due_at=moment,
                    subject_id=milestone.id,
                    url=url,
                    role=Role.CCP,
                )


def _step_is_open(user: User, milestone_id: UUID) -> bool:
    return (
        user.has_role(Role.CCP) and Milestone.objects.filter(id=milestone_id, done_at__isnull=True).exists()
    )
