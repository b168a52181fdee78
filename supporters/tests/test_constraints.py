"""What the database holds, whatever the code does."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from supporters.models import Contact, CorridorTalk, Offer, Supporter
from supporters.tests.factories import (
    ContactFactory,
    CorridorTalkFactory,
    OfferFactory,
    SupporterFactory,
    trained,
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("state", "wrong", "constraint"),
    [
        ("proposed", {"accepted_at": F("proposed_at")}, "contact_accepted_has_moment"),
        ("accepted", {"accepted_at": None}, "contact_accepted_has_moment"),
        ("in_contact", {"accepted_at": None}, "contact_accepted_has_moment"),
        ("in_contact", {"closed_at": F("proposed_at")}, "contact_closed_has_outcome"),
        ("closed", {"closed_at": None}, "contact_closed_has_outcome"),
        ("handed_back", {"closed_at": F("proposed_at")}, "contact_closed_has_outcome"),
    ],
)
def test_a_contact_has_the_moments_of_its_state(state, wrong, constraint):
    ContactFactory(**{state: True})
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Contact.objects.update(**wrong)


def test_what_ended_may_never_have_been_accepted():
    ContactFactory(closed=True)
    ContactFactory(handed_back=True)
    assert Contact.objects.update(accepted_at=None) == 2


@pytest.mark.parametrize(
    ("closed", "wrong", "constraint"),
    [
        (False, {"waiting_for": "nothing"}, "offer_closed_waits_for_nothing"),
        (True, {"waiting_for": "assignment"}, "offer_closed_waits_for_nothing"),
        (False, {"outcome": "declined"}, "offer_closed_has_outcome"),
        (True, {"outcome": ""}, "offer_closed_has_outcome"),
    ],
)
def test_an_offer_that_is_closed_waits_for_nothing_and_has_an_outcome(closed, wrong, constraint):
    OfferFactory(closed=closed)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Offer.objects.update(**wrong)


@pytest.mark.parametrize("given", ["later", "never"])
def test_training_is_valid_from_the_day_that_it_was_given(given):
    supporter = SupporterFactory(trained=True, paused=True)
    day = None if given == "never" else timezone.localdate() + timedelta(days=201)
    if day:
        trained([supporter.user], day)
    with pytest.raises(IntegrityError, match="supporter_current_once_trained"), transaction.atomic():
        Supporter.objects.filter(pk=supporter.pk).update(trained_on=day)


@pytest.mark.parametrize(
    ("wrong", "constraint"),
    [
        ({"length": "all_day"}, "corridor_talk_length_in_list"),
        ({"day": F("noted_on") + timedelta(days=1)}, "corridor_talk_not_ahead"),
    ],
)
def test_a_talk_in_the_corridor_has_a_length_of_the_list_and_a_day_that_has_come(wrong, constraint):
    CorridorTalkFactory()
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        CorridorTalk.objects.update(**wrong)
