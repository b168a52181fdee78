"""Inviting those whose contact was closed, and reminding. By mail only: a notice would stand beside their
name.

Both are done once a day, in shuffled order: when a mail leaves says nothing of when a contact was closed.
"""

import random
from collections.abc import Callable, Collection, Iterator
from datetime import datetime, timedelta
from functools import lru_cache
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.enums import Language, Role
from accounts.models import User
from accounts.sign_in import sign_in_changes
from evaluations import batches, persons, sealing, tickets
from evaluations.batch_keys import BatchKeyMissingError
from evaluations.models import Batch, EvaluationPolicy, Invitation
from hospital.clock import local_day
from incidents.models import Involvement
from notifications.delivery.forgetting import KEPT
from notifications.enums import HandedOn
from notifications.models import Mail
from notifications.reminders import schedule
from notifications.reminders.kinds import Kind, Outside
from supporters.contacts.allowed_steps import UNDO_WITHIN
from supporters.enums import ContactState
from supporters.models import Contact

INVITATION = "evaluation.invitation"
REMINDER = "evaluation.reminder"
BATCH = 200
#: A reminder that did not leave on its day still does for so many days.
LATE = 3
#: While so many have not answered, only they are reminded.
OUTSTANDING = 10
_INVOLVED = "contact__offer__involvement"


def invite_closed(*, at: datetime) -> int:
    """Invite for every contact that was closed long enough ago, after a conversation, and has no invitation;
    how many.

    The closing can be undone for some minutes, and so long nobody is invited. Contacts that were closed
    longer ago than an invitation is valid are left alone, as is who was erased or has no e-mail address. Two
    at once are harmless. Nobody is invited to a batch that cannot be opened.
    """
    policy = EvaluationPolicy.current()
    until = at - max(timedelta(days=policy.invite_after), UNDO_WITHIN)
    invited = 0
    while batch := _invite_batch(since=until - timedelta(days=policy.valid_days), until=until, at=at):
        invited += batch
    return invited


@transaction.atomic
def _invite_batch(*, since: datetime, until: datetime, at: datetime) -> int:
    contacts = (
        Contact.objects.filter(
            state=ContactState.CLOSED,
            closed_at__gt=since,
            closed_at__lt=until,
            conversations__gte=1,
            invitation=None,
        )
        .filter(offer__involvement__erased_at=None)
        .filter(
            ~Q(offer__involvement__employee=None) & ~Q(offer__involvement__employee__email="")
            | Q(offer__involvement__employee=None) & ~Q(offer__involvement__email="")
        )
        # A mailbox that somebody else may have given this person learns nothing of a conversation.
        .exclude(offer__involvement__employee__in=sign_in_changes.stopped(at=at).values("user"))
        .order_by("?")
        .select_for_update(of=("self",), skip_locked=True)
    )
    locked = [contact.pk for contact in contacts[:BATCH]]
    if not locked:
        return 0
    batches.ensure_one(at=at)
    batches.share()
    batch = batches.current()
    if batch is None or not batches.is_genuine(batch):
        return 0
    # Another one may have invited them and ended just before they were locked here: that is seen from now on.
    found = list(
        Contact.objects.filter(pk__in=locked, invitation=None)
        .select_related("offer__involvement")
        .order_by("?")
    )
    people = persons.sealed_of([contact.offer.involvement for contact in found], bytes(batch.public_key))
    expires_at = at + timedelta(days=EvaluationPolicy.current().valid_days)
    invitations = [
        Invitation(contact=contact, invited_at=at, expires_at=expires_at, person=person)
        for contact, person in zip(found, people, strict=True)
    ]
    Invitation.objects.bulk_create(invitations)
    schedule.send(map(_invitation_mail, invitations))
    return len(invitations)


