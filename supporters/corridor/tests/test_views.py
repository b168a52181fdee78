"""The page on which a supporter notes a talk in the corridor.

Also covers supporters.corridor.forms.
"""

import re
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Role
from accounts.models import AccessEvent
from accounts.tests.factories import UserFactory
from supporters.models import CorridorTalk
from supporters.tests.factories import SupporterFactory

pytestmark = pytest.mark.django_db

PAGE, UNDO, LIST = reverse("contacts:corridor"), reverse("contacts:corridor-undo"), reverse("contacts:list")


@pytest.fixture
def supporter(client):
    supporter = SupporterFactory(trained=True)
    client.force_login(supporter.user)
    return supporter


def hidden(text, name):
    found = re.search(rf'name="{name}" value="([^"]+)"', text)
    assert found
    return found[1]


def as_opened(client):
    """What the form sends when nothing is changed."""
    page = client.get(PAGE)
    form = page.context["form"]
    chosen = {name: form[name].value() or "" for name in form.fields}
    return {**chosen, "ticket": hidden(page.text, "ticket")}


def test_two_taps_note_a_talk_of_today_with_the_own_profession(client, supporter):
    assert PAGE in client.get(LIST).text
    answer = client.post(PAGE, as_opened(client))
    assert "Noted. Thank you for listening." in answer.text
    talk = CorridorTalk.objects.get()
    assert (talk.day, talk.noted_on) == (timezone.localdate(), timezone.localdate())
    assert talk.profession_group == supporter.user.profession.group
    assert (talk.event_type, talk.length) == ("other", "minutes")


def test_no_text_can_be_typed(client, supporter):
    text = client.get(PAGE).text
    assert "<textarea" not in text
    assert set(re.findall(r'<input[^>]*type="(\w+)"', text, re.DOTALL)) <= {"hidden", "date", "radio"}


def test_without_a_profession_of_ones_own_it_is_chosen(client):
    client.force_login(UserFactory(roles=[Role.SUPPORTER], profession=None))
    answer = client.post(PAGE, as_opened(client))
    assert "profession_group" in answer.context["form"].errors
    client.post(PAGE, {**as_opened(client), "profession_group": "midwife"})
    assert CorridorTalk.objects.get().profession_group == "midwife"


@pytest.mark.parametrize(("days_ago", "right"), [(-1, False), (0, True), (30, True), (31, False)])
def test_another_day_is_of_the_last_thirty(client, supporter, days_ago, right):
    day = timezone.localdate() - timedelta(days=days_ago)
    answer = client.post(PAGE, {**as_opened(client), "days_ago": "", "on": str(day)})
    assert list(CorridorTalk.objects.values_list("day", flat=True)) == ([day] if right else [])
    if not right:
        assert "of the last 30 days" in answer.text


def test_another_day_says_which(client, supporter):
    answer = client.post(PAGE, {**as_opened(client), "days_ago": ""})
    assert answer.context["form"].errors["on"] == ["Choose a day first."]


def test_yesterday(client, supporter):
    client.post(PAGE, {**as_opened(client), "days_ago": "1", "on": str(timezone.localdate())})
    assert CorridorTalk.objects.get().day == timezone.localdate() - timedelta(days=1)


def test_a_second_click_is_the_same_talk(client, supporter):
    sent = as_opened(client)
    client.post(PAGE, sent)
    again = client.post(PAGE, sent)
    assert "You had noted this already" in again.text
    assert UNDO not in again.text
    assert CorridorTalk.objects.count() == 1


def test_other_choices_on_the_same_page_are_asked_about_and_then_are_another_talk(client, supporter):
    sent = as_opened(client)
    client.post(PAGE, sent)
    asked = client.post(PAGE, {**sent, "length": "longer"})
    assert "Was this another one?" in asked.text
    assert CorridorTalk.objects.count() == 1
    renewed = hidden(asked.text, "ticket")
    client.post(PAGE, {**sent, "length": "longer", "ticket": renewed})
    assert CorridorTalk.objects.count() == 2


def test_it_is_undone_from_its_page_by_its_maker_alone(client, supporter):
    noted = client.post(PAGE, as_opened(client)).text
    ticket = hidden(noted, "talk")
    client.force_login(SupporterFactory(trained=True).user)
    assert client.post(UNDO, {"talk": ticket}).status_code == 404
    assert client.post(UNDO).status_code == 404
    client.force_login(supporter.user)
    assert "Undone." in client.post(UNDO, {"talk": ticket}, follow=True).text
    assert not CorridorTalk.objects.exists()


def test_after_ten_minutes_it_stands(client, supporter, time_machine):
    noted = client.post(PAGE, as_opened(client)).text
    ticket = hidden(noted, "talk")
    time_machine.move_to(timezone.now() + timedelta(minutes=11))
    assert "This can no longer be undone." in client.post(UNDO, {"talk": ticket}, follow=True).text
    assert CorridorTalk.objects.exists()


def test_neither_log_nor_session_knows_of_it(client, supporter):
    before, logged = client.session.items(), AccessEvent.objects.count()
    client.post(PAGE, as_opened(client))
    talk = CorridorTalk.objects.get()
    assert AccessEvent.objects.count() == logged
    assert client.session.items() == before
    assert not [row for row in Session.objects.all() if str(talk.pk) in str(row.get_decoded())]
