"""No mail says who somebody is or what happened, in either language."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone, translation

from accounts.enums import Role
from accounts.sign_in.passwords import mail_reset_link
from accounts.tests.factories import UserFactory
from evaluations import invitations
from evaluations.tests.factories import InvitationFactory
from incidents.enums import EventType, IncidentKind
from notifications.delivery import digest, mails
from notifications.reminders import kinds
from supporters.enums import Waiting
from supporters.models import Offer
from supporters.tests.factories import OfferFactory, UnnamedReportFactory

LANGUAGES = ["nl", "en"]

#: What gives an event or its aftermath away, as the start of a word.
TELLING = {
    "nl": (
        "incident",
        "calamiteit",
        "melding",
        "gebeurtenis",
        "patiënt",
        "steun",
        "gesprek",
        "ingrijpend",
        "vim",
    ),
    "en": ("incident", "calamit", "report", "event", "patient", "support", "conversation", "shocking", "vim"),
}


def says(text, language):
    """The words of `text` that tell something, without its addresses and the name of the application."""
    plain = re.sub(r"https?://\S+|Peersupport", " ", text).casefold()
    with translation.override(language):
        labels = [str(label).casefold() for label in (*EventType.labels, *IncidentKind.labels)]
    return [label for label in labels if label in plain] + [
        word for word in TELLING[language] if re.search(rf"\b{word}", plain)
    ]


def read(message):
    html = "".join(re.sub(r"<[^>]+>", " ", part.content) for part in getattr(message, "alternatives", ()))
    return f"{message.subject}\n{message.body}\n{html}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_tells_is_found(language):
    with translation.override(language):
        assert says(f"Peersupport: {EventType.AGGRESSION.label}", language)
    assert not says("Peersupport https://steun.example/incidents/", language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_mail_that_there_is_something_tells_nothing(language):
    message = mails.something_for_you(
        mail_id=uuid4(), address="j.jansen@steun.example", language=language, url="/notices/x/open/"
    )
    assert says(read(message), language) == []


@pytest.mark.django_db
@pytest.mark.parametrize("language", LANGUAGES)
def test_invitation_to_evaluate_tells_nothing_and_names_nobody(language):
    invitation = InvitationFactory()
    employee = invitation.contact.offer.involvement.employee
    employee.language = language
    employee.save(update_fields=["language"])
    content = invitations.mail(invitation.id)
    assert content is not None
    text = read(mails.outside(mail_id=uuid4(), content=content))
    assert content.language == language
    assert says(text, language) == []
    for person in (employee, invitation.contact.supporter.user):
        assert person.name not in text
        assert str(person.department) not in text


@pytest.mark.django_db
@pytest.mark.parametrize("language", LANGUAGES)
def test_mail_to_choose_a_password_tells_nothing_and_names_nobody(language, mailoutbox):
    user = UserFactory(language=language)
    mail_reset_link(email=user.email)
    (message,) = mailoutbox
    assert says(read(message), language) == []
    assert user.name not in read(message)


@pytest.mark.parametrize("language", LANGUAGES)
def test_mail_of_the_day_tells_nothing_of_any_kind_of_news(language):
    news = [kind.digest for kind in kinds.registered() if kind.digest is not None]
    assert news
    user = UserFactory.build(language=language, name="Jan Jansen")
    with translation.override(language):
        lines = [label % {"count": count} for label in news for count in (1, 12)]
    message = mails.mail_of_the_day(mail_id=uuid4(), user=user, waits=[], news=lines, url="/notices/")
    assert all(line in message.body for line in lines)
    assert says(read(message), language) == []
    assert "Jansen" not in read(message)


@pytest.mark.django_db
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_coordinators_morning_tells_how_much_and_nothing_else(language):
    user = UserFactory(roles=[Role.COORDINATOR], language=language)
    names = []
    for step in set(Waiting) - {Waiting.NOTHING}:
        offer = OfferFactory()
        Offer.objects.filter(pk=offer.pk).update(waiting_for=step, due_at=timezone.now() - timedelta(days=1))
        names += [offer.involvement.name, offer.incident.reference]
    UnnamedReportFactory()
    waits, page = digest.morning_of(user, at=timezone.now())
    text = read(mails.mail_of_the_day(mail_id=uuid4(), user=user, waits=waits, news=[], url=page))
    assert len(waits) == 5
    assert all(line in text for line in waits)
    assert says(text, language) == []
    assert not any(name in text for name in names)
