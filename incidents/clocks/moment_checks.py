"""The moments of an event, and what can be wrong with them: said as what it is, the other moment by name.

They are written by incidents.calamities.moment_writer only.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, pgettext_lazy

from hospital.clock import on_the_wall
from incidents.enums import Step

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

#: No moment lies before this: an earlier one is a slip of the pen.
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)

#: Of what lies further back it is asked, on every way in, whether it is right.
LONG_AGO = timedelta(days=365)

#: In the order in which they must lie; a report is made after it was noticed.
_ORDER = (
    ("occurred_at", "noticed_at"),
    ("occurred_at", "established_at"),
    ("occurred_at", "reported_at"),
    ("noticed_at", "established_at"),
    ("noticed_at", "reported_at"),
)

_WHEN: "dict[str, StrPromise]" = {
    "occurred_at": pgettext_lazy("a moment", "when it happened"),
    "noticed_at": pgettext_lazy("a moment", "when it was noticed"),
    "established_at": pgettext_lazy("a moment", "when it was established"),
    "reported_at": pgettext_lazy("a moment", "when it was reported"),
    "analysis": pgettext_lazy("a moment", "when the analysis was done"),
    "before": pgettext_lazy("a moment", "what came before it"),
    "after": pgettext_lazy("a moment", "what came after it"),
}


class WrongMoment(Exception):
    """`moment` names the field that cannot be right."""

    def __init__(self, moment: str) -> None:
        super().__init__(moment)
        self.moment = moment


class InTheFuture(WrongMoment):
    """It lies after the moment at which it is told."""


class TooLongAgo(WrongMoment):
    """It lies before `EARLIEST`."""


class OutOfOrder(WrongMoment):
    """It lies before (or, with `is_later`, after) another moment, `other`, which was at `limit`."""

    def __init__(self, moment: str, *, other: str, limit: datetime, is_later: bool = False) -> None:
        super().__init__(moment)
        self.other = other
        self.limit = limit
        self.is_later = is_later


class AfterStep(WrongMoment):
    """It lies after `step` was done, at `done_at`."""

    def __init__(self, moment: str, *, step: Step, done_at: datetime) -> None:
        super().__init__(moment)
        self.step = step
        self.done_at = done_at


def said(wrong: WrongMoment) -> str:
    """What is wrong, in the reader's language, to stand beside the field of `wrong.moment`."""
    if isinstance(wrong, InTheFuture):
        return gettext("This moment is still to come.")
    if isinstance(wrong, AfterStep):
        text = gettext(
            "This is later than when this step was done: %(step)s, %(done)s. If that is wrong, correct the "
            "step first."
        )
        return text % {"step": wrong.step.label, "done": _exact(wrong.done_at)}
    if not isinstance(wrong, OutOfOrder):
        return gettext("This lies before the year 2000. Is the year right?")
    words = {
        "other": _WHEN[wrong.other],
        "limit": _exact(wrong.limit),
    }
    if wrong.is_later:
        return gettext("This is later than %(other)s: %(limit)s.") % words
    return gettext("This is earlier than %(other)s: %(limit)s.") % words


def _exact(moment: datetime) -> str:
    return date_format(timezone.localtime(moment), "j F Y H:i")


def is_long_ago(moment: datetime, at: datetime) -> bool:
    """Whether `moment`, told at `at`, may be meant, and lies more than a year back by the clock on the wall
    (a naive `moment` is local).
    """
    if moment.tzinfo is None:
        return EARLIEST.replace(tzinfo=None) <= moment < on_the_wall(at).replace(tzinfo=None) - LONG_AGO
    return is_long_ago(on_the_wall(moment).replace(tzinfo=None), at)


def judge(moments: Mapping[str, datetime | None], *, changed: Mapping[str, datetime], at: datetime) -> None:
    """Judge `changed`, fields with their new moments, among `moments`: all else that is known of the event.

    Raises InTheFuture, TooLongAgo, and OutOfOrder unless it occurred, was noticed and then established and
    reported, as far as each is known.
    """
    known = {**moments, **changed}
    for name, moment in changed.items():
        if moment > at:
            raise InTheFuture(name)
        if moment < EARLIEST:
            raise TooLongAgo(name)
    for earlier, later in _ORDER:
        first, second = known.get(earlier), known.get(later)
        if first is None or second is None or first <= second:
            continue
        if later in changed:
            raise OutOfOrder(later, other=earlier, limit=first)
        if earlier in changed:
            raise OutOfOrder(earlier, other=later, limit=second, is_later=True)
