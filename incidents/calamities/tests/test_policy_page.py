from datetime import UTC, date, datetime

import pytest
from django.urls import reverse

from accounts.enums import Role
from accounts.models import AccessEvent
from accounts.tests.factories import UserFactory
from hospital.models import WorkingHours
from incidents.calamities.forms.policy import CalamityPolicyForm
from incidents.calamities.milestones import deadline_policy
from incidents.clocks.deadlines import DeadlinePolicy
from incidents.enums import Moment, Step
from incidents.models import Policy

pytestmark = [pytest.mark.django_db, pytest.mark.clock(datetime(2026, 3, 9, 8, tzinfo=UTC))]
URL = reverse("calamity-policy")


@pytest.fixture
def admin(client):
    user = UserFactory(roles=[Role.ADMIN])
    client.force_login(user)
    return user


def terms(**changes):
    form = CalamityPolicyForm(instance=Policy.current())
    given = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    return {**given, "remind_hours": "72,4", **changes}


def test_terms_and_numbers_are_changed_and_that_is_recorded(client, admin):
    response = client.post(URL, terms(analysis_days=35, chaplain="1234", social_work="088 1234567"))
    assert response.url == URL
    policy = Policy.current()
    assert (policy.analysis_days, policy.chaplain, policy.social_work) == (35, "1234", "+31881234567")
    assert AccessEvent.objects.get(object_kind="policy").user == admin
    assert client.get(URL).context["form"]["social_work"].value() == "088 123 4567"


def test_the_ladder_is_policy_and_shows_who_changed_it(client, admin):
    client.post(URL, terms(remind_hours="4, 120, 24", late_director_hours=48, duty_deputy_minutes=15))
    policy = Policy.current()
    assert (policy.remind_hours, policy.late_director_hours) == ([120, 24, 4], 48)
    page = client.get(URL).content.decode()
    assert "120, 24, 4" in page
    assert page.count(admin.name) >= 3


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"late_director_hours": 2}, "is told later, not sooner"),
        ({"duty_deputy_minutes": 90}, "is told later, not sooner"),
        ({"remind_hours": "72, soon"}, "Number 2 of the list: Enter a whole number."),
        ({"analysis_days": 36}, "This is before the analysis is due, after 36 days."),
        ({"feedback_days": 27}, "This is before the analysis is due, after 28 days."),
        ({"final_report_days": 27}, "This is before the analysis is due, after 28 days."),
        ({"feedback_starts": "noticed"}, "fall due before the analysis, which starts later"),
        ({"remind_hours": "1,2,3,4,5"}, "no more than 4"),
        ({"remind_hours": "4,4"}, "Number 2 of the list stands there already."),
        ({"company_doctor": "abc"}, "Give a telephone number, such as 06 12345678."),
        ({"social_work": "06 12345678 / 06 87654321"}, "Give one telephone number"),
        ({"chaplain": "bel 06 12345678"}, "without words"),
        ({"igj_working_days": 0}, "greater than or equal to 1"),
        ({"igj_working_days": 4}, "less than or equal to 3"),
        ({"establish_weeks": 7}, "less than or equal to 6"),
        ({"final_report_weeks": 9}, "less than or equal to 8"),
    ],
)
def test_a_ladder_that_makes_no_sense_is_refused_with_words(client, admin, wrong, said):
    response = client.post(URL, terms(**wrong))
    assert said in response.text
    assert not response.context["form"].non_field_errors()
    assert Policy.current().late_director_hours == 24


def test_from_which_moment_a_clock_runs_is_policy_and_shows_in_words(client, admin):
    client.post(URL, terms(analysis_starts="noticed"))
    frozen = deadline_policy(Policy.current())
    assert (frozen.starts[Step.ANALYSIS], frozen.starts[Step.IGJ]) == (Moment.NOTICED, Moment.ESTABLISHED)
    page = client.get(URL).content.decode()
    assert str(Moment.ESTABLISHED.label) in page.partition("Who changed what")[2]


def test_days_off_by_decree_are_frozen_on_a_calamity():
    WorkingHours.objects.create(decreed_days=[date(2026, 5, 15)])
    assert deadline_policy(Policy.current()).decreed_holidays == {date(2026, 5, 15)}


def test_the_policy_of_a_new_house_is_that_of_the_sources():
    assert deadline_policy(Policy.current()) == DeadlinePolicy()
