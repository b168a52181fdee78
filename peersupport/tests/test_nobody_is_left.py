"""After erasing, no row of any table ties the employee to the case, directly or by one join.

A whole case is lived through by way of the pages and the services; then every row of every table is read as
what it holds: ids, references, moments, names, and the transaction that wrote it last. A row is the
employee's when it holds the account's id or a fact that finds the account, and the case's when it holds an
id or a reference of the case. Nothing may be both, and no row of the one may share a value with a row of the
other.
"""

import json
import re
from base64 import b64decode
from dataclasses import dataclass
from datetime import timedelta
from zlib import decompress

import pytest
from django.db import connection
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from accounts import audit
from accounts.enums import AccessAction, Role
from accounts.models import User
from accounts.tests.factories import UserFactory
from evaluations.invitations import invite_closed
from evaluations.models import Invitation
from hospital.models import Department, Location, Profession
from incidents.calamities.analysis import team
from incidents.calamities.classification import classify, standing
from incidents.enums import EventType, Ground, IncidentKind, Verdict
from incidents.models import Incident, Involvement
from incidents.reports import report_writer
from notifications.delivery import sweep
from notifications.reminders import schedule
from supporters.contacts import flow
from supporters.enums import EventKind, HandBackReason
from supporters.matching import assignment
from supporters.models import Contact, ContactEvent, Exclusion, Offer, Supporter
from supporters.offers import retention
from supporters.pool import kept_apart
from supporters.tests.factories import SupporterFactory

PASSWORD = "correct horse battery"
DAY = timedelta(days=1)
UUID_LIKE = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
REFERENCE = re.compile(r"\b20\d\d-\d{4,}\b")
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+")

pytestmark = pytest.mark.django_db(transaction=True)


@dataclass(frozen=True)
class Row:
    table: str
    text: str
    values: frozenset[str]


@dataclass(frozen=True)
class Case:
    """Whose case it is and what names it, as it was before it was erased."""

    facts: frozenset[str]
    ids: frozenset[str]


def rows() -> list[Row]:
    """Every row of every table, with the values by which it can be joined to another."""
    keys = _numbered_keys()
    found = []
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename")
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT xmin::text, to_jsonb(t)::text FROM "{table}" t')
            for transaction, stored in cursor.fetchall():
                row = json.loads(stored)
                text = _readable(table, row)
                numbered = {
                    f"{target}:{row[column]}"
                    for (of, column), target in keys.items()
                    if of == table and row[column] is not None
                }
                joined = {value.lower() for value in UUID_LIKE.findall(text)}
                joined |= {*REFERENCE.findall(text), *MOMENT.findall(text)}
                found.append(Row(table, text, frozenset({*joined, *numbered, f"transaction:{transaction}"})))
    return found


def _numbered_keys() -> dict[tuple[str, str], str]:
    """Columns of numbers that are a key: (table, column) → the table whose rows they number."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT conrelid::regclass::text, attname,
                   CASE contype WHEN 'p' THEN conrelid ELSE confrelid END::regclass::text
              FROM pg_constraint
              JOIN pg_attribute ON attrelid = conrelid AND attnum = conkey[1]
             WHERE contype IN ('p', 'f') AND cardinality(conkey) = 1
               AND atttypid IN ('int2'::regtype, 'int4'::regtype, 'int8'::regtype)
            """
        )
        return {(table, column): target for table, column, target in cursor.fetchall()}


def _readable(table: str, row: dict[str, object]) -> str:
    text = json.dumps(row, ensure_ascii=False)
    if table == "django_session":
        text += _session(str(row["session_data"]))
    for value in row.values():
        if isinstance(value, str) and value.startswith("\\x"):
            text += bytes.fromhex(value[2:]).decode("latin-1")
    return text


def _session(data: str) -> str:
    body = data.split(":", maxsplit=1)[0]
    packed = b64decode(f"{body.lstrip('.')}{'=' * (-len(body.lstrip('.')) % 4)}", altchars=b"-_")
    return (decompress(packed) if body.startswith(".") else packed).decode()


def ties(person: frozenset[str], case: frozenset[str], *, known: frozenset[str]) -> list[str]:
    """The rows that tie `person` to `case`; `known` values are everybody's, so to share them says nothing."""
    everything = rows()
    theirs = [row for row in everything if any(fact in row.text for fact in person)]
    its = [row for row in everything if row.values & case or any(value in row.text for value in case)]
    found = [f"both: {row.table} {row.text}" for row in theirs if row in its]
    by_value: dict[str, list[Row]] = {}
    for row in its:
        for value in row.values - known:
            by_value.setdefault(value, []).append(row)
    for row in theirs:
        for value in row.values & by_value.keys():
            found += [f"by {value}: {row.table} {row.text} | {other.text}" for other in by_value[value]]
    return found


