"""The rows of the list of calamities, as a tag because it is long: `{% load calamities %}`."""

import html
from datetime import datetime

from django import template
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext

from accounts.policy_log import NO_VALUE
from incidents.calamities.steps_on_page import TrackStep
from incidents.calamities.views.calamities import CalamityRow
from incidents.enums import Verdict
from peersupport.templatetags.look import hyphenated, moment, time_left

register = template.Library()


@register.simple_tag
def calamity_row(row: CalamityRow, now: datetime) -> SafeString:
    """A calamity with the step that is due next, or late: who acts, and until when."""
    calamity, step = row.calamity, row.step
    url = reverse("calamities:detail", args=[calamity.reference])
    none = calamity.verdict == Verdict.NONE
    ended = gettext("No calamity after all") if none else gettext("All steps are done")
    cells = (
        (gettext("Department"), html.escape(str(calamity.department or NO_VALUE))),
        (gettext("Reported"), moment(calamity.reported_at, now)),
        (gettext("Step"), _step(step, row.also_late) if step else html.escape(ended)),
        (gettext("Due"), _due(row, now)),
    )
    return SafeString(  # nosec B703  # every value in it is escaped
        '<tr><th scope="row" class="calamity-reference">'
        f'<a href="{url}">{html.escape(calamity.reference)}</a></th>'
        + "".join(f'<td data-label="{html.escape(label)}">{markup}</td>' for label, markup in cells)
        + "</tr>"
    )


def _step(step: TrackStep, also_late: int) -> str:
    notes = [hyphenated(str(step.acts))]
    if step.names_nobody:
        notes.append(gettext("Nobody is named"))
    if also_late:
        more = ngettext("and %(number)s more late step", "and %(number)s more late steps", also_late)
        notes.append(more % {"number": also_late})
    quiet = " ".join(f'<small class="quiet">{html.escape(note)}</small>' for note in notes)
    return f'<span class="step-of-row">{html.escape(step.label)} {quiet}</span>'


def _due(row: CalamityRow, now: datetime) -> str:
    due = row.step.first_due if row.step else None
    if due is None:
        return NO_VALUE
    if row.is_late or due > now:
        return time_left(due, row.calamity.reported_at, now)
    return html.escape(gettext("at once"))
