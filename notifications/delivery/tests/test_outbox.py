from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.core import mail as django_mail

from accounts.tests.factories import UserFactory
from notifications.conftest import OUTSIDE
from notifications.delivery import outbox
from notifications.delivery.tests.test_sweep import MORNING
from notifications.models import Mail
from notifications.tests.factories import MailFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("judge"), pytest.mark.clock(MORNING)]


def due(**fields):
    return MailFactory(**{"due_at": MORNING, **fields})


def test_mail_says_that_there_is_something_and_where_and_nothing_else(smtp, settings):
    settings.SITE_URL = "https://steun.example"
    mail = due(user=UserFactory(name="Jan Jansen", language="nl"), url="/notices/x/open/")
    outbox.send_due(at=MORNING)
    (message,) = smtp.messages
    assert message["To"] == mail.user.email
    assert message["Message-ID"] == f"<{mail.id}@steun.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    text = message.get_body(("plain",)).get_content()
    html = message.get_body(("html",)).get_content()
    assert "https://steun.example/notices/x/open/" in text
    assert '<a href="https://steun.example/notices/x/open/">' in html
    for word in ("Jansen", "Look at this", str(mail.subject_id)):
        assert word not in message.as_string()
    assert "<img" not in html


def test_mail_to_somebody_without_an_account_is_worded_by_its_kind(smtp):
    due(kind=OUTSIDE, user=None)
    outbox.send_due(at=MORNING)
    (message,) = smtp.messages
    assert (message["To"], message["Subject"]) == (
        "someone@outside.example",
        "Er is iets voor je in Peersupport",
    )
    assert "https://x.test/#a" in message.get_body(("plain",)).get_content()
    assert '<html lang="nl">' in message.get_body(("html",)).get_content()


@pytest.mark.parametrize("fields", [{"kind": OUTSIDE, "user": None}, {}])
def test_mail_that_is_no_longer_wanted_is_dropped(smtp, judge, fields):
    mail = due(**fields)
    judge.refused.add(mail.subject_id)
    assert outbox.send_due(at=MORNING) == outbox.Sent(dropped=1)
    mail.refresh_from_db()
    assert (mail.dropped_at, smtp.messages) == (MORNING, [])


def test_mail_to_a_leaver_is_dropped(smtp):
    due(user=UserFactory(leaver=True))
    assert outbox.send_due(at=MORNING) == outbox.Sent(dropped=1)


def test_many_mails_leave_over_one_connection(smtp):
    for _ in range(5):
        due()
    outbox.send_due(at=MORNING)
    assert (len(smtp.messages), smtp.connections) == (5, 1)


def test_nothing_due_opens_no_connection(smtp):
    due(due_at=MORNING + timedelta(seconds=1))
    outbox.send_due(at=MORNING)
    assert smtp.connections == 0


def test_server_that_hangs_up_after_some_mails_gets_the_rest_over_a_new_connection(smtp):
    smtp.hang_up_after = 2
    for _ in range(5):
        due()
    assert outbox.send_due(at=MORNING) == outbox.Sent(sent=5)
    assert len(set(smtp.message_ids)) == len(smtp.messages) == 5


def test_refused_mail_is_tried_again_and_keeps_its_message_id(smtp):
    refused, well = due(), due()
    smtp.answer = lambda address: "451 4.3.0 later" if address == refused.user.email else "250 OK"
    assert outbox.send_due(at=MORNING) == outbox.Sent(sent=1, failed=1)
    refused.refresh_from_db()
    assert (refused.attempts, refused.last_error) == (1, "451 4.3.0 later")
    assert smtp.addresses == [well.user.email]
    smtp.answer = lambda _address: "250 OK"
    assert outbox.send_due(at=MORNING + timedelta(seconds=59)) == outbox.Sent()
    assert outbox.send_due(at=MORNING + timedelta(minutes=1)) == outbox.Sent(sent=1)
    assert smtp.message_ids[-1].startswith(f"<{refused.id}@")


def test_answer_is_kept_without_addresses(smtp):
    mail = due()
    smtp.answer = lambda address: f"550 no such user <{address}>"
    outbox.send_due(at=MORNING)
    mail.refresh_from_db()
    assert mail.last_error == "550 no such user …"


def test_server_that_is_away_fails_the_batch_in_one_go(settings, smtp):
    settings.EMAIL_PORT = 1
    for _ in range(3):
        due()
    assert outbox.send_due(at=MORNING) == outbox.Sent(failed=3)
    assert set(Mail.objects.values_list("attempts", "last_error")) == {
        (1, "ConnectionRefusedError: Connection refused")
    }


def test_mail_whose_kind_raises_harms_no_other(smtp, judge, caplog):
    broken, _well = due(kind=OUTSIDE, user=None), due()
    judge.broken.add(broken.subject_id)
    assert outbox.send_due(at=MORNING) == outbox.Sent(sent=1, failed=1)
    assert "jan@" not in caplog.text


def test_mail_of_a_kind_that_no_longer_exists_waits(smtp):
    mail = due(kind="gone")
    assert outbox.send_due(at=MORNING) == outbox.Sent(failed=1)
    mail.refresh_from_db()
    assert mail.dropped_at is None


def test_leased_mail_is_left_alone_until_the_lease_ends(smtp):
    due()
    assert len(outbox.claim(at=MORNING)) == 1
    assert outbox.send_due(at=MORNING + timedelta(seconds=119)) == outbox.Sent()
    assert outbox.send_due(at=MORNING + timedelta(seconds=120)) == outbox.Sent(sent=1)


def test_wait_of_a_mail_does_not_outlive_a_clock_that_was_put_back(smtp):
    due(retry_at=MORNING + timedelta(days=1))
    assert outbox.send_due(at=MORNING) == outbox.Sent(sent=1)


def test_lease_does_not_outlive_a_clock_that_was_put_back(smtp):
    due(lease_until=MORNING + timedelta(days=1))
    assert outbox.send_due(at=MORNING) == outbox.Sent(sent=1)


def test_pass_stops_in_time_and_gives_back_what_it_did_not_reach(smtp, settings, monkeypatch):
    for _ in range(3):
        due()
    clock = iter([0.0, 1.0, 2.0, 200.0, 200.0, 200.0])
    monkeypatch.setattr(outbox, "time", SimpleNamespace(monotonic=lambda: next(clock)))
    assert outbox.send_due(at=MORNING) == outbox.Sent(sent=1)
    assert Mail.objects.waiting().filter(lease_until=None).count() == 2


def test_marks_follow_the_servers_answer_one_by_one(smtp, django_assert_num_queries):
    due()
    with django_assert_num_queries(14) as one:
        outbox.send_due(at=MORNING)
    for _ in range(4):
        due()
    with django_assert_num_queries(len(one) + 3):
        outbox.send_due(at=MORNING)


def test_console_and_file_backends_work_too(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    due()
    outbox.send_due(at=MORNING)
    assert len(django_mail.outbox) == 1
