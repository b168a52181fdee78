import pytest
from django.urls import reverse

from accounts.enums import Role
from accounts.models import AccessEvent
from accounts.tests.factories import UserFactory
from evaluations.models import EvaluationPolicy

pytestmark = pytest.mark.django_db


@pytest.fixture
def coordinator(client):
    user = UserFactory(roles=[Role.COORDINATOR])
    client.force_login(user)
    return user


def test_policy_is_kept_by_the_coordinator_and_the_change_is_logged(client, coordinator):
    assert client.get(reverse("evaluation-policy")).status_code == 200
    client.post(reverse("evaluation-policy"), {"release_at_least": "8", "valid_days": "21"})
    client.post(reverse("evaluation-policy"), {"release_at_least": "7", "valid_days": "21"})
    policy = EvaluationPolicy.objects.get()
    assert (policy.release_at_least, policy.valid_days) == (7, 21)
    assert AccessEvent.objects.filter(object_ref="evaluations").count() == 2


def test_fewer_than_five_is_refused_with_words(client, coordinator):
    response = client.post(reverse("evaluation-policy"), {"release_at_least": "4", "valid_days": "21"})
    assert list(response.context["form"].errors) == ["release_at_least"]
    assert not EvaluationPolicy.objects.exists()


def test_reading_the_policy_writes_nothing():
    assert EvaluationPolicy.current().release_at_least == EvaluationPolicy.LEAST
    assert not EvaluationPolicy.objects.exists()
