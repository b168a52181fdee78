"""Moments as people type them in Europe/Amsterdam, also in the two nights in which the clock is changed.

The hour that March skips is refused, for nobody can have seen it on a clock. In October an hour comes twice:
whoever types it is asked which of the two it was, by a choice that only shows then. Of a moment
more than a year ago it is asked whether it is right: the year is what is typed wrong most.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.forms.renderers import BaseRenderer
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hospital.clock import SkippedHourError, comes_twice, local_moment, on_the_wall
from incidents.clocks.moment_checks import EARLIEST, WrongMoment, is_long_ago, said

FORMATS = ("%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%d-%m-%Y %H:%M", "%d-%m-%Y %H.%M")
FIRST, SECOND = "1", "2"
#: Between what was typed, which of two hours it was, and of which moment long ago it was said to be right.
MARK = "|"
#: The code of the question whether a moment long ago is right; its parameter "moment" is that moment.
LONG_AGO = "long_ago"


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


def _parts(value: object) -> tuple[str, str, str]:
    """What was typed, which of two hours it was, and which moment long ago was said to be right."""
    typed, hour, sure, *_rest = [*str(value or "").split(MARK), "", "", ""]
    return typed.strip(), hour, sure


class LocalMomentInput(forms.DateTimeInput):
    """A date and time; for the hour that comes twice a choice which of the two it was, and for a moment of
    more than a year before `at` (None: of none) the question whether that is right.
    """

    def __init__(self, *, at: datetime | None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.at = at

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> str | None:
        typed = data.get(name)
        if typed is None:
            return None
        return MARK.join((typed, data.get(f"{name}-hour", ""), data.get(f"{name}-sure", "")))

    def render(
        self,
        name: str,
        value: Any,
        attrs: dict[str, Any] | None = None,
        renderer: BaseRenderer | None = None,
    ) -> SafeString:
        typed, hour, sure = _parts(value)
        field = super().render(name, typed, attrs, renderer)
        moment = _parsed(typed)
        if moment is None:
            return field
        identity = (attrs or {}).get("id", name)
        if self.at is not None and is_long_ago(moment, self.at):
            field = format_html(
                '{}<label class="form-check moment-sure" for="{}-sure"><input type="checkbox" '
                'class="form-check-input" id="{}-sure" name="{}-sure" value="{}"{}> '
                '<span class="form-check-label">{}</span></label>',
                field,
                identity,
                identity,
                name,
                moment.isoformat(),
                " checked" if sure == moment.isoformat() else "",
                gettext("Yes, %(day)s is right") % {"day": date_format(moment, "j F Y")},
            )
        if not comes_twice(moment):
            return field
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
        "too_old": _("This lies before the year 2000. Is the year right?"),
        "long_ago": _("This is more than a year ago. Is it right? Then say so under it, else correct it."),
        "skipped": _("The clock went forward in that night: this hour did not exist."),
        "twice": _("The clock went back in that night: this hour came twice. Choose which one."),
    }

    def __init__(self, *, at: datetime, to_come: bool = False, **kwargs: object) -> None:
        attrs = {"type": "datetime-local", **({} if to_come else {"max": as_typed(at)})}
        widget = LocalMomentInput(at=None if to_come else at, attrs=attrs, format=FORMATS[0])
        super().__init__(widget=widget, **kwargs)  # type: ignore[arg-type]  # passed on as they came
        self.at = at
        self.to_come = to_come

    def to_python(self, value: object) -> datetime | None:
        typed, hour, sure = _parts(value)
        if not typed:
            return None
        local = _parsed(typed)
        if local is not None and local < EARLIEST.replace(tzinfo=None):
            raise forms.ValidationError(self.error_messages["too_old"], code="too_old")
        try:
            moment = None if local is None else local_moment(local, second=hour == SECOND)
        except SkippedHourError:
            raise forms.ValidationError(self.error_messages["skipped"], code="skipped") from None
        except OverflowError:
            moment = None
        if local is None or moment is None:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        if not self.to_come and is_long_ago(local, self.at) and sure != local.isoformat():
            raise forms.ValidationError(self.error_messages["long_ago"], LONG_AGO, {"moment": moment})
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
        local, typed = on_the_wall(value), as_typed(value)
        sure = datetime.fromisoformat(typed).isoformat()
        return MARK.join((typed, SECOND if local.fold else FIRST, sure))

    def has_changed(self, initial: object, data: object) -> bool:
        try:
            return initial != self.to_python(data)
        except forms.ValidationError:
            return True


def order_first(
    form: forms.Form, fields: Iterable[str], judge: Callable[[Mapping[str, datetime]], None]
) -> None:
    """Where it is asked whether a moment long ago is right: say before that what it cannot be.

    `judge` takes what was given for `fields`, and raises a WrongMoment of one of them.
    """
    given: dict[str, datetime] = {}
    asked = []
    for name in fields:
        errors = form.errors[name].as_data() if name in form.errors else []
        moment = next((one.params["moment"] for one in errors if one.params and one.code == LONG_AGO), None)
        if moment is not None:
            asked.append(name)
        moment = moment or form.cleaned_data.get(name)
        if moment is not None:
            given[name] = moment
    if not asked:
        return
    try:
        judge(given)
    except WrongMoment as wrong:
        for name in asked:
            del form.errors[name]
        form.add_error(wrong.moment, said(wrong))
