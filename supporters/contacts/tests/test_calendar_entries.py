from datetime import UTC, datetime

import pytest

from accounts.tests.factories import UserFactory
from supporters.contacts import calendar_entries
from supporters.enums import NextStep
from supporters.tests.factories import ContactFactory

NOW = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
pytestmark = [pytest.mark.django_db, pytest.mark.clock(NOW)]


@pytest.mark.parametrize(
    ("next_step", "word"),
    [
        (NextStep.CALL, "call"),
        (NextStep.CALL_AGAIN, "call"),
        (NextStep.CALL_LATER, "call"),
        (NextStep.FOLLOW_UP, "follow-up"),
        (NextStep.ANSWER, None),
        (NextStep.TALK, None),
        (NextStep.CLOSE, None),
    ],
)
def test_calls_and_follow_ups_have_a_moment_and_one_word(next_step, word, settings):
    due_at = datetime(2026, 11, 30, 9, 30, tzinfo=UTC)
    contact = ContactFactory(in_contact=True, next_step=next_step, due_at=due_at)
    found = list(calendar_entries.of(contact.supporter.user))
    assert [entry.due_at for entry in found] == ([due_at] if word else [])


def test_only_ones_own_open_contacts(django_assert_num_queries):
    mine = ContactFactory(in_contact=True, next_step=NextStep.FOLLOW_UP)
    ContactFactory(in_contact=True, next_step=NextStep.FOLLOW_UP)
    ContactFactory(closed=True, supporter=mine.supporter)
    with django_assert_num_queries(1):
        (entry,) = calendar_entries.of(mine.supporter.user)
    assert str(mine.pk) in entry.key
    assert list(calendar_entries.of(UserFactory())) == []
