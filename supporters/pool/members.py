"""The pool of supporters: who is in it, and who can be asked."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count, DateField, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.enums import AccessAction, Role
from accounts.models import AccessEvent, User
from accounts.roles import giving
from hospital.moment_words import at_moment
from hospital.refused import saying
from hospital.written_once import Given, Statement
from supporters.enums import SupporterStatus
from supporters.models import Contact, Supporter, SupportPolicy

BY_NAME = ("sort_name", "user_id")
#: In the access log: what somebody in the pool changed that is their own to change.
OWN_AVAILABILITY = "contacts:availability"

_TODAY = Given("today", DateField())


def _anybody() -> QuerySet[Supporter]:
    """Trained, current, in service and there on the day that is given."""
    return (
        Supporter.objects.filter(trained_on__lte=_TODAY, current_until__gte=_TODAY, user__is_active=True)
        .filter(status=SupporterStatus.ACTIVE)
        .exclude(Q(absent_from__lte=_TODAY) & (Q(absent_until=None) | Q(absent_until__gte=_TODAY)))
    )


_ANYBODY = Statement(lambda: _anybody().values("pk")[:1])
_COORDINATORS = User.objects.filter(groups__name=Role.COORDINATOR, is_active=True)
#: A row where somebody can be asked, and one where there is somebody to ask them.
_WHO = Statement(
    lambda: (
        _anybody()
        .annotate(who=Value("pool"))
        .values("who")[:1]
        .union(_COORDINATORS.annotate(who=Value("desk")).values("who")[:1], all=True)
    )
)


class PoolError(Exception):
    """Something about a supporter that cannot be."""


class AlreadySupporter(PoolError):
    """This employee is in the pool."""


class NotTrained(PoolError):
    """Whoever was not trained yet cannot be asked."""


class HasStopped(PoolError):
    """Who is not in the pool, or not any more, has no availability."""


class HasOpenContacts(PoolError):
    """Somebody with open contacts does not stop; `count` of them."""

    def __init__(self, count: int) -> None:
        self.count = count
        super().__init__(str(count))


class AbsenceChanged(PoolError):
    """Somebody noted another absence meanwhile; `supporter` says which stands."""

    def __init__(self, supporter: Supporter) -> None:
        self.supporter = supporter
        super().__init__(str(supporter.absent_until))


class BelowLoad(PoolError):
    """The capacity is less than the open contacts that take it; `load` of them."""

    def __init__(self, load: int) -> None:
        self.load = load
        super().__init__(str(load))


def add(*, user: User, trained_on: date, current_until: date, by: User, at: datetime) -> Supporter:
    """Put an employee in the pool, with the role; whoever had stopped comes back.

    The database takes a day on which somebody attended a training, or was taken over as trained, and no
    other. Raises AlreadySupporter, giving.RolesConflict for somebody whose role keeps watch over others, and
    giving.OwnRoles.
    """
    fields = {
        "status": SupporterStatus.ACTIVE,
        "trained_on": trained_on,
        "current_until": current_until,
    }
    with transaction.atomic():
        found = Supporter.objects.select_for_update().filter(user=user).first()
        if found and found.status != SupporterStatus.STOPPED:
            raise AlreadySupporter
        if found:
            supporter = _set(found, **fields)
        else:
            supporter = _create(user, capacity=SupportPolicy.current().capacity, **fields)
        _set_role(user, by, at, held=True)
        return supporter


def train(*, user: User, trained_on: date | None, current_until: date, by: User, at: datetime) -> bool:
    """Whoever is in the pool was trained on `trained_on`, or came to an intervision (None), and is so until
    `current_until`; neither day ever goes back. Whether `user` is in the pool.
    """
    with transaction.atomic():
        found = Supporter.objects.select_for_update().filter(user=user).first()
        if found is None or found.status == SupporterStatus.STOPPED:
            return False
        wanted: dict[str, date] = {}
        if trained_on and (found.trained_on is None or trained_on > found.trained_on):
            wanted["trained_on"] = trained_on
        if (found.trained_on or trained_on) and (
            not found.current_until or current_until > found.current_until
        ):
            wanted["current_until"] = current_until
        _change(found, wanted, by=by, at=at)
        return True


def in_pool(users: Iterable[UUID]) -> Iterable[UUID]:
    """Those of `users` who are supporters and have not stopped."""
    pool = Supporter.objects.filter(user__in=list(users)).exclude(status=SupporterStatus.STOPPED)
    return pool.values_list("user_id", flat=True)


def set_status(*, supporter: Supporter, status: SupporterStatus, by: User, at: datetime) -> Supporter:
    """Pause, resume or stop. Who stops loses the role, and first ends or hands back every open contact.

    Raises HasOpenContacts, NotTrained, and giving.OwnRoles for somebody who would take or come back to the
    own role.
    """
    with transaction.atomic():
        supporter = _locked(supporter)
        if status == SupporterStatus.STOPPED:
            count = Contact.objects.open().filter(supporter=supporter).count()
            if count:
                raise HasOpenContacts(count)
        was = supporter.status
        if was == status:
            return supporter
        if status == SupporterStatus.ACTIVE and supporter.trained_on is None:
            raise NotTrained
        supporter = _set(supporter, status=status)
        _log(supporter, by, at)
        if SupporterStatus.STOPPED in {was, status}:
            _set_role(supporter.user, by, at, held=status != SupporterStatus.STOPPED)
        return supporter


def set_availability(
    *,
    user: User,
    paused: bool,
    absent_from: date | None,
    absent_until: date | None,
    capacity: int,
    at: datetime,
) -> Supporter:
    """What `user` says of when, and for how many at a time, they can be asked (days in Europe/Amsterdam, the
    last one included).

    Raises HasStopped, NotTrained and BelowLoad; an absence that ends before it starts is refused by the
    database.
    """
    wanted = {
        "status": SupporterStatus.PAUSED if paused else SupporterStatus.ACTIVE,
        "absent_from": absent_from,
        "absent_until": absent_until,
        "capacity": capacity,
    }
    with transaction.atomic():
        own = _own(user)
        if not paused and own.trained_on is None:
            raise NotTrained
        return _change(own, wanted, by=user, at=at, own=True)


def pause(*, user: User, at: datetime) -> Supporter:
    """Nobody asks `user` again until they say that they are back. Raises HasStopped."""
    with transaction.atomic():
        return _change(_own(user), {"status": SupporterStatus.PAUSED}, by=user, at=at, own=True)


def pause_no_more(*, user: User, since: datetime, at: datetime) -> None:
    """Undo the pause that `user` began at `since`, known by the line that it left in the log; one that was
    there before stays. Raises HasStopped.
    """
    with transaction.atomic():
        held = _own(user)
        begun = AccessEvent.objects.filter(user=user, access_point=OWN_AVAILABILITY, at=since)
        if held.status == SupporterStatus.PAUSED and begun.exists():
            _change(held, {"status": SupporterStatus.ACTIVE}, by=user, at=at, own=True)


def away(*, supporter: Supporter, until: date | None, by: User, at: datetime, seen: str) -> Supporter:
    """From today on nobody asks `supporter`, up to and including the local day `until`, or until that is
    changed. `seen` is the absence as `by` saw it (`absence_of`).

    Raises AbsenceChanged when another one stands by now.
    """
    today = timezone.localdate(at)
    with transaction.atomic():
        held = _locked(supporter)
        is_away = held.absent_from and held.absent_from <= today <= (held.absent_until or today)
        wanted = {"absent_from": held.absent_from if is_away else today, "absent_until": until}
        stands = {name: getattr(held, name) for name in wanted}
        if seen != absence_of(held) and wanted != stands:
            raise AbsenceChanged(held)
        return _change(held, wanted, by=by, at=at)


def absence_of(supporter: Supporter) -> str:
    """From when until when, as a form says that it was seen."""
    return f"{supporter.absent_from or ''}/{supporter.absent_until or ''}"


def change(
    *,
    supporter: Supporter,
    absent_from: date | None,
    absent_until: date | None,
    capacity: int,
    by: User,
    at: datetime,
) -> Supporter:
    """Change absence (days in Europe/Amsterdam, the last one included) and capacity.

    Raises BelowLoad; an absence that ends before it starts is refused by the database.
    """
    with transaction.atomic():
        wanted = {
            "absent_from": absent_from,
            "absent_until": absent_until,
            "capacity": capacity,
        }
        return _change(_locked(supporter), wanted, by=by, at=at)


def _change(
    supporter: Supporter, wanted: Mapping[str, Any], *, by: User, at: datetime, own: bool = False
) -> Supporter:
    """What differs is written, with a line in the log."""
    changed = {name: value for name, value in wanted.items() if value != getattr(supporter, name)}
    if wanted.get("capacity", supporter.capacity) < supporter.load:
        raise BelowLoad(supporter.load)
    if changed:
        _set(supporter, **changed)
        _log(supporter, by, at, own=own)
    return supporter


def listed(supporters: QuerySet[Supporter]) -> QuerySet[Supporter]:
    """Those in service, to be listed by name (`BY_NAME`), which follows the index of names, with how many
    contacts each has beyond what was agreed (`beyond`).
    """
    beyond = Contact.objects.open().filter(supporter=OuterRef("pk"), takes_capacity=False).order_by()
    return (
        supporters.filter(user__is_active=True)
        .annotate(
            sort_name=F("user__sort_key"),
            beyond=Coalesce(Subquery(beyond.values("supporter").annotate(n=Count("id")).values("n")), 0),
        )
        .select_related("user__profession", "user__department__location")
    )


def load_in_words(*, load: int, capacity: int, beyond: int) -> str:
    """How many contacts a supporter has open, of how many; `beyond` were asked for besides that."""
    words = {"all": load + beyond, "load": load, "capacity": capacity, "beyond": beyond}
    if beyond:
        return _("%(all)s: %(load)s of %(capacity)s, and %(beyond)s beyond what was agreed") % words
    return _("%(load)s of %(capacity)s") % words


def is_empty(at: datetime) -> bool:
    """Whether nobody is trained, current, in service and there: a report finds nobody to ask."""
    return not _ANYBODY.rows(today=timezone.localdate(at))


def nobody_to_call(by: datetime, at: datetime) -> str:
    """What is said at `at` of a call that is due `by` a moment, where no colleague can be asked to make it: a
    coordinator sees to it, or there is none; empty where a colleague can be asked. One statement.
    """
    there = {row["who"] for row in _WHO.rows(today=timezone.localdate(at))}
    if "desk" not in there:
        return _(
            "There is nobody yet who can get in touch; the functional administrator sees that. "
            "Who is there day and night stands under “I need help right now”."
        )
    if "pool" in there:
        return ""
    words = {"by": at_moment(by, now=at)}
    if by < at:
        return _("The coordinator gets in touch, or finds somebody who does.")
    return _("The coordinator gets in touch by %(by)s, or finds somebody who does.") % words


def _create(user: User, **fields: object) -> Supporter:
    with saying({"supporters_supporter_user_id_key": AlreadySupporter}):
        return Supporter.objects.create(user=user, **fields)


def _locked(supporter: Supporter) -> Supporter:
    people = Supporter.objects.select_for_update(of=("self",)).select_related("user")
    return people.get(pk=supporter.pk)


def _own(user: User) -> Supporter:
    """The row of `user` in the pool, locked."""
    pool = Supporter.objects.exclude(status=SupporterStatus.STOPPED)
    found = pool.select_for_update(of=("self",)).filter(user=user).first()
    if found is None:
        raise HasStopped
    return found


def _set(supporter: Supporter, **fields: object) -> Supporter:
    for name, value in fields.items():
        setattr(supporter, name, value)
    supporter.save(update_fields=list(fields))
    return supporter


def log_own(supporter: Supporter, at: datetime) -> None:
    """A line in the log that this supporter changed what is her own to change."""
    _log(supporter, supporter.user, at, own=True)


def _log(supporter: Supporter, by: User, at: datetime, *, own: bool = False) -> None:
    audit.record(
        action=AccessAction.CHANGE,
        user=by,
        role=Role.SUPPORTER if own else Role.COORDINATOR,
        access_point=OWN_AVAILABILITY if own else "pool:supporter",
        object_kind="supporter",
        object_ref=str(supporter.user_id),
        basis="own availability" if own else "coordinator of the pool",
        at=at,
    )


def _set_role(user: User, by: User, at: datetime, *, held: bool) -> None:
    giving.give_and_take(
        user=user,
        give={Role.SUPPORTER} if held else (),
        take=() if held else {Role.SUPPORTER},
        by=by,
        access_point="pool:supporter",
        basis="coordinator of the pool",
        at=at,
        acting_as=Role.COORDINATOR,
    )