def invite_again(*, batch: Batch, at: datetime) -> None:
    """The answers of before are lost: whoever was invited may answer into `batch`, with a new ticket. An
    invitation of somebody whose name is erased is over.
    """
    lost = Invitation.objects.filter(answered=False, person__isnull=False)
    known = list(
        lost.filter(**{f"{_INVOLVED}__erased_at": None})
        .select_related(f"{_INVOLVED}__employee")
        .order_by("?")
    )
    lost.update(person=None, expires_at=at)
    people = persons.sealed_of([_involved(one) for one in known], bytes(batch.public_key))
    for invitation, person in zip(known, people, strict=True):
        invitation.version += 1
        invitation.invited_at = at
        invitation.expires_at = at + timedelta(days=EvaluationPolicy.current().valid_days)
        invitation.person = person
    fields = ["version", "invited_at", "expires_at", "person"]
    Invitation.objects.bulk_update(known, fields, batch_size=1_000)
    schedule.send(map(_invitation_mail, known))


def remind(*, at: datetime) -> int:
    """Remind once more those whose day it is; how many. To be called once a day.

    While ten and more have not answered, they alone; else everybody who was invited on that day. Who is
    among them is not written down, but for the mails themselves.
    """
    mails = _reminders(at=at)
    random.SystemRandom().shuffle(mails)
    return len(schedule.send(mails))


def expected(at: datetime) -> Iterator[Mail]:
    """The mails of every invitation that is valid at `at`, for the nightly search for what is missing; not of
    those so old that a mail that left is forgotten.
    """
    recent = _known(at=at).filter(invited_at__gt=at - KEPT)
    yield from map(_invitation_mail, recent.iterator(chunk_size=500))
    yield from _reminders(at=at, late=1)


def _reminders(*, at: datetime, late: int = 0) -> list[Mail]:
    """The reminders that are missing at `at` of those whose day was `late` days ago or more, up to `LATE`."""
    policy = EvaluationPolicy.current()
    today = local_day(at)
    invited = list(_known(at=at))
    due = [
        (invitation, day, _reminder_mail(invitation, number, at))
        for invitation in invited
        for number in range(1, policy.reminders + 1)
        for day in [local_day(invitation.invited_at) + timedelta(days=number * policy.reminder_days)]
        if late <= (today - day).days <= LATE
    ]
    if not due:
        return []
    keys = [mail.key for _invitation, _day, mail in due]
    there = set(Mail.objects.filter(key__in=keys).values_list("key", flat=True))
    answered = _answered()
    if answered is not None and sum(ticket_of(one) not in answered for one in invited) >= OUTSTANDING:
        return [mail for one, _day, mail in due if mail.key not in there and ticket_of(one) not in answered]
    # All whose day it was or, where some of them were reminded already, nobody: one by one it would show who
    # had answered first.
    begun = {day for _invitation, day, mail in due if mail.key in there}
    return [mail for _invitation, day, mail in due if day not in begun]


def _answered() -> set[str] | None:
    """The tickets in the waiting envelopes, in memory; None where they cannot be looked into."""
    batch = batches.current()
    if batch is None or not batches.is_genuine(batch):
        return None
    try:
        key = batches.keys().load(batch.id)
    except BatchKeyMissingError:
        return None
    found = set()
    for sealed in batch.envelopes.values_list("sealed", flat=True):
        try:
            found.add(sealing.open_envelope(bytes(sealed), key).ticket)
        except sealing.UnreadableEnvelopeError:
            continue
    return found


def _known(*, at: datetime) -> QuerySet[Invitation]:
    """The invitations that are open at `at` of those whose name is known yet."""
    invited = Invitation.objects.filter(answered=False, person__isnull=False, expires_at__gt=at)
    return invited.filter(**{f"{_INVOLVED}__erased_at": None})


def _invitation_mail(invitation: Invitation) -> Mail:
    return Mail(key=_key(invitation), kind=INVITATION, due_at=invitation.invited_at, subject_id=invitation.id)


