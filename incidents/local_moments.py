"""Moments as people type them in Europe/Amsterdam, also in the two nights in which the clock is changed.

In March an hour is skipped: who types 2:30 looks at a clock that was not put forward yet, and means 3:30. In
October an hour comes twice: the first is meant, unless only the second fits between the other moments.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
FORMATS = ("%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%d-%m-%Y %H:%M", "%d-%m-%Y %H.%M")


def from_local(typed: datetime) -> datetime:
    """The moment in UTC that somebody means by a naive local date and time."""
    return typed.replace(tzinfo=AMSTERDAM, fold=0).astimezone(UTC)


def second_reading(moment: datetime) -> datetime | None:
    """The same wall-clock time an hour later in the October night, if `moment` is the first of the two."""
    second = moment.astimezone(AMSTERDAM).replace(fold=1).astimezone(UTC)
    return second if second > moment else None


def in_order(moments: Sequence[datetime | None], *, at: datetime) -> list[datetime | None]:
    """`moments`, with the second reading of a doubled hour where only that follows the one before it."""
    settled: list[datetime | None] = []
    before: datetime | None = None
    for moment in moments:
        chosen = moment
        if moment is not None:
            second = second_reading(moment)
            if before is not None and moment < before and second is not None and before <= second <= at:
                chosen = second
            before = chosen
        settled.append(chosen)
    return settled


def as_typed(moment: datetime) -> str:
    """`moment` as an input of type datetime-local holds it."""
    return moment.astimezone(AMSTERDAM).strftime(FORMATS[0])


class LocalMomentField(forms.Field):
    """A local date and time, as an aware moment in UTC or None."""

    default_error_messages = {
        "invalid": _("Give a date and a time, like 31-01-2026 14:30."),
        "future": _("This moment is still to come."),
        "order": _("This cannot be earlier than the moment before it."),
    }

    def __init__(self, *, at: datetime, **kwargs: object) -> None:
        widget = forms.DateTimeInput(attrs={"type": "datetime-local", "max": as_typed(at)}, format=FORMATS[0])
        super().__init__(widget=widget, **kwargs)  # type: ignore[arg-type]  # passed on as they came
        self.at = at

    def to_python(self, value: object) -> datetime | None:
        typed = str(value or "").strip()
        if not typed:
            return None
        for pattern in FORMATS:
            try:
                return from_local(datetime.strptime(typed, pattern))  # noqa: DTZ007 — local by definition
            except (ValueError, OverflowError):
                continue
        raise forms.ValidationError(self.error_messages["invalid"], code="invalid")

    def validate(self, value: datetime | None) -> None:
        super().validate(value)
        if value is not None and value > self.at:
            raise forms.ValidationError(self.error_messages["future"], code="future")

    def prepare_value(self, value: object) -> object:
        return as_typed(value) if isinstance(value, datetime) else value
