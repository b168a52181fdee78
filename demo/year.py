"""The past year of the demo hospital, lived through event by event in the order of time.

Everything happens through the services that the pages use, with the moment handed in. What would lie in the
future is not done: so today's work is open, in every state, as on a Tuesday morning.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.conf import settings

from accounts.models import User
from demo import heads
from demo.after_calamities import AfterCalamity
from demo.daytime import by_day
from demo.timeline import Year
from evaluations import answers, invitations, tickets
from evaluations.enums import Question
from evaluations.models import Invitation
from evaluations.opening import open_due
from incidents.calamities import milestones
from incidents.enums import AlreadyOffered, EventType, IncidentKind
from incidents.enums import Step as CalamityStep
from incidents.models import Incident, Milestone
from incidents.reports import report_writer
from notifications.delivery import forgetting, sweep
from notifications.models import DeliveryPolicy
from supporters.contacts import announcing, flow
from supporters.contacts.appointments import keeping, places
from supporters.contacts.appointments.moments import suggested
from supporters.enums import ConversationMode, EventKind, HandBackReason, NextStep, Outcome
from supporters.intake import unnamed_reports
from supporters.matching import assignment
from supporters.matching.need import READ_OF_OFFER
from supporters.models import Contact, Offer
from supporters.offers import retention

REPORTS = 240
CALAMITIES = 20
DAYS = 365
#: So many days ago there was a calamity, beside those by chance.
CALAMITIES_LATELY = (1.5, 6, 13, 24)
TODAY = 6
#: More calls in vain than it takes until the coordinator decides.
NEVER_REACHED = 99
#: One talk, two and three: for over half of them one was enough (UMCG), three is the most (PMC).
MORE_TALKS = (55, 30, 15)
#: Published response to such forms is poor; in the demo there has to be something to see.
ANSWERED = 0.55


def live(year: Year) -> None:
    """From the first report to this moment."""
    for at, kind in _reports(year):
        year.then(at, Report(year, kind).come_in, by_night=True)
    for weeks in range(DAYS // 7 + 1):
        year.then(by_day(year.now - timedelta(days=7 * weeks)), Week(year).end)
    year.pass_by()
    # Of what is pruned by then nothing counted in between.
    forgetting.prune(at=year.now)


def _reports(year: Year) -> list[tuple[datetime, IncidentKind]]:
    calamities = year.reports * CALAMITIES // REPORTS
    kinds = [IncidentKind.CALAMITY] * calamities
    others = (IncidentKind.VIM, IncidentKind.EVENT, IncidentKind.SELF, IncidentKind.COLLEAGUE)
    kinds += year.chance.choices(others, (62, 24, 8, 6), k=year.reports - calamities)
    year.chance.shuffle(kinds)
    # The last of them today and yesterday, so that the coordinator has a morning's work.
    recent = [year.now - year.hours(0.2, 4) for _ in range(TODAY)]
    recent += [year.reported_at(5, 36) for _ in range(TODAY)]
    earlier = [year.reported_at(48, 24 * DAYS - 12) for _ in range(year.reports - len(recent))]
    # An analysis in each state.
    running = [year.now - timedelta(days=days) for days in CALAMITIES_LATELY]
    return [
        *zip(sorted(earlier + recent), kinds, strict=True),
        *((at, IncidentKind.CALAMITY) for at in running),
    ]


@dataclass
class Report:
    """One report and what follows from it."""

    year: Year
    kind: IncidentKind

    def come_in(self, at: datetime) -> None:
        chance = self.year.chance
        reporter = self.year.reporter()
        incident = report_writer.report_incident(
            reporter=reporter,
            kind=self.kind,
            event_type=self._event_type(),
            involved=[report_writer.Involved(employee=person) for person in self._involved(reporter)],
            submission_key=uuid.UUID(int=chance.getrandbits(128), version=4),
            at=at,
            department=reporter.department,
            already_offered=chance.choice(tuple(AlreadyOffered)),
            occurred_at=at - self.year.hours(1, 30) if self.kind not in IncidentKind.personal() else None,
            noticed_at=at - self.year.hours(0.2, 0.9) if self.kind == IncidentKind.CALAMITY else None,
            established_at=at if self.kind == IncidentKind.CALAMITY else None,
        )
        heads.answer_later(self.year, incident, at)
        mailed_at = DeliveryPolicy.current().quiet_hours.over_at(at)
        self.year.then(mailed_at + self.year.hours(0.1, 0.3), partial(self._tell, incident), by_night=True)
        for offer in Offer.objects.filter(incident=incident).order_by("id"):
            self.year.in_cover(at + self.year.hours(0.2, 2), Support(self.year, offer.pk).assign)
        if self.kind == IncidentKind.CALAMITY:
            own = at > self.year.now - timedelta(days=30) or chance.random() < 0.15
            AfterCalamity(self.year, incident.pk, own).begin(at)
        at_once = (CalamityStep.DIRECTOR, CalamityStep.ALIGNMENT, CalamityStep.IGJ)
        for milestone in Milestone.objects.filter(incident=incident, step__in=at_once).order_by("step"):
            self.year.then(
                self._done_at(milestone, at),
                partial(self._finish, milestone),
                by_night=milestone.step != CalamityStep.IGJ,
            )

    def _tell(self, incident: Incident, at: datetime) -> None:
        for pk in incident.involvements.order_by("id").values_list("pk", flat=True):
            announcing.mark_told(pk, at)

    def _done_at(self, milestone: Milestone, at: datetime) -> datetime:
        """Mostly in time: at once for what is due at once, and now and then too late."""
        due = milestone.internal_due_at or at + timedelta(days=40)
        share = self.year.chance.choices((0.5, 0.9, 1.1), (5, 4, 1))[0]
        return max(at + self.year.hours(0.1, 0.9), at + (due - at) * share)

    def _finish(self, milestone: Milestone, at: datetime) -> None:
        milestones.set_done(milestone=milestone, done_at=at, by=self.year.committee, at=at, seen=None)

    def _event_type(self) -> EventType:
        if self.kind in {IncidentKind.VIM, IncidentKind.CALAMITY}:
            return EventType.SAFETY
        return self.year.chance.choices(
            (
                EventType.AGGRESSION,
                EventType.RESUSCITATION,
                EventType.COMPLAINT,
                EventType.SUDDEN_DEATH,
                EventType.VIOLENT_DEATH,
                EventType.DISCIPLINARY,
                EventType.COLLEAGUE_DEATH,
                EventType.NON_MEDICAL,
            ),
            (30, 22, 14, 14, 6, 4, 4, 6),
        )[0]

    def _involved(self, reporter: User) -> list[User]:
        chance = self.year.chance
        if self.kind == IncidentKind.SELF:
            return [reporter]
        near = [person for person in self.year.departments[reporter.department_id] if person is not reporter]
        if self.kind == IncidentKind.COLLEAGUE:
            return chance.sample(near, 1)
        size = chance.choices((2, 3, 4, 5), (3, 4, 2, 1))[0] if self.kind == IncidentKind.CALAMITY else None
        return chance.sample(near, min(len(near), size or chance.choices((1, 2, 3), (6, 3, 1))[0]))


@dataclass
class Week:
    """What comes round by itself: notices, invitations to evaluate, answers, the opening of envelopes, and
    the end of what was kept.
    """

    year: Year

    def end(self, at: datetime) -> None:
        while sweep.show_batch(at=at):
            pass
        invitations.invite_closed(at=at)
        week = timedelta(days=7)
        for invitation in Invitation.objects.filter(invited_at__gt=at - week).order_by("id"):
            if self.year.chance.random() < ANSWERED:
                self._answer(invitation)
        open_due(at=at)
        unnamed_reports.close_by_rule(at=at)
        retention.erase_due(at=at)

    def _answer(self, invitation: Invitation) -> None:
        chance = self.year.chance
        given: dict[str, str] = {}
        for feeling in Question.feelings():
            before = chance.choices(range(4), (1, 3, 4, 2))[0]
            given[feeling] = f"{before}-{max(0, before - chance.choices((0, 1, 2), (2, 5, 2))[0])}"
        given[Question.HELPED] = chance.choices("12345", (1, 1, 3, 9, 8))[0]
        given[Question.SAME_FIELD] = chance.choices("12345", (1, 3, 5, 7, 5))[0]
        given[Question.FOR_EVERYBODY] = chance.choices("345", (1, 5, 12))[0]
        given[Question.MARK] = str(chance.choices((5, 6, 7, 8, 9, 10), (1, 2, 5, 9, 6, 3))[0])
        given[Question.RECOMMEND] = chance.choices(("yes", "no"), (25, 1))[0]
        ticket = tickets.issue(invitation.pk, invitation.version, settings.EVALUATION_TICKET_KEY)
        answers.submit(ticket=ticket, answers=given)


@dataclass
class Support:
    """The offer of support to one involved employee, from the assignment to the end."""

    year: Year
    offer_id: uuid.UUID

    def assign(self, at: datetime) -> None:
        offer = Offer.objects.select_related(*READ_OF_OFFER).get(pk=self.offer_id)
        if offer.closed_at or offer.continues_id:
            return  # it went along with another event of the same person
        if contact := assignment.running(offer):
            # Of this one where whoever was asked for another event of the same person was asked for both.
            if contact.offer_id != offer.pk:
                assignment.go_on(offer=offer, by=self.year.coordinator, at=at)
            return
        choices = assignment.suggest(offer=offer, at=at, first=1)
        if not choices:
            self.year.in_cover(at + self.year.hours(12, 24), self.assign)
            return
        supporter = choices[0].supporter
        contact = assignment.assign(offer=offer, supporter=supporter, by=self.year.coordinator, at=at)
        answer = Conversations(self, contact, supporter.user).answer
        self.year.in_cover(at + self.year.hours(0.2, 1.5), answer)


@dataclass
class Conversations:
    """One supporter's contact: what is logged, and when."""

    support: Support
    contact: Contact
    supporter: User

    @property
    def year(self) -> Year:
        return self.support.year

    def log(self, kind: EventKind, at: datetime, **facts: Any) -> None:
        self.contact = flow.record(contact=self.contact, kind=kind, by=self.supporter, at=at, **facts)

    def answer(self, at: datetime) -> None:
        if self.year.chance.random() < 0.07:
            reason = self.year.chance.choice((HandBackReason.CONFLICT, HandBackReason.NO_TIME))
            self.log(EventKind.HANDED_BACK, at, reason=reason)
            self.year.in_cover(at + self.year.hours(0.3, 2), self.support.assign)
            return
        self.log(EventKind.ACCEPTED, at)
        calls = self.year.chance.choices((0, 1, 2, NEVER_REACHED), (75, 14, 6, 5))[0]
        self.year.in_cover(at + self.year.hours(0.3, 5), lambda later: self.call(later, unanswered=calls))

    def call(self, at: datetime, *, unanswered: int, tried: int = 0) -> None:
        if tried < unanswered:
            self.log(EventKind.ATTEMPT_FAILED, at)
            if self.contact.next_step == NextStep.WAIT:
                self.year.in_cover(at + self.year.hours(1, 20), self.not_reached)
                return
            again = at + self.year.hours(2, 8)
            self.year.in_cover(again, lambda later: self.call(later, unanswered=unanswered, tried=tried + 1))
        elif self.year.chance.random() < 0.15:
            self.log(EventKind.OFFER_DECLINED, at)
        else:
            self.log(EventKind.REACHED, at)
            if self.year.chance.random() < 0.4:
                moment = self.plan(at, days=1, mode=ConversationMode.IN_PERSON)
                self.year.in_cover(moment, lambda then: self.talk(then, mode=ConversationMode.IN_PERSON))
            else:
                self.year.in_cover(at + self.year.hours(0.5, 20), self.talk)

    def not_reached(self, at: datetime) -> None:
        self.contact = flow.record(
            contact=self.contact,
            kind=EventKind.CLOSED,
            by=self.year.coordinator,
            at=at,
            outcome=Outcome.UNREACHABLE,
        )

    def plan(self, at: datetime, *, days: int, mode: str) -> datetime:
        """A talk so many days after `at`; its moment."""
        taken = keeping.with_others(self.contact)
        (day,) = suggested([days], now=at, cover=self.year.cover, taken=taken)
        moment = self.year.chance.choice(day.moments)
        place = None
        if mode == ConversationMode.IN_PERSON:
            place = self.year.chance.choice(list(places.free_at(moment, besides=self.contact)))
        self.log(EventKind.APPOINTMENT_PLANNED, at, planned_for=moment, mode=mode, place=place)
        return moment

    def talk(self, at: datetime, mode: str = "") -> None:
        mode = mode or self.year.chance.choices(ConversationMode.values, (1, 6, 2))[0]
        self.log(EventKind.CONVERSATION, at, mode=mode)
        self.go_on(at, more=self.year.chance.choices((0, 1, 2), MORE_TALKS)[0])

    def go_on(self, at: datetime, *, more: int) -> None:
        """So many `more` talks, each some days after the other, and the end."""
        if not more:
            self.year.in_cover(at + self.year.hours(1, 60), self.close)
            return
        days = self.year.chance.choice((3, 14))
        moment = self.plan(at, days=days, mode=ConversationMode.TELEPHONE)
        follow_up = partial(self.follow_up, more=more - 1)
        self.year.in_cover(moment + self.year.hours(0, 1), follow_up)

    def follow_up(self, at: datetime, *, more: int) -> None:
        self.log(EventKind.FOLLOW_UP_HELD, at, mode=ConversationMode.TELEPHONE)
        self.go_on(at, more=more)

    def close(self, at: datetime) -> None:
        if self.year.chance.random() < 0.08:
            self.log(EventKind.COORDINATOR_CALLED_IN, at)
            self.year.in_cover(at + self.year.hours(1, 24), self.refer)
        else:
            self.log(EventKind.CLOSED, at, outcome=Outcome.COMPLETED)

    def refer(self, at: datetime) -> None:
        flow.record(
            contact=self.contact,
            kind=EventKind.CLOSED,
            by=self.year.coordinator,
            at=at,
            outcome=Outcome.REFERRED,
        )