def _reminder_mail(invitation: Invitation, number: int, due_at: datetime) -> Mail:
    return Mail(key=f"{_key(invitation)}:{number}", kind=REMINDER, due_at=due_at, subject_id=invitation.id)


def _key(invitation: Invitation) -> str:
    return f"evaluation:{invitation.id}:{invitation.version}"


def valid_tickets(*, at: datetime) -> frozenset[str]:
    """The tickets that may be used at `at`: of all invitations at once, so that nobody's is looked up. Also
    those whose answer was opened: who tries a code learns nothing of whether it was used, and what comes with
    it counts no second time.
    """
    invitations = Invitation.objects.filter(expires_at__gt=at).values_list("id", "version")
    return frozenset(_ticket(id_, version) for id_, version in invitations)


def ticket_of(invitation: Invitation) -> str:
    """The ticket of an invitation, as it is now."""
    return _ticket(invitation.id, invitation.version)


@lru_cache(maxsize=20_000)
def _ticket(invitation: UUID, version: int) -> str:
    return tickets.issue(invitation, version, settings.EVALUATION_TICKET_KEY)


def mail(subject: UUID) -> Outside | None:
    """The invitation's mail, made when it is sent: the ticket is derived, never stored."""
    return _outside(subject, _words_of_invitation)


def reminder(subject: UUID) -> Outside | None:
    """The reminder's mail, in the same words to who answered and who did not."""
    return _outside(subject, _words_of_reminder)


def _words_of_invitation(_invitation: Invitation, code: str) -> str:
    text = _(
        "We have a few short questions for you. They take two minutes, and nobody can see that the "
        "answers are yours.\n\n"
        "Open the link below. Does it ask for a code? Then type: %(code)s\n\n"
        "The link is valid for %(days)s days. Answering is up to you."
    )
    return text % {"code": code, "days": EvaluationPolicy.current().valid_days}


def _words_of_reminder(invitation: Invitation, code: str) -> str:
    text = _(
        "A while ago we sent you a few short questions. They take two minutes, and nobody can see that the "
        "answers are yours.\n\n"
        "Have you answered already? Then you need do nothing.\n\n"
        "Open the link below. Does it ask for a code? Then type: %(code)s\n\n"
        "The link is valid until %(day)s. Answering is up to you."
    )
    return text % {"code": code, "day": date_format(localtime(invitation.expires_at), "j F")}


def _outside(subject: UUID, words: Callable[[Invitation, str], str]) -> Outside | None:
    invitation = (
        Invitation.objects.filter(pk=subject, answered=False, person__isnull=False)
        .select_related(f"{_INVOLVED}__employee")
        .first()
    )
    if invitation is None:
        return None
    involved = _involved(invitation)
    if involved.erased_at or not involved.email_now:
        return None
    code = tickets.grouped(ticket_of(invitation))
    language = involved.employee.language if involved.employee else Language.DUTCH
    with override(language):
        return Outside(
            address=involved.email_now,
            language=language,
            text=words(invitation, code),
            link=f"{settings.SITE_URL}{reverse('evaluation')}#{code}",
        )


def _involved(invitation: Invitation) -> Involvement:
    return invitation.contact.offer.involvement


def _nobody(_user: User, _subject: UUID) -> bool:
    """An invitation is never a notice."""
    return False


def _event_of(user: User, subjects: Collection[UUID]) -> dict[UUID, str]:
    """To the coordinator, of which event an invitation is that came back."""
    if not user.has_role(Role.COORDINATOR):
        return {}
    seen = Contact.objects.visible_to(user)
    invitations = Invitation.objects.filter(pk__in=subjects, contact__in=seen.values("pk"))
    return dict(invitations.values_list("pk", "contact__offer__incident__reference"))


KINDS = (
    Kind(INVITATION, "", _nobody, outside=mail, handed_on=HandedOn.STAYS, about=_event_of),
    Kind(REMINDER, "", _nobody, outside=reminder, handed_on=HandedOn.STAYS, about=_event_of),
)
