from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Role
from accounts.tests.factories import UserFactory
from notifications import frame
from notifications.conftest import BUNDLED
from notifications.models import Heartbeat, Mail, Notice
from notifications.tests.factories import MailFactory, NoticeFactory, ReminderFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("judge")]


@pytest.fixture
def user():
    return UserFactory()


@pytest.fixture
def signed_in(client, user):
    client.force_login(user)
    return client


@pytest.fixture
def admin(client):
    admin = UserFactory(roles=[Role.ADMIN], office=True)
    client.force_login(admin)
    Heartbeat.record(Heartbeat.SWEEP, at=timezone.now(), count=0)
    return admin


def test_notices_are_listed_newest_first_and_only_ones_own(signed_in, user):
    now = timezone.now()
    old = NoticeFactory(user=user, created_at=now - timedelta(days=2), read=True)
    new = NoticeFactory(user=user, created_at=now)
    NoticeFactory()
    page = signed_in.get(reverse("notices")).context["page"]
    assert [(line.id, line.is_unread) for line in page.lines] == [(new.id, True), (old.id, False)]
    assert page.lines[0].text == "Look at this."


def test_notices_cost_the_same_for_few_and_many(signed_in, user, django_assert_num_queries):
    NoticeFactory(user=user)
    # session, user with roles, notices, whether they still concern (in a savepoint), the counts of the frame
    with django_assert_num_queries(6) as few:
        signed_in.get(reverse("notices"))
    for _ in range(5):
        NoticeFactory(user=user)
    with django_assert_num_queries(len(few)):
        signed_in.get(reverse("notices"))


def test_notice_says_for_whom_one_stands_in_at_no_extra_cost(signed_in, user, django_assert_num_queries):
    away = [NoticeFactory(user=user, instead_of=UserFactory()).instead_of for _ in range(3)]
    # session, user with roles, notices, whether they still concern (in a savepoint), the counts of the frame
    with django_assert_num_queries(6):
        shown = signed_in.get(reverse("notices"), headers={"accept-language": "en"}).content.decode()
    assert all(f"you stand in for {each.name}" in shown for each in away)


def test_notice_about_many_says_how_many(signed_in, user):
    NoticeFactory(user=user, kind=BUNDLED, count=12)
    assert "All 12." in signed_in.get(reverse("notices")).content.decode()


