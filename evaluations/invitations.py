"""Inviting those whose contact was closed. By mail only: a notice would stand beside their name."""

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from functools import lru_cache
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.enums import Language, Role
from accounts.models import User
from accounts.sign_in import sign_in_changes
from evaluations import batches, tickets
from evaluations.models import EvaluationPolicy, Invitation
from notifications.delivery.forgetting import KEPT
from notifications.enums import HandedOn
from notifications.models import Mail
from notifications.reminders import schedule
from notifications.reminders.kinds import Kind, Outside
from supporters.contacts.allowed_steps import UNDO_WITHIN
from supporters.enums import ContactState
from supporters.models import Contact

INVITATION = "evaluation.invitation"
BATCH = 200


def invite_closed(*, at: datetime) -> int:
    """Invite for every contact that was closed after a conversation and has no invitation; how many.

    The closing can be undone for some minutes, and so long nobody is invited. Contacts that were closed
    longer ago than an invitation is valid are left alone, as is who was erased or has no e-mail address. Two
    at once are harmless.
    """
    valid = timedelta(days=EvaluationPolicy.current().valid_days)
    invited = 0
    while batch := _invite_batch(since=at - valid, until=at - UNDO_WITHIN, at=at):
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
        .order_by("closed_at")
        .select_for_update(of=("self",), skip_locked=True)
    )
    locked = [contact.pk for contact in contacts[:BATCH]]
    # Another one may have invited them and ended just before they were locked here: that is seen from now on.
    found = Contact.objects.filter(pk__in=locked, invitation=None)
    invitations = [Invitation(contact=contact, invited_at=at) for contact in found]
    if not invitations:
        return 0
    batches.ensure_one(at=at)
    Invitation.objects.bulk_create(invitations)
    schedule.send(map(_mail, invitations))
    return len(invitations)


def expected(at: datetime) -> Iterator[Mail]:
    """The mail of every invitation that is valid at `at`, for the nightly search for what is missing; not of
    those so old that a mail that left is forgotten.
    """
    since = at - min(timedelta(days=EvaluationPolicy.current().valid_days), KEPT)
    invited = Invitation.objects.filter(answered=False, invited_at__gt=since)
    invited = invited.filter(contact__offer__involvement__erased_at=None)
    return map(_mail, invited.iterator(chunk_size=500))


def _mail(invitation: Invitation) -> Mail:
    return Mail(
        key=f"evaluation:{invitation.id}:{invitation.version}",
        kind=INVITATION,
        due_at=invitation.invited_at,
        subject_id=invitation.id,
    )


def valid_tickets(*, at: datetime) -> frozenset[str]:
    """The tickets that may be used at `at`: of all invitations at once, so that nobody's is looked up."""
    since = at - timedelta(days=EvaluationPolicy.current().valid_days)
    invitations = Invitation.objects.filter(answered=False, invited_at__gt=since)
    return frozenset(_ticket(id_, version) for id_, version in invitations.values_list("id", "version"))


@lru_cache(maxsize=20_000)
def _ticket(invitation: UUID, version: int) -> str:
    return tickets.issue(invitation, version, settings.EVALUATION_TICKET_KEY)


def mail(subject: UUID) -> Outside | None:
    """The invitation's mail, made when it is sent: the ticket is derived, never stored."""
    invitation = (
        Invitation.objects.filter(pk=subject, answered=False)
        .select_related("contact__offer__involvement__employee")
        .first()
    )
    if invitation is None:
        return None
    involved = invitation.contact.offer.involvement
    if involved.erased_at or not involved.email_now:
        return None
    ticket = tickets.grouped(_ticket(invitation.id, invitation.version))
    address = f"{settings.SITE_URL}{reverse('evaluation')}"
    language = involved.employee.language if involved.employee else Language.DUTCH
    with override(language):
        return Outside(
            address=involved.email_now,
            language=language,
            text=_(
                "We have a few short questions for you. They take two minutes, and nobody can see that the "
                "answers are yours.\n\n"
                "Open the link below. Does it ask for a code? Then type: %(code)s\n\n"
                "The link is valid for %(days)s days. Answering is up to you."
            )
            % {"code": ticket, "days": EvaluationPolicy.current().valid_days},
            link=f"{address}#{ticket}",
        )


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


KIND = Kind(INVITATION, "", _nobody, outside=mail, handed_on=HandedOn.STAYS, about=_event_of)
