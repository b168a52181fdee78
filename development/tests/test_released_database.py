"""Each release's database, with the demo hospital in it, is brought to today's version."""

import re
from types import SimpleNamespace

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client

from accounts.models import User
from accounts.sign_in.demo_people import DEMO_PEOPLE
from development.released_database import DATABASES, statements
from evaluations.answer_tables import ANSWER_TABLES
from evaluations.models import Invitation, Opening
from peersupport.health import migrations
from supporters.models import Contact

RELEASED = sorted(DATABASES.glob("*.sql.xz"))


@pytest.fixture
def released(request, transactional_db):
    """The database of a release in the place of the tests' own."""
    known = connection.settings_dict["NAME"]
    name = f"{known}_released"
    server = {**connection.get_connection_params(), "dbname": known, "autocommit": True}
    with psycopg.connect(**_plain(server)) as outside:
        today = schema(outside.cursor())
        outside.execute(f'DROP DATABASE IF EXISTS "{name}"')
        outside.execute(f'CREATE DATABASE "{name}"')
        connection.close()
        with psycopg.connect(**_plain({**server, "dbname": name})) as inside:
            inside.execute(statements(request.param))
        connection.settings_dict["NAME"] = name
        try:
            yield SimpleNamespace(schema_of_today=today)
        finally:
            connection.close()
            connection.settings_dict["NAME"] = known
            outside.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def schema(cursor):
    """Columns, constraints, indexes and triggers of every table, in words that two databases share."""
    cursor.execute(
        """
        SELECT table_name, column_name || ' ' || data_type || ' ' || is_nullable
        FROM information_schema.columns WHERE table_schema = 'public'
        UNION SELECT conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace
        UNION SELECT tablename, indexdef FROM pg_indexes WHERE schemaname = 'public'
        UNION SELECT tgrelid::regclass::text, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
        """
    )
    # A dump writes casts and brackets in another way than the database it was made of.
    return {(table, re.sub(r"::(text|character varying)(\[\])?|[()]", "", what)) for table, what in cursor}


def _plain(parameters):
    return {key: value for key, value in parameters.items() if key not in {"cursor_factory", "context"}}


def test_the_first_release_is_kept():
    assert "0.1.0.sql" in [path.stem for path in RELEASED]


@pytest.mark.parametrize("released", RELEASED, indirect=True, ids=lambda path: path.name)
def test_a_released_database_is_upgraded_and_its_people_find_their_pages(released, capsys):
    call_command("migrate", verbosity=0)
    assert migrations() == "ok"
    assert schema(connection.cursor()) == released.schema_of_today
    assert Contact.objects.count() > 20
    for opening in Opening.objects.filter(tables__isnull=False):  # the exact counts of 0.1.0
        assert {table.name for table in ANSWER_TABLES} == set(opening.tables or ())
    assert Opening.objects.exists()
    assert not Invitation.objects.filter(answered=False, person=None).exists()
    call_command("verify_access_log")
    for username in DEMO_PEOPLE:
        client = Client()
        client.force_login(User.objects.get(username=username))
        assert client.get("/", follow=True).status_code == 200
