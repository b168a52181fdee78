from datetime import timedelta

import pytest
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


def posted(least, days, period="quarter"):
    return {"release_at_least": least, "valid_days": days, "period": period}


def test_policy_is_kept_by_the_coordinator_and_the_change_is_logged(client, coordinator):
    assert client.get(reverse("evaluation-policy")).status_code == 200
    client.post(reverse("evaluation-policy"), posted("8", "21"))
    client.post(reverse("evaluation-policy"), posted("7", "21"))
    policy = EvaluationPolicy.objects.get()
    assert (policy.release_at_least, policy.valid_days) == (7, 21)
    assert AccessEvent.objects.filter(object_ref="evaluations").count() == 2


def test_fewer_than_five_is_refused_with_words(client, coordinator):
    response = client.post(reverse("evaluation-policy"), posted("4", "21"))
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
    client.post(reverse("evaluation-policy"), posted("5", "30", "half_year"))
    assert EvaluationPolicy.current().period == PeriodLength.HALF_YEAR
    (line,) = client.get(reverse("evaluation-policy")).context["history"].changes
    assert (line.old, line.new) == ("a quarter", "half a year")


def test_other_lengths_are_refused(client, coordinator):
    response = client.post(reverse("evaluation-policy"), posted("5", "30", "month"))
    assert list(response.context["form"].errors) == ["period"]
