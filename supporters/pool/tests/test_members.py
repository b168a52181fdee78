"""The pool of supporters."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from accounts.enums import Role
from accounts.models import AccessEvent, User
from accounts.roles.giving import RolesConflict
from accounts.tests.factories import UserFactory
from supporters.enums import Announce, CountedIn, SameProfession, SupporterStatus
from supporters.models import Supporter, SupportPolicy
from supporters.pool import members
from supporters.tests.factories import ContactFactory, SupporterFactory, trained

NOW = datetime(2026, 11, 18, 14, 0, tzinfo=UTC)
TODAY = date(2026, 11, 18)
pytestmark = pytest.mark.clock(NOW)


@pytest.fixture
def coordinator(db, client):
    user = UserFactory(roles=[Role.COORDINATOR])
    client.force_login(user)
    return user


def text(response):
    return response.content.decode()


def held(user: User) -> frozenset[Role]:
    return User.objects.get(pk=user.pk).roles


# --- services ----------------------------------------------------------------------------------------------


LATER = TODAY + timedelta(days=400)


def add(user, coordinator, day=TODAY, until=LATER):
    trained([user], day)
    return members.add(user=user, trained_on=day, current_until=until, by=coordinator, at=NOW)


def test_add_gives_the_role_and_the_terms_of_the_policy(coordinator):
    SupportPolicy.objects.create(id=1, capacity=2)
    employee = UserFactory(roles=[Role.TEAM_LEADER])
    supporter = add(employee, coordinator)
    assert (supporter.capacity, supporter.current_until) == (2, LATER)
    assert held(employee) == {Role.TEAM_LEADER, Role.SUPPORTER}
    line = AccessEvent.objects.get()
    assert (line.responsible, line.object_ref) == (Role.COORDINATOR, f"supporter {employee.pk}")


def test_add_twice_is_refused(coordinator):
    supporter = SupporterFactory()
    with pytest.raises(members.AlreadySupporter):
        add(supporter.user, coordinator)


def test_add_somebody_who_keeps_watch_is_refused(coordinator):
    admin = UserFactory(roles=[Role.ADMIN])
    with pytest.raises(RolesConflict):
        add(admin, coordinator)
    assert not Supporter.objects.exists()


def test_who_had_stopped_comes_back(coordinator):
    supporter = SupporterFactory(trained=True, stopped=True, user__roles=[])
    add(supporter.user, coordinator)
    again = Supporter.objects.get()
    assert (again.status, again.trained_on) == (SupporterStatus.ACTIVE, TODAY)
    assert held(supporter.user) == {Role.SUPPORTER}


def test_the_database_takes_no_day_on_which_nobody_was_trained(coordinator):
    with pytest.raises(IntegrityError, match="was taken over"), transaction.atomic():
        members.add(user=UserFactory(), trained_on=TODAY, current_until=LATER, by=coordinator, at=NOW)
    supporter = SupporterFactory(trained=True)
    with pytest.raises(IntegrityError, match="was taken over"), transaction.atomic():
        Supporter.objects.filter(pk=supporter.pk).update(trained_on=TODAY)
    somebody = UserFactory()
    trained([somebody], supporter.trained_on)
    Supporter.objects.filter(pk=supporter.pk).update(user=somebody)


def test_whoever_was_not_trained_cannot_be_asked(coordinator):
    supporter = SupporterFactory(paused=True, trained_on=None)
    with pytest.raises(members.NotTrained):
        members.set_status(supporter=supporter, status=SupporterStatus.ACTIVE, by=coordinator, at=NOW)
    own: dict[str, Any] = {"absent_from": None, "absent_until": None, "capacity": 3}
    with pytest.raises(members.NotTrained):
        members.set_availability(user=supporter.user, paused=False, **own, at=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        Supporter.objects.filter(pk=supporter.pk).update(status=SupporterStatus.ACTIVE)


def test_training_anew_moves_no_day_back(coordinator):
    supporter = SupporterFactory(trained=True)
    for days, until in ((100, 300), (50, 250)):
        day = TODAY - timedelta(days=days)
        trained([supporter.user], day)
        members.train(
            user=supporter.user,
            trained_on=day,
            current_until=TODAY + timedelta(days=until),
            by=coordinator,
            at=NOW,
        )
    supporter.refresh_from_db()
    assert (supporter.trained_on, supporter.current_until) == (
        TODAY - timedelta(days=50),
        TODAY + timedelta(days=300),
    )
    stopped = SupporterFactory(trained=True, stopped=True)
    for user in (stopped.user, UserFactory()):
        assert not members.train(user=user, trained_on=None, current_until=LATER, by=coordinator, at=NOW)


def test_pause_keeps_the_role_and_stop_takes_it(coordinator):
    supporter = SupporterFactory(trained=True)
    members.set_status(supporter=supporter, status=SupporterStatus.PAUSED, by=coordinator, at=NOW)
    assert held(supporter.user) == {Role.SUPPORTER}
    members.set_status(supporter=supporter, status=SupporterStatus.STOPPED, by=coordinator, at=NOW)
    assert held(supporter.user) == set()
    members.set_status(supporter=supporter, status=SupporterStatus.ACTIVE, by=coordinator, at=NOW)
    assert held(supporter.user) == {Role.SUPPORTER}


def test_nobody_stops_with_open_contacts(coordinator):
    contact = ContactFactory(accepted=True)
    with pytest.raises(members.HasOpenContacts):
        members.set_status(
            supporter=contact.supporter, status=SupporterStatus.STOPPED, by=coordinator, at=NOW
        )


def change(supporter, **fields):
    unchanged = {name: getattr(supporter, name) for name in ("absent_from", "absent_until", "capacity")}
    by = UserFactory(roles=[Role.COORDINATOR])
    return members.change(supporter=supporter, by=by, at=NOW, **{**unchanged, **fields})


def test_what_the_coordinator_changes_is_in_the_access_log(coordinator):
    supporter = SupporterFactory(trained=True)
    change(supporter)
    members.set_status(supporter=supporter, status=SupporterStatus.ACTIVE, by=coordinator, at=NOW)
    assert not AccessEvent.objects.exists()
    change(supporter, capacity=2)
    members.set_status(supporter=supporter, status=SupporterStatus.PAUSED, by=coordinator, at=NOW)
    lines = AccessEvent.objects.values_list("action", "object_kind", "object_ref", "responsible")
    assert list(lines) == [("change", "supporter", str(supporter.user_id), "coordinator")] * 2


def test_capacity_is_not_less_than_what_is_open(db):
    supporter = ContactFactory(accepted=True).supporter
    with pytest.raises(members.BelowLoad):
        change(supporter, capacity=0)
    assert change(supporter, capacity=1).capacity == 1


def test_absence_ends_after_it_starts(db):
    with pytest.raises(IntegrityError):
        change(SupporterFactory(), absent_from=TODAY, absent_until=TODAY - timedelta(days=1))


# --- pages -------------------------------------------------------------------------------------------------

ADDRESSES = ("/pool/", "/pool/policy/")


@pytest.mark.parametrize("role", [None, Role.SUPPORTER, Role.BOARD, Role.ADMIN])
@pytest.mark.django_db
def test_only_the_coordinator_keeps_the_pool(client, role):
    client.force_login(UserFactory(roles=[role] if role else []))
    supporter = SupporterFactory()
    assert [client.get(address).status_code for address in ADDRESSES] == [403] * 2
    assert client.get(f"/pool/{supporter.pk}/").status_code == 403
    assert client.post(f"/pool/{supporter.pk}/status/").status_code == 403


def test_empty_pool_is_warm(client, coordinator):
    assert "The pool is still empty" in text(client.get("/pool/"))


@pytest.mark.parametrize(
    ("trait", "words"),
    [
        ({"trained": True}, "Can be asked"),
        ({"trained_on": TODAY + timedelta(days=1)}, "Not trained yet"),
        ({"lapsed": True}, "Training has lapsed"),
        ({"trained": True, "paused": True}, "Pausing"),
        ({"trained": True, "absent": True}, "Away until"),
        ({"trained": True, "absent_from": TODAY}, "Away"),
        ({"trained": True, "full": True}, "No room"),
        ({"trained": True, "resting": True}, "Resting"),
    ],
)
def test_list_says_who_can_be_asked(client, coordinator, trait, words):
    SupporterFactory(**trait)
    page = client.get("/pool/")
    ((_supporter, standing),) = page.context["lines"]
    assert standing.word.startswith(words)
    assert words in text(page)


@pytest.mark.parametrize(
    ("state", "names"),
    [
        ("", {"Actief", "Vol", "Weg", "Pauze", "Verlopen"}),
        ("active", {"Actief", "Vol"}),
        ("full", {"Vol"}),
        ("away", {"Weg", "Pauze"}),
        ("lapsed", {"Verlopen"}),
        ("stopped", {"Gestopt"}),
    ],
)
def test_list_filters_by_state(client, coordinator, state, names):
    traits = {
        "Actief": {"trained": True},
        "Vol": {"trained": True, "full": True},
        "Weg": {"trained": True, "absent": True},
        "Pauze": {"trained": True, "paused": True},
        "Verlopen": {"lapsed": True},
        "Gestopt": {"trained": True, "stopped": True},
    }
    for name, trait in traits.items():
        SupporterFactory(user__name=name, **trait)
    page = client.get("/pool/", {"state": state})
    assert {supporter.user.name for supporter, _standing in page.context["lines"]} == names


def test_list_pages_by_key(client, coordinator, monkeypatch):
    monkeypatch.setattr("supporters.pool.views.pool.PAGE", 2)
    for name in ("anna Bos", "Bram", "Bram", "Cees_Vos", "Dirk"):
        SupporterFactory(user__name=name)
    seen: list[str] = []
    after = ""
    for _page in range(3):
        page = client.get("/pool/", {"after": after})
        seen += [supporter.user.name for supporter, _standing in page.context["lines"]]
        after = page.context["further"]
    assert (seen, after) == (["anna Bos", "Bram", "Bram", "Cees_Vos", "Dirk"], "")


def test_list_asks_as_few_queries_for_many(client, coordinator, django_assert_num_queries):
    SupporterFactory.create_batch(2, trained=True)
    with django_assert_num_queries(5):
        client.get("/pool/")
    SupporterFactory.create_batch(10, trained=True)
    with django_assert_num_queries(5):
        client.get("/pool/")


def fields(supporter, **changes):
    return {
        "absent_from": "",
        "absent_until": "",
        "capacity": supporter.capacity,
        **changes,
    }


def test_supporter_is_changed(client, coordinator):
    supporter = SupporterFactory(trained=True)
    client.post(f"/pool/{supporter.pk}/", fields(supporter, capacity=1, absent_from="2026-12-24"))
    supporter.refresh_from_db()
    assert (supporter.capacity, supporter.absent_from) == (1, date(2026, 12, 24))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"capacity": 0}, "There are 1 open contacts now"),
        ({"capacity": 21}, "More than 20 open contacts"),
        ({"absent_from": "2026-12-24", "absent_until": "2026-12-23"}, "must end after it starts"),
        ({"absent_until": "2026-12-23"}, "Say from which day."),
    ],
)
def test_supporter_is_not_changed_into_what_cannot_be(client, coordinator, changes, words):
    supporter = ContactFactory(accepted=True).supporter
    page = client.post(f"/pool/{supporter.pk}/", fields(supporter, **changes))
    assert words in text(page)


def test_stop_with_open_contacts_says_what_to_do_first(client, coordinator):
    supporter = ContactFactory(accepted=True).supporter
    page = client.post(f"/pool/{supporter.pk}/status/", {"status": "stopped"}, follow=True)
    assert "still has 1 open contact. Ask somebody else for it first." in text(page)
    client.post(f"/pool/{supporter.pk}/status/", {"status": "paused"})
    supporter.refresh_from_db()
    assert supporter.status == SupporterStatus.PAUSED


POLICY = {
    "first_contact_hours": 48,
    "first_contact_counted_in": CountedIn.ELAPSED,
    "accept_working_hours": 8,
    "follow_up_days": "2, 14",
    "max_conversations": 3,
    "capacity": 2,
    "cool_down_days": 0,
    "current_months": 12,
    "norm": 100,
    "norm_in_shifts": 150,
    "same_profession": SameProfession.REQUIRED,
    "announce": Announce.AT_REPORT,
    "intake_days": 1,
    "always_offered": ["resuscitation", "suicide"],
    "head_answers_days": 1,
    "forgotten_days": 14,
    "attempts": 3,
    "attempt_days": 2,
    "attempt_parts": 2,
    "second_offer_days": 28,
    "retention_days": 30,
    "ask_again_days": 365,
}


def test_policy_is_changed(client, coordinator):
    client.post("/pool/policy/", POLICY)
    policy = SupportPolicy.current()
    assert (policy.first_contact_hours, policy.follow_up_days, policy.same_profession) == (
        48,
        [2, 14],
        SameProfession.REQUIRED,
    )
    assert AccessEvent.objects.get().object_kind == "policy"


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("first_contact_hours", 0),
        ("retention_days", 4000),
        ("follow_up_days", ""),
        ("follow_up_days", "3; 14"),
        ("follow_up_days", "14, 3"),
        ("follow_up_days", "3, 3"),
        ("follow_up_days", "0"),
        ("follow_up_days", "3, -1"),
        ("follow_up_days", "9" * 5000),
        ("follow_up_days", "1,2,3,4,5"),
        ("same_profession", "sometimes"),
    ],
)
def test_policy_that_makes_no_sense_is_refused_beside_the_field(client, coordinator, field, wrong):
    page = client.post("/pool/policy/", {**POLICY, field: wrong})
    assert page.status_code == 200
    assert set(page.context["form"].errors) == {field}
    assert SupportPolicy.current().first_contact_hours == 24


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"attempts": 2, "attempt_days": 3}, "attempts", "Trying on 3 days takes at least 3 attempts."),
        (
            {"attempts": 1, "attempt_days": 1},
            "attempts",
            "Trying in 2 parts of the day takes at least 2 attempts.",
        ),
        ({"second_offer_days": 31}, "second_offer_days", "The names are erased sooner"),
        ({"retention_days": 27}, "retention_days", "The second offer comes later than that"),
        ({"ask_again_days": 29}, "ask_again_days", "Not shorter than the names of others"),
        ({"norm": 19, "norm_in_shifts": 18}, "norm_in_shifts", "shifts need no fewer than day work"),
    ],
)
def test_agreements_that_contradict_each_other_are_refused(client, coordinator, changes, field, said):
    SupportPolicy.objects.create(id=1, ask_again_days=365)
    page = client.post("/pool/policy/", {**POLICY, **changes})
    assert set(page.context["form"].errors) == {field}
    assert said in text(page)
    assert SupportPolicy.current().first_contact_hours == 24


def test_without_a_second_offer_names_may_go_at_once(client, coordinator):
    client.post("/pool/policy/", {**POLICY, "second_offer_days": 0, "retention_days": 0})
    assert SupportPolicy.current().retention_days == 0


def test_what_a_change_reaches_stands_beside_the_field(client, coordinator):
    page = client.get("/pool/policy/")
    said = {name: str(field.help_text) for name, field in page.context["form"].fields.items()}
    for name in ("attempts", "attempt_days", "attempt_parts", "max_conversations", "retention_days"):
        assert "Counts at once" in said[name]
    assert "Once, and only while the name is not erased; 0 for none." in said["second_offer_days"]
    page = client.post("/pool/policy/", POLICY, follow=True)
    assert "Beside each field stands from when it counts." in text(page)
    page = client.post("/pool/policy/", {**POLICY, "announce": Announce.WHEN_ASKED}, follow=True)
    assert "It counts for everything that starts from now on." in text(page)
