"""What comes in the quiet hours is one mail when they are over, and one group on the list."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.urls import reverse

from accounts.tests.factories import UserFactory
from hospital.models import WorkingHours
from notifications.conftest import BUNDLED, LEGAL, URGENT
from notifications.delivery import sweep
from notifications.delivery.forgetting import forget, prune
from notifications.delivery.tests.test_sweep import due, local
from notifications.models import DeliveryPolicy, Mail, Notice, Reminder
from notifications.notices import listing
from notifications.tests.factories import KIND

EVENING = local("2026-11-19T23:10")
SEVEN = local("2026-11-20T07:00")
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("judge", "smtp"),
    pytest.mark.clock(EVENING),
]


@pytest.fixture
def user():
    return UserFactory(language="en")


def night(user, number, *, kind=KIND, every=timedelta(minutes=20)):
    """`number` reminders of this night, each found by a pass of its own."""
    for count in range(number):
        at = EVENING + count * every
        due(recipient=user, kind=kind, due_at=at)
        sweep.sweep(at=at)


def body(message):
    return message.get_body(("plain",)).get_content()


@pytest.mark.parametrize("kind", [KIND, BUNDLED])
def test_a_night_of_eighteen_is_one_mail_that_says_so(user, smtp, kind):
    night(user, 18, kind=kind)
    assert smtp.messages == []
    sweep.sweep(at=SEVEN)
    (message,) = smtp.messages
    assert "There are 18 things for you in Peersupport." in body(message)
    assert reverse("notices") in body(message)
    sweep.sweep(at=SEVEN + timedelta(hours=1))
    assert len(smtp.messages) == 1


def test_one_thing_of_the_night_is_mailed_with_its_own_way(user, smtp):
    night(user, 1)
    sweep.sweep(at=SEVEN)
    (message,) = smtp.messages
    assert "There is something for you in Peersupport." in body(message)
    assert reverse("notice-open", args=[Notice.objects.get().pk]) in body(message)


def test_what_was_read_or_dealt_with_meanwhile_is_not_counted(user, smtp, judge):
    night(user, 5)
    first, second, *_others = Notice.objects.order_by("created_at")
    listing.mark_read(user=user, at=SEVEN, only=[first.pk])
    judge.refused.add(second.subject_id)
    sweep.sweep(at=SEVEN)
    assert "There are 3 things" in body(smtp.messages[0])


def test_a_night_of_which_nothing_is_left_is_no_mail(user, smtp, judge):
    night(user, 3)
    judge.refused |= set(Notice.objects.values_list("subject_id", flat=True))
    sweep.sweep(at=SEVEN)
    assert (smtp.messages, Mail.objects.get().dropped_at) == ([], SEVEN)


def test_what_cannot_be_judged_keeps_no_other_from_being_mailed(user, smtp, judge):
    night(user, 3)
    judge.broken |= set(Notice.objects.values_list("subject_id", flat=True))
    sweep.sweep(at=SEVEN)
    assert (smtp.messages, Mail.objects.get().attempts) == ([], 1)
    judge.broken.pop()
    sweep.sweep(at=SEVEN + timedelta(minutes=2))
    assert "There is something for you" in body(smtp.messages[0])


def test_each_has_a_mail_of_their_own_and_what_is_urgent_leaves_at_once(user, smtp):
    other = UserFactory(language="en")
    night(user, 2)
    night(other, 3)
    night(user, 1, kind=URGENT)
    assert [message["To"] for message in smtp.messages] == [user.email]
    sweep.sweep(at=SEVEN)
    counts = {message["To"]: body(message).split()[2] for message in smtp.messages[1:]}
    assert counts == {user.email: "2", other.email: "3"}


@pytest.mark.parametrize(("more", "at"), [(KIND, SEVEN), (BUNDLED, SEVEN), (URGENT, EVENING)])
def test_what_leaves_at_once_together_is_one_mail_too(user, smtp, more, at):
    kinds = (URGENT, more, more)
    for kind in kinds:
        due(recipient=user, kind=kind, due_at=at)
    due(recipient=UserFactory(language="en"), kind=URGENT, due_at=at)
    sweep.sweep(at=at)
    counts = sorted(body(message).split()[2] for message in smtp.messages)
    assert counts == ["3", "something"]
    assert Notice.objects.filter(user=user, digest__kind="notifications.together").exists()


def test_at_a_quiet_weekend_the_terms_of_the_law_are_one_mail_and_the_rest_another(user, smtp):
    DeliveryPolicy.objects.create(quiet_weekends=True)
    friday = local("2026-11-20T22:00")
    for kind in (LEGAL, LEGAL, KIND, KIND, KIND):
        due(recipient=user, kind=kind, due_at=friday)
        sweep.sweep(at=friday)
    sweep.sweep(at=local("2026-11-21T07:00"))
    assert ["There are 2 things" in body(message) for message in smtp.messages] == [True]
    sweep.sweep(at=local("2026-11-23T07:00"))
    assert "There are 3 things" in body(smtp.messages[1])


def test_a_night_costs_no_more_statements_for_many(django_assert_num_queries):
    def passes(people):
        for _ in range(people):
            due(recipient=UserFactory(), kind=KIND, due_at=EVENING)

    WorkingHours.objects.create()
    passes(1)
    with django_assert_num_queries(13) as few:
        sweep.show_batch(at=EVENING)
    passes(9)
    with django_assert_num_queries(len(few)):
        sweep.show_batch(at=EVENING)


def test_the_list_groups_what_came_together_and_reads_it_at_once(client, user):
    night(user, 18)
    client.force_login(user)
    page = client.get(reverse("notices")).content.decode()
    assert page.count("<details>") == 1
    assert "Look at this. (18 times)" in page
    ids = [str(pk) for pk in Notice.objects.values_list("pk", flat=True)[:17]]
    client.post(reverse("notices-read"), {"notice": ids})
    assert Notice.objects.unread().count() == 1
    assert client.post(reverse("notices-read"), {"notice": "x"}).status_code == 404


def test_what_came_on_other_days_stands_apart(user):
    for day in ("2026-11-17", "2026-11-18", "2026-11-18"):
        due(recipient=user, due_at=local(f"{day}T10:00"))
        sweep.sweep(at=local(f"{day}T10:00"))
    groups = listing.page(user=user, at=local("2026-03-12T10:00")).groups
    assert [(group.text, len(group.lines)) for group in groups] == [
        ("Look at this. (2 times)", 2),
        ("Look at this.", 1),
    ]


def test_forgetting_what_waited_takes_its_mail_along_but_not_one_that_says_more(user):
    other = UserFactory(language="en")
    due(recipient=user, kind=KIND, due_at=EVENING)
    for _ in range(2):
        due(recipient=other, kind=KIND, due_at=EVENING)
    sweep.sweep(at=EVENING)
    assert Mail.objects.filter(user=user).count() == 1
    for each in (user, other):
        notice = Notice.objects.filter(user=each).earliest("id")
        forget(user=each, subjects=[notice.subject_id])
    assert not Mail.objects.filter(user=user).exists()
    assert Mail.objects.filter(user=other).count() == 1


def transactions(model, **row):
    """Which transactions wrote these rows last."""
    with connection.cursor() as cursor:
        keys = list(model.objects.filter(**row).values_list("pk", flat=True))
        cursor.execute(f"SELECT xmin::text FROM {model._meta.db_table} WHERE id = ANY(%s)", [keys])
        return {written for (written,) in cursor.fetchall()}


@pytest.mark.django_db(transaction=True)
def test_after_the_night_no_transaction_ties_a_mail_that_stays_to_what_was_forgotten(user):
    later = EVENING + timedelta(minutes=20)
    night(user, 1)
    forgotten = due(recipient=user, due_at=later)
    due(recipient=UserFactory(), due_at=later)
    sweep.sweep(at=later)
    with transaction.atomic():
        forget(user=user, subjects=[forgotten.subject_id])
    prune(at=later)
    others = transactions(Notice) | transactions(Reminder)
    (mail,) = transactions(Mail, user=user)
    assert mail not in others
