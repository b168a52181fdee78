"""The part of the home page that shows what one reported."""

from typing import Any

from django.utils import timezone

from accounts.models import User
from incidents.models import Incident

SHOWN = 5


def latest(user: User) -> dict[str, Any]:
    """The newest reports of `user`, at most `SHOWN`, and whether there are more."""
    own = Incident.objects.visible_to(user).filter(reporter=user).order_by("-reported_at", "-id")
    found = list(own[: SHOWN + 1])
    return {"reports": found[:SHOWN], "more": len(found) > SHOWN, "now": timezone.now()}
