"""Reminders, notices and mails in the states of delivery."""

from datetime import timedelta
from uuid import uuid4

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from accounts.tests.factories import UserFactory
from notifications.delivery.bounces import digest_of
from notifications.models import Absence, Bounce, Mail, Notice, Reminder

#: A kind that the tests register (conftest.py): for the recipient unless `Judge` says otherwise.
KIND = "test.kind"


class ReminderFactory(DjangoModelFactory):
    """Due a minute ago, for one person; `role=Role.X, recipient=None` for a role."""

    class Meta:
        model = Reminder

    class Params:
        future = factory.Trait(due_at=factory.LazyFunction(lambda: timezone.now() + timedelta(days=1)))
        done = factory.Trait(done_at=factory.LazyFunction(timezone.now))
        failing = factory.Trait(attempts=5, last_error="KeyError (contacts.py:12)")

    key = factory.Sequence(lambda n: f"thing:{n}")
    kind = KIND
    recipient = factory.SubFactory(UserFactory)
    subject_id = factory.LazyFunction(uuid4)
    url = "/contacts/"
    due_at = factory.LazyFunction(lambda: timezone.now() - timedelta(minutes=1))


class NoticeFactory(DjangoModelFactory):
    class Meta:
        model = Notice

    class Params:
        read = factory.Trait(read_at=factory.LazyFunction(timezone.now))

    reminder = factory.SubFactory(
        ReminderFactory,
        done=True,
        recipient=factory.SelfAttribute("..user"),
        kind=factory.SelfAttribute("..kind"),
    )
    user = factory.SubFactory(UserFactory)
    kind = KIND
    subject_id = factory.SelfAttribute("reminder.subject_id")
    url = "/contacts/"
    created_at = factory.LazyFunction(timezone.now)


class MailFactory(DjangoModelFactory):
    """Due a minute ago, to somebody with an account."""

    class Meta:
        model = Mail

    class Params:
        failing = factory.Trait(attempts=5, last_error="450 mailbox busy")
        sent = factory.Trait(sent_at=factory.LazyFunction(timezone.now))

    key = factory.Sequence(lambda n: f"mail:{n}")
    kind = KIND
    user = factory.SubFactory(UserFactory)
    subject_id = factory.LazyFunction(uuid4)
    url = "/notices/"
    due_at = factory.LazyFunction(lambda: timezone.now() - timedelta(minutes=1))


class BounceFactory(DjangoModelFactory):
    class Meta:
        model = Bounce

    user = factory.SubFactory(UserFactory)
    digest = factory.LazyAttribute(lambda bounce: digest_of(bounce.user.email))
    at = factory.LazyFunction(timezone.now)


class AbsenceFactory(DjangoModelFactory):
    """Away from yesterday until in a week."""

    class Meta:
        model = Absence

    user = factory.SubFactory(UserFactory)
    substitute = factory.SubFactory(UserFactory)
    first_day = factory.LazyFunction(lambda: timezone.localdate() - timedelta(days=1))
    last_day = factory.LazyFunction(lambda: timezone.localdate() + timedelta(days=7))
