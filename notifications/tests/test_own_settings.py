"""The page on which somebody says how they are told, and the administrator's on when people are mailed.

Also covers notifications.delivery.channels.
"""

import re
from datetime import time, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from accounts.enums import Role
from accounts.models import PolicyChange
from accounts.tests.factories import DepartmentFactory, ProfessionFactory, UserFactory
from notifications.enums import Group
from notifications.models import Absence, CalendarAddress, DeliveryPolicy, MailOff, Reminder
from notifications.reminders import announcing_absence
from notifications.tests.factories import AbsenceFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def user():
    return UserFactory(roles=[Role.CCP])


@pytest.fixture
def signed_in(client, user):
    client.force_login(user)
    return client


def page(client):
    return client.get(reverse("notice-settings"), headers={"accept-language": "en"}).content.decode()


def go(client, substitute, *, first=0, last=7):
    today = timezone.localdate()
    posted = {
        "first_day": (today + timedelta(days=first)).isoformat(),
        "last_day": (today + timedelta(days=last)).isoformat(),
        "substitute": str(substitute.pk),
    }
    return client.post(reverse("absence"), posted, headers={"accept-language": "en"})


def test_everybody_has_all_mail_until_they_say_otherwise(signed_in, user):
    form = signed_in.get(reverse("notice-settings")).context["mail_form"]
    assert form.initial == {"work": True, "deadlines": True, "news": True}
    signed_in.post(reverse("notice-mail"), {"work": "on"})
    assert set(MailOff.objects.values_list("user", "group")) == {
        (user.pk, Group.DEADLINES),
        (user.pk, Group.NEWS),
    }
    form = signed_in.get(reverse("notice-settings")).context["mail_form"]
    assert form.initial == {"work": True, "deadlines": False, "news": False}
    signed_in.post(reverse("notice-mail"), {"work": "on", "deadlines": "on", "news": "on"})
    assert not MailOff.objects.exists()


def test_substitute_is_chosen_among_colleagues_with_the_same_task(signed_in):
    colleague, _other = UserFactory(roles=[Role.CCP]), UserFactory(roles=[Role.COORDINATOR])
    UserFactory(roles=[Role.CCP], leaver=True)
    form = signed_in.get(reverse("notice-settings")).context["absence_form"]
    assert list(form.fields["substitute"].queryset) == [colleague]


def test_substitutes_of_one_name_are_told_apart(signed_in):
    shared = {"department": DepartmentFactory(), "profession": ProfessionFactory()}
    for number in ("100111", "100222"):
        UserFactory(name="Noor Bakker", roles=[Role.CCP], employee_number=number, **shared)
    page = signed_in.get(reverse("notice-settings")).text
    assert page.count("…0111)</option>") == page.count("…0222)</option>") == 1


def test_supporters_hand_on_nothing_to_each_other(client):
    user = UserFactory(roles=[Role.SUPPORTER])
    UserFactory(roles=[Role.SUPPORTER])
    client.force_login(user)
    shown = page(client)
    assert "Nothing comes to you that a colleague with the same task could take over." in shown
    assert reverse("contacts:availability") in shown


def test_going_away_tells_the_substitute_and_coming_back_ends_it(signed_in, user):
    colleague = UserFactory(roles=[Role.CCP])
    assert go(signed_in, colleague).status_code == 302
    announced = Absence.objects.get()
    assert (announced.user, announced.substitute) == (user, colleague)
    reminder = Reminder.objects.get()
    assert (reminder.recipient, reminder.kind) == (colleague, announcing_absence.NAMED.code)
    assert f"{colleague.name} stands in for you" in page(signed_in)
    signed_in.post(reverse("absence-end"))
    assert not Absence.objects.exists()
    told = Reminder.objects.waiting().get()
    assert (told.recipient, told.kind) == (colleague, announcing_absence.ENDED.code)
    assert announcing_absence.ENDED.concerns(colleague, user.pk)
    assert not announcing_absence.NAMED.concerns(colleague, user.pk)


def test_an_absence_that_is_over_ends_without_a_word(signed_in, user):
    today = timezone.localdate()
    AbsenceFactory(user=user, first_day=today - timedelta(days=3), last_day=today - timedelta(days=1))
    signed_in.post(reverse("absence-end"))
    assert not Reminder.objects.exists()


def test_changed_absence_takes_the_place_of_the_first(signed_in, user):
    first, second = UserFactory.create_batch(2, roles=[Role.CCP])
    go(signed_in, first)
    go(signed_in, second, first=3, last=4)
    assert Absence.objects.get().substitute == second
    told = {(reminder.recipient, reminder.kind) for reminder in Reminder.objects.waiting()}
    assert told == {(second, announcing_absence.NAMED.code), (first, announcing_absence.ENDED.code)}


