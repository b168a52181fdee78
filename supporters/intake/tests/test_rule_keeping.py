"""The rules of the intake are kept by the coordinator, each change in the log."""

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.enums import Role
from accounts.models import AccessEvent, PolicyChange
from accounts.pages.kept_forms import Ticket
from accounts.tests.factories import DepartmentFactory, UserFactory
from incidents.enums import EventType, Harm
from supporters.intake import rule_keeping
from supporters.models import IntakeRule, SupportPolicy

NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
URL = "/pool/policy/intake/"
pytestmark = [pytest.mark.django_db, pytest.mark.clock(NOW)]


@pytest.fixture
def coordinator(client):
    user = UserFactory(name="Noor de Wit", roles=[Role.COORDINATOR])
    client.force_login(user)
    return user


def send(client, user, **data):
    return client.post(URL, {"ticket": str(Ticket.new(user)), **data}, follow=True).text


def test_says_what_counts_without_any_rule(client, coordinator):
    page = client.get(URL).text
    assert "closes after 14 days" in page
    assert page.count("waits for the coordinator") == 2


def test_a_rule_is_added_and_stands_in_the_log(client, coordinator):
    ward = DepartmentFactory(name="Verloskunde")
    page = send(
        client, coordinator, event_type=EventType.SAFETY, department=str(ward.pk), closes_after_days="5"
    )
    assert "Safety incident in care · Verloskunde" in page
    rule = IntakeRule.objects.get()
    assert (rule.event_type, rule.harm, rule.department, rule.closes_after_days) == ("safety", "", ward, 5)
    change = PolicyChange.objects.get(policy="intake")
    assert (change.old, change.new, change.by, change.at) == (None, 5, coordinator, NOW)
    assert AccessEvent.objects.filter(object_kind="policy", object_ref="intake", user=coordinator).exists()


def test_without_days_it_waits(client, coordinator):
    page = send(client, coordinator, harm=Harm.UNKNOWN, event_type=EventType.SAFETY)
    assert IntakeRule.objects.get().closes_after_days is None
    assert "Safety incident in care · Harm not known" in page


def test_is_taken_away_and_the_log_keeps_it(client, coordinator):
    rule = rule_keeping.add(
        IntakeRule(event_type=EventType.SAFETY, closes_after_days=1), by=coordinator, at=NOW
    )
    page = send(client, coordinator, remove=str(rule.pk))
    assert "Taken away." in page
    assert not IntakeRule.objects.exists()
    assert [(one.old, one.new) for one in PolicyChange.objects.order_by("id")] == [(None, 1), (1, None)]
    assert "closes after 1 day" in page


def test_what_a_colleague_took_away_is_just_gone(client, coordinator):
    assert "Taken away." not in send(client, coordinator, remove="x")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({}, "Say for which reports the rule is."),
        ({"harm": "none", "closes_after_days": "3"}, "This is one of the agreements: change it there."),
        ({"event_type": "safety", "closes_after_days": "0"}, "greater than or equal to 1"),
        ({"event_type": "safety", "closes_after_days": "abc"}, "Enter a whole number."),
    ],
)
def test_what_is_no_rule_is_said(client, coordinator, typed, said):
    assert said in send(client, coordinator, **typed)
    assert not IntakeRule.objects.exists()


def test_a_second_rule_for_the_same_is_none(client, coordinator):
    kept = IntakeRule(event_type=EventType.SAFETY, closes_after_days=3)
    rule_keeping.add(kept, by=coordinator, at=NOW)
    page = send(client, coordinator, event_type="safety", closes_after_days="9")
    assert "There is a rule for this already." in page
    with pytest.raises(rule_keeping.RuleThere):
        rule_keeping.add(IntakeRule(event_type=EventType.SAFETY), by=coordinator, at=NOW)
    assert PolicyChange.objects.filter(policy="intake").count() == 1


def test_the_log_of_a_rule_outlives_its_department(client, coordinator):
    ward = DepartmentFactory()
    rule_keeping.add(IntakeRule(department=ward, closes_after_days=3), by=coordinator, at=NOW)
    ward.delete()
    assert "A department that is no more" in client.get(URL).text


def test_the_two_agreements_are_kept_with_the_others(client, coordinator):
    page = client.get(reverse("pool:policy")).text
    assert URL in page
    form = client.get(reverse("pool:policy")).context["form"]
    data = {name: form[name].value() for name in form.fields}
    data |= {"follow_up_days": "3, 14", "unharmed_days": "", "intake_days": "2"}
    client.post(reverse("pool:policy"), {"ticket": str(Ticket.new(coordinator)), **data})
    policy = SupportPolicy.current()
    assert (policy.intake_days, policy.unharmed_days) == (2, None)
    assert set(PolicyChange.objects.values_list("field", flat=True)) == {"intake_days", "unharmed_days"}


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("intake_rule_says_for_what", {"closes_after_days": 3}),
        ("intake_rule_days", {"harm": "some", "closes_after_days": 0}),
    ],
)
def test_the_database_refuses_what_is_no_rule(name, fields):
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        IntakeRule.objects.create(**fields)
