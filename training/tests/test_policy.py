"""The settings of training."""

import pytest
from django.urls import reverse

from accounts.enums import Role
from accounts.models import PolicyChange
from accounts.tests.factories import UserFactory
from training.forms import PARTS
from training.models import TrainingPolicy


def posted(**changes):
    policy = TrainingPolicy()
    fields = {name: getattr(policy, name) for _title, names in PARTS for name in names}
    return {**fields, **changes}


@pytest.fixture
def coordinator(db, client):
    user = UserFactory(roles=[Role.COORDINATOR])
    client.force_login(user)
    return user


def test_what_changes_is_kept_with_its_line(client, coordinator):
    client.get(reverse("training:policy"))
    assert not TrainingPolicy.objects.exists()  # reading writes nothing
    client.post(reverse("training:policy"), posted(participants_most=12, warn_days=100))
    assert TrainingPolicy.current().participants_most == 12
    assert sorted(PolicyChange.objects.values_list("field", "old", "new")) == [
        ("participants_most", 15, 12),
        ("warn_days", 90, 100),
    ]


@pytest.mark.parametrize(
    "refused",
    [
        {"participants_least": 16},
        {"participants_most": "many"},
        {"day_ends": "08:59"},
        {"attends_a_year": 3},
        {"warn_again_days": 90},
        {"competence_years": 0},
        {"entry": "by lot"},
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_lost(client, coordinator, refused):
    response = client.post(reverse("training:policy"), posted(**refused))
    assert response.status_code == 200
    assert response.context["form"].errors
    assert not TrainingPolicy.objects.exists()
    (name, value) = next(iter(refused.items()))
    assert str(response.context["form"][name].value()) == str(value)
