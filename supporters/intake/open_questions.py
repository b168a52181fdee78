"""What somebody was asked about a report and did not answer yet, for their home page: a head of department
who was there, a reporter who was involved.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.enums import Role
from accounts.models import User
from supporters.models import HeadQuestion, UnnamedReport

#: So many of either are shown, the first to answer first.
SHOWN = 5


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """One question, in words that say what it is about by its reference alone; `by` when it is wanted."""

    text: str
    reference: str
    url: str
    by: datetime | None


def of(user: User) -> dict[str, Any]:
    """One statement, and one more for who heads a department."""
    now = timezone.now()
    questions = HeadQuestion.objects.none()
    if user.has_role(Role.TEAM_LEADER):
        mine = HeadQuestion.objects.waiting().filter(department=user.department_id, due_at__gt=now)
        questions = mine.filter(pk__in=HeadQuestion.objects.visible_to(user)).select_related("incident")
    asked = UnnamedReport.objects.open().filter(
        incident__reporter=user, asked_at__isnull=False, said_nobody_at=None
    )
    return {
        "questions": [
            *(
                OpenQuestion(
                    _("Something happened on your department. Who was there?"),
                    each.incident.reference,
                    reverse("support:who-was-there", args=[each.incident.reference]),
                    each.due_at,
                )
                for each in questions.order_by("due_at", "id")[:SHOWN]
            ),
            *(
                OpenQuestion(
                    _("The coordinator asks who was involved in what you reported."),
                    each.incident.reference,
                    reverse("support:name-people", args=[each.incident.reference]),
                    each.due_at if each.due_at and each.due_at > now else None,
                )
                for each in asked.select_related("incident").order_by("due_at", "id")[:SHOWN]
            ),
        ],
        "now": now,
    }
