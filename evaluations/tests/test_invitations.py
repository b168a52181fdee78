import threading
from datetime import timedelta

import pytest
from django.conf import settings as django_settings
from django.db import connections
from django.utils import timezone
from django.utils.translation import gettext, override

from accounts.models import User
from accounts.models.second_person import SignInChange
from accounts.sign_in import sign_in_changes
from accounts.tests.factories import UserFactory
from evaluations import batches, tickets
from evaluations.invitations import (
    INVITATION,
    REMINDER,
    _invitation_mail,
    invite_closed,
    mail,
    remind,
    reminder,
    valid_tickets,
)
from evaluations.models import Batch, Envelope, EvaluationPolicy, Invitation
from evaluations.tests.factories import InvitationFactory, answer, ticket_of
from incidents.models import Involvement
from notifications.delivery.sweep import sweep
from notifications.models import Mail, Notice
from notifications.reminders import schedule
from notifications.reminders.reconcile import reconcile
from supporters.tests.factories import ContactFactory

pytestmark = pytest.mark.django_db


def closed(*, days=8, **fields):
    """A contact that was closed so many days ago."""
    at = timezone.now() - timedelta(days=14 + days, hours=1)
    return ContactFactory(**{"closed": True, "proposed_at": at, **fields})


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


def test_who_was_closed_is_invited_so_many_days_later():
    contact = closed()
    assert invite_closed(at=contact.closed_at + timedelta(days=7)) == 0
    assert invite_closed(at=contact.closed_at + timedelta(days=7, minutes=1)) == 1


def test_nobody_is_invited_while_the_closing_can_be_undone():
    EvaluationPolicy.objects.create(invite_after=0)
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
    closed(days=38)
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
    closed(days=9)
    assert invite_closed(at=timezone.now() - timedelta(days=1)) == 1
    morning = timezone.localtime().replace(hour=10)
    sweep(at=morning + timedelta(days=1))
    (message,) = mailoutbox
    assert "/evaluation/#" in message.body


def test_ticket_is_valid_for_the_days_of_the_policy():
    policy = EvaluationPolicy.objects.create(valid_days=10)
    now = timezone.now()
    fresh = InvitationFactory(invited_at=now - timedelta(days=9))
    InvitationFactory(invited_at=now - timedelta(days=11))
    opened = InvitationFactory(invited_at=now, answered=True, person=None)
    assert valid_tickets(at=now) == {ticket_of(fresh), ticket_of(opened)}
    # Told apart by whether they were opened, were they valid again.
    policy.valid_days = 90
    policy.save()
    assert valid_tickets(at=now) == {ticket_of(fresh), ticket_of(opened)}


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


def test_nobody_is_invited_to_a_batch_whose_key_is_not_ours():
    batches.ensure_one(at=timezone.now())
    Batch.objects.update(public_key=b"k" * 32)
    closed()
    assert invite_closed(at=timezone.now()) == 0
    assert not Invitation.objects.exists()


def test_mails_leave_in_another_order_than_that_of_closing():
    contacts = [closed(days=8 + days) for days in range(12)]
    invite_closed(at=timezone.now())
    order = list(Mail.objects.values_list("subject_id", flat=True))
    by_closing = [contact.invitation.id for contact in contacts]
    assert order not in (by_closing, by_closing[::-1])
    assert len(set(Invitation.objects.values_list("invited_at", flat=True))) == 1


def invited(count, *, days):
    """So many were invited so many days ago."""
    return InvitationFactory.create_batch(count, invited_at=timezone.now() - timedelta(days=days))


def reminded(at=None):
    """Who is reminded now."""
    before = set(Mail.objects.values_list("id", flat=True))
    remind(at=at or timezone.now())
    return set(Mail.objects.exclude(id__in=before).values_list("subject_id", flat=True))


def ids(invitations):
    return {invitation.id for invitation in invitations}


def test_while_ten_are_outstanding_only_they_are_reminded():
    silent, done = invited(10, days=10), invited(3, days=10)
    for invitation in done:
        answer(invitation)
    envelopes = set(Envelope.objects.values_list("id", flat=True))
    assert reminded() == ids(silent)
    assert set(Envelope.objects.values_list("id", flat=True)) == envelopes
    assert not Invitation.objects.filter(answered=True).exists()
    assert reminded() == set()


def test_where_fewer_are_outstanding_everybody_is_reminded():
    silent, done = invited(9, days=10), invited(3, days=10)
    for invitation in done:
        answer(invitation)
    assert reminded() == ids([*silent, *done])
    assert reminded() == set()


def test_who_answered_is_not_reminded_a_day_later_because_fewer_are_left():
    silent, done = invited(10, days=10), invited(2, days=10)
    for invitation in done:
        answer(invitation)
    assert reminded() == ids(silent)
    answer(silent[0])
    assert reminded(timezone.now() + timedelta(days=1)) == set()


def test_where_the_envelopes_cannot_be_looked_into_everybody_is_reminded():
    everybody = invited(12, days=10)
    answer(everybody[0])
    batch = batches.current()
    assert batch is not None
    batches.keys().destroy(batch.id)
    assert reminded() == ids(everybody)


def test_two_reminders_at_most_and_none_where_the_hospital_wants_none():
    invitations = invited(2, days=0)
    now = timezone.now()
    on = {days: reminded(now + timedelta(days=days)) for days in range(32)}
    assert {days for days, who in on.items() if who} == {10, 20}
    assert on[20] == ids(invitations)
    Mail.objects.all().delete()
    EvaluationPolicy.objects.create(reminders=0)
    assert reminded(now + timedelta(days=10)) == set()


def test_a_day_on_which_the_worker_was_away_is_made_up_for_and_no_more_than_three():
    invitations = invited(2, days=0)
    now = timezone.now()
    assert reminded(now + timedelta(days=14)) == set()
    assert reminded(now + timedelta(days=13)) == ids(invitations)


def test_a_reminder_has_the_words_for_who_answered_and_who_did_not(settings):
    settings.SITE_URL = "https://steun.example"
    (invitation,) = invited(1, days=10)
    remind(at=timezone.now())
    assert Mail.objects.get().kind == REMINDER
    outside = reminder(invitation.id)
    assert outside is not None
    code = tickets.grouped(ticket_of(invitation))
    assert outside.link == f"https://steun.example/evaluation/#{code}"
    with override(outside.language):
        assert gettext("Have you answered already? Then you need do nothing.").split("?")[0] in outside.text
    Invitation.objects.update(answered=True, person=None)
    assert reminder(invitation.id) is None


def test_who_was_erased_is_not_reminded():
    (invitation,) = invited(1, days=10)
    involvements = Involvement.objects.filter(pk=invitation.contact.offer.involvement_id)
    involvements.update(erased_at=timezone.now(), employee=None, typed_name="", email="", telephone="")
    assert reminded() == set()


def test_night_finds_a_reminder_of_yesterday_that_is_missing():
    silent, done = invited(10, days=11), invited(2, days=11)
    for invitation in done:
        answer(invitation)
    yesterday = timezone.now() - timedelta(days=1)
    assert reminded(yesterday) == ids(silent)
    schedule.send(map(_invitation_mail, Invitation.objects.all()))
    assert reconcile(at=timezone.now()) == 0
    Mail.objects.filter(subject_id=silent[0].id, kind=REMINDER).delete()
    assert reconcile(at=timezone.now()) == 1
