"""Opening the envelopes of a period: in memory, in one transaction, while whoever answers waits."""

import time
from collections.abc import Sequence
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from benchmarks.report import Line
from evaluations import batches, persons, sealing, tickets
from evaluations.enums import Question
from evaluations.models import Envelope, Invitation
from evaluations.opening import open_due
from supporters.models import Contact

GOAL = 10
ANSWERS = {question.value: question.scale[-1] for question in Question}


def invite(contacts: Sequence[Contact]) -> list[Invitation]:
    """Invitations of now for `contacts`, to the batch that takes envelopes."""
    at = timezone.now()
    batches.ensure_one(at=at)
    batch = batches.current()
    assert batch is not None
    people = persons.sealed_of([contact.offer.involvement for contact in contacts], bytes(batch.public_key))
    return [
        Invitation(contact=contact, invited_at=at, person=person)
        for contact, person in zip(contacts, people, strict=True)
    ]


def measure(envelopes: int) -> list[Line]:
    """The seconds that an opening of so many takes."""
    contacts = Contact.objects.filter(invitation=None).select_related("offer__involvement")[:envelopes]
    invited = Invitation.objects.bulk_create(invite(list(contacts)), batch_size=2_000)
    batch = batches.current()
    assert batch is not None
    # All were typed in with one address by the benchmark: each is made a person.
    people = persons.seal((persons.hashed(one.id) for one in invited), bytes(batch.public_key))
    for one, person in zip(invited, people, strict=True):
        one.person = person
    with transaction.atomic():
        Invitation.objects.bulk_update(invited, ["person"], batch_size=2_000)
        Envelope.objects.bulk_create(
            (Envelope(batch=batch, sealed=_sealed(one, bytes(batch.public_key))) for one in invited),
            batch_size=2_000,
        )
    started = time.perf_counter()
    ended = open_due(at=timezone.now() + timedelta(days=366))
    seconds = time.perf_counter() - started
    opened = ended[-1].tables is not None
    what = f"opening of {len(invited):,} envelopes"
    return [Line(what, f"{seconds:.1f} s", f"≤ {GOAL} s", opened and seconds <= GOAL)]


def _sealed(invitation: Invitation, public_key: bytes) -> bytes:
    ticket = tickets.issue(invitation.id, invitation.version, settings.EVALUATION_TICKET_KEY)
    return sealing.seal(ticket, ANSWERS, public_key)
