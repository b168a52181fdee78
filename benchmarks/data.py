"""Filling the benchmark's database, set by set: the pages must not feel the size of what lies behind them."""

from django.contrib.auth.models import Group
from django.db import connection
from django.utils import timezone

from accounts.enums import Role
from accounts.models import User
from benchmarks.models import Row
from hospital.enums import ProfessionGroup
from hospital.models import Department, Location, Profession
from incidents.enums import EventType, IncidentKind
from incidents.models import Incident
from incidents.reports import report_writer
from supporters.enums import SupporterStatus
from supporters.models import Supporter

OPEN_OFFERS = 300
DEPARTMENTS = 40
ROLL_CALL = "2000-0030"
#: Offers that were filled in here, not those of the demo hospital.
_FILLED_IN = "offer.incident_id IN (SELECT id FROM incidents_incident WHERE reference LIKE 'B%%')"


def staff() -> None:
    """Sites, departments, professions, and the people the benchmark signs in as."""
    sites = [Location.objects.create(name=f"Site {number}") for number in range(3)]
    departments = [
        Department.objects.create(name=f"Department {number}", location=sites[number % 3])
        for number in range(DEPARTMENTS)
    ]
    professions = [
        Profession.objects.create(
            name=str(group.label), group=group, works_shifts=group is ProfessionGroup.NURSE
        )
        for group in ProfessionGroup
    ]
    for username, role in (
        ("bench-coordinator", Role.COORDINATOR),
        ("bench-supporter", Role.SUPPORTER),
        ("bench-board", Role.BOARD),
    ):
        person = User.objects.create_user(
            username, name=username, department=departments[0], profession=professions[0]
        )
        person.groups.add(Group.objects.get(name=role))
        if role is Role.SUPPORTER:
            Supporter.objects.create(user=person, status=SupporterStatus.PAUSED)
    Row.objects.bulk_create(
        Row(
            due_at=timezone.now(),
            name=f"Colleague {number}",
            profession="Nurse",
            department="Ward",
            state="new",
        )
        for number in range(1_000)
    )


