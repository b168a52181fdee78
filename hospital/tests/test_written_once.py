import pytest
from django.contrib.postgres.fields import ArrayField
from django.db import connection
from django.db.models import CharField, F, UUIDField, Value
from django.test.utils import CaptureQueriesContext
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from hospital.models import Location
from hospital.written_once import Given, NoneOf, Statement

pytestmark = pytest.mark.django_db


@pytest.fixture
def east() -> Location:
    Location.objects.all().delete()
    Location.objects.create(name="West")
    return Location.objects.create(name="East")


def test_what_is_given_differs_each_time(east):
    named = Statement(
        lambda: Location.objects.filter(name=Given("name", CharField())).values("id", at=F("name"))
    )
    assert named.rows(name="East") == [{"id": east.pk, "at": "East"}]
    assert [row["at"] for row in named.rows(name="West")] == ["West"]
    assert named.rows(name="' OR TRUE --") == []


def test_none_of_leaves_out_what_is_listed_and_of_an_empty_list_nothing(east):
    key = ArrayField(UUIDField())
    besides = Statement(lambda: Location.objects.filter(NoneOf("id", Given("keys", key))).values("name"))
    assert besides.rows(keys=[east.pk]) == [{"name": "West"}]
    assert len(besides.rows(keys=[])) == 2


def test_it_is_written_once():
    written = []

    def write():
        written.append("once")
        return Location.objects.filter(name=Given("name", CharField())).values("id")

    statement = Statement(write)
    with CaptureQueriesContext(connection) as captured:
        statement.rows(name="East")
        statement.rows(name="West")
    assert (len(written), len(captured)) == (1, 2)


def test_a_value_that_was_not_given_is_named(east):
    with pytest.raises(KeyError, match="name"):
        Statement(lambda: Location.objects.filter(name=Given("name", CharField()))).rows()


def test_a_word_in_it_is_said_in_the_language_of_who_reads_it(east):
    said = Statement(lambda: Location.objects.filter(name="East").values(word=Value(_("Save"), CharField())))
    with override("en"):
        assert said.rows() == [{"word": "Save"}]
    with override("nl"):
        assert said.rows() == [{"word": "Opslaan"}]
    with override("en"):
        assert said.rows() == [{"word": "Save"}]
