"""Mail that comes back, over real SMTP and real IMAP."""

from datetime import timedelta
from email import policy
from email.message import EmailMessage
from uuid import uuid4

import pytest
from django.urls import reverse

from accounts.enums import Role
from accounts.tests.factories import UserFactory
from notifications.conftest import OUTSIDE
from notifications.delivery import bounces, outbox, sweep
from notifications.delivery.forgetting import prune
from notifications.delivery.readiness import lacks as mail_lacks
from notifications.delivery.tests.test_sweep import MORNING, due
from notifications.models import Bounce, Heartbeat, Mail
from notifications.reminders import kinds
from notifications.reminders.kinds import Kind
from notifications.tasks import read_bounces
from notifications.tests.factories import MailFactory
from notifications.tests.imap_server import ImapServer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("judge"), pytest.mark.clock(MORNING)]
REPORTS = ["full", "headers"]


@pytest.fixture
def box(settings):
    with ImapServer() as box:
        settings.BOUNCE_MAILBOX = box.mailbox
        yield box


def report(mail, *, address=None, action="failed", status="5.1.1", returns="full"):
    """What a mail server sends back (RFC 3464) of `mail`, a message that it was given."""
    returned = mail.as_bytes(policy=policy.SMTP)
    parts = [
        b"Content-Type: text/plain\r\n\r\nI'm sorry to inform you that it could not be delivered.\r\n",
        (
            "Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mail.hospital.example\r\n\r\n"
            f"Final-Recipient: rfc822; {address or mail['To']}\r\nAction: {action}\r\nStatus: {status}\r\n"
            "Diagnostic-Code: smtp; 550 5.1.1 User unknown in virtual mailbox table\r\n\r\n"
        ).encode(),
        b"Content-Type: message/rfc822\r\n\r\n" + returned
        if returns == "full"
        else b"Content-Type: text/rfc822-headers\r\n\r\n" + returned.partition(b"\r\n\r\n")[0] + b"\r\n",
    ]
    head = (
        b"Return-Path: <>\r\nFrom: MAILER-DAEMON@mail.hospital.example\r\nTo: terug@hospital.example\r\n"
        b"Subject: Undelivered Mail Returned\r\nAuto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n"
        b'Content-Type: multipart/report; report-type=delivery-status; boundary="=_part"\r\n\r\n'
    )
    return head + b"".join(b"--=_part\r\n" + part + b"\r\n" for part in parts) + b"--=_part--\r\n"


def sent(smtp, user):
    """The message that `user` was mailed."""
    due(recipient=user)
    sweep.sweep(at=MORNING)
    return smtp.messages[-1]


@pytest.mark.parametrize("returns", REPORTS)
def test_mail_that_comes_back_is_known_by_its_message_id_and_leaves_the_mailbox(smtp, box, returns):
    user = UserFactory(roles=[Role.SUPPORTER])
    # Forwarded: the server that refuses it names another address.
    box.put(report(sent(smtp, user), address="elsewhere@provider.example", returns=returns))
    assert bounces.read_mailbox(at=MORNING) == 1
    bounce = Bounce.objects.get()
    assert (bounce.user, bounce.mail, bounce.status, bounce.count) == (user, None, "5.1.1", 1)
    assert box.messages == {}
    assert Heartbeat.objects.get(name=Heartbeat.BOUNCES).count == 1


def test_a_mail_without_a_row_is_known_by_its_address(box):
    user = UserFactory(email="eefje@hospital.example")
    foreign = EmailMessage()
    foreign["Message-ID"] = "<x@elsewhere.example>"
    box.put(report(foreign, address="Eefje@Hospital.example", status="5.2.2"))
    bounces.read_mailbox(at=MORNING)
    assert Bounce.objects.get().user == user
    (shown,) = bounces.failing(UserFactory(roles=[Role.COORDINATOR]))
    assert (shown.line, shown.bounce.user) == ("The mailbox is full.", user)


def test_what_comes_back_again_is_counted_once_a_person(smtp, box):
    user = UserFactory()
    mail = sent(smtp, user)
    for number in range(3):
        box.put(report(mail))
        bounces.read_mailbox(at=MORNING + timedelta(hours=number))
    bounce = Bounce.objects.get()
    assert (bounce.count, bounce.at) == (3, MORNING + timedelta(hours=2))


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded"])
def test_what_is_only_late_or_well_delivered_is_no_bounce(smtp, box, action):
    box.put(report(sent(smtp, UserFactory()), action=action, status="4.4.1"))
    assert bounces.read_mailbox(at=MORNING) == 0
    assert not Bounce.objects.exists()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"Subject: Afwezig\r\nAuto-Submitted: auto-replied\r\n\r\nIk ben er niet.\r\n",
        b'Content-Type: multipart/report; report-type=delivery-status; boundary="x"\r\n\r\n--x--\r\n',
        b"\xff\xfe\x00 not a message at all",
        b'Content-Type: multipart/report; boundary="x"\r\n\r\n--x\r\n\r\nAction: failed\r\n--x--\r\n',
    ],
)
def test_whatever_else_lies_in_the_mailbox_is_left_alone_and_read_once(box, content):
    uid = box.put(content)
    assert bounces.read_mailbox(at=MORNING) == 0
    assert box.flags == {uid: {r"\Seen"}}
    assert not Bounce.objects.exists()


def test_a_stranger_is_nobody(box):
    foreign = EmailMessage()
    foreign["Message-ID"] = f"<{uuid4()}@elsewhere.example>"
    box.put(report(foreign, address="nobody@elsewhere.example"))
    bounces.read_mailbox(at=MORNING)
    assert not Bounce.objects.exists()


