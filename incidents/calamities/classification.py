"""What a report is taken to be: in doubt, a calamity, something else for the inspectorate, or none of these.

The one writer of that. Every decision is a line of the log, with who and when; nothing is erased by it: what
turns out to be no calamity keeps its steps and its log, and its clocks start again when it is one after all.
"""

from datetime import datetime

from django.db import transaction

from accounts.enums import Role
from accounts.models import User
from incidents.calamities import milestones, moment_writer
from incidents.calamities.milestones import Stale
from incidents.clocks.moment_checks import WrongMoment
from incidents.enums import Ground, IncidentKind, TrackEventKind, Verdict
from incidents.models import Incident, TrackEvent

#: What each can become; by the committee (CCP), but `FIRST` by the coordinator, who sees what is no calamity.
BECOMES: dict[Verdict, tuple[Verdict, ...]] = {
    Verdict.REPORTED: (
        Verdict.CALAMITY,
        Verdict.DOUBT,
        Verdict.NONE,
        Verdict.VIOLENCE,
        Verdict.DISMISSAL,
    ),
    Verdict.DOUBT: (Verdict.CALAMITY, Verdict.NONE, Verdict.VIOLENCE, Verdict.DISMISSAL),
    Verdict.CALAMITY: (Verdict.NONE, Verdict.VIOLENCE, Verdict.DISMISSAL),
    Verdict.VIOLENCE: (Verdict.NONE, Verdict.DOUBT, Verdict.CALAMITY, Verdict.DISMISSAL),
    Verdict.DISMISSAL: (Verdict.NONE, Verdict.DOUBT, Verdict.CALAMITY, Verdict.VIOLENCE),
    Verdict.NONE: (Verdict.DOUBT, Verdict.CALAMITY, Verdict.VIOLENCE, Verdict.DISMISSAL),
}
FIRST = (Verdict.REPORTED, Verdict.DOUBT, Verdict.VIOLENCE, Verdict.DISMISSAL)

#: What has a moment at which it was established.
ESTABLISHED = frozenset({Verdict.CALAMITY, Verdict.VIOLENCE, Verdict.DISMISSAL})
CALAMITY = frozenset({Verdict.REPORTED, Verdict.DOUBT, Verdict.CALAMITY})

_LOGGED = {
    Verdict.REPORTED: TrackEventKind.MADE_CALAMITY,
    Verdict.DOUBT: TrackEventKind.IN_DOUBT,
    Verdict.CALAMITY: TrackEventKind.ESTABLISHED,
    Verdict.VIOLENCE: TrackEventKind.VIOLENCE,
    Verdict.DISMISSAL: TrackEventKind.DISMISSAL,
    Verdict.NONE: TrackEventKind.NO_CALAMITY,
}
_DECIDED = {kind: verdict for verdict, kind in _LOGGED.items()}


class NotPossible(Exception):
    """What it is taken to be now cannot become that, or something that belongs to it is not given."""


class MomentKept(WrongMoment):
    """It was established as this before, at `kept`: that moment stays, and another one is a correction."""

    def __init__(self, kept: datetime) -> None:
        super().__init__("moment")
        self.kept = kept


def options(incident: Incident, *, user: User) -> tuple[Verdict, ...]:
    """What `user`, who may see `incident`, may take it to be from now on; empty for none."""
    if incident.kind in IncidentKind.personal() or incident.has_ended:
        return ()
    found = _possible(incident) if user.has_role(Role.CCP) and incident.tracked_since else ()
    if user.has_role(Role.COORDINATOR) and is_unjudged(incident):
        return (*FIRST, *(one for one in found if one not in FIRST))
    return found


def standing(incident: Incident) -> str:
    """What it is taken to be and since when, as a page hands it back: see `classify`."""
    since = incident.established_at
    return f"{incident.verdict}:{since.isoformat()}" if since else str(incident.verdict)


def kept_moments(incident: Incident) -> dict[Verdict, datetime]:
    """When it was established as each of these, as far as it ever was, by its log: taken up again as one of
    them it has that moment, and the terms that ran from it.
    """
    kept: dict[Verdict, datetime] = {}
    # What came in with its moment has no line for that; it was a calamity.
    current = Verdict.CALAMITY
    kinds = (*_DECIDED, TrackEventKind.ESTABLISHED_CORRECTED)
    for line in TrackEvent.objects.filter(incident=incident, kind__in=kinds).order_by("id"):
        decided = _DECIDED.get(TrackEventKind(line.kind), current)
        if decided != current and line.previous is not None:
            kept[current] = line.previous
        if line.moment is not None:
            kept[decided] = line.moment
        current = decided
    return kept


