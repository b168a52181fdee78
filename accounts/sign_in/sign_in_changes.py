"""What changes in the way somebody signs in, and what it may not open before somebody else has looked.

Whoever writes people (the staff import, the command line) does so under `watched`; a second step that is
added or removed is told by django-allauth. A new address of an ordinary employee opens the account a week
later, for on the own page stands whether she had support; that of somebody whose role reads cases or keeps
watch when a second person has confirmed it.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import Q

from accounts import audit
from accounts.enums import AccessAction, SignIn
from accounts.models import User
from accounts.models.second_person import (
    ADDRESS_WAITS,
    Closing,
    RoleGrant,
    SignInChange,
    SignInChangeQuerySet,
)
from accounts.role_rules import BY_TWO, GUARDED, KEEP_WATCH
from accounts.roles import giving
from accounts.roles.confirming import NotOpen, NotTheSecond

#: Called in the transaction of the changes, with those that somebody must be told of. A room that tells
#: people adds itself when the app starts, for this app may not import it.
listeners: list[Callable[[Sequence[SignInChange], datetime], None]] = []

#: How long a change is kept after it was closed, with the addresses in it. The access log keeps that it was.
KEPT_FOR = timedelta(days=90)


class Noted(NamedTuple):
    """`what` of the person became `new`; `told` is the address that was theirs before (while that one waits
    itself, the last one that did not is told), and `is_freed` that it went to somebody else while they were
    out of service.
    """

    user_id: UUID
    what: SignIn
    old: str
    new: str
    told: str
    is_freed: bool = False


class _Account(NamedTuple):
    email: str
    username: str
    is_active: bool


@contextmanager
def watched(*, by: User | None, access_point: str, at: datetime) -> Iterator[None]:
    """Note what becomes different, while this is open, in how people sign in; and let nobody who comes back
    into service have the roles back that two people give, before two people have given them.

    Inside the caller's transaction; three statements for however many people, and a few for what changed.
    """
    before = _accounts()
    yield
    after = _accounts()
    changes = []
    for pk, now in after.items():
        was = before.get(pk)
        if was is None:
            continue
        if now.email != was.email:
            # The address that somebody who left no longer needs is free for others: who has it now is not
            # told, and whoever left must not come back unseen with another one.
            is_freed = not now.email and not now.is_active
            told = "" if is_freed else was.email
            changes.append(Noted(pk, SignIn.EMAIL, was.email, now.email, told, is_freed))
        if now.username != was.username:
            changes.append(Noted(pk, SignIn.USERNAME, was.username, now.username, was.email or now.email))
    note(changes, by=by, access_point=access_point, at=at)
    back = [pk for pk, now in after.items() if now.is_active and pk in before and not before[pk].is_active]
    _ask_again(back, by=by, access_point=access_point, at=at)


def note(changes: Iterable[Noted], *, by: User | None, access_point: str, at: datetime) -> None:
    """Write changes down, stop what they must not open, and tell of them."""
    changes = list(changes)
    rows = []
    for row, earlier in _weighed(changes):
        if earlier:
            _close(earlier, Closing.REPLACED, by=None, at=at)
        row.by, row.at, row.closed_at = by, at, at if row.closing else None
        rows.append(row)
    SignInChange.objects.bulk_create(rows, batch_size=1_000)
    for row in rows:
        if row.is_guarded:
            _write(row, by=by, basis="administration" if by else "server", access_point=access_point, at=at)
    freed = {change.user_id for change in changes if change.is_freed}
    tell([row for row in rows if row.user_id not in freed], at=at)


def would_wait(changes: Sequence[Noted]) -> dict[tuple[UUID, SignIn], bool]:
    """Those of `changes`, not made yet, that would open nothing at first: whether until a second person has
    confirmed them, else for a week.
    """
    rows = (row for row, _earlier in _weighed(changes))
    return {(row.user_id, SignIn(row.what)): row.is_guarded for row in rows if row.can_be_confirmed}


def _weighed(changes: Sequence[Noted]) -> list[tuple[SignInChange, SignInChange | None]]:
    """A row for each of `changes` that somebody must hear of, not written, and not yet by whom or when; and
    the open row that it follows on.
    """
    if not changes:
        return []
    ids = {change.user_id for change in changes}
    guarded = _guarded(ids)
    open_ones = {(one.user_id, one.what): one for one in SignInChange.objects.open().filter(user__in=ids)}
    found = []
    for change in changes:
        earlier = open_ones.get((change.user_id, change.what))
        is_guarded = change.is_freed or change.user_id in guarded or bool(earlier and earlier.is_guarded)
        # Who may have brought in an address that waits must not be the one who hears of the rest.
        held = open_ones.get((change.user_id, SignIn.EMAIL))
        told = held.told if held else change.told
        # Nobody is reached at an address that was never there.
        if not is_guarded and (change.what != SignIn.EMAIL or not told):
            continue
        old = earlier.old if earlier else change.old
        is_back = change.what != SignIn.SECOND_FACTOR and old == change.new
        row = SignInChange(
            user_id=change.user_id,
            what=change.what,
            old=old,
            new=change.new,
            told=told,
            is_guarded=is_guarded,
            closing=Closing.TAKEN_BACK if is_back else "",
        )
        found.append((row, earlier))
    return found


def second_factor_changed(
    user: User, *, by: User | None, access_point: str, is_first: bool, at: datetime
) -> None:
    """A second step was added, removed or made anew. The first, which the role asks for, stops nothing."""
    with transaction.atomic():
        if user.pk not in _guarded({user.pk}):
            return
        if not is_first:
            step = Noted(user.pk, SignIn.SECOND_FACTOR, "", "", user.email)
            note([step], by=by, access_point=access_point, at=at)
            return
        held = SignInChange.objects.open().filter(user=user, what=SignIn.EMAIL).first()
        row = SignInChange.objects.create(
            user=user,
            what=SignIn.SECOND_FACTOR,
            told=held.told if held else user.email,
            by=by,
            at=at,
            is_guarded=True,
            closing=Closing.TOLD,
            closed_at=at,
        )
        _write(row, by=by, basis="own account", access_point=access_point, at=at)
        tell([row], at=at)


def stopped(*, at: datetime) -> SignInChangeQuerySet:
    """What stops a password by mail, and tying an identity to the account, at `at`."""
    return SignInChange.objects.open().filter(Q(is_guarded=True) | Q(at__gt=at - ADDRESS_WAITS))


def is_stopped(user: User, *, at: datetime) -> bool:
    return stopped(at=at).filter(user=user).exists()


def may_confirm(change: SignInChange, user: User) -> bool:
    """Whoever keeps watch, somebody with the same role of those that two people give, or the person herself:
    not who made the change.
    """
    if not user.is_active or user.pk == change.by_id:
        return False
    if user.pk == change.user_id:
        return True
    return bool(user.roles & (KEEP_WATCH | (change.user.roles & BY_TWO)))


def confirm(*, change_id: UUID, by: User | None, access_point: str, at: datetime) -> SignInChange:
    """Let the new way of signing in open what the old one did. `by` None is IT, on the server.

    Raises NotOpen, NotTheSecond.
    """
    with transaction.atomic():
        change = SignInChange.objects.select_for_update(of=("self",)).select_related("user").get(pk=change_id)
        if not change.can_be_confirmed:
            raise NotOpen
        # Read again: whoever decides may have lost the role meanwhile.
        if by is not None and not may_confirm(change, User.objects.get(pk=by.pk)):
            raise NotTheSecond
        _close(change, Closing.CONFIRMED, by=by, at=at)
        _write(change, by=by, basis="second person" if by else "server", access_point=access_point, at=at)
        tell([change], at=at)
        return change


def end_waiting(*, at: datetime) -> None:
    """Each night: what nobody objected to in a week opens the account; what was closed long ago goes."""
    late = SignInChange.objects.open().filter(is_guarded=False, at__lte=at - ADDRESS_WAITS)
    late.update(closing=Closing.LAPSED, closed_at=at)
    SignInChange.objects.filter(closed_at__lt=at - KEPT_FOR).delete()


def tell(changes: Sequence[SignInChange], *, at: datetime) -> None:
    for listener in listeners if changes else ():
        listener(changes, at)


def _accounts() -> dict[UUID, _Account]:
    rows = User.objects.values_list("id", "email", "username", "is_active")
    accounts = rows.iterator(chunk_size=5_000)
    return {pk: _Account(email, username, is_active) for pk, email, username, is_active in accounts}


def _guarded(ids: set[UUID]) -> set[UUID]:
    """Those of `ids` with a role that is guarded, or to whom one was given that waits. Out of service too:
    they may come back.
    """
    held = User.groups.through.objects.filter(user__in=ids, group__name__in=GUARDED)
    waiting = RoleGrant.objects.waiting().filter(user__in=ids)
    return {*held.values_list("user_id", flat=True), *waiting.values_list("user_id", flat=True)}


def _ask_again(ids: Sequence[UUID], *, by: User | None, access_point: str, at: datetime) -> None:
    groups = Group.objects.filter(name__in=BY_TWO)
    for user in User.objects.filter(id__in=ids, groups__in=groups).distinct().order_by("id"):
        again = user.roles & BY_TWO
        where: dict[str, Any] = {"by": by, "access_point": access_point, "basis": "back in service", "at": at}
        with suppress(giving.LastAdmin):
            giving.give_and_take(user=user, take=again, **where)
            giving.give_and_take(user=user, give=again, **where)


def _close(change: SignInChange, closing: Closing, *, by: User | None, at: datetime) -> None:
    change.closing, change.closed_by, change.closed_at = closing, by, at
    change.save(update_fields=["closing", "closed_by", "closed_at"])


def _write(change: SignInChange, *, by: User | None, basis: str, access_point: str, at: datetime) -> None:
    audit.record(
        action=AccessAction.CHANGE,
        user=by,
        role=next((one for one in (*sorted(KEEP_WATCH), *sorted(BY_TWO)) if by and one in by.roles), None),
        access_point=access_point,
        object_kind="sign-in",
        object_ref=f"{change.what} {change.user_id}",
        basis=basis,
        at=at,
    )
