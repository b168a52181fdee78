"""Asking the kinds whether a thing still concerns somebody, so that a kind that raises harms no other.

Nobody decides about themselves: who is put aside for an event has no right to what a role would give them of
it. Which events those are another room says (`put_aside`), and each kind, of which event a thing is
(`Kind.event`).
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from uuid import UUID

from django.db import transaction

from accounts.enums import Role
from accounts.models import User
from notifications.reminders import kinds
from notifications.reminders.kinds import Kind

#: Somebody and the thing, with the code of the kind that judges.
Question = tuple[str, User, UUID]

#: Whether it concerns them; the exception where the kind could not say; None where it would, but they are put
#: aside for the event.
Answer = bool | Exception | None

#: Somebody, by id, and an event.
Part = tuple[UUID, UUID]

#: Each says of which of the pairs the person is put aside for the event: `incidents` adds itself when it
#: starts.
put_aside: list[Callable[[Collection[Part]], Collection[Part]]] = []


def ask(questions: Sequence[Question]) -> list[Answer]:
    """The answer to each question, in their order."""
    answers: list[Answer] = [False] * len(questions)
    by_kind: defaultdict[str, list[int]] = defaultdict(list)
    for position, (code, _user, _subject) in enumerate(questions):
        by_kind[code].append(position)
    for code, positions in by_kind.items():
        pairs = [questions[position][1:] for position in positions]
        for position, answer in zip(positions, _ask_kind(code, pairs), strict=True):
            answers[position] = answer
    return answers


def _ask_kind(code: str, pairs: Sequence[tuple[User, UUID]]) -> Sequence[Answer]:
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
                    return _besides_own(kind, pairs, answers)
                # An answer too many or too few belongs to nobody: fall through to asking one by one.
            else:
                answers = [kind.concerns(user, subject) for user, subject in pairs]
                return _besides_own(kind, pairs, answers)
    except Exception:  # noqa: BLE001  # any error of another room: found again below, at the one it belongs to
        pass
    return [_ask_one(kind, user, subject) for user, subject in pairs]


def _ask_one(kind: Kind, user: User, subject: UUID) -> Answer:
    try:
        with transaction.atomic():
            if kind.bundle and subject == kinds.MANY:
                return kind.bundle.concerns(user)
            return _besides_own(kind, [(user, subject)], [kind.concerns(user, subject)])[0]
    except Exception as error:  # noqa: BLE001  # whatever another room raises is a failure of this one reminder
        return error


def _besides_own(kind: Kind, pairs: Sequence[tuple[User, UUID]], answers: Sequence[bool]) -> list[Answer]:
    """`answers` of `kind` about `pairs`, None for who is put aside: two statements, none where nobody is
    concerned.
    """
    found: list[Answer] = list(answers)
    concerned = [place for place, answer in enumerate(answers) if answer]
    if kind.event is None or not concerned:
        return found
    events = kind.event({pairs[place][1] for place in concerned})
    parts = {
        place: (pairs[place][0].pk, events[pairs[place][1]])
        for place in concerned
        if pairs[place][1] in events
    }
    aside = {part for says in put_aside for part in says(set(parts.values()))}
    for place, part in parts.items():
        if part in aside:
            found[place] = None
    return found


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
