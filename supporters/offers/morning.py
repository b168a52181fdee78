"""What the coordinator's mail of the day says: how much waits for them, and how much is late elsewhere.

Counts and steps alone, in words that tell a reader over the shoulder nothing.
"""

from datetime import datetime

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from accounts.enums import Role
from accounts.models import User
from incidents.models import events_of
from notifications.delivery import digest
from notifications.delivery.digest import Morning
from supporters.enums import Waiting
from supporters.models import HeadQuestion, Offer, UnnamedReport
from supporters.offers.worklist import FILTER_LABELS, HERS, SUPPORTERS_STEP


def waits(user: User, at: datetime) -> list[str]:
    """A line for each step of the coordinator `user` that something waits for at `at` (aware), and one for
    what is late with supporters; in three statements, besides events that the user is part of.

    A head who has not answered is said once, by a notice of its own (`supporters.intake.reminders`), and only
    counted here beside what waits for her: alone it is no reason for a mail, or a head who never answers
    would be one every day.
    """
    own = events_of(user)
    is_late = Q(due_at__lt=at)
    offers = Offer.objects.besides(own).open().leading().values("waiting_for")
    found = {
        Waiting(step): (count, late)
        for step, count, late in offers.annotate(
            count=Count("pk"), late=Count("pk", filter=is_late)
        ).values_list("waiting_for", "count", "late")
    }
    unnamed = (
        UnnamedReport.objects.besides(own)
        .waiting()
        .aggregate(count=Count("pk"), late=Count("pk", filter=is_late))
    )
    numbers = [
        (str(FILTER_LABELS[step]), *found[step]) for step in FILTER_LABELS if step in HERS & found.keys()
    ]
    numbers.append((_("Nobody named"), unnamed["count"], unnamed["late"]))
    elsewhere = sum(late for step, (_count, late) in found.items() if step in SUPPORTERS_STEP)
    if elsewhere or any(count for _label, count, _late in numbers):
        silent = HeadQuestion.objects.exclude(incident__in=own).waiting().filter(due_at__lte=at).count()
        numbers.append((_("Head not heard"), silent, 0))
    lines = [_line(label, count, late) for label, count, late in numbers if count]
    if elsewhere:
        lines.append(_("Late with a colleague: %(count)d") % {"count": elsewhere})
    return lines


def _line(label: str, count: int, late: int) -> str:
    if late:
        return _("%(step)s: %(count)d, of which %(late)d late") % {
            "step": label,
            "count": count,
            "late": late,
        }
    return _("%(step)s: %(count)d") % {"step": label, "count": count}


def register() -> None:
    digest.mornings[Role.COORDINATOR] = Morning("support:worklist", waits)