@pytest.fixture
def employee():
    return UserFactory(
        username="n.bos-uniek",
        name="Noor Bos-Uniek",
        email="noor.uniek@ziekenhuis.example",
        telephone="0612348765",
        employee_number="P998877",
        password=PASSWORD,
        roles=[Role.TEAM_LEADER],
    )


@pytest.fixture
def coordinator():
    return UserFactory(name="Marleen Postma", roles=[Role.COORDINATOR])


@pytest.fixture
def case(client, employee, coordinator):
    """Three cases of one employee: asked for support, named oneself on a report, and was named by another.

    The first was handed back as too close, then by the employee, then led to a conversation and its end. The
    others are one line of support, which the employee declined.
    """
    client.post(reverse("account_login"), {"login": employee.username, "password": PASSWORD})
    client.post(reverse("incidents:report", args=["self"]), {"event_type": "aggression"})
    asked = Offer.objects.get()
    support(client, asked, employee, coordinator)
    client.force_login(employee)
    now = timezone.now()
    someone = UserFactory()
    for reporter, people in ((employee, (employee, someone)), (someone, (employee,))):
        report_writer.report_incident(
            reporter=reporter,
            kind=IncidentKind.EVENT,
            event_type=EventType.AGGRESSION,
            involved=[report_writer.Involved(employee=person) for person in people],
            submission_key=None,
            at=now,
        )
    client.get(reverse("me"))
    for incident in Incident.objects.filter(reporter=employee):
        assert client.get(reverse("incidents:detail", args=[incident.reference])).status_code == 200
    offer = Offer.objects.open().filter(involvement__employee=employee).earliest("pk")
    contact = propose(offer, coordinator)
    flow.record(contact=contact, kind=EventKind.OFFER_DECLINED, by=employee, at=now)
    told(employee)
    return everything_of(employee)


def support(client, offer, employee, coordinator):
    now = timezone.now()
    first = propose(offer, coordinator)
    flow.record(
        contact=first,
        kind=EventKind.HANDED_BACK,
        by=first.supporter.user,
        at=now,
        reason=HandBackReason.CONFLICT,
    )
    propose(offer, coordinator)
    client.post(reverse("me-decide", args=[offer.pk]), {"decision": "somebody_else"})
    contact = propose(offer, coordinator)
    supporter = contact.supporter.user
    for kind, details in (
        (EventKind.ACCEPTED, {}),
        (EventKind.CONVERSATION, {"mode": "telephone"}),
        (EventKind.APPOINTMENT_PLANNED, {"planned_for": now + 3 * DAY, "mode": "telephone"}),
        (EventKind.CLOSED, {"outcome": "completed"}),
    ):
        contact = flow.record(contact=contact, kind=kind, by=supporter, at=now, **details)
    client.force_login(coordinator)
    for page in (
        reverse("support:worklist"),
        reverse("support:roll-call", args=[offer.incident.reference]),
        reverse("support:match", args=[offer.involvement_id]),
        reverse("incidents:detail", args=[offer.incident.reference]),
    ):
        client.get(page)
    invite_closed(at=now + timedelta(days=7, minutes=20))


def propose(offer, coordinator):
    supporter = SupporterFactory(trained=True)
    return assignment.assign(
        offer=Offer.objects.get(pk=offer.pk), supporter=supporter, by=coordinator, at=timezone.now()
    )


def told(employee):
    """Everything due reaches people; the employee, too, is told something about each offer and contact."""
    now = timezone.now()
    contacts = Contact.objects.filter(offer__involvement__employee=employee)
    for subject in [*contacts, *Offer.objects.filter(involvement__employee=employee)]:
        reminder = schedule.reminder(
            key=f"test:{subject.pk}",
            kind="contact.ended",
            due_at=now,
            subject_id=subject.pk,
            url="/me/",
            recipient=employee,
        )
        schedule.remind([reminder])
        reminder.notices.create(
            user=employee, kind=reminder.kind, subject_id=subject.pk, url="/me/", created_at=now
        )
    sweep.sweep(at=now + 40 * DAY)


def everything_of(employee) -> Case:
    involvements = Involvement.objects.filter(employee=employee)
    offers = Offer.objects.filter(involvement__in=involvements)
    contacts = Contact.objects.filter(offer__in=offers)
    incidents = Incident.objects.filter(involvements__in=involvements)
    events = ContactEvent.objects.filter(contact__in=contacts)
    invitations = Invitation.objects.filter(contact__in=contacts)
    parts = (involvements, offers, contacts, incidents, invitations)
    ids = {str(pk) for part in parts for pk in part.values_list("pk", flat=True)}
    ids |= {f"supporters_contactevent:{pk}" for pk in events.values_list("pk", flat=True)}
    ids |= set(incidents.values_list("reference", flat=True))
    facts = {employee.username, employee.name, employee.email, employee.telephone, employee.employee_number}
    return Case(frozenset({str(employee.pk), *facts}), frozenset(ids))


