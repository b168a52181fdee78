from datetime import date
from pathlib import Path

import pytest
from django import forms
from django.conf import settings
from django.forms import ValidationError
from django.utils import translation

from hospital.form_fields import DayField, ListField


@pytest.mark.parametrize("typed", ["1026-11-01", "1999-12-31", "2100-01-01", "9999-12-31"])
def test_a_year_that_cannot_be_meant_is_asked_about(typed):
    with pytest.raises(ValidationError, match="Is the year right"):
        DayField().clean(typed)


@pytest.mark.parametrize("typed", ["2000-01-01", "2026-11-27", "2099-12-31"])
def test_a_day_of_this_century_is_taken(typed):
    assert DayField().clean(typed) == date.fromisoformat(typed)


def test_what_is_wrong_in_a_list_is_said_by_its_place():
    with pytest.raises(ValidationError) as refused:
        ListField(forms.IntegerField()).clean("1, two, 3")
    assert refused.value.messages == ["Number 2 of the list: Enter a whole number."]


def test_a_list_is_shown_as_it_is_typed():
    days = ListField(DayField(widget=forms.DateInput(format="%d-%m-%Y"), input_formats=["%d-%m-%Y"]))
    shown = days.prepare_value([date(2026, 11, 26), date(2026, 12, 31)])
    assert shown == "26-11-2026, 31-12-2026"
    assert days.clean(shown) == [date(2026, 11, 26), date(2026, 12, 31)]
    assert ListField(forms.IntegerField()).prepare_value([72, 4]) == "72, 4"


@pytest.mark.parametrize("words", ["= SimpleArrayField(", "forms.DateField("])
def test_every_form_takes_days_and_lists_by_these_fields(words):
    """Django's own let the year 1026 through, and say "Item 1 in the array did not validate"."""
    found = [
        str(path.relative_to(settings.BASE_DIR))
        for path in Path(settings.BASE_DIR).glob("[!.]*/**/*.py")
        if "tests" not in path.parts and words in path.read_text()
    ]
    assert found == []


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("1, 0", "Op plaats 2: Vul 1 of meer in."),
        ("91", "Op plaats 1: Vul 90 of minder in."),
        ("1, 2, 3, 4, 5", "Dit zijn er 5; het zijn er hoogstens 4."),
    ],
)
def test_in_dutch_it_is_said_warmly_what_is_wrong(typed, said):
    field = ListField(forms.IntegerField(min_value=1, max_value=90), max_length=4)
    with translation.override("nl"), pytest.raises(forms.ValidationError) as refused:
        field.clean(typed)
    with translation.override("nl"):
        assert list(refused.value.messages) == [said]