class TestTwoWhoAreAwayTogether:
    @pytest.fixture
    def colleague(self, user):
        """Away from tomorrow, with `user` to stand in."""
        one = UserFactory(roles=[Role.CCP])
        tomorrow = timezone.localdate() + timedelta(days=1)
        AbsenceFactory(user=one, substitute=user, first_day=tomorrow)
        return one

    def test_who_is_away_is_refused_as_substitute_while_somebody_else_is_there(self, signed_in, colleague):
        UserFactory(roles=[Role.CCP])
        response = go(signed_in, colleague)
        assert response.status_code == 200
        assert f"{colleague.name} is away too, from " in response.content.decode()
        assert Absence.objects.count() == 1
        assert go(signed_in, colleague, last=0).status_code == 302

    def test_where_there_is_nobody_else_both_are_warned(self, signed_in, user, colleague):
        assert go(signed_in, colleague).status_code == 302
        warned = Reminder.objects.waiting().get(kind=announcing_absence.BOTH_AWAY.code)
        assert warned.recipient == colleague
        assert announcing_absence.BOTH_AWAY.concerns(colleague, colleague.pk)
        shown = page(signed_in)
        assert "You were to stand in for" in shown
        assert f"{colleague.name} is away too, from " in shown
        signed_in.post(reverse("absence-end"))
        assert not announcing_absence.BOTH_AWAY.concerns(colleague, colleague.pk)

    def test_who_loses_a_substitute_is_told(self, signed_in, colleague):
        go(signed_in, UserFactory(roles=[Role.CCP]))
        assert Reminder.objects.waiting().get(kind=announcing_absence.BOTH_AWAY.code).recipient == colleague


def test_who_stands_in_sees_for_whom(signed_in, user):
    away = AbsenceFactory(substitute=user)
    over = AbsenceFactory(substitute=user, first_day="2026-01-01", last_day="2026-01-02")
    shown = page(signed_in)
    assert f"You stand in for {away.user.name}" in shown
    assert over.user.name not in shown


@pytest.mark.parametrize(
    ("days", "said"),
    [
        ({"first": 3, "last": 2}, "The last day comes before the first."),
        ({"first": -3, "last": -1}, "This day is in the past."),
    ],
)
def test_days_that_cannot_be_are_refused_kindly(signed_in, days, said):
    response = go(signed_in, UserFactory(roles=[Role.CCP]), **days)
    assert response.status_code == 200
    assert said in response.content.decode()
    assert not Absence.objects.exists()


@pytest.mark.parametrize("roles", [[], [Role.COORDINATOR]])
def test_somebody_without_the_task_cannot_be_chosen(signed_in, user, roles):
    stranger = UserFactory(roles=roles)
    assert go(signed_in, stranger).status_code == 200
    today = timezone.localdate()
    with pytest.raises(announcing_absence.NoSubstitute):
        announcing_absence.announce(
            user=user, first_day=today, last_day=today, substitute=stranger, at=timezone.now()
        )
    assert not Absence.objects.exists()


def test_nobody_chooses_themselves(signed_in, user):
    assert go(signed_in, user).status_code == 200
    assert not Absence.objects.exists()


def test_calendar_address_is_shown_once_and_can_be_stopped(signed_in, user, settings):
    settings.SITE_URL = "https://steun.example"
    made = signed_in.post(reverse("calendar-make")).content.decode()
    (address,) = re.findall(r"https://steun\.example(/calendar/[\w-]+\.ics)", made)
    assert signed_in.get(address).status_code == 200
    assert address not in page(signed_in)
    signed_in.post(reverse("calendar-revoke"))
    assert not CalendarAddress.objects.exists()
    assert signed_in.get(address).status_code == 404


@pytest.mark.parametrize(("role", "offered"), [(Role.SUPPORTER, True), (Role.CCP, True), (Role.BOARD, False)])
def test_calendar_is_offered_to_who_has_moments_of_their_own(client, role, offered):
    client.force_login(UserFactory(roles=[role]))
    assert (reverse("calendar-make") in page(client)) == offered


def test_who_has_no_address_for_mail_is_told(client):
    client.force_login(UserFactory(email=""))
    assert "We know no e-mail address of yours" in page(client)


def test_page_costs_the_same_for_few_and_many(signed_in, user, django_assert_num_queries):
    UserFactory(roles=[Role.CCP])
    AbsenceFactory(substitute=user)
    with django_assert_num_queries(11) as few:
        page(signed_in)
    for _ in range(5):
        UserFactory(roles=[Role.CCP])
        AbsenceFactory(substitute=user)
    with django_assert_num_queries(len(few)):
        page(signed_in)


def test_administrator_sets_when_people_are_mailed_and_the_page_keeps_who_did(client):
    admin = UserFactory(roles=[Role.ADMIN])
    client.force_login(admin)
    posted = {"quiet_from": "22:00", "quiet_until": "06:30", "quiet_weekends": "on", "digest_at": "08:00"}
    assert client.post(reverse("reminder-policy"), posted).status_code == 302
    policy = DeliveryPolicy.current()
    assert (policy.quiet_from, policy.quiet_until, policy.quiet_weekends) == (time(22), time(6, 30), True)
    assert set(PolicyChange.objects.values_list("policy", "field", "by")) == {
        ("delivery", field, admin.pk) for field in ("quiet_from", "quiet_until", "quiet_weekends")
    }
    shown = client.get(reverse("reminder-policy"), headers={"accept-language": "en"}).content.decode()
    assert "21:00" in shown
    assert admin.name in shown


@pytest.mark.parametrize("digest_at", ["06:00", "23:30"])
def test_mail_of_the_day_lies_outside_the_quiet_hours(client, digest_at):
    client.force_login(UserFactory(roles=[Role.ADMIN]))
    posted = {"quiet_from": "21:00", "quiet_until": "07:00", "digest_at": digest_at}
    response = client.post(reverse("reminder-policy"), posted, headers={"accept-language": "en"})
    assert "Choose a time at which mail may arrive." in response.content.decode()
    assert not DeliveryPolicy.objects.exists()
