"""Most reports of a year name nobody: how they come in, and what the coordinator does with them."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from accounts.models import User
from demo import heads
from demo.timeline import Year
from demo.year import DAYS, Support
from incidents.enums import EventType, Harm, IncidentKind
from incidents.models import Incident
from incidents.reports import report_writer
from supporters.enums import IntakeState, NotNeededReason
from supporters.intake import unnamed_reports
from supporters.models import Offer, UnnamedReport

#: For each report with names.
FOR_EACH = 2
#: Of the last days, of which some are late by now.
LATELY, LATELY_HOURS = 16, 24 * 5
#: By whom a report came in: a colleague, or the hospital's VIM system, which does not say.
BY_FORM = 0.6
VIM_SYSTEM = "VIM"


def come_in(year: Year) -> None:
    """Schedule the year's reports that name nobody."""
    earlier = [year.reported_at(48, 24 * DAYS - 12) for _ in range(year.reports * FOR_EACH)]
    lately = [year.reported_at(0.3, LATELY_HOURS) for _ in range(LATELY)]
    for at in sorted(earlier + lately):
        year.then(at, UnnamedVim(year).come_in, by_night=True)


@dataclass
class UnnamedVim:
    """One of them, and what becomes of it."""

    year: Year

    def come_in(self, at: datetime) -> None:
        chance = self.year.chance
        reporter = self.year.reporter()
        by_form = chance.random() < BY_FORM
        incident = report_writer.report_incident(
            reporter=reporter if by_form else None,
            kind=IncidentKind.VIM,
            event_type=chance.choices(
                (EventType.SAFETY, EventType.AGGRESSION, EventType.NON_MEDICAL), (8, 1, 1)
            )[0],
            involved=[],
            submission_key=uuid.UUID(int=chance.getrandbits(128), version=4) if by_form else None,
            at=at,
            department=reporter.department,
            occurred_at=at - self.year.hours(0.5, 30),
            harm=chance.choices(tuple(Harm), (2, 11, 5, 1))[0],
            external_source="" if by_form else VIM_SYSTEM,
            external_number="" if by_form else f"V-{chance.getrandbits(40):012d}",
        )
        heads.answer_later(self.year, incident, at)
        if UnnamedReport.objects.waiting().filter(incident=incident).exists():
            soon = chance.random() < 0.7
            self.year.then(
                at + (self.year.hours(1, 20) if soon else self.year.hours(60, 110)), self.look(incident)
            )

    def look(self, incident: Incident) -> "LookAtIt":
        return LookAtIt(self.year, incident)


@dataclass
class LookAtIt:
    """The coordinator looks at a report: asks, adds people, or finds that nobody needs support."""

    year: Year
    incident: Incident

    def __call__(self, at: datetime) -> None:
        row = UnnamedReport.objects.select_related("incident__reporter").get(incident=self.incident)
        if row.state != IntakeState.OPEN:
            return
        step = self.year.chance.random()
        if step < 0.3 and unnamed_reports.can_be_asked(row) and not row.asked_at:
            unnamed_reports.ask_reporter(report=row, by=self.year.coordinator, at=at)
            self.year.then(at + self.year.hours(1, 30), self.answer)
        elif step < 0.5:
            self.add_people(at, by=self.year.coordinator)
        else:
            unnamed_reports.no_support_needed(
                [row.pk],
                reason=self.year.chance.choice(tuple(NotNeededReason)),
                by=self.year.coordinator,
                at=at,
            )

    def answer(self, at: datetime) -> None:
        """The reporter names people, says that nobody was affected, or says nothing."""
        row = UnnamedReport.objects.get(incident=self.incident)
        said = self.year.chance.random()
        # Also in a small hospital one of them says so.
        first = not UnnamedReport.objects.exclude(said_nobody_at=None).exists()
        if said < 0.5 and not first:
            self.add_people(at, by=None)
            return
        if said < 0.75 or first:
            unnamed_reports.answer_nobody(report=row, at=at)
        self.year.then(at + self.year.hours(8, 40), self)

    def add_people(self, at: datetime, *, by: User | None) -> None:
        near = self.year.departments[self.incident.department_id]
        person = self.year.chance.choice([one for one in near if one.pk != self.incident.reporter_id])
        involved = [report_writer.Involved(employee=person)]
        if by is None:
            report_writer.add_involved(
                incident=self.incident,
                involved=involved,
                by=self.incident.reporter,
                at=at,
                page="support:name-people",
            )
        else:
            report_writer.add_involved(incident=self.incident, involved=involved, by=by, at=at)
        offer = Offer.objects.get(incident=self.incident)
        asked = at + timedelta(hours=1) + self.year.hours(0, 4)
        self.year.in_cover(asked, Support(self.year, offer.pk).assign)


def clear_up(year: Year) -> None:
    """Of what others of the demo left behind nothing is late since longer than a week."""
    for row in UnnamedReport.objects.waiting().filter(opened_at__lt=year.now - timedelta(days=7)):
        unnamed_reports.no_support_needed(
            [row.pk],
            reason=NotNeededReason.DEPARTMENT,
            by=year.coordinator,
            at=year.by_day(row.opened_at + timedelta(hours=5)),
        )
