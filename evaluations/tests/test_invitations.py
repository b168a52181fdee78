import threading
from datetime import timedelta

import pytest
from django.conf import settings as django_settings
from django.db import connections
from django.utils import timezone

from accounts.models import User
from accounts.models.second_person import SignInChange
from accounts.sign_in import sign_in_changes
from accounts.tests.factories import UserFactory
from evaluations import batches, tickets
from evaluations.invitations import INVITATION, invite_closed, mail, valid_tickets
from evaluations.models import Batch, EvaluationPolicy, Invitation
from evaluations.tests.factories import InvitationFactory, ticket_of
from incidents.models import Involvement
from notifications.delivery.sweep import sweep
from notifications.models import Mail, Notice
from notifications.reminders.reconcile import reconcile
from supporters.tests.factories import ContactFactory

pytestmark = pytest.mark.django_db


def closed(**fields):
    return ContactFactory(
        **{"closed": True, "proposed_at": timezone.now() - timedelta(days=14, hours=1), **fields}
    )


def test_closed_contact_is_invited_once_by_mail_and_never_by_notice():
    contact, now = closed(), timezone.now()
    assert invite_closed(at=now) == 1
    assert invite_closed(at=now) == 0
    invitation = Invitation.objects.get()
    assert (invitation.contact, invitation.answered) == (contact, False)
    queued = Mail.objects.get()
    assert (queued.kind, queued.subject_id, queued.user) == (INVITATION, invitation.id, None)
    assert not Notice.objects.exists()


def test_who_was_not_spoken_to_is_not_invited():
    closed(conversations=0)
    ContactFactory(in_contact=True, conversations=1)
    assert invite_closed(at=timezone.now()) == 0


def test_nobody_is_invited_while_the_closing_can_be_undone():
    contact = closed()
    assert invite_closed(at=contact.closed_at + timedelta(minutes=9)) == 0
    assert invite_closed(at=contact.closed_at + timedelta(minutes=11)) == 1


def test_who_was_erased_or_has_no_address_is_not_invited():
    closed(offer__involvement__employee=UserFactory(email=""))
    gone = closed().offer.involvement
    Involvement.objects.filter(pk=gone.pk).update(
        erased_at=timezone.now(), employee=None, typed_name="", email="", telephone=""
    )
    assert invite_closed(at=timezone.now()) == 0


def test_nobody_is_invited_at_an_address_that_opens_nothing_yet():
    employee = UserFactory()
    closed(offer__involvement__employee=employee)
    with sign_in_changes.watched(by=None, access_point="test", at=timezone.now()):
        User.objects.filter(pk=employee.pk).update(email="elders@elders.example")
    assert invite_closed(at=timezone.now()) == 0
    change = SignInChange.objects.get()
    sign_in_changes.confirm(change_id=change.pk, by=employee, access_point="test", at=timezone.now())
    assert invite_closed(at=timezone.now()) == 1


def test_who_has_no_account_is_invited_at_the_address_that_was_typed_in():
    closed(offer__involvement__employee=None, offer__involvement__email="noor@uitzendbureau.example")
    assert invite_closed(at=timezone.now()) == 1
    outside = mail(Invitation.objects.get().id)
    assert outside is not None
    assert (outside.address, outside.language) == ("noor@uitzendbureau.example", "nl")


def test_contact_that_was_closed_before_the_invitation_would_be_valid_is_left_alone():
    closed(proposed_at=timezone.now() - timedelta(days=60))
    assert invite_closed(at=timezone.now()) == 0


def test_first_invitation_opens_a_batch_with_its_key():
    closed()
    invite_closed(at=timezone.now())
    assert batches.keys().batches() == {Batch.objects.get().id}


def test_mail_carries_the_ticket_in_the_fragment_and_to_type_and_no_name(settings):
    settings.SITE_URL = "https://steun.example"
    invitation = InvitationFactory()
    involved = invitation.contact.offer.involvement
    outside = mail(invitation.id)
    assert outside is not None
    code = tickets.grouped(ticket_of(invitation))
    assert outside.address == involved.employee.email
    assert outside.link == f"https://steun.example/evaluation/#{code}"
    assert code in outside.text
    for secret in (involved.name, invitation.contact.supporter.user.name, str(invitation.id)):
        assert secret not in outside.text + outside.link


def test_mail_to_who_answered_or_was_erased_meanwhile_is_not_sent():
    answered, erased = InvitationFactory(answered=True), InvitationFactory()
    Involvement.objects.filter(pk=erased.contact.offer.involvement_id).update(
        erased_at=timezone.now(), employee=None, typed_name="", email="", telephone=""
    )
    assert mail(answered.id) is None
    assert mail(erased.id) is None


def test_mail_leaves_with_the_sweep(mailoutbox):
    closed(proposed_at=timezone.now() - timedelta(days=17))
    assert invite_closed(at=timezone.now() - timedelta(days=1)) == 1
    morning = timezone.localtime().replace(hour=10)
    sweep(at=morning + timedelta(days=1))
    (message,) = mailoutbox
    assert "/evaluation/#" in message.body


def test_ticket_is_valid_for_the_days_of_the_policy():
    EvaluationPolicy.objects.create(valid_days=10)
    now = timezone.now()
    fresh = InvitationFactory(invited_at=now - timedelta(days=9))
    InvitationFactory(invited_at=now - timedelta(days=11))
    InvitationFactory(invited_at=now, answered=True)
    assert valid_tickets(at=now) == {ticket_of(fresh)}


def test_hundreds_are_invited_in_a_few_statements(django_assert_max_num_queries):
    closed()
    invite_closed(at=timezone.now())
    for _ in range(6):
        closed()
    with django_assert_max_num_queries(20):
        assert invite_closed(at=timezone.now()) == 6


@pytest.mark.django_db(transaction=True)
def test_two_at_once_invite_each_once():
    for _ in range(6):
        closed()
    start = threading.Barrier(2)

    def run():
        try:
            start.wait()
            invite_closed(at=timezone.now())
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Invitation.objects.count() == Mail.objects.count() == 6
    assert Batch.objects.count() == 1


def test_ticket_key_is_required_outside_development():
    assert len(django_settings.EVALUATION_TICKET_KEY) >= tickets.KEY_BYTES


def test_night_finds_the_mail_of_a_valid_invitation_that_is_missing():
    closed()
    now = timezone.now()
    invite_closed(at=now)
    assert reconcile(at=now) == 0
    Mail.objects.all().delete()
    assert reconcile(at=now) == 1
    assert (Mail.objects.get().kind, reconcile(at=now)) == (INVITATION, 0)
    Mail.objects.all().delete()
    Invitation.objects.update(answered=True)
    assert reconcile(at=now) == 0
