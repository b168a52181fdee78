"""A supporter's own calls, in the own calendar (notifications.calendar.entries): no name, and not of whom."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from accounts.enums import Role
from accounts.models import User
from notifications.calendar.entries import Entry, Source
from supporters.enums import NextStep
from supporters.models import Contact

WORDS = {
    NextStep.CALL: _("call"),
    NextStep.CALL_AGAIN: _("call"),
    NextStep.CALL_LATER: _("call"),
    NextStep.FOLLOW_UP: _("follow-up"),
}


def of(user: User) -> Iterator[Entry]:
    """First contacts with their norm, and the calls that were agreed; in one statement."""
    planned = Contact.objects.open().filter(supporter__user=user, next_step__in=WORDS)
    for pk, next_step, due_at in planned.values_list("pk", "next_step", "due_at"):
        word = WORDS[NextStep(next_step)]
        yield Entry(key=f"contact:{pk}:{next_step}", due_at=due_at, word=word)


SOURCE = Source(frozenset({Role.SUPPORTER}), of)
