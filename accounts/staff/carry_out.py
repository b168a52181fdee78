"""Doing what accounts.staff.plan says, in a few statements however many people there are."""

import uuid
from collections.abc import Callable, Iterable
from datetime import datetime

from allauth.usersessions.models import UserSession
from django.contrib.auth.hashers import make_password
from django.contrib.sessions.models import Session
from django.db import connection
from django.db.models import Q
from psycopg import sql

from accounts.models import NAME_KEYS, User
from accounts.staff import leaving
from accounts.staff.plan import StaffChange, StaffPlan
from accounts.staff.rows import Value
from accounts.staff.words import SHIFTS
from hospital.models import Department, Location, Profession

BATCH = 2_000

_COLUMNS = {
    "username": ("username", "text"),
    "employee_number": ("employee_number", "text"),
    "name": ("name", "text"),
    "email": ("email", "text"),
    "telephone": ("telephone", "text"),
    "department": ("department_id", "uuid"),
    "profession": ("profession_id", "uuid"),
    "in_profession_since": ("in_profession_since", "smallint"),
    "manager": ("manager_id", "uuid"),
    "language": ("language", "text"),
    "is_active": ("is_active", "boolean"),
}


def apply(plan: StaffPlan, *, at: datetime, progress: Callable[[int], None]) -> None:
    """Carry out `plan` inside the caller's transaction; its problems must be solved and what is missing
    wanted.

    `progress` is called with how many people were done. Who leaves loses every session, and who
    takes over is told.
    """
    _make_missing(plan)
    keys = _Keys(plan)
    _free_addresses(plan)
    _free_numbers(plan)
    for name in _COLUMNS:
        _update(name, [change for change in plan.changed if name in change.after], keys)
    _update_keys([change for change in plan.changed if "name" in change.after])
    progress(len(plan.changed))
    for start in range(0, len(plan.added), BATCH):
        batch = plan.added[start : start + BATCH]
        User.objects.bulk_create([_user(change, keys, at) for change in batch])
        progress(len(plan.changed) + start + len(batch))
    left = [change.id for change in plan.leaving]
    _let_go(left)
    if left:
        for listener in leaving.listeners:
            listener(left, at)


def _make_missing(plan: StaffPlan) -> None:
    Location.objects.bulk_create(Location(name=name) for name in plan.missing.locations.values())
    places = {name: key for key, name in Location.objects.values_list("id", "name")}
    Department.objects.bulk_create(
        Department(name=name, location_id=places[location])
        for name, location in plan.missing.departments.values()
    )
    Profession.objects.bulk_create(
        Profession(name=name, group=group, works_shifts=group in SHIFTS)
        for name, group in plan.missing.professions.values()
    )


class _Keys:
    """From what the plan calls a department, a profession and a manager to their keys in the database."""

    def __init__(self, plan: StaffPlan) -> None:
        departments = Department.objects.values_list("id", "name", "location__name")
        self.keys: dict[str, dict[str, uuid.UUID]] = {
            "department": {f"{name} · {location}": key for key, name, location in departments},
            "profession": {name: key for key, name in Profession.objects.values_list("id", "name")},
            "manager": dict(User.objects.exclude(employee_number="").values_list("employee_number", "id")),
        }
        numbered = (each for each in (*plan.added, *plan.changed) if each.after.get("employee_number") != "")
        self.keys["manager"] |= {change.number: change.id for change in numbered}

    def value(self, name: str, value: Value) -> object:
        """What goes into the column of the field `name`."""
        if name in self.keys:
            return self.keys[name][str(value)] if value else None
        return bool(value) if name == "is_active" else value


def _free_addresses(plan: StaffPlan) -> None:
    """Who is out of service keeps no address that is given to somebody now; two may swap theirs."""
    given = [change.after["email"] for change in (*plan.added, *plan.changed) if change.after.get("email")]
    gone = Q(is_active=False) | Q(id__in=[change.id for change in plan.leaving])
    swapped = Q(id__in=[change.id for change in plan.changed if "email" in change.after])
    User.objects.filter(gone & Q(email__in=given) | swapped).update(email="")
    renamed = [change.id for change in plan.changed if "username" in change.after]
    _set("username", "text", renamed, [f"~{key}" for key in renamed])


def _free_numbers(plan: StaffPlan) -> None:
    """A number that is given to somebody else is let go of before it is given."""
    renumbered = [change.id for change in (*plan.changed, *plan.leaving) if "employee_number" in change.after]
    User.objects.filter(id__in=renumbered).update(employee_number="")


def _update(name: str, changes: list[StaffChange], keys: _Keys) -> None:
    column, kind = _COLUMNS[name]
    values = [keys.value(name, change.after[name]) for change in changes]
    _set(column, kind, [change.id for change in changes], values)


def _update_keys(renamed: list[StaffChange]) -> None:
    for column, make in NAME_KEYS.items():
        keys = [make(str(change.after["name"])) for change in renamed]
        _set(column, "text", [change.id for change in renamed], keys)


def _set(column: str, kind: str, ids: list[uuid.UUID], values: Iterable[object]) -> None:
    """Set `column` of each of `ids` to its own value, in one statement."""
    if not ids:
        return
    statement = sql.SQL(
        "UPDATE accounts_user SET {column} = given.value"
        " FROM unnest(%s::uuid[], %s::{kind}[]) AS given (id, value) WHERE accounts_user.id = given.id"
    ).format(column=sql.Identifier(column), kind=sql.SQL(kind))
    with connection.cursor() as cursor:
        cursor.execute(statement, [ids, list(values)])


def _user(change: StaffChange, keys: _Keys, at: datetime) -> User:
    given = {_COLUMNS[name][0]: keys.value(name, value) for name, value in change.after.items()}
    return User(id=change.id, password=make_password(None), date_joined=at, **given)


def _let_go(ids: list[uuid.UUID]) -> None:
    User.objects.filter(id__in=ids).update(is_active=False)
    sessions = UserSession.objects.filter(user__in=ids)
    Session.objects.filter(session_key__in=sessions.values("session_key")).delete()
    sessions.delete()
