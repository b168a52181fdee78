from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from accounts import audit
from accounts.access_log import reading
from accounts.enums import AccessAction, Role
from accounts.models import AccessEvent
from accounts.roles import giving
from accounts.tests.counting import statements
from accounts.tests.factories import UserFactory

NOON = datetime(2026, 3, 2, 11, tzinfo=UTC)
pytestmark = [pytest.mark.django_db, pytest.mark.clock(NOON)]


def write(number=1, *, user=None, reference="2026-0042", at=NOON):
    return [
        audit.record(
            action=AccessAction.VIEW,
            user=user,
            role=Role.COORDINATOR,
            access_point="support:roll-call",
            object_kind="incident",
            object_ref=reference,
            basis="coordinator of the case",
            at=at,
        )
        for _ in range(number)
    ]


@pytest.fixture
def officer(client):
    user = UserFactory(name="Ilse Lammers", roles=[Role.PRIVACY_OFFICER])
    client.force_login(user)
    return user


def look(client, **wanted):
    """The page that answers a search."""
    return client.post("/access-log/", wanted, follow=True)


def shown(response):
    """The numbers of the lines on the page, without those that say that the log was read."""
    return [line.id for line in response.context["lines"] if line.object_kind != "access log"]


def test_reading_is_written_down_with_what_was_looked_for(client, officer):
    look(client, reference="2026-0042")
    line = AccessEvent.objects.get()
    assert (line.user, line.object_kind, line.object_ref, line.responsible) == (
        officer,
        "access log",
        "2026-0042",
        Role.PRIVACY_OFFICER,
    )


def test_a_name_in_the_wrong_field_is_not_kept_in_the_log(client, officer):
    look(client, reference="Bram Jansma")
    assert AccessEvent.objects.get().object_ref == ""


def test_filters_by_reference_person_and_days_of_amsterdam(client, officer):
    bram = UserFactory(name="Bram Jansma", employee_number="P777")
    mine, other, late = write(user=bram), write(reference="2026-0043"), write(at=NOON + timedelta(hours=12))
    numbers = [line.id for line in (*late, *other, *mine)]
    assert shown(client.get("/access-log/?until=2026-03-03")) == numbers
    assert shown(look(client, reference="2026-0043")) == [other[0].id]
    assert shown(look(client, person="jansma")) == [mine[0].id]
    assert shown(look(client, person="P777")) == [mine[0].id]
    # 23:00 UTC on the 2nd is 0:00 on the 3rd in Amsterdam.
    assert shown(client.get("/access-log/?since=2026-03-02&until=2026-03-02")) == [other[0].id, mine[0].id]
    assert shown(client.get("/access-log/?since=2026-03-03&until=2026-03-03")) == [late[0].id]


def test_a_role_is_shown_with_whose_it_is(client, officer):
    bram = UserFactory(name="Bram Jansma")
    giving.set_roles(
        user=bram, roles=[Role.SUPPORTER], by=None, access_point="sso", basis="group claim of SSO", at=NOON
    )
    assert "Peer supporter · Bram Jansma" in client.get("/access-log/").text


def test_pages_by_key_there_and_back_while_lines_come_in(client, officer, monkeypatch):
    monkeypatch.setattr(reading, "PAGE", 4)
    bram = UserFactory(name="Bram Jansma")
    numbers = [line.id for line in write(10, user=bram)][::-1]
    first = look(client, person="jansma")
    assert shown(first) == numbers[:4]
    assert first.context["newer_url"] is None
    write(3, user=bram)
    second = client.get(f"/access-log/{first.context['older_url']}")
    assert shown(second) == numbers[4:8]
    third = client.get(f"/access-log/{second.context['older_url']}")
    assert (shown(third), third.context["older_url"]) == (numbers[8:], None)
    assert shown(client.get(f"/access-log/{third.context['newer_url']}")) == numbers[4:8]
    back = client.get(f"/access-log/{second.context['newer_url']}")
    assert shown(back) == numbers[:4]
    assert len(shown(client.get(f"/access-log/{back.context['newer_url']}"))) == 3


def test_statements_do_not_grow_with_the_lines(client, officer):
    write(1, user=UserFactory(), at=timezone.now())
    few = statements(client, "/access-log/")
    for _ in range(10):
        write(2, user=UserFactory(), at=timezone.now())
    assert statements(client, "/access-log/") == few < 9


@pytest.mark.parametrize("query", ["before=x", "before=99999999999999999999", "after=0", "since=gisteren"])
def test_a_damaged_address_shows_the_newest(client, officer, query):
    write()
    response = client.get(f"/access-log/?{query}")
    assert response.status_code == 200
    assert len(shown(response)) == 1
