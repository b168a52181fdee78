import threading

import pytest
from django.core.management import CommandError, call_command
from django.db import InternalError, connection, transaction
from django.db.utils import IntegrityError
from django.utils import timezone

from accounts import audit
from accounts.enums import AccessAction, Role
from accounts.models import AccessEvent, AccessLink, User
from accounts.tests.factories import UserFactory


def record(user=None, **changes):
    return audit.record(
        **{
            "action": AccessAction.VIEW,
            "user": user,
            "role": Role.COORDINATOR,
            "access_point": "support:roll-call",
            "object_kind": "incident",
            "object_ref": '2026-0042 "é€\n\x01',
            "record": user and user.pk,
            "basis": "coordinator of the case",
            "at": timezone.now(),
            **changes,
        }
    )


def tamper(sql):
    with connection.cursor() as cursor:
        for table in ("accounts_accessevent", "accounts_accesslink"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(sql)
        for table in ("accounts_accessevent", "accounts_accesslink"):
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


@pytest.fixture
def log(transactional_db):
    user = UserFactory()
    return [record(user) for _ in range(3)] + [record(None, role=None)]


def test_python_and_the_database_agree_on_the_chain(log):
    assert audit.verify() is None
    assert AccessLink.objects.count() == 4


@pytest.mark.parametrize(
    "statement", ["UPDATE accounts_accessevent SET basis = 'x'", "DELETE FROM accounts_accesslink"]
)
def test_log_refuses_change(log, statement):
    with pytest.raises((IntegrityError, InternalError), match="append-only"), connection.cursor() as cursor:
        cursor.execute(statement)


#: Tables whose rows nobody may change, whatever the trigger that refuses it is called.
APPEND_ONLY = """
    SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger
      JOIN pg_proc ON pg_proc.oid = tgfoid WHERE NOT tgisinternal AND proname = 'refuse_change'
"""


def test_no_table_that_is_only_added_to_can_be_emptied(transactional_db):
    with connection.cursor() as cursor:
        cursor.execute(APPEND_ONLY)
        tables = {table for (table,) in cursor.fetchall()}
    assert tables >= {
        "accounts_accessevent",
        "accounts_accesslink",
        "accounts_policychange",
        "incidents_trackevent",
        "supporters_contactevent",
        "dashboards_release",
        "dashboards_publication",
        "dashboards_blockwords",
    }
    # Nor by way of the people, on whom everything hangs.
    for table in [*sorted(tables), "accounts_user"]:
        with pytest.raises(IntegrityError, match="append-only"), connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {table} CASCADE")
    with connection.cursor() as cursor:
        cursor.execute(f"{APPEND_ONLY} AND tgtype & 32 = 32")  # before TRUNCATE
        assert {table for (table,) in cursor.fetchall()} == tables


@pytest.mark.parametrize(
    ("statement", "first_broken"),
    [
        ("UPDATE accounts_accessevent SET basis = 'curiosity' WHERE id = {1}", 1),
        ("UPDATE accounts_accessevent SET at = at + interval '1 microsecond' WHERE id = {2}", 2),
        (
            (
                "DELETE FROM accounts_accesslink WHERE event_id = {1};"
                "DELETE FROM accounts_accessevent WHERE id = {1}"
            ),
            2,
        ),
        ("UPDATE accounts_accesslink SET chain = '\\x00' WHERE event_id = {0}", 0),
        ("DELETE FROM accounts_accesslink WHERE event_id = {3}", 3),
    ],
)
def test_verify_names_the_first_broken_line(log, statement, first_broken):
    numbers = [event.id for event in log]
    tamper(statement.format(*numbers))
    assert audit.verify() == numbers[first_broken]
    with pytest.raises(CommandError, match=str(numbers[first_broken])):
        call_command("verify_access_log")


def test_command_finds_a_log_cut_off_at_its_end(log, capsys):
    call_command("verify_access_log")
    head = capsys.readouterr().out.split()[-1]
    record()
    call_command("verify_access_log", expect=head)
    last = AccessEvent.objects.order_by("id")[3].id
    tamper(
        f"DELETE FROM accounts_accesslink WHERE event_id >= {last};"
        f"DELETE FROM accounts_accessevent WHERE id >= {last}"
    )
    with pytest.raises(CommandError, match="missing"):
        call_command("verify_access_log", expect=head)


def test_a_line_stands_or_falls_with_its_transaction(transactional_db):
    with transaction.atomic():
        record()
        transaction.set_rollback(True)
    assert AccessEvent.objects.count() == 0
    assert audit.verify() is None
    assert audit.head() == (0, "")


def test_many_at_once_make_one_chain_and_never_block_each_other(transactional_db):
    """Each writes its line, then changes a row another holds: a lock at the insert would deadlock."""
    users = UserFactory.create_batch(2)
    errors = []

    def work(first, second):
        try:
            for _ in range(10):
                with transaction.atomic():
                    record(first)
                    User.objects.filter(id=second.id).update(telephone="0612345678")
        except Exception as error:  # noqa: BLE001  # shown by the assertion below
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=users[:: 1 if n % 2 else -1]) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert AccessLink.objects.count() == 80
    assert audit.verify() is None
