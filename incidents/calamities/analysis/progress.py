"""How far an analysis is: started, interviews, draft report, done. Dates and a state, no findings.

The states follow each other. Each is marked with its moment, which can be corrected, and the last one taken
back; the calamity's log keeps what stood there before.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from incidents.calamities import milestones
from incidents.calamities.milestones import Stale
from incidents.clocks.moment_checks import InTheFuture, OutOfOrder
from incidents.enums import AnalysisState, Step, TrackEventKind
from incidents.models import Analysis, Incident, Milestone, TeamMember, TrackEvent

#: Where the moment of a state is kept, and what the log calls it. Done is the calamity's step.
_KEPT: Mapping[AnalysisState, tuple[str, TrackEventKind]] = {
    AnalysisState.STARTED: ("started_at", TrackEventKind.ANALYSIS_STARTED),
    AnalysisState.INTERVIEWS: ("interviews_at", TrackEventKind.ANALYSIS_INTERVIEWS),
    AnalysisState.CONCEPT: ("concept_at", TrackEventKind.ANALYSIS_CONCEPT),
}

_LABELS = {
    AnalysisState.STARTED: _("Started"),
    AnalysisState.INTERVIEWS: _("Interviews begun"),
    AnalysisState.CONCEPT: _("Draft report ready"),
    AnalysisState.DONE: _("Analysis done"),
}


class NotOnTeam(Exception):
    """Only who is on the team marks how far it is."""


class NotNow(Exception):
    """One state is left out, or one that has others after it is taken back."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A state with its moment, None while it is not reached."""

    state: AnalysisState
    at: datetime | None
    is_next: bool
    is_last: bool

    @property
    def label(self) -> str:
        """What is said of it once it is reached, and on the button that says so."""
        return str(_LABELS[self.state])


def marks(analysis: Analysis | None, step: Milestone | None) -> list[Mark]:
    """The states in their order: `analysis` is None until the first was marked, `step` is the calamity's."""
    moments = {state: getattr(analysis, field, None) for state, (field, _kind) in _KEPT.items()}
    moments[AnalysisState.DONE] = step.done_at if step else None
    order = AnalysisState.marked()
    first_open = next((state for state in order if moments[state] is None), None)
    reached = [state for state in order if moments[state] is not None]
    return [
        Mark(state, moments[state], state == first_open, state == reached[-1] if reached else False)
        for state in order
    ]


def state_of(analysis: Analysis | None, step: Milestone) -> AnalysisState:
    """How far it is."""
    if step.done_at is not None:
        return AnalysisState.DONE
    return analysis.state if analysis else AnalysisState.WAITING


def mark(
    *,
    incident: Incident,
    state: AnalysisState,
    moment: datetime | None,
    by: User,
    at: datetime,
    seen: datetime | None,
) -> AnalysisState:
    """Mark `state` reached at `moment`, correct that moment, or (None) take it back; how far it is now.

    `seen` is the moment that stood there when the page was made: Stale when it is another by now. Raises
    NotOnTeam, NotNow, InTheFuture, and OutOfOrder: before the state before it, or after the one after it.
    """
    with transaction.atomic():
        if not TeamMember.objects.current().filter(incident=incident, analyst=by).exists():
            raise NotOnTeam
        Analysis.objects.get_or_create(incident=incident)
        analysis = Analysis.objects.select_for_update().get(incident=incident)
        step = Milestone.objects.select_related("incident").get(incident=incident, step=Step.ANALYSIS)
        _check(marks(analysis, step), state, moment, incident=incident, at=at, seen=seen)
        if state == AnalysisState.DONE:
            milestones.set_done(milestone=step, done_at=moment, by=by, at=at, seen=seen)
        elif moment != seen:
            field, kind = _KEPT[state]
            setattr(analysis, field, moment)
            analysis.save(update_fields=[field])
            TrackEvent.objects.create(
                incident=incident, kind=kind, moment=moment, previous=seen, at=at, by=by
            )
        return state_of(analysis, step)


def _check(
    all_marks: list[Mark],
    state: AnalysisState,
    moment: datetime | None,
    *,
    incident: Incident,
    at: datetime,
    seen: datetime | None,
) -> None:
    place = next(index for index, each in enumerate(all_marks) if each.state == state)
    mine = all_marks[place]
    if mine.at != seen:
        raise Stale
    if moment is None:
        if not mine.is_last:
            raise NotNow
        return
    # The committee may have marked the analysis done before the team marked anything.
    if mine.at is None and not mine.is_next:
        raise NotNow
    if moment > at:
        raise InTheFuture("moment")
    before = [each.at for each in all_marks[:place] if each.at]
    after = [each.at for each in all_marks[place + 1 :] if each.at]
    if before and moment < before[-1]:
        raise OutOfOrder("moment", other="before", limit=before[-1])
    if after and moment > after[0]:
        raise OutOfOrder("moment", other="after", limit=after[0], is_later=True)
    start = "noticed_at" if incident.noticed_at else "occurred_at"
    limit: datetime | None = getattr(incident, start)
    if limit is not None and moment < limit:
        raise OutOfOrder("moment", other=start, limit=limit)