def known(employee) -> frozenset[str]:
    """What says nothing about anybody: wards, professions, groups, and the people who help everybody."""
    others = User.objects.exclude(pk=employee.pk)
    shared = [
        str(pk)
        for model in (Department, Location, Profession, Supporter)
        for pk in model.objects.values_list("pk", flat=True)
    ]
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM auth_group")
        groups = [f"auth_group:{pk}" for (pk,) in cursor.fetchall()]
    return frozenset([*shared, *groups, *(str(pk) for pk in others.values_list("pk", flat=True))])


def test_after_erasing_nothing_ties_the_employee_to_a_case(case, employee, coordinator):
    assert len(Contact.objects.all()) == 4
    assert Exclusion.objects.filter(employee=employee).count() == 2
    assert Invitation.objects.exists()
    before = ties(case.facts, case.ids, known=known(employee))
    assert {"incidents_involvement", "notifications_notice", "supporters_exclusion"} <= {
        tie.split()[1] if tie.startswith("both") else tie.split()[2] for tie in before
    }
    # A pair that the coordinator keeps apart by hand stays, and says nothing.
    supporter = Contact.objects.get(conversations=1).supporter
    kept_apart.add(supporter=supporter, employee=employee, by=coordinator, at=timezone.now())
    assert retention.erase_due(at=timezone.now() + 31 * DAY) == retention.Erased(3, 2)
    assert ties(case.facts, case.ids, known=known(employee)) == []


def test_early_by_the_employee_too(client, case, employee):
    client.force_login(employee)
    # Nobody sees any more whom they named.
    Involvement.objects.update(added_at=F("added_at") - timedelta(days=2))
    Incident.objects.update(reported_at=F("reported_at") - timedelta(days=2))
    # What goes on with another is erased with it.
    for offer in Offer.objects.leading().filter(involvement__employee=employee):
        assert client.post(reverse("me-erase", args=[offer.pk])).status_code == 302
    assert ties(case.facts, case.ids, known=known(employee)) == []


def test_not_having_been_on_the_analysis_team_either(employee, coordinator):
    """An analyst turns out to be involved: the team forgets them at once, the case in its time."""
    employee.groups.add(*UserFactory(roles=[Role.ANALYST]).groups.all())
    now = timezone.now()
    incident = report_writer.report_incident(
        reporter=UserFactory(),
        kind=IncidentKind.CALAMITY,
        event_type=EventType.SAFETY,
        involved=[],
        submission_key=None,
        at=now,
    )
    team.assign(incident=incident, analyst=employee, by=UserFactory(roles=[Role.CCP]), at=now)
    sweep.sweep(at=timezone.now())
    involved = [report_writer.Involved(employee=employee)]
    report_writer.add_involved(incident=incident, involved=involved, by=coordinator, at=timezone.now())
    contact = propose(Offer.objects.get(), coordinator)
    flow.record(contact=contact, kind=EventKind.OFFER_DECLINED, by=employee, at=timezone.now())
    told(employee)
    case = everything_of(employee)
    # While its clocks run, what keeps an analyst from the own event stays (incidents.calamities.put_aside).
    assert retention.erase_due(at=timezone.now() + 31 * DAY).involvements == 0
    incident.refresh_from_db()
    classify(
        incident=incident,
        verdict=Verdict.NONE,
        ground=Ground.MISTAKE,
        by=UserFactory(roles=[Role.CCP]),
        at=timezone.now(),
        seen=standing(incident),
    )
    assert retention.erase_due(at=timezone.now() + 31 * DAY).involvements == 1
    assert ties(case.facts, case.ids, known=known(employee)) == []


@pytest.mark.parametrize("plant", ["line", "notice"])
def test_the_walk_finds_what_is_planted(case, employee, coordinator, plant):
    offer = Offer.objects.filter(involvement__employee=employee).earliest("opened_at")
    retention.erase_due(at=timezone.now() + 31 * DAY)
    if plant == "line":
        audit.record(
            action=AccessAction.VIEW,
            user=employee,
            role=None,
            access_point="me",
            object_kind="incident",
            object_ref=offer.incident.reference,
            basis="own record",
            at=timezone.now(),
        )
    else:
        # The notice names another thing; its reminder is about the case.
        reminder = schedule.reminder(
            key="planted",
            kind="contact.ended",
            due_at=timezone.now(),
            subject_id=offer.pk,
            url="/",
            role=Role.COORDINATOR,
        )
        schedule.remind([reminder])
        reminder.notices.create(
            user=employee,
            kind=reminder.kind,
            subject_id=employee.pk,
            url="/",
            created_at=timezone.now(),
        )
    assert ties(case.facts, case.ids, known=known(employee))