def _run(sql: str, *values: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


def grow_supporters(size: int) -> None:
    """Up to `size` trained, active supporters, each with an account of their own."""
    _run(
        """
        WITH department AS (SELECT array_agg(id ORDER BY id) AS ids FROM hospital_department),
             profession AS (SELECT array_agg(id ORDER BY id) AS ids FROM hospital_profession),
             present AS (SELECT count(*)::int AS size FROM accounts_user WHERE username LIKE 's-%%')
        INSERT INTO accounts_user (id, password, is_superuser, username, employee_number, name,
            search_key, sort_key, email, telephone, department_id, profession_id,
            in_profession_since, language, is_active, date_joined)
        SELECT gen_random_uuid(), '!', false, 's-' || n, 's' || n, 'Supporter ' || n,
            'supporter ' || n, n || '  supporter', '', '5' || n,
            department.ids[1 + n %% array_length(department.ids, 1)],
            profession.ids[1 + n / 7 %% array_length(profession.ids, 1)],
            1990 + n %% 35, 'nl', true, now()
        FROM department, profession, present, generate_series(present.size + 1, %s) AS n
        """,
        size,
    )
    joins = """
        FROM accounts_user AS person
        LEFT JOIN supporters_supporter AS supporter ON supporter.user_id = person.id
        WHERE person.username LIKE 's-%%' AND supporter.id IS NULL
    """
    _run(
        f"""
        INSERT INTO training_takenover (user_id, trained_on, competences, at)
        SELECT person.id, current_date - 200, '{{}}', now() {joins}
        ON CONFLICT DO NOTHING
        """
    )
    _run(
        f"""
        INSERT INTO supporters_supporter (id, user_id, status, trained_on, current_until, capacity, load,
            last_asked_at)
        SELECT gen_random_uuid(), person.id, 'active', current_date - 200, current_date + 300, 3,
            substr(employee_number, 2)::int %% 3,
            CASE WHEN substr(employee_number, 2)::int %% 5 > 0
                 THEN now() - make_interval(days => 8 + substr(employee_number, 2)::int %% 300) END
        {joins}
        """
    )
    _run("ANALYZE accounts_user, supporters_supporter")


def grow_incidents(size: int) -> None:
    """Up to `size` incidents over the past year, each with one involved employee whose support is closed."""
    _run(
        """
        INSERT INTO incidents_incident (id, reference, kind, event_type, department_id, occurred_at,
        description,
            already_offered, reported_at, tracked_since, external_source, external_number)
        SELECT gen_random_uuid(), 'B' || n, CASE WHEN n %% 12 = 0 THEN 'calamity' ELSE 'vim' END, 'safety',
            department.ids[1 + n %% array_length(department.ids, 1)],
            now() - make_interval(mins => n * 211 %% 525600), '', 'unknown',
            now() - make_interval(mins => n * 211 %% 525600),
            CASE WHEN n %% 12 = 0 THEN now() - make_interval(mins => n * 211 %% 525600) END, '', ''
        FROM (SELECT array_agg(id ORDER BY id) AS ids FROM hospital_department) AS department,
            generate_series(
                (SELECT count(*)::int FROM incidents_incident WHERE reference LIKE 'B%%') + 1, %s) AS n
        """,
        size,
    )
    _run(
        """
        INSERT INTO incidents_involvement (id, incident_id, employee_id, name, email, telephone,
        profession_id,
            department_id, wish_other_department, wish_physician, wish_outside, added_at)
        SELECT gen_random_uuid(), incident.id, NULL, 'Colleague ' || incident.reference, 'c@bench.example',
        '',
            (SELECT id FROM hospital_profession ORDER BY name LIMIT 1), incident.department_id, true, false,
            false, incident.reported_at
        FROM incidents_incident AS incident
        WHERE NOT EXISTS (SELECT 1 FROM incidents_involvement WHERE incident_id = incident.id)
        """
    )
    _run(
        """
        INSERT INTO supporters_offer (id, involvement_id, incident_id, waiting_for, due_at, opened_at,
            first_contact_due_at, norm_due_at, offered_at, reached_at, closed_at, outcome)
        SELECT gen_random_uuid(), involvement.id, involvement.incident_id, 'nothing', added_at, added_at,
            added_at + interval '24 hours', added_at + interval '24 hours',
            added_at + interval '2 hours', added_at + interval '20 hours',
            added_at + interval '20 days', 'completed'
        FROM incidents_involvement AS involvement
        WHERE NOT EXISTS (SELECT 1 FROM supporters_offer WHERE involvement_id = involvement.id)
        """
    )
    _run(
        """
        WITH supporter AS (SELECT array_agg(id ORDER BY id) AS ids FROM supporters_supporter)
        INSERT INTO supporters_contact (id, offer_id, supporter_id, state, outcome, takes_capacity, due_at,
            proposed_at, accepted_at, reached_at, closed_at, conversations)
        SELECT gen_random_uuid(), offer.id,
            supporter.ids[1 + (row_number() OVER ()) %% array_length(supporter.ids, 1)], 'closed',
            'completed', true, offer.due_at, offer.offered_at, offer.offered_at, offer.reached_at,
            offer.closed_at, 1
        FROM supporters_offer AS offer, supporter
        WHERE offer.closed_at IS NOT NULL
            AND NOT EXISTS (SELECT 1 FROM supporters_contact WHERE offer_id = offer.id)
        """
    )
    _run("ANALYZE")


def roll_call() -> None:
    """One event with thirty involved employees, all of them still to be assigned."""
    reporter = User.objects.get(username="bench-coordinator")
    at = timezone.now()
    profession = reporter.profession
    incident = Incident.objects.create(
        reference=ROLL_CALL, kind=IncidentKind.EVENT, event_type=EventType.AGGRESSION, reported_at=at
    )
    departments = list(Department.objects.order_by("name"))
    report_writer.add_involved(
        incident=incident,
        involved=[
            report_writer.Involved(
                name=f"Colleague {number}",
                email=f"{number}@bench.example",
                profession=profession,
                department=departments[number % len(departments)],
            )
            for number in range(30)
        ],
        by=reporter,
        at=at,
    )


def open_work() -> None:
    """Open the offers that a coordinator has on her desk: a third waits for each of the first three steps."""
    _run(
        f"""
        WITH picked AS (
            SELECT id, row_number() OVER (ORDER BY opened_at DESC) AS n FROM supporters_offer AS offer
            WHERE closed_at IS NOT NULL AND {_FILLED_IN} ORDER BY opened_at DESC
            LIMIT greatest(0, %s - (SELECT count(*) FROM supporters_offer WHERE closed_at IS NULL)))
        UPDATE supporters_offer SET closed_at = NULL, outcome = '',
            waiting_for = (ARRAY['assignment', 'acceptance', 'first_contact'])[1 + picked.n %% 3],
            due_at = now() + make_interval(hours => (picked.n %% 60 - 10)::int)
        FROM picked WHERE picked.id = supporters_offer.id
        """,
        OPEN_OFFERS,
    )
    _run(
        f"""
        UPDATE supporters_contact AS contact
        SET state = CASE offer.waiting_for WHEN 'acceptance' THEN 'proposed' ELSE 'accepted' END,
            next_step = CASE offer.waiting_for WHEN 'acceptance' THEN 'answer' ELSE 'call' END,
            accepted_at = CASE offer.waiting_for WHEN 'acceptance' THEN NULL ELSE contact.accepted_at END,
            outcome = '', closed_at = NULL, reached_at = NULL, due_at = offer.due_at, takes_capacity = false
        FROM supporters_offer AS offer
        WHERE offer.id = contact.offer_id AND offer.closed_at IS NULL AND offer.waiting_for <> 'assignment'
            AND {_FILLED_IN}
        """
    )
    _run(
        f"""
        UPDATE supporters_contact SET supporter_id = (
            SELECT supporter.id FROM supporters_supporter AS supporter
            JOIN accounts_user AS person ON person.id = supporter.user_id
            WHERE person.username = 'bench-supporter')
        WHERE id IN (
            SELECT contact.id FROM supporters_contact AS contact
            JOIN supporters_offer AS offer ON offer.id = contact.offer_id
            WHERE state = 'accepted' AND {_FILLED_IN} ORDER BY contact.due_at LIMIT 10)
        """
    )
    _run(
        f"""
        DELETE FROM supporters_contact AS contact USING supporters_offer AS offer
        WHERE offer.id = contact.offer_id AND offer.closed_at IS NULL AND offer.waiting_for = 'assignment'
            AND {_FILLED_IN}
        """
    )
    _run(
        """
        INSERT INTO supporters_contactevent (contact_id, kind, at, by_id, planned_for, mode, reason, outcome)
        SELECT contact.id, step.kind, contact.proposed_at + step.after, person.id, contact.due_at, '', '', ''
        FROM supporters_contact AS contact
        JOIN (VALUES ('assigned', interval '0'), ('accepted', interval '1 hour')) AS step (kind, after)
            ON step.kind = 'assigned' OR contact.state = 'accepted'
        CROSS JOIN (SELECT id FROM accounts_user WHERE username = 'bench-coordinator') AS person
        WHERE contact.state IN ('proposed', 'accepted')
            AND NOT EXISTS (SELECT 1 FROM supporters_contactevent WHERE contact_id = contact.id)
        ORDER BY step.after
        """
    )
    _run("ANALYZE")