def classify(
    *,
    incident: Incident,
    verdict: Verdict,
    by: User | None,
    at: datetime,
    seen: str,
    moment: datetime | None = None,
    noticed_at: datetime | None = None,
    ground: Ground | None = None,
) -> Incident:
    """Take `incident` to be `verdict` from now on, and start, move or end its clocks.

    `moment` is when that was established; for a calamity, violence or a dismissal only. `ground` says why it
    is no calamity. `noticed_at` is used where it is not known yet. `seen` is the `standing` that the page
    showed: Stale when it is another by now. Raises NotPossible, MomentKept, what clocks.moment_checks.judge
    raises (also for a calamity that was established before it was reported, where it is not known when it
    was noticed), and deadlines.DeadlineError when a recorded extension would not hold with this moment.

    Effects: the kind of the report, its moments, the form of the inspectorate, a line in the log; milestones
    that are missing are made, those that run get their due moments and reminders, the reminders of those that
    run no longer are cancelled.
    """
    with transaction.atomic():
        incident = milestones.locked(incident)
        if standing(incident) != seen or incident.has_ended:
            raise Stale
        was, previous = incident.verdict, incident.established_at
        _check(incident, verdict, moment, ground)
        moment = _as_kept(incident, verdict, moment)
        before = incident.running_steps
        is_noticed = incident.noticed_at is None and noticed_at is not None
        _become(incident, verdict)
        given = {"noticed_at": noticed_at} if is_noticed else {}
        moment_writer.put(incident, at=at, established_at=moment, **given)
        if was == Verdict.NONE:
            incident.tracked_since = at
        incident.save(
            update_fields=[
                "kind",
                "reported_as",
                "noticed_at",
                "established_at",
                "in_doubt",
                "igj_form",
                "tracked_since",
            ]
        )
        if is_noticed:
            TrackEvent.objects.create(
                incident=incident, kind=TrackEventKind.NOTICED_GIVEN, moment=noticed_at, at=at, by=by
            )
        TrackEvent.objects.create(
            incident=incident,
            kind=_LOGGED[verdict],
            moment=moment,
            previous=previous,
            ground=ground or "",
            at=at,
            by=by,
        )
        milestones.settle_doubt(incident=incident, established_at=moment, by=by, at=at)
        milestones.follow_verdict(incident=incident, before=before, at=at)
    return incident


def is_unjudged(incident: Incident) -> bool:
    """Whether nobody has taken it for anything yet: what the committee follows is the committee's."""
    return incident.verdict == Verdict.NONE and incident.tracked_since is None


def _possible(incident: Incident) -> tuple[Verdict, ...]:
    """What it can become: in doubt never, once it was established as a calamity, whatever it was found to be
    since. A doubt would stop the terms of the law, which run from that moment.
    """
    found = BECOMES[incident.verdict]
    if Verdict.DOUBT in found and Verdict.CALAMITY in kept_moments(incident):
        return tuple(verdict for verdict in found if verdict != Verdict.DOUBT)
    return found


def _check(incident: Incident, verdict: Verdict, moment: datetime | None, ground: Ground | None) -> None:
    possible = _possible(incident)
    if is_unjudged(incident):
        possible = (*possible, *FIRST)
    if verdict not in possible or incident.kind in IncidentKind.personal():
        raise NotPossible
    if (verdict in ESTABLISHED) != (moment is not None) or (verdict == Verdict.NONE) != (ground is not None):
        raise NotPossible


def _as_kept(incident: Incident, verdict: Verdict, moment: datetime | None) -> datetime | None:
    """`moment`, to the second as it was established before; who types it gives no seconds."""
    kept = kept_moments(incident).get(verdict) if moment is not None else None
    start = incident.noticed_at or incident.occurred_at
    if moment is None or kept is None or (start is not None and kept < start):
        return moment
    if moment.replace(second=0, microsecond=0) != kept.replace(second=0, microsecond=0):
        raise MomentKept(kept)
    return kept


def _become(incident: Incident, verdict: Verdict) -> None:
    kind = _kind(incident, verdict)
    if kind != incident.kind and not incident.reported_as:
        incident.reported_as = incident.kind
    incident.kind = kind
    incident.in_doubt = verdict == Verdict.DOUBT
    incident.igj_form = verdict if verdict in {Verdict.VIOLENCE, Verdict.DISMISSAL} else ""


def _kind(incident: Incident, verdict: Verdict) -> IncidentKind:
    """What it is as a report: what it came in as, where that was no calamity."""
    if verdict in CALAMITY:
        return IncidentKind.CALAMITY
    if incident.kind != IncidentKind.CALAMITY:
        return IncidentKind(incident.kind)
    before = incident.reported_as or IncidentKind.CALAMITY
    if before != IncidentKind.CALAMITY:
        return IncidentKind(before)
    return IncidentKind.VIM if verdict == Verdict.NONE else IncidentKind.EVENT
