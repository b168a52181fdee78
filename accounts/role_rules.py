"""The rules about roles: which need a second person, which are guarded, which exclude each other; pure."""

from collections.abc import Iterable

from accounts.enums import Role

#: Roles that read cases. Whoever gives out roles or checks the access log may hold none of them: nobody's
#: role gives the whole.
READ_CASES = frozenset(
    {Role.TEAM_LEADER, Role.SUPPORTER, Role.COORDINATOR, Role.CCP, Role.ANALYST, Role.DIRECTOR}
)
KEEP_WATCH = frozenset({Role.ADMIN, Role.PRIVACY_OFFICER})
#: Whose holders are guarded: a second step at sign-in, and nobody changes how they sign in unseen.
GUARDED = READ_CASES.union(KEEP_WATCH)
#: Which one person cannot give: they open all cases, or all calamities, or say who may.
BY_TWO = KEEP_WATCH.union({Role.COORDINATOR, Role.CCP, Role.DIRECTOR})


def conflict(roles: Iterable[Role]) -> tuple[Role, Role] | None:
    """The first two of `roles` that one person may not hold together, or None."""
    given = frozenset(roles)
    held = [role for role in Role if role in given]
    watch = [role for role in held if role in KEEP_WATCH]
    others = [*watch[1:], *(role for role in held if role in READ_CASES)]
    return (watch[0], others[0]) if watch and others else None
