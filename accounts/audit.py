"""The access log: who opened or changed what about whom, and why. Fields after NEN 7513.

Writing a line is one INSERT in the caller's transaction. The chain is made by the database when that
transaction commits (deferred trigger `access_event_chain`, migration 0005): it takes the log's one lock
then and not sooner, so nobody waits for the log while somebody else's transaction is still at work, and
nothing is locked after it that could make two transactions wait for each other.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from accounts.enums import AccessAction, Role
from accounts.models import AccessEvent, AccessLink, User

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIELDS = (
    "event_id",
    "event__at",
    "event__action",
    "event__user_id",
    "event__responsible",
    "event__access_point",
    "event__object_kind",
    "event__object_ref",
    "event__record",
    "event__basis",
)


def record(
    *,
    action: AccessAction,
    user: User | None,
    role: Role | None,
    access_point: str,
    object_kind: str,
    object_ref: str,
    basis: str,
    at: datetime,
    record: UUID | None = None,
) -> AccessEvent:
    """Append one line; call it inside the transaction that opens or changes the object.

    `user` did it (None: the system itself) in `role` (None: as an employee) through `access_point`, the
    name of the page or command. `object_ref` is a reference or an id, never a name. `record` is the row that
    ties the person concerned to the case (`Involvement.id`): that person sees this line on the own page.
    `basis` says why it was allowed, e.g. "own record". What involved employees do about the own case has no
    `user`: the line would name them beside it for ever.
    """
    event = AccessEvent(
        action=action,
        user=user,
        responsible=role or "",
        access_point=access_point,
        object_kind=object_kind,
        object_ref=object_ref,
        basis=basis,
        at=at,
        record=record,
    )
    event.save(force_insert=True)
    return event


def record_each(
    records: Iterable[UUID | None],
    *,
    action: AccessAction,
    user: User | None,
    role: Role | None,
    access_point: str,
    object_kind: str,
    object_ref: str,
    basis: str,
    at: datetime,
) -> None:
    """As `record`, a line for each of `records` (None: the object itself), in one statement."""
    record_all(
        [(object_ref, each) for each in records],
        action=action,
        user=user,
        role=role,
        access_point=access_point,
        object_kind=object_kind,
        basis=basis,
        at=at,
    )


def record_all(
    objects: Sequence[tuple[str, UUID | None]],
    *,
    action: AccessAction,
    user: User | None,
    role: Role | None,
    access_point: str,
    object_kind: str,
    basis: str,
    at: datetime,
) -> None:
    """As `record`, a line for each of `objects`, which are an `object_ref` and a `record`, in one statement:
    by hand, for the lines differ in nothing else, and a roll-call writes one for everybody on it.
    """
    if not objects:
        return
    by = user.pk if user else None
    line: list[Any] = [at, action, by, role or "", access_point, object_kind, basis]
    refs, records = [ref for ref, _record in objects], [each for _ref, each in objects]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO accounts_accessevent"
            " (at, action, user_id, responsible, access_point, object_kind, basis, object_ref, record)"
            " SELECT %s, %s, %s, %s, %s, %s, %s, line.ref, line.record"
            " FROM unnest(%s::text[], %s::uuid[]) AS line (ref, record)",
            [*line, refs, records],
        )


def chain_of(previous: bytes, fields: tuple[Any, ...]) -> bytes:
    """What the chain says after `previous` for a line with `fields` (as in `_FIELDS`): SHA-256, 32 bytes.

    The database computes the same when it writes; here it is written a second time so that the check does
    not lean on what it checks.
    """
    number, at, *rest = fields
    moment = (at - _EPOCH) // timedelta(microseconds=1)
    canonical = [number, moment, *(None if value is None else str(value) for value in rest)]
    return hashlib.sha256(previous + json.dumps(canonical, ensure_ascii=False).encode()).digest()


def verify() -> int | None:
    """Walk the whole log: the number of the first line that was changed, put in or taken out, or None.

    Call it outside a transaction: lines of the caller's own open transaction are not in the chain yet. What
    was cut off at the end shows only against an earlier `head`, kept outside the database.
    """
    previous = b""
    links = AccessLink.objects.order_by("id").values_list("chain", *_FIELDS)
    for chain, *fields in links.iterator(chunk_size=5_000):
        if chain_of(previous, tuple(fields)) != bytes(chain):
            return int(fields[0])
        previous = bytes(chain)
    return AccessEvent.objects.filter(link=None).order_by("id").values_list("id", flat=True).first()


def head() -> tuple[int, str]:
    """The number of the newest line and the chain there, in hexadecimal; (0, "") while the log is empty."""
    last = AccessLink.objects.order_by("-id").first()
    return (last.event_id, bytes(last.chain).hex()) if last else (0, "")


def holds(expected: str) -> bool:
    """Whether the log still has the line that an earlier `head` named, written as ``line:chain``."""
    line, _, chain = expected.partition(":")
    if not line.isdigit() or (line == "0" and not chain):
        return line == "0"
    link = AccessLink.objects.filter(event_id=int(line)).first()
    return link is not None and bytes(link.chain).hex() == chain