def test_somebody_without_an_account_hangs_on_the_mail_and_goes_with_it(smtp, box, monkeypatch, judge):
    thing = MailFactory(kind=OUTSIDE, user=None, due_at=MORNING - timedelta(minutes=1))
    known = Kind(
        OUTSIDE,
        "",
        judge.concerns,
        outside=judge.outside,
        about=lambda user, ids: dict.fromkeys(ids, "2026-0042") if user.has_role(Role.COORDINATOR) else {},
    )
    monkeypatch.setitem(kinds._kinds, OUTSIDE, known)
    outbox.send_due(at=MORNING)
    box.put(report(smtp.messages[-1]))
    bounces.read_mailbox(at=MORNING)
    (shown,) = bounces.failing(UserFactory(roles=[Role.COORDINATOR]))
    assert (shown.about, shown.bounce.user, shown.line) == ("2026-0042", None, "This address does not exist.")
    assert bounces.failing(UserFactory(roles=[Role.ADMIN])) == []
    row = Bounce.objects.values_list().get()
    assert "outside.example" not in str(row)
    Mail.objects.filter(pk=thing.pk).delete()
    assert not Bounce.objects.exists()


def test_a_mail_that_nobody_can_say_anything_about_is_nobodys(smtp, box):
    MailFactory(kind=OUTSIDE, user=None, due_at=MORNING - timedelta(minutes=1))
    outbox.send_due(at=MORNING)
    box.put(report(smtp.messages[-1]))
    bounces.read_mailbox(at=MORNING)
    assert not Bounce.objects.exists()


def test_admin_sees_who_has_a_task_and_not_who_was_offered_support(smtp, box, client):
    supporter, employee = UserFactory(roles=[Role.SUPPORTER], name="Sam de Wit"), UserFactory(name="Noor Bos")
    for user in (supporter, employee):
        box.put(report(sent(smtp, user)))
    bounces.read_mailbox(at=MORNING)
    seen = {}
    for role in (Role.ADMIN, Role.COORDINATOR):
        client.force_login(UserFactory(roles=[role]))
        page = client.get(reverse("delivery")).content.decode()
        seen[role] = ("Sam de Wit" in page, "Noor Bos" in page)
    assert seen == {Role.ADMIN: (True, False), Role.COORDINATOR: (True, True)}
    client.force_login(UserFactory(roles=[Role.ADMIN]))
    hidden = reverse("bounce-over", args=[Bounce.objects.get(user=employee).pk])
    assert client.post(hidden).status_code == 404
    titles = [lack.title for lack in mail_lacks(MORNING)]
    assert "Mail to 1 colleague with a task comes back" in titles


@pytest.mark.parametrize("is_read", [True, False])
def test_page_says_when_nobody_looks_at_what_comes_back(box, client, settings, is_read):
    if not is_read:
        settings.BOUNCE_MAILBOX = None
    client.force_login(UserFactory(roles=[Role.COORDINATOR]))
    page = client.get(reverse("delivery")).content.decode()
    assert ("Nobody looks at mail that comes back" in page) is not is_read
    assert ("BOUNCE_IMAP_URL" in page) is not is_read


def test_a_new_address_or_a_word_mends_it(smtp, box, client):
    coordinator, user = UserFactory(roles=[Role.COORDINATOR]), UserFactory()
    mail = sent(smtp, user)
    box.put(report(mail))
    bounces.read_mailbox(at=MORNING)
    user.email = "new@hospital.example"
    user.save(update_fields=["email"])
    assert bounces.failing(coordinator) == []
    bounces.read_mailbox(at=MORNING)
    assert not Bounce.objects.exists()
    box.put(report(mail))
    bounces.read_mailbox(at=MORNING)
    client.force_login(coordinator)
    client.post(reverse("bounce-over", args=[Bounce.objects.get().pk]))
    assert not Bounce.objects.exists()


def test_a_mailbox_that_cannot_be_read_is_named_and_loses_nothing(smtp, box, settings):
    box.put(report(sent(smtp, UserFactory())))
    box.refuses = {"LOGIN"}
    read_bounces()
    assert not Bounce.objects.exists()
    assert "The mailbox for mail that comes back is not read" in [lack.title for lack in mail_lacks(MORNING)]
    box.refuses = set()
    read_bounces()
    assert Bounce.objects.count() == 1
    settings.BOUNCE_MAILBOX = {**settings.BOUNCE_MAILBOX, "port": 1}
    read_bounces()


def test_without_a_mailbox_nothing_is_read_or_lacking(settings):
    settings.BOUNCE_MAILBOX = None
    assert bounces.read_mailbox(at=MORNING) == 0
    assert not Heartbeat.objects.exists()
    assert not [lack for lack in mail_lacks(MORNING) if "mailbox" in lack.title]


def test_what_came_back_is_forgotten_in_time(smtp, box):
    box.put(report(sent(smtp, UserFactory())))
    bounces.read_mailbox(at=MORNING)
    prune(at=MORNING + timedelta(days=91))
    assert not Bounce.objects.exists()


def test_the_list_costs_the_same_for_few_and_many(django_assert_num_queries):
    coordinator = UserFactory(roles=[Role.COORDINATOR])
    assert coordinator.has_role(Role.COORDINATOR)

    def back(number):
        for _ in range(number):
            user = UserFactory()
            Bounce.objects.create(user=user, digest=bounces.digest_of(user.email), at=MORNING)

    back(1)
    with django_assert_num_queries(1):
        assert len(bounces.failing(coordinator)) == 1
    back(9)
    with django_assert_num_queries(1):
        assert len(bounces.failing(coordinator)) == 10
