"""Seeing that answers can be taken in, and opened by us alone; else telling the administrators."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.enums import Role
from accounts.models import User
from accounts.settings.readiness import Lack, Weight
from evaluations import batches
from evaluations.answers import MOST_WAITING
from evaluations.models import Batch, Survey
from notifications.reminders import schedule
from notifications.reminders.kinds import Kind


def watch(*, at: datetime) -> bool:
    """Look whether there is room for what comes in, and whether it can be opened, and by nobody else; in the
    worker, which has the keys. Where not the administrators are told, once for each batch or survey.
    """
    found = [(KEY, one) for one in batches.unusable()]
    found += [(FULL, one) for one in batches.waiting() if one.envelopes.count() >= MOST_WAITING]
    schedule.remind(
        schedule.reminder(
            key=f"{kind.code}:{one.id}",
            kind=kind.code,
            due_at=at,
            subject_id=one.id,
            url=reverse("settings:home"),
            role=Role.ADMIN,
        )
        for kind, one in found
    )
    return not found


def lacks(_at: datetime) -> Iterator[Lack]:
    """In two statements: what the web sees by itself."""
    if not all(map(batches.is_genuine, batches.waiting())):
        yield Lack(
            Weight.SOMETHING_FAILS,
            "shield-x",
            _("Evaluations cannot be taken: their key is not ours"),
            _(
                "The database holds another public key than the one that was made here. Have IT find out who "
                "changed it, and then run: manage.py release_evaluations --discard."
            ),
        )


def _concerns(user: User, batch_id: UUID) -> bool:
    """While the batch takes envelopes, or the survey was not opened."""
    waits = Batch.objects.filter(pk=batch_id, released_at=None).exists()
    waits = waits or Survey.objects.filter(pk=batch_id, opening=None).exists()
    return user.has_role(Role.ADMIN) and waits


KEY = Kind(
    code="evaluation.key",
    line=gettext_lazy(
        "Evaluations cannot be opened: their key is gone, or is not ours. Have IT look at the key folder."
    ),
    concerns=_concerns,
)
FULL = Kind(
    code="evaluation.full",
    line=gettext_lazy(
        "Evaluations are not taken any more: somebody sends them in masses. Have IT find out from where."
    ),
    concerns=_concerns,
)
