"""Taking in an answer: one envelope more, and nothing else changes."""

from collections.abc import Mapping
from datetime import datetime

from django.conf import settings
from django.db import transaction

from evaluations import batches, sealing, tickets
from evaluations.invitations import valid_tickets
from evaluations.models import Envelope


class TicketOverError(tickets.TicketError):
    """Genuine, but its time is over."""


class NoBatchError(Exception):
    """No batch takes envelopes: nobody was ever invited here, its key is not ours, or it is full."""


#: So many envelopes wait at most. Which of them are doubles only the opening knows, and until then who sends
#: the same ones again and again fills the disk.
MOST_WAITING = 50_000


def check_ticket(*, text: str, at: datetime) -> str:
    """The ticket in `text`. Raises MistypedTicketError, ForeignTicketError or TicketOverError.

    Compared with the tickets of all open invitations: no statement says whose it is.
    """
    ticket = tickets.read(text, settings.EVALUATION_TICKET_KEY)
    if ticket not in valid_tickets(at=at):
        raise TicketOverError("The time of this code is over.")
    return ticket


@transaction.atomic
def submit(*, ticket: str, answers: Mapping[str, str]) -> None:
    """Seal `answers` to the open batch. Raises NoBatchError, and what `sealing.seal` raises."""
    batches.share()
    batch = batches.current()
    if batch is None or not batches.is_genuine(batch) or batch.envelopes.count() >= MOST_WAITING:
        raise NoBatchError
    sealed = sealing.seal(ticket, answers, bytes(batch.public_key))
    Envelope(batch=batch, sealed=sealed).save(force_insert=True)
