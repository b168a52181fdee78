import threading
from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction
from django.http import QueryDict
from django.urls import reverse
from django.utils import translation

from accounts.enums import Role
from accounts.models import AccessEvent, PolicyChange
from accounts.policy_log import SIZE, PolicyLog
from accounts.tests.factories import UserFactory
from hospital.models import WorkingHours

# Policies of rooms that this one may not import.
Policy = apps.get_model("incidents", "Policy")
SupportPolicy = apps.get_model("supporters", "SupportPolicy")
AT = datetime(2026, 3, 9, 8, 0, tzinfo=UTC)
LOG = PolicyLog("calamities", Policy, Role.ADMIN, "calamity-policy", "administration")
pytestmark = [pytest.mark.django_db, pytest.mark.clock(AT)]


@pytest.fixture
def admin():
    return UserFactory(roles=[Role.ADMIN], name="Eefje Jansma")


def change(admin, at=AT, **values):
    policy = Policy.current()
    for name, value in values.items():
        setattr(policy, name, value)
    return LOG.keep(policy=policy, fields=values, by=admin, at=at)


def test_each_changed_field_is_a_line_with_who_when_and_both_values(admin):
    change(admin, igj_days=2, support_days=1)
    assert Policy.current().igj_days == 2
    line = PolicyChange.objects.get()
    assert (line.policy, line.field, line.old, line.new, line.by, line.at) == (
        "calamities",
        "igj_days",
        1,
        2,
        admin,
        AT,
    )
    assert AccessEvent.objects.get(object_kind="policy").object_ref == "calamities"


def test_saving_what_stands_there_writes_nothing(admin):
    assert change(admin, igj_days=1) == []
    assert not PolicyChange.objects.exists()
    assert not AccessEvent.objects.exists()


def test_a_policy_that_was_never_stored_is_compared_with_its_defaults(admin):
    LOG.keep(policy=Policy(igj_days=3), fields=["igj_days", "support_days"], by=admin, at=AT)
    assert list(PolicyChange.objects.values_list("field", "old", "new")) == [("igj_days", 1, 3)]


def test_change_and_line_come_together_or_not_at_all(admin):
    with pytest.raises(DatabaseError), transaction.atomic():
        change(admin, late_director_hours=1)  # before the committee
    assert not PolicyChange.objects.exists()
    assert Policy.current().late_director_hours == 24


def test_a_line_is_never_changed_or_deleted(admin):
    change(admin, igj_days=2)
    for tampering in (PolicyChange.objects.update, PolicyChange.objects.all().delete):
        values = {"new": 1} if tampering == PolicyChange.objects.update else {}
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            tampering(**values)


def test_the_history_is_in_words_newest_first(admin):
    log = PolicyLog("hours", WorkingHours, Role.ADMIN, "settings:hours", "administration")
    hours = WorkingHours.current()
    hours.starts = time(7, 30)
    log.keep(policy=hours, fields=["starts"], by=admin, at=AT)
    hours.decreed_days = [date(2026, 12, 31), date(2027, 1, 2)]
    log.keep(policy=hours, fields=["decreed_days"], by=admin, at=AT + timedelta(days=1))
    with translation.override("en"):
        found = [(line.what, line.old, line.new, line.by) for line in log.history(QueryDict()).changes]
    assert found == [
        ("Extra days off by decree", "–", "31 December 2026, 2 January 2027", "Eefje Jansma"),
        ("Working day starts", "08:00", "07:30", "Eefje Jansma"),
    ]


def test_a_choice_is_told_by_its_label_and_a_field_that_is_gone_by_its_name(admin):
    log = PolicyLog("support", SupportPolicy, Role.COORDINATOR, "pool:policy", "coordinator")
    policy = SupportPolicy.current()
    policy.same_profession = "required"
    log.keep(policy=policy, fields=["same_profession"], by=admin, at=AT)
    log.record({"patience": (None, True)}, by=admin, at=AT)
    with translation.override("en"):
        found = [(line.what, line.old, line.new) for line in log.history(QueryDict()).changes]
        labels = dict(SupportPolicy._meta.get_field("same_profession").flatchoices)
        chosen = ("Same profession", str(labels["preferred"]), str(labels["required"]))
    assert found == [("patience", "–", "yes"), chosen]


def test_older_changes_are_a_page_further_in_two_statements(admin, django_assert_num_queries):
    for number in range(SIZE + 2):
        change(admin, at=AT + timedelta(minutes=number), igj_days=10 + number)
    with django_assert_num_queries(1):
        first = LOG.history(QueryDict())
    assert len(first.changes) == SIZE
    second = LOG.history(QueryDict(first.older.partition("#")[0][1:]))
    assert [line.new for line in second.changes] == ["11", "10"]
    assert second.older == ""
    for nonsense in ("x", "9" * 30, "-1"):
        assert len(LOG.history(QueryDict(f"before={nonsense}")).changes) == SIZE


@pytest.mark.django_db(transaction=True)
def test_two_who_save_at_once_are_served_one_after_the_other(admin):
    policies = [Policy.current(), Policy.current()]
    policies[0].igj_days, policies[1].igj_days = 2, 3
    ready = threading.Barrier(2)

    def save(policy):
        ready.wait(10)
        LOG.keep(policy=policy, fields=["igj_days"], by=admin, at=AT)
        connection.close()

    threads = [threading.Thread(target=save, args=[policy]) for policy in policies]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    first, second = PolicyChange.objects.order_by("id")
    assert (first.old, second.old, second.new) == (1, first.new, Policy.current().igj_days)


@pytest.mark.parametrize(
    ("role", "page"),
    [
        (Role.ADMIN, "calamity-policy"),
        (Role.COORDINATOR, "pool:policy"),
        (Role.COORDINATOR, "evaluation-policy"),
        (Role.COORDINATOR, "training:policy"),
    ],
)
def test_every_policy_page_shows_who_changed_what(client, role, page):
    client.force_login(UserFactory(roles=[role]))
    assert "Who changed what" in client.get(reverse(page)).content.decode()
