"""What surveys say that the board reads: the staff of the programme, participants of a training day and of
intervision.
"""

from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from dashboards import sharpened
from dashboards.blocks import Block
from dashboards.said import share_of
from dashboards.sharpened import LEAST
from dashboards.tables import MeasuredFigures, Tables
from evaluations.enums import Measure, SurveyKind
from evaluations.questionnaires import OPEN


def share(now: Tables, kind: SurveyKind, measure: Measure) -> str:
    """The share above the middle of the scale, as firmly as its band allows; empty where it was not measured,
    or is not worth saying.
    """
    newest = now.newest(kind, measure)
    return share_of(_share(newest)) if newest else ""


def said(now: Tables, kind: SurveyKind, measure: Measure) -> str:
    """The same with the last day of the survey."""
    words = share(now, kind, measure)
    return (
        _("%(share)s, by the survey up to %(day)s")
        % {
            "share": words,
            "day": _last_day(now, kind, measure),
        }
        if words
        else ""
    )


def why_not(now: Tables, kind: SurveyKind, measure: Measure) -> str:
    """In the place of `said`, where it is empty."""
    if now.newest(kind, measure):
        return _("Too few answered the survey to say so for certain.")
    if kind in now.asking:
        return _("A questionnaire is in use; no answers to it were opened yet that say so.")
    if kind == SurveyKind.STAFF:
        return _("Not measured yet: it takes a survey of all staff.")
    return _("No questionnaire about it is in use yet.")


def awareness(now: Tables) -> Block:
    """Whether staff know that support is there; said where it is not known too."""
    staff = SurveyKind.STAFF
    knows, supported = (share(now, staff, each) for each in (Measure.KNOWS, Measure.SUPPORTED))
    headline = _("How many of the staff know that there is support is not measured yet.")
    if now.newest(staff, Measure.KNOWS):
        headline = _("How many of the staff know that there is support is not sure enough to say.")
    if knows:
        headline = capfirst(_("%(share)s of the staff know that there is support.") % {"share": knows})
    more = [_("It takes a survey of everybody, before a department starts and a year after.")]
    if day := _last_day(now, staff, Measure.KNOWS):
        more = [_("By the survey of the staff up to %(day)s.") % {"day": day}]
    if supported:
        feel = _("%(share)s feel supported by the hospital after an event.") % {"share": supported}
        more.append(capfirst(feel))
    return Block(
        "awareness",
        _("How well it is known"),
        headline,
        [],
        more=" ".join(more),
        elsewhere=_(
            "Published: of 3,100 physicians 1 out of 10 felt supported by their organisation after an error "
            "(Waterman 2007)."
        ),
    )


def _last_day(now: Tables, kind: SurveyKind, measure: Measure) -> str:
    newest = now.newest(kind, measure)
    return date_format(newest.ends_on, "j F Y") if newest else ""


def _share(newest: MeasuredFigures) -> sharpened.Estimate | None:
    """Of those who answered the question; None for too few."""
    table = newest.table
    everybody = sharpened.whole([table])
    answered = [cell for cell in table.cells if cell != OPEN]
    if sharpened.part(table, answered, everybody).value < LEAST:
        return None
    return sharpened.share(table, newest.counting, everybody, of=answered)
