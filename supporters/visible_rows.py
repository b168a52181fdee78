"""Who sees which rows of this room: for each model the condition that its `visible_to` filters by."""

from django.db.models import Q

from accounts.enums import Role
from accounts.models import User
from accounts.models.visible_rows import EVERYTHING, NOTHING
from incidents.models import events_of


def supporters(user: User) -> Q:
    """The coordinator's pool; anybody else's own place in it."""
    return EVERYTHING if user.has_role(Role.COORDINATOR) else Q(user=user)


def kept_apart(user: User) -> Q:
    """The coordinator's alone."""
    return EVERYTHING if user.has_role(Role.COORDINATOR) else NOTHING


def offers(user: User) -> Q:
    """The coordinator's, of events in which she is not involved herself (incidents.calamities.put_aside);
    anybody else's own. The own page reads the own offers of coordinators too (offers.views.me). A supporter
    reads contacts, not offers.
    """
    if not user.has_role(Role.COORDINATOR):
        return Q(involvement__employee=user)
    own = events_of(user)
    return ~Q(incident__in=own) if own else EVERYTHING


def saved_filters(user: User) -> Q:
    """One's own."""
    return Q(user=user)


def unnamed_reports(user: User) -> Q:
    """The coordinator's, of events in which she is not involved herself; anybody else's the own report."""
    if not user.has_role(Role.COORDINATOR):
        return Q(incident__reporter=user)
    own = events_of(user)
    return ~Q(incident__in=own) if own else EVERYTHING


def head_questions(user: User) -> Q:
    """The coordinator's, and those of the department that somebody heads; of no event in which they are
    involved themselves.
    """
    if user.has_role(Role.COORDINATOR):
        seen = EVERYTHING
    elif user.has_role(Role.TEAM_LEADER) and user.department_id is not None:
        seen = Q(department=user.department_id)
    else:
        return NOTHING
    own = events_of(user)
    return seen & ~Q(incident__in=own) if own else seen


def contacts(user: User) -> Q:
    """The supporter's own, and the coordinator's, of events in which she is not involved herself."""
    if not user.has_role(Role.COORDINATOR):
        return Q(supporter__user=user)
    own = events_of(user)
    return ~Q(offer__incident__in=own) if own else EVERYTHING
