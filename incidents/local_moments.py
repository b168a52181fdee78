"""Moments as people type them in Europe/Amsterdam, also in the two nights in which the clock is changed.

The hour that March skips is refused, for nobody can have seen it on a clock. In October an hour comes twice:
whoever types it is asked which of the two it was, by a choice that only shows then.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.forms.renderers import BaseRenderer
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hospital.clock import SkippedHourError, comes_twice, local_moment, on_the_wall

FORMATS = ("%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%d-%m-%Y %H:%M", "%d-%m-%Y %H.%M")
FIRST, SECOND = "1", "2"
#: Between what was typed and which of two hours it was.
MARK = "|"


def as_typed(moment: datetime) -> str:
    """`moment` as an input of type datetime-local holds it."""
    return on_the_wall(moment).strftime(FORMATS[0])


def _parsed(typed: str) -> datetime | None:
    for pattern in FORMATS:
        try:
            return datetime.strptime(typed, pattern)  # noqa: DTZ007 — local by definition
        except ValueError:
            continue
    return None


class LocalMomentInput(forms.DateTimeInput):
    """A date and time, and for the hour that comes twice a choice which of the two it was."""

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> str | None:
        typed = data.get(name)
        return None if typed is None else f"{typed}{MARK}{data.get(f'{name}-hour', '')}"

    def render(
        self,
        name: str,
        value: Any,
        attrs: dict[str, Any] | None = None,
        renderer: BaseRenderer | None = None,
    ) -> SafeString:
        typed, _mark, hour = str(value or "").partition(MARK)
        field = super().render(name, typed, attrs, renderer)
        moment = _parsed(typed.strip())
        if moment is None or not comes_twice(moment):
            return field
        identity = (attrs or {}).get("id", name)
        return format_html(
            '{}<label class="form-label moment-hour" for="{}-hour">{}</label>'
            '<select class="form-select" id="{}-hour" name="{}-hour"><option value=""></option>'
            '<option value="1"{}>{}</option><option value="2"{}>{}</option></select>',
            field,
            identity,
            gettext("Which of the two hours?"),
            identity,
            name,
            " selected" if hour == FIRST else "",
            gettext("The first, in summer time"),
            " selected" if hour == SECOND else "",
            gettext("The second, in winter time"),
        )


class LocalMomentField(forms.Field):
    """A local date and time, as an aware moment in UTC or None. With `to_come` it may lie after `at`."""

    default_error_messages = {
        "invalid": _("Give a date and a time, like 31-01-2026 14:30."),
        "future": _("This moment is still to come."),
        "order": _("This cannot be earlier than the moment before it."),
        "skipped": _("The clock went forward in that night: this hour did not exist."),
        "twice": _("The clock went back in that night: this hour came twice. Choose which one."),
    }

    def __init__(self, *, at: datetime, to_come: bool = False, **kwargs: object) -> None:
        attrs = {"type": "datetime-local", **({} if to_come else {"max": as_typed(at)})}
        widget = LocalMomentInput(attrs=attrs, format=FORMATS[0])
        super().__init__(widget=widget, **kwargs)  # type: ignore[arg-type]  # passed on as they came
        self.at = at
        self.to_come = to_come

    def to_python(self, value: object) -> datetime | None:
        typed, _mark, hour = str(value or "").partition(MARK)
        if not typed.strip():
            return None
        local = _parsed(typed.strip())
        try:
            moment = None if local is None else local_moment(local, second=hour == SECOND)
        except SkippedHourError:
            raise forms.ValidationError(self.error_messages["skipped"], code="skipped") from None
        except OverflowError:
            moment = None
        if local is None or moment is None:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        if comes_twice(local) and hour not in {FIRST, SECOND} and self._both_can_be(local):
            raise forms.ValidationError(self.error_messages["twice"], code="twice")
        return moment

    def _both_can_be(self, local: datetime) -> bool:
        return self.to_come or local_moment(local, second=True) <= self.at

    def validate(self, value: datetime | None) -> None:
        super().validate(value)
        if value is not None and value > self.at and not self.to_come:
            raise forms.ValidationError(self.error_messages["future"], code="future")

    def prepare_value(self, value: object) -> object:
        if not isinstance(value, datetime):
            return value
        local = on_the_wall(value)
        return f"{as_typed(value)}{MARK}{SECOND if local.fold else FIRST}"

    def has_changed(self, initial: object, data: object) -> bool:
        try:
            return initial != self.to_python(data)
        except forms.ValidationError:
            return True
