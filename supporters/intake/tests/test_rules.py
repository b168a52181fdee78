"""Which reports that name nobody wait, and which close by themselves."""

from uuid import UUID

import pytest

from incidents.enums import EventType, Harm, IncidentKind
from supporters.intake.rules import ReportFacts, days_until_closed, weight
from supporters.models import IntakeRule

WARD, OTHER = UUID(int=1), UUID(int=2)


def rule(days, *, event_type="", harm="", department=None):
    return IntakeRule(event_type=event_type, harm=harm, department_id=department, closes_after_days=days)


def days(*rules, harm=Harm.NONE, kind=IncidentKind.VIM, unharmed_days=14, department=WARD):
    facts = ReportFacts(kind, EventType.SAFETY, harm, department)
    return days_until_closed(facts, rules, unharmed_days=unharmed_days)


def test_without_rules_what_harmed_nobody_closes_and_all_else_waits():
    assert days() == 14
    assert [days(harm=harm) for harm in (Harm.SOME, Harm.SERIOUS, Harm.UNKNOWN)] == [None, None, None]


def test_a_hospital_may_let_what_harmed_nobody_wait():
    assert days(unharmed_days=None) is None


@pytest.mark.parametrize("harm", Harm)
def test_a_calamity_always_waits(harm):
    everything = rule(3, event_type=EventType.SAFETY, harm=harm, department=WARD)
    assert days(everything, kind=IncidentKind.CALAMITY, harm=harm) is None


def test_the_most_precise_rule_counts():
    of_event = rule(5, event_type=EventType.SAFETY)
    of_event_and_harm = rule(3, event_type=EventType.SAFETY, harm=Harm.NONE)
    of_all_three = rule(None, event_type=EventType.SAFETY, harm=Harm.NONE, department=WARD)
    assert days(of_event_and_harm, of_event) == 3
    assert days(of_event_and_harm, of_event, of_all_three) is None


def test_of_two_that_are_equally_precise_the_one_that_waits_longer_counts():
    assert days(rule(30, department=WARD)) == 30
    assert days(rule(3, department=WARD)) == 14
    assert days(rule(None, department=WARD)) is None


@pytest.mark.parametrize(
    "other",
    [
        rule(3, event_type=EventType.AGGRESSION, harm=Harm.NONE),
        rule(3, event_type=EventType.SAFETY, harm=Harm.SOME),
        rule(3, event_type=EventType.SAFETY, department=OTHER),
    ],
)
def test_a_rule_for_other_reports_does_not_count(other):
    assert days(other) == 14


def test_a_department_that_is_not_known_is_none_of_those_with_a_rule():
    assert days(rule(None, department=WARD), department=None) == 14


def test_a_calamity_stands_on_top_then_it_goes_by_harm():
    kinds = [(IncidentKind.CALAMITY, Harm.UNKNOWN), *((IncidentKind.VIM, harm) for harm in Harm)]
    placed = sorted(kinds, key=lambda each: -weight(*each))
    assert placed == [
        (IncidentKind.CALAMITY, Harm.UNKNOWN),
        (IncidentKind.VIM, Harm.SERIOUS),
        (IncidentKind.VIM, Harm.SOME),
        (IncidentKind.VIM, Harm.UNKNOWN),
        (IncidentKind.VIM, Harm.NONE),
    ]
