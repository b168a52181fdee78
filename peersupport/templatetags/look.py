"""The small components, as tags because pages have them in long lists: `{% load look %}`. See docs/look.md.

Larger pieces are includes in templates/components/.
"""

import html
import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any, Literal

from django import template
from django.contrib.messages.storage.base import Message
from django.contrib.staticfiles.finders import find
from django.forms import BaseForm
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString

from accounts.people import telephones
from hospital import moment_words
from hospital.moment_words import exact, in_words, lateness
from peersupport import VERSION

register = template.Library()

Tone = Literal["neutral", "calm", "good", "attention", "late", "info"]
TONES = frozenset({"neutral", "calm", "good", "attention", "late", "info"})
#: Longer than a column of the track is wide.
COMPOUND = re.compile(r"(calamiteiten|analyse)(?=\w{4})", re.IGNORECASE)
BLOCKS = 6  # of the bar of `time_left`


@cache
def icon_names() -> frozenset[str]:
    """What static/icons.svg holds."""
    path = find("icons.svg")
    if not isinstance(path, str):
        raise FileNotFoundError("static/icons.svg")
    with open(path) as sprite:  # noqa: PTH123  # finders give a string
        return frozenset(re.findall(r'<symbol id="([\w-]+)"', sprite.read()))


@cache
def _icon(name: str) -> SafeString:
    if name not in icon_names():
        raise ValueError(f'No icon "{name}" in static/icons.svg: add it with tools/vendor.py.')
    return format_html(
        '<svg class="icon" aria-hidden="true"><use href="{}#{}"/></svg>', static("icons.svg"), name
    )


@register.simple_tag
def version() -> str:
    """Of Peersupport."""
    return VERSION


@register.simple_tag
def icon(name: str) -> SafeString:
    """The icon `name` (a Tabler name), hidden from screen readers: a word stands beside it."""
    return _icon(name)


@register.simple_tag
def chip(word: str, icon: str, tone: Tone = "neutral") -> SafeString:
    """A state: icon, word and tone, so that the colour is never alone. Unknown tone: ValueError."""
    if tone not in TONES:
        raise ValueError(f'No tone "{tone}": one of {", ".join(sorted(TONES))}.')
    return _marked(f'<span class="chip chip-{tone}">{_icon(icon)}{html.escape(str(word))}</span>')


@register.simple_tag
def moment(value: datetime | date | None, now: datetime | None = None) -> SafeString | str:
    """`value` as people say it, the exact moment on hover and in print. Empty for None.

    Give `now` (aware) in lists, so that every row is told at the same moment.
    """
    if value is None:
        return ""
    return _time(value, in_words(value, now=now or timezone.now()))


@register.simple_tag
def due(value: datetime, now: datetime | None = None) -> SafeString:
    """A term, or what stands after "by": the day and the time of day, past or to come."""
    return _time(value, moment_words.at_moment(value, now=now or timezone.now()))


@register.simple_tag
def since(value: datetime | date, now: datetime | None = None) -> SafeString:
    """From when on, with its preposition: "since 15:35"."""
    return _time(value, moment_words.since(value, now=now or timezone.now()))


@register.simple_tag
def day(value: datetime | date, now: datetime | None = None) -> SafeString:
    """The day alone."""
    return _time(value, moment_words.day_in_words(value, now=now or timezone.now()))


@register.simple_tag
def time_to_go(value: datetime, now: datetime) -> str:
    """How long there still is until `value`, from `now`, in words; nothing once it is past."""
    return moment_words.time_to_go(value - now) if value > now else ""


def _time(value: datetime | date, words: str) -> SafeString:
    return _marked(
        f'<time datetime="{value.isoformat()}" title="{html.escape(exact(value))}">'
        f"<span>{html.escape(words)}</span></time>"
    )


def _marked(markup: str) -> SafeString:
    """`markup`, whose every value is escaped. Not by `format_html`: that alone is half of what a row of a
    list costs.
    """
    return SafeString(markup)  # nosec B703  # see the docstring


