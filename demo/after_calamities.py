"""What follows a calamity of the demo's year beside its steps: the analysis team, talks with the family."""

import uuid
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from accounts.models import User
from demo.timeline import Year
from hospital.clock import local_day
from incidents.calamities import inspectorate, later_moments, milestones
from incidents.calamities.analysis import progress, team
from incidents.calamities.family_talks import talks
from incidents.enums import AnalysisState, LaterMomentKind, LaterMomentWay, Step
from incidents.models import DisclosureTalk, Incident, Milestone

#: When a state is reached, as a part of the time that the analysis takes.
SHARES = {
    AnalysisState.STARTED: 0.12,
    AnalysisState.INTERVIEWS: 0.35,
    AnalysisState.CONCEPT: 0.75,
    AnalysisState.DONE: 1.0,
}
#: When the inspectorate confirms a notification, and within how long after it the final report is asked.
CONFIRMED_AFTER, ASKED_WITHIN = timedelta(days=5), timedelta(weeks=8)


@dataclass
class AfterCalamity:
    """Of one calamity; `own` puts the analyst who signs in with a click on its team."""

    year: Year
    incident_id: uuid.UUID
    own: bool

    def begin(self, at: datetime) -> None:
        self.year.then(at + self.year.hours(3, 20), self.choose_team)
        self.year.then(at + self.year.hours(1, 10), self.plan_talk)
        self.year.then(at + CONFIRMED_AFTER, self.confirm)

    @property
    def incident(self) -> Incident:
        return Incident.objects.get(pk=self.incident_id)

    def confirm(self, at: datetime) -> None:
        """The inspectorate confirms the notification, and asks for the report; of each fifth for none."""
        incident = self.incident
        asks = int(incident.reference.rpartition("-")[2]) % 5
        report = Milestone.objects.select_related("incident").get(incident=incident, step=Step.FINAL_REPORT)
        inspectorate.confirm(
            milestone=report,
            dated=local_day(at),
            until=local_day(incident.reported_at) + ASKED_WITHIN if asks else None,
            reference=f"V{incident.reference}",
            by=self.year.committee,
            at=at,
        )

    def choose_team(self, at: datetime) -> None:
        committee, incident = self.year.committee, self.incident
        ranked = [each for each in team.suggest(incident=incident, at=at) if not each.rules]
        chosen = [each.candidate.analyst_id for each in ranked]
        mine = self.year.analyst.pk
        if self.own and mine in chosen:
            chosen = [mine, *(pk for pk in chosen if pk != mine)]
        wanted = self.year.chance.choice((2, 2, 3))
        for pk in chosen:
            if incident.team.current().count() == wanted:
                break
            with suppress(team.NotFree):
                team.assign(incident=incident, analyst=User.objects.get(pk=pk), by=committee, at=at)
        step = Milestone.objects.get(incident=incident, step=Step.ANALYSIS)
        due = step.internal_due_at or at + timedelta(days=28)
        takes = (due - at) * self.year.chance.choice((0.85, 0.9, 0.95, 1.1))
        for state, share in SHARES.items():
            self.year.then(at + takes * share, partial(self.mark, state))

    def mark(self, state: AnalysisState, at: datetime) -> None:
        incident = self.incident
        by = incident.team.current().order_by("place").select_related("analyst").first()
        if by is not None:
            progress.mark(incident=incident, state=state, moment=at, by=by.analyst, at=at, seen=None)
        if state == AnalysisState.DONE:
            self.plan_feedback(at)
            self.year.then(at + self.year.hours(24 * 6, 24 * 13), partial(self.finish, Step.FINAL_REPORT))

    def plan_feedback(self, at: datetime) -> None:
        planned_for = self.year.by_day(at + self.year.hours(24, 24 * 5))
        later_moments.set_moment(
            incident=self.incident,
            kind=LaterMomentKind.FEEDBACK,
            planned_for=planned_for,
            way=LaterMomentWay.MEETING,
            place="Vergaderzaal 2, begane grond",
            by=self.year.committee,
            at=at,
        )
        self.year.then(planned_for + timedelta(hours=1), partial(self.finish, Step.FEEDBACK))

    def finish(self, step: Step, at: datetime) -> None:
        milestone = Milestone.objects.select_related("incident").get(incident=self.incident_id, step=step)
        milestones.set_done(milestone=milestone, done_at=at, by=self.year.committee, at=at, seen=None)

    def plan_talk(self, at: datetime) -> None:
        if self.year.chance.random() < 0.4:
            talks.ask_for_coach(incident=self.incident, by=self.year.committee, at=at)
            self.year.then(at + self.year.hours(1, 6), self.find_coach)
        planned_for = self.year.by_day(at + self.year.hours(20, 60))
        talk = talks.plan(incident=self.incident, planned_for=planned_for, by=self.year.committee, at=at)
        self.year.then(planned_for + self.year.hours(0.5, 20), partial(self.hold_talk, talk.pk, planned_for))
        self.year.then(at + timedelta(days=self.year.chance.randint(30, 45)), self.second_talk)

    def find_coach(self, at: datetime) -> None:
        coach = self.year.chance.choice(self.year.staff)
        talks.find_coach(incident=self.incident, coach=coach, by=self.year.committee, at=at)

    def hold_talk(self, talk: uuid.UUID, held_at: datetime, at: datetime) -> None:
        talks.hold(
            incident=self.incident,
            talk=DisclosureTalk.objects.get(pk=talk),
            held_at=held_at,
            by=self.year.committee,
            at=at,
            seen=None,
        )

    def second_talk(self, at: datetime) -> None:
        talks.hold(incident=self.incident, talk=None, held_at=at, by=self.year.committee, at=at, seen=None)
