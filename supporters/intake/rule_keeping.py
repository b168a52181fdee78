"""The rules of the intake, kept by the coordinators; each change in the log of the policy."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.enums import Role
from accounts.models import User
from accounts.policy_log import PolicyLog
from hospital.models import Department
from hospital.refused import saying
from incidents.enums import EventType, Harm
from supporters.models import IntakeRule

WAITS = "waits"


class RuleThere(Exception):
    """There is a rule for such reports already."""


def in_words(event_type: str, harm: str, department: object) -> str:
    """For which reports a rule is."""
    parts = [str(EventType(event_type).label)] if event_type else []
    parts += [str(Harm(harm).label) if harm != Harm.UNKNOWN else _("Harm not known")] if harm else []
    parts += [str(department)] if department else []
    return " · ".join(parts)


def what_it_does(days: int | None) -> str:
    """What a rule does with them."""
    if days is None:
        return _("waits for the coordinator")
    words = ngettext("closes after %(days)d day", "closes after %(days)d days", days)
    return words % {"days": days}


def add(rule: IntakeRule, *, by: User, at: datetime) -> IntakeRule:
    """Keep a new rule. Raises RuleThere."""
    with saying({"intake_rule_once": RuleThere}):
        rule.save(force_insert=True)
        LOG.record({_name(rule): (None, _said(rule))}, by=by, at=at)
    return rule


def remove(pk: UUID, *, by: User, at: datetime) -> bool:
    """Take away a rule; False when it is gone already."""
    with transaction.atomic():
        rule = IntakeRule.objects.select_for_update().filter(pk=pk).first()
        if rule is None:
            return False
        LOG.record({_name(rule): (_said(rule), None)}, by=by, at=at)
        rule.delete()
    return True


def _said(rule: IntakeRule) -> int | str:
    return rule.closes_after_days or WAITS


def _name(rule: IntakeRule) -> str:
    """What the log calls a rule: in words of no language, for it is read in more than one."""
    return f"rule|{rule.event_type}|{rule.harm}|{rule.department_id or ''}"


def _words(field: str) -> str:
    _rule, event_type, harm, department = field.split("|")
    # Few lines a page; a department is never deleted while reports stand on it.
    place = Department.objects.filter(pk=department).first() if department else None
    return in_words(event_type, harm, place) or _("A department that is no more")


def _in_log(value: Any) -> str:
    return what_it_does(None if value == WAITS else int(value))


LOG = PolicyLog(
    "intake",
    IntakeRule,
    Role.COORDINATOR,
    "pool:intake-rules",
    "coordinator of the pool",
    words=_words,
    said=_in_log,
)
