"""Reading the access log: filtered and paged by key, newest first."""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import by_key
from accounts.models import AccessEvent, User
from accounts.people import directory
from hospital.form_fields import DayField

PAGE = 50
#: Of a line on the page.
SHOWN = (
    "at",
    "action",
    "responsible",
    "access_point",
    "object_kind",
    "object_ref",
    "basis",
    "user__name",
)

#: Each gives the references whose lines a reader is not shown: `incidents` adds itself when it starts, for
#: the events in which the reader is involved.
not_shown: list[Callable[[User], Collection[str]]] = []


class FilterForm(forms.Form):
    """What the privacy officer looks for; every field may stay empty."""

    reference = forms.CharField(label=_("Reference"), max_length=64, required=False)
    person = forms.CharField(
        label=_("By whom"), max_length=150, required=False, help_text=_("Name or employee number")
    )
    since = DayField(label=_("From"), required=False)
    until = DayField(label=_("Up to and including"), required=False)


def known_reference(typed: str) -> str:
    """What was looked for, as the log may say it: a reference or an id, nothing else, it may be a name."""
    return typed if re.fullmatch(r"\d{4}-\d{4,8}|[0-9a-f-]{36}", typed) else ""


@dataclass(frozen=True)
class LogPage:
    """At most `PAGE` lines, newest first, the names of the people that they are about, by id, and the keys
    of the neighbouring pages (None: there is none).
    """

    lines: list[AccessEvent] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    newer: int | None = None
    older: int | None = None


def matching(
    *, reader: User, reference: str, person: str, since: date | None, until: date | None
) -> QuerySet[AccessEvent]:
    """The lines about `reference` by `person`, on days (Europe/Amsterdam) from `since` up to and with
    `until`, as far as they are `reader`'s to see.
    """
    lines = AccessEvent.objects.all()
    if own := {each for gives in not_shown for each in gives(reader)}:
        lines = lines.exclude(object_ref__in=own)
    if reference:
        lines = lines.filter(object_ref=reference)
    if person:
        numbered = User.objects.filter(Q(employee_number__iexact=person) | Q(username=person.lower()))
        found = directory.named(User.objects.all(), person).order_by("sort_key", "id")
        ids = [*numbered.values_list("id", flat=True), *found.values_list("id", flat=True)[:100]]
        lines = lines.filter(user__in=ids)
    if since:
        lines = lines.filter(at__gte=_midnight(since))
    if until:
        lines = lines.filter(at__lt=_midnight(until + timedelta(days=1)))
    return lines


def page(lines: QuerySet[AccessEvent], *, before: int | None = None, after: int | None = None) -> LogPage:
    """The page of `lines` that is older than the line numbered `before`, or newer than `after`; else the
    newest.
    """
    anchor = AccessEvent.objects.filter(id=before or after or 0).first()
    lines = lines.select_related("user").only(*SHOWN)
    key = (anchor.at, anchor.id) if anchor else None
    found = by_key.cut(
        lines, ("-at", "-id"), size=PAGE, behind=None if after else key, before=key if after else None
    )
    return LogPage(
        found.rows,
        _names(found.rows),
        newer=found.rows[0].id if found.more_before else None,
        older=found.rows[-1].id if found.more_behind else None,
    )


def _names(lines: list[AccessEvent]) -> dict[str, str]:
    named = [
        line.object_ref
        for line in lines
        if line.object_kind in {"role", "role grant", "sign-in", "supporter"}
    ]
    ids = {pk for reference in named if (pk := reference.rpartition(" ")[2]) and "-" in pk}
    return (
        {str(pk): name for pk, name in User.objects.filter(pk__in=ids).values_list("pk", "name")}
        if ids
        else {}
    )


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))
