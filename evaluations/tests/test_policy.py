from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Role
from accounts.models import AccessEvent
from accounts.tests.factories import UserFactory
from evaluations.enums import PeriodLength
from evaluations.models import EvaluationPolicy
from supporters.tests.factories import OfferFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def coordinator(client):
    user = UserFactory(roles=[Role.COORDINATOR])
    client.force_login(user)
    return user


def posted(least="10", days="30", period="quarter", **changes):
    return {
        "release_at_least": least,
        "invite_after": "7",
        "valid_days": days,
        "reminders": "2",
        "reminder_days": "10",
        "period": period,
        **changes,
    }


def test_policy_is_kept_by_the_coordinator_and_the_change_is_logged(client, coordinator):
    assert client.get(reverse("evaluation-policy")).status_code == 200
    client.post(reverse("evaluation-policy"), posted("12", "21"))
    client.post(reverse("evaluation-policy"), posted("11", "21"))
    policy = EvaluationPolicy.objects.get()
    assert (policy.release_at_least, policy.valid_days) == (11, 21)
    assert AccessEvent.objects.filter(object_ref="evaluations").count() == 2


def test_fewer_than_ten_is_refused_with_words(client, coordinator):
    response = client.post(reverse("evaluation-policy"), posted("9", "21"))
    assert list(response.context["form"].errors) == ["release_at_least"]
    assert not EvaluationPolicy.objects.exists()


def test_reading_the_policy_writes_nothing():
    assert EvaluationPolicy.current().release_at_least == EvaluationPolicy.LEAST
    assert not EvaluationPolicy.objects.exists()


def test_the_period_is_proposed_by_the_offers_of_a_year_and_its_change_is_logged(client, coordinator):
    OfferFactory.create_batch(3)
    OfferFactory(opened_at=timezone.now() - timedelta(days=370))
    help_text = client.get(reverse("evaluation-policy")).context["form"].fields["period"].help_text
    assert help_text.startswith("3 offers of support in the past year: a year fits best.")
    client.post(reverse("evaluation-policy"), posted(period="half_year"))
    assert EvaluationPolicy.current().period == PeriodLength.HALF_YEAR
    (line,) = client.get(reverse("evaluation-policy")).context["history"].changes
    assert (line.old, line.new) == ("a quarter", "half a year")


def test_other_lengths_are_refused(client, coordinator):
    response = client.post(reverse("evaluation-policy"), posted(period="month"))
    assert list(response.context["form"].errors) == ["period"]


def test_when_colleagues_are_invited_and_reminded(client, coordinator):
    client.post(reverse("evaluation-policy"), posted(invite_after="0", reminders="1", reminder_days="14"))
    policy = EvaluationPolicy.objects.get()
    assert (policy.invite_after, policy.reminders, policy.reminder_days) == (0, 1, 14)
    for wrong in ({"invite_after": "61"}, {"reminders": "3"}, {"reminder_days": "0"}):
        response = client.post(reverse("evaluation-policy"), posted(**wrong))
        assert list(response.context["form"].errors) == list(wrong)


def test_the_last_reminder_comes_before_the_link_is_over(client, coordinator):
    response = client.post(reverse("evaluation-policy"), posted(days="20"))
    assert list(response.context["form"].errors) == ["reminder_days"]
    assert not EvaluationPolicy.objects.exists()


def test_fewer_than_ten_is_refused_by_the_database_and_by_the_code():
    with pytest.raises(IntegrityError, match="evaluation_policy_ten_at_least"), transaction.atomic():
        EvaluationPolicy.objects.create(release_at_least=9)
    assert EvaluationPolicy(release_at_least=1).least == 10
    assert EvaluationPolicy(release_at_least=11).least == 11
