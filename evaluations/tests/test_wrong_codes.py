"""What comes back for codes that are not right, and for too many envelopes."""

import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from evaluations import answers, tickets, wrong_codes
from evaluations.models import Envelope, Invitation
from evaluations.tests.factories import InvitationFactory, ticket_of

pytestmark = pytest.mark.django_db


def sent(ticket):
    return Client().post(reverse("evaluation"), {"ticket": ticket, "mark": "8"})


def page(ticket):
    """What comes back for a ticket, without the token that is another each time and what was typed."""
    text = sent(ticket).text
    assert "evaluation-thanks" not in text
    text = re.sub(r'value="[^"]*"', "", text)
    return re.sub(r'nonce="[^"]*"|"X-CSRFToken": "[^"]*"|hx-headers=\'[^\']*\'', "", text)


def test_wrong_tickets_of_every_sort_have_the_same_answer():
    used, expired = InvitationFactory(), InvitationFactory(version=2)
    Invitation.objects.update(expires_at=timezone.now())
    Invitation.objects.filter(pk=used.pk).update(answered=True, person=None)
    assert page(ticket_of(used)) == page(ticket_of(expired))
    foreign = tickets.issue(used.id, 1, b"k" * 32)
    mistyped = foreign[:-1] + ("0" if foreign[-1] != "0" else "1")
    assert page(foreign) == page(mistyped)
    assert page(foreign) != page(ticket_of(used))
    assert not Envelope.objects.exists()


def test_after_many_wrong_codes_no_more_are_judged_but_a_right_one_is_taken(monkeypatch):
    monkeypatch.setattr(wrong_codes, "MOST", 3)
    ticket = ticket_of(InvitationFactory())
    wrong = tickets.issue(InvitationFactory().id, 1, b"k" * 32)
    said = [sent(wrong).text for _ in range(4)]
    assert ["Many wrong codes" in text for text in said] == [False, False, False, True]
    assert sent(ticket).status_code == 302


def test_a_batch_that_is_full_takes_no_more(monkeypatch):
    monkeypatch.setattr(answers, "MOST_WAITING", 2)
    ticket = ticket_of(InvitationFactory())
    said = [sent(ticket).status_code for _ in range(3)]
    assert (said, Envelope.objects.count()) == ([302, 302, 200], 2)
