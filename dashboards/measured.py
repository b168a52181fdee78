"""What surveys say that the board reads: the staff of the programme, participants of a training day and of
intervision.
"""

from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from dashboards import sharpened
from dashboards.blocks import Block
from dashboards.said import colleagues, share_of
from dashboards.sharpened import Estimate
from dashboards.tables import MeasuredFigures, Tables
from evaluations.drawn import DrawnTable
from evaluations.enums import Measure, SurveyKind
from evaluations.questionnaires import OPEN


def share(now: Tables, kind: SurveyKind, measure: Measure) -> str:
    """The share above the middle of the scale, as firmly as its band allows; empty where it was not measured,
    or is not worth saying.
    """
    newest = now.newest(kind, measure)
    return share_of(_share(newest)) if newest else ""


def said(now: Tables, kind: SurveyKind, measure: Measure) -> str:
    """The same with how many it is a share of, and the last day of the survey."""
    newest, words = now.newest(kind, measure), share(now, kind, measure)
    if newest is None or not words:
        return ""
    return _("%(share)s of those who answered: %(number)s, in the survey up to %(day)s") % {
        "share": words,
        "number": colleagues(_answered(newest)),
        "day": _last_day(newest),
    }


def why_not(now: Tables, kind: SurveyKind, measure: Measure) -> str:
    """In the place of `said`, where it is empty."""
    if now.newest(kind, measure):
        return _("Too few answered the survey to say so for certain.")
    if kind == SurveyKind.STAFF:
        return _("Not measured yet: it takes a survey of all staff.")
    if kind in now.asking:
        return _("A questionnaire is in use; no answers to it were opened yet that say so.")
    return _("No questionnaire about it is in use yet.")


def awareness(now: Tables) -> Block:
    """Whether staff know that support is there; said where it is not known too."""
    newest = now.newest(SurveyKind.STAFF, Measure.KNOWS)
    knows = share(now, SurveyKind.STAFF, Measure.KNOWS)
    supported = said(now, SurveyKind.STAFF, Measure.SUPPORTED)
    headline = _("How many of the staff know that there is support is not measured yet.")
    if newest:
        headline = _("How many of the staff know that there is support is not sure enough to say.")
    if knows:
        know = _("%(share)s of those who answered know that there is support.") % {"share": knows}
        headline = capfirst(know)
    more = [_("It takes a survey of everybody, before a department starts and a year after.")]
    if newest:
        words = {"number": colleagues(_answered(newest)), "day": _last_day(newest)}
        more = [capfirst(_("%(number)s answered, in the survey of the whole staff up to %(day)s.") % words)]
    if supported:
        more.append(_("Feel supported by the hospital after an event: %(said)s.") % {"said": supported})
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


def _last_day(newest: MeasuredFigures) -> str:
    return date_format(newest.ends_on, "j F Y")


def _share(newest: MeasuredFigures) -> Estimate | None:
    """Of those who answered the question; None for too few."""
    table = newest.table
    if _answered(newest).about is None:
        return None
    return sharpened.share(table, newest.counting, sharpened.whole([table]), of=_given(table))


def _answered(newest: MeasuredFigures) -> Estimate:
    """How many answered the question."""
    table = newest.table
    return sharpened.part(table, _given(table), sharpened.whole([table]))


def _given(table: DrawnTable) -> list[str]:
    return [cell for cell in table.cells if cell != OPEN]
