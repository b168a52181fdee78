"""The upgrade that takes supported employees out of the access log, on a log with lines in it."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor

from accounts import audit
from accounts.models import AccessEvent, AccessLink

BEFORE = [("accounts", "0003_policychange"), ("incidents", "0003_support_step")]
MONDAY = datetime(2026, 9, 14, 9, tzinfo=UTC)
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.clock(MONDAY)]


def migrate(targets):
    executor = MigrationExecutor(connection)
    executor.migrate(targets)
    return MigrationExecutor(connection).loader.project_state(targets).apps


@pytest.fixture
def old():
    """The models as they were before the upgrade; afterwards everything is brought up to date again."""
    yield migrate(BEFORE)
    call_command("migrate", verbosity=0)


@pytest.fixture
def written(old):
    """Three cases of one employee, one erased, and the lines of a coordinator about them."""
    events = old.get_model("accounts", "AccessEvent").objects
    incidents, involvements = (old.get_model("incidents", it).objects for it in ("Incident", "Involvement"))
    people = old.get_model("accounts", "User").objects
    coordinator, employee, other = (
        people.create(username=name, name=name) for name in ("Marleen Postma", "Noor Bos", "Bram Dekker")
    )
    cases = []
    for reference, kind, reporter in (
        ("2026-0001", "self", employee),
        ("2026-0002", "vim", coordinator),
        ("2026-0003", "event", employee),
    ):
        incident = incidents.create(
            reference=reference, kind=kind, event_type="other", reporter=reporter, reported_at=MONDAY
        )
        cases.append(
            involvements.create(incident=incident, employee=employee, name="Noor Bos", added_at=MONDAY)
        )
    erased = involvements.create(
        incident=cases[1].incident, added_at=MONDAY, erased_at=MONDAY + timedelta(days=30)
    )

    def line(action, user, kind, reference, subject, basis="coordinator of the case", point="support:match"):
        with transaction.atomic():
            return events.create(
                at=MONDAY,
                action=action,
                user=user,
                access_point=point,
                object_kind=kind,
                object_ref=reference,
                subject=subject,
                basis=basis,
            ).pk

    report = {"basis": "reporter", "point": "incidents:report"}
    lines = {
        "asked": line("create", employee, "incident", "2026-0001", employee, **report),
        "reported": line("create", coordinator, "incident", "2026-0002", None, **report),
        "named oneself": line("create", employee, "incident", "2026-0003", None, **report),
        "opened": line("view", coordinator, "support", "2026-0002", employee),
        "opened one erased": line("view", coordinator, "support", "2026-0002", other),
        "role": line("create", coordinator, "role", "supporter", other, "administration", "settings:person"),
        "signed in": line("sign_in", employee, "session", "", employee, "own account", "account_login"),
    }
    return {"cases": cases, "erased": erased, "lines": lines, "other": other, "coordinator": coordinator}


def test_lines_keep_their_record_and_nobodys_name(written):
    head = bytes(AccessLink.objects.order_by("-id").values_list("chain", flat=True)[0]).hex()
    call_command("migrate", verbosity=0)
    found = {event.pk: event for event in AccessEvent.objects.all()}
    line = {name: found[pk] for name, pk in written["lines"].items()}
    own, named, event = (case.pk for case in written["cases"])
    coordinator = written["coordinator"].pk
    assert {name: (each.record, each.user_id) for name, each in line.items() if name != "signed in"} == {
        "asked": (own, None),
        "reported": (None, coordinator),
        "named oneself": (event, None),
        "opened": (named, coordinator),
        "opened one erased": (None, coordinator),
        "role": (None, coordinator),
    }
    assert line["role"].object_ref == f"supporter {written['other'].pk}"
    assert (line["signed in"].record, line["signed in"].object_ref) == (None, "")
    assert audit.verify() is None
    assert [(each.basis, each.object_ref) for each in found.values() if each.access_point == "migrate"] == [
        ("upgrade", head)
    ]


def test_what_is_written_afterwards_goes_on_in_the_chain(written):
    call_command("migrate", verbosity=0)
    before = AccessLink.objects.count()
    with transaction.atomic():
        AccessEvent.objects.create(at=MONDAY, action="view", object_kind="support", record=uuid4())
    assert AccessLink.objects.count() == before + 1
    assert audit.verify() is None


def test_a_log_that_was_tampered_with_before_says_so_for_ever(written):
    broken = written["lines"]["opened"]
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE accounts_accessevent DISABLE TRIGGER USER")
        cursor.execute("UPDATE accounts_accessevent SET basis = 'x' WHERE id = %s", [broken])
        cursor.execute("ALTER TABLE accounts_accessevent ENABLE TRIGGER USER")
    call_command("migrate", verbosity=0)
    line = AccessEvent.objects.get(basis="broken before the upgrade")
    assert (line.object_kind, line.object_ref) == ("access log", str(broken))


def test_an_upgrade_that_was_cut_off_goes_on_where_it_was(written):
    migrate([("accounts", "0004_access_log_record"), ("incidents", "0004_access_log_of_records")])
    # Killed here; old code that still serves writes one more line.
    with transaction.atomic():
        migrated = (
            MigrationExecutor(connection)
            .loader.project_state([("accounts", "0004_access_log_record")])
            .apps.get_model("accounts", "AccessEvent")
        )
        migrated.objects.create(at=MONDAY, action="view", object_kind="support", object_ref="2026-0002")
    call_command("migrate", verbosity=0)
    assert audit.verify() is None
    assert AccessLink.objects.count() == AccessEvent.objects.count()


def test_an_empty_log_stays_empty(old):
    call_command("migrate", verbosity=0)
    assert not AccessEvent.objects.exists()