@register.simple_tag
def time_left(
    due: datetime, start: datetime, now: datetime | None = None, *, countdown: bool = False, by: bool = False
) -> SafeString:
    """Time left from `start` to `due`: words, and six blocks that empty; once past due hatched and "late".

    The words are the moment, with `by` as a term where no heading says so; or with `countdown`, where the
    moment stands beside it, how long there still is.
    """
    now = now or timezone.now()
    late = now > due
    left = blocks_left(due=due, start=start, now=now)
    if late:
        words = lateness(now - due)
    elif countdown:
        words = moment_words.time_to_go(due - now)
    else:
        words = (moment_words.by if by else moment_words.at_moment)(due, now=now)
    return _marked(
        f'<span class="time-left{" is-late" if late else ""}" data-left="{left}">{_time(due, words)}'
        f'<span class="bar" aria-hidden="true">{"<i></i>" * BLOCKS}</span></span>'
    )


def blocks_left(*, due: datetime, start: datetime, now: datetime) -> int:
    """How many of the six blocks are still full: 6 at `start`, at least 1 before `due`, 0 from `due` on."""
    if now >= due:
        return 0
    if now <= start:
        return BLOCKS
    share: float = (due - now) / max(due - start, timedelta(seconds=1))
    return max(1, min(BLOCKS, round(share * BLOCKS)))


@register.simple_tag
def person(name: str, profession: object = "", department: object = "", apart: str = "") -> SafeString:
    """A name with profession and department under it, and what tells a namesake `apart`; what is empty or
    None is left out.
    """
    what = " · ".join(str(part) for part in (profession, department, apart) if part)
    return _marked(
        f'<span class="person"><span class="person-name">{html.escape(str(name))}</span>'
        f'<span class="person-what">{html.escape(what)}</span></span>'
    )


@register.simple_tag
def attributes(given: Mapping[str, Any]) -> SafeString:
    """The attributes of a widget, in the order given: True is a name alone, False is left out."""
    return _marked(
        "".join(
            f" {name}" if value is True else f' {name}="{conditional_escape(value)}"'
            for name, value in given.items()
            if value is not False
        )
    )


@register.simple_tag
def options(groups: Iterable[tuple[str | None, list[dict[str, Any]], int]]) -> SafeString:
    """The options of a `select`, in the groups of its widget."""
    marked = ""
    for name, choices, _index in groups:
        found = "".join(
            f'<option value="{conditional_escape(str(one["value"]))}"{attributes(one["attrs"])}>'
            f"{conditional_escape(one['label'])}</option>"
            for one in choices
        )
        marked += f'<optgroup label="{conditional_escape(name)}">{found}</optgroup>' if name else found
    return _marked(marked)


@register.filter
def initials(name: str) -> str:
    """First letters of the first and the last word: "Noor van den Berg" → "NB"."""
    words = str(name).split()
    return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper() if words else ""


@register.filter
def hyphenated(words: str) -> str:
    """`words` with a place to break in long Dutch compounds, for browsers without a Dutch dictionary."""
    return COMPOUND.sub("\\1\u00ad", str(words))


@register.filter
def tel(number: str) -> str:
    """What a `tel:` link dials for `number`: one valid number, or nothing, and then there is no link."""
    return telephones.dialled(number)


@register.filter
def telephone(number: str) -> str:
    """`number` as people read it: "06 12345678"."""
    return telephones.shown(number)


@register.filter
def undo_url(message: Message) -> str:
    """The address of the undo button that `accounts.pages.feedback.say` put on `message`, or nothing."""
    tag = next((tag for tag in (message.extra_tags or "").split() if tag.startswith("undo:")), "")
    return tag.removeprefix("undo:")


@register.filter
def problems(form: BaseForm) -> list[dict[str, str]]:
    """Every error of `form` as {text, label, href}, in the order of the fields, for the error summary."""
    found = [{"text": str(error), "label": "", "href": ""} for error in form.non_field_errors()]
    for field in form:
        href = f"#{field.id_for_label or field.auto_id}"
        found += [{"text": str(error), "label": str(field.label), "href": href} for error in field.errors]
    return found
