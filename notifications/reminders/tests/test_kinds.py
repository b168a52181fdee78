"""What a kind may say of itself, and what every kind of the house does say."""

import pytest
from django.urls import reverse

from accounts.enums import Role
from notifications.enums import Group, HandedOn
from notifications.reminders import kinds
from notifications.reminders.kinds import Kind


def nobody(_user, _subject):
    return False


@pytest.mark.parametrize(
    "fields",
    [
        {"group": Group.NEWS},
        {"digest": "%(count)d"},
        {"group": Group.NEWS, "digest": "%(count)d", "urgent": True},
        {"group": Group.NEWS, "digest": "%(count)d", "legal": True},
        {"legal": True},
    ],
)
def test_kind_that_contradicts_itself_is_refused(fields):
    with pytest.raises(ValueError, match=r"^x: "):
        Kind("x", "", nobody, **fields)


def test_terms_of_the_law_and_what_cannot_wait_are_always_mailed():
    assert Kind("x", "", nobody, legal=True, group=Group.DEADLINES).always_mailed
    assert Kind("x", "", nobody, urgent=True).always_mailed
    assert not Kind("x", "", nobody).always_mailed


def test_every_bundle_of_the_house_leads_to_a_page_and_counts():
    bundles = [kind.bundle for kind in kinds.registered() if kind.bundle]
    assert bundles
    for bundle in bundles:
        assert reverse(bundle.page)
        assert "7" in bundle.line % {"count": 7}


def test_code_is_registered_once():
    with pytest.raises(ValueError, match="registered twice"):
        kinds.register(kinds.registered()[0])


def test_what_a_substitute_has_of_every_kind_was_decided():
    decided = {
        HandedOn.SHARED: {
            "accounts.role_waits",
            "accounts.role_on_server",
            "accounts.sign_in_changed",
            "dashboards.prepared",
            "delivery.failing",
            "training.attendance",
            *(f"delivery.nobody_left_{role}" for role in Role if role != Role.ADMIN),
            *(f"incidents.{clock}_{rung}" for clock in ("step", "law") for rung in ("soon", "due", "late")),
            "incidents.law_last",
            "incidents.duty_all",
            "incidents.calamity_in",
            "incidents.align",
            "incidents.align_nobody",
            "incidents.team_short",
            "incidents.coach_asked",
            "contact.answer_late",
            "contact.not_called",
            "contact.not_followed_up",
            "contact.called_in",
            "contact.handed_back",
            "contact.unreached",
            "intake.late",
            "intake.head_asked",
            "intake.head_silent",
            "support.analyst_supports",
            "support.moment_to_call",
            "support.involved_supports",
            "support.supporter_left",
            "support.employee_left",
            "support.somebody_waits",
            "support.assignment_late",
            "evaluation.full",
            "evaluation.key",
            "training.willing",
        },
        HandedOn.IN_PLACE: {
            "incidents.duty_director",
            "incidents.duty_deputy",
            "incidents.duty_again",
            "incidents.step_director",
            "incidents.law_director",
        },
        HandedOn.STAYS: {
            "accounts.role_decided",
            "accounts.role_given",
            "accounts.own_sign_in_changed",
            "accounts.sign_in_told",
            "delivery.trial",
            "notifications.digest",
            "notifications.waited",
            "notifications.together",
            "notifications.named_substitute",
            "notifications.substitute_no_more",
            "notifications.substitute_away",
            "incidents.on_team",
            "incidents.off_team",
            "incidents.coach_found",
            "contact.assigned",
            "contact.coordinator_asks",
            "contact.call_soon",
            "contact.call_late",
            "contact.call_as_agreed",
            "contact.follow_up",
            "contact.ended",
            "contact.another_event",
            "contact.talk_granted",
            "contact.appointment_soon",
            "contact.appointment_past",
            "contact.appointment_off",
            "evaluation.invitation",
            "evaluation.reminder",
            "intake.reporter_asked",
            "support.announced",
            "support.another_calls",
            "support.moment_set",
            "support.moment_moved",
            "support.moment_cancelled",
            "support.moment_near",
            "support.desk_back",
            "support.desk_begins",
            "support.appointment_soon",
            "support.appointment_changed",
            "support.not_after_all",
            "support.referred",
            "support.still_open",
            "support.tried",
            "training.invited",
            "training.moved_up",
            "training.soon",
            "training.called_off",
            "training.lapses",
            "training.asked",
            "training.vote",
            "training.heads_asked",
        },
    }
    for handed_on, codes in decided.items():
        assert {kind.code for kind in kinds.registered() if kind.handed_on == handed_on} == codes


def test_every_kind_says_its_event_or_is_ones_own():
    """What comes by a role names its event, so that nobody hears by it of an event of their own."""
    ones_own = {
        "contact.assigned",
        "contact.call_soon",
        "contact.call_late",
        "contact.call_as_agreed",
        "contact.follow_up",
        "contact.ended",
        "contact.coordinator_asks",
        "contact.another_event",
        "contact.talk_granted",
        "contact.appointment_soon",
        "contact.appointment_past",
        "contact.appointment_off",
        "evaluation.invitation",
        "evaluation.reminder",
        "evaluation.full",
        "evaluation.key",
        "intake.reporter_asked",
        "support.announced",
        "support.another_calls",
        "support.moment_set",
        "support.moment_moved",
        "support.moment_cancelled",
        "support.moment_near",
        "support.desk_back",
        "support.desk_begins",
        "support.appointment_soon",
        "support.appointment_changed",
        "support.not_after_all",
        "support.referred",
        "support.still_open",
        "support.tried",
    }
    of_no_event = ("accounts.", "dashboards.", "delivery.", "notifications.", "training.")
    without = {kind.code for kind in kinds.registered() if kind.event is None}
    assert {code for code in without if not code.startswith(of_no_event)} == ones_own
