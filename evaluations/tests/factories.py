"""Invitations to evaluate, and envelopes that answer them."""

from datetime import timedelta

import factory
from django.conf import settings
from django.utils import timezone
from factory.django import DjangoModelFactory

from evaluations import answers, batches, persons, tickets
from evaluations.enums import Question
from evaluations.models import EvaluationPolicy, Invitation
from supporters.tests.factories import ContactFactory

#: An answer to every question.
ANSWERS: dict[str, str] = {
    **dict.fromkeys((question.value for question in Question.feelings()), "3-1"),
    **dict.fromkeys((question.value for question in Question.statements()), "4"),
    "mark": "8",
    "recommend": "yes",
}


def person_of(contact):
    """Who was invited, as it is kept."""
    batches.ensure_one(at=timezone.now())
    batch = batches.current()
    assert batch is not None
    (person,) = persons.sealed_of([contact.offer.involvement], bytes(batch.public_key))
    return person


class InvitationFactory(DjangoModelFactory):
    """Invited now, for a contact that was closed today."""

    class Meta:
        model = Invitation

    contact = factory.SubFactory(
        ContactFactory,
        closed=True,
        proposed_at=factory.LazyFunction(lambda: timezone.now() - timedelta(days=14, hours=1)),
    )
    invited_at = factory.LazyFunction(timezone.now)
    expires_at = factory.LazyAttribute(
        lambda invitation: invitation.invited_at + timedelta(days=EvaluationPolicy.current().valid_days)
    )
    person = factory.LazyAttribute(lambda invitation: person_of(invitation.contact))


def ticket_of(invitation):
    return tickets.issue(invitation.id, invitation.version, settings.EVALUATION_TICKET_KEY)


def answer(invitation, **changes):
    """`invitation` is answered; `changes` by the value of the question."""
    batches.ensure_one(at=timezone.now())
    answers.submit(ticket=ticket_of(invitation), answers={**ANSWERS, **changes})
