"""Asking the kinds whether a thing still concerns somebody, so that a kind that raises harms no other."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db import transaction

from accounts.enums import Role
from accounts.models import User
from notifications import kinds
from notifications.kinds import Kind

#: Somebody and the thing, with the code of the kind that judges.
Question = tuple[str, User, UUID]


def ask(questions: Sequence[Question]) -> list[bool | Exception]:
    """The answer to each question, in their order; the exception where a kind could not answer."""
    answers: list[bool | Exception] = [False] * len(questions)
    by_kind: defaultdict[str, list[int]] = defaultdict(list)
    for position, (code, _user, _subject) in enumerate(questions):
        by_kind[code].append(position)
    for code, positions in by_kind.items():
        pairs = [questions[position][1:] for position in positions]
        for position, answer in zip(positions, _ask_kind(code, pairs), strict=True):
            answers[position] = answer
    return answers


def _ask_kind(code: str, pairs: Sequence[tuple[User, UUID]]) -> Sequence[bool | Exception]:
    try:
        kind = kinds.get(code)
    except KeyError as unknown:
        return [unknown] * len(pairs)
    if kind.bundle and any(subject == kinds.MANY for _user, subject in pairs):
        return [_ask_one(kind, user, subject) for user, subject in pairs]
    try:
        with transaction.atomic():
            if kind.concern:
                answers = list(kind.concern(pairs))
                if len(answers) == len(pairs):
                    return answers
                # An answer too many or too few belongs to nobody: fall through to asking one by one.
            else:
                return [kind.concerns(user, subject) for user, subject in pairs]
    except Exception:  # noqa: BLE001  # any error of another room: found again below, at the one it belongs to
        pass
    return [_ask_one(kind, user, subject) for user, subject in pairs]


def _ask_one(kind: Kind, user: User, subject: UUID) -> bool | Exception:
    try:
        with transaction.atomic():
            if kind.bundle and subject == kinds.MANY:
                return kind.bundle.concerns(user)
            return kind.concerns(user, subject)
    except Exception as error:  # noqa: BLE001  # whatever another room raises is a failure of this one reminder
        return error


def holders(roles: Iterable[str]) -> dict[str, list[UUID]]:
    """Who is in service and has each of `roles`."""
    found: dict[str, list[UUID]] = {role: [] for role in roles}
    rows = User.groups.through.objects.filter(group__name__in=found, user__is_active=True)
    for name, user_id in rows.values_list("group__name", "user_id"):
        found[name].append(user_id)
    return found


def users_with_roles(ids: Iterable[UUID]) -> dict[UUID, User]:
    """These users by id, their roles filled in, in two statements whatever their number."""
    users = User.objects.in_bulk(list(set(ids)))
    roles: defaultdict[UUID, set[Role]] = defaultdict(set)
    memberships = User.groups.through.objects.filter(user__in=users)
    for user_id, name in memberships.values_list("user_id", "group__name"):
        if name in Role.values:
            roles[user_id].add(Role(name))
    for user in users.values():
        user.roles = frozenset(roles[user.id])
    return users
