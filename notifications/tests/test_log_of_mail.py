"""What a log of mail, at the hospital or at a provider, can tell one mail from another by: nothing."""

from uuid import uuid4

import pytest
from django.utils.translation import override

from accounts.sign_in.passwords import mail_reset_link
from accounts.tests.factories import UserFactory
from hospital.mail import SIZE, mail_id, message_id
from notifications.delivery import mails
from notifications.delivery.outbox import MailServer
from notifications.reminders.kinds import Outside

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("smtp")]
LONG = "Er zijn een paar korte vragen voor je. " * 20


def every_mail(language):
    """One of each, to addresses of different length."""
    user = UserFactory(language=language, email="eefje.jansma-van.der.molen@afdeling.ziekenhuis.example")
    outside = Outside("j@x.example", language, LONG, "https://steun.example/evaluation/#K7QF-2M0X-9TBA-5DWE")
    with override(language):
        yield mails.outside(mail_id=uuid4(), content=outside)
        for waits in ([], ["Te doen: 3"]):
            yield mails.mail_of_the_day(
                mail_id=uuid4(), user=user, waits=waits, news=["één ding", "2 dingen"], url="/notices/"
            )
        for count in (1, 18):
            yield mails.something_for_you(
                mail_id=uuid4(), address=user.email, language=language, url="/notices/x/open/", count=count
            )


@pytest.mark.parametrize("language", ["nl", "en"])
def test_all_mails_look_the_same_in_a_log(smtp, settings, language):
    settings.BOUNCE_EMAIL = "terug@steun.example"
    with MailServer() as server:
        for message in every_mail(language):
            server.send(message)
    mail_reset_link(email=UserFactory(language=language).email)
    assert len(smtp.messages) == 6
    shown = {
        (
            message["Subject"],
            message["From"],
            message["Auto-Submitted"],
            message["X-Auto-Response-Suppress"],
            message["Content-Type"].partition(";")[0],
            tuple(sorted(set(message.keys()) - {"To"})),
        )
        for message in smtp.messages
    }
    assert len(shown) == 1
    assert set(smtp.sizes) == {SIZE}
    assert set(smtp.senders) == {"terug@steun.example"}
    for message in smtp.messages:
        ours = mail_id(message["Message-ID"])
        assert ours
        assert message["Message-ID"] == message_id(ours)
        assert "List-Id" not in message


def test_out_of_office_is_suppressed_and_non_delivery_is_not(smtp):
    mail_reset_link(email=UserFactory().email)
    (message,) = smtp.messages
    assert message["X-Auto-Response-Suppress"] == "OOF, AutoReply"


@pytest.mark.parametrize(
    "foreign", ["", "<>", "<x@steun.example>", "<0b5c1f8e-52f1-4a43-8a4e-0d6f4a7d4a10@elsewhere.example>"]
)
def test_a_message_id_of_somebody_else_is_none_of_ours(settings, foreign):
    settings.SITE_URL = "https://steun.example"
    assert mail_id(foreign) is None
