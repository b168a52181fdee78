"""Somebody who may write to the database, and nothing else."""

import json
from typing import Any

from django.db import DatabaseError, connection, transaction
from nacl.public import PrivateKey
from psycopg.types.json import Jsonb

from accounts.enums import Role
from accounts.tests.factories import UserFactory
from attacks import linking
from attacks.installation import Installation
from dashboards import figures
from dashboards.bound import SUPPORT_TABLES
from evaluations import sealing
from evaluations.drawn import draw
from evaluations.models import Batch, Envelope, EvaluationPolicy
from notifications.models import Notice

ON_RELEASES = {
    "changed": "UPDATE dashboards_release SET tables = '{}'",
    "deleted": "DELETE FROM dashboards_release",
    "truncated": "TRUNCATE dashboards_release CASCADE",
    "drawn again for the same days": (
        "INSERT INTO dashboards_release (id, starts_on, ends_on, drawn_at, tables, version)"
        " SELECT gen_random_uuid(), starts_on, ends_on, drawn_at, tables, version FROM dashboards_release"
    ),
}
ON_A_NAIVE_TABLE = "CREATE TABLE naive_release (tables jsonb); TRUNCATE naive_release"


def refused(statement: str) -> bool:
    """Whether the database does not carry out `statement`; it is taken back."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
            transaction.set_rollback(True)
    except DatabaseError:
        return True
    return False


def swapped_key(place: Installation) -> tuple[bool, bool]:
    """Whether an answer is refused once the public key is another, and whether an administrator is told."""
    UserFactory(roles=[Role.ADMIN])
    (code,) = linking.invite(place, ["key"]).values()
    batch = Batch.objects.get(released_at=None)
    own, since = bytes(batch.public_key), place.clock.now()
    Batch.objects.filter(pk=batch.pk).update(public_key=bytes(PrivateKey.generate().public_key))
    before = Envelope.objects.count()
    status, _body = place.send("/evaluation/", {"mark": "8", "ticket": code})
    taken = Envelope.objects.count() - before
    told = Notice.objects.filter(kind="evaluation.key", created_at__gte=since)
    place.pass_until(told.exists, "that an administrator is told")
    Batch.objects.filter(pk=batch.pk).update(public_key=own)
    return status == 200 and not taken, told.exists()


def swapped_key_reads_naively() -> bool:
    """Whether who swaps the key reads an answer where the web trusts the database."""
    mine = PrivateKey.generate()
    sealed = sealing.seal("AAAA", {"mark": "8"}, bytes(mine.public_key))
    return bool(sealing.open_envelope(sealed, bytes(mine)).answers)


def lowered_least() -> int:
    """How many people's answers are opened together at least, after the database was made to say one."""
    with transaction.atomic(), connection.cursor() as cursor:
        for name in ("ten_at_least", "within_bounds"):
            cursor.execute(
                f"ALTER TABLE evaluations_evaluationpolicy DROP CONSTRAINT evaluation_policy_{name}"
            )
        EvaluationPolicy.objects.update_or_create(id=1, defaults={"release_at_least": 1})
        least = EvaluationPolicy.current().least
        transaction.set_rollback(True)
    return least


def draws_read(nights: int) -> int:
    """How many draws of one period somebody reads who lets storing it fail, night after night."""
    seen: set[str] = set()

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith('INSERT INTO "dashboards_release"'):
            seen.update(json.dumps(each.obj, sort_keys=True) for each in params if isinstance(each, Jsonb))
        return execute(sql, params, many, context)

    period = figures.upcoming()
    assert period is not None
    alter = "ALTER TABLE dashboards_release {} CONSTRAINT refused_each_night {}"
    with connection.cursor() as cursor:
        cursor.execute(alter.format("ADD", "CHECK (false) NOT VALID"))
        for _night in range(nights):
            try:
                with connection.execute_wrapper(note):
                    figures.prepare(period, at=period.closes_at + figures.GRACE)
            except DatabaseError:
                continue
        cursor.execute(alter.format("DROP", ""))
    return len(seen)


def draws_read_naively(nights: int) -> int:
    """The same where each night draws anew."""
    table = SUPPORT_TABLES[0]
    return len({draw(table, {"all": 40}).cells["all"] for _night in range(nights)})
