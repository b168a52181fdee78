"""How a contact is said, at a moment."""

from datetime import UTC, datetime, timedelta

import pytest

from hospital.clock import OfficeHours
from supporters.contacts import flow, words
from supporters.contacts.allowed_steps import TRANSITIONS, Party, replay
from supporters.enums import EventKind
from supporters.models import ContactEvent

THURSDAY = datetime(2026, 11, 19, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
OFFICE = OfficeHours().cover


def facts(*kinds, due):
    """After `kinds`, the last of them with the next step due at `due`."""
    lines = [
        ContactEvent(id=n, kind=kind, at=THURSDAY - HOUR)
        for n, kind in enumerate([EventKind.ASSIGNED, *kinds])
    ]
    lines[-1].planned_for = due
    return replay(lines)


@pytest.mark.parametrize(
    ("kinds", "due", "said"),
    [
        ([], THURSDAY + HOUR, "Say whether you can"),
        (["accepted"], THURSDAY + 5 * HOUR, "Call today"),
        (["accepted"], THURSDAY + 4 * DAY, "Call by Monday 23 November at 11:00"),
        (["accepted"], THURSDAY - HOUR, "Call now"),
        (["accepted", "attempt_failed"], THURSDAY + DAY, "Call by tomorrow at 11:00"),
        (["accepted", "offer_later"], THURSDAY + 6 * DAY, "Call Wednesday 25 November"),
        (["accepted", "offer_later"], THURSDAY + 7 * DAY, "Call Thursday 26 November"),
        (["accepted", "offer_later"], THURSDAY - DAY, "Call today"),
        (["accepted", "reached"], THURSDAY, "Have the conversation"),
        (["accepted", "conversation"], THURSDAY, "Plan a follow-up call"),
        (["accepted", "conversation", "follow_up_planned"], THURSDAY + HOUR, "Follow up today"),
        (
            ["accepted", "conversation", "follow_up_planned"],
            THURSDAY + 4 * DAY,
            "Follow up Monday 23 November",
        ),
        (["accepted", "reached", "follow_up_held"], THURSDAY, "Close, or plan another call"),
        (["handed_back"], THURSDAY, "Nothing"),
    ],
)
def test_headline(kinds, due, said):
    found = facts(*map(EventKind, kinds), due=due)
    assert words.headline(found.next_step, found.due_at, now=THURSDAY, cover=OFFICE) == said


@pytest.mark.parametrize(
    ("now", "due", "said"),
    [
        # 04:38 in Amsterdam: late, due at 10:00.
        ("2026-11-20T03:38", "2026-11-19T14:00", "Call today from 08:00"),
        ("2026-11-20T03:38", "2026-11-20T09:00", "Call today from 08:00"),
        # 20:30 the evening before, and 08:00 sharp.
        ("2026-11-19T19:30", "2026-11-19T14:00", "Call tomorrow from 08:00"),
        ("2026-11-20T07:00", "2026-11-19T14:00", "Call now"),
        # Saturday: due by the end of Monday.
        ("2026-11-21T11:00", "2026-11-23T16:00", "Call Monday 23 November from 08:00"),
        # Saturday, and Christmas Eve at six.
        ("2026-11-21T11:00", "2026-11-20T14:00", "Call Monday 23 November from 08:00"),
        ("2026-12-24T17:00", "2026-12-24T16:00", "Call Monday 28 December from 08:00"),
    ],
)
def test_nobody_is_told_to_call_outside_cover(now, due, said):
    now, due = (datetime.fromisoformat(text).replace(tzinfo=UTC) for text in (now, due))
    found = facts(EventKind.ACCEPTED, due=due)
    assert words.headline(found.next_step, found.due_at, now=now, cover=OFFICE) == said


@pytest.mark.parametrize(
    ("due", "said"),
    [
        (THURSDAY - HOUR, "Mail now"),
        (THURSDAY + HOUR, "Mail today"),
        (THURSDAY + DAY, "Mail by tomorrow at 11:00"),
    ],
)
def test_who_has_an_address_only_is_mailed(due, said):
    found = facts(EventKind.ACCEPTED, due=due)
    assert words.headline(found.next_step, found.due_at, now=THURSDAY, cover=OFFICE, by_mail=True) == said


@pytest.mark.parametrize(
    ("kinds", "evening", "morning"),
    [
        (["accepted", "offer_later"], "Call tomorrow", "Call today"),
        (["accepted", "conversation", "follow_up_planned"], "Follow up tomorrow", "Follow up today"),
    ],
)
def test_what_was_not_called_by_the_evening_is_for_the_morning(kinds, evening, morning):
    due = datetime(2026, 11, 19, 16, tzinfo=UTC)
    found = facts(*map(EventKind, kinds), due=due)
    for now, said in ((due + 4 * HOUR, evening), (due + 12 * HOUR, morning), (due + 18 * HOUR, morning)):
        assert words.headline(found.next_step, found.due_at, now=now, cover=OFFICE) == said


@pytest.mark.parametrize(
    ("mode", "said"),
    [
        ("telephone", "Call Monday 23 November at 11:00"),
        ("in_person", "Meet Monday 23 November at 11:00"),
        ("video", "Video call Monday 23 November at 11:00"),
    ],
)
def test_an_appointment_is_said_with_its_hour_and_how(mode, said):
    found = facts(EventKind.ACCEPTED, EventKind.APPOINTMENT_PLANNED, due=THURSDAY + 4 * DAY)
    assert words.headline(found.next_step, found.due_at, now=THURSDAY, cover=OFFICE, mode=mode) == said


@pytest.mark.parametrize(
    ("kinds", "states"),
    [
        ([], "now next next next next"),
        (["accepted"], "done now next next next"),
        (["accepted", "conversation"], "done done done now next"),
        (["accepted", "reached", "follow_up_held"], "done done next done now"),
        (["accepted", "closed"], "done skipped skipped skipped done"),
        (["handed_back"], "skipped skipped skipped skipped skipped"),
    ],
)
def test_dots(kinds, states):
    dots = words.way_so_far(facts(*map(EventKind, kinds), due=THURSDAY + DAY), now=THURSDAY)
    assert [dot.state for dot in dots] == states.split()


def test_a_dot_is_late():
    dots = words.way_so_far(facts(EventKind.ACCEPTED, due=THURSDAY - HOUR), now=THURSDAY)
    assert dots[1].state == "late"


@pytest.mark.parametrize(
    "kind",
    sorted(
        kind
        for steps in TRANSITIONS.values()
        for kind, step in steps.items()
        if Party.SUPPORTER in step.parties
    ),
)
def test_every_step_of_a_supporter_is_answered(kind):
    assert words.done(kind)


def _errors(error=flow.ContactError):
    for each in error.__subclasses__():
        yield each
        yield from _errors(each)


@pytest.mark.parametrize(
    ("now", "said"),
    [
        (THURSDAY, "The coordinator has been alerted and will call you."),
        (
            THURSDAY + 2 * DAY,
            (
                "The coordinator has been alerted, and calls you Monday 23 November from 08:00 on. "
                "Can it not wait? Call 112 when a life is in danger, 113 about thoughts of suicide, now."
            ),
        ),
    ],
)
def test_who_alerts_the_coordinator_outside_cover_reads_from_when_on_and_whom_to_call_now(now, said):
    assert words.alerted(now=now, cover=OFFICE) == said


@pytest.mark.parametrize("error", list(_errors()))
def test_every_refusal_is_told_kindly(error):
    assert words.refused(error()).endswith(".")


@pytest.mark.parametrize(
    ("analyses", "involved", "reported", "said"),
    [
        (False, False, False, ""),
        (True, False, False, "Analyses this event: choose somebody else"),
        (True, False, True, "Reported this event: choose somebody else"),
        (True, True, True, "Involved in this event: choose somebody else"),
    ],
)
def test_why_somebody_else_should_support(analyses, involved, reported, said):
    assert words.conflict(analyses=analyses, involved=involved, reported=reported) == said
