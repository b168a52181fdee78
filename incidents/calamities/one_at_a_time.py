"""Rows that an exclusion constraint keeps apart are written one transaction after the other.

Two that write into the same gap at once would each wait for the other's row: a deadlock, which PostgreSQL
ends with an error that does not say what was in the way.
"""

from django.db import connection, models


def write_alone(model: type[models.Model]) -> None:
    """Wait until no other transaction writes rows of `model`; the next waits until this one ends."""
    table = model._meta.db_table  # noqa: SLF001  # Django's documented way to it
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [table])