def test_notices_page_by_key(signed_in, user):
    now = timezone.now()
    notices = [NoticeFactory(user=user, created_at=now - timedelta(minutes=n // 2)) for n in range(60)]
    first = signed_in.get(reverse("notices")).context["page"]
    second = signed_in.get(first.older).context["page"]
    seen = [line.id for line in (*first.lines, *second.lines)]
    assert (len(first.lines), second.older) == (50, "")
    assert len(seen) == len(set(seen)) == len(notices)


@pytest.mark.parametrize("before", ["x", "00000000-0000-0000-0000-000000000000"])
def test_page_after_an_unknown_notice_is_not_found(signed_in, before):
    assert signed_in.get(reverse("notices"), {"before": before}).status_code == 404


def test_empty_centre_says_so(signed_in):
    assert "Nothing new for you" in signed_in.get(reverse("notices")).content.decode()


def test_notice_of_a_kind_that_is_gone_still_says_something(signed_in, user):
    NoticeFactory(user=user, kind="gone")
    assert "There is something for you." in signed_in.get(reverse("notices")).content.decode()


def test_opening_a_notice_leads_to_its_thing_and_marks_it_read(signed_in, user):
    notice = NoticeFactory(user=user)
    response = signed_in.get(reverse("notice-open", args=[notice.id]))
    assert (response.status_code, response["Location"]) == (302, notice.url)
    notice.refresh_from_db()
    assert notice.read_at is not None


def test_opening_what_is_no_longer_ones_own_says_so_kindly_and_marks_it_read(signed_in, user, judge):
    notice = NoticeFactory(user=user)
    judge.refused.add(notice.subject_id)
    response = signed_in.get(reverse("notice-open", args=[notice.id]), follow=True)
    assert response.redirect_chain == [(reverse("notices"), 302)]
    assert "This has been dealt with" in response.content.decode()
    notice.refresh_from_db()
    assert notice.read_at is not None


def test_what_was_settled_meanwhile_is_no_longer_new(signed_in, user, judge):
    settled, stands, unknown = NoticeFactory.create_batch(3, user=user)
    judge.refused.add(settled.subject_id)
    judge.broken.add(unknown.subject_id)
    signed_in.get(reverse("notices"))
    assert set(Notice.objects.unread()) == {stands, unknown}


def test_opening_what_cannot_be_judged_leads_nowhere_and_stays_unread(signed_in, user, judge):
    notice = NoticeFactory(user=user)
    judge.broken.add(notice.subject_id)
    response = signed_in.get(reverse("notice-open", args=[notice.id]), follow=True)
    assert "cannot be opened at the moment" in response.content.decode()
    notice.refresh_from_db()
    assert notice.read_at is None


def test_another_persons_notice_is_not_found(signed_in):
    notice = NoticeFactory()
    assert signed_in.get(reverse("notice-open", args=[notice.id])).status_code == 404
    assert signed_in.post(reverse("notice-read", args=[notice.id])).status_code == 404
    signed_in.post(reverse("notices-read"))
    notice.refresh_from_db()
    assert notice.read_at is None


def test_notices_are_marked_read_one_by_one_and_all_at_once(signed_in, user):
    one, _two, _three = (NoticeFactory(user=user) for _ in range(3))
    signed_in.post(reverse("notice-read", args=[one.id]))
    assert Notice.objects.unread().count() == 2
    signed_in.post(reverse("notices-read"))
    assert Notice.objects.unread().count() == 0


def test_frame_counts_unread_notices_to_a_hundred_in_one_statement(user, django_assert_num_queries):
    reminder = ReminderFactory(done=True)
    Notice.objects.bulk_create(
        NoticeFactory.build(user=user, reminder=ReminderFactory(done=True)) for _ in range(3)
    )
    NoticeFactory(user=user, read=True, reminder=reminder)
    user.roles = frozenset()
    with django_assert_num_queries(1):
        state = frame.state_for(user, at=timezone.now())
    assert state == frame.FrameState(unread=3)


@pytest.mark.parametrize(
    ("role", "alarmed"), [(Role.ADMIN, True), (Role.COORDINATOR, True), (Role.BOARD, False)]
)
def test_alarm_is_for_who_can_do_something(role, alarmed):
    user, now = UserFactory(roles=[role]), timezone.now()
    assert not frame.state_for(user, at=now).silent
    ReminderFactory(key="waits", due_at=now - timedelta(minutes=6))
    assert frame.state_for(user, at=now).silent == alarmed
    Heartbeat.record(Heartbeat.SWEEP, at=now, count=0)
    assert frame.state_for(user, at=now) == frame.FrameState()
    assert frame.state_for(user, at=now + timedelta(minutes=6)).silent == alarmed
    failing = MailFactory(failing=True)
    assert frame.state_for(user, at=now).failing == alarmed
    Mail.objects.filter(pk=failing.pk).update(sent_at=now)
    assert frame.state_for(user, at=now) == frame.FrameState()
    ReminderFactory(failing=True)
    assert frame.state_for(user, at=now).failing == alarmed


def test_sign_of_life_from_before_the_clock_was_put_back_is_none():
    user, now = UserFactory(roles=[Role.ADMIN]), timezone.now()
    Heartbeat.record(Heartbeat.SWEEP, at=now + timedelta(days=1), count=0)
    assert frame.state_for(user, at=now).silent


def test_alarm_stands_on_every_page(client, admin):
    MailFactory(failing=True)
    assert "Messages do not arrive." in client.get(reverse("notices")).content.decode()
