"""What becomes of a report that names nobody, as its reporter reads it: in truth, and never whether anybody
was offered support or accepted it.
"""

from datetime import datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from hospital.moment_words import at_moment, day_in_words
from incidents.models import Incident
from incidents.reports.report_as_seen import Unnamed
from supporters.enums import IntakeState, NotNeededReason
from supporters.models import UnnamedReport


def as_reporter_reads(incident: Incident, user: User) -> Unnamed | None:
    """What `user` reads of the own report; None once people are on it, or it was taken back or joined."""
    row = UnnamedReport.objects.filter(incident=incident, incident__reporter=user).first()
    if row is None or row.state in {IntakeState.NAMED, IntakeState.WITHDRAWN, IntakeState.JOINED}:
        return None
    asks = row.state == IntakeState.OPEN and row.asked_at is not None and row.said_nobody_at is None
    form = reverse("support:name-people", args=[incident.reference]) if asks else ""
    lines = [in_one_line(row, now=timezone.now()), _who_may_ask()]
    return Unnamed(lines, form, is_settled=row.state == IntakeState.NOT_NEEDED)


def in_one_line(row: UnnamedReport, *, now: datetime) -> str:
    """What is done with it, or was."""
    match row.state:
        case IntakeState.NOT_NEEDED:
            return _why_closed(row)
        case IntakeState.BY_RULE:
            return _("Nobody is named on it. It was closed by the hospital’s rule for such reports.")
        case _open:
            return _while_open(row, now)


def _why_closed(row: UnnamedReport) -> str:
    """By the word that the coordinator chose, and nothing about people."""
    match row.reason:
        case NotNeededReason.DEPARTMENT:
            return _("The coordinator looked at it: the department itself looks after whoever needs it.")
        case NotNeededReason.ELSEWHERE:
            return _("The coordinator looked at it: support is in good hands elsewhere.")
        case NotNeededReason.NOT_OURS:
            return _("The coordinator looked at it: it is not about colleagues of this hospital.")
        case _nobody:
            return _("The coordinator looked at it: as far as is known, nobody was affected.")


def _while_open(row: UnnamedReport, now: datetime) -> str:
    if row.closes_at:
        words = _("Nobody is named on it. By the hospital’s rule for such reports it is closed %(day)s.")
        return words % {"day": day_in_words(row.closes_at, now=now)}
    if row.said_nobody_at:
        return _("You said that nobody was affected. The coordinator looks at it once more.")
    if row.asked_at:
        return _("The coordinator asked you who was involved.")
    assert row.due_at is not None
    if row.due_at < now:
        return _("Nobody is named on it yet. The coordinator still has to look at it, and was reminded.")
    words = _("Nobody is named on it yet. The coordinator looks at it by %(moment)s.")
    return words % {"moment": at_moment(row.due_at, now=now)}


def _who_may_ask() -> str:
    return _("Whoever needs support can always ask for it, also without a report.")
