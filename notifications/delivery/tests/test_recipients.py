"""Who is away, who stands in, and who wants which mail."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts.enums import Role
from accounts.tests.factories import UserFactory
from notifications.conftest import BUNDLED, DEADLINE, LEGAL, NEWS, URGENT
from notifications.delivery import sweep
from notifications.delivery.tests.test_sweep import MORNING, due, local
from notifications.enums import Group
from notifications.models import Absence, MailOff, Notice
from notifications.tests.factories import KIND, AbsenceFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("judge", "smtp"), pytest.mark.clock(MORNING)]

FRIDAY = date(2026, 11, 20)


def away(first=FRIDAY, last=FRIDAY, **fields):
    return AbsenceFactory(first_day=first, last_day=last, **fields)


def told():
    """Everybody who sees it in the app, with who they stand in for."""
    return {
        (notice.user, notice.instead_of) for notice in Notice.objects.select_related("user", "instead_of")
    }


def test_substitute_is_told_beside_who_is_away_and_gets_the_mail(smtp):
    absence = away()
    due(recipient=absence.user)
    sweep.sweep(at=MORNING)
    assert told() == {(absence.user, None), (absence.substitute, absence.user)}
    assert smtp.addresses == [absence.substitute.email]


def test_legal_deadline_is_mailed_to_both(smtp):
    absence = away()
    due(recipient=absence.user, kind=LEGAL)
    sweep.sweep(at=MORNING)
    assert sorted(smtp.addresses) == sorted([absence.user.email, absence.substitute.email])


def test_substitute_without_a_right_hears_nothing_and_the_mail_stays_with_its_owner(smtp, judge):
    absence = away()
    judge.strangers.add(absence.substitute.pk)
    due(recipient=absence.user)
    sweep.sweep(at=MORNING)
    assert told() == {(absence.user, None)}
    assert smtp.addresses == [absence.user.email]


def test_substitute_who_is_away_too_hears_nothing_and_neither_does_theirs(smtp):
    absence = away()
    away(user=absence.substitute)
    due(recipient=absence.user)
    sweep.sweep(at=MORNING)
    assert told() == {(absence.user, None)}
    assert smtp.addresses == [absence.user.email]


def test_two_who_stand_in_for_each_other_both_keep_their_own(smtp):
    absence = away()
    away(user=absence.substitute, substitute=absence.user)
    due(recipient=absence.user)
    sweep.sweep(at=MORNING)
    assert (told(), smtp.addresses) == ({(absence.user, None)}, [absence.user.email])


def test_substitute_who_left_is_none(smtp):
    absence = away(substitute=UserFactory(leaver=True))
    due(recipient=absence.user)
    sweep.sweep(at=MORNING)
    assert (told(), smtp.addresses) == ({(absence.user, None)}, [absence.user.email])


@pytest.mark.parametrize("fields", [{"email": ""}, {}])
def test_mail_stays_with_its_owner_where_the_substitute_reads_none(smtp, fields):
    absence = away(substitute=UserFactory(**fields))
    MailOff.objects.create(user=absence.substitute, group=Group.WORK)
    due(recipient=absence.user)
    sweep.sweep(at=MORNING)
    assert (len(told()), smtp.addresses) == (2, [absence.user.email])


def test_news_waits_for_who_comes_back():
    absence = away()
    due(recipient=absence.user, kind=NEWS)
    sweep.sweep(at=MORNING)
    assert told() == {(absence.user, None)}


def test_colleague_with_the_same_role_is_told_once_and_who_is_away_is_not_mailed(smtp):
    absent, colleague, third = UserFactory.create_batch(3, roles=[Role.CCP])
    away(user=absent, substitute=colleague)
    due(recipient=None, role=Role.CCP)
    sweep.sweep(at=MORNING)
    assert told() == {(absent, None), (colleague, None), (third, None)}
    assert sorted(smtp.addresses) == sorted([colleague.email, third.email])


def test_substitute_without_the_role_is_asked_for_a_right_as_anybody_else(smtp):
    absent, other = UserFactory(roles=[Role.CCP]), UserFactory()
    away(user=absent, substitute=other)
    due(recipient=None, role=Role.CCP)
    sweep.sweep(at=MORNING)
    assert told() == {(absent, None), (other, absent)}


@pytest.mark.parametrize(
    ("at", "first", "last", "stands_in"),
    [
        # The days are those of the clock on the wall.
        ("2026-11-20T00:00", "2026-11-20", "2026-11-20", True),
        ("2026-11-19T23:59", "2026-11-20", "2026-11-20", False),
        ("2026-11-20T23:59", "2026-11-20", "2026-11-20", True),
        ("2026-11-21T00:00", "2026-11-20", "2026-11-20", False),
        # Both nights in which the clock is changed, and the end of the year.
        ("2026-03-29T00:30", "2026-03-29", "2026-03-29", True),
        ("2026-03-29T23:59", "2026-03-29", "2026-03-29", True),
        ("2026-03-30T00:00", "2026-03-29", "2026-03-29", False),
        ("2026-10-25T00:00", "2026-10-25", "2026-10-25", True),
        ("2026-10-24T23:59", "2026-10-25", "2026-10-25", False),
        ("2026-10-25T23:59", "2026-10-25", "2026-10-25", True),
        ("2026-12-31T23:59", "2026-12-24", "2026-12-31", True),
        ("2027-01-01T00:00", "2026-12-24", "2026-12-31", False),
    ],
)
def test_absence_lasts_whole_local_days(at, first, last, stands_in):
    absence = away(date.fromisoformat(first), date.fromisoformat(last))
    due(recipient=absence.user, due_at=local(at), kind=URGENT)
    sweep.sweep(at=local(at))
    assert (absence.substitute in {user for user, _away in told()}) == stands_in


@pytest.mark.parametrize(
    ("kind", "off", "mailed"),
    [
        (KIND, Group.WORK, False),
        (KIND, Group.DEADLINES, True),
        (DEADLINE, Group.DEADLINES, False),
        (DEADLINE, Group.WORK, True),
        (LEGAL, Group.DEADLINES, True),
        (URGENT, Group.WORK, True),
    ],
)
def test_mail_comes_as_each_person_chose_and_the_notice_always(smtp, kind, off, mailed):
    reminder, other = due(kind=kind), due(kind=kind)
    MailOff.objects.create(user=reminder.recipient, group=off)
    sweep.sweep(at=MORNING)
    assert Notice.objects.count() == 2
    assert (reminder.recipient.email in smtp.addresses) == mailed
    assert other.recipient.email in smtp.addresses


def test_a_batch_takes_as_many_statements_whatever_is_chosen(django_assert_num_queries):
    def fill(number):
        for _ in range(number):
            for kind in (KIND, LEGAL, NEWS):
                absence = away()
                MailOff.objects.create(user=absence.substitute, group=Group.WORK)
                due(recipient=absence.user, kind=kind)
            reader = UserFactory(roles=[Role.CCP])
            for _same in range(3):
                due(recipient=reader, kind=BUNDLED)
        due(recipient=None, role=Role.CCP)

    fill(1)
    with django_assert_num_queries(22) as few:
        sweep.show_batch(at=MORNING)
    fill(9)
    with django_assert_num_queries(len(few)):
        sweep.show_batch(at=MORNING)


def test_nobody_stands_in_for_themselves_and_nobody_comes_back_before_they_went():
    user = UserFactory()
    with pytest.raises(IntegrityError, match="absence_not_by_oneself"), transaction.atomic():
        away(user=user, substitute=user)
    with pytest.raises(IntegrityError, match="absence_has_length"), transaction.atomic():
        away(FRIDAY, FRIDAY - timedelta(days=1))
    assert not Absence.objects.exists()
