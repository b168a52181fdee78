"""Whoever types nonsense in a setting reads beside the field what is wrong, on every page of settings."""

import pytest
from django import forms
from django.urls import reverse

from accounts.enums import Role
from accounts.people.telephone_field import TypedTelephoneField
from accounts.tests.factories import UserFactory
from hospital.form_fields import ListField

pytestmark = pytest.mark.django_db

PAGES = (
    *("settings:hours", "calamity-policy", "reminder-policy"),
    *("evaluation-policy", "pool:policy", "training:policy"),
)
NO_NUMBER = ("abc", "-1", "1.5", "9" * 5000, "1,2")
WRONG = {
    forms.IntegerField: NO_NUMBER,
    forms.TimeField: ("abc", "25:00", "12"),
    ListField: ("abc", "72,,4", "4,4", "9" * 5000),
    TypedTelephoneField: ("abc", "12", "06 12345678 06 87654321", "bel 06 12345678"),
}


def typed(form):
    """What the page would send as it was opened."""
    data = {}
    for bound in form:
        value = bound.field.prepare_value(bound.value())
        data[bound.html_name] = "" if value is None else value
    return data


def cases(form):
    return [
        (name, wrong)
        for name, field in form.fields.items()
        for kind, each in WRONG.items()
        if isinstance(field, kind)
        for wrong in each
    ]


@pytest.mark.parametrize("page", PAGES)
def test_nonsense_is_answered_beside_its_field(client, page):
    client.force_login(UserFactory(roles=[Role.ADMIN, Role.COORDINATOR]))
    form = client.get(reverse(page)).context["form"]
    assert cases(form)
    for name, wrong in cases(form):
        answer = client.post(reverse(page), typed(form) | {name: wrong})
        assert answer.status_code == 200, (name, wrong[:20])
        assert set(answer.context["form"].errors) == {name}, (name, wrong[:20])


@pytest.mark.parametrize("page", PAGES)
def test_what_the_page_shows_is_taken_as_it_is(client, page):
    client.force_login(UserFactory(roles=[Role.ADMIN, Role.COORDINATOR]))
    form = client.get(reverse(page)).context["form"]
    assert client.post(reverse(page), typed(form)).status_code == 302


def test_no_setting_has_a_number_that_goes_by_as_words(client):
    """A field of numbers or telephones is one of those that are judged here."""
    client.force_login(UserFactory(roles=[Role.ADMIN, Role.COORDINATOR]))
    for page in PAGES:
        fields = client.get(reverse(page)).context["form"].fields
        words = {name for name, field in fields.items() if type(field) is forms.CharField}
        assert words == set(), page
